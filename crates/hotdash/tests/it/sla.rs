//! SLA clocks through real HTTP, on both databases, with a clock whose hands the test holds.

use crate::support::alone::app_alone;
use crate::support::house::House;
use crate::support::{Database, both_databases};
use chatwoot_sandbox::model::Status;
use hotdash::app::App;
use hotdash::clock::Clock;
use hotdash::store::sla::{GivenWarning, KeptClock};
use hotdash::work::sla::{begin, give_due};
use hotdash::worker::run_this;
use hotdash_core::ids::{ConversationId, JobId};
use hotdash_core::sla::{ClockState, Kind, Pause};
use jiff::{SignedDuration, Timestamp};
use std::time::{Duration, Instant};

both_databases!(
    a_target_is_met,
    a_target_is_missed_and_each_warning_acts_once,
    a_snoozed_conversation_stands_still,
    a_resolved_conversation_stops_and_a_reopened_one_begins_anew,
    business_hours_leave_out_a_weekend_and_follow_the_clocks,
    a_restart_in_the_middle_neither_loses_nor_repeats_a_warning,
    two_replicas_and_a_clock_set_back_give_each_warning_once,
    other_targets_hold_from_the_next_start_on,
    what_was_up_before_the_desk_was_served_is_history,
);

const ANN: (&str, &str) = ("Ann Customer", "ann@example.test");
const QUESTION: &str = "Hi, how long does shipping to Norway take?";
/// A Monday.
const MORNING: &str = "2026-11-23T09:00:00Z";

/// A house whose desk and hotdash live at the same invented time.
struct Story {
    house: House,
    clock: Clock,
}

impl Story {
    async fn begin(database: &Database, at: &str, settings: &[(&str, &str)]) -> Self {
        let clock = Clock::manual(at.parse().unwrap());
        let house = House::start_at(database, settings, clock.clone()).await;
        house.desk.clock().set(clock.now());
        Self { house, clock }
    }

    /// So much later.
    fn pass(&self, length: SignedDuration) {
        self.house.desk.clock().advance(length);
        self.clock.advance(i64::try_from(length.as_millis()).unwrap());
    }

    fn minutes(&self, minutes: i64) {
        self.pass(SignedDuration::from_mins(minutes));
    }

    /// What looks again a little later finds that it is later.
    async fn settles_while_time_passes(&self) {
        let time = async {
            loop {
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                self.clock.advance(100);
            }
        };
        tokio::select! { () = self.house.settle() => {}, () = time => {} }
    }

    async fn asked(&self) -> i64 {
        let conversation = self.house.desk.customer_says(self.house.website, ANN, QUESTION).unwrap();
        self.house.settle().await;
        conversation
    }

    async fn clock_of(&self, conversation: i64, kind: Kind) -> Option<KeptClock> {
        self.house.settle().await;
        let desk = self.house.app.desks[0].id;
        let clocks = self.house.app.store.sla_clocks(desk, ConversationId(conversation)).await.unwrap();
        clocks.into_iter().find(|kept| kept.clock.kind == kind)
    }

    async fn state(&self, conversation: i64, kind: Kind) -> Option<ClockState> {
        Some(self.clock_of(conversation, kind).await?.clock.at(self.clock.now()))
    }

