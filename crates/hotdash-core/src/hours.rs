//! When the team works: several periods a day, in a time zone, with holidays.

use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Opening hours.
#[derive(Debug, Clone, PartialEq)]
pub struct Hours {
    zone: jiff::tz::TimeZone,
    holidays: BTreeSet<Date>,
}

/// Why a text is no opening hours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {message}")]
pub struct HoursError {
    pub key: String,
    pub message: String,
}

impl Hours {
    /// Monday to Friday, 09:00 to 17:00, UTC.
    #[must_use]
    pub fn shipped() -> Self {
        todo!()
    }

    /// Read `defaults/hours.toml`'s grammar.
    pub fn parse(_text: &str) -> Result<Self, HoursError> {
        todo!()
    }

    /// The same hours in another IANA zone, e.g. `Europe/Berlin`.
    pub fn in_zone(self, _zone: &str) -> Result<Self, HoursError> {
        todo!()
    }

    /// Whether the team works at that instant.
    #[must_use]
    pub fn is_open(&self, _at: Timestamp) -> bool {
        todo!()
    }
}
