//! The recorded scenes, played on the sandbox: its deliveries and answers must have the recorded shape.

mod fixtures;
mod player;
mod scenes;
mod shape;

use std::collections::BTreeMap;

use fixtures::Recordings;
use player::Player;
use shape::differences;

/// Scenes may differ in what a real desk leaves to chance: when a body was built, and which job ran first.
const DELIVERIES_THAT_MUST_AGREE: f64 = 0.95;

/// The version this desk speaks when nobody asks for another, and the older ones that were recorded.
const NEWEST: Recordings = Recordings("4.15.1");
const OLDER: [Recordings; 2] = [Recordings("4.6.0"), Recordings("4.12.0")];

/// Everything that was recorded of the channels and the bot, in order: later scenes use what earlier ones left.
async fn play(recordings: Recordings) -> Player {
    let mut player = Player::new(recordings.0).await;
    scenes::set_up(&mut player).await;
    scenes::chat(&mut player).await;
    scenes::mail_in(&mut player).await;
    scenes::sms_in(&mut player).await;
    scenes::api_inbox(&mut player).await;
    scenes::bot_hook(&mut player).await;
    player
}

/// Checks the played scenes: each must have the recorded kinds of deliveries, and most must agree in every key.
/// Some recorded deliveries are `chance` and cannot be asked for.
fn check_deliveries(player: &Player, recordings: Recordings, chance: &[&str]) {
    let (mut recorded, mut agreeing, mut report) = (0, 0, Vec::new());
    for (scene, ours) in player.scenes() {
        let mut theirs = recordings.scene(scene);
        theirs.retain(|delivery| !chance.contains(&delivery.label().as_str()));
        assert_eq!(counted(ours), counted(&theirs), "the deliveries of scene {scene} at {}", recordings.0);
        let mut left = ours.clone();
        for delivery in &theirs {
            recorded += 1;
            let found = closest(&left, delivery);
            if found.1.is_empty() {
                agreeing += 1;
            } else {
                report.push(format!("{scene} {}: {:#?}", delivery.label(), found.1));
            }
            left.remove(found.0);
        }
    }
    assert_eq!(player.scenes().len(), 47, "every recorded scene of the channels and of the bot is played");
    let share = f64::from(agreeing) / f64::from(recorded);
    let version = recordings.0;
    println!("{version}: {agreeing} of {recorded} deliveries agree");
    assert!(
        share >= DELIVERIES_THAT_MUST_AGREE,
        "{agreeing} of {recorded} agree at {version}:\n{}",
        report.join("\n")
    );
}

#[tokio::test]
async fn scenes_deliver_what_was_recorded() {
    check_deliveries(&play(NEWEST).await, NEWEST, &[]);
}

#[tokio::test]
async fn older_versions_deliver_what_was_recorded() {
    // Once the row of a new conversation was announced with all its columns: a race in that version's jobs.
    let whole_row = "account conversation_updated account_id contact_id contact_inbox_id created_at id inbox_id \
                     last_activity_at updated_at uuid waiting_since \"open\"";
    for recordings in OLDER {
        check_deliveries(&play(recordings).await, recordings, &[whole_row]);
    }
}

#[tokio::test]
async fn answers_have_the_recorded_shape() {
    let mut player = play(NEWEST).await;
    scenes::refusals(&mut player).await;
    assert!(player.answers().len() >= 128, "only {} answers were compared", player.answers().len());
    let mut report = answers_that_differ(&player, NEWEST);
    for (name, ours) in player.answers() {
        let theirs = NEWEST.answer(name);
        for header in ["content-type", "cache-control", "x-frame-options"] {
            let ours = ours.headers.get(header).and_then(|value| value.to_str().ok());
            if ours.map(str::to_lowercase) != theirs.headers.get(header).map(|value| value.to_lowercase()) {
                report.push(format!(
                    "{name}: {header} {:?} was recorded, {ours:?} found",
                    theirs.headers.get(header)
                ));
            }
        }
    }
    assert!(report.is_empty(), "{}", report.join("\n"));
}

