//! Times, channels, languages and states in the words that people use.

use crate::store::automations::AutomationState;
use crate::store::drafts::DraftState;
use crate::store::effects::EffectState;
use hotdash_core::conversation::{Channel, Status};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// What a value in a query may not hold as it is.
const TO_ESCAPE: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// `38 s`, `12 min`, `3 h 05`, `2 d 4 h`.
pub(super) fn duration(ms: i64) -> String {
    let ms = ms.abs();
    if ms < MINUTE {
        format!("{} s", ms / 1000)
    } else if ms < HOUR {
        format!("{} min", ms / MINUTE)
    } else if ms < DAY {
        format!("{} h {:02}", ms / HOUR, ms % HOUR / MINUTE)
    } else {
        format!("{} d {} h", ms / DAY, ms % DAY / HOUR)
    }
}

/// The same for what is often done within a second: `240 ms`.
pub(super) fn quick(ms: i64) -> String {
    if ms < 1000 { format!("{ms} ms") } else { duration(ms) }
}

/// How old something is, roughly: `3 days old`, `14 months old`.
pub(super) fn age(ms: i64) -> String {
    let (count, unit) = match ms {
        ms if ms < HOUR => return "less than an hour old".to_owned(),
        ms if ms < 2 * DAY => (ms / HOUR, "hour"),
        ms if ms < 60 * DAY => (ms / DAY, "day"),
        ms if ms < 730 * DAY => (ms / (30 * DAY), "month"),
        ms => (ms / (365 * DAY), "year"),
    };
    format!("{count} {unit}{} old", if count == 1 { "" } else { "s" })
}

/// The time left until a reply is due.
#[derive(Clone)]
pub(super) struct Left {
    pub(super) due_ms: i64,
    pub(super) text: String,
    /// fine, soon, late
    pub(super) class: &'static str,
}

impl Left {
    /// Soon is the last third of the target: early enough to act.
    pub(super) fn until(due_ms: i64, now_ms: i64, sla_minutes: i64) -> Self {
        let left = due_ms - now_ms;
        let (text, class) = if left < 0 {
            (format!("overdue by {}", duration(left)), "late")
        } else if left < sla_minutes * MINUTE / 3 {
            (format!("{} left", duration(left)), "soon")
        } else {
            (format!("{} left", duration(left)), "fine")
        };
        Self { due_ms, text, class }
    }
}

/// The desk's zone and the present.
#[derive(Clone)]
pub(super) struct Times {
    zone: TimeZone,
    name: String,
    pub(super) now_ms: i64,
}

/// An instant, ready to be shown.
#[derive(Clone)]
pub(super) struct Moment {
    pub(super) ms: i64,
    /// As short as it can be told: `09:13`, `16 Nov 09:13`, `16 Nov 2025`.
    pub(super) text: String,
    pub(super) title: String,
    pub(super) iso: String,
}

impl Times {
    pub(super) fn new(zone: &str, now_ms: i64) -> Self {
        Self { zone: TimeZone::get(zone).unwrap_or(TimeZone::UTC), name: zone.to_owned(), now_ms }
    }

    pub(super) fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now_ms).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    pub(super) fn at(&self, instant: Timestamp) -> Moment {
        let then = instant.to_zoned(self.zone.clone());
        let now = Timestamp::from_millisecond(self.now_ms).unwrap_or(instant).to_zoned(self.zone.clone());
        let pattern = if then.date() == now.date() {
            "%H:%M"
        } else if then.year() == now.year() {
            "%-d %b %H:%M"
        } else {
            "%-d %b %Y"
        };
        Moment {
            ms: instant.as_millisecond(),
            text: then.strftime(pattern).to_string(),
            title: format!("{} {}", then.strftime("%A %-d %B %Y, %H:%M"), self.name),
            iso: instant.to_string(),
        }
    }

    pub(super) fn at_ms(&self, ms: i64) -> Moment {
        self.at(Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH))
    }
}

