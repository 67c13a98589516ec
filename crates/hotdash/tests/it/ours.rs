//! Our own messages come back as deliveries: early, without their mark, or with the news that the channel refused them.

use crate::chatwoot::recordings::scene;
use crate::support::alone::app_alone;
use crate::support::house::House;
use crate::support::{Database, both_databases};
use hotdash::app::{App, Notice};
use hotdash::chatwoot::signature::{Secrets, verify};
use hotdash::clock::Clock;
use hotdash::store::drafts::{Draft, DraftState, queue_draft};
use hotdash::store::effects::{Change, EffectState, NewEffect, begin_sending, settle_effect, want};
use hotdash::store::jobs::finish;
use hotdash::store::users::Role;
use hotdash::store::{Batch, Statement};
use hotdash::work::accept::{Taken, accept};
use hotdash::work::{Step, ingest};
use hotdash_core::ids::{ConversationId, DraftId, EffectId, MessageId, UserId};
use serde_json::{Value, json};

both_databases!(a_reply_that_the_channel_refuses_later_fails, a_message_that_may_be_ours_waits_for_the_call,);

const WEBSITE_VISITOR: (&str, &str) = ("Ann Customer", "ann@example.test");

/// A recorded body as an object, told of another message.
pub(crate) struct Body(Value);

impl Body {
    pub(crate) fn recorded(name: &str, place: usize) -> Self {
        Self(scene(name)[place].json())
    }

    pub(crate) fn of(mut self, conversation: i64, message: i64) -> Self {
        self.0["id"] = json!(message);
        self.0["conversation"]["id"] = json!(conversation);
        self.0["conversation"]["messages"][0]["id"] = json!(message);
        self
    }

    /// Of a body whose own number means something else.
    pub(crate) fn in_conversation(mut self, conversation: i64) -> Self {
        self.0["conversation"]["id"] = json!(conversation);
        self
    }

    pub(crate) fn in_state(mut self, status: &str) -> Self {
        self.0["conversation"]["status"] = json!(status);
        self
    }

    fn seen(mut self, conversation_at: f64, message_at: jiff::Timestamp) -> Self {
        self.0["conversation"]["updated_at"] = json!(conversation_at);
        self.0["conversation"]["messages"][0]["updated_at"] = json!(message_at.to_string());
        self
    }

    pub(crate) fn with(mut self, key: &str, value: Value) -> Self {
        self.0[key] = value;
        self
    }

    /// Through the door for proven deliveries.
    pub(crate) async fn arrive(&self, app: &App) -> Taken {
        let headers = axum::http::HeaderMap::new();
        let body = self.0.to_string().into();
        let verified = verify(&Secrets::default(), &headers, body, 0, 0, false, true).unwrap();
        accept(app, &app.desks[0], verified).await.unwrap()
    }
}

