//! TOML → people. Read by hand, so that whoever wrote the file learns the person, the key and the word that was probably
//! meant.

use super::{Staff, Terms, Work};
use crate::analysis::words::normalize;
use crate::hours::{Hours, HoursError};
use crate::rulebook::{Problem, Severity, nearest};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use toml::{Table, Value};

const FILE_KEYS: [&str; 3] = ["default", "work", "agent"];
const PERSON_KEYS: [&str; 8] =
    ["who", "skills", "languages", "capacity", "weight", "zone", "hours", "absent"];
const WORK_KEYS: [&str; 6] = ["urgent", "high", "medium", "low", "none", "pending"];
const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/// More at once is a slip of the pen.
const MOST_CONVERSATIONS: i64 = 10_000;

pub(super) fn parse(files: &[(&str, &str)]) -> (Staff, Vec<Problem>) {
    let mut staff = Staff { default: Terms::default(), work: Work::default(), people: Vec::new() };
    let mut problems = Vec::new();
    for (file, text) in files {
        let mut reader = Reader { file, person: String::new(), problems: Vec::new() };
        reader.file(text, &mut staff);
        problems.extend(reader.problems);
    }
    (staff, problems)
}

/// Working hours of a person; what is not named is free.
pub(super) fn hours(days: &Table, zone: &str) -> Result<Hours, HoursError> {
    let file = Table::from_iter([
        ("zone".to_owned(), Value::from(zone)),
        ("weekdays".to_owned(), Value::Table(days.clone())),
    ]);
    Hours::parse(&file.to_string())
}

