//! The secret is missing, spoiled, another one, or none that a desk could make.

use super::{Patient, found, named};
use chatwoot_sandbox::act::{NewChannel, NewInbox};
use chatwoot_sandbox::model::Channel;
use hotdash::work::doctor::{HOOK_PATH, Verdict};

const SECRET: &str = "CHATWOOT_WEBHOOK_SECRET";

#[tokio::test]
async fn a_missing_a_spoiled_and_a_wrong_secret_are_told_apart() {
    let patient = Patient::new().await;
    let right = super::exposed(&patient.registered().await);
    assert!(patient.finds(&[], "secret_not_set").await.found.contains("not set"));
    for (given, code) in [
        (format!("\"{right}\""), "secret_quoted"),
        (format!("'{right}'"), "secret_quoted"),
        (right[..20].to_owned(), "secret_cut"),
        (right.to_uppercase(), "secret_cut"),
        (patient.desk.token(1).unwrap(), "secret_is_access_token"),
        ("another".to_owned(), "secret_wrong"),
    ] {
        let sick = patient.examine(&[(SECRET, &given)], false).await;
        let check = found(&sick, code);
        assert_eq!(check.verdict, Verdict::Wrong);
        let said = serde_json::to_string(&sick).unwrap();
        assert!(!said.contains(&right) && !said.contains(&given) || given == "another", "{said}");
    }
}

#[tokio::test]
async fn somebody_elses_secret_is_named_by_its_owner() {
    let patient = Patient::new().await;
    patient.registered().await;
    let stranger = patient.register("https://crm.example/hook").await;
    let (api, identity, bot) = patient.desk.act(|desk| {
        let inbox = desk.create_inbox(NewInbox::new("App", NewChannel::Api { webhook_url: None }));
        let Channel::Api { secret, hmac_token, .. } = desk.inboxes[&inbox].channel.clone() else {
            panic!("an API inbox")
        };
        let bot = desk.create_bot("Bender", None, "");
        (secret, hmac_token, desk.bots[&bot].secret.clone())
    });
    for (given, code, owner) in [
        (api, "secret_is_inbox_secret", "App"),
        (identity, "secret_is_hmac_token", "App"),
        (bot, "secret_is_bots", "Bender"),
        (super::exposed(&stranger), "secret_is_other_webhooks", "crm.example"),
    ] {
        let check = patient.finds(&[(SECRET, &given)], code).await;
        assert!(check.found.contains(owner) && check.mend.contains("webhook's own secret"), "{check:?}");
    }
}

#[tokio::test]
async fn a_secret_that_nobody_uses_any_more_is_noticed() {
    let patient = Patient::new().await;
    let right = super::exposed(&patient.registered().await);
    let sick = patient.examine(&[(SECRET, &format!("old,{right}"))], false).await;
    let check = found(&sick, "secret_left_over");
    assert!(check.mend.contains("number 1") && sick.well, "{check:?}");
}

#[tokio::test]
async fn a_webhook_from_before_an_upgrade_is_named() {
    let patient = Patient::new().await;
    let hook = patient.registered().await;
    patient.desk.act(|desk| desk.webhooks.get_mut(&hook.id).unwrap().secret.clear());
    let check = patient.finds(&[], "secret_empty").await;
    assert!(check.mend.contains("rails db:migrate"), "{check:?}");
}

#[tokio::test]
async fn a_desk_that_cannot_sign_is_given_the_secret_address() {
    let patient = Patient::of_version("4.11.1").await;
    patient.registered().await;
    let check = patient.finds(&[], "secret_not_signing").await;
    let address = check.mend.lines().last().unwrap().trim().to_owned();
    let path = address.strip_prefix(&patient.public).unwrap();
    assert!(path.starts_with(&format!("{HOOK_PATH}/1/")) && path.len() > 50, "{check:?}");

    // Registered from scratch, it gets this address at once.
    patient.desk.act(|desk| desk.webhooks.clear());
    let mended = patient.examine(&[], true).await;
    assert_eq!(patient.hooks(), [address.as_str()], "the same in every examination");
    let said = format!("{} {}", named(&mended, "webhook").found, named(&mended, "secret").found);
    assert!(!said.contains(path) && named(&mended, "secret").verdict == Verdict::Well, "{said}");
}
