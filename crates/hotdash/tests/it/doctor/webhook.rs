//! The webhook is missing, leads elsewhere, comes twice, says too little, or is never called.

use super::{Patient, found};
use hotdash::chatwoot::api::{EVENTS, WebhookChange};
use hotdash::store::deliveries::NewDelivery;
use hotdash::store::desks::KeptDesk;
use hotdash::work::doctor::{HOOK_PATH, Verdict};
use hotdash_core::ids::{DeliveryId, JobId};

#[tokio::test]
async fn one_for_another_host_is_shown_and_left_alone() {
    let patient = Patient::new().await;
    let other = format!("https://old.example{HOOK_PATH}");
    patient.register(&other).await;
    let check = patient.finds(&[], "webhook_other_host").await;
    assert!(check.found.contains("https://old.example/api/webhooks/chatwoot"), "{check:?}");
    let mended = found(&patient.examine(&[], true).await, "webhook_other_host");
    assert_eq!(mended.verdict, Verdict::Mended);
    assert_eq!(patient.hooks(), [other, format!("{}{HOOK_PATH}", patient.public)]);
}

#[tokio::test]
async fn one_for_nearly_our_address_is_put_right_and_keeps_its_secret() {
    let token = "0123456789abcdef0123456789abcdef";
    for (path, code) in [
        (format!("{HOOK_PATH}/"), "webhook_wrong_path"),
        ("/webhooks/chatwoot".to_owned(), "webhook_wrong_path"),
        (format!("{HOOK_PATH}/7/{token}"), "webhook_wrong_url_token"),
    ] {
        let patient = Patient::new().await;
        let hook = patient.register(&format!("{}{path}", patient.public)).await;
        let check = patient.finds(&[], code).await;
        assert_eq!(check.verdict, Verdict::Wrong);
        assert!(!check.found.contains(token), "{check:?}");
        assert_eq!(found(&patient.examine(&[], true).await, code).verdict, Verdict::Mended, "{path}");
        let after = patient.chatwoot().webhooks().await.unwrap();
        assert_eq!(after.len(), 1);
        assert_eq!(after[0].url, format!("{}{HOOK_PATH}", patient.public));
        assert_eq!(super::exposed(&after[0]), super::exposed(&hook));
    }
}

#[tokio::test]
async fn http_in_place_of_https_is_put_right() {
    let patient = Patient::new().await;
    patient.register(&format!("http://hotdash.example{HOOK_PATH}")).await;
    let public = [("HOTDASH_PUBLIC_URL", "https://hotdash.example")];
    let check = patient.finds(&public, "webhook_other_scheme").await;
    assert!(check.found.contains("http://hotdash.example/") && check.mend.contains("--fix"), "{check:?}");
    patient.examine(&public, true).await;
    assert_eq!(patient.hooks(), [format!("https://hotdash.example{HOOK_PATH}")]);
}

#[tokio::test]
async fn two_for_our_address_become_one_unless_a_secret_is_being_replaced() {
    let patient = Patient::new().await;
    let old = patient.registered().await;
    let new = patient.register(&format!("{}{HOOK_PATH}?2", patient.public)).await;
    let both = format!("{},{}", super::exposed(&old), super::exposed(&new));
    let replacing = patient.examine(&[("CHATWOOT_WEBHOOK_SECRET", &both)], true).await;
    assert_eq!(found(&replacing, "webhook_twice").verdict, Verdict::Warning);
    assert_eq!(patient.hooks().len(), 2, "nothing is removed while both secrets are in use");

    let one = [("CHATWOOT_WEBHOOK_SECRET", &*super::exposed(&new))];
    assert!(patient.finds(&one, "webhook_twice").await.mend.contains("--fix"));
    let mended = patient.examine(&one, true).await;
    assert_eq!(found(&mended, "webhook_twice").verdict, Verdict::Mended);
    assert_eq!(patient.hooks(), [new.url], "the one whose secret is known stays");
    assert!(patient.examine(&one, false).await.well);
}

#[tokio::test]
async fn missing_events_are_named_and_added() {
    let patient = Patient::new().await;
    let hook = patient.registered().await;
    let few =
        WebhookChange { subscriptions: vec!["contact_created".into()], ..WebhookChange::ours(hook.url) };
    patient.chatwoot().update_webhook(hook.id, &few).await.unwrap();
    let check = patient.finds(&[], "webhook_events_missing").await;
    assert!(check.found.contains("message_created") && !check.found.contains("contact_created"), "{check:?}");
    assert_eq!(found(&patient.examine(&[], true).await, "webhook_events_missing").verdict, Verdict::Mended);
    let events = patient.desk.read(|desk| desk.webhooks[&hook.id].subscriptions.clone());
    assert!(EVENTS.iter().all(|event| events.iter().any(|own| own == event)), "{events:?}");
}

