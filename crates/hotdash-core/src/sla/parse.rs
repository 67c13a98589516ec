//! TOML → targets. Read by hand, so that whoever wrote the file learns the target, the key and the word that was
//! probably meant; everything wrong is told at once.

use super::policy::{Assign, Calendar, Kind, SlaPolicy, SlaProblem, Target, Warning, When};
use crate::conversation::Priority;
use crate::hours::Hours;
use crate::ids::{AgentId, InboxId, TeamId};
use crate::rulebook::vocabulary::nearest;
use jiff::SignedDuration;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use toml::{Table, Value};

const FILE_KEYS: [&str; 6] =
    ["calendar", "tier_attribute", "pause_while_waiting_for_customer", "warning", "target", "calendars"];
const TARGET_KEYS: [&str; 7] =
    ["id", "when", "first_response", "next_response", "resolution", "calendar", "warning"];
const WHEN_KEYS: [&str; 5] = ["tier", "priority", "label", "inbox", "desk"];
const WARNING_KEYS: [&str; 6] = ["at", "clock", "tag", "priority", "note", "assign"];
const PRIORITIES: [(&str, Priority); 4] = [
    ("low", Priority::Low),
    ("medium", Priority::Medium),
    ("high", Priority::High),
    ("urgent", Priority::Urgent),
];

/// The id of the promise that holds where no target names a first response.
const STANDARD: &str = "standard";
/// A year: longer is a slip of the pen.
const LONGEST: SignedDuration = SignedDuration::from_hours(366 * 24);

pub(super) fn parse(
    file: &str,
    text: &str,
    first_response: SignedDuration,
) -> Result<SlaPolicy, Vec<SlaProblem>> {
    let mut reader = Reader { file: file.to_owned(), ..Reader::default() };
    let table = text.parse::<Table>().unwrap_or_else(|error| {
        reader.problem("the file", error.to_string().trim_end());
        Table::new()
    });
    reader.only(&table, "", &FILE_KEYS);
    let calendars = reader.calendars(&table);
    let calendar = reader.calendar(&table, &calendars).unwrap_or(Calendar::Always);
    let warnings = reader.warnings(&table, "").unwrap_or_default();
    let mut targets = reader.targets(&table, &calendar, &calendars);
    targets.push(standard(first_response, calendar));
    let digest =
        Sha256::new().chain_update(text).chain_update(first_response.as_millis().to_string()).finalize();
    let policy = SlaPolicy {
        targets,
        warnings,
        calendars,
        tier_attribute: reader.text(&table, "tier_attribute").unwrap_or_else(|| "tier".to_owned()),
        pause_while_waiting: reader.flag(&table, "pause_while_waiting_for_customer").unwrap_or(true),
        hash: hex::encode(digest).chars().take(12).collect(),
    };
    if reader.problems.is_empty() { Ok(policy) } else { Err(reader.problems) }
}

/// A first response and nothing else.
pub(super) fn nothing(first_response: SignedDuration) -> SlaPolicy {
    SlaPolicy {
        targets: vec![standard(first_response, Calendar::Always)],
        warnings: Vec::new(),
        calendars: BTreeMap::new(),
        tier_attribute: "tier".to_owned(),
        pause_while_waiting: true,
        hash: String::new(),
    }
}

fn standard(first_response: SignedDuration, calendar: Calendar) -> Target {
    Target {
        id: STANDARD.to_owned(),
        when: When::default(),
        first_response: Some(first_response),
        next_response: None,
        resolution: None,
        calendar,
        warnings: None,
    }
}

#[derive(Default)]
struct Reader {
    file: String,
    place: Option<String>,
    problems: Vec<SlaProblem>,
}

impl Reader {
    fn problem(&mut self, key: &str, message: &str) {
        self.push(key, message, None);
    }

    fn push(&mut self, key: &str, message: &str, nearest: Option<String>) {
        self.problems.push(SlaProblem {
            file: self.file.clone(),
            place: self.place.clone(),
            key: key.to_owned(),
            message: message.to_owned(),
            nearest,
        });
    }

    fn unknown(&mut self, key: &str, wrong: &str, right: &[&str]) {
        let message = format!("“{wrong}” is not known; possible: {}", right.join(", "));
        self.push(key, &message, nearest(wrong, right.iter().copied()));
    }

    fn refuse<T>(&mut self, key: &str, message: &str) -> Option<T> {
        self.problem(key, message);
        None
    }

    fn only(&mut self, table: &Table, prefix: &str, known: &[&str]) {
        for wrong in table.keys().filter(|key| !known.contains(&key.as_str())) {
            self.unknown(&format!("{prefix}{wrong}"), wrong, known);
        }
    }