async fn a_reply_that_the_channel_refuses_later_fails(database: &Database) {
    let house = House::start(database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let question = "Hi, how long does shipping to Norway take?";
    let id = house.desk.customer_says(house.website, WEBSITE_VISITOR, question).unwrap();
    let draft = house.draft(id, DraftState::Ready).await;
    assert!(ada.approve(&draft, None).await.is_redirection());
    house.draft(id, DraftState::Sent).await;
    house.settle().await;

    let desk = house.app.desks[0].id;
    let effects = house.app.store.effects(desk, ConversationId(id)).await.unwrap();
    let effect = effects.iter().find(|effect| effect.change.kind() == "reply").unwrap();
    let reply = effect.desk_message.unwrap();
    let kept = house.app.store.conversation(desk, ConversationId(id)).await.unwrap().unwrap();
    #[expect(clippy::cast_precision_loss, reason = "as Chatwoot writes it")]
    let seen = kept.updated_at.unwrap().as_microsecond() as f64 / 1e6;
    let at = |second| house.app.clock.now() + jiff::SignedDuration::from_secs(second);
    let delivered = Body::recorded("53-api-delivered-then-failed", 0).of(id, reply.0).seen(seen, at(1));
    let mark = json!({"hotdash": {"id": effect.id}, "external_error": "handset gone"});
    let failed = Body::recorded("53-api-delivered-then-failed", 3)
        .of(id, reply.0)
        .seen(seen, at(2))
        .with("content_attributes", mark);
    let retried = Body::recorded("54-api-retry", 2).of(id, reply.0).seen(seen, at(3));

    let mut news = house.app.notices.subscribe();
    // The two overtake each other.
    assert_eq!(failed.arrive(&house.app).await, Taken::Accepted);
    house.settle().await;
    assert_eq!(delivered.arrive(&house.app).await, Taken::Accepted);
    house.settle().await;
    let now = house.draft(id, DraftState::Failed).await;
    assert_eq!((now.id.clone(), now.reason.as_deref()), (draft.id.clone(), Some("handset gone")));
    let mut told = Vec::new();
    while let Ok(notice) = news.try_recv() {
        told.push(notice.1);
    }
    assert!(told.contains(&Notice::DraftChanged(draft.id.clone())) && told.contains(&Notice::QueueChanged));
    let (_, page) = ada.get(&format!("/drafts/{}", draft.id)).await;
    assert!(page.contains("handset gone"), "the reviewer reads why");
    assert_eq!(house.public_replies(id).len(), 1, "nothing is sent again by itself");

    // Somebody presses "retry" on the desk, which wipes our mark; nobody answered in our place.
    assert_eq!(retried.arrive(&house.app).await, Taken::Accepted);
    house.settle().await;
    let now = house.draft(id, DraftState::Sent).await;
    assert_eq!((now.id, now.reason), (draft.id, None));
    assert_eq!(house.public_replies(id).len(), 1);
    house.close().await;
}

/// A conversation with a reply under way and, the customer having written again, a draft for the next one.
async fn a_reply_under_way(app: &App, conversation: ConversationId) -> (EffectId, DraftId) {
    let (effect, next) = (EffectId("e".into()), DraftId("next".into()));
    let wish = NewEffect {
        id: effect.clone(),
        desk: app.desks[0].id,
        conversation,
        decision: None,
        draft: None,
        change: Change::Reply {
            text: "Here you are.".into(),
            copies: vec![],
            answers: MessageId(1),
            approver: UserId(1),
        },
        created_at: 1,
    };
    let mut batch = Batch::from(want(&wish).unwrap());
    batch.push(begin_sending(&effect, 1));
    batch.push(queue_draft(&next, app.desks[0].id, conversation, MessageId(2), false, 1));
    app.store.commit(batch).await.unwrap();
    (effect, next)
}

/// Try the one job that is due; gives the word on what the delivery was, or `None` when it has to wait.
async fn try_job(app: &App) -> Option<Option<String>> {
    let later = app.clock.now_ms() + 1;
    let mut jobs = app.store.claim_jobs("w", later, later, 10).await.unwrap();
    let job = jobs.pop().filter(|job| job.kind == "ingest").unwrap();
    match ingest::run(app, &job).await.unwrap() {
        Step::Later(..) => {
            app.store.postpone_job(&job.id, "w", 0, "waits").await.unwrap();
            None
        }
        Step::Done(mut batch, _) => {
            batch.push(finish(&job.id, "w"));
            app.store.commit(batch).await.unwrap();
            let id = hotdash_core::ids::DeliveryId(job.payload.clone());
            Some(app.store.delivery(&id).await.unwrap().unwrap().reason)
        }
    }
}

async fn a_message_that_may_be_ours_waits_for_the_call(database: &Database) {
    let app = app_alone(database, &[], Clock::real()).await;
    let conversation = ConversationId(5);
    let (effect, next) = a_reply_under_way(&app, conversation).await;
    let state = || async {
        let draft: Draft<Value> = app.store.draft(&next).await.unwrap().unwrap();
        draft.state
    };
    // The mark is enough, even before the call is answered.
    let created = |id: i64| Body::recorded("52-api-reply", 0).of(conversation.0, id);
    let marked = created(7).with("content_attributes", json!({"hotdash": {"id": "e"}}));
    marked.arrive(&app).await;
    assert_eq!(try_job(&app).await, Some(Some("our own message".to_owned())));
    // Deleted before its delivery was built: nothing tells but the answer of the call, which is still out.
    let wiped = created(7).with("content_attributes", json!({"deleted": true}));
    wiped.arrive(&app).await;
    assert_eq!(try_job(&app).await, None);
    assert_eq!(try_job(&app).await, None);
    app.store
        .commit(settle_effect(&effect, EffectState::Done, "sent", Some(MessageId(7)), 2).into())
        .await
        .unwrap();
    assert_eq!(try_job(&app).await, Some(Some("our own message".to_owned())));
    assert_eq!(state().await, DraftState::Queued, "nobody answered for us");

    // While the next one is out, other words are a person's, and so is a message that nobody claims for a minute.
    app.store
        .commit(
            Statement::new(
                "UPDATE effects SET state = 'sending', desk_message = NULL WHERE id = $1",
                vec![effect.as_str().into()],
            )
            .into(),
        )
        .await
        .unwrap();
    let same = created(8).with("content", json!("Here you are."));
    same.arrive(&app).await;
    assert_eq!(try_job(&app).await, None);
    let old = Statement::new("UPDATE jobs SET created_at = $1", vec![(app.clock.now_ms() - 61_000).into()]);
    app.store.commit(old.into()).await.unwrap();
    assert_eq!(try_job(&app).await, Some(None));
    assert_eq!(state().await, DraftState::Superseded);
    created(9).arrive(&app).await;
    assert_eq!(try_job(&app).await, Some(None), "other words do not wait");
}
