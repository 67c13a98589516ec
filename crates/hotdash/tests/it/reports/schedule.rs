//! When reports are made and mailed: once, across replicas, restarts, outages and answers that got lost.

use super::{Working, clock, desk_of, idle, jobs, letters, replica, set, settled, take_history};
use crate::support::mailbox::{Mailbox, Mood};
use crate::support::{Database, both_databases};
use hotdash::store::reports::{LetterState, begin_letter};
use hotdash::work::report::{give_due, send_again};
use hotdash_core::report::Kind;
use std::time::Duration;

both_databases!(
    two_replicas_make_and_mail_each_report_once,
    a_replica_that_dies_in_the_middle_is_replaced_and_nothing_is_mailed_twice,
    what_was_missed_is_kept_and_only_the_latest_is_mailed,
    a_letter_of_which_nobody_knows_is_not_sent_again_until_a_person_asks,
);

const SUNDAY: &str = "2026-11-22T12:00:00Z";
/// 7:00 in Berlin.
const MONDAY_AT_SEVEN: &str = "2026-11-23T06:00:00Z";

async fn two_replicas_make_and_mail_each_report_once(database: &Database) {
    let (mailbox, clock) = (Mailbox::open().await, clock(SUNDAY));
    let first = replica(database, &clock, Some(&mailbox), &[]).await;
    let second = replica(database, &clock, Some(&mailbox), &[]).await;
    let working = [Working::begin(&first), Working::begin(&second)];
    idle(&first).await;
    assert_eq!(first.store.reports(desk_of(&first), 9).await.unwrap(), [], "nothing is due on Sunday");

    set(&clock, "2026-11-23T05:59:59Z");
    idle(&first).await;
    assert_eq!(mailbox.letters().len(), 0, "nor a second too early by the desk's clock");
    set(&clock, MONDAY_AT_SEVEN);
    let sent = settled(&first, 4).await;
    assert!(sent.iter().all(|letter| letter.state == LetterState::Sent), "{sent:?}");
    idle(&first).await;
    for app in [&first, &second] {
        give_due(app).await.unwrap();
    }
    idle(&first).await;
    let reports = first.store.reports(desk_of(&first), 9).await.unwrap();
    let kinds: Vec<Kind> = reports.iter().map(|report| report.kind).collect();
    assert_eq!(kinds, [Kind::Daily, Kind::Weekly], "one of Sunday, one of the week");
    let mut to: Vec<String> = mailbox.letters().into_iter().map(|letter| letter.to).collect();
    to.sort();
    assert_eq!(to, ["ada@acme.test", "ada@acme.test", "cleo@acme.test", "cleo@acme.test"]);
    let subjects: Vec<String> =
        mailbox.letters().iter().filter_map(|l| l.header("Subject").map(str::to_owned)).collect();
    assert!(
        subjects.contains(&"Hot Rodan: Daily report, Sunday 22 November 2026".to_owned()),
        "{subjects:?}"
    );
    for replica in working {
        replica.end().await;
    }
}

async fn a_replica_that_dies_in_the_middle_is_replaced_and_nothing_is_mailed_twice(database: &Database) {
    let (mailbox, clock) = (Mailbox::open().await, clock(SUNDAY));
    let weekly_off = [("HOTDASH_REPORT_WEEKLY", "off")];
    let dying = replica(database, &clock, Some(&mailbox), &weekly_off).await;
    set(&clock, MONDAY_AT_SEVEN);
    // It notices the run, takes the job, and is gone.
    give_due(&dying).await.unwrap();
    let now = clock.now_ms();
    let taken = dying.store.claim_jobs("gone", now, now + 30_000, 9).await.unwrap();
    assert_eq!(taken.len(), 1, "{:?}", jobs(&dying).await);
    drop(dying);

    let next = replica(database, &clock, Some(&mailbox), &weekly_off).await;
    let working = Working::begin(&next);
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(mailbox.letters().len(), 0, "the lease of the one that is gone holds still");
    clock.advance(31_000);
    settled(&next, 2).await;
    idle(&next).await;
    assert_eq!(mailbox.letters().len(), 2);
    working.end().await;

    // A restart afterwards finds nothing to do.
    let again = replica(database, &clock, Some(&mailbox), &weekly_off).await;
    let working = Working::begin(&again);
    idle(&again).await;
    assert_eq!(mailbox.letters().len(), 2);
    working.end().await;
}

async fn what_was_missed_is_kept_and_only_the_latest_is_mailed(database: &Database) {
    let (mailbox, clock) = (Mailbox::open().await, clock("2026-11-02T12:00:00Z"));
    // Served for a moment, three weeks ago.
    drop(replica(database, &clock, Some(&mailbox), &[]).await);
    set(&clock, MONDAY_AT_SEVEN);
    let app = replica(database, &clock, Some(&mailbox), &[]).await;
    take_history(&app).await;
    let working = Working::begin(&app);
    let sent = settled(&app, 4).await;
    idle(&app).await;
    let reports = app.store.reports(desk_of(&app), 99).await.unwrap();
    let count = |kind| reports.iter().filter(|report| report.kind == kind).count();
    assert_eq!((count(Kind::Daily), count(Kind::Weekly)), (21, 3), "every day and week since");
    assert!(reports.iter().all(|report| report.made_at.is_some()), "{reports:?}");
    assert_eq!((sent.len(), mailbox.letters().len()), (4, 4), "only the latest of each kind is mailed");
    let mailed: Vec<Kind> = reports.iter().filter(|report| report.mailed).map(|report| report.kind).collect();
    assert_eq!(mailed, [Kind::Daily, Kind::Weekly]);
    working.end().await;
}

