//! A draft's life: one living draft for a conversation, decided about exactly once and about exactly one text.

use super::conversations::conversation;
use super::{DESK, NOW};
use crate::support::{Database, both_databases};
use hotdash::store::conversations::keep_conversation;
use hotdash::store::drafts::{
    Draft, DraftState, Drafted, Expected, answer_message, approve_draft, begin_drafting, begin_sending_draft,
    claim_draft, decide_draft, end_drafts, end_drafts_of_closed, hold_living_draft, make_ready, move_draft,
    note_of_draft, queue_draft, settle_draft, supersede_drafts,
};
use hotdash::store::effects::{
    Change, EffectState, NewEffect, begin_sending, drop_pending_of_draft, settle_effect, unsend, want,
    want_all,
};
use hotdash::store::reviews::{Review, keep_review, undo_reviews};
use hotdash::store::{Batch, Statement, Store, StoreError};
use hotdash_core::conversation::{Conversation, Status};
use hotdash_core::ids::{AgentId, ConversationId, DraftId, EffectId, MessageId, UserId};

both_databases!(
    a_conversation_has_one_living_draft,
    a_draft_is_written_and_shown,
    an_approval_must_find_exactly_what_was_read,
    two_approvals_at_once_send_once,
    a_newer_message_supersedes_and_drops_the_effect,
    what_is_leaving_is_not_superseded,
    an_ended_conversation_ends_its_drafts,
    an_approval_can_be_taken_back,
    an_edited_text_is_approved_in_place_of_the_drafted_one,
    a_closed_conversation_ends_its_drafts,
    a_later_message_makes_it_a_matter_for_two,
    what_surely_did_not_leave_may_leave_again,
    grades_and_reasons_are_kept,
    an_effect_is_tried_and_settled_once,
);

const CONVERSATION: ConversationId = ConversationId(12);
const QUESTION: MessageId = MessageId(100);

fn id(text: &str) -> DraftId {
    DraftId(text.into())
}

async fn run(store: &Store, statement: Statement) -> Result<u64, StoreError> {
    Ok(store.commit(statement.into()).await?[0].affected)
}

async fn queue(store: &Store, draft: &str, answers: MessageId) -> bool {
    run(store, queue_draft(&id(draft), DESK, CONVERSATION, answers, false, NOW)).await.unwrap() == 1
}

async fn ready(store: &Store, draft: &str, answers: MessageId) {
    assert!(queue(store, draft, answers).await);
    run(store, begin_drafting(&id(draft))).await.unwrap();
    run(store, make_ready(&id(draft), &drafted(answers)).unwrap()).await.unwrap();
}

fn drafted(answers: MessageId) -> Drafted<'static, String> {
    // The store does not look into the body: any type will do.
    static BODY: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| "because of the handbook".into());
    Drafted {
        answers,
        text: "Dear Eva, …",
        text_hash: "h1",
        author: "no model",
        body: &BODY,
        usage: None,
        ready_at: NOW + 5,
    }
}

fn expected(draft: &DraftId) -> Expected<'_> {
    Expected { draft, version: 1, text_hash: "h1", answers: QUESTION }
}

fn reply(draft: &str) -> NewEffect {
    NewEffect {
        id: EffectId(format!("reply-{draft}")),
        desk: DESK,
        conversation: CONVERSATION,
        decision: None,
        draft: Some(id(draft)),
        change: Change::Reply {
            text: "Dear Eva, …".into(),
            copies: vec![],
            answers: QUESTION,
            approver: UserId(1),
        },
        created_at: NOW,
    }
}

/// Approval and its effect, as one batch.
fn approve(draft: &DraftId) -> Batch {
    let mut batch =
        Batch::from(decide_draft(&expected(draft), DraftState::Ready, DraftState::Approved, None, NOW + 9));
    batch.push(want(&reply(draft.as_str())).unwrap());
    batch
}

async fn get(store: &Store, draft: &str) -> Draft<String> {
    store.draft(&id(draft)).await.unwrap().unwrap()
}

async fn state(store: &Store, draft: &str) -> DraftState {
    get(store, draft).await.state
}

