//! Reading `[switches]`: rules switched on or off from a later layer, without writing them again.

use super::{Reader, Rule};
use crate::rulebook::vocabulary::nearest;
use toml::{Table, Value};

impl Reader {
    /// Switch rules of this and of earlier files. What a rule says of itself does not count any more.
    pub(super) fn switches(&mut self, table: &Table, rules: &mut [Rule]) {
        let switches = match table.get("switches") {
            None => return,
            Some(Value::Table(switches)) => switches,
            Some(_) => {
                return self.problem("switches", "expected a table such as [switches] with vip = false");
            }
        };
        for (id, value) in switches {
            let key = format!("switches.{id}");
            let Some(on) = value.as_bool() else {
                self.problem(&key, "expected true or false");
                continue;
            };
            let Some(meant) = rules.iter().find(|rule| rule.id.as_str() == id) else {
                let near = nearest(id, rules.iter().map(|rule| rule.id.as_str()));
                self.push(&key, "there is no such rule here or in an earlier file", near);
                continue;
            };
            // With a rule goes the one that hands over what it escalates.
            let both = [meant.id.clone(), meant.id_of_assignment()];
            for rule in rules.iter_mut().filter(|rule| both.contains(&rule.id)) {
                rule.enabled = on;
                rule.source.insert("enabled".to_owned(), Value::Boolean(on));
            }
        }
    }
}