async fn a_letter_of_which_nobody_knows_is_not_sent_again_until_a_person_asks(database: &Database) {
    let (mailbox, clock) = (Mailbox::open().await, clock(SUNDAY));
    let settings = [("HOTDASH_REPORT_WEEKLY", "off"), ("HOTDASH_REPORT_TO", "ada@acme.test")];
    let app = replica(database, &clock, Some(&mailbox), &settings).await;
    mailbox.set(Mood::LosesTheAnswer);
    let working = Working::begin(&app);
    set(&clock, MONDAY_AT_SEVEN);
    let letter = settled(&app, 1).await.remove(0);
    assert_eq!(letter.state, LetterState::Unclear, "{letter:?}");
    idle(&app).await;
    assert_eq!(mailbox.letters().len(), 1, "it was taken, and is not sent again");

    send_again(&app, &app.desks[0], &letter.id).await.unwrap();
    mailbox.arrived(2).await;
    idle(&app).await;
    assert_eq!(letters(&app).await[0].state, LetterState::Sent);
    let ids: Vec<String> =
        mailbox.letters().iter().filter_map(|l| l.header("Message-ID").map(str::to_owned)).collect();
    assert_eq!(ids[0], ids[1], "every mail program knows it for the same letter");
    let refused = send_again(&app, &app.desks[0], &letter.id).await;
    assert!(refused.is_err(), "what was sent is not sent again");
    working.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_that_was_being_sent_when_hotdash_ended_is_unclear() {
    let database = Database::sqlite();
    let (mailbox, clock) = (Mailbox::open().await, clock(SUNDAY));
    let settings = [("HOTDASH_REPORT_WEEKLY", "off"), ("HOTDASH_REPORT_TO", "ada@acme.test")];
    let app = replica(&database, &clock, Some(&mailbox), &settings).await;
    mailbox.set(Mood::Busy);
    let working = Working::begin(&app);
    set(&clock, MONDAY_AT_SEVEN);
    let letter = loop {
        match letters(&app).await.pop() {
            Some(letter) if letter.tried_at.is_some() => break letter,
            _ => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    };
    working.end().await;
    // As the process left it that died with the letter on the line.
    let waiting = letters(&app).await.remove(0);
    assert_eq!(waiting.state, LetterState::Pending, "who is busy surely took nothing");
    app.store.commit(begin_letter(&letter.id, clock.now_ms()).into()).await.unwrap();
    mailbox.set(Mood::Takes);
    clock.advance(120_000);
    let working = Working::begin(&app);
    let letter = settled(&app, 1).await.remove(0);
    assert_eq!(letter.state, LetterState::Unclear);
    assert!(letter.outcome.unwrap().contains("may have taken it"));
    idle(&app).await;
    assert_eq!(mailbox.letters().len(), 0);
    working.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_server_that_is_busy_gets_the_report_later_and_one_that_refuses_is_named() {
    let database = Database::sqlite();
    let (mailbox, clock) = (Mailbox::open().await, clock(SUNDAY));
    let settings = [("HOTDASH_REPORT_WEEKLY", "off"), ("HOTDASH_REPORT_TO", "ada@acme.test")];
    let app = replica(&database, &clock, Some(&mailbox), &settings).await;
    mailbox.set(Mood::Busy);
    let working = Working::begin(&app);
    set(&clock, MONDAY_AT_SEVEN);
    while letters(&app).await.first().is_none_or(|letter| letter.tried_at.is_none()) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    mailbox.set(Mood::Takes);
    clock.advance(120_000);
    assert_eq!(settled(&app, 1).await[0].state, LetterState::Sent);
    assert_eq!(mailbox.letters().len(), 1);

    mailbox.set(Mood::Refuses);
    set(&clock, "2026-11-24T06:00:00Z");
    let refused = settled(&app, 2).await;
    let refused = refused.iter().find(|letter| letter.state == LetterState::Refused).unwrap();
    assert!(refused.outcome.as_deref().unwrap().starts_with("refused: "), "{refused:?}");
    working.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_mail_server_a_report_is_kept_and_the_letter_says_what_is_missing() {
    let (database, clock) = (Database::sqlite(), clock(SUNDAY));
    let app = replica(&database, &clock, None, &[("HOTDASH_REPORT_TO", "ada@acme.test")]).await;
    let working = Working::begin(&app);
    set(&clock, MONDAY_AT_SEVEN);
    let letters = settled(&app, 2).await;
    assert!(letters.iter().all(|letter| letter.outcome.as_deref().unwrap().contains("set SMTP_URL")));
    working.end().await;
}
