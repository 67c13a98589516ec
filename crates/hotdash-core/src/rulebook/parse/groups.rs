//! Reading `[groups]` and a rule's `group`: of which rules all act, of which only the first.

use super::Reader;
use crate::rulebook::Group;
use std::collections::BTreeMap;
use toml::{Table, Value};

/// More groups of one's own are a mistake; the number fits the bits of a decision.
const MOST_GROUPS: usize = 60;

/// Groups by name: whether only the first matching rule acts.
#[derive(Debug, Default)]
pub(super) struct Groups(pub(super) BTreeMap<String, bool>);

impl Groups {
    /// The number of a group of which only the first rule acts. Assigning keeps an order of its own.
    pub(super) fn first_of(&self, group: &Group) -> Option<u32> {
        let is_first = |name: &str| self.0.get(name).copied().unwrap_or(false);
        if *group == Group::Assignment || !is_first(group.name()) {
            return None;
        }
        (0..).zip(self.0.keys()).find(|(_, name)| *name == group.name()).map(|(number, _)| number)
    }
}

impl Reader {
    pub(super) fn groups(&mut self, table: &Table) {
        let groups = match table.get("groups") {
            None => return,
            Some(Value::Table(groups)) => groups,
            Some(_) => {
                return self.problem("groups", "expected a table such as [groups] with returns = \"first\"");
            }
        };
        for (name, mode) in groups {
            let key = format!("groups.{name}");
            let is_first = match mode.as_str().unwrap_or("") {
                "first" => true,
                "all" if name == "assignment" => {
                    self.problem(&key, "a conversation goes to one person: assignment is always \"first\"");
                    continue;
                }
                "all" => false,
                other => {
                    self.unknown(&key, other, &["first", "all"]);
                    continue;
                }
            };
            self.known_groups.0.insert(name.clone(), is_first);
        }
        if self.known_groups.0.len() > MOST_GROUPS {
            self.problem("groups", &format!("more than {MOST_GROUPS} groups; none of your own is used"));
            self.known_groups = Groups::default();
        }
    }

    pub(super) fn group(&mut self, table: &Table) -> Option<Group> {
        match table.get("group").and_then(Value::as_str) {
            Some("tags") => Some(Group::Tags),
            Some("assignment") => Some(Group::Assignment),
            Some(name) if self.known_groups.0.contains_key(name) => Some(Group::Own(name.to_owned())),
            other => {
                let own: Vec<String> = self.known_groups.0.keys().cloned().collect();
                let known = ["tags", "assignment"].into_iter();
                let known: Vec<&str> = known.chain(own.iter().map(String::as_str)).collect();
                self.unknown("group", other.unwrap_or("nothing"), &known);
                None
            }
        }
    }
}
