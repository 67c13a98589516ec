//! Versions, and what they leave unsaid.

use axum::http::Method;
use serde_json::json;

use super::{Version, translate, version};
use crate::event::{Hook, Stamp};

#[test]
fn versions_are_read_and_shown() {
    assert_eq!("4.12.0".parse(), Ok(version(4, 12, 0)));
    assert_eq!(version(4, 12, 0).to_string(), "4.12.0");
    assert!(version(4, 9, 2) < version(4, 12, 0), "by number, not by letter");
    for text in ["4.12", "4.12.0.1", "four", "", "3.0.0", "4.5.9", "4.16.0", "4.-1.0"] {
        assert!(text.parse::<Version>().is_err(), "{text}");
    }
}

#[test]
fn each_kind_of_hook_learned_to_sign_in_its_own_time() {
    let stamps = |text: &str| {
        let version: Version = text.parse().unwrap();
        [Hook::Account, Hook::ApiInbox, Hook::AgentBot].map(|hook| version.stamp(hook))
    };
    assert_eq!(stamps("4.11.1"), [Stamp::None, Stamp::None, Stamp::None]);
    assert_eq!(stamps("4.11.2"), [Stamp::Signed, Stamp::Id, Stamp::None]);
    assert_eq!(stamps("4.13.0"), [Stamp::Signed, Stamp::Signed, Stamp::Signed]);
}

#[test]
fn bots_were_let_in_call_by_call() {
    let one = "/api/v1/accounts/1/conversations/6";
    for (call, method, first) in [
        ("", Method::GET, version(4, 14, 2)),
        ("/labels", Method::POST, version(4, 14, 2)),
        ("/toggle_typing_status", Method::POST, version(4, 11, 2)),
        ("/messages", Method::POST, version(4, 6, 0)),
        ("/toggle_status", Method::POST, version(4, 6, 0)),
    ] {
        let path = format!("{one}{call}");
        assert!(first.opens_to_bots(&method, &path), "{path} at {first}");
        let before = version(4, first.minor - 1, 9);
        assert!(first == version(4, 6, 0) || !before.opens_to_bots(&method, &path), "{path} at {before}");
    }
}

#[test]
fn older_versions_say_less_in_the_same_order() {
    let said = json!({"can_reply": true, "contact_inbox": {}, "meta": {"sender": {}, "assignee_type": null, "team": null},
        "attachments": [{"id": 1, "extension": "pdf", "content_type": "application/pdf", "data_url": "u"}],
        "account": {"id": 1}, "event": "x"});
    let mut newest = said.clone();
    translate(Version::NEWEST, &mut newest);
    assert_eq!(newest, said);
    let mut older = said.clone();
    translate(version(4, 12, 0), &mut older);
    assert_eq!(
        older.to_string(),
        r#"{"can_reply":true,"contact_inbox":{},"meta":{"sender":{},"assignee_type":null,"team":null},"attachments":[{"id":1,"extension":null,"data_url":"u"}],"event":"x"}"#
    );
    let mut oldest = said;
    translate(version(4, 6, 0), &mut oldest);
    assert_eq!(oldest["meta"].to_string(), r#"{"sender":{},"team":null}"#);
}