struct Reader<'a> {
    file: &'a str,
    /// What stands before the key: `agent ben@shop.test, `.
    person: String,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn file(&mut self, text: &str, staff: &mut Staff) {
        let table = match text.parse::<Table>() {
            Ok(table) => table,
            Err(error) => return self.problem("the file", error.to_string().trim_end()),
        };
        self.only(&table, "", &FILE_KEYS);
        if let Some(default) = self.table(&table, "default") {
            self.person = "default, ".to_owned();
            let own = self.terms(&default);
            staff.default.lay_over(own);
            if default.contains_key("who") {
                self.problem("who", "what holds for everybody names nobody");
            }
            self.person.clear();
        }
        if let Some(work) = self.table(&table, "work") {
            self.work(&work, &mut staff.work);
        }
        let people = match table.get("agent") {
            None => return,
            Some(Value::Array(people)) => people,
            Some(_) => return self.problem("agent", "expected [[agent]] tables"),
        };
        let mut named: Vec<String> = Vec::new();
        for (number, person) in people.iter().enumerate() {
            let before = self.problems.len();
            self.person = format!("agent {}, ", number + 1);
            let Some(person) = person.as_table() else {
                self.problem("agent", "expected an [[agent]] table");
                continue;
            };
            let who = person.get("who").and_then(Value::as_str).map(str::trim).filter(|who| !who.is_empty());
            let Some(who) = who else {
                self.problem("who", "expected a name or an e-mail address, as the desk knows it");
                continue;
            };
            self.person = format!("agent {who}, ");
            let who = normalize(who);
            if named.contains(&who) {
                self.problem("who", "this file names the same person twice");
            }
            let terms = self.terms(person);
            if self.problems.len() == before {
                staff.people.retain(|(other, _)| *other != who);
                staff.people.push((who.clone(), terms));
            }
            named.push(who);
        }
        self.person.clear();
    }

    fn terms(&mut self, table: &Table) -> Terms {
        self.only(table, "", &PERSON_KEYS);
        let zone = self.zone(table);
        Terms {
            skills: self
                .words(table, "skills")
                .map(|words| words.iter().map(|word| normalize(word)).collect()),
            languages: self.languages(table),
            capacity: self.capacity(table),
            weight: self.share(table, "weight", 0.1),
            hours: self.hours(table, zone.as_ref()),
            zone,
            absent: self.absences(table),
        }
    }

    fn work(&mut self, table: &Table, work: &mut Work) {
        self.person = "work, ".to_owned();
        self.only(table, "", &WORK_KEYS);
        let places = [
            (&mut work.urgent, "urgent"),
            (&mut work.high, "high"),
            (&mut work.medium, "medium"),
            (&mut work.low, "low"),
            (&mut work.none, "none"),
            (&mut work.pending, "pending"),
        ];
        for (place, key) in places {
            if let Some(share) = self.share(table, key, 0.0) {
                *place = share;
            }
        }
        self.person.clear();
    }

    fn capacity(&mut self, table: &Table) -> Option<u32> {
        match table.get("capacity")?.as_integer().filter(|most| (0..=MOST_CONVERSATIONS).contains(most)) {
            Some(most) => u32::try_from(most).ok(),
            None => self.refuse("capacity", "expected a whole number of conversations, 0 to 10000"),
        }
    }

    /// A number as hundredths.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 1000 after the check")]
    #[expect(clippy::cast_precision_loss, reason = "a small number written by a person")]
    fn share(&mut self, table: &Table, key: &str, least: f64) -> Option<u32> {
        let value = table.get(key)?;
        let number = value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64));
        match number.filter(|number| (least..=10.0).contains(number)) {
            Some(number) => Some((number * 100.0).round() as u32),
            None => self.refuse(key, &format!("expected a number from {least} to 10")),
        }
    }

    fn languages(&mut self, table: &Table) -> Option<Vec<String>> {
        let words = self.words(table, "languages")?;
        let is_code = |word: &String| word.len() == 2 && word.chars().all(|c| c.is_ascii_alphabetic());
        match words.iter().find(|word| !is_code(word)) {
            Some(wrong) => self
                .refuse("languages", &format!("“{wrong}” is no language; write two letters, such as \"de\"")),
            None => Some(words.iter().map(|word| word.to_lowercase()).collect()),
        }
    }

    fn zone(&mut self, table: &Table) -> Option<TimeZone> {
        match table.get("zone")?.as_str().and_then(|name| TimeZone::get(name).ok()) {
            Some(zone) => Some(zone),
            None => self.refuse("zone", "expected an IANA time zone, for example \"Europe/Berlin\""),
        }
    }

    fn hours(&mut self, table: &Table, zone: Option<&TimeZone>) -> Option<Table> {
        let Some(days) = table.get("hours")?.as_table() else {
            return self
                .refuse("hours", "expected days with periods, such as { monday = [\"09:00-17:00\"] }");
        };
        self.only(days, "hours.", &DAYS);
        let zone = zone.and_then(TimeZone::iana_name).unwrap_or("UTC");
        match hours(days, zone) {
            Ok(_) => Some(days.clone()),
            Err(error) => {
                let key = error.key.replace("weekdays", "hours");
                let key = if key == "the file" { "hours" } else { &key };
                self.refuse(key, &error.message)
            }
        }
    }

    fn absences(&mut self, table: &Table) -> Vec<(Date, Date)> {
        let mut absences = Vec::new();
        for text in self.words(table, "absent").unwrap_or_default() {
            let (first, last) = text.split_once("..").unwrap_or((&text, &text));
            match (first.trim().parse::<Date>(), last.trim().parse::<Date>()) {
                (Ok(first), Ok(last)) if first <= last => absences.push((first, last)),
                (Ok(_), Ok(_)) => self.problem("absent", &format!("“{text}” ends before it begins")),
                _ => self.problem(
                    "absent",
                    &format!("“{text}” is no time; write \"2026-12-24\" or \"2026-12-24..2027-01-02\""),
                ),
            }
        }
        absences
    }

    fn words(&mut self, table: &Table, key: &str) -> Option<Vec<String>> {
        let words = match table.get(key)? {
            Value::String(word) => Some(vec![word.trim().to_owned()]),
            Value::Array(items) => {
                items.iter().map(|item| item.as_str().map(|word| word.trim().to_owned())).collect()
            }
            _ => None,
        };
        match words.filter(|words: &Vec<String>| words.iter().all(|word| !word.is_empty())) {
            Some(words) => Some(words),
            None => self.refuse(key, "expected a text or a list of texts"),
        }
    }

    fn table(&mut self, table: &Table, key: &str) -> Option<Table> {
        match table.get(key)? {
            Value::Table(inner) => Some(inner.clone()),
            _ => self.refuse(key, &format!("expected a [{key}] table")),
        }
    }

    fn only(&mut self, table: &Table, prefix: &str, known: &[&str]) {
        for wrong in table.keys().filter(|key| !known.contains(&key.as_str())) {
            let message = format!("“{wrong}” is not known; possible: {}", known.join(", "));
            self.push(&format!("{prefix}{wrong}"), &message, nearest(wrong, known.iter().copied()));
        }
    }

    fn refuse<T>(&mut self, key: &str, message: &str) -> Option<T> {
        self.problem(key, message);
        None
    }

    fn problem(&mut self, key: &str, message: &str) {
        self.push(key, message, None);
    }

    fn push(&mut self, key: &str, message: &str, nearest: Option<String>) {
        self.problems.push(Problem {
            file: self.file.to_owned(),
            rule: None,
            key: format!("{}{key}", self.person),
            message: message.to_owned(),
            nearest,
            severity: Severity::Error,
        });
    }
}

impl Terms {
    /// Take over what another says.
    fn lay_over(&mut self, other: Self) {
        self.skills = other.skills.or(self.skills.take());
        self.languages = other.languages.or(self.languages.take());
        self.capacity = other.capacity.or(self.capacity);
        self.weight = other.weight.or(self.weight);
        self.zone = other.zone.or(self.zone.take());
        self.hours = other.hours.or(self.hours.take());
        if !other.absent.is_empty() {
            self.absent = other.absent;
        }
    }
}
