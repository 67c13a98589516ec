//! Which period, slice and clock a page is about, as it stands in its address. What cannot be read is said, and the page
//! shows what it can.

use super::super::words::escape_query;
use hotdash_core::conversation::Channel;
use hotdash_core::facts::Settings;
use hotdash_core::figures::desk::Period;
use hotdash_core::figures::product::{Clock, Slice};
use hotdash_core::ids::{AgentId, InboxId, TeamId};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use serde::Deserialize;
use std::fmt::Write;

/// As it was asked for: a form sends empty fields too.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(in crate::web::ui) struct Asked {
    pub(super) period: String,
    /// Days of the desk's zone, the last included.
    pub(super) from: String,
    pub(super) to: String,
    /// Seconds since 1970, the end excluded: as links have it, so that they show the same tomorrow.
    pub(super) since: String,
    pub(super) until: String,
    pub(super) clock: String,
    pub(super) inbox: String,
    pub(super) channel: String,
    pub(super) team: String,
    pub(super) agent: String,
    pub(super) label: String,
    pub(super) category: String,
    pub(super) hour: String,
}

/// A period with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    Today,
    Week,
    Month,
    Other,
}

impl Named {
    pub(super) const OFFERED: [(Self, &str, &str); 3] =
        [(Self::Today, "today", "Today"), (Self::Week, "7d", "7 days"), (Self::Month, "28d", "28 days")];
}

/// What a page is about.
#[derive(Debug, Clone)]
pub(super) struct Pick {
    pub(super) named: Named,
    pub(super) period: Period,
    pub(super) clock: Clock,
    pub(super) slice: Slice,
    pub(super) zone: TimeZone,
    /// What could not be read, and how to write it.
    pub(super) problems: Vec<String>,
}

impl Pick {
    /// `settings` tells which inboxes, teams and channels there are.
    pub(super) fn read(asked: &Asked, settings: &Settings, zone: TimeZone, now: Timestamp) -> Self {
        let mut problems = Vec::new();
        let today = now.to_zoned(zone.clone());
        let (named, period) = read_period(asked, &today, &mut problems);
        let clock = match asked.clock.as_str() {
            "" | "wall" => Clock::Wall,
            "business" => Clock::Business,
            other => {
                problems.push(format!("“{other}” is no clock: write wall or business."));
                Clock::Wall
            }
        };
        let slice = read_slice(asked, settings, &mut problems);
        Self { named, period, clock, slice, zone, problems }
    }

    /// The way back to this page's figures, or to what is behind one: `since=…&until=…` and the slice.
    pub(super) fn query(&self) -> String {
        let mut query = format!("since={}&until={}", self.period.since, self.period.until);
        query.push_str(&self.rest());
        query
    }

    /// Another period of the same slice.
    pub(super) fn query_of(&self, period: &str) -> String {
        format!("period={period}{}", self.rest())
    }

    /// The conversations behind a figure of this page.
    pub(super) fn behind(&self, figure: &str) -> String {
        format!("/dashboard/conversations?figure={figure}&{}", self.query())
    }

    /// The same of a part of the page's slice or period.
    pub(super) fn within(&self, figure: &str, change: impl FnOnce(&mut Self)) -> String {
        let mut part = self.clone();
        change(&mut part);
        part.behind(figure)
    }

    fn rest(&self) -> String {
        let mut query = String::new();
        if self.clock == Clock::Business {
            query.push_str("&clock=business");
        }
        for (name, value) in self.sliced() {
            // Writing to a text cannot fail.
            let _ = write!(query, "&{name}={}", escape_query(&value));
        }
        query
    }

