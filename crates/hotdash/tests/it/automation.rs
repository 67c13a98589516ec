//! What rules do by themselves, in whole journeys on both databases: clocks are set forward, desk and mail are servers.

mod notices;
mod waits;

use crate::support::house::House;
use crate::support::{Database, both_databases};
use chatwoot_sandbox::Faults;
use chatwoot_sandbox::act::{NewChannel, NewInbox};
use chatwoot_sandbox::model::{Message as DeskMessage, MessageType};
use hotdash::clock::Clock;
use hotdash::store::automations::{AutomationState, KeptAutomation};
use hotdash::store::drafts::DraftState;
use hotdash::store::effects::{Change, Effect, EffectState};
use hotdash::store::users::Role;
use hotdash::work::people::invite;
use hotdash::work::review::{self, Approval};
use hotdash_core::automation::{Automation, Cause, Due};
use hotdash_core::ids::{ConversationId, RuleId};
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

both_databases!(
    whoever_writes_at_night_is_answered_once_and_again_the_next_night,
    a_german_customer_gets_german,
    two_machines_do_not_answer_each_other_for_ever,
    a_desk_that_speaks_for_itself_is_left_to_it,
    an_automatic_message_whose_answer_was_lost_is_there_once,
    a_message_that_is_found_late_is_not_answered_by_itself,
    words_of_a_template_arrive_as_they_are_written,
    the_daily_limit_tells_the_lead_once,
    what_is_applied_twice_is_done_once,
    a_desk_without_automations_is_never_looked_at,
);

const ANN: (&str, &str) = ("Ann Customer", "ann@example.test");
const QUESTION: &str = "Hi, how long does shipping to Norway take?";

const OFFICE: &str = r#"
zone = "Europe/Berlin"
[weekdays]
monday = ["09:00-17:00"]
tuesday = ["09:00-17:00"]
wednesday = ["09:00-17:00"]
thursday = ["09:00-17:00"]
friday = ["09:00-17:00"]
"#;

/// As the guide tells a lead to switch it on.
const AFTER_HOURS_REPLY: &str = r#"
[[rule]]
id = "after-hours-reply"
name = "After-hours reply"
group = "tags"
priority = 30
when = { type = "time", equals = "after_hours" }
once = "period"
then = { template = "after_hours" }
"#;

/// At night too: who waits for somebody would be offered again and again.
const ASSIGN: &str = r#"
[[rule]]
id = "assign"
group = "assignment"
priority = 50
when = { always = true }
then = { assign = "round_robin" }
"#;

const HELLO: &str = r#"
[[rule]]
id = "hello"
group = "tags"
when = { always = true }
then = { template = "hello" }
"#;

/// A house with rules, in office hours of Berlin, whose clocks begin on a Friday.
struct Office {
    house: House,
    clock: Clock,
    _files: TempDir,
}

impl Office {
    /// On Friday at this hour and minute, by the clocks of Berlin.
    async fn on_friday(
        database: &Database,
        (hour, minute): (i8, i8),
        rules: &str,
        settings: &[(&str, &str)],
    ) -> Self {
        let files = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = files.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        let rules = write("rules.toml", &format!("{ASSIGN}{rules}"));
        let hours = write("hours.toml", OFFICE);
        let templates =
            write("templates.toml", "[template.hello.text]\nen = \"Hello, {{ you }} and {% raw %}!\"");
        let mut all = vec![
            ("HOTDASH_RULES_FILE", rules.as_str()),
            ("HOTDASH_HOURS_FILE", &hours),
            ("HOTDASH_TEMPLATES_FILE", &templates),
            ("HOTDASH_TIMEZONE", "Europe/Berlin"),
        ];
        all.extend(settings);
        let clock = Clock::running();
        let house = House::start_at(database, &all, clock.clone()).await;
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let now = clock.now().to_zoned(berlin);
        let friday = now.nth_weekday(1, Weekday::Friday).unwrap();
        let friday = friday.with().hour(hour).minute(minute).second(0).subsec_nanosecond(0).build().unwrap();
        let office = Self { house, clock, _files: files };
        office.pass(friday.timestamp().duration_since(now.timestamp()));
        office
    }

    fn pass(&self, time: SignedDuration) {
        self.clock.advance(i64::try_from(time.as_millis()).unwrap());
        self.house.desk.clock().set_forward(time);
        self.house.app.work.notify_one();
    }

    /// The customer writes, and everything that follows is done.
    async fn customer(&self, conversation: i64, text: &str) {
        self.house.desk.customer_replies(conversation, text).unwrap();
        self.house.settle().await;
    }