async fn a_conversation_has_one_living_draft(database: &Database) {
    let store = database.open().await;
    assert!(queue(&store, "1", QUESTION).await);
    assert!(!queue(&store, "2", QUESTION).await);
    let elsewhere = queue_draft(&id("3"), DESK, ConversationId(13), QUESTION, true, NOW);
    assert_eq!(run(&store, elsewhere).await.unwrap(), 1);
    assert!(get(&store, "3").await.hold);

    run(&store, begin_drafting(&id("1"))).await.unwrap();
    assert!(!queue(&store, "2", MessageId(101)).await);
    run(&store, make_ready(&id("1"), &drafted(QUESTION)).unwrap()).await.unwrap();
    let rejected =
        decide_draft(&expected(&id("1")), DraftState::Ready, DraftState::Rejected, Some("rude"), NOW);
    run(&store, rejected).await.unwrap();
    assert!(queue(&store, "2", MessageId(101)).await, "the first one lives no more");
    let drafts: Vec<Draft<String>> = store.drafts_of(DESK, CONVERSATION).await.unwrap();
    assert_eq!(drafts.iter().map(|d| d.id.as_str()).collect::<Vec<_>>(), ["2", "1"]);
}

async fn a_draft_is_written_and_shown(database: &Database) {
    let store = database.open().await;
    assert!(queue(&store, "1", QUESTION).await);
    let early = run(&store, make_ready(&id("1"), &drafted(QUESTION)).unwrap()).await;
    assert_eq!(early.unwrap_err(), StoreError::Conflict { step: 0 });
    let queued = get(&store, "1").await;
    assert_eq!((queued.state, queued.version, queued.body), (DraftState::Queued, 0, None));

    run(&store, begin_drafting(&id("1"))).await.unwrap();
    // A try that crashed begins again.
    run(&store, begin_drafting(&id("1"))).await.unwrap();
    run(&store, answer_message(&id("1"), MessageId(101))).await.unwrap();
    // The delivery of the message it is about to answer comes late.
    store.commit(supersede_drafts(DESK, CONVERSATION, MessageId(101), "wrote again", NOW)).await.unwrap();
    assert_eq!(get(&store, "1").await.state, DraftState::Drafting);
    run(&store, make_ready(&id("1"), &drafted(MessageId(101))).unwrap()).await.unwrap();
    run(&store, note_of_draft(&id("1"), MessageId(500))).await.unwrap();
    run(&store, claim_draft(&id("1"), Some(UserId(4)))).await.unwrap();

    let draft = get(&store, "1").await;
    assert_eq!((draft.state, draft.version, draft.answers), (DraftState::Ready, 1, MessageId(101)));
    assert_eq!((draft.text.as_str(), draft.text_hash.as_str()), ("Dear Eva, …", "h1"));
    assert_eq!((draft.author.as_str(), draft.body.as_deref()), ("no model", Some("because of the handbook")));
    assert_eq!((draft.note_message, draft.claimed_by), (Some(MessageId(500)), Some(UserId(4))));
    assert_eq!((draft.created_at, draft.ready_at, draft.decided_at), (NOW, Some(NOW + 5), None));
    run(&store, claim_draft(&id("1"), None)).await.unwrap();
    assert_eq!(get(&store, "1").await.claimed_by, None);
    assert_eq!(run(&store, begin_drafting(&id("1"))).await.unwrap_err(), StoreError::Conflict { step: 0 });
}

async fn an_approval_must_find_exactly_what_was_read(database: &Database) {
    let store = database.open().await;
    ready(&store, "1", QUESTION).await;
    let one = id("1");
    let wrong = [
        Expected { version: 2, ..expected(&one) },
        Expected { text_hash: "h2", ..expected(&one) },
        Expected { answers: MessageId(99), ..expected(&one) },
    ];
    for wrong in &wrong {
        let mut batch = Batch::from(decide_draft(wrong, DraftState::Ready, DraftState::Approved, None, NOW));
        batch.push(want(&reply("1")).unwrap());
        assert_eq!(store.commit(batch).await.unwrap_err(), StoreError::Conflict { step: 0 }, "{wrong:?}");
    }
    let held = decide_draft(&expected(&one), DraftState::Held, DraftState::Approved, None, NOW);
    assert_eq!(run(&store, held).await.unwrap_err(), StoreError::Conflict { step: 0 });
    assert_eq!(state(&store, "1").await, DraftState::Ready);
    assert!(store.effects(DESK, CONVERSATION).await.unwrap().is_empty(), "nothing was written beside");

    store.commit(approve(&one)).await.unwrap();
    assert_eq!(state(&store, "1").await, DraftState::Approved);
    assert_eq!(get(&store, "1").await.decided_at, Some(NOW + 9));
    assert_eq!(store.effects(DESK, CONVERSATION).await.unwrap().len(), 1);
}

