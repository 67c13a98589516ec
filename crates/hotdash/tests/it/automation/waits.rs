//! Rules that wait: for our answer, for the customer's, over a weekend, and what ends a wait.

use super::{ANN, Office, QUESTION, hours, ms, text};
use crate::support::{Database, both_databases};
use chatwoot_sandbox::model::Status;
use hotdash::store::automations::AutomationState;
use hotdash::store::effects::EffectState;
use jiff::{SignedDuration, Timestamp};

both_databases!(
    nobody_answers_over_a_weekend,
    an_answer_ends_the_wait_and_the_next_message_begins_another,
    an_approved_reply_is_an_answer_too,
    closing_the_conversation_ends_the_wait,
    a_silent_customer_is_told_and_closed,
    a_customer_who_answers_in_the_last_moment_is_not_closed,
    a_conversation_is_put_away_until_the_team_is_back,
);

const UNANSWERED: &str = r#"
[[rule]]
id = "unanswered"
name = "Nobody answered"
group = "tags"
when = { none = [{ type = "tag", equals = "on_hold" }] }
after = "2 business hours"
then = { tag = ["overdue"], priority = "high" }
"#;

const QUIET: &str = r#"
[[rule]]
id = "quiet-customer"
group = "tags"
when = { always = true }
after = "3d"
since = "our_reply"
then = { template = "hello", resolve = true }
"#;

const PUT_AWAY: &str = r#"
[[rule]]
id = "put-away"
group = "tags"
when = { all = [{ type = "time", equals = "after_hours" }, { type = "keyword", any_of = ["no hurry"] }] }
then = { snooze = "until next business hour" }
"#;

impl Office {
    fn labels(&self, conversation: i64) -> Vec<String> {
        self.house.desk.conversation(conversation).unwrap().labels
    }

    async fn only(&self, conversation: i64) -> (AutomationState, Option<String>) {
        let kept = self.kept(conversation).await;
        assert_eq!(kept.len(), 1, "{kept:?}");
        (kept[0].state, kept[0].outcome.clone())
    }
}

async fn nobody_answers_over_a_weekend(database: &Database) {
    let office = Office::on_friday(database, (16, 0), UNANSWERED, &[]).await;
    let asked = office.clock.now();
    let conversation = office.new_conversation(QUESTION).await;
    let due = office.kept(conversation).await[0].due_at;
    let late = ms(due).duration_since(asked);
    // An hour on Friday, the weekend of 64 hours, an hour on Monday.
    assert!(late >= hours(66) && late < hours(66) + SignedDuration::from_mins(1), "{late:?}");

    office.pass(hours(65));
    office.house.settle().await;
    assert!(!office.labels(conversation).contains(&"overdue".to_owned()));
    office.pass(SignedDuration::from_mins(61));
    office.house.settle().await;
    assert!(
        office.labels(conversation).contains(&"overdue".to_owned()),
        "{:?}",
        office.kept(conversation).await
    );
    let (state, why) = office.only(conversation).await;
    assert_eq!(state, AutomationState::Done);
    assert!(why.unwrap().starts_with("nobody answered for 2 business hours"), "told in words");
    office.pass(hours(48));
    office.customer(conversation, "Still nobody?").await;
    office.only(conversation).await;
    office.house.close().await;
}

async fn an_answer_ends_the_wait_and_the_next_message_begins_another(database: &Database) {
    let office = Office::on_friday(database, (10, 0), UNANSWERED, &[]).await;
    let house = &office.house;
    let conversation = office.new_conversation(QUESTION).await;
    house.desk.agent_replies(conversation, 2, "Five days.").unwrap();
    house.settle().await;
    assert_eq!(
        office.only(conversation).await,
        (AutomationState::Cancelled, Some("a person answered".to_owned()))
    );
    office.pass(hours(3));
    house.settle().await;
    assert!(!office.labels(conversation).contains(&"overdue".to_owned()));

    office.customer(conversation, "And to Sweden?").await;
    office.pass(hours(1));
    house.desk.set_labels(conversation, &["on_hold"], 2).unwrap();
    house.settle().await;
    office.pass(SignedDuration::from_mins(61));
    house.settle().await;
    let kept = office.kept(conversation).await;
    assert_eq!(kept.len(), 2, "{kept:?}");
    assert_eq!(kept[1].state, AutomationState::Cancelled, "judged again when the time has passed");
    assert!(!office.labels(conversation).contains(&"overdue".to_owned()));
    office.house.close().await;
}