/// The name and the icon of a channel.
pub(super) fn channel(channel: &Channel) -> (String, &'static str) {
    match channel {
        Channel::WebWidget => ("Website".into(), "chat"),
        Channel::Email => ("E-mail".into(), "mail"),
        Channel::Api => ("App".into(), "code"),
        Channel::Sms => ("SMS".into(), "phone"),
        Channel::Whatsapp => ("WhatsApp".into(), "chat"),
        Channel::Facebook => ("Messenger".into(), "chat"),
        Channel::Instagram => ("Instagram".into(), "chat"),
        Channel::Telegram => ("Telegram".into(), "chat"),
        Channel::Line => ("LINE".into(), "chat"),
        Channel::Twitter => ("X (Twitter)".into(), "chat"),
        Channel::Tiktok => ("TikTok".into(), "chat"),
        Channel::Other(kind) => (kind.trim_start_matches("Channel::").to_owned(), "chat"),
    }
}

/// A language's English name, or its code.
pub(super) fn language(code: &str) -> String {
    let name = match code.split(['-', '_']).next().unwrap_or(code) {
        "ar" => "Arabic",
        "cs" => "Czech",
        "da" => "Danish",
        "de" => "German",
        "el" => "Greek",
        "en" => "English",
        "es" => "Spanish",
        "fa" => "Persian",
        "fi" => "Finnish",
        "fr" => "French",
        "he" => "Hebrew",
        "hi" => "Hindi",
        "hu" => "Hungarian",
        "it" => "Italian",
        "ja" => "Japanese",
        "ko" => "Korean",
        "nb" | "nn" | "no" => "Norwegian",
        "nl" => "Dutch",
        "pl" => "Polish",
        "pt" => "Portuguese",
        "ro" => "Romanian",
        "ru" => "Russian",
        "sv" => "Swedish",
        "tr" => "Turkish",
        "uk" => "Ukrainian",
        "ur" => "Urdu",
        "vi" => "Vietnamese",
        "zh" => "Chinese",
        _ => code,
    };
    name.to_owned()
}

/// The direction in which a language is written.
pub(super) fn direction(code: &str) -> &'static str {
    match code.split(['-', '_']).next().unwrap_or(code) {
        "ar" | "fa" | "he" | "ur" | "yi" | "ps" | "sd" | "ckb" => "rtl",
        _ => "ltr",
    }
}

pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Open => "open",
        Status::Resolved => "resolved",
        Status::Pending => "with a bot",
        Status::Snoozed => "snoozed",
    }
}

pub(super) fn effect(state: EffectState) -> (&'static str, &'static str) {
    match state {
        EffectState::Pending => ("waits", "clock"),
        EffectState::Sending => ("being done", "clock"),
        EffectState::Done => ("done", "check"),
        EffectState::Refused => ("refused", "warn"),
        EffectState::Dropped => ("not wanted any more", "cross"),
    }
}

/// Where an automation is, and its icon.
pub(super) fn automation(state: AutomationState) -> (&'static str, &'static str) {
    match state {
        AutomationState::Waiting => ("waits until", "clock"),
        AutomationState::Done => ("done", "check"),
        AutomationState::Cancelled => ("not needed any more", "cross"),
        AutomationState::Refused => ("not done", "warn"),
    }
}

/// What the team calls a draft in this state.
pub(super) fn draft_state(state: DraftState) -> &'static str {
    match state {
        DraftState::Queued | DraftState::Drafting => "being written",
        DraftState::Ready => "ready",
        DraftState::Held => "needs a second person",
        DraftState::Approved => "approved",
        DraftState::Sending => "being sent",
        DraftState::Sent => "sent",
        DraftState::Rejected => "rejected",
        DraftState::Superseded => "superseded",
        DraftState::Expired => "expired",
        DraftState::Failed => "failed",
    }
}

/// The name a person is addressed by: the first word, or all of it where it is a number.
pub(super) fn first_name(name: &str) -> String {
    let first = name.split([' ', ',']).next().unwrap_or(name);
    let is_name = first.chars().any(char::is_alphabetic);
    let full = if is_name { first } else { name };
    match full.char_indices().nth(24) {
        Some((end, _)) => format!("{}…", &full[..end]),
        None => full.to_owned(),
    }
}

/// `188 kB`.
pub(super) fn file_size(bytes: i64) -> String {
    match bytes {
        b if b < 1000 => format!("{b} B"),
        b if b < 1_000_000 => format!("{} kB", b / 1000),
        b => format!("{} MB", b / 1_000_000),
    }
}

/// Percent-encode for a query.
pub(super) fn escape_query(text: &str) -> String {
    utf8_percent_encode(text, TO_ESCAPE).to_string()
}

#[cfg(test)]
mod tests;
