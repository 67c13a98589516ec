//! What came and what did not, as people see it; and what is dead, once more.

use crate::support::house::{House, Person};
use crate::support::{Database, both_databases};
use chatwoot_sandbox::{Faults, Outage, WebhookFaults};
use hotdash::clock::Clock;
use hotdash::store::deliveries::{Delivery, Wanted};
use hotdash::store::drafts::DraftState;
use hotdash::store::users::Role;
use hotdash::work::dead_letters::{Replayed, list, put_away, replay_all};
use hotdash::work::doctor::HOOK_PATH;
use jiff::SignedDuration;
use reqwest::StatusCode;
use std::process::Command;
use std::time::{Duration, Instant};

both_databases!(
    what_nobody_understands_is_explained_replayed_and_put_away,
    what_goes_through_twice_is_decided_once,
    what_the_desk_refused_too_long_begins_anew,
    the_command_line_does_the_same,
);

const ANN: (&str, &str) = ("Ann", "ann@example.test");
const QUESTION: &str = "How long does shipping to Norway take?";
/// A message without its number: no version of Chatwoot sends that.
const UNREADABLE: &str =
    r#"{"event":"message_created","account":{"id":1},"content":"<b>a customer's words</b>"}"#;

/// Something comes to the secret address.
pub(crate) async fn send(house: &House, body: &str) -> StatusCode {
    let desk = &house.app.desks[0];
    let url = format!("{}{HOOK_PATH}/{}/{}", house.url, desk.id, desk.url_token);
    reqwest::Client::new().post(url).body(body.to_owned()).send().await.unwrap().status()
}

async fn in_state(house: &House, state: &str) -> Vec<Delivery> {
    let wanted = Wanted { state: Some(state.to_owned()), ..Wanted::default() };
    house.app.store.deliveries(house.app.desks[0].id, &wanted, 100).await.unwrap()
}

async fn page(person: &Person, path: &str) -> String {
    let (status, page) = person.get(path).await;
    assert_eq!(status, StatusCode::OK, "{path}");
    page
}