async fn two_approvals_at_once_send_once(database: &Database) {
    let store = database.open().await;
    ready(&store, "1", QUESTION).await;
    let tries = (0..12).map(|n| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut batch = Batch::from(decide_draft(
                &expected(&id("1")),
                DraftState::Ready,
                DraftState::Approved,
                None,
                NOW,
            ));
            batch.push(want(&NewEffect { id: EffectId(format!("e{n}")), ..reply("1") }).unwrap());
            store.commit(batch).await
        })
    });
    let mut approved = 0;
    for one in tries.collect::<Vec<_>>() {
        match one.await.unwrap() {
            Ok(_) => approved += 1,
            Err(error) => assert_eq!(error, StoreError::Conflict { step: 0 }),
        }
    }
    assert_eq!(approved, 1);
    assert_eq!(store.effects(DESK, CONVERSATION).await.unwrap().len(), 1);
}

async fn a_newer_message_supersedes_and_drops_the_effect(database: &Database) {
    let store = database.open().await;
    ready(&store, "1", QUESTION).await;
    store.commit(approve(&id("1"))).await.unwrap();
    // The message it answers, seen again, changes nothing.
    store.commit(supersede_drafts(DESK, CONVERSATION, QUESTION, "again", NOW)).await.unwrap();
    assert_eq!(state(&store, "1").await, DraftState::Approved);

    store.commit(supersede_drafts(DESK, CONVERSATION, MessageId(101), "customer wrote", NOW)).await.unwrap();
    let draft = get(&store, "1").await;
    assert_eq!((draft.state, draft.reason.as_deref()), (DraftState::Superseded, Some("customer wrote")));
    let effect = store.effect(&EffectId("reply-1".into())).await.unwrap().unwrap();
    assert_eq!((effect.state, effect.outcome.as_deref()), (EffectState::Dropped, Some("customer wrote")));
    let late = run(&store, begin_sending(&effect.id, NOW)).await;
    assert_eq!(late.unwrap_err(), StoreError::Conflict { step: 0 });

    // A draft that waits to be written will answer the newer message: it stays.
    assert!(queue(&store, "2", MessageId(101)).await);
    store.commit(supersede_drafts(DESK, CONVERSATION, MessageId(102), "wrote again", NOW)).await.unwrap();
    assert_eq!(state(&store, "2").await, DraftState::Queued);
    // One that is being written answers an older one: it goes, and cannot become ready.
    run(&store, begin_drafting(&id("2"))).await.unwrap();
    store.commit(supersede_drafts(DESK, CONVERSATION, MessageId(102), "wrote again", NOW)).await.unwrap();
    let too_late = run(&store, make_ready(&id("2"), &drafted(MessageId(101))).unwrap()).await;
    assert_eq!(too_late.unwrap_err(), StoreError::Conflict { step: 0 });
}

async fn what_is_leaving_is_not_superseded(database: &Database) {
    let store = database.open().await;
    ready(&store, "1", QUESTION).await;
    store.commit(approve(&id("1"))).await.unwrap();
    let mut leaving = Batch::from(begin_sending(&EffectId("reply-1".into()), NOW));
    leaving.push(move_draft(&id("1"), DraftState::Approved, DraftState::Sending, None, NOW));
    store.commit(leaving).await.unwrap();

    store.commit(supersede_drafts(DESK, CONVERSATION, MessageId(101), "customer wrote", NOW)).await.unwrap();
    assert_eq!(state(&store, "1").await, DraftState::Sending);
    let effect = store.effect(&EffectId("reply-1".into())).await.unwrap().unwrap();
    assert_eq!((effect.state, effect.tried_at), (EffectState::Sending, Some(NOW)));
    run(&store, move_draft(&id("1"), DraftState::Sending, DraftState::Sent, None, NOW + 20)).await.unwrap();
    assert_eq!(get(&store, "1").await.settled_at, Some(NOW + 20));
}

async fn an_ended_conversation_ends_its_drafts(database: &Database) {
    let store = database.open().await;
    assert!(queue(&store, "1", QUESTION).await);
    store.commit(end_drafts(DESK, CONVERSATION, MessageId(99), "answered", NOW)).await.unwrap();
    assert_eq!(state(&store, "1").await, DraftState::Queued, "it answers a later message");
    store.commit(end_drafts(DESK, CONVERSATION, QUESTION, "resolved", NOW)).await.unwrap();
    assert_eq!(state(&store, "1").await, DraftState::Superseded);

    ready(&store, "2", QUESTION).await;
    store.commit(end_drafts(DESK, ConversationId(13), MessageId(999), "resolved", NOW)).await.unwrap();
    assert_eq!(state(&store, "2").await, DraftState::Ready, "another conversation ended");
    store.commit(end_drafts(DESK, CONVERSATION, MessageId(i64::MAX), "resolved", NOW)).await.unwrap();
    assert_eq!(state(&store, "2").await, DraftState::Superseded);
}

