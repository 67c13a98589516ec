//! Measuring, on small histories told in a few words. The whole of four real weeks is in the shell's tests.

use super::history::StatusWord;
use super::*;
use crate::conversation::{Assignee, Author, Contact, Conversation, Direction, Marks, Message};
use crate::event::{Change, Event};
use crate::ids::ContactId;
use jiff::Timestamp;
use serde_json::json;

const INBOX: InboxId = InboxId(3);
const BEN: AgentId = AgentId(2);
const CLEO: AgentId = AgentId(3);

fn at(second: i64) -> Timestamp {
    // 2026-06-01T00:00:00Z
    Timestamp::from_second(1_780_272_000 + second).unwrap()
}

fn micros(second: i64) -> i64 {
    at(second).as_microsecond()
}

fn settings(has_bot: bool) -> Settings {
    let inbox = InboxSettings {
        name: "App".into(),
        channel: Channel::Api,
        channel_type: None,
        hours: Some(DeskHours::none()),
        has_bot: Some(has_bot),
    };
    let agents = [(BEN, "Ben Agent".to_owned()), (CLEO, "Cleo Agent".to_owned())];
    Settings { inboxes: [(INBOX, inbox)].into(), agents: agents.into(), ..Settings::default() }
}

/// A conversation that began at second 0.
struct Story {
    history: History,
    next: i64,
}

impl Story {
    fn begin(status: Status) -> Self {
        let contact = Contact {
            id: ContactId(1),
            name: "Customer".into(),
            email: None,
            phone: None,
            identifier: None,
            blocked: false,
            custom_attributes: serde_json::Map::new(),
        };
        let conversation = Conversation {
            id: ConversationId(7),
            inbox: INBOX,
            channel: Channel::Api,
            status,
            priority: None,
            labels: vec!["b".into(), "a".into()],
            can_reply: true,
            contact,
            assignee: Some(Assignee { id: BEN, name: "Ben Agent".into(), is_bot: false }),
            team: None,
            subject: None,
            browser_language: None,
            custom_attributes: serde_json::Map::new(),
            snoozed_until: None,
            first_reply_at: None,
            waiting_since: None,
            last_activity_at: None,
            created_at: at(0),
            updated_at: None,
        };
        let history = History { conversation, messages: Vec::new(), told: Vec::new(), surveys: Vec::new() };
        Self { history, next: 1 }
    }

    fn message(
        mut self,
        second: i64,
        direction: Direction,
        author: Author,
        private: bool,
        text: &str,
    ) -> Self {
        let message = Message {
            id: MessageId(self.next),
            conversation: ConversationId(7),
            content: Some(text.into()),
            new_text: None,
            envelope: None,
            content_type: "text".into(),
            direction,
            private,
            author,
            created_at: at(second),
            attachments: Vec::new(),
            marks: Marks::default(),
            source_id: None,
            delivery: None,
        };
        self.next += 1;
        self.history.messages.push(TimedMessage { message, at: micros(second) });
        self
    }

    fn customer(self, second: i64) -> Self {
        let author = Author::Customer { id: ContactId(1), name: "Customer".into() };
        self.message(second, Direction::Incoming, author, false, "Where is it?")
    }

    fn agent(self, second: i64, id: AgentId) -> Self {
        self.message(second, Direction::Outgoing, Author::Agent { id, name: "A".into() }, false, "Here.")
    }

    fn note(self, second: i64, id: AgentId) -> Self {
        self.message(second, Direction::Outgoing, Author::Agent { id, name: "A".into() }, true, "Hm.")
    }

    fn bot(self, second: i64) -> Self {
        let author = Author::Bot { id: AgentId(1), name: "Greeter".into() };
        self.message(second, Direction::Outgoing, author, false, "I look.")
    }

    fn line(self, second: i64, text: &str) -> Self {
        self.message(second, Direction::Activity, Author::Activity, false, text)
    }

    fn told(mut self, second: i64, before: StatusWord, now: StatusWord, waiting: Option<i64>) -> Self {
        let what = What::Status { before: Some(before), now, waiting_since: waiting.map(micros) };
        self.history.told.push(Told { at: micros(second), what });
        self
    }

    fn facts(&self, has_bot: bool) -> Vec<(FactKind, i64, Option<i64>, Option<AgentId>)> {
        let measured = measure(&self.history, &settings(has_bot));
        let is_turn = |kind| {
            matches!(kind, FactKind::WaitedForDesk | FactKind::WaitedForCustomer | FactKind::WaitedForBot)
        };
        let spans = measured.facts.into_iter();
        let spans = spans.filter(|fact| fact.seconds.is_some() && !is_turn(fact.kind));
        let zero = micros(0);
        spans.map(|fact| (fact.kind, (fact.at - zero) / 1_000_000, fact.seconds, fact.agent)).collect()
    }

    fn unknown(&self, has_bot: bool) -> Vec<Unknown> {
        measure(&self.history, &settings(has_bot)).unknown
    }
}

