//! Recorded desks, decided: what is kept of each decision is enough to make it again.

use crate::chatwoot::recordings::read;
use crate::support::{Database, both_databases};
use hotdash::app::rules::{HoursText, Layers};
use hotdash::chatwoot::recording::{Files, History};
use hotdash::store::Batch;
use hotdash::store::decisions::{Cause, NewDecision, keep_decision};
use hotdash::store::rulebooks::keep_rule_text;
use hotdash::work::rules::explain::replay;
use hotdash::work::rules::past::in_history;
use hotdash_core::analysis::Analyzer;
use hotdash_core::ids::{DecisionId, DeskId};
use std::sync::Arc;

both_databases!(a_busy_desk_decides_the_same_again, four_weeks_decide_the_same_again);

const DESK: DeskId = DeskId(1);

/// The team's own rules look at more than the shipped ones do.
const OWN: &str = r#"
[[rule]]
id = "second-message"
group = "tags"
when = { all = [{ type = "message_count", gt = 1 }, { type = "sender", of = "earlier_conversations", lt = 3 }] }
then = { tag = ["again"], note = "Once more." }

[[rule]]
id = "saturday"
group = "assignment"
priority = 70
when = { all = [{ type = "time", equals = "saturday" }, { type = "channel", any_of = ["email", "web_widget"] }] }
then = { assign = { team = 2 } }
"#;

async fn decided_again(database: &Database, files: &Files, least: usize) {
    let history = History::read(files).unwrap();
    let text = HoursText { text: history.hours.clone(), zone: "Europe/Berlin".to_owned() };
    let hours = Arc::new(text.read().unwrap());
    let rules = Layers::of_files([("own.toml".to_owned(), OWN.to_owned())]).parse().unwrap();
    let store = database.open().await;
    let mut batch = Batch::from(keep_rule_text(DESK, rules.rulebook.hash(), &rules.layers, 0).unwrap());
    batch.push(keep_rule_text(DESK, &text.hash(), &text, 0).unwrap());
    let past = in_history(&history, Analyzer::shipped(), &hours, false);
    assert!(past.len() >= least, "{} messages of customers", past.len());
    for (number, mut one) in past.into_iter().enumerate() {
        one.record.hours = text.hash();
        let decision = one.record.decide(&rules.rulebook, &one.analysis, &hours);
        let kept = keep_decision(&NewDecision {
            id: &DecisionId(format!("d{number:08}")),
            desk: DESK,
            conversation: one.record.conversation.id,
            message: one.record.message.id,
            cause: Cause::Message,
            rulebook: &decision.rulebook,
            analysis: &one.analysis,
            body: &decision,
            seen: &one.record,
            decided_at: one.record.at.as_millisecond(),
        });
        batch.push(kept.unwrap());
    }
    store.commit(batch).await.unwrap();
    let again = replay(&store, DESK, 0).await.unwrap();
    assert!(again.decisions >= least && again.same == again.decisions, "{again:?}");
}

async fn a_busy_desk_decides_the_same_again(database: &Database) {
    let files = Files {
        deliveries: read("busy/deliveries.jsonl"),
        agents: Some(read("history/agents.json")),
        ..Files::default()
    };
    decided_again(database, &files, 40).await;
}

async fn four_weeks_decide_the_same_again(database: &Database) {
    let files = Files {
        deliveries: read("history/deliveries.jsonl.gz"),
        agents: Some(read("history/agents.json")),
        inboxes: Some(read("history/inboxes.json")),
        ..Files::default()
    };
    decided_again(database, &files, 220).await;
}
