//! Reading `then`: what a rule does.

use super::Reader;
use crate::analysis::words::normalize;
use crate::conversation::Priority;
use crate::ids::TeamId;
use crate::routing::Way;
use crate::rulebook::vocabulary::{PRIORITIES, THEN_KEYS};
use crate::rulebook::{Choice, Spoken, Strategy, Then};
use toml::{Table, Value};

const WAYS: [Way; 3] = [Way::RoundRobin, Way::LeastLoaded, Way::Skills];
const CHOICE_KEYS: [&str; 4] = ["strategy", "team", "skills", "language"];

impl Reader {
    pub(super) fn then(&mut self, table: &Table) -> Vec<Then> {
        self.only(table, "then", &THEN_KEYS);
        let mut actions = Vec::new();
        if let Some(value) = table.get("tag") {
            let labels = self.words("then.tag", value).unwrap_or_default();
            match labels.iter().find(|l| l.contains(|c: char| c.is_whitespace() || c == ',')) {
                Some(bad) => self.problem("then.tag", &format!("“{bad}”: a label has no spaces or commas")),
                None => actions.push(Then::Tag(labels)),
            }
        }
        if let Some(value) = table.get("priority") {
            match value.as_str().unwrap_or("") {
                "low" => actions.push(Then::Prioritise(Priority::Low)),
                "medium" => actions.push(Then::Prioritise(Priority::Medium)),
                "high" => actions.push(Then::Prioritise(Priority::High)),
                "urgent" => actions.push(Then::Prioritise(Priority::Urgent)),
                other => self.unknown("then.priority", other, &PRIORITIES),
            }
        }
        match table.get("escalate") {
            // To whom is read for a rule of its own.
            Some(Value::Table(_)) => actions.push(Then::Escalate),
            _ if self.flag(table, "then", "escalate") == Some(true) => actions.push(Then::Escalate),
            _ => {}
        }
        if self.flag(table, "then", "hold") == Some(true) {
            actions.push(Then::Hold);
        }
        if let Some(text) = self.text(table, "note") {
            actions.push(Then::Note(text));
        }
        if self.flag(table, "then", "draft") == Some(false) {
            actions.push(Then::NoDraft);
        }
        if let Some(value) = table.get("assign") {
            actions.extend(self.strategy("then.assign", value).map(Then::Assign));
        }
        actions.extend(self.automatic(table).into_iter().map(Then::Automate));
        if actions.is_empty() {
            self.problem("then", "the rule does nothing");
        }
        actions
    }

    pub(super) fn strategy(&mut self, key: &str, value: &Value) -> Option<Strategy> {
        if let Some(name) = value.as_str() {
            let way = self.way(key, name)?;
            return Some(Strategy::Choose(Choice { way, ..Choice::default() }));
        }
        let Some(table) = value.as_table() else { return self.no_strategy(key) };
        if let Some(name) = table.get("strategy") {
            self.only(table, key, &CHOICE_KEYS);
            return self.choice(key, table, name).map(Strategy::Choose);
        }
        if table.keys().any(|key| ["skills", "language"].contains(&key.as_str())) {
            return self.refuse(
                &format!("{key}.strategy"),
                "say how to choose among them: \"round_robin\", \"least_loaded\" or \"skills\"",
            );
        }
        self.only(table, key, &["agent", "team", "strategy"]);
        let agent = table.get("agent").and_then(Value::as_str);
        let team = table.get("team").and_then(Value::as_integer);
        match (agent, team) {
            (Some(agent), None) => Some(Strategy::Agent(normalize(agent.trim()))),
            (None, Some(team)) => Some(Strategy::Team(TeamId(team))),
            _ => self.no_strategy(key),
        }
    }

    fn no_strategy<T>(&mut self, key: &str) -> Option<T> {
        self.refuse(
            key,
            "expected \"round_robin\", \"least_loaded\", \"skills\", { strategy = … }, \
             { agent = \"name or e-mail\" } or { team = number }",
        )
    }

    fn way(&mut self, key: &str, name: &str) -> Option<Way> {
        let way = WAYS.into_iter().find(|way| way.name() == name);
        if way.is_none() {
            self.unknown(key, name, &WAYS.map(Way::name));
        }
        way
    }

    fn choice(&mut self, key: &str, table: &Table, name: &Value) -> Option<Choice> {
        let way = self.way(&format!("{key}.strategy"), name.as_str().unwrap_or(""))?;
        let team = match table.get("team") {
            None => None,
            Some(Value::Integer(team)) => Some(TeamId(*team)),
            Some(_) => return self.refuse(&format!("{key}.team"), "expected the number of a team"),
        };
        let skills = match table.get("skills") {
            None => Vec::new(),
            Some(skills) => self.words(&format!("{key}.skills"), skills)?,
        };
        let language = match table.get("language").map(|language| language.as_str().unwrap_or("").trim()) {
            None => None,
            Some("match") => Some(Spoken::Match),
            Some(code) if code.len() == 2 && code.chars().all(|c| c.is_ascii_alphabetic()) => {
                Some(Spoken::Code(code.to_lowercase()))
            }
            Some(_) => {
                return self
                    .refuse(&format!("{key}.language"), "expected \"match\", or two letters such as \"de\"");
            }
        };
        Some(Choice {
            way,
            team,
            skills: skills.iter().map(|skill| normalize(skill.trim())).collect(),
            language,
        })
    }
}
