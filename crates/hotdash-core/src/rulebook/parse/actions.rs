//! Reading `then`: what a rule does.

use super::Reader;
use crate::analysis::words::normalize;
use crate::conversation::Priority;
use crate::ids::TeamId;
use crate::rulebook::vocabulary::{PRIORITIES, THEN_KEYS};
use crate::rulebook::{Strategy, Then};
use toml::{Table, Value};

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
            return match name {
                "round_robin" => Some(Strategy::RoundRobin),
                other => {
                    self.unknown(key, other, &["round_robin"]);
                    None
                }
            };
        }
        let agent = value.get("agent").and_then(Value::as_str);
        let team = value.get("team").and_then(Value::as_integer);
        match (agent, team) {
            (Some(agent), None) => Some(Strategy::Agent(normalize(agent.trim()))),
            (None, Some(team)) => Some(Strategy::Team(TeamId(team))),
            _ => self
                .refuse(key, "expected \"round_robin\", { agent = \"name or e-mail\" } or { team = number }"),
        }
    }
}
