//! Which call: method, path template and the numbers that fill it.

use http::Method;
use std::fmt;

/// One call, named for people by its template: numbers of conversations are fine in a log, tokens and bodies never are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    method: Method,
    template: &'static str,
    numbers: Vec<(&'static str, i64)>,
    query: Vec<(&'static str, String)>,
}

impl Call {
    pub(super) fn new(method: Method, template: &'static str) -> Self {
        Self { method, template, numbers: Vec::new(), query: Vec::new() }
    }

    pub(super) fn with(mut self, name: &'static str, number: i64) -> Self {
        self.numbers.push((name, number));
        self
    }

    pub(super) fn asking(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    pub(super) fn method(&self) -> Method {
        self.method.clone()
    }

    pub(super) fn query(&self) -> &[(&'static str, String)] {
        &self.query
    }

    pub(super) fn path(&self) -> String {
        let mut path = self.template.to_owned();
        for (name, number) in &self.numbers {
            path = path.replace(&format!("{{{name}}}"), &number.to_string());
        }
        path
    }

    /// The path with its places instead of numbers, e.g. `/api/v1/accounts/{account}/agents`.
    #[must_use]
    pub fn template(&self) -> &'static str {
        self.template
    }

    /// Whether the desk changes anything when it executes this.
    pub(super) fn writes(&self) -> bool {
        self.method != Method::GET
    }

    /// Chatwoot answers 500 to a value it does not know in these bodies.
    pub(super) fn carries_an_enumeration(&self) -> bool {
        self.template.ends_with("/toggle_priority") || self.template.ends_with("/toggle_status")
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.template)?;
        let numbers = self.numbers.iter().filter(|(name, _)| *name != "account");
        for (at, (name, number)) in numbers.enumerate() {
            let before = if at == 0 { " (" } else { ", " };
            write!(f, "{before}{name} {number}")?;
        }
        if self.numbers.iter().any(|(name, _)| *name != "account") {
            f.write_str(")")?;
        }
        Ok(())
    }
}
