//! Our answer of a report beside the desk's own, figure by figure.

use super::desk::{Ask, Desk, NotAnswered};
use crate::facts::{ConversationFacts, Unknown};
use crate::ids::ConversationId;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Keys that name a row and are no figures.
const NAMES: [&str; 7] = ["id", "timestamp", "name", "title", "email", "thumbnail", "availability"];
/// Figures that depend on who asked, not on the desk.
const OF_THE_ASKER: [&str; 1] = ["mine_count"];
const NOT_EXPLAINED: &str = "not explained";
const NO_SUCH_ROW: &str =
    "hotdash knows of no such row: it was added, renamed or removed after the settings were read";
/// More ids than this are counted, not listed.
const LISTED: usize = 10;

/// From what facts were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Deliveries,
    Backfill,
    /// What a running hotdash has: both.
    Store,
}

/// What came of comparing reports.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Check {
    /// Figures, not reports: every number of every report.
    pub compared: usize,
    pub equal: usize,
    pub different: Vec<Difference>,
    /// Reports that were not compared.
    pub skipped: Vec<Skipped>,
}

/// A figure that is not as the desk says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    pub report: String,
    pub figure: String,
    pub ours: Value,
    pub theirs: Value,
    pub why: String,
    pub from: Source,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Skipped {
    pub report: String,
    pub why: String,
}

/// What is known beside the facts, to explain a difference.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The conversations that the desk lists now, where it was asked.
    pub listed: Option<BTreeSet<ConversationId>>,
}

impl Check {
    /// Whether every difference has a known cause.
    #[must_use]
    pub fn is_explained(&self) -> bool {
        self.different.iter().all(|difference| difference.why != NOT_EXPLAINED)
    }

    /// Put our answer of a report beside the desk's.
    pub fn compare(
        &mut self,
        from: Source,
        report: &str,
        path: &str,
        theirs: &Value,
        desk: Desk<'_>,
        around: &Surroundings,
    ) {
        let ours = match desk.answer(path) {
            Ok(ours) => ours,
            Err(why) => return self.skip(report, &why),
        };
        let (ours, theirs) = (figures(&ours), figures(theirs));
        let without = Without::deleted(path, desk, around);
        for (figure, theirs) in &theirs {
            let mine = ours.get(figure);
            self.compared += 1;
            if mine.is_some_and(|mine| is_same(mine, theirs)) {
                self.equal += 1;
                continue;
            }
            let ours = mine.cloned().unwrap_or(Value::Null);
            let deleted = without.as_ref().filter(|without| without.explains(figure, theirs));
            let why = match deleted {
                Some(without) => without.words(),
                None if mine.is_none() => NO_SUCH_ROW.into(),
                None => why(from, path, &ours, theirs, desk, around),
            };
            let (report, figure, theirs) = (report.to_owned(), figure.clone(), theirs.clone());
            self.different.push(Difference { report, figure, ours, theirs, why, from });
        }
        // A row that the desk does not have.
        for (figure, ours) in ours.iter().filter(|(figure, _)| !theirs.contains_key(*figure)) {
            self.compared += 1;
            let deleted = without.as_ref().filter(|without| !without.figures.contains_key(figure));
            let why = deleted.map_or_else(|| NOT_EXPLAINED.to_owned(), Without::words);
            let (report, figure, ours) = (report.to_owned(), figure.clone(), ours.clone());
            self.different.push(Difference { report, figure, ours, theirs: Value::Null, why, from });
        }
    }

    fn skip(&mut self, report: &str, why: &NotAnswered) {
        let skipped = Skipped { report: report.to_owned(), why: why.to_string() };
        if !self.skipped.contains(&skipped) {
            self.skipped.push(skipped);
        }
    }
}

/// Numbers to the last digit; `3` and `3.0` are the same, text of a number too (older desks).
fn is_same(ours: &Value, theirs: &Value) -> bool {
    let number = |value: &Value| value.as_f64().or_else(|| value.as_str()?.parse::<f64>().ok());
    match (number(ours), number(theirs)) {
        #[expect(clippy::float_cmp, reason = "equal means equal")]
        (Some(ours), Some(theirs)) => ours == theirs,
        _ => ours == theirs,
    }
}

/// Every figure of an answer under a name that does not depend on the order of rows.
fn figures(answer: &Value) -> BTreeMap<String, Value> {
    let mut figures = BTreeMap::new();
    collect(&rows_of_matrix(answer).unwrap_or_else(|| answer.clone()), "", &mut figures);
    figures
}