async fn what_nobody_understands_is_explained_replayed_and_put_away(database: &Database) {
    let house = House::start(database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let ben = house.sign_in("Ben", Role::Reviewer).await;
    let vera = house.sign_in("Vera", Role::Viewer).await;
    let quiet = page(&ada, "/drafts").await;
    assert!(quiet.contains("data-trouble=\"false\"") && !quiet.contains("needs a look"));

    assert_eq!(send(&house, UNREADABLE).await, StatusCode::OK);
    house.settle().await;
    let dead = in_state(&house, "dead").await;
    assert_eq!(dead.len(), 1);
    let (own, letter) = (format!("/deliveries/{}", dead[0].id), format!("/dead-letters/{}", dead[0].id));
    let reason = dead[0].reason.clone().unwrap();
    assert!(reason.contains("message_created"), "{reason}");

    let shown = page(&ada, "/deliveries").await;
    for words in
        ["Dead letters", "Read the delivery message_created", "after 1 try", "Replay all", "Put away"]
    {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(page(&ada, "/drafts").await.contains("needs a look"), "the rail says so on every page");
    for person in [&ben, &vera] {
        let shown = page(person, "/deliveries").await;
        assert!(shown.contains("Dead letters") && shown.contains("A lead can replay it"), "{shown}");
        assert!(!shown.contains("method=\"post\""), "only a lead has buttons");
        assert!(!page(person, &own).await.contains("method=\"post\""));
        for form in [&format!("{own}/replay"), &format!("{letter}/replay"), &format!("{letter}/put-away")] {
            assert_eq!(person.post(form, &[]).await, StatusCode::FORBIDDEN, "{form}");
        }
        assert_eq!(person.post("/dead-letters/replay", &[]).await, StatusCode::FORBIDDEN);
    }
    let shown = page(&ada, &own).await;
    assert!(shown.contains("It could not be processed") && shown.contains("came to the secret address"));
    assert!(!shown.contains("<b>a customer") && shown.contains("a customer"), "text, never markup");

    assert!(ada.post(&format!("{letter}/replay"), &[]).await.is_redirection());
    house.settle().await;
    assert_eq!(in_state(&house, "dead").await[0].reason, Some(reason), "dead again, with its reason");
    assert!(ada.post("/dead-letters/replay", &[]).await.is_redirection());
    house.settle().await;
    assert_eq!(in_state(&house, "dead").await.len(), 1);

    assert!(ada.post(&format!("{letter}/put-away"), &[]).await.is_redirection());
    assert_eq!(ada.post(&format!("{letter}/put-away"), &[]).await, StatusCode::NOT_FOUND);
    let shown = page(&ada, "/deliveries").await;
    assert!(!shown.contains("Dead letters") && shown.contains("data-trouble=\"false\""));
    assert!(page(&ada, "/deliveries?state=dead").await.contains(&own), "it is still there");
    assert!(ada.post(&format!("{own}/replay"), &[]).await.is_redirection(), "and may still be replayed");
    house.settle().await;
    assert!(ada.post(&format!("{letter}/put-away"), &[]).await.is_redirection());
    for nothing in ["/deliveries/none", "/deliveries/none/replay"] {
        assert!(ada.post(nothing, &[]).await.is_client_error(), "{nothing}");
    }
    assert_eq!(ada.get("/deliveries/none").await.0, StatusCode::NOT_FOUND);
    house.close().await;
}

async fn what_goes_through_twice_is_decided_once(database: &Database) {
    let house = House::start(database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let webhooks = WebhookFaults { double: true, ..WebhookFaults::default() };
    house.desk.set_faults(Faults { webhooks, ..Faults::default() });
    let conversation = house.desk.customer_says(house.website, ANN, QUESTION).unwrap();
    let draft = house.draft(conversation, DraftState::Ready).await;
    house.settle().await;
    let processed = in_state(&house, "processed").await;
    assert!(processed.len() > 2 && processed.iter().all(|delivery| delivery.repeats == 1), "{processed:?}");
    let shown = page(&ada, &format!("/deliveries?conversation={conversation}")).await;
    assert!(shown.contains("came 2 times"), "{shown}");
    assert!(!page(&ada, "/deliveries?conversation=4711").await.contains("came 2 times"));

    for delivery in &processed {
        let again = format!("/deliveries/{}/replay", delivery.id);
        assert!(ada.post(&again, &[]).await.is_redirection());
    }
    house.settle().await;
    assert_eq!(in_state(&house, "processed").await.len(), processed.len());
    let drafts = house.drafts(conversation).await;
    assert_eq!((drafts.len(), &drafts[0].id, drafts[0].state), (1, &draft.id, DraftState::Ready));
    assert_eq!(house.notes(conversation).len(), 1);
    let own = page(&ada, &format!("/deliveries/{}", processed[0].id)).await;
    assert!(own.contains(&format!("/drafts/{}", draft.id)) && own.contains("signed by the desk"));

    let garbage = "<script>alert(1)</script> is no JSON";
    for _ in 0..2 {
        assert_eq!(send(&house, garbage).await, StatusCode::BAD_REQUEST);
    }
    let rejected = in_state(&house, "rejected").await;
    assert_eq!((rejected.len(), rejected[0].repeats), (1, 1));
    let own = format!("/deliveries/{}", rejected[0].id);
    let shown = page(&ada, &own).await;
    assert!(!shown.contains("<script>alert") && shown.contains("alert(1)"), "{shown}");
    assert!(shown.contains("cannot be replayed") && !shown.contains("method=\"post\""));
    let (status, why) = ada.post_for_page(&format!("{own}/replay"), &[]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(why.contains("not JSON"), "{why}");
    house.close().await;
}

/// So many hours pass at once, at both ends; then minute by minute, until the last try is over.
async fn hours_until_dead(house: &House, clock: &Clock, hours: i64) {
    let pass = |minutes: i64| {
        clock.advance(minutes * 60_000);
        house.desk.clock().set_forward(SignedDuration::from_mins(minutes));
    };
    pass(hours * 60);
    let started = Instant::now();
    while house.queue().await.dead == 0 {
        assert!(started.elapsed() < Duration::from_secs(30), "nothing dies");
        pass(1);
        house.app.work.notify_one();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn what_the_desk_refused_too_long_begins_anew(database: &Database) {
    let clock = Clock::running();
    let house = House::start_at(database, &[], clock.clone()).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let conversation = house.desk.customer_says(house.website, ANN, QUESTION).unwrap();
    let draft = house.draft(conversation, DraftState::Ready).await;
    house.settle().await;

    // A reply that could not leave goes back to its draft, and from there only.
    house.desk.set_faults(Faults { outage: Outage::Unavailable, ..Faults::default() });
    assert!(ada.approve(&draft, None).await.is_redirection());
    hours_until_dead(&house, &clock, 1).await;
    let shown = page(&ada, "/deliveries").await;
    assert!(shown.contains("Send the approved reply") && shown.contains("Open its draft"), "{shown}");
    assert!(!shown.contains("Replay"), "{shown}");
    let dead = house.app.store.dead_jobs(house.app.desks[0].id, 9).await.unwrap().remove(0);
    let refused = ada.post_for_page(&format!("/dead-letters/{}/replay", dead.id), &[]).await;
    assert_eq!(refused.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.1.contains("from its draft"), "{}", refused.1);
    house.desk.set_faults(Faults::default());
    assert!(ada.post("/dead-letters/replay", &[]).await.is_redirection());
    assert!(
        page(&ada, "/deliveries?begun=0&left=1").await.contains("Nothing could begin anew. Left: 1 reply")
    );
    house.settle().await;
    assert_eq!(house.public_replies(conversation).len(), 0, "nothing is sent without a person");
    house.draft(conversation, DraftState::Failed).await;
    assert!(ada.post(&format!("/drafts/{}/retry", draft.id), &[]).await.is_redirection());
    assert_eq!(house.queue().await.dead, 0, "the dead letter went with its draft's second life");

    // Three days of silence: longer than a session of the pages lasts, so the use-case is asked itself.
    house.desk.set_faults(Faults { outage: Outage::Unavailable, ..Faults::default() });
    let late = house.desk.customer_says(house.website, ("Bob", "bob@example.test"), QUESTION).unwrap();
    let tried = "SELECT id FROM jobs WHERE kind = 'decide' AND last_error IS NOT NULL";
    let started = Instant::now();
    while house.app.store.read(tried, vec![]).await.unwrap().is_empty() {
        assert!(started.elapsed() < Duration::from_secs(30), "nothing was tried");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    hours_until_dead(&house, &clock, 72).await;
    let desk = &house.app.desks[0];
    let letters = list(&house.app, desk).await.unwrap();
    assert_eq!(letters[0].what, "Route and tag a customer's message");
    assert_eq!(letters[0].conversation.map(|conversation| conversation.0), Some(late));
    assert!(letters[0].attempts > 1 && !letters[0].why.is_empty(), "{letters:?}");
    house.desk.set_faults(Faults::default());
    let replayed = replay_all(&house.app, desk).await.unwrap();
    assert_eq!(replayed, Replayed { begun: letters.len(), left: 0 });
    house.draft(late, DraftState::Ready).await;
    house.close().await;
}

async fn the_command_line_does_the_same(database: &Database) {
    let house = House::start(database).await;
    assert_eq!(send(&house, UNREADABLE).await, StatusCode::OK);
    house.settle().await;
    let id = in_state(&house, "dead").await[0].id.clone();
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_hotdash"))
            .arg("replay")
            .args(arguments)
            .env_clear()
            .envs([
                ("CHATWOOT_BASE_URL", house.app.config.desks[0].base_url.as_str()),
                ("CHATWOOT_TOKEN", "any"),
                ("CHATWOOT_ACCOUNT_ID", "1"),
                ("DATABASE_URL", database.url.as_str()),
            ])
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].map(|said| String::from_utf8(said).unwrap()).concat();
        (output.status.success(), said)
    };
    let (ok, said) = run(&[]);
    assert!(ok && said.contains(id.as_str()) && said.contains("after 1 tries: message_created"), "{said}");
    let (ok, said) = run(&[id.as_str()]);
    assert!(ok && said.contains("begins anew"), "{said}");
    house.settle().await;
    assert_eq!(in_state(&house, "dead").await.len(), 1, "the serving process found it, and it died again");
    let (ok, said) = run(&["--all"]);
    assert!(ok && said.contains(": 1 begin anew"), "{said}");
    house.settle().await;
    let (ok, said) = run(&["unheard-of"]);
    assert!(!ok && said.contains("there is no such delivery or dead letter"), "{said}");
    assert!(!run(&["--all", "x"]).0 && !run(&["--desk", "none"]).0);
    let desk = &house.app.desks[0];
    put_away(&house.app, desk, id.as_str()).await.unwrap();
    assert!(run(&[]).1.contains("Nothing is dead."));
    house.close().await;
}
