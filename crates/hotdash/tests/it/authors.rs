//! How hotdash reacts to each author of a message while a draft waits: it stays, it is outdated, or it is over.

use crate::ours::Body;
use crate::support::Database;
use crate::support::alone::app_alone;
use hotdash::app::App;
use hotdash::clock::Clock;
use hotdash::store::Batch;
use hotdash::store::decisions::{Cause, NewDecision, keep_decision};
use hotdash::store::drafts::{Draft, DraftState, Drafted, begin_drafting, make_ready, queue_draft};
use hotdash::store::jobs::finish;
use hotdash::work::{Step, ingest};
use hotdash_core::ids::{ConversationId, DecisionId, DraftId, MessageId};
use serde_json::{Value, json};
use std::sync::Arc;

const CONVERSATION: i64 = 5;
/// The message that the draft answers.
const QUESTION: i64 = 100;

/// hotdash with a draft that waits for a person, and the database it lives in.
struct Waiting {
    app: Arc<App>,
    _database: Database,
}

/// What became of the waiting draft, and whether the new message is to be decided about.
type Reaction = (DraftState, Option<String>, bool);

impl Waiting {
    async fn new() -> Self {
        let database = Database::sqlite();
        let app = app_alone(&database, &[], Clock::real()).await;
        let (desk, conversation, question) =
            (app.desks[0].id, ConversationId(CONVERSATION), MessageId(QUESTION));
        let waiting = Self { app, _database: database };
        waiting.told(&customer().of(CONVERSATION, QUESTION)).await;
        let draft = DraftId("draft".into());
        let ready = Drafted {
            answers: question,
            text: "Dear Ann, …",
            text_hash: "h",
            author: "knowledge",
            body: &json!({}),
            usage: None,
            ready_at: 1,
        };
        let mut batch = Batch::from(queue_draft(&draft, desk, conversation, question, true, 1));
        batch.push(begin_drafting(&draft));
        batch.push(make_ready(&draft, &ready).unwrap());
        waiting.app.store.commit(batch).await.unwrap();
        waiting
    }

    /// A delivery arrives and is worked off; whether it asks for a decision.
    async fn told(&self, body: &Body) -> bool {
        let app = &self.app;
        body.arrive(app).await;
        let later = app.clock.now_ms() + 1;
        let jobs = app.store.claim_jobs("w", later, later, 50).await.unwrap();
        let job = jobs.iter().find(|job| job.kind == "ingest").unwrap();
        let Step::Done(mut batch, _) = ingest::run(app, job).await.unwrap() else {
            unreachable!("nothing is under way that it could wait for")
        };
        for job in &jobs {
            batch.push(finish(&job.id, "w"));
        }
        app.store.commit(batch).await.unwrap();
        let sql = "SELECT count(*) FROM jobs WHERE kind = 'decide'";
        app.store.read(sql, vec![]).await.unwrap()[0].int(0).unwrap() > 0
    }

    async fn drafts(&self) -> Vec<Draft<Value>> {
        self.app.store.drafts_of(self.app.desks[0].id, ConversationId(CONVERSATION)).await.unwrap()
    }

    async fn reacts(&self, body: &Body) -> Reaction {
        let decides = self.told(body).await;
        let draft = self.drafts().await.into_iter().find(|draft| draft.id.as_str() == "draft").unwrap();
        (draft.state, draft.reason, decides)
    }
}

fn customer() -> Body {
    Body::recorded("13-customer-thanks", 1)
}

/// A public message of an agent.
fn agent() -> Body {
    Body::recorded("52-api-reply", 0).of(CONVERSATION, QUESTION + 1)
}

async fn reaction(body: Body) -> Reaction {
    Waiting::new().await.reacts(&body).await
}

fn stays() -> Reaction {
    (DraftState::Ready, None, false)
}

fn ends(reason: &str) -> Reaction {
    (DraftState::Superseded, Some(reason.to_owned()), false)
}

#[tokio::test]
async fn a_customers_next_message_makes_the_draft_outdated_and_is_decided() {
    let next = customer().of(CONVERSATION, QUESTION + 1);
    let outdated = (DraftState::Superseded, Some("the customer wrote again".to_owned()), true);
    assert_eq!(reaction(next).await, outdated);
}

/// Its own draft gave way to this one, e.g. because it was deleted; then its delivery comes late.
#[tokio::test]
async fn a_later_message_that_is_decided_changes_nothing_when_it_is_told_again() {
    let waiting = Waiting::new().await;
    let decided = NewDecision {
        id: &DecisionId("decision".into()),
        desk: waiting.app.desks[0].id,
        conversation: ConversationId(CONVERSATION),
        message: MessageId(QUESTION + 1),
        cause: Cause::Message,
        rulebook: "",
        analysis: &json!({}),
        body: &json!({}),
        seen: &json!({}),
        decided_at: 1,
    };
    waiting.app.store.commit(keep_decision(&decided).unwrap().into()).await.unwrap();
    assert_eq!(waiting.reacts(&customer().of(CONVERSATION, QUESTION + 1)).await, stays());
}