    /// The conditions of the slice that are set, as the address has them.
    pub(super) fn sliced(&self) -> Vec<(&'static str, String)> {
        let Slice { inbox, channel, team, agent, label, category, hour, .. } = &self.slice;
        [
            ("inbox", inbox.map(|inbox| inbox.to_string())),
            ("channel", channel.as_ref().map(|channel| channel.name().to_owned())),
            ("team", team.map(|team| team.to_string())),
            ("agent", agent.map(|agent| agent.to_string())),
            ("label", label.clone()),
            ("category", category.clone()),
            ("hour", hour.map(|hour| hour.to_string())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }

    pub(super) fn value_of(&self, name: &str) -> String {
        self.sliced().into_iter().find(|(of, _)| *of == name).map(|(_, value)| value).unwrap_or_default()
    }

    pub(super) fn first(&self) -> Zoned {
        at(self.period.since, &self.zone)
    }

    /// The last moment that belongs to it.
    pub(super) fn last(&self) -> Zoned {
        at(self.period.until - 1, &self.zone)
    }

    pub(super) fn days(&self) -> i64 {
        let span = self.first().date().until(self.last().date());
        span.map_or(1, |span| i64::from(span.get_days()) + 1)
    }

    /// Whether its last day is over when it ends.
    pub(super) fn ends_with_a_day(&self) -> bool {
        at(self.period.until, &self.zone)
            .start_of_day()
            .is_ok_and(|start| start.timestamp().as_second() == self.period.until)
    }

    /// `16 – 22 November`, `Monday 16 November`.
    pub(super) fn words(&self) -> String {
        let (first, last) = (self.first(), self.last());
        if first.date() == last.date() {
            return first.strftime("%A %-d %B %Y").to_string();
        }
        let first = match (first.month() == last.month(), first.year() == last.year()) {
            (true, true) => first.strftime("%-d"),
            (false, true) => first.strftime("%-d %B"),
            _ => first.strftime("%-d %B %Y"),
        };
        format!("{first} – {}", last.strftime("%-d %B %Y"))
    }

    pub(super) fn title(&self) -> String {
        match self.named {
            Named::Today => "Today".to_owned(),
            Named::Week => "Last 7 days".to_owned(),
            Named::Month => "Last 28 days".to_owned(),
            Named::Other => self.words(),
        }
    }
}

fn at(second: i64, zone: &TimeZone) -> Zoned {
    Timestamp::from_second(second).unwrap_or_default().to_zoned(zone.clone())
}

fn read_period(asked: &Asked, today: &Zoned, problems: &mut Vec<String>) -> (Named, Period) {
    let until = today.timestamp().as_second() + 1;
    // A zone that begins a day at no hour at all is none.
    let midnight =
        |day: Date| day.to_zoned(today.time_zone().clone()).map_or(until, |day| day.timestamp().as_second());
    let days = |back: i64| Period { since: midnight(today.date().saturating_sub(back.days())), until };
    let week = (Named::Week, days(6));
    if !asked.since.is_empty() || !asked.until.is_empty() {
        return match (asked.since.parse(), asked.until.parse()) {
            (Ok(since), Ok(until)) if since < until && is_sane(since) && is_sane(until) => {
                (Named::Other, Period { since, until })
            }
            _ => {
                problems
                    .push("since and until are seconds since 1970, since the earlier of them.".to_owned());
                week
            }
        };
    }
    match asked.period.as_str() {
        "today" => (Named::Today, days(0)),
        "28d" => (Named::Month, days(27)),
        "custom" => {
            let mut day = |text: &str, what: &str| {
                let day = text.parse::<Date>().ok().filter(|day| (1970..2100).contains(&day.year()));
                if day.is_none() {
                    problems
                        .push(format!("{what} “{text}” is no day: write it as {}.", today.strftime("%F")));
                }
                day
            };
            let (from, to) = (day(&asked.from, "From"), day(&asked.to, "To"));
            let (Some(from), Some(to)) = (from, to) else { return week };
            if to < from {
                problems.push(format!("The period ends on {to}, before it begins on {from}."));
                return week;
            }
            let until = to.tomorrow().map_or(until, midnight);
            (Named::Other, Period { since: midnight(from), until })
        }
        "" | "7d" => week,
        other => {
            problems.push(format!("“{other}” is no period: write today, 7d, 28d or custom."));
            week
        }
    }
}

/// Within the years in which there are desks.
fn is_sane(second: i64) -> bool {
    (0..4_102_444_800).contains(&second)
}

fn read_slice(asked: &Asked, settings: &Settings, problems: &mut Vec<String>) -> Slice {
    let mut number = |text: &str, what: &str| -> Option<i64> {
        if text.is_empty() {
            return None;
        }
        let number = text.parse().ok();
        if number.is_none() {
            problems.push(format!("“{text}” is no {what}: its number is meant."));
        }
        number
    };
    let inbox = number(&asked.inbox, "inbox").map(InboxId);
    let team = number(&asked.team, "team").map(TeamId);
    let agent = number(&asked.agent, "agent").map(AgentId);
    let hour = number(&asked.hour, "hour").and_then(|hour| i8::try_from(hour).ok()).filter(|hour| *hour < 24);
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let channel = text(&asked.channel).map(|name| {
        let known =
            settings.inboxes.values().map(|inbox| &inbox.channel).find(|channel| channel.name() == name);
        known.cloned().unwrap_or(Channel::Other(name))
    });
    let (label, category) = (text(&asked.label), text(&asked.category));
    Slice { inbox, channel, team, agent, label, category, hour }
}

#[cfg(test)]
mod tests;