#[tokio::test]
async fn older_versions_answer_in_the_recorded_shape() {
    for recordings in OLDER {
        let mut player = play(recordings).await;
        scenes::refusals(&mut player).await;
        let compared = player.answers().iter().filter(|(name, _)| recordings.has_answer(name)).count();
        assert!(compared >= 120, "only {compared} answers were compared at {}", recordings.0);
        let report = answers_that_differ(&player, recordings);
        assert!(report.is_empty(), "{}:\n{}", recordings.0, report.join("\n"));
    }
}

fn answers_that_differ(player: &Player, recordings: Recordings) -> Vec<String> {
    let mut report = Vec::new();
    for (name, ours) in player.answers().iter().filter(|(name, _)| recordings.has_answer(name)) {
        let theirs = recordings.answer(name);
        if ours.status != theirs.status {
            report.push(format!("{name}: status {} was recorded, {} found", theirs.status, ours.status));
        }
        match &theirs.json {
            Some(theirs) => {
                let ours = serde_json::from_str(&ours.text).unwrap_or_default();
                report.extend(differences(&ours, theirs).into_iter().map(|d| format!("{name}: {d}")));
            }
            None if theirs.text == "null" || theirs.text.is_empty() || theirs.status == 429 => {
                assert_eq!(ours.text, theirs.text, "{name}");
            }
            None => report.push(format!("{name} has a body this test does not understand: {}", theirs.text)),
        }
    }
    report
}

#[test]
fn the_comparison_sees_what_it_should() {
    use serde_json::json;
    let recorded =
        json!({"id": 1, "at": "2026-11-22T12:53:12.995Z", "none": null, "list": [{"a": 1}], "f": 1.5});
    let same = json!({"id": 2, "at": "2027-01-01T00:00:00.000Z", "none": null, "list": [{"a": 3}], "f": 2.0});
    assert!(differences(&same, &recorded).is_empty());
    for (what, other) in [
        (
            "a missing key",
            json!({"id": 1, "at": "2026-11-22T12:53:12.995Z", "none": null, "list": [{"a": 1}]}),
        ),
        ("null for absent", json!({"id": 1, "at": null, "none": null, "list": [{"a": 1}], "f": 1.5})),
        (
            "another order",
            json!({"at": "2026-11-22T12:53:12.995Z", "id": 1, "none": null, "list": [{"a": 1}], "f": 1.5}),
        ),
        (
            "an empty list",
            json!({"id": 1, "at": "2026-11-22T12:53:12.995Z", "none": null, "list": [], "f": 1.5}),
        ),
        (
            "an integer",
            json!({"id": 1, "at": "2026-11-22T12:53:12.995Z", "none": null, "list": [{"a": 1}], "f": 1}),
        ),
        ("text for a time", json!({"id": 1, "at": "soon", "none": null, "list": [{"a": 1}], "f": 1.5})),
    ] {
        assert!(!differences(&other, &recorded).is_empty(), "{what}");
    }
}

#[test]
fn recorded_signatures_verify() {
    let mut verified = 0;
    for recordings in [NEWEST, Recordings("4.12.0")] {
        let secrets = recordings.secrets();
        for delivery in recordings.all_deliveries() {
            let Some(signed) = delivery.headers.get("X-Chatwoot-Signature") else { continue };
            let secret = secrets[&delivery.hook].as_str().expect("every signing hook has a secret");
            let timestamp = delivery.headers["X-Chatwoot-Timestamp"].parse().expect("a timestamp in seconds");
            let ours = chatwoot_sandbox::sign::signature(secret, timestamp, delivery.body.as_bytes());
            assert_eq!(*signed, ours);
            verified += 1;
        }
    }
    assert!(verified > 330, "only {verified} recorded deliveries carry a signature");
}

/// How often each kind of delivery came: parallel jobs may swap neighbours, so order does not count.
fn counted(deliveries: &[fixtures::Delivery]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for delivery in deliveries {
        *counts.entry(delivery.label()).or_default() += 1;
    }
    counts
}

/// The delivery of the same kind that differs least, and how it differs.
fn closest(ours: &[fixtures::Delivery], theirs: &fixtures::Delivery) -> (usize, Vec<String>) {
    let label = theirs.label();
    let same_kind = ours.iter().enumerate().filter(|(_, delivery)| delivery.label() == label);
    same_kind
        .map(|(n, delivery)| (n, delivery.differences(theirs)))
        .min_by_key(|(_, differences)| differences.len())
        .expect("the kinds were counted before")
}