async fn an_approval_can_be_taken_back(database: &Database) {
    let store = database.open().await;
    ready(&store, "1", QUESTION).await;
    let mut batch = approve(&id("1"));
    batch.push(keep_review(&review("r1", "approve")));
    store.commit(batch).await.unwrap();

    let mut undo = Batch::from(move_draft(&id("1"), DraftState::Approved, DraftState::Ready, None, NOW + 10));
    undo.push(drop_pending_of_draft(&id("1"), "taken back", NOW + 10));
    undo.push(undo_reviews(&id("1"), NOW + 10));
    store.commit(undo.clone()).await.unwrap();
    assert_eq!(state(&store, "1").await, DraftState::Ready);
    assert_eq!(store.effects(DESK, CONVERSATION).await.unwrap()[0].state, EffectState::Dropped);
    assert_eq!(store.reviews(&id("1")).await.unwrap()[0].undone_at, Some(NOW + 10));
    assert_eq!(store.commit(undo).await.unwrap_err(), StoreError::Conflict { step: 0 });
}

async fn an_edited_text_is_approved_in_place_of_the_drafted_one(database: &Database) {
    let store = database.open().await;
    ready(&store, "1", QUESTION).await;
    let one = id("1");
    let edit = |expected: &Expected<'_>, text, hash| {
        approve_draft(expected, DraftState::Ready, DraftState::Approved, text, hash, NOW + 9)
    };
    let stale = Expected { text_hash: "h0", ..expected(&one) };
    let refused = run(&store, edit(&stale, "other", "h2")).await;
    assert_eq!(refused.unwrap_err(), StoreError::Conflict { step: 0 });
    run(&store, edit(&expected(&one), "Dear Eva, thank you.", "h2")).await.unwrap();
    let draft = get(&store, "1").await;
    assert_eq!((draft.state, draft.version, draft.decided_at), (DraftState::Approved, 2, Some(NOW + 9)));
    assert_eq!((draft.drafted.as_str(), draft.text.as_str()), ("Dear Eva, …", "Dear Eva, thank you."));
    assert_eq!(draft.text_hash, "h2");

    // Approved as it was drafted: the same text stays the same version.
    run(&store, move_draft(&one, DraftState::Approved, DraftState::Ready, None, NOW)).await.unwrap();
    let again = Expected { version: 2, text_hash: "h2", ..expected(&one) };
    run(&store, edit(&again, "Dear Eva, thank you.", "h2")).await.unwrap();
    assert_eq!(get(&store, "1").await.version, 2);
}

async fn a_closed_conversation_ends_its_drafts(database: &Database) {
    let store = database.open().await;
    ready(&store, "1", QUESTION).await;
    store.commit(approve(&id("1"))).await.unwrap();
    let close = || end_drafts_of_closed(DESK, CONVERSATION, NOW + 30);
    store.commit(close()).await.unwrap();
    assert_eq!(state(&store, "1").await, DraftState::Approved, "the conversation is not even known");
    for (status, seen) in [(Status::Open, 1), (Status::Pending, 2)] {
        let open = Conversation { status, ..conversation(CONVERSATION.0, seen) };
        store.commit(keep_conversation(DESK, &open).unwrap().into()).await.unwrap();
        store.commit(close()).await.unwrap();
        assert_eq!(state(&store, "1").await, DraftState::Approved, "{status:?}");
    }
    let snoozed = Conversation { status: Status::Snoozed, ..conversation(CONVERSATION.0, 3) };
    let mut batch = Batch::from(keep_conversation(DESK, &snoozed).unwrap());
    batch.append(close());
    store.commit(batch).await.unwrap();
    let draft = get(&store, "1").await;
    assert_eq!((draft.state, draft.settled_at), (DraftState::Superseded, Some(NOW + 30)));
    assert_eq!(draft.reason.as_deref(), Some("the conversation was snoozed"));
    assert_eq!(store.effects(DESK, CONVERSATION).await.unwrap()[0].state, EffectState::Dropped);
}

