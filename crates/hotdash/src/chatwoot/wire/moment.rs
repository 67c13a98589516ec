//! A point in time in any of Chatwoot's four forms: whole seconds, float seconds, ISO text, and `0` or `null` for "none".

use jiff::Timestamp;
use serde::de::{self, Deserialize, Deserializer, Visitor};
use std::fmt;

/// A time or its absence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moment(pub Option<Timestamp>);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_any(MomentVisitor)
    }
}

struct MomentVisitor;

impl Visitor<'_> for MomentVisitor {
    type Value = Moment;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time: Unix seconds, ISO text, or null")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Moment, E> {
        Ok(Moment(None))
    }

    fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Moment, E> {
        if seconds == 0 {
            return Ok(Moment(None));
        }
        Timestamp::from_second(seconds).map(|t| Moment(Some(t))).map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Moment, E> {
        self.visit_i64(i64::try_from(seconds).map_err(E::custom)?)
    }

    /// Rounded to the microsecond, which is what Chatwoot's database holds; further digits are float noise.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float outside i64 saturates, and Timestamp refuses it"
    )]
    fn visit_f64<E: de::Error>(self, seconds: f64) -> Result<Moment, E> {
        if seconds == 0.0 {
            return Ok(Moment(None));
        }
        let micros = (seconds * 1e6).round() as i64;
        Timestamp::from_microsecond(micros).map(|t| Moment(Some(t))).map_err(E::custom)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Moment, E> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Moment(None));
        }
        if let Ok(seconds) = text.parse::<i64>() {
            return self.visit_i64(seconds);
        }
        text.parse().map(|t| Moment(Some(t))).map_err(E::custom)
    }
}