    fn calendars(&mut self, table: &Table) -> BTreeMap<String, Hours> {
        let named = match table.get("calendars") {
            None => return BTreeMap::new(),
            Some(Value::Table(named)) => named,
            Some(_) => {
                self.problem("calendars", "expected [calendars.NAME] tables");
                return BTreeMap::new();
            }
        };
        let mut calendars = BTreeMap::new();
        for (name, value) in named {
            if matches!(name.as_str(), "always" | "hours") {
                self.problem(&format!("calendars.{name}"), "this name is taken; choose another");
            }
            match Hours::parse(&value.as_table().map(Table::to_string).unwrap_or_default()) {
                Ok(hours) => drop(calendars.insert(name.clone(), hours)),
                Err(error) => self.problem(&format!("calendars.{name}.{}", error.key), &error.message),
            }
        }
        calendars
    }

    fn calendar(&mut self, table: &Table, calendars: &BTreeMap<String, Hours>) -> Option<Calendar> {
        let name = self.text(table, "calendar")?;
        match name.as_str() {
            "always" => Some(Calendar::Always),
            "hours" => Some(Calendar::Hours),
            _ if calendars.contains_key(&name) => Some(Calendar::Named(name)),
            _ => {
                let known: Vec<&str> =
                    ["always", "hours"].into_iter().chain(calendars.keys().map(String::as_str)).collect();
                self.unknown("calendar", &name, &known);
                None
            }
        }
    }

    fn targets(
        &mut self,
        table: &Table,
        calendar: &Calendar,
        calendars: &BTreeMap<String, Hours>,
    ) -> Vec<Target> {
        let mut targets: Vec<Target> = Vec::new();
        for (number, item) in self.tables(table, "target").into_iter().enumerate() {
            self.place = Some(format!("target {}", number + 1));
            let Some(id) = self.text(&item, "id").filter(|id| !id.trim().is_empty()) else {
                self.problem("id", "a target needs a name of its own");
                continue;
            };
            self.place = Some(format!("target {id}"));
            self.only(&item, "", &TARGET_KEYS);
            if id == STANDARD || targets.iter().any(|other| other.id == id) {
                self.problem("id", "another target has this name");
            }
            let target = Target {
                when: self.when(&item),
                first_response: self.duration(&item, "first_response"),
                next_response: self.duration(&item, "next_response"),
                resolution: self.duration(&item, "resolution"),
                calendar: self.calendar(&item, calendars).unwrap_or_else(|| calendar.clone()),
                warnings: self.warnings(&item, "").filter(|_| item.contains_key("warning")),
                id,
            };
            let promises = ["first_response", "next_response", "resolution"];
            if promises.iter().all(|key| !item.contains_key(*key)) {
                self.problem(
                    "first_response",
                    "a target promises something: first_response, next_response or resolution",
                );
            }
            targets.push(target);
        }
        self.place = None;
        targets
    }

    fn when(&mut self, item: &Table) -> When {
        let when = match item.get("when") {
            None => return When::default(),
            Some(Value::Table(when)) => when.clone(),
            Some(_) => {
                self.problem("when", "expected a table, e.g. { tier = \"gold\" }");
                return When::default();
            }
        };
        self.only(&when, "when.", &WHEN_KEYS);
        let mut words = |key: &str| self.words(&when, key, &format!("when.{key}"));
        let (tiers, labels, desks) = (words("tier"), words("label"), words("desk"));
        let (priorities, inboxes) = (words("priority"), words("inbox"));
        let priorities = priorities.iter().filter_map(|word| self.priority("when.priority", word)).collect();
        let inboxes = inboxes
            .iter()
            .filter_map(|word| match word.parse() {
                Ok(number) => Some(InboxId(number)),
                Err(_) => self.refuse("when.inbox", &format!("“{word}” is no number of an inbox")),
            })
            .collect();
        When { tiers, priorities, labels, inboxes, desks }
    }

    fn warnings(&mut self, table: &Table, prefix: &str) -> Option<Vec<Warning>> {
        let before = self.place.clone();
        let mut warnings: Vec<Warning> = Vec::new();
        for (number, item) in self.tables(table, "warning").into_iter().enumerate() {
            let place = format!("warning {}", number + 1);
            self.place =
                Some(before.as_ref().map_or_else(|| place.clone(), |before| format!("{before}, {place}")));
            self.only(&item, prefix, &WARNING_KEYS);
            let at = match item.get("at").and_then(Value::as_integer).and_then(|at| u16::try_from(at).ok()) {
                Some(at @ 1..=1000) => at,
                _ => {
                    self.problem(
                        "at",
                        "expected a share of the target in percent, 1 to 1000; 100 is the breach",
                    );
                    continue;
                }
            };
            let clocks = self.words(&item, "clock", "clock");
            let clocks: Vec<Kind> = clocks.iter().filter_map(|word| self.kind(word)).collect();
            let tag = self.words(&item, "tag", "tag");
            if let Some(bad) =
                tag.iter().find(|label| label.contains(|c: char| c.is_whitespace() || c == ','))
            {
                self.problem("tag", &format!("“{bad}”: a label has no spaces or commas"));
            }
            let priority = self.text(&item, "priority");
            let warning = Warning {
                at,
                tag,
                priority: priority.and_then(|word| self.priority("priority", &word)),
                note: self.note(&item),
                assign: self.assign(&item),
                clocks,
            };
            let meets = |other: &Warning| {
                other.at == at && Kind::ALL.iter().any(|kind| other.is_for(*kind) && warning.is_for(*kind))
            };
            if warnings.iter().any(meets) {
                self.problem("at", "another warning stands at this share for the same clock");
            }
            warnings.push(warning);
        }
        self.place = before;
        Some(warnings)
    }

