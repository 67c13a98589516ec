//! Every figure, computed in the plainest way from raw tables. Nothing of hotdash's own figures is used.

use super::kept::{Draft, Kept};
use super::past::{Course, Stand, Thing, What, promises};
use super::{real, seconds_of};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A dimension's name and one of its keys.
pub(super) type Slice<'a> = &'a [(String, String)];

/// The first second and the one after the last.
#[derive(Debug, Clone, Copy)]
pub(super) struct Period {
    pub(super) since: i64,
    pub(super) until: i64,
}

/// Who knows every number of an instant.
pub(super) struct Oracle<'a> {
    pub(super) kept: &'a Kept,
    pub(super) now: i64,
    pub(super) then: bool,
    pub(super) courses: BTreeMap<i64, Course>,
}

/// Figures of the moment: no earlier one can be compared with them.
pub(super) fn is_of_the_moment(figure: &str) -> bool {
    figure == "overview.open" || figure.contains(".open") || figure.ends_with("running")
}

impl Oracle<'_> {
    pub(super) fn known_since(&self) -> i64 {
        self.courses.values().map(|course| seconds_of(course.began)).min().unwrap()
    }

    /// Whether something of a conversation belongs to a slice, whenever it was.
    fn is_in(&self, id: i64, at: i64, agent: Option<i64>, slice: Slice<'_>) -> bool {
        let (now, state) = (&self.kept.now[&id], &self.kept.now[&id].state);
        slice.iter().all(|(name, key)| match name.as_str() {
            "inbox" => is_number(&state["inbox"], key),
            "channel" => state["channel"] == **key,
            "team" => is_number(&state["team"]["id"], key),
            "agent" => agent.is_some_and(|agent| agent.to_string() == *key),
            "label" => state["labels"].as_array().unwrap().iter().any(|label| label == key),
            "category" => now.seen.get(key).is_some_and(|at| !self.then || *at < self.now),
            "hour" => self.kept.local(at).hour().to_string() == *key,
            "day" => self.kept.local(at).date().to_string() == *key,
            other => panic!("a slice by {other}"),
        })
    }

    fn assignee(&self, id: i64) -> Option<i64> {
        let assignee = &self.kept.now[&id].state["assignee"];
        assignee["id"].as_i64().filter(|_| assignee["is_bot"] != true)
    }

    fn things(&self, what: What, period: Period, slice: Slice<'_>) -> Vec<&Thing> {
        let mut found = Vec::new();
        for (id, course) in &self.courses {
            let of = |thing: &&Thing| {
                let agent = thing.credit.unwrap_or_else(|| self.assignee(*id));
                thing.what == what
                    && (period.since..period.until).contains(&thing.at)
                    && self.is_in(*id, thing.at, agent, slice)
            };
            found.extend(course.things.iter().filter(of));
        }
        found
    }

    fn lengths(&self, what: What, period: Period, slice: Slice<'_>) -> Vec<f64> {
        self.things(what, period, slice).iter().map(|thing| real(thing.length)).collect()
    }

    /// How long what has not ended takes so far.
    fn open(&self, span: &str, period: Period, slice: Slice<'_>) -> Vec<f64> {
        let mut found = Vec::new();
        for (id, course) in self.courses.iter().filter(|(_, course)| course.status != "resolved") {
            let since = match span {
                "frt" => (!course.is_answered).then_some(course.began),
                "reply" => course.waits_since.filter(|_| course.is_answered),
                _ => Some(course.began),
            };
            let Some(since) = since.map(seconds_of).filter(|since| *since < period.until) else { continue };
            let by_day = slice.iter().any(|(name, _)| name == "day");
            if self.is_in(*id, since, self.assignee(*id), slice) && (!by_day || since >= period.since) {
                found.push(real(self.now - since));
            }
        }
        found
    }

    /// How many promises were kept, missed, and still run.
    fn promised(&self, kind: Option<&str>, period: Period, slice: Slice<'_>) -> [usize; 3] {
        let mut counts = [0; 3];
        for (id, told) in &self.kept.past {
            if !self.courses.contains_key(id) {
                continue;
            }
            for (of, stand) in promises(told, self.now * 1_000_000 + 999_999) {
                let began = seconds_of(self.courses[id].began);
                let by_day = slice.iter().any(|(name, _)| name == "day");
                let (place, at, is_in) = match stand {
                    Stand::Met(at) => (0, at, (period.since..period.until).contains(&at)),
                    Stand::Missed(at) => (1, at, (period.since..period.until).contains(&at)),
                    // What was running then is not kept.
                    Stand::Running => {
                        (2, began, !self.then && began < period.until && (!by_day || began >= period.since))
                    }
                };
                let is_asked = kind.is_none_or(|kind| kind == of) && is_in;
                counts[place] += usize::from(is_asked && self.is_in(*id, at, self.assignee(*id), slice));
            }
        }
        counts
    }

    fn drafts(&self, period: Period, slice: Slice<'_>, when: impl Fn(&Draft) -> Option<i64>) -> Vec<&Draft> {
        let mut found = Vec::new();
        for id in self.courses.keys() {
            let is_in = |draft: &&Draft| {
                when(draft).is_some_and(|at| {
                    (period.since..period.until).contains(&at)
                        && self.is_in(*id, at, self.assignee(*id), slice)
                })
            };
            found.extend(self.kept.now[id].drafts.iter().filter(is_in));
        }
        found
    }

    /// The value of a figure, `None` where there is nothing; panics of one that nobody knows here.
    pub(super) fn value(&self, figure: &str, period: Period, slice: Slice<'_>) -> Option<f64> {
        let (section, part) = figure.split_once('.').unwrap();
        let count = |what| Some(of(self.things(what, period, slice).len()));
        match section {
            "overview" => match part {
                "conversations" => count(What::Began),
                "incoming_messages" => count(What::In),
                "outgoing_messages" => count(What::Out),
                "resolutions" => count(What::Resolved),
                "reopened" => count(What::Reopened),
                "open" => Some(of(self.open("resolution", period, slice).len())),
                "bot_handoffs" => count(What::HandedOver),
                "bot_resolutions" => count(What::ResolvedByBot),
                other => panic!("overview.{other}: nobody recomputes it"),
            },
            "frt" => self.span(What::FirstResponse, "frt", part, period, slice),
            "reply" => self.span(What::Reply, "reply", part, period, slice),
            "resolution" => self.span(What::Resolved, "resolution", part, period, slice),
            "turns" => {
                let what = match part {
                    "desk" => What::DeskTurn,
                    "customer" => What::CustomerTurn,
                    "bot" => What::BotTurn,
                    other => panic!("turns.{other}: nobody recomputes it"),
                };
                Some(self.lengths(what, period, slice).iter().sum())
            }
            "sla" => {
                let (kind, part) =
                    part.split_once('.').map_or((None, part), |(kind, part)| (Some(kind), part));
                let [met, missed, running] = self.promised(kind, period, slice);
                match part {
                    "met" => Some(of(met)),
                    "breached" => Some(of(missed)),
                    "running" => Some(of(running)),
                    "compliance" => share(met, met + missed),
                    other => panic!("sla.{other}: nobody recomputes it"),
                }
            }
            "csat" => self.csat(part, period, slice),
            "drafts" => self.drafted(part, period, slice),
            other => panic!("{other}.{part}: nobody recomputes it"),
        }
    }

    fn span(&self, what: What, name: &str, part: &str, period: Period, slice: Slice<'_>) -> Option<f64> {
        let lengths = self.lengths(what, period, slice);
        let open = || self.open(name, period, slice);
        match part {
            "count" => Some(of(lengths.len())),
            "open" => Some(of(open().len())),
            "open_p50" => percentile(open(), 50),
            "open_max" => percentile(open(), 100),
            _ => stat(lengths, part),
        }
    }

    fn csat(&self, part: &str, period: Period, slice: Slice<'_>) -> Option<f64> {
        let answers = self.things(What::SurveyAnswered, period, slice);
        let sent = self.things(What::SurveySent, period, slice).len();
        let rated = |from: i64, to: i64| answers.iter().filter(|a| (from..=to).contains(&a.rating)).count();
        match part {
            "sent" => Some(of(sent)),
            "answers" => Some(of(answers.len())),
            "mean" => mean(answers.iter().map(|answer| real(answer.rating)).collect()),
            "positive" => share(rated(4, 5), answers.len()),
            "negative" => share(rated(1, 2), answers.len()),
            "response_rate" => share(answers.len(), sent),
            other => panic!("csat.{other}: nobody recomputes it"),
        }
    }

    fn drafted(&self, part: &str, period: Period, slice: Slice<'_>) -> Option<f64> {
        let ready = self.drafts(period, slice, |draft| draft.ready);
        let ended = self.drafts(period, slice, |draft| draft.ended.as_ref().map(|(_, at)| *at));
        let so =
            |how: &str| ended.iter().filter(|d| d.ended.as_ref().is_some_and(|(end, _)| end == how)).count();
        let decided = so("approve") + so("edit") + so("reject");
        let took = || ready.iter().map(|draft| real(draft.ready.unwrap() - draft.created)).collect();
        let grade = |axis: usize| mean(ended.iter().filter_map(|d| Some(real(d.grades?[axis]))).collect());
        let told: Vec<(i64, i64)> = ready.iter().filter_map(|draft| draft.tokens).collect();
        // 0.15 and 0.60 for a million, as this test sets them.
        let costs: Vec<f64> =
            told.iter().map(|(r, w)| real(*r) * 0.15 / 1e6 + real(*w) * 0.6 / 1e6).collect();
        let some = |value: f64| (!told.is_empty()).then_some(value);
        match part {
            "ready" => Some(of(ready.len())),
            "ready_p50" => percentile(took(), 50),
            "ready_p90" => percentile(took(), 90),
            "decided" => Some(of(decided)),
            "approved" => share(so("approve"), decided),
            "edited" => share(so("edit"), decided),
            "rejected" => share(so("reject"), decided),
            "superseded" => share(so("superseded"), ended.len()),
            "edit_distance" => mean(ended.iter().filter_map(|d| Some(real(d.changed?) / 1000.0)).collect()),
            "tone" => grade(0),
            "accuracy" => grade(1),
            "policy" => grade(2),
            "findings" => Some(of(ready.iter().map(|draft| draft.findings).sum())),
            "blocked" => share(ready.iter().filter(|draft| draft.blocking > 0).count(), ready.len()),
            "tokens" => some(told.iter().map(|(read, written)| real(read + written)).sum()),
            "cost" => some(costs.iter().sum()),
            "cost_mean" => mean(costs),
            other => panic!("drafts.{other}: nobody recomputes it"),
        }
    }

    /// The period just before, as long on the wall clock.
    pub(super) fn before(&self, period: Period) -> Period {
        let (since, until) = (self.kept.local(period.since), self.kept.local(period.until));
        let wall = until.datetime().since(since.datetime()).unwrap();
        Period { since: since.checked_sub(wall).unwrap().timestamp().as_second(), until: period.since }
    }

    /// The same stretch of up to eight earlier weeks, of which everything is known.
    pub(super) fn earlier(&self, period: Period) -> Vec<Period> {
        let weeks = ((period.until - period.since) + 604_799) / 604_800;
        let back = |second: i64, times: i64| {
            let days = jiff::Span::new().days(7 * weeks * times);
            self.kept.local(second).checked_sub(days).unwrap().timestamp().as_second()
        };
        let earlier = (1..=8).map(|n| Period { since: back(period.since, n), until: back(period.until, n) });
        earlier.filter(|earlier| earlier.since >= self.known_since()).collect()
    }

    /// A quarter, the middle, three quarters, and of how many; `None` of fewer than four.
    pub(super) fn usual(&self, period: Period, value: impl Fn(Period) -> Option<f64>) -> Option<[f64; 4]> {
        let values: Vec<f64> = self.earlier(period).into_iter().filter_map(value).collect();
        let part = |hundredth| percentile(values.clone(), hundredth).unwrap();
        (values.len() >= 4).then(|| [part(25), part(50), part(75), of(values.len())])
    }

    pub(super) fn usual_of(&self, figure: &str, period: Period) -> Option<[f64; 4]> {
        match is_of_the_moment(figure) {
            true => None,
            false => self.usual(period, |earlier| self.value(figure, earlier, &[])),
        }
    }

    /// The conversations in which a category was first seen in a period.
    pub(super) fn seen(&self, category: &str, period: Period) -> BTreeSet<i64> {
        let first = |id: &i64| self.kept.now[id].seen.get(category).copied();
        let is_in = |id: &&i64| first(id).is_some_and(|at| (period.since..period.until).contains(&at));
        self.courses.keys().filter(is_in).copied().collect()
    }

    pub(super) fn categories(&self) -> BTreeSet<String> {
        self.kept.now.values().flat_map(|now| now.seen.keys().cloned()).collect()
    }

    /// How many first responses took from so many seconds up to so many.
    pub(super) fn responses(&self, period: Period, from: f64, until: f64) -> usize {
        let all = self.lengths(What::FirstResponse, period, &[]);
        all.iter().filter(|length| (from..until).contains(*length)).count()
    }

    pub(super) fn rated(&self, period: Period, rating: i64) -> usize {
        self.things(What::SurveyAnswered, period, &[]).iter().filter(|thing| thing.rating == rating).count()
    }

    /// How many began in an hour of a weekday, 0 = Monday.
    pub(super) fn began_at(&self, period: Period, weekday: i8, hour: i8) -> usize {
        let at = |thing: &&&Thing| {
            let local = self.kept.local(thing.at);
            local.weekday().to_monday_zero_offset() == weekday && local.hour() == hour
        };
        self.things(What::Began, period, &[]).iter().filter(at).count()
    }

    /// Every key of a dimension under which something is to be found.
    pub(super) fn keys(&self, dimension: &str, period: Period) -> BTreeSet<String> {
        let states = || self.kept.now.values().map(|now| &now.state);
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let all: BTreeSet<String> = match dimension {
            "inbox" | "channel" => states().map(|state| text(&state[dimension])).collect(),
            "team" => states().filter_map(|state| Some(state["team"]["id"].as_i64()?.to_string())).collect(),
            "agent" => (1..10).map(|agent: i64| agent.to_string()).collect(),
            "label" => states().flat_map(|state| state["labels"].as_array().unwrap()).map(text).collect(),
            "category" => self.categories(),
            "hour" => (0..24).map(|hour: i8| hour.to_string()).collect(),
            "day" => {
                let days = (period.since..period.until).step_by(3600);
                days.map(|second| self.kept.local(second).date().to_string()).collect()
            }
            other => panic!("groups by {other}"),
        };
        all.into_iter().filter(|key| self.anything(period, dimension, key)).collect()
    }

    fn anything(&self, period: Period, dimension: &str, key: &str) -> bool {
        let slice = [(dimension.to_owned(), key.to_owned())];
        let counted = [
            "overview.conversations",
            "overview.incoming_messages",
            "overview.outgoing_messages",
            "overview.resolutions",
            "overview.reopened",
            "overview.open",
            "frt.count",
            "reply.count",
            "turns.desk",
            "turns.customer",
            "turns.bot",
            "sla.met",
            "sla.breached",
            "sla.running",
            "csat.sent",
            "csat.answers",
            "drafts.ready",
            "drafts.decided",
            "drafts.superseded",
        ];
        let value = |figure: &&str| self.value(figure, period, &slice);
        // A share of none is something nevertheless: drafts ended.
        counted
            .iter()
            .any(|figure| value(figure).is_some_and(|value| value != 0.0 || *figure == "drafts.superseded"))
    }
}

fn is_number(value: &Value, key: &str) -> bool {
    value.as_i64().is_some_and(|number| key.parse() == Ok(number))
}

fn of(count: usize) -> f64 {
    real(i64::try_from(count).unwrap())
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| of(part) / of(whole))
}

fn mean(values: Vec<f64>) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / of(values.len()))
}

fn stat(values: Vec<f64>, name: &str) -> Option<f64> {
    match name {
        "mean" => mean(values),
        "min" => percentile(values, 0),
        "max" => percentile(values, 100),
        "p50" => percentile(values, 50),
        "p75" => percentile(values, 75),
        "p90" => percentile(values, 90),
        "p95" => percentile(values, 95),
        "p99" => percentile(values, 99),
        other => panic!("{other}: nobody recomputes it"),
    }
}

/// On the straight line between the two values that stand nearest to that place.
pub(super) fn percentile(mut values: Vec<f64>, hundredth: usize) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let steps = values.len().checked_sub(1)? * hundredth;
    let (below, part) = (steps / 100, of(steps % 100) / 100.0);
    let above = values.get(below + 1).unwrap_or(&values[below]);
    Some(values[below] * (1.0 - part) + above * part)
}
