//! The data file and what is made of it.

use std::collections::HashSet;

use jiff::Timestamp;

use super::history::{Act, imagine};
use super::texts::Texts;

fn crew() -> Vec<String> {
    ["Ada", "Ben", "Cleo", "Dan"].map(str::to_owned).to_vec()
}

fn now() -> Timestamp {
    "2026-11-22T14:30:00Z".parse().unwrap()
}

#[test]
fn every_slot_in_the_texts_is_filled() {
    let history = imagine(&Texts::read().unwrap(), &crew(), now()).unwrap();
    for step in &history.steps {
        if let Act::Customer(text) | Act::Reply { text, .. } | Act::Note { text, .. } = &step.act {
            assert!(!text.trim().is_empty(), "somebody says nothing in conversation {}", step.conversation);
            assert!(!text.contains(['{', '}']), "a slot was left open: {text}");
        }
    }
}

#[test]
fn people_are_different_people() {
    let history = imagine(&Texts::read().unwrap(), &crew(), now()).unwrap();
    let emails: HashSet<_> = history.people.iter().map(|person| &person.email).collect();
    let phones: HashSet<_> = history.people.iter().map(|person| &person.phone).collect();
    assert_eq!((emails.len(), phones.len()), (history.people.len(), history.people.len()));
    assert!(history.people.len() > 120, "only {} people", history.people.len());
    assert!(emails.iter().all(|email| email.is_ascii() && email.ends_with("example.test")), "{emails:?}");
}
