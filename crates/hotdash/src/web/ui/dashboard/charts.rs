//! The dashboard's charts: what they are of, what they say, where their marks lead.

use super::super::chart::{Bar, Bars, Caption, Heat, HeatCell, Line, Point, Quantile, Share, Shares};
use super::super::words;
use super::numbers;
use super::pick::Pick;
use hotdash_core::figures::definition::{Definition, Unit};
use hotdash_core::figures::desk::Period;
use hotdash_core::figures::product::{Clock, Key, Totals};
use hotdash_core::figures::report::{AnalyticsReport, Reported};
use hotdash_core::figures::usual::{BEFORE, UsualRange};
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::BTreeMap;

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

fn caption(id: &'static str, title: impl Into<String>, desc: impl Into<String>) -> Caption {
    Caption { id, title: title.into(), desc: desc.into() }
}

/// How long first responses took. Classes beyond the slowest tenth are the ones to look at.
pub(super) fn first_responses(report: &AnalyticsReport, pick: &Pick) -> Option<Bars> {
    let figure = |id: &str| report.figure(id).and_then(|figure| figure.value);
    let p90 = figure("frt.p90")?;
    let ends = report.first_responses.ends;
    let class = |place: usize| (place.checked_sub(1).map(|before| ends[before]), ends.get(place).copied());
    let bars = report.first_responses.counts.iter().enumerate().map(|(place, count)| {
        let (from, until) = class(place);
        let words = match (from, until) {
            (None, Some(until)) => format!("up to {}", length(until)),
            (Some(from), Some(until)) => format!("{} to {}", length(from), length(until)),
            (Some(from), None) => format!("longer than {}", length(from)),
            (None, None) => String::new(),
        };
        let label = match (from, until) {
            (_, Some(until)) => format!("≤{}", brief(until)),
            (Some(from), None) => format!(">{}", brief(from)),
            (None, None) => String::new(),
        };
        let mut href = pick.behind("frt.count");
        href.extend(from.map(|from| format!("&above={from}")));
        href.extend(until.map(|until| format!("&most={until}")));
        #[expect(clippy::cast_precision_loss, reason = "seconds of a day")]
        let hot = from.is_some_and(|from| from as f64 >= p90);
        Bar { label, words, count: *count, href, hot }
    });
    let quantiles = [("median", "frt.p50"), ("90 %", "frt.p90")].into_iter().filter_map(|(name, id)| {
        let seconds = figure(id)?;
        Some(Quantile { name, words: numbers::value(Unit::Seconds, seconds), at: place(seconds, &ends) })
    });
    let (answered, half) = (figure("frt.count").unwrap_or(0.0), figure("frt.p50")?);
    let desc = format!(
        "{} first responses. Half took up to {}, nine of ten up to {}.",
        numbers::value(Unit::Count, answered),
        numbers::value(Unit::Seconds, half),
        numbers::value(Unit::Seconds, p90),
    );
    let caption = caption("first-responses", "How long first responses took", desc);
    Some(Bars::new(
        caption,
        "Time until the first response",
        "Responses",
        bars.collect(),
        quantiles.collect(),
    ))
}

fn length(seconds: i64) -> String {
    match seconds {
        86_400 => "1 day".to_owned(),
        s if s % 3600 == 0 => format!("{} h", s / 3600),
        s => words::duration(s * 1000),
    }
}

fn brief(seconds: i64) -> String {
    match seconds {
        86_400 => "1d".to_owned(),
        s if s % 3600 == 0 => format!("{}h", s / 3600),
        s => format!("{}m", s / 60),
    }
}

/// Into which class a length falls, with how far into it; of the last class, which has no end, the middle.
#[expect(clippy::cast_precision_loss, reason = "seconds of a day")]
fn place(seconds: f64, ends: &[i64]) -> f64 {
    let class = ends.partition_point(|end| (*end as f64) < seconds);
    let before = class.checked_sub(1).map_or(0.0, |before| ends[before] as f64);
    let part = ends.get(class).map_or(0.5, |end| (seconds - before) / (*end as f64 - before));
    class as f64 + part.clamp(0.0, 1.0)
}

