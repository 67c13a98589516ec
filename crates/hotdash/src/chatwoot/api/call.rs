//! Which call: method, path template and the numbers that fill it.

use http::Method;
use std::fmt;
use std::sync::Arc;

/// One call, named for people by its template: numbers of conversations are fine in a log, tokens and bodies never are.
///
/// Shared, because every error carries its call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call(Arc<Parts>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Parts {
    method: Method,
    template: &'static str,
    numbers: Vec<(&'static str, i64)>,
    query: Vec<(&'static str, String)>,
}

impl Call {
    pub(super) fn new(method: Method, template: &'static str) -> Self {
        Self(Arc::new(Parts { method, template, numbers: Vec::new(), query: Vec::new() }))
    }

    pub(super) fn with(mut self, name: &'static str, number: i64) -> Self {
        Arc::make_mut(&mut self.0).numbers.push((name, number));
        self
    }

    pub(super) fn asking(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        Arc::make_mut(&mut self.0).query.push((name, value.to_string()));
        self
    }

    pub(super) fn method(&self) -> Method {
        self.0.method.clone()
    }

    pub(super) fn query(&self) -> &[(&'static str, String)] {
        &self.0.query
    }

    pub(super) fn path(&self) -> String {
        let mut path = self.0.template.to_owned();
        for (name, number) in &self.0.numbers {
            path = path.replace(&format!("{{{name}}}"), &number.to_string());
        }
        path
    }

    /// The path with its places instead of numbers, e.g. `/api/v1/accounts/{account}/agents`.
    #[must_use]
    pub fn template(&self) -> &'static str {
        self.0.template
    }

    /// Whether the desk changes anything when it executes this.
    pub(super) fn writes(&self) -> bool {
        self.0.method != Method::GET
    }

    /// Long lists take the desk much longer than anything else.
    pub(super) fn lists(&self) -> bool {
        self.0.method == Method::GET
            && ["/conversations", "/csat_survey_responses"].iter().any(|end| self.0.template.ends_with(end))
    }

    /// Chatwoot answers 500 to a value it does not know in these bodies.
    pub(super) fn carries_an_enumeration(&self) -> bool {
        self.0.template.ends_with("/toggle_priority") || self.0.template.ends_with("/toggle_status")
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.method, self.0.template)?;
        let numbers = self.0.numbers.iter().filter(|(name, _)| *name != "account");
        for (at, (name, number)) in numbers.enumerate() {
            let before = if at == 0 { " (" } else { ", " };
            write!(f, "{before}{name} {number}")?;
        }
        if self.0.numbers.iter().any(|(name, _)| *name != "account") {
            f.write_str(")")?;
        }
        Ok(())
    }
}
