//! docs/rules.md does what it says: its rules are read, its messages decided.

use crate::cases::report;
use crate::desk;
use hotdash_core::action::Action;
use hotdash_core::analysis::Analyzer;
use hotdash_core::conversation::{Agent, Attachment, Availability};
use hotdash_core::decide::{Decision, Snapshot, decide};
use hotdash_core::hours::Hours;
use hotdash_core::ids::{AgentId, InboxId};
use hotdash_core::rulebook::Rulebook;
use jiff::Timestamp;

/// A block of rules with the rows of the table below it, if there is one.
struct Example {
    form: String,
    text: String,
    rows: Vec<[String; 3]>,
}

fn guide() -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules.md");
    std::fs::read_to_string(path).unwrap()
}

fn examples(guide: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut inside: Option<String> = None;
    let mut in_table = false;
    for line in guide.lines() {
        match (line.strip_prefix("```"), &inside) {
            (Some(form), None) => {
                inside = Some(form.to_owned());
                examples.push(Example { form: form.to_owned(), text: String::new(), rows: Vec::new() });
            }
            (Some(_), Some(_)) => inside = None,
            (None, Some(_)) => {
                let text = &mut examples.last_mut().unwrap().text;
                text.push_str(line);
                text.push('\n');
            }
            (None, None) if !line.starts_with('|') => in_table = false,
            (None, None) => {
                let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
                match (cells.as_slice(), examples.last_mut()) {
                    (["message", "given", "then"], _) => in_table = true,
                    ([message, given, then], Some(example)) if in_table && !message.starts_with("---") => {
                        example.rows.push([message, given, then].map(|cell| (*cell).to_owned()));
                    }
                    _ => {}
                }
            }
        }
    }
    examples
}

fn read(example: &Example) -> Rulebook {
    let name = format!("guide.{}", example.form);
    let (book, problems) = Rulebook::parse(&[(&name, &example.text)]);
    assert_eq!(problems, [], "{}", example.text);
    book
}

#[test]
fn every_rule_and_every_condition_of_the_guide_is_read_without_a_problem() {
    let guide = guide();
    let mut blocks = 0;
    for example in examples(&guide).iter().filter(|example| example.form != "text") {
        let book = read(example);
        assert!(!book.rules().is_empty(), "{}", example.text);
        if example.form == "toml" {
            assert_eq!(book.check(), [], "{}", example.text);
        }
        blocks += 1;
    }
    let conditions: Vec<&str> =
        guide.split('`').skip(1).step_by(2).filter(|code| code.starts_with("{ ")).collect();
    let conditions = conditions.iter().filter(|code| code.contains("type =") || code.contains("always"));
    for condition in conditions.clone() {
        let rule =
            format!("[[rule]]\nid = 'r'\ngroup = 'tags'\nthen = {{ tag = 'x' }}\nwhen = {condition}\n");
        assert_eq!(Rulebook::parse(&[("guide.toml", &rule)]).1, [], "{condition}");
    }
    assert!(blocks >= 7 && conditions.count() >= 24, "the guide is not read at all");
}

#[test]
fn every_message_of_the_guide_is_decided_as_it_says() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for example in examples(&guide()).iter().filter(|example| !example.rows.is_empty()) {
        let book = read(example);
        for [message, given, then] in &example.rows {
            count += 1;
            let mut expected: Vec<&str> = then.split(", ").filter(|part| *part != "nothing").collect();
            let decision = decided(&book, message, given);
            let found = told(&decision);
            let mut found: Vec<&str> = found.iter().map(String::as_str).collect();
            expected.sort_unstable();
            found.sort_unstable();
            if found != expected {
                wrong.push(format!("“{message}” ({given}): {found:?}, not {expected:?}"));
            }
        }
    }
    assert!(count >= 18, "only {count} messages are read");
    report(&wrong, count);
}

/// `given`: `inbox 7`, `tagged x`, `Ben online`, `image attached`, `at 2026-12-28T10:00:00Z`.
fn decided(book: &Rulebook, text: &str, given: &str) -> Decision {
    let mut conversation = desk::conversation("Ann Customer");
    let mut message = desk::customer_says(text);
    let mut agents = Vec::new();
    let mut now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
    for part in given.split(", ").filter(|part| !part.is_empty()) {
        match part.split_once(' ').unwrap() {
            ("inbox", number) => conversation.inbox = InboxId(number.parse().unwrap()),
            ("tagged", label) => conversation.labels.push(label.to_owned()),
            ("at", instant) => now = instant.parse().unwrap(),
            ("image", "attached") => message.attachments.push(Attachment {
                kind: "image".to_owned(),
                name: None,
                url: None,
                size_bytes: None,
            }),
            (name, "online") => agents.push(Agent {
                id: AgentId(i64::try_from(agents.len()).unwrap() + 1),
                name: name.to_owned(),
                email: format!("{}@shop.test", name.to_lowercase()),
                availability: Availability::Online,
                is_administrator: false,
            }),
            _ => panic!("what is given by “{part}”?"),
        }
    }
    let (analysis, hours) = (Analyzer::shipped().analyze(text), Hours::shipped());
    let snapshot = Snapshot { agents: &agents, ..Snapshot::of(&conversation, &message, &analysis, &hours) };
    decide(book, &snapshot, now)
}

fn told(decision: &Decision) -> Vec<String> {
    let mut told = Vec::new();
    for reasoned in &decision.actions {
        match &reasoned.action {
            Action::AddLabels { labels } => told.extend(labels.iter().map(|label| format!("label {label}"))),
            Action::SetPriority { priority } => told.push(format!("priority {}", priority.name())),
            Action::AssignAgent { name, .. } => told.push(format!("to {name}")),
            Action::AssignTeam { team } => told.push(format!("to team {team}")),
            Action::AwaitAgent => told.push("waits".to_owned()),
            Action::HoldForSecond => told.push("held".to_owned()),
            Action::Snooze { .. } => told.push("snoozed".to_owned()),
            Action::Resolve => told.push("resolved".to_owned()),
            Action::SendTemplate { template, .. } => told.push(format!("template {template}")),
            Action::Note { .. } | Action::Notify { .. } => {}
        }
    }
    if !decision.draft {
        told.push("no draft".to_owned());
    }
    told
}