#[tokio::test]
async fn a_customers_attachment_alone_does_so_too() {
    let file = json!([{"id": 1, "message_id": 101, "file_type": "file", "account_id": 1, "extension": "pdf",
        "data_url": "https://desk.test/x/receipt.pdf", "thumb_url": "", "file_size": 7}]);
    let next = customer().of(CONVERSATION, QUESTION + 1).with("content", json!("")).with("attachments", file);
    assert_eq!(reaction(next).await.0, DraftState::Superseded);
}

#[tokio::test]
async fn a_colleagues_answer_ends_the_draft() {
    assert_eq!(reaction(agent()).await, ends("a person answered"));
}

#[tokio::test]
async fn an_answer_from_the_channels_own_app_ends_the_draft() {
    let echo = agent().with("sender", Value::Null).with("content_attributes", json!({"external_echo": true}));
    assert_eq!(reaction(echo).await, ends("a person answered"));
}

#[tokio::test]
async fn an_answer_of_somebody_deleted_since_ends_the_draft() {
    assert_eq!(reaction(agent().with("sender", Value::Null)).await, ends("a person answered"));
    let note = agent().with("sender", Value::Null).with("private", json!(true));
    assert_eq!(reaction(note).await, stays());
}

#[tokio::test]
async fn a_private_note_changes_nothing() {
    assert_eq!(reaction(agent().with("private", json!(true))).await, stays());
}

#[tokio::test]
async fn a_bots_words_change_nothing() {
    let bot = json!({"id": 1, "name": "Drafter", "type": "agent_bot"});
    assert_eq!(reaction(agent().with("sender", bot)).await, stays());
}

#[tokio::test]
async fn captains_words_change_nothing() {
    let captain = json!({"id": 1, "name": "Captain", "type": "captain_assistant", "avatar_url": "",
        "description": "", "created_at": "2026-06-17T09:11:58.120Z"});
    assert_eq!(reaction(agent().with("sender", captain)).await, stays());
}

#[tokio::test]
async fn an_automation_rules_words_change_nothing() {
    let rule =
        agent().with("sender", Value::Null).with("content_attributes", json!({"automation_rule_id": 1}));
    assert_eq!(reaction(rule).await, stays());
}

#[tokio::test]
async fn a_campaign_changes_nothing() {
    let campaign = agent().with("additional_attributes", json!({"campaign_id": 3}));
    assert_eq!(reaction(campaign).await, stays());
}

#[tokio::test]
async fn a_template_changes_nothing() {
    let greeting = agent().with("sender", Value::Null).with("message_type", json!("template"));
    assert_eq!(reaction(greeting).await, stays());
}

#[tokio::test]
async fn an_automatic_reply_of_the_customers_mailbox_changes_nothing() {
    let away = json!({"email": {"auto_reply": true, "text_content": {}, "html_content": {}}});
    let away = customer().of(CONVERSATION, QUESTION + 1).with("content_attributes", away);
    assert_eq!(reaction(away).await, stays());
}

#[tokio::test]
async fn a_survey_and_its_answer_change_nothing() {
    let survey = Body::recorded("15-resolved-with-csat", 2).of(CONVERSATION, QUESTION + 1);
    let survey = survey.in_state("open");
    let answer = Body::recorded("16-csat-answered", 0).of(CONVERSATION, QUESTION + 1).in_state("open");
    let waiting = Waiting::new().await;
    assert_eq!(waiting.reacts(&survey).await, stays());
    assert_eq!(waiting.reacts(&answer).await, stays());
}

#[tokio::test]
async fn typing_changes_nothing() {
    let typing = Body::recorded("04-chat-typing", 2).in_conversation(CONVERSATION);
    assert_eq!(reaction(typing).await, stays());
}

#[tokio::test]
async fn a_deleted_note_or_answer_changes_nothing() {
    for body in [agent(), agent().with("private", json!(true))] {
        let deleted =
            body.with("event", json!("message_updated")).with("content_attributes", json!({"deleted": true}));
        assert_eq!(reaction(deleted).await, stays());
    }
}

#[tokio::test]
async fn a_question_that_is_deleted_or_changed_is_drafted_anew() {
    let updated = || customer().of(CONVERSATION, QUESTION).with("event", json!("message_updated"));
    for (body, reason) in [
        (
            updated().with("content_attributes", json!({"deleted": true})),
            "the customer's message was deleted",
        ),
        (updated().with("content", json!("No, cancel it!")), "the customer changed the message"),
    ] {
        let waiting = Waiting::new().await;
        assert_eq!(waiting.reacts(&body).await, ends(reason));
        let next = waiting.drafts().await.into_iter().find(|draft| draft.id.as_str() != "draft").unwrap();
        assert_eq!((next.state, next.hold), (DraftState::Queued, true), "still a matter for two people");
        assert_eq!(waiting.reacts(&body.with("again", json!(true))).await.0, DraftState::Superseded);
        assert_eq!(waiting.drafts().await.len(), 2, "once, however often it is told");
    }
    // The same words as HTML, as 4.9 to 4.12 deliver them, are no change.
    let same = updated().with("content", json!("<p>Thank you! 🙏</p>\n"));
    assert_eq!(reaction(same).await, stays());
}