use StatusWord::{Open, Pending, Resolved};

#[test]
fn the_first_answer_is_its_senders_and_later_ones_are_the_assignees() {
    let story =
        Story::begin(Status::Open).customer(0).agent(60, CLEO).customer(100).customer(110).agent(130, CLEO);
    let expected = [
        (FactKind::FirstResponse, 60, Some(60), Some(CLEO)),
        (FactKind::ReplyTime, 130, Some(30), Some(BEN)),
    ];
    assert_eq!(story.facts(false), expected);
}

#[test]
fn notes_templates_and_answers_to_nobody_who_waits_are_not_measured() {
    let story = Story::begin(Status::Open).customer(0).note(5, BEN).agent(60, BEN).agent(90, BEN);
    let story = story.message(95, Direction::Template, Author::Template, false, "We are closed.");
    assert_eq!(story.facts(false), [(FactKind::FirstResponse, 60, Some(60), Some(BEN))]);
}

#[test]
fn a_bots_answer_ends_the_wait_and_is_no_response() {
    let story = Story::begin(Status::Open).customer(0).agent(10, BEN).customer(20).bot(25).agent(40, BEN);
    assert_eq!(story.facts(true), [(FactKind::FirstResponse, 10, Some(10), Some(BEN))]);
}

#[test]
fn every_resolution_counts_from_the_creation_and_reopening_gives_no_second_first_response() {
    let story = Story::begin(Status::Resolved).customer(0).agent(10, BEN);
    let story = story.told(50, Open, Resolved, None).customer(70).told(70, Resolved, Open, Some(70));
    let story = story.agent(100, BEN).told(120, Open, Resolved, None);
    let expected = [
        (FactKind::FirstResponse, 10, Some(10), Some(BEN)),
        (FactKind::Resolved, 50, Some(50), Some(BEN)),
        (FactKind::Opened, 70, Some(20), Some(BEN)),
        (FactKind::ReplyTime, 100, Some(30), Some(BEN)),
        (FactKind::Resolved, 120, Some(120), Some(BEN)),
    ];
    assert_eq!(story.facts(false), expected);
    assert!(!story.unknown(false).contains(&Unknown::StatusHistory));
}

#[test]
fn after_a_handoff_the_first_response_counts_from_there() {
    let story = Story::begin(Status::Open).customer(0).bot(5);
    let story = story.told(60, Pending, Open, Some(60)).agent(90, CLEO);
    let expected = [
        (FactKind::BotHandoff, 60, Some(60), Some(BEN)),
        (FactKind::Opened, 60, Some(0), Some(BEN)),
        (FactKind::FirstResponse, 90, Some(30), Some(CLEO)),
    ];
    let mut facts = story.facts(true);
    facts.sort_by_key(|(kind, second, ..)| (*second, *kind));
    assert_eq!(facts, expected);
}

#[test]
fn a_person_who_takes_a_conversation_from_the_bot_is_no_handoff() {
    let story = Story::begin(Status::Open).customer(0).bot(5).told(60, Pending, Open, None);
    assert_eq!(story.facts(true), [(FactKind::Opened, 60, Some(0), Some(BEN))]);
    // The wait was running already: the line tells who it was.
    let running = |line: &str| {
        let story = Story::begin(Status::Open).customer(0).told(60, Pending, Open, Some(0));
        story.line(60, line).facts(true).iter().any(|(kind, ..)| *kind == FactKind::BotHandoff)
    };
    assert!(running("Conversation was reopened by Greeter"));
    assert!(!running("Conversation was reopened by Ben Agent"));
    assert!(!running("Conversation was marked open by system due to an error with the agent bot."));
}

#[test]
fn a_bot_resolves_only_what_no_person_wrote_in() {
    let alone = Story::begin(Status::Resolved).customer(0).bot(5).told(9, Pending, Resolved, None);
    assert!(alone.facts(true).iter().any(|(kind, ..)| *kind == FactKind::BotResolved));
    assert!(!alone.facts(false).iter().any(|(kind, ..)| *kind == FactKind::BotResolved));
    let noted = Story::begin(Status::Resolved).customer(0).note(4, BEN).told(9, Pending, Resolved, None);
    assert!(!noted.facts(true).iter().any(|(kind, ..)| *kind == FactKind::BotResolved));
}

#[test]
fn the_lines_of_the_thread_tell_the_same_as_deliveries() {
    let base = || Story::begin(Status::Resolved).customer(0).agent(10, BEN);
    let told =
        base().told(50, Open, Resolved, None).customer(70).told(70, Resolved, Open, Some(70)).agent(80, BEN);
    let told = told.told(90, Open, Resolved, None);
    let read = base().line(50, "Conversation was marked resolved by Ben Agent").customer(70).agent(80, BEN);
    let read = read.line(90, "Conversation was marked resolved by system due to 5 minutes of inactivity");
    assert_eq!(told.facts(false), read.facts(false));
    // And both together the same once more.
    let both =
        base().told(50, Open, Resolved, None).line(51, "Conversation was marked resolved by Ben Agent");
    let both = both.customer(70).told(70, Resolved, Open, Some(70)).agent(80, BEN);
    let both = both.told(90, Open, Resolved, None).line(91, "Conversation was marked resolved by Ben Agent");
    assert_eq!(told.facts(false), both.facts(false));
}

