//! `docs/automation.md`: its examples are read by the product, its tables are complete.

use super::{blocks, read, section, table};
use hotdash_core::automation::{Reason, SHIPPED_TEMPLATES, Templates};
use hotdash_core::rulebook::{Rulebook, SHIPPED};
use std::collections::BTreeSet;

pub(super) const DOCUMENT: &str = "docs/automation.md";

#[test]
fn the_examples_of_rules_and_texts_are_right() {
    let (mut rules, mut texts) = (Vec::new(), vec![SHIPPED_TEMPLATES]);
    let blocks = blocks(&read(DOCUMENT));
    for block in &blocks {
        match block.info.as_str() {
            "toml rules" => rules.push((DOCUMENT, block.text.as_str())),
            "toml templates" => texts.push((DOCUMENT, block.text.as_str())),
            other => panic!("what is a block of {other}?"),
        }
    }
    assert!(rules.len() >= 6 && texts.len() >= 3);
    let (templates, problems) = Templates::parse(&texts);
    assert_eq!(problems, []);
    for (_, text) in &rules {
        let (rulebook, problems) = Rulebook::parse(&[SHIPPED, (DOCUMENT, text)]);
        assert_eq!(problems, [], "{text}");
        assert!(rulebook.has_automations(), "{text}");
        assert_eq!(rulebook.missing_templates(&templates), [], "{text}");
    }
}

/// What a lead copies to switch the shipped rule on is that rule.
#[test]
fn the_reply_after_hours_is_the_shipped_one_switched_on() {
    let blocks = blocks(&read(DOCUMENT));
    let told: toml::Table = blocks[0].text.parse().unwrap();
    let shipped: toml::Table = SHIPPED.1.parse().unwrap();
    let by_id = |file: &toml::Table| {
        let rules = file["rule"].as_array().unwrap();
        let mut rule = rules
            .iter()
            .find(|rule| rule["id"].as_str() == Some("after-hours-reply"))
            .and_then(toml::Value::as_table)
            .unwrap()
            .clone();
        (rule.remove("enabled"), rule)
    };
    let ((none, told), (off, shipped)) = (by_id(&told), by_id(&shipped));
    assert_eq!((none, off), (None, Some(toml::Value::Boolean(false))));
    assert_eq!(told, shipped);
    assert!(!Rulebook::shipped().has_automations(), "nothing is on as it comes");
}

#[test]
fn every_reason_not_to_act_is_explained() {
    let all = [
        Reason::DailyLimit,
        Reason::TooDeep,
        Reason::Robot,
        Reason::Late,
        Reason::DeskSaysSo,
        Reason::Answered,
        Reason::Blocked,
        Reason::Bot,
        Reason::TeamIsThere,
        Reason::NoText,
        Reason::Channel,
    ];
    let there: BTreeSet<String> = all
        .iter()
        .map(|reason| serde_json::to_string(reason).unwrap().trim_matches('"').to_owned())
        .collect();
    let document = read(DOCUMENT);
    let rows = table(section(&document, "## How it looks on the desk"));
    let told: BTreeSet<String> =
        rows.iter().map(|row| row[0].trim_matches(['|', ' ', '`']).to_owned()).collect();
    assert_eq!(told, there);
}
