//! A figure over time, in the desk's buckets.

use super::summary::{mean, seconds};
use super::{Ask, Desk, NotAnswered, Period};
use crate::facts::FactKind;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One for every zone that Chatwoot can come to choose, in its order: by standard offset, then by its name there. It
/// takes the first that has the wanted offset on the day of asking, whatever offset it has in the period.
const ZONES: [&str; 47] = [
    "Etc/GMT+12",
    "Pacific/Pago_Pago",
    "Pacific/Honolulu",
    "America/Juneau",
    "America/Los_Angeles",
    "America/Phoenix",
    "America/Denver",
    "America/Guatemala",
    "America/Chicago",
    "America/Bogota",
    "America/New_York",
    "America/Halifax",
    "America/Caracas",
    "America/Santiago",
    "America/St_Johns",
    "America/Sao_Paulo",
    "America/Nuuk",
    "Atlantic/South_Georgia",
    "Atlantic/Azores",
    "Atlantic/Cape_Verde",
    "Europe/London",
    "Etc/UTC",
    "Europe/Amsterdam",
    "Europe/Athens",
    "Africa/Johannesburg",
    "Asia/Baghdad",
    "Asia/Tehran",
    "Asia/Muscat",
    "Asia/Kabul",
    "Asia/Yekaterinburg",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Dhaka",
    "Asia/Yangon",
    "Asia/Bangkok",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Adelaide",
    "Australia/Darwin",
    "Australia/Brisbane",
    "Australia/Melbourne",
    "Asia/Magadan",
    "Pacific/Auckland",
    "Pacific/Fiji",
    "Pacific/Chatham",
    "Pacific/Tongatapu",
    "Pacific/Kiritimati",
];

/// The zone that the desk takes for an offset in hours, asked on a day.
pub(super) fn zone_of(offset: &str, today: Timestamp) -> Option<TimeZone> {
    let hours: f64 = offset.parse().ok().filter(|hours: &f64| hours.abs() <= 14.0)?;
    #[expect(clippy::cast_possible_truncation, reason = "at most 14 hours")]
    let seconds = (hours * 3600.0).round() as i32;
    let mut zones = ZONES.iter().filter_map(|name| TimeZone::get(name).ok());
    zones.find(|zone| zone.to_offset(today).seconds() == seconds)
}

/// The length of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bucket {
    Hour,
    Day,
    /// From Sunday on.
    Week,
    Month,
    Year,
}

impl Bucket {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "hour" => Self::Hour,
            "day" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            "year" => Self::Year,
            _ => return None,
        })
    }

    /// Where the bucket of an instant begins, in seconds.
    fn start(self, at: i64, zone: &TimeZone) -> Option<i64> {
        let zoned = Timestamp::from_second(at).ok()?.to_zoned(zone.clone());
        let date = zoned.date();
        let day = match self {
            // In a zone off by half an hour the hours begin at the half.
            Self::Hour => return Some(at - i64::from(zoned.minute()) * 60 - i64::from(zoned.second())),
            Self::Day => date,
            Self::Week => date.checked_sub(i64::from(date.weekday().to_sunday_zero_offset()).days()).ok()?,
            Self::Month => date.first_of_month(),
            Self::Year => date.first_of_year(),
        };
        Some(midnight(day, zone)?.timestamp().as_second())
    }

    fn next(self, start: i64, zone: &TimeZone) -> Option<i64> {
        let date = Timestamp::from_second(start).ok()?.to_zoned(zone.clone()).date();
        let span = match self {
            Self::Hour => return Some(start + 3600),
            Self::Day => 1.day(),
            Self::Week => 1.week(),
            Self::Month => 1.month(),
            Self::Year => 1.year(),
        };
        Some(midnight(date.checked_add(span).ok()?, zone)?.timestamp().as_second())
    }
}

fn midnight(day: Date, zone: &TimeZone) -> Option<Zoned> {
    day.to_datetime(Time::midnight()).to_zoned(zone.clone()).ok()
}

impl Desk<'_> {
    pub(super) fn series(&self, ask: &Ask) -> Result<Value, NotAnswered> {
        ask.only(&["metric", "type", "id", "group_by", "timezone_offset", "business_hours"])?;
        let wrong = |name: &'static str| NotAnswered::Value(name, ask.value(name).unwrap_or("").to_owned());
        let (scope, period) = (ask.scope(self.settings)?, ask.period()?);
        let bucket =
            Bucket::named(ask.value("group_by").unwrap_or("day")).ok_or_else(|| wrong("group_by"))?;
        let zone = match ask.value("timezone_offset") {
            Some(offset) => zone_of(offset, self.today).ok_or_else(|| wrong("timezone_offset"))?,
            None => TimeZone::UTC,
        };
        let second = |micros: i64| micros.div_euclid(1_000_000);
        let values = |kind| -> Vec<(i64, i64)> {
            let events = self.events(kind, &scope, period);
            events.map(|(_, fact)| (second(fact.at), seconds(fact, ask.is_business()))).collect()
        };
        let (values, is_average) = match ask.value("metric").unwrap_or_default() {
            "avg_first_response_time" => (values(FactKind::FirstResponse), true),
            "avg_resolution_time" => (values(FactKind::Resolved), true),
            "reply_time" => (values(FactKind::ReplyTime), true),
            "conversations_count" => {
                let began = self.began(&scope, period);
                (began.map(|c| (second(c.created_at), 0)).collect(), false)
            }
            "incoming_messages_count" => (values(FactKind::MessageIn), false),
            "outgoing_messages_count" => (values(FactKind::MessageOut), false),
            "resolutions_count" => (values(FactKind::Resolved), false),
            "bot_resolutions_count" => {
                let resolved = self.bot_resolutions(&scope, period);
                (resolved.map(|(_, fact)| (second(fact.at), 0)).collect(), false)
            }
            "bot_handoffs_count" => (values(FactKind::BotHandoff), false),
            _ => return Err(wrong("metric")),
        };
        Ok(rows(&values, period, bucket, &zone, is_average))
    }
}

/// Every bucket that touches the period, empty ones too.
fn rows(values: &[(i64, i64)], period: Period, bucket: Bucket, zone: &TimeZone, is_average: bool) -> Value {
    let mut buckets: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    let mut start = bucket.start(period.since, zone);
    while let Some(at) = start.filter(|at| *at < period.until) {
        buckets.insert(at, Vec::new());
        start = bucket.next(at, zone).filter(|next| *next > at);
    }
    for (at, value) in values {
        if let Some(start) = bucket.start(*at, zone) {
            buckets.entry(start).or_default().push(*value);
        }
    }
    let row = |(start, values): (i64, Vec<i64>)| {
        if is_average {
            let value = mean(values.iter().copied()).map_or(json!(0), |mean| json!(mean));
            json!({ "value": value, "timestamp": start, "count": values.len() })
        } else {
            json!({ "value": values.len(), "timestamp": start })
        }
    };
    buckets.into_iter().map(row).collect()
}