    async fn new_conversation(&self, text: &str) -> i64 {
        let conversation = self.house.desk.customer_says(self.house.website, ANN, text).unwrap();
        self.house.settle().await;
        conversation
    }

    /// Somebody approves what waits; without a browser, whose session would not outlive a clock that is set days ahead.
    async fn approve(&self, conversation: i64) {
        let app = &self.house.app;
        let draft = self.house.draft(conversation, DraftState::Ready).await;
        invite(app, app.desks[0].id, "ada@acme.test", "Ada", Role::Lead).await.unwrap().unwrap();
        let ada = app.store.users_of(app.desks[0].id).await.unwrap().remove(0);
        let approval = Approval {
            version: draft.version,
            text_hash: draft.text_hash.clone(),
            answers: draft.answers,
            grades: Some([5, 5, 5]),
            text: None,
            knowingly: true,
        };
        review::approve(app, &ada, &draft.id, approval).await.unwrap();
    }

    /// What the customer got from rules.
    fn automatic(&self, conversation: i64) -> Vec<DeskMessage> {
        let messages = self.house.desk.messages(conversation).unwrap();
        messages
            .into_iter()
            .filter(|m| m.content_attributes.contains_key("automation_rule_id"))
            .filter(|m| m.message_type == MessageType::Outgoing && !m.private)
            .collect()
    }

    async fn kept(&self, conversation: i64) -> Vec<KeptAutomation> {
        let desk = self.house.app.desks[0].id;
        self.house.app.store.automations(desk, ConversationId(conversation)).await.unwrap()
    }

    async fn effects(&self, conversation: i64, kind: &str) -> Vec<Effect> {
        let desk = self.house.app.desks[0].id;
        let all = self.house.app.store.effects(desk, ConversationId(conversation)).await.unwrap();
        all.into_iter().filter(|effect| effect.change.kind() == kind).collect()
    }
}

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

fn text(message: &DeskMessage) -> &str {
    message.content.as_deref().unwrap_or_default()
}

async fn whoever_writes_at_night_is_answered_once_and_again_the_next_night(database: &Database) {
    let office = Office::on_friday(database, (22, 0), AFTER_HOURS_REPLY, &[]).await;
    let house = &office.house;
    let conversation = house.desk.customer_says(house.website, ANN, QUESTION).unwrap();
    house.desk.customer_replies(conversation, "I need it soon.").unwrap();
    house.desk.customer_replies(conversation, "Hello? Is anybody there?").unwrap();
    house.settle().await;

    let sent = office.automatic(conversation);
    assert_eq!(sent.len(), 1, "once for a burst: {sent:?}");
    assert!(text(&sent[0]).contains("We are back on Monday at 9:00 (CE"), "{}", text(&sent[0]));
    let keys: Vec<&String> = sent[0].content_attributes.keys().collect();
    assert_eq!(keys, ["automation_rule_id"], "the customer can read these");

    // No figure counts it as an answer, the desk's or ours, and the draft still waits for a person.
    let row = house.desk.conversation(conversation).unwrap();
    assert!(row.first_reply_created_at.is_none() && row.waiting_since.is_some(), "{row:?}");
    let id = ConversationId(conversation);
    let thread = house.app.store.thread(house.app.desks[0].id, id, 50).await.unwrap();
    let ours = thread.iter().find(|message| message.id.0 == sent[0].id).unwrap();
    assert!(!ours.is_human_reply() && ours.marks.effect.is_some(), "{ours:?}");
    house.draft(conversation, DraftState::Ready).await;

    office.pass(hours(36));
    office.customer(conversation, "It is Sunday morning now.").await;
    assert_eq!(office.automatic(conversation).len(), 1, "the weekend is one closed period");
    office.pass(hours(26));
    office.customer(conversation, "And now you are there, are you?").await;
    assert_eq!(office.automatic(conversation).len(), 1, "not while the team is there");
    office.pass(hours(10));
    office.customer(conversation, "And in the evening again.").await;
    let sent = office.automatic(conversation);
    assert_eq!(sent.len(), 2);
    assert!(text(&sent[1]).contains("We are back tomorrow at 9:00 (CE"), "{}", text(&sent[1]));

    // An approved reply counts, as ever.
    office.approve(conversation).await;
    house.settle().await;
    assert!(house.desk.conversation(conversation).unwrap().first_reply_created_at.is_some());
    office.house.close().await;
}

async fn a_german_customer_gets_german(database: &Database) {
    let office = Office::on_friday(database, (22, 0), AFTER_HOURS_REPLY, &[]).await;
    let question = "Guten Abend, wie lange dauert der Versand nach Norwegen? Ich brauche das Paket bald.";
    let conversation = office.new_conversation(question).await;
    let sent = office.automatic(conversation);
    assert_eq!(sent.len(), 1);
    let said = text(&sent[0]);
    assert!(said.starts_with("Guten Tag Ann,") && said.contains("am Montag um 9:00 Uhr"), "{said}");
    office.house.close().await;
}

