//! `docs/sla.md`: every targets file in it is read, and what it says of them comes out.

use super::{blocks, read, section, table};
use hotdash_core::check_sla_breach;
use hotdash_core::hours::Hours;
use hotdash_core::ids::InboxId;
use hotdash_core::sla::{Kind, SlaFacts, SlaPolicy};
use jiff::{SignedDuration, Timestamp};

pub(super) const DOCUMENT: &str = "docs/sla.md";

fn policies() -> Vec<SlaPolicy> {
    let document = read(DOCUMENT);
    let files: Vec<_> = blocks(&document).into_iter().filter(|block| block.info == "toml").collect();
    assert_eq!(files.len(), 3);
    let read = |text: &str| SlaPolicy::parse(DOCUMENT, text, SignedDuration::from_mins(30));
    files.iter().map(|file| read(&file.text).unwrap_or_else(|problems| panic!("{problems:?}"))).collect()
}

#[test]
fn deadlines_are_those_of_the_table() {
    let document = read(DOCUMENT);
    let policy = policies().remove(0);
    let part = section(&document, "## Targets");
    let rows = table(part);
    assert_eq!(rows.len(), 3);
    let begun: Timestamp = "2026-11-20T16:00:00Z".parse().unwrap();
    for row in rows {
        let cells: Vec<&str> = row.iter().map(|cell| cell.trim_matches(['|', ' '])).collect();
        let mut facts = SlaFacts::new(begun);
        facts.about.inbox = Some(InboxId(3));
        facts.about.labels =
            [cells[0]].into_iter().filter(|label| *label != "–").map(str::to_owned).collect();
        if cells[1] != "–" {
            facts.about.attributes.insert("tier".to_owned(), cells[1].to_owned());
        }
        let check = check_sla_breach(&facts, &policy, &Hours::shipped(), begun);
        let first = &check.clocks[0];
        let due = first.due.unwrap().to_string();
        assert_eq!((due.as_str(), first.clock.target.as_str()), (cells[2], cells[3]));
    }
}

#[test]
fn the_warnings_ask_for_what_is_said() {
    let policy = &policies()[2];
    let shares = |target: &str, kind| [50, 75, 90, 100].map(|at| policy.warning(target, kind, at).is_some());
    assert_eq!(shares("standard", Kind::FirstResponse), [false, true, true, true]);
    assert_eq!(shares("standard", Kind::Resolution), [false, true, false, true]);
    assert_eq!(shares("gold", Kind::FirstResponse), [true, false, false, false]);
    let breach = policy.warning("standard", Kind::FirstResponse, 100).unwrap();
    assert_eq!(breach.actions(Kind::FirstResponse, "x").len(), 4);
}

/// What holds without a file.
#[test]
fn the_shipped_warnings_are_those_named() {
    let shipped = SlaPolicy::shipped(SignedDuration::from_mins(30));
    let document = read(DOCUMENT).replace('\n', " ");
    for (at, label) in [(90, "sla_at_risk"), (100, "sla_breached")] {
        let actions =
            shipped.warning("standard", Kind::FirstResponse, at).unwrap().actions(Kind::FirstResponse, "x");
        assert!(format!("{actions:?}").contains(label) && document.contains(&format!("`{label}`")), "{at} %");
    }
    assert!(document.contains("warnings at 50, 75 and 90 % and at the breach"));
}