#[tokio::test]
async fn one_of_an_inbox_is_noticed() {
    let patient = Patient::new().await;
    let hook = patient.registered().await;
    patient.desk.act(|desk| {
        let inbox = *desk.inboxes.keys().next().unwrap();
        desk.webhooks.get_mut(&hook.id).unwrap().inbox_id = Some(inbox);
    });
    let check = patient.finds(&[], "webhook_of_inbox").await;
    assert!(check.found.contains("Website"), "{check:?}");
}

#[tokio::test]
async fn our_address_at_an_inbox_or_a_bot_is_named() {
    use chatwoot_sandbox::act::{NewChannel, NewInbox};
    let patient = Patient::new().await;
    let url = format!("{}{HOOK_PATH}", patient.public);
    patient.desk.act(|desk| {
        desk.create_inbox(NewInbox::new("App", NewChannel::Api { webhook_url: Some(url.clone()) }));
        desk.create_bot("Bender", None, &url);
    });
    assert!(patient.finds(&[], "webhook_at_inbox").await.mend.contains("App"));
    assert!(patient.finds(&[], "webhook_at_bot").await.mend.contains("Bender"));
}

#[tokio::test]
async fn a_private_address_is_told_by_what_the_version_does_with_it() {
    for (version, verdict, word) in [
        ("4.15.1", Verdict::Warning, "SAFE_FETCH_ALLOW_PRIVATE_NETWORK=true"),
        ("4.14.0", Verdict::Wrong, "4.14.1"),
    ] {
        let patient = Patient::of_version(version).await;
        let check = patient.finds(&[], "webhook_private_address").await;
        assert_eq!(check.verdict, verdict, "{version}");
        assert!(check.mend.contains(word) && check.found.contains("127.0.0.1"), "{check:?}");
    }
    let patient = Patient::of_version("4.12.0").await;
    let old = patient.examine(&[], false).await;
    assert!(super::all(&old).all(|check| check.code != "webhook_private_address"), "4.12.0 does not mind");
}

#[tokio::test]
async fn our_own_loopback_address_is_no_address_for_a_desk_elsewhere() {
    let patient = Patient::of_version("4.15.1").await;
    // Leads to this machine without being its loopback address.
    let elsewhere = patient.server.url().replace("127.0.0.1", "0.0.0.0");
    let check = patient.finds(&[("CHATWOOT_BASE_URL", &elsewhere)], "webhook_loopback_address").await;
    assert_eq!(check.verdict, Verdict::Wrong);
}

#[tokio::test]
async fn where_deliveries_arrive_the_address_cannot_be_refused() {
    let patient = Patient::of_version("4.15.1").await;
    let store = patient.database.open().await;
    let row = KeptDesk {
        key: "desk".into(),
        base_url: patient.server.url(),
        account: 1,
        url_token: "00112233445566778899aabbccddeeff".into(),
    };
    let desk = store.keep_desk(&row, 0).await.unwrap().id;
    let delivery = NewDelivery {
        id: DeliveryId("1".into()),
        desk,
        uid: None,
        digest: "1".into(),
        proof: "signature",
        event: None,
        conversation: None,
        body: b"{}".to_vec(),
        received_at: 0,
    };
    assert!(store.accept_delivery(delivery, JobId("1".into())).await.unwrap());
    let diagnosis = patient.examine(&[], false).await;
    assert!(super::all(&diagnosis).all(|check| check.code != "webhook_private_address"));
}

#[tokio::test]
async fn a_list_that_cannot_be_read_is_named() {
    let patient = Patient::new().await;
    let broken = chatwoot_sandbox::Faults { failing_path: "/webhooks".into(), ..Default::default() };
    patient.desk.set_faults(broken);
    patient.finds(&[], "webhook_unreadable").await;
    let broken = chatwoot_sandbox::Faults { failing_path: "/agent_bot".into(), ..Default::default() };
    patient.desk.set_faults(broken);
    patient.finds(&[], "bots_unreadable").await;
}

#[tokio::test]
async fn a_bot_before_an_inbox_is_noticed() {
    let patient = Patient::new().await;
    patient.desk.act(|desk| {
        let bot = desk.create_bot("Bender", None, "");
        desk.inboxes.values_mut().next().unwrap().agent_bot = Some(bot);
    });
    let check = patient.finds(&[], "bots_answer_first").await;
    assert!(check.found.contains("Bender in Website"), "{check:?}");
    assert_eq!(check.verdict, Verdict::Warning);
}