async fn two_machines_do_not_answer_each_other_for_ever(database: &Database) {
    let office = Office::on_friday(database, (22, 0), AFTER_HOURS_REPLY, &[]).await;
    let house = &office.house;
    // This one says nowhere that it is a machine, and answers whatever it gets.
    let conversation = office.new_conversation(QUESTION).await;
    for ticket in 0..5 {
        office
            .customer(conversation, &format!("Thank you for writing to us. Your ticket is T-{ticket}."))
            .await;
    }
    assert_eq!(office.automatic(conversation).len(), 1);

    // These say it.
    let inbox = house.desk.act(|desk| {
        let channel = NewChannel::Email { email: "help@acme.test".to_owned() };
        desk.create_inbox(NewInbox::new("Mail", channel))
    });
    house.desk.add_everybody(inbox).unwrap();
    let mail = |from: &str, subject: &str, more: &str, id: &str| {
        let raw = format!(
            "From: {from}\r\nTo: help@acme.test\r\nSubject: {subject}\r\nMessage-ID: <{id}@example.test>\r\n{more}\
             Content-Type: text/plain\r\n\r\nHello, I am away until Monday and will read your message then.\r\n"
        );
        house.desk.mail_arrives(raw.as_bytes()).unwrap().unwrap()
    };
    let silent = [
        mail("bob@example.test", "Order", "Auto-Submitted: auto-replied\r\n", "a"),
        mail("no-reply@example.test", "Your invoice", "", "b"),
        mail("cid@example.test", "Re: Out of office", "", "c"),
    ];
    let person = mail("dora@example.test", "Where is my parcel", "", "d");
    house.settle().await;
    for conversation in silent {
        assert!(office.automatic(conversation).is_empty(), "{:?}", office.kept(conversation).await);
    }
    assert_eq!(office.automatic(person).len(), 1);
    let why = office.kept(silent[1]).await;
    assert_eq!(why[0].state, AutomationState::Refused, "{why:?}");
    assert!(why[0].outcome.as_deref().unwrap().contains("is an address of a machine"), "{why:?}");
    office.house.close().await;
}

async fn a_desk_that_speaks_for_itself_is_left_to_it(database: &Database) {
    let office = Office::on_friday(database, (22, 0), AFTER_HOURS_REPLY, &[]).await;
    let house = &office.house;
    house.desk.act(|desk| {
        let inbox = desk.inboxes.get_mut(&house.website).unwrap();
        inbox.working_hours_enabled = true;
        inbox.out_of_office_message = Some("We are out of the office.".to_owned());
        inbox.timezone = "Europe/Berlin".to_owned();
    });
    let conversation = office.new_conversation(QUESTION).await;
    assert!(office.automatic(conversation).is_empty());
    let messages = house.desk.messages(conversation).unwrap();
    let own = messages.iter().filter(|message| message.message_type == MessageType::Template);
    assert_eq!(own.map(text).collect::<Vec<_>>(), ["We are out of the office."]);
    let kept = office.kept(conversation).await;
    let why = "no template: the inbox has an out-of-office message of its own";
    assert!(kept[0].outcome.as_deref().unwrap().contains(why), "{kept:?}");
    office.house.close().await;
}

async fn an_automatic_message_whose_answer_was_lost_is_there_once(database: &Database) {
    let office = Office::on_friday(database, (22, 0), AFTER_HOURS_REPLY, &[]).await;
    let house = &office.house;
    // Of the automatic message and of the draft's note.
    let faults = Faults { answers_lost: 2, answers_lost_path: "/messages".into(), ..Faults::default() };
    house.desk.set_faults(faults);
    let conversation = office.new_conversation(QUESTION).await;
    assert_eq!(house.desk.faults().answers_lost, 0, "the fault happened");
    assert_eq!(office.automatic(conversation).len(), 1);
    assert_eq!(house.notes(conversation).len(), 1);
    let effects = office.effects(conversation, "template").await;
    assert_eq!((effects.len(), effects[0].state), (1, EffectState::Done));
    assert_eq!(effects[0].desk_message.unwrap().0, office.automatic(conversation)[0].id);
    office.house.close().await;
}