    fn kind(&mut self, word: &str) -> Option<Kind> {
        let kind = Kind::read(word);
        if kind.is_none() {
            self.unknown("clock", word, &Kind::ALL.map(Kind::name));
        }
        kind
    }

    fn priority(&mut self, key: &str, word: &str) -> Option<Priority> {
        let found = PRIORITIES.iter().find(|(name, _)| *name == word).map(|(_, priority)| *priority);
        if found.is_none() {
            self.unknown(key, word, &PRIORITIES.map(|(name, _)| name));
        }
        found
    }

    fn note(&mut self, item: &Table) -> Option<String> {
        match item.get("note")? {
            Value::String(text) => Some(text.clone()),
            Value::Boolean(true) => Some(String::new()),
            Value::Boolean(false) => None,
            _ => self.refuse("note", "expected true, or the words that stand before the reason"),
        }
    }

    fn assign(&mut self, item: &Table) -> Option<Assign> {
        let value = item.get("assign")?;
        let number = |key: &str| value.get(key).and_then(Value::as_integer);
        match (number("agent"), number("team")) {
            (Some(agent), None) => Some(Assign::Agent(AgentId(agent))),
            (None, Some(team)) => Some(Assign::Team(TeamId(team))),
            _ => self.refuse("assign", "expected { agent = number } or { team = number }"),
        }
    }

    /// `45m`, `8h`, `1h30m`; a day has no length that everybody agrees on.
    fn duration(&mut self, table: &Table, key: &str) -> Option<SignedDuration> {
        let value = table.get(key)?;
        let length = value.as_str().and_then(duration);
        match length {
            Some(length) if length > SignedDuration::ZERO && length <= LONGEST => Some(length),
            _ => self
                .refuse(key, "expected hours and minutes within a year, e.g. \"45m\", \"8h\" or \"1h30m\""),
        }
    }

    fn tables(&mut self, table: &Table, key: &str) -> Vec<Table> {
        let tables = match table.get(key) {
            None => return Vec::new(),
            Some(Value::Array(items)) => items.iter().map(|item| item.as_table().cloned()).collect(),
            Some(_) => None,
        };
        tables.unwrap_or_else(|| {
            self.problem(key, &format!("expected [[{key}]] tables"));
            Vec::new()
        })
    }

    /// One text, one number, or a list of them.
    fn words(&mut self, table: &Table, key: &str, shown: &str) -> Vec<String> {
        let plain = |value: &Value| match value {
            Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            Value::Integer(number) => Some(number.to_string()),
            _ => None,
        };
        let words = match table.get(key) {
            None => return Vec::new(),
            Some(Value::Array(items)) => items.iter().map(plain).collect::<Option<Vec<_>>>(),
            Some(other) => plain(other).map(|word| vec![word]),
        };
        words.unwrap_or_else(|| {
            self.problem(shown, "expected a text or a list of texts");
            Vec::new()
        })
    }

    fn text(&mut self, table: &Table, key: &str) -> Option<String> {
        match table.get(key)? {
            Value::String(text) => Some(text.clone()),
            _ => self.refuse(key, "expected a text"),
        }
    }

    fn flag(&mut self, table: &Table, key: &str) -> Option<bool> {
        match table.get(key)? {
            Value::Boolean(flag) => Some(*flag),
            _ => self.refuse(key, "expected true or false"),
        }
    }
}

fn duration(text: &str) -> Option<SignedDuration> {
    let text = text.trim();
    let (hours, minutes) = match text.split_once('h') {
        Some((hours, "")) => (hours, "0"),
        Some((hours, rest)) => (hours, rest.strip_suffix('m')?),
        None => ("0", text.strip_suffix('m')?),
    };
    let count = |part: &str| part.trim().parse::<u32>().ok().map(i64::from);
    Some(SignedDuration::from_mins(count(hours)?.checked_mul(60)?.checked_add(count(minutes)?)?))
}