async fn a_later_message_makes_it_a_matter_for_two(database: &Database) {
    let store = database.open().await;
    assert!(queue(&store, "1", QUESTION).await);
    run(&store, hold_living_draft(DESK, ConversationId(13))).await.unwrap();
    assert!(!get(&store, "1").await.hold);
    run(&store, hold_living_draft(DESK, CONVERSATION)).await.unwrap();
    assert!(get(&store, "1").await.hold);
}

async fn what_surely_did_not_leave_may_leave_again(database: &Database) {
    let store = database.open().await;
    ready(&store, "1", QUESTION).await;
    store.commit(approve(&id("1"))).await.unwrap();
    let effect = EffectId("reply-1".into());
    assert_eq!(run(&store, unsend(&effect)).await.unwrap_err(), StoreError::Conflict { step: 0 });
    for at in [NOW, NOW + 1] {
        let mut leaving = Batch::from(begin_sending(&effect, at));
        leaving.push(begin_sending_draft(&id("1")));
        store.commit(leaving).await.unwrap();
    }
    run(&store, unsend(&effect)).await.unwrap();
    let kept = store.effect(&effect).await.unwrap().unwrap();
    assert_eq!((kept.state, kept.tried_at), (EffectState::Pending, None));
    assert_eq!(run(&store, settle_draft(&id("1"), DraftState::Sent, None, NOW + 5)).await.unwrap(), 1);
    assert_eq!(run(&store, settle_draft(&id("1"), DraftState::Failed, Some("late"), NOW)).await.unwrap(), 0);
    let draft = get(&store, "1").await;
    assert_eq!((draft.state, draft.settled_at, draft.reason), (DraftState::Sent, Some(NOW + 5), None));
}

fn review(name: &str, verdict: &str) -> Review {
    Review {
        id: name.into(),
        draft: id("1"),
        desk: DESK,
        reviewer: UserId(1),
        verdict: verdict.into(),
        version: 1,
        text_hash: "h1".into(),
        drafted_text: "Dear Eva, …".into(),
        final_text: "Dear Eva, thank you.".into(),
        changed_permille: 420,
        grades: Some([5, 4, 1]),
        reason: None,
        reviewed_at: NOW,
        undone_at: None,
    }
}

async fn grades_and_reasons_are_kept(database: &Database) {
    let store = database.open().await;
    ready(&store, "1", QUESTION).await;
    let first = review("r1", "edit");
    let second = Review { grades: None, reason: Some("too long".into()), ..review("r2", "reject") };
    let mut batch = Batch::from(keep_review(&first));
    batch.push(keep_review(&second));
    store.commit(batch).await.unwrap();
    assert_eq!(store.reviews(&id("1")).await.unwrap(), [first, second]);
    assert_eq!(store.rejection_reasons(DESK, CONVERSATION).await.unwrap(), ["too long"]);
    assert!(store.rejection_reasons(DESK, ConversationId(13)).await.unwrap().is_empty());
}

async fn an_effect_is_tried_and_settled_once(database: &Database) {
    let store = database.open().await;
    let assign = NewEffect {
        id: EffectId("assign".into()),
        draft: None,
        change: Change::AssignAgent { agent: AgentId(3) },
        ..reply("1")
    };
    let labels = NewEffect {
        id: EffectId("labels".into()),
        draft: None,
        change: Change::AddLabels { labels: vec!["orders".into(), "vip".into()] },
        ..reply("1")
    };
    store.commit(want_all(&[assign.clone(), labels.clone()]).unwrap()).await.unwrap();
    run(&store, begin_sending(&assign.id, NOW)).await.unwrap();
    run(&store, begin_sending(&assign.id, NOW + 1)).await.unwrap();
    let settle = |state, outcome| settle_effect(&assign.id, state, outcome, Some(MessageId(9)), NOW + 2);
    assert_eq!(run(&store, settle(EffectState::Done, "assigned")).await.unwrap(), 1);
    assert_eq!(run(&store, settle(EffectState::Refused, "too late")).await.unwrap(), 0);

    let kept = store.effects(DESK, CONVERSATION).await.unwrap();
    assert_eq!(kept.iter().map(|e| &e.change).collect::<Vec<_>>(), [&assign.change, &labels.change]);
    assert_eq!((kept[0].state, kept[0].outcome.as_deref()), (EffectState::Done, Some("assigned")));
    assert_eq!((kept[0].desk_message, kept[0].tried_at), (Some(MessageId(9)), Some(NOW + 1)));
    assert_eq!((kept[1].state, kept[1].tried_at), (EffectState::Pending, None));
}