async fn a_message_that_is_found_late_is_not_answered_by_itself(database: &Database) {
    let settings = [("HOTDASH_POLL_MS", "1000"), ("HOTDASH_GAP_AFTER_MS", "60000")];
    let office = Office::on_friday(database, (19, 0), AFTER_HOURS_REPLY, &settings).await;
    let house = &office.house;
    hotdash::work::reconcile::begin(&house.app).await.unwrap();
    let lost = chatwoot_sandbox::WebhookFaults { drop_all: true, ..Default::default() };
    house.desk.set_faults(Faults { webhooks: lost, ..Faults::default() });
    let conversation = house.desk.customer_says(house.website, ANN, QUESTION).unwrap();
    // Hours later, in the same night: the looks of that time were missed too.
    office.pass(hours(3));
    house.desk.set_faults(Faults::default());
    house.draft(conversation, DraftState::Ready).await;
    house.settle().await;
    assert!(office.automatic(conversation).is_empty(), "{:?}", office.kept(conversation).await);
    let kept = office.kept(conversation).await;
    assert!(kept[0].outcome.as_deref().unwrap().contains("minutes late"), "{kept:?}");
    office.house.close().await;
}

async fn words_of_a_template_arrive_as_they_are_written(database: &Database) {
    let office = Office::on_friday(database, (12, 0), HELLO, &[]).await;
    let conversation = office.new_conversation(QUESTION).await;
    let sent = office.automatic(conversation);
    assert_eq!(sent.iter().map(text).collect::<Vec<_>>(), ["Hello, {{ you }} and {% raw %}!"]);
    office.house.close().await;
}

async fn the_daily_limit_tells_the_lead_once(database: &Database) {
    let settings = [("HOTDASH_AUTOMATIC_MESSAGES_PER_DAY", "2")];
    let office = Office::on_friday(database, (12, 0), HELLO, &settings).await;
    let house = &office.house;
    house.sign_in("Ada", Role::Lead).await;
    let conversation = office.new_conversation(QUESTION).await;
    for word in ["one", "two", "three", "four"] {
        office.customer(conversation, word).await;
    }
    assert_eq!(office.automatic(conversation).len(), 2);
    let notices = office.effects(conversation, "mail").await;
    assert_eq!(notices.len(), 1, "{notices:?}");
    let Change::Mail { to, subject, .. } = &notices[0].change else { panic!("{notices:?}") };
    assert_eq!((to.as_str(), subject.contains("no more automatic messages")), ("ada@acme.test", true));
    // Nobody configured mail: that has a name too.
    assert_eq!(notices[0].state, EffectState::Refused);
    assert!(notices[0].outcome.as_deref().unwrap().starts_with("not_configured"), "{notices:?}");
    office.pass(hours(25));
    office.customer(conversation, "five").await;
    assert_eq!(office.automatic(conversation).len(), 3, "a day later there is room again");
    office.house.close().await;
}

async fn what_is_applied_twice_is_done_once(database: &Database) {
    let office = Office::on_friday(database, (12, 0), "", &[]).await;
    let house = &office.house;
    let conversation = office.new_conversation(QUESTION).await;
    let desk = &house.app.desks[0];
    let automation = Automation {
        rule: RuleId("by-hand".to_owned()),
        name: "By hand".to_owned(),
        cause: Cause::Conversation,
        due: Due::Now,
        actions: vec![hotdash_core::action::Action::AddLabels { labels: vec!["by_hand".to_owned()] }],
        refused: Vec::new(),
        because: "a test asked for it".to_owned(),
    };
    let both = [automation.clone(), automation];
    let id = ConversationId(conversation);
    let applied = hotdash::apply_automations(&house.app, desk, id, &both).await.unwrap();
    use hotdash::work::automate::Applied;
    assert_eq!(applied, [Applied::Wanted, Applied::Before]);
    let (left, right) = tokio::join!(
        hotdash::apply_automations(&house.app, desk, id, &both[..1]),
        hotdash::apply_automations(&house.app, desk, id, &both[..1]),
    );
    assert_eq!((left.unwrap(), right.unwrap()), (vec![Applied::Before], vec![Applied::Before]));
    house.settle().await;
    assert!(house.desk.conversation(conversation).unwrap().labels.contains(&"by_hand".to_owned()));
    assert_eq!(office.kept(conversation).await.len(), 1);
    office.house.close().await;
}

async fn a_desk_without_automations_is_never_looked_at(database: &Database) {
    let office = Office::on_friday(database, (22, 0), "", &[]).await;
    let conversation = office.new_conversation(QUESTION).await;
    assert!(
        office.automatic(conversation).is_empty(),
        "nothing reaches a customer unless a person switched it on"
    );
    assert!(office.kept(conversation).await.is_empty());
    assert!(!office.house.app.desks[0].rulebook.load().has_automations());
    office.house.close().await;
}

fn ms(at: i64) -> Timestamp {
    Timestamp::from_millisecond(at).unwrap()
}