    /// The shares that were warned about, once there are so many.
    async fn warned(&self, conversation: i64, count: usize) -> Vec<GivenWarning> {
        let begun = Instant::now();
        loop {
            let warnings = warnings(&self.house.app, conversation).await;
            if warnings.len() == count {
                self.house.settle().await;
                return warnings;
            }
            assert!(warnings.len() < count && begun.elapsed() < Duration::from_secs(20), "{warnings:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn labels(&self, conversation: i64) -> Vec<String> {
        let mut labels = self.house.desk.conversation(conversation).unwrap().labels;
        labels.retain(|label| label.starts_with("sla"));
        labels.sort();
        labels
    }
}

async fn warnings(app: &App, conversation: i64) -> Vec<GivenWarning> {
    app.store.sla_warnings(app.desks[0].id, ConversationId(conversation)).await.unwrap()
}

fn shares(warnings: &[GivenWarning]) -> Vec<u16> {
    warnings.iter().map(|warning| warning.id.share).collect()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

async fn a_target_is_met(database: &Database) {
    let story = Story::begin(database, MORNING, &[]).await;
    let conversation = story.asked().await;
    story.minutes(10);
    story.house.desk.agent_notes(conversation, 2, "I look into it.").unwrap();
    assert_eq!(
        story.state(conversation, Kind::FirstResponse).await,
        Some(ClockState::Running),
        "a note is no reply"
    );
    story.house.desk.agent_replies(conversation, 2, "5 to 8 days.").unwrap();
    story.house.settle().await;
    story.minutes(60);
    assert_eq!(give_due(&story.house.app).await.unwrap(), None, "nothing is due any more");
    assert_eq!(story.state(conversation, Kind::FirstResponse).await, Some(ClockState::Met));
    assert!(story.warned(conversation, 0).await.is_empty());
    story.house.close().await;
}

async fn a_target_is_missed_and_each_warning_acts_once(database: &Database) {
    let story = Story::begin(database, MORNING, &[]).await;
    let conversation = story.asked().await;
    story.minutes(15);
    story.warned(conversation, 1).await;
    story.pass(SignedDuration::from_secs(450));
    story.warned(conversation, 2).await;
    assert_eq!(story.labels(conversation), [""; 0]);
    story.pass(SignedDuration::from_secs(270));
    story.warned(conversation, 3).await;
    assert_eq!(story.labels(conversation), ["sla_at_risk"]);
    story.minutes(3);
    let warnings = story.warned(conversation, 4).await;
    assert_eq!(story.labels(conversation), ["sla_at_risk", "sla_breached"]);
    assert_eq!(shares(&warnings), [50, 75, 90, 100]);
    let start = at(MORNING).as_millisecond();
    let instants: Vec<i64> = warnings.iter().map(|warning| (warning.due_at - start) / 1000).collect();
    assert_eq!(instants, [900, 1350, 1620, 1800]);
    assert!(warnings.iter().all(|warning| !warning.late && warning.given_at == warning.due_at));
    assert_eq!(warnings[3].actions[0].rule.as_str(), "sla/first-response/100");
    assert!(
        warnings[3].because.contains("30 min of the 30 min of target standard"),
        "{}",
        warnings[3].because
    );
    assert_eq!(story.state(conversation, Kind::FirstResponse).await, Some(ClockState::Breached));
    story.minutes(500);
    give_due(&story.house.app).await.unwrap();
    story.warned(conversation, 4).await;
    story.house.close().await;
}

async fn a_snoozed_conversation_stands_still(database: &Database) {
    let story = Story::begin(database, MORNING, &[]).await;
    let conversation = story.asked().await;
    story.minutes(10);
    story.house.desk.set_status(conversation, 2, Status::Snoozed).unwrap();
    story.house.settle().await;
    story.minutes(600);
    assert_eq!(give_due(&story.house.app).await.unwrap(), None, "nobody waits for anything");
    assert_eq!(
        story.state(conversation, Kind::FirstResponse).await,
        Some(ClockState::Paused(Pause::Snoozed))
    );
    story.house.desk.set_status(conversation, 2, Status::Open).unwrap();
    let woken = story.clock_of(conversation, Kind::FirstResponse).await.unwrap();
    assert_eq!(woken.clock.due(), Some(at("2026-11-23T19:30:00Z")), "20 minutes were left");
    story.minutes(5);
    assert_eq!(shares(&story.warned(conversation, 1).await), [50]);
    story.house.close().await;
}

async fn a_resolved_conversation_stops_and_a_reopened_one_begins_anew(database: &Database) {
    let story = Story::begin(database, MORNING, &[]).await;
    let conversation = story.asked().await;
    story.minutes(16);
    story.warned(conversation, 1).await;
    story.house.desk.resolve(conversation, 2).unwrap();
    story.house.settle().await;
    story.minutes(60);
    assert_eq!(give_due(&story.house.app).await.unwrap(), None);
    assert_eq!(story.state(conversation, Kind::FirstResponse).await, Some(ClockState::Stopped));
    story.house.desk.customer_replies(conversation, "Hello?").unwrap();
    story.settles_while_time_passes().await;
    let reopened = story.clock_of(conversation, Kind::FirstResponse).await.unwrap();
    assert_eq!(reopened.clock.due(), Some(at("2026-11-23T10:46:00Z")), "30 minutes from the reopening");
    story.minutes(15);
    let warnings = story.warned(conversation, 2).await;
    assert_eq!(shares(&warnings), [50, 50], "the new clock warns anew");
    assert_ne!(warnings[0].id.start, warnings[1].id.start);
    story.house.close().await;
}

const ALL_THREE: &str = "
calendar = 'hours'
[[target]]
id = 'everybody'
first_response = '2h'
resolution = '12h'
[[warning]]
at = 50
";
const BERLIN: &str = "
zone = 'Europe/Berlin'
holidays = ['2026-10-27']
[weekdays]
monday = ['09:00-12:00', '13:00-17:00']
tuesday = ['09:00-17:00']
wednesday = ['09:00-17:00']
friday = ['09:00-17:00']
";

async fn business_hours_leave_out_a_weekend_and_follow_the_clocks(database: &Database) {
    let folder = tempfile::tempdir().unwrap();
    let (targets, hours) = (folder.path().join("sla.toml"), folder.path().join("hours.toml"));
    std::fs::write(&targets, ALL_THREE).unwrap();
    std::fs::write(&hours, BERLIN).unwrap();
    let settings =
        [("HOTDASH_SLA_FILE", targets.to_str().unwrap()), ("HOTDASH_HOURS_FILE", hours.to_str().unwrap())];
    // Friday, 16:00 in summer; clocks are set back on Sunday.
    let story = Story::begin(database, "2026-10-23T14:00:00Z", &settings).await;
    let conversation = story.asked().await;
    let first = story.clock_of(conversation, Kind::FirstResponse).await.unwrap().clock;
    assert_eq!(first.due(), Some(at("2026-10-26T09:00:00Z")), "Monday, 10:00 in winter");
    let whole = story.clock_of(conversation, Kind::Resolution).await.unwrap().clock;
    // One hour on Friday, seven on Monday, none on the holiday, four on Wednesday.
    assert_eq!(whole.due(), Some(at("2026-10-28T12:00:00Z")));
    story.minutes(60);
    story.warned(conversation, 1).await;
    story.pass(at("2026-10-26T08:59:59Z").duration_since(story.clock.now()));
    give_due(&story.house.app).await.unwrap();
    story.warned(conversation, 1).await;
    story.pass(SignedDuration::from_secs(1));
    let warnings = story.warned(conversation, 2).await;
    assert_eq!(shares(&warnings), [50, 100]);
    assert!(
        warnings[1].because.contains("Fri 23 Oct 16:00 to 17:00, Mon 26 Oct 09:00 to 10:00"),
        "{}",
        warnings[1].because
    );
    story.house.close().await;
}

async fn a_restart_in_the_middle_neither_loses_nor_repeats_a_warning(database: &Database) {
    let story = Story::begin(database, MORNING, &[]).await;
    let conversation = story.asked().await;
    story.minutes(15);
    story.warned(conversation, 1).await;
    let before = story.clock_of(conversation, Kind::FirstResponse).await.unwrap();
    let clock = story.clock.clone();
    story.house.close().await;

    // 75 % pass while nobody is there; 90 % are still to come.
    clock.advance(10 * 60_000);
    let settings = [("CHATWOOT_SLA_MINUTES", "30")];
    let app = app_alone(database, &settings, clock.clone()).await;
    let after = app.store.sla_clocks(app.desks[0].id, ConversationId(conversation)).await.unwrap();
    assert_eq!(after[0].clock, before.clock);
    for _ in 0..3 {
        assert_eq!(give_due(&app).await.unwrap(), Some(at("2026-11-23T09:27:00Z").as_millisecond()));
    }
    clock.advance(2 * 60_000);
    give_due(&app).await.unwrap();
    let warnings = warnings(&app, conversation).await;
    assert_eq!(shares(&warnings), [50, 75, 90]);
    assert_eq!(warnings.iter().map(|w| w.late).collect::<Vec<_>>(), [false, true, false]);
    let effects = app.store.effects(app.desks[0].id, ConversationId(conversation)).await.unwrap();
    let risky = effects.iter().filter(|effect| format!("{:?}", effect.change).contains("sla_at_risk"));
    assert_eq!(risky.count(), 1);
}

async fn two_replicas_and_a_clock_set_back_give_each_warning_once(database: &Database) {
    let story = Story::begin(database, MORNING, &[]).await;
    let conversation = story.asked().await;
    let clock = story.clock.clone();
    story.house.close().await;
    let one = app_alone(database, &[], clock.clone()).await;
    let other = app_alone(database, &[], clock.clone()).await;
    for minutes in [15, 10, 5, -20, 10, 40] {
        clock.advance(minutes * 60_000);
        let (a, b) = tokio::join!(give_due(&one), give_due(&other));
        a.unwrap();
        b.unwrap();
    }
    assert_eq!(shares(&warnings(&one, conversation).await), [50, 75, 90, 100]);
    let effects = one.store.effects(one.desks[0].id, ConversationId(conversation)).await.unwrap();
    let labels = effects.iter().filter(|effect| format!("{:?}", effect.change).contains("sla_"));
    assert_eq!(labels.count(), 2, "one for 90 %, one for the breach");
}

async fn other_targets_hold_from_the_next_start_on(database: &Database) {
    let story = Story::begin(database, MORNING, &[]).await;
    let (waiting, answered) = (story.asked().await, story.asked().await);
    story.minutes(20);
    story.house.desk.agent_replies(answered, 2, "5 to 8 days.").unwrap();
    story.warned(waiting, 1).await;
    let clock = story.clock.clone();
    story.house.close().await;

    let app = app_alone(database, &[("CHATWOOT_SLA_MINUTES", "60")], clock.clone()).await;
    begin(&app).await.unwrap();
    assert!(run_this(&app, &JobId(format!("clocks:{}", app.desks[0].id))).await.unwrap());
    let clocks = |id| app.store.sla_clocks(app.desks[0].id, ConversationId(id));
    let first =
        |clocks: Vec<KeptClock>| clocks.into_iter().find(|c| c.clock.kind == Kind::FirstResponse).unwrap();
    let now = first(clocks(waiting).await.unwrap());
    assert_eq!(now.clock.due(), Some(at("2026-11-23T10:00:00Z")));
    assert_eq!(now.next.map(|(share, _)| share), Some(75), "50 % were warned about under the old target");
    let judged = first(clocks(answered).await.unwrap());
    assert_eq!(judged.clock.allowed, SignedDuration::from_mins(30), "what is over stays as it was judged");
    let stale = app.store.stale_sla(app.desks[0].id, &app.desks[0].sla_version, ConversationId(0), 9).await;
    assert!(stale.unwrap().is_empty());
}

async fn what_was_up_before_the_desk_was_served_is_history(database: &Database) {
    let clock = Clock::manual(at(MORNING));
    let house = House::start_at(database, &[], clock.clone()).await;
    // The desk's day began before hotdash was there.
    house.desk.clock().set(at("2026-11-23T08:35:00Z"));
    house.desk.set_faults(chatwoot_sandbox::Faults {
        webhooks: chatwoot_sandbox::WebhookFaults { drop_all: true, ..Default::default() },
        ..Default::default()
    });
    let conversation = house.desk.customer_says(house.website, ANN, QUESTION).unwrap();
    house.desk.settled().await;
    house.desk.set_faults(chatwoot_sandbox::Faults::default());
    house.desk.clock().set(at(MORNING));
    house.desk.set_labels(conversation, &["orders"], 2).unwrap();
    let story = Story { house, clock };
    let kept = story.clock_of(conversation, Kind::FirstResponse).await.unwrap();
    assert_eq!(kept.next, Some((90, at("2026-11-23T09:02:00Z").as_millisecond())), "50 and 75 % were before");
    story.minutes(2);
    assert_eq!(shares(&story.warned(conversation, 1).await), [90]);
    story.house.close().await;
}