async fn an_approved_reply_is_an_answer_too(database: &Database) {
    let office = Office::on_friday(database, (10, 0), UNANSWERED, &[]).await;
    let conversation = office.new_conversation(QUESTION).await;
    office.approve(conversation).await;
    office.house.settle().await;
    assert_eq!(office.only(conversation).await.0, AutomationState::Cancelled);
    office.house.close().await;
}

async fn closing_the_conversation_ends_the_wait(database: &Database) {
    let office = Office::on_friday(database, (10, 0), UNANSWERED, &[]).await;
    let house = &office.house;
    let conversation = office.new_conversation(QUESTION).await;
    house.desk.resolve(conversation, 2).unwrap();
    house.settle().await;
    let why = Some("the conversation was resolved".to_owned());
    assert_eq!(office.only(conversation).await, (AutomationState::Cancelled, why));
    office.pass(hours(1));
    office.customer(conversation, "No, it is not solved.").await;
    let kept = office.kept(conversation).await;
    assert_eq!((kept.len(), kept[1].state), (2, AutomationState::Waiting), "{kept:?}");
    let since_written = ms(kept[1].due_at).duration_since(office.clock.now());
    assert!(since_written > SignedDuration::from_mins(119), "the old wait does not count: {since_written:?}");
    office.pass(SignedDuration::from_mins(121));
    house.settle().await;
    assert!(office.labels(conversation).contains(&"overdue".to_owned()));
    office.house.close().await;
}

async fn a_silent_customer_is_told_and_closed(database: &Database) {
    let office = Office::on_friday(database, (10, 0), QUIET, &[]).await;
    let house = &office.house;
    let conversation = office.new_conversation(QUESTION).await;
    assert!(office.kept(conversation).await.is_empty(), "we have not answered");
    house.desk.agent_replies(conversation, 2, "Where do you live?").unwrap();
    house.settle().await;
    office.pass(hours(73));
    house.settle().await;
    let sent = office.automatic(conversation);
    assert_eq!(sent.iter().map(text).collect::<Vec<_>>(), ["Hello, {{ you }} and {% raw %}!"]);
    // First told, then closed.
    assert_eq!(house.desk.conversation(conversation).unwrap().status, Status::Resolved);
    assert_eq!(office.effects(conversation, "resolve").await[0].outcome.as_deref(), Some("resolved"));
    office.house.close().await;
}

async fn a_customer_who_answers_in_the_last_moment_is_not_closed(database: &Database) {
    let office = Office::on_friday(database, (10, 0), QUIET, &[]).await;
    let house = &office.house;
    let conversation = house.desk.customer_says(house.website, ANN, QUESTION).unwrap();
    house.settle().await;
    house.desk.agent_replies(conversation, 2, "Where do you live?").unwrap();
    house.settle().await;
    // Nobody tells us of the answer: only the look at the thread can.
    let lost = chatwoot_sandbox::WebhookFaults { drop_all: true, ..Default::default() };
    house.desk.set_faults(chatwoot_sandbox::Faults { webhooks: lost, ..Default::default() });
    house.desk.customer_replies(conversation, "In Bergen.").unwrap();
    office.pass(hours(73));
    house.settle().await;
    assert!(office.automatic(conversation).is_empty());
    assert_eq!(house.desk.conversation(conversation).unwrap().status, Status::Open);
    let why = Some("the customer answered".to_owned());
    assert_eq!(office.only(conversation).await, (AutomationState::Cancelled, why));
    office.house.close().await;
}

async fn a_conversation_is_put_away_until_the_team_is_back(database: &Database) {
    let office = Office::on_friday(database, (22, 0), PUT_AWAY, &[]).await;
    let conversation = office.new_conversation("There is no hurry: how long does shipping take?").await;
    let row = office.house.desk.conversation(conversation).unwrap();
    assert_eq!(row.status, Status::Snoozed);
    let wait: Timestamp = row.snoozed_until.unwrap();
    // From 22:00 on Friday to 9:00 on Monday.
    let wait = wait.duration_since(office.clock.now());
    assert!(wait > hours(58) && wait <= hours(59), "{wait:?}");
    let effects = office.effects(conversation, "snooze").await;
    assert_eq!(effects[0].state, EffectState::Done);
    office.house.close().await;
}