fn collect(value: &Value, name: &str, figures: &mut BTreeMap<String, Value>) {
    let join = |part: &str| if name.is_empty() { part.to_owned() } else { format!("{name}.{part}") };
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                if !NAMES.contains(&key.as_str()) && !OF_THE_ASKER.contains(&key.as_str()) {
                    collect(value, &join(key), figures);
                }
            }
        }
        Value::Array(rows) => {
            for (at, row) in rows.iter().enumerate() {
                let id = row.get("id").or_else(|| row.get("timestamp"));
                collect(row, &join(&id.map_or_else(|| at.to_string(), Value::to_string)), figures);
            }
        }
        _ => {
            figures.insert(name.to_owned(), value.clone());
        }
    }
}

/// A matrix by the numbers of its inboxes and labels.
fn rows_of_matrix(answer: &Value) -> Option<Value> {
    let list = |key: &str| answer.get(key)?.as_array();
    let id = |thing: &Value| thing.get("id").map(Value::to_string);
    let labels: Vec<String> = list("labels")?.iter().filter_map(id).collect();
    let mut rows = Map::new();
    for (inbox, row) in list("inboxes")?.iter().zip(list("matrix")?) {
        let cells = labels.iter().zip(row.as_array()?);
        let cells: Map<String, Value> =
            cells.map(|(label, count)| (format!("label {label}"), count.clone())).collect();
        rows.insert(format!("inbox {}", id(inbox)?), Value::Object(cells));
    }
    Some(Value::Object(rows))
}

/// The same report without what is deleted on the desk, which forgets what it measured of it.
struct Without {
    figures: BTreeMap<String, Value>,
    gone: Vec<ConversationId>,
}

impl Without {
    fn deleted(path: &str, desk: Desk<'_>, around: &Surroundings) -> Option<Self> {
        let listed = around.listed.as_ref()?;
        let gone = ids(desk.facts, |c| !listed.contains(&c.conversation));
        if gone.is_empty() {
            return None;
        }
        let left: Vec<ConversationFacts> =
            desk.facts.iter().filter(|c| listed.contains(&c.conversation)).cloned().collect();
        let answer = Desk { facts: &left, ..desk }.answer(path).ok()?;
        Some(Self { figures: figures(&answer), gone })
    }

    fn explains(&self, figure: &str, theirs: &Value) -> bool {
        self.figures.get(figure).is_some_and(|ours| is_same(ours, theirs))
    }

    fn words(&self) -> String {
        format!("deleted on the desk, which forgets what it measured of them: {}", listed(&self.gone))
    }
}

/// The known cause of a difference, or that there is none.
fn why(
    from: Source,
    path: &str,
    ours: &Value,
    theirs: &Value,
    desk: Desk<'_>,
    around: &Surroundings,
) -> String {
    let business = Ask::read(path).is_ok_and(|ask| ask.is_business());
    if business {
        let blind = ids(desk.facts, |c| c.unknown.contains(&Unknown::WorkingHours));
        if !blind.is_empty() {
            return format!("the working hours of the inbox are not known ({})", listed(&blind));
        }
        if let (Some(ours), Some(theirs)) = (ours.as_f64(), theirs.as_f64())
            && (ours - theirs).abs() <= 1.0
            && desk.facts.iter().any(|c| c.unknown.contains(&Unknown::Fractions))
        {
            let source =
                if from == Source::Backfill { "a read of the desk" } else { "a part that was only read" };
            return format!(
                "{source} tells whole seconds, and the desk counts working time in fractions before it rounds: \
                 at most a second for each conversation"
            );
        }
    }
    if let Some(listed_now) = &around.listed {
        let known: BTreeSet<ConversationId> = desk.facts.iter().map(|c| c.conversation).collect();
        let missing: Vec<ConversationId> = listed_now.difference(&known).copied().collect();
        if !missing.is_empty() {
            return format!("nothing is known of: {}", listed(&missing));
        }
    }
    let blind = ids(desk.facts, |c| c.unknown.contains(&Unknown::StatusHistory));
    if !blind.is_empty() {
        return format!(
            "no delivery and no line of the thread tells when the status changed: {}",
            listed(&blind)
        );
    }
    NOT_EXPLAINED.into()
}

fn ids(facts: &[ConversationFacts], wanted: impl Fn(&ConversationFacts) -> bool) -> Vec<ConversationId> {
    facts.iter().filter(|c| wanted(c)).map(|c| c.conversation).collect()
}

fn listed(ids: &[ConversationId]) -> String {
    let first: Vec<String> = ids.iter().take(LISTED).map(ToString::to_string).collect();
    match ids.len().saturating_sub(LISTED) {
        0 => format!("conversations {}", first.join(", ")),
        more => format!("conversations {} and {more} more", first.join(", ")),
    }
}

#[cfg(test)]
mod tests;