/// When conversations begin.
pub(super) fn arrivals(report: &AnalyticsReport, pick: &Pick) -> Option<(Heat, String)> {
    let all: usize = report.peak_hours.iter().flatten().sum();
    let cells = (0_usize..7).flat_map(|day| (0_usize..24).map(move |hour| (day, hour)));
    let (day, hour) = cells.rev().max_by_key(|(day, hour)| report.peak_hours[*day][*hour])?;
    if all == 0 {
        return None;
    }
    let said = format!(
        "Most began on {} between {hour:02}:00 and {:02}:00: {} of {all}.",
        WEEKDAYS[day],
        hour + 1,
        report.peak_hours[day][hour],
    );
    let days = report.peak_hours.iter().enumerate().map(|(day, hours)| {
        let cell = |(hour, count): (usize, &usize)| {
            let href =
                pick.within("overview.conversations", |part| part.slice.hour = i8::try_from(hour).ok());
            HeatCell { count: *count, href: format!("{href}&weekday={day}") }
        };
        hours.iter().enumerate().map(cell).collect()
    });
    let caption = caption("arrivals", "Conversations by weekday and hour", said.clone());
    Some((Heat::new(caption, days.collect()), said))
}

/// One figure day by day, with what is usual for that weekday. `history` reaches [`BEFORE`] weeks further back.
pub(super) fn by_day(
    id: &'static str,
    title: &'static str,
    figure: &Definition,
    pick: &Pick,
    history: &[(Key, Totals)],
) -> Line {
    let values: BTreeMap<Date, Option<f64>> = history
        .iter()
        .filter_map(|(key, totals)| match key {
            Key::Day(day) => Some((*day, totals.value(figure.of).ok())),
            _ => None,
        })
        .collect();
    let nothing = (figure.unit == Unit::Count).then_some(0.0);
    let known = values.keys().next().copied();
    let value = |day: Date| values.get(&day).copied().unwrap_or(nothing).or(nothing);
    let (first, last) = (pick.first().date(), pick.last().date());
    // A day that is not over, or of which only hours are asked, is no day to compare.
    let is_whole = |day: Date| day != last || pick.ends_with_a_day();
    let mut points = Vec::new();
    let mut day = first;
    while day <= last {
        let before = (1..=BEFORE).map(|weeks| day.saturating_sub((weeks * 7).days()));
        let before = before.filter(|day| known.is_some_and(|known| *day >= known));
        let usual = UsualRange::of(before.filter_map(value).map(Ok)).ok().filter(|_| is_whole(day));
        points.push(point(day, value(day), usual, figure, pick, is_whole(day)));
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    let apart = points.iter().filter(|point| !point.apart.is_empty()).count();
    let desc = match apart {
        0 => format!("{} days.", points.len()),
        1 => format!("{} days, one of them outside of what is usual for its weekday.", points.len()),
        apart => {
            format!("{} days, {apart} of them outside of what is usual for their weekday.", points.len())
        }
    };
    let unit = figure.unit;
    Line::new(caption(id, title, desc), "Day", figure.label, points, move |top| numbers::value(unit, top))
}

fn point(
    day: Date,
    value: Option<f64>,
    usual: Option<UsualRange>,
    figure: &Definition,
    pick: &Pick,
    is_whole: bool,
) -> Point {
    let apart = match (value, usual) {
        (Some(value), Some(usual)) if value > usual.high => "above the usual",
        (Some(value), Some(usual)) if value < usual.low => "below the usual",
        _ => "",
    };
    let midnight = |day: Date| day.to_zoned(pick.zone.clone()).map(|at| at.timestamp().as_second());
    let href = pick.within(figure.id, |part| {
        let until = day.tomorrow().and_then(midnight).unwrap_or(pick.period.until);
        let since = midnight(day).unwrap_or(pick.period.since).max(pick.period.since);
        part.period = Period { since, until: until.min(pick.period.until) };
    });
    let so_far = if is_whole { "" } else { ", so far" };
    Point {
        label: day.strftime("%-d %b").to_string(),
        words: format!("{}{so_far}", day.strftime("%A %-d %B")),
        value,
        value_words: value.map_or_else(|| "–".to_owned(), |value| numbers::value(figure.unit, value)),
        usual: usual.map(|usual| (usual.low, usual.high)),
        usual_words: usual.map_or_else(|| "–".to_owned(), |usual| numbers::range(figure.unit, &usual)),
        apart,
        href,
    }
}

fn counted(report: &AnalyticsReport, id: &str) -> usize {
    whole(report.figure(id).and_then(|figure: &Reported| figure.value).unwrap_or(0.0))
}

fn whole(value: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts, and hours of a desk"
    )]
    let count = value.round().max(0.0) as usize;
    count
}