#[test]
fn the_assignee_of_the_moment_is_credited() {
    let story = Story::begin(Status::Resolved).customer(0);
    let story = story.line(5, "Assigned to Cleo Agent by Ben Agent");
    let story = story.line(50, "Conversation was marked resolved by Cleo Agent");
    let story = story.line(60, "Assigned to Ben Agent via care by Cleo Agent");
    assert_eq!(story.facts(false), [(FactKind::Resolved, 50, Some(50), Some(CLEO))]);
    let mut told = Story::begin(Status::Resolved).customer(0).told(50, Open, Resolved, None);
    let change = What::Assignee { before: Some(CLEO), now: Some(BEN) };
    told.history.told.push(Told { at: micros(55), what: change });
    assert_eq!(told.facts(false), [(FactKind::Resolved, 50, Some(50), Some(CLEO))]);
}

#[test]
fn a_muted_customers_message_opens_nothing() {
    let story = Story::begin(Status::Resolved).customer(0);
    let story = story.line(50, "Conversation was marked resolved by Ben Agent").customer(70);
    assert_eq!(story.facts(false), [(FactKind::Resolved, 50, Some(50), Some(BEN))]);
    assert!(!story.unknown(false).contains(&Unknown::StatusHistory));
}

#[test]
fn what_nobody_tells_is_said_to_be_unknown() {
    let story = Story::begin(Status::Resolved).customer(0).line(50, "Konversation wurde gelöst");
    assert_eq!(story.facts(false), []);
    assert_eq!(story.unknown(false), [Unknown::StatusHistory, Unknown::Fractions]);
}

#[test]
fn a_conversation_answered_before_anybody_listened_has_no_first_response_here() {
    let mut story = Story::begin(Status::Open).customer(5000).agent(5060, BEN);
    story.history.conversation.first_reply_at = Some(at(30));
    assert_eq!(story.facts(false), [(FactKind::ReplyTime, 5060, Some(60), Some(BEN))]);
}

#[test]
fn a_wait_that_began_before_anybody_listened_is_measured_when_its_end_tells_of_it() {
    let mut story = Story::begin(Status::Open).agent(5060, BEN);
    story.history.conversation.first_reply_at = Some(at(30));
    assert_eq!(story.facts(false), []);
    story.history.told.push(Told { at: micros(5000), what: What::Waited });
    assert_eq!(story.facts(false), [(FactKind::ReplyTime, 5060, Some(60), Some(BEN))]);
}

#[test]
fn every_second_until_the_resolution_is_somebodys_turn() {
    let story = Story::begin(Status::Resolved).customer(0).bot(5).told(60, Pending, Open, Some(60));
    let story = story.agent(90, BEN).customer(200).agent(260, BEN).told(300, Open, Resolved, None);
    let measured = measure(&story.history, &settings(true));
    let sum = |kind| measured.of(kind).filter_map(|fact| fact.seconds).sum::<i64>();
    let turns = [FactKind::WaitedForBot, FactKind::WaitedForDesk, FactKind::WaitedForCustomer].map(sum);
    assert_eq!(turns, [60, 30 + 60, 110 + 40]);
    assert_eq!(turns.iter().sum::<i64>(), 300);
}

#[test]
fn neither_the_order_nor_the_repetition_of_what_is_known_matters() {
    let story = Story::begin(Status::Resolved).customer(0).agent(10, BEN).told(50, Open, Resolved, None);
    let mut story =
        story.customer(70).told(70, Resolved, Open, Some(70)).agent(80, CLEO).told(90, Open, Resolved, None);
    let expected = measure(&story.history, &settings(false));
    story.history.messages.reverse();
    story.history.told.reverse();
    assert_eq!(measure(&story.history, &settings(false)), expected);
    story.history.told.extend(story.history.told.clone());
    assert_eq!(measure(&story.history, &settings(false)), expected);
}

#[test]
fn a_change_is_told_at_its_own_instant_even_by_a_body_made_later() {
    let mut conversation = Story::begin(Status::Open).history.conversation;
    conversation.updated_at = Some(at(500));
    let change = |column: &str, before, after| Change { column: column.into(), before, after };
    let saved = change("updated_at", json!(at(40).to_string()), json!(at(50).to_string()));
    let changes = vec![change("status", json!("open"), json!("resolved")), saved];
    let event = Event::ConversationUpdated { conversation: Box::new(conversation), changes };
    let (_, told) = told_by(&event).unwrap();
    let what = What::Status { before: Some(Open), now: Resolved, waiting_since: None };
    assert_eq!(told, [Told { at: micros(50), what }]);
}
