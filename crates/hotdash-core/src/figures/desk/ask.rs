//! Reading the path of a report.

use super::{Period, Scope};
use crate::facts::Settings;
use crate::ids::{AgentId, InboxId, TeamId};

/// Why a report cannot be answered from facts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAnswered {
    #[error("hotdash has no report {0:?}")]
    Report(String),
    #[error("hotdash does not know the parameter {0:?} of this report")]
    Parameter(String),
    #[error("{0} is {1:?}, which hotdash does not know here")]
    Value(&'static str, String),
    #[error("it has no period: since and until are missing")]
    NoPeriod,
}

/// A report that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    report: String,
    query: Vec<(String, String)>,
}

impl Ask {
    /// Read a path like `/api/v2/accounts/1/reports/summary?type=account&since=…&until=…`.
    ///
    /// # Errors
    /// [`NotAnswered::Report`] where it is no path of an account.
    pub fn read(path: &str) -> Result<Self, NotAnswered> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let unknown = || NotAnswered::Report(path.to_owned());
        let (_, account) = path.split_once("/accounts/").ok_or_else(unknown)?;
        let (_, report) = account.split_once('/').ok_or_else(unknown)?;
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (name.to_owned(), value.to_owned())
        });
        Ok(Self { report: report.trim_end_matches('/').to_owned(), query: pairs.collect() })
    }

    /// The report's path within the account.
    #[must_use]
    pub fn report(&self) -> &str {
        &self.report
    }

    /// A parameter; an empty one counts as missing.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Whether it is asked in working hours.
    #[must_use]
    pub fn is_business(&self) -> bool {
        self.value("business_hours") == Some("true")
    }

    /// Itself, when it has no parameters but these and the period.
    pub(super) fn only(&self, known: &[&str]) -> Result<&Self, NotAnswered> {
        let is_known = |name: &str| known.contains(&name) || name == "since" || name == "until";
        match self.query.iter().find(|(name, value)| !is_known(name) && !value.is_empty()) {
            Some((name, _)) => Err(NotAnswered::Parameter(name.clone())),
            None => Ok(self),
        }
    }

    /// The period it is of.
    ///
    /// # Errors
    /// [`NotAnswered::NoPeriod`].
    pub fn period(&self) -> Result<Period, NotAnswered> {
        let time = |name| self.value(name).and_then(|value| value.parse::<i64>().ok());
        match (time("since"), time("until")) {
            (Some(since), Some(until)) => Ok(Period { since, until }),
            _ => Err(NotAnswered::NoPeriod),
        }
    }

    pub(super) fn scope(&self, settings: &Settings) -> Result<Scope, NotAnswered> {
        let kind = self.value("type").unwrap_or("account");
        let text = self.value("id").unwrap_or_default();
        let id = || text.parse::<i64>().map_err(|_| NotAnswered::Value("id", text.to_owned()));
        Ok(match kind {
            "account" => Scope::Account,
            "inbox" => Scope::Inbox(InboxId(id()?)),
            "agent" => Scope::Agent(AgentId(id()?)),
            "team" => Scope::Team(TeamId(id()?)),
            "label" => match settings.labels.get(&id()?) {
                Some(title) => Scope::Label(title.clone()),
                None => return Err(NotAnswered::Value("id", text.to_owned())),
            },
            other => return Err(NotAnswered::Value("type", other.to_owned())),
        })
    }
}
