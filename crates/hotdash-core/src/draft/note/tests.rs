//! The note as agents will read it.

use super::*;
use crate::analysis::Analyzer;

fn evidence() -> Evidence {
    Evidence {
        passage: "p".to_owned(),
        title: "Shipping [EU]".to_owned(),
        source: "shipping.md".to_owned(),
        link: Some("https://shop.test/a(b)".to_owned()),
        updated: Some("2026-11-01T08:00:00Z".parse().unwrap()),
        quote: "Shipping to Norway costs 25 €.".to_owned(),
        claims: vec![(0, 10)],
    }
}

#[test]
fn a_note_shows_everything() {
    let analysis = Analyzer::shipped().analyze("Do you ship to Norway?");
    let findings = [Finding {
        check: "order_numbers".to_owned(),
        severity: Severity::Blocks,
        message: "No source has this order number: B_9.".to_owned(),
        range: None,
    }];
    let seen = note(&NoteInput {
        draft: &DraftId("d-41".to_owned()),
        text: "Hi Ann,\n\nShipping to Norway costs 25 €.\n",
        evidence: &[evidence()],
        findings: &findings,
        gaps: &["The current status of A-17 is not known.".to_owned()],
        review_url: "https://hot.test/drafts/d-41",
        decision: "Routed to Ben: online, longest without a new conversation.",
        hold: false,
        analysis: &analysis,
    });
    let expected = "\
**AI draft** · waits for review · `d-41`

question · neutral · language en · shipping

---

Hi Ann,

Shipping to Norway costs 25 €.

---

**Sources**

1. [Shipping \\[EU\\]](https://shop.test/a(b%29), updated 2026-11-01: “Shipping to Norway costs 25 €.”

**Checks**: 17 passed

- **stop** · order numbers: No source has this order number: B\\_9.

**Not known**

- The current status of A-17 is not known.

Routed to Ben: online, longest without a new conversation.

[Review this draft](https://hot.test/drafts/d-41) to send, change or reject it. The customer has not seen it.";
    assert_eq!(seen, expected);
}

#[test]
fn a_draft_is_shown_as_written_and_two_approvers_are_said() {
    let analysis = Analyzer::shipped().analyze("I will sue you");
    let seen = note(&NoteInput {
        draft: &DraftId("d-1".to_owned()),
        text: "Hello {{contact.name}}",
        evidence: &[],
        findings: &[],
        gaps: &[],
        review_url: "https://hot.test/drafts/d-1",
        decision: "No rule applied.",
        hold: true,
        analysis: &analysis,
    });
    // Guarding is left to the one place that posts: guarded twice, the guard itself would be shown.
    assert!(seen.contains("\n\nHello {{contact.name}}\n\n"), "{seen}");
    assert!(seen.contains("needs two approvers"), "{seen}");
    assert!(seen.contains("**legal**"), "{seen}");
    assert!(seen.contains("all 18 passed"), "{seen}");
}
