//! The access token is wrong, dropped, another kind's, or of somebody who may not.

use super::{Patient, found, named};
use chatwoot_sandbox::Faults;
use hotdash::work::doctor::Verdict;

fn refused(text: &str) -> Faults {
    Faults { refused_in_account: text.to_owned(), ..Faults::default() }
}

fn dropping(names: &[&str]) -> Faults {
    Faults { dropped_headers: names.iter().map(|name| (*name).to_owned()).collect(), ..Faults::default() }
}

#[tokio::test]
async fn a_wrong_token_is_named_with_the_page_where_the_right_one_is() {
    let patient = Patient::new().await;
    let sick = patient.examine(&[("CHATWOOT_TOKEN", "nonsense")], false).await;
    let check = found(&sick, "token_bad");
    assert!(check.mend.contains("CHATWOOT_TOKEN"), "{check:?}");
    assert!(check.mend.contains("/app/accounts/1/profile/settings"), "{check:?}");
    assert_eq!(named(&sick, "desk").verdict, Verdict::Well);
    assert_eq!(named(&sick, "webhook").verdict, Verdict::Unknown);
}

#[tokio::test]
async fn a_proxy_that_drops_the_header_is_named_with_what_it_lets_through() {
    let patient = Patient::new().await;
    patient.desk.set_faults(dropping(&["api-access-token"]));
    let check = patient.finds(&[], "token_hyphen_dropped").await;
    assert!(check.found.contains("api_access_token"), "{check:?}");
    patient.desk.set_faults(dropping(&["api-access-token", "api_access_token"]));
    let check = patient.finds(&[], "token_dropped").await;
    assert!(check.mend.contains("Api-Access-Token"), "{check:?}");
}

#[tokio::test]
async fn tokens_of_machines_are_told_apart() {
    let patient = Patient::new().await;
    let bot = patient.desk.act(|desk| {
        let id = desk.create_bot("Bender", None, "");
        desk.bots[&id].access_token.clone()
    });
    let check = patient.finds(&[("CHATWOOT_TOKEN", &bot)], "token_of_bot").await;
    assert!(check.mend.contains("a person's"), "{check:?}");
    patient.finds(&[("CHATWOOT_TOKEN", "platform")], "token_of_platform").await;
}

#[tokio::test]
async fn a_wrong_account_is_named_with_the_right_ones() {
    let patient = Patient::new().await;
    let check = patient.finds(&[("CHATWOOT_ACCOUNT_ID", "42")], "token_other_account").await;
    assert!(check.found.contains("only to 1 (Hot Rodan)"), "{check:?}");
    assert!(check.mend.ends_with("\n  CHATWOOT_ACCOUNT_ID=1"), "{check:?}");
    patient.desk.set_faults(refused("You are not authorized to access this account"));
    patient.finds(&[], "token_other_account").await;
}

#[tokio::test]
async fn somebody_without_any_account_is_to_be_invited() {
    let patient = Patient::new().await;
    patient.desk.set_faults(Faults { belongs_nowhere: true, ..Faults::default() });
    let check = patient.finds(&[], "token_no_account").await;
    assert!(check.mend.contains("invite ada@acme.test into account 1"), "{check:?}");
}

#[tokio::test]
async fn refusals_within_the_account_are_told_apart() {
    let patient = Patient::new().await;
    for (text, code) in [
        ("Account is suspended", "token_account_suspended"),
        ("You are not authorized to do this action", "token_not_permitted"),
        ("Something new", "token_refused"),
    ] {
        patient.desk.set_faults(refused(text));
        patient.finds(&[], code).await;
    }
    let closed = refused("API access is not enabled for this account");
    patient.desk.set_faults(Faults { refused_status: 403, ..closed });
    let check = patient.finds(&[], "token_api_closed").await;
    assert!(check.found.contains("API access is not enabled"), "{check:?}");
}

#[tokio::test]
async fn an_agents_token_works_but_cannot_register() {
    let patient = Patient::new().await;
    let token = patient.desk.token(2).unwrap();
    let sick = patient.examine(&[("CHATWOOT_TOKEN", &token)], false).await;
    let check = found(&sick, "token_of_agent");
    assert_eq!(check.verdict, Verdict::Warning);
    assert!(check.mend.contains("administrator"), "{check:?}");
    assert!(sick.well, "an agent's token is enough to work");
}
