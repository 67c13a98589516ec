//! Rules that are well written but cannot mean what they say.

mod conflicts;
mod loops;
mod never;

use super::{Group, Problem, Rule, Rulebook, Severity, Then};

/// What stops a rule from doing what it says at all.
pub(super) fn groups(rules: &[Rule]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for rule in rules.iter().filter(|rule| rule.enabled) {
        let assigns = rule.then.iter().any(|then| matches!(then, Then::Assign(_)));
        if rule.group == Group::Assignment && rule.is_automation() {
            problems.push(problem(
                rule,
                "then",
                "a rule of the group \"assignment\" cannot wait, remember, notify, snooze, resolve or send a template",
                Severity::Error,
            ));
        }
        match rule.group {
            Group::Assignment if assigns => {}
            Group::Assignment => {
                problems.push(problem(
                    rule,
                    "then",
                    "a rule of the group \"assignment\" must assign",
                    Severity::Error,
                ));
            }
            _ if assigns => problems.push(problem(
                rule,
                "then.assign",
                "only a rule of the group \"assignment\" can assign; this one will not",
                Severity::Error,
            )),
            _ => {}
        }
    }
    problems
}

/// Everything that a lead should look at again.
pub(super) fn check(rulebook: &Rulebook) -> Vec<Problem> {
    let rules: Vec<&Rule> = rulebook.rules.iter().filter(|rule| rule.enabled).collect();
    let mut problems = groups(&rulebook.rules);
    for rule in &rules {
        if rule.why.trim().is_empty() {
            let message = "say why there is this rule, in a sentence for whoever asks later";
            problems.push(problem(rule, "why", message, Severity::Warning));
        }
        problems.extend(never::conditions(rule));
    }
    problems.extend(never::reached(&rules));
    problems.extend(conflicts::find(&rules));
    problems.extend(conflicts::shadowed(rulebook, &rules));
    problems.extend(loops::find(&rules));
    problems
}

fn problem(rule: &Rule, key: &str, message: impl Into<String>, severity: Severity) -> Problem {
    Problem {
        file: "all rules".to_owned(),
        rule: Some(rule.id.to_string()),
        key: key.to_owned(),
        message: message.into(),
        nearest: None,
        severity,
    }
}
