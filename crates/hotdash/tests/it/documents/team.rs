//! `docs/runbooks/cx-team-guide.md`: what it says about keys, checks, rules, grades and reasons is what the product does.

use super::{read, section, table};
use hotdash_core::analysis::Analyzer;
use hotdash_core::draft::checks_run;
use hotdash_core::grade::guide;
use hotdash_core::rulebook::Rulebook;
use std::collections::BTreeSet;

pub(super) const DOCUMENT: &str = "docs/runbooks/cx-team-guide.md";

fn document() -> String {
    read(DOCUMENT)
}

/// Tags away; keys in backticks.
fn plain(html: &str) -> String {
    let keyed = html.replace("<kbd>", "`").replace("</kbd>", "`");
    regex::Regex::new("<[^>]+>").unwrap().replace_all(&keyed, "").into_owned()
}

#[test]
fn the_keys_are_those_of_the_page() {
    let page = read("crates/hotdash/templates/_keys.html");
    let row = regex::Regex::new("<dt>(.*?)</dt><dd>(.*?)</dd>").unwrap();
    let there: Vec<Vec<String>> =
        row.captures_iter(&page).map(|found| vec![plain(&found[1]), plain(&found[2])]).collect();
    assert!(there.len() > 10);
    let document = document();
    let keys = &section(&document, "## The review page");
    let told = table(&keys[keys.find("| key |").unwrap()..]);
    assert_eq!(told, there);
}