/// Ratings from 5 to 1.
pub(super) fn ratings(report: &AnalyticsReport, pick: &Pick) -> Option<Shares> {
    let all: usize = report.ratings.iter().sum();
    if all == 0 {
        return None;
    }
    let classes = ["bad", "poor", "rest", "fair", "good"];
    let shares = (0_usize..5).rev().map(|place| {
        let figure = match place {
            3 | 4 => "csat.positive",
            0 | 1 => "csat.negative",
            _ => "csat.answers",
        };
        let href = format!("{}&rating={}", pick.behind(figure), place + 1);
        let name = if place == 0 { "1 star".to_owned() } else { format!("{} stars", place + 1) };
        Share { name, class: classes[place], count: report.ratings[place], words: None, goal: None, href }
    });
    let positive = report.figure("csat.positive").and_then(|figure| figure.value).unwrap_or(0.0);
    let desc = format!("{all} ratings; {} are 4 or 5 stars.", numbers::value(Unit::Share, positive));
    let caption = caption("ratings", "Ratings of customers", desc);
    Some(Shares::new(caption, "Rating", "Answers", shares.collect()))
}

/// Met, missed and running promises.
pub(super) fn promises(report: &AnalyticsReport, pick: &Pick) -> Option<Shares> {
    let parts = [("Kept", "good", "sla.met"), ("Missed", "bad", "sla.breached")];
    let shares: Vec<Share> = parts
        .into_iter()
        .map(|(name, class, id)| {
            let (count, href) = (counted(report, id), pick.behind(id));
            Share { name: name.to_owned(), class, count, words: None, goal: None, href }
        })
        .collect();
    let all: usize = shares.iter().map(|share| share.count).sum();
    let desc = format!("{all} promises came due: {} kept, {} missed.", shares[0].count, shares[1].count);
    let caption = caption("promises", "Promises that came due", desc);
    (all > 0).then(|| Shares::new(caption, "Promise", "Clocks", shares))
}

/// How drafts were decided, beside what is aimed at.
pub(super) fn drafts(report: &AnalyticsReport, pick: &Pick) -> Option<Shares> {
    let parts = [
        ("Sent as written", "good", "drafts.approved", "80 %"),
        ("Sent with changes", "fair", "drafts.edited", "15 %"),
        ("Rejected", "bad", "drafts.rejected", "5 %"),
    ];
    let share = |id: &str| report.figure(id).and_then(|figure| figure.value).unwrap_or(0.0);
    let decided = share("drafts.decided");
    let shares = parts.into_iter().map(|(name, class, id, goal)| Share {
        name: name.to_owned(),
        class,
        count: whole(share(id) * decided),
        words: None,
        goal: Some(goal),
        href: pick.behind(id),
    });
    let shares: Vec<Share> = shares.collect();
    let desc = format!(
        "{} drafts were decided; {} were sent as written, 80 % is the goal.",
        numbers::value(Unit::Count, decided),
        numbers::value(Unit::Share, share("drafts.approved")),
    );
    let caption = caption("decisions", "How drafts were decided", desc);
    (decided > 0.0).then(|| Shares::new(caption, "Decision", "Drafts", shares))
}

/// Who was waited for.
pub(super) fn turns(report: &AnalyticsReport, pick: &Pick) -> Option<Shares> {
    let parts = [
        ("The desk", "good", "turns.desk"),
        ("The customer", "rest", "turns.customer"),
        ("A bot", "fair", "turns.bot"),
    ];
    let shares: Vec<Share> = parts
        .into_iter()
        .map(|(name, class, id)| {
            let count = counted(report, id);
            let words = numbers::value(Unit::Seconds, report.figure(id).and_then(|f| f.value).unwrap_or(0.0));
            Share {
                name: name.to_owned(),
                class,
                count,
                words: Some(words),
                goal: None,
                href: pick.behind(id),
            }
        })
        .collect();
    let all: usize = shares.iter().map(|share| share.count).sum();
    let clock = if pick.clock == Clock::Business { "working time" } else { "by the clock on the wall" };
    let desc = format!("Turns that ended in the period, {clock}: how long each side was waited for.");
    let caption = caption("turns", "Who was waited for", desc);
    (all > 0).then(|| Shares::new(caption, "Waited for", "Time in all", shares))
}