#[test]
fn the_reasons_for_a_rejection_have_their_keys() {
    let source = read("crates/hotdash/src/web/ui/draft.rs");
    let from = source.find("const REASONS").unwrap();
    let list = &source[from..from + source[from..].find("];").unwrap()];
    let reason = regex::Regex::new(r#""([^"]+)""#).unwrap();
    let document = document().replace('\n', " ");
    let mut number = 0;
    for found in reason.captures_iter(list) {
        number += 1;
        let told = format!("`{number}` {}", &found[1]);
        assert!(document.contains(&told), "{DOCUMENT} does not say: {told}");
    }
    assert!(number >= 6);
}

#[test]
fn every_check_is_explained_in_its_order() {
    let document = document();
    let told: Vec<String> = table(section(&document, "## What the checks find"))
        .iter()
        .map(|row| row[0].trim_start_matches('|').trim().to_owned())
        .collect();
    let there: Vec<String> = checks_run().iter().map(|name| name.replace('_', " ")).collect();
    assert_eq!(told, there);
    assert!(there.len() == 18 && document.contains("Eighteen checks"), "{} checks", there.len());
}

#[test]
fn every_grade_has_its_meaning_and_an_example() {
    let document = document();
    for axis in guide() {
        let part = section(&document, &format!("### {}", axis.title));
        assert!(part.contains(&axis.question), "{}: {}", axis.title, axis.question);
        assert!(part.contains("The customer wrote: “"), "{}: no message of a customer", axis.title);
        let rows = table(part);
        assert_eq!(rows.len(), 5, "{}", axis.title);
        for (row, (grade, meaning)) in rows.iter().zip((1..=5_u8).zip(axis.meanings.iter()).rev()) {
            assert_eq!(
                (row[0].trim_start_matches(['|', ' ']), row[1]),
                (&*grade.to_string(), meaning.as_str())
            );
            assert!(row[2].starts_with('“') && row[2].len() > 20, "{} {grade}: no example", axis.title);
        }
    }
}

/// One row for each shipped rule, in the order they are tried, with its reason and its labels.
#[test]
fn the_rules_are_the_shipped_ones() {
    let document = document();
    let told = table(section(&document, "## Labels and priorities"));
    let rules: toml::Table = read("crates/hotdash-core/defaults/routing.toml").parse().unwrap();
    let data = rules["rule"].as_array().unwrap();
    let shipped = Rulebook::shipped();
    assert_eq!(told.len(), shipped.rules().len());
    for (row, rule) in told.iter().zip(shipped.rules()) {
        let cells: Vec<&str> = row.iter().map(|cell| cell.trim_matches(['|', ' '])).collect();
        assert_eq!((cells[0], cells[3]), (rule.name.as_str(), rule.why.as_str()));
        let then =
            data.iter().find(|r| r["id"].as_str() == Some(&rule.id.0)).unwrap()["then"].as_table().unwrap();
        let labels = then.get("tag").and_then(toml::Value::as_array).into_iter().flatten();
        for label in labels.filter_map(toml::Value::as_str) {
            assert!(cells[2].contains(&format!("`{label}`")), "{}: label {label}", rule.name);
        }
        if let Some(priority) = then.get("priority").and_then(toml::Value::as_str) {
            assert!(cells[2].contains(&format!("priority {priority}")), "{}: priority {priority}", rule.name);
        }
        let holds = then.contains_key("escalate");
        assert_eq!(cells[2].contains("two people"), holds, "{}", rule.name);
    }
}

#[test]
fn what_sets_off_an_escalation_does_and_what_does_not_does_not() {
    let document = document();
    let rows = table(section(&document, "## When two people must agree"));
    let rules: toml::Table = read("crates/hotdash-core/defaults/routing.toml").parse().unwrap();
    let rule = rules["rule"].as_array().unwrap().iter().find(|r| r["id"].as_str() == Some("legal-or-fraud"));
    let kinds: BTreeSet<&str> =
        rule.unwrap()["when"]["any_of"].as_array().unwrap().iter().filter_map(toml::Value::as_str).collect();
    let told: BTreeSet<&str> = rows.iter().map(|row| row[0].trim_matches(['|', ' '])).collect();
    assert_eq!(told, kinds);
    for row in rows {
        let kind = row[0].trim_matches(['|', ' ']);
        let quoted = |cell: &str| cell.trim_matches(['“', '”', '|', ' ']).to_owned();
        let does = Analyzer::shipped().analyze(&quoted(row[2])).escalation;
        assert_eq!(does.map(|e| e.kind.name()), Some(kind), "{}", row[2]);
        let does_not = Analyzer::shipped().analyze(&quoted(row[3])).escalation;
        assert!(does_not.is_none(), "{}: {does_not:?}", row[3]);
    }
}

/// The words in which a draft says why it is out of date.
#[test]
fn every_reason_why_a_draft_goes_away_is_explained() {
    let document = document();
    let rows = table(section(&document, "## Drafts that go away"));
    let told: BTreeSet<&str> = rows.iter().map(|row| row[0].trim_matches(['|', ' '])).collect();
    let sources = ["work/ingest.rs", "work/deliver.rs", "work/draft.rs", "store/drafts.rs"]
        .map(|file| read(&format!("crates/hotdash/src/{file}")))
        .join("\n");
    let reason = regex::Regex::new(
        r#""((?:the customer|a person|the conversation was|the channel's window)[^"]*)"|'(the conversation was [^']*)'"#,
    )
    .unwrap();
    let there: BTreeSet<&str> = reason
        .captures_iter(&sources)
        .map(|found| found.get(1).or(found.get(2)).unwrap().as_str())
        // Said of a draft that waits to be written.
        .filter(|reason| {
            !["may still be writing", "is decided first"].iter().any(|end| reason.ends_with(end))
        })
        .collect();
    assert_eq!(told, there);
}

/// Words of the pages that the guide quotes.
#[test]
fn what_the_guide_quotes_stands_on_the_pages() {
    let document = document();
    let pages = [
        "crates/hotdash/src/web/ui/queue.rs",
        "crates/hotdash/src/web/ui/outcome.rs",
        "crates/hotdash/src/web/ui/decision.rs",
        "crates/hotdash/src/web/ui/draft.rs",
        "crates/hotdash/src/web/ui/error.rs",
        "crates/hotdash/templates/auth/account.html",
        "crates/hotdash/templates/drafts/_decide.html",
        "crates/hotdash/templates/drafts/_draft.html",
        "crates/hotdash/templates/drafts/_letter.html",
        "crates/hotdash/templates/drafts/_side.html",
        "crates/hotdash/templates/drafts/_thread.html",
        "crates/hotdash/templates/rules/index.html",
        "crates/hotdash/templates/rules/edit.html",
        "crates/hotdash/static/js/live.js",
        "crates/hotdash-core/src/draft/note.rs",
        "crates/hotdash-core/src/draft/check/claims.rs",
    ]
    .map(read)
    .join("\n");
    let quoted = [
        "AI draft",
        "All",
        "Mine",
        "At risk",
        "Held",
        "needs two people",
        "Send anyway",
        "Try again",
        "Not known",
        "Why it is here",
        "By itself",
        "Nothing was done: ",
        "could not be sent: ",
        "is being sent",
        "Not delivered",
        "offline",
        "Only the customer named this",
        "Nobody can send it so",
        "Edit it, or send it knowingly",
        "Worth a look",
        "Work here",
        "Switch off",
        "Switch on",
        "Edit the rules",
        "What it changes",
        "Backtest",
        "Run in the shadow",
        "Activate",
        "One step back",
        "You work at no desk here",
        "escalated",
        "needs_attention",
    ];
    for words in quoted {
        let in_guide = document.contains(words.trim());
        let rules = read("crates/hotdash-core/src/decide.rs");
        assert!(in_guide, "the guide does not say {words:?} any more");
        assert!(pages.contains(words) || rules.contains(words), "no page says {words:?} any more");
    }
}
