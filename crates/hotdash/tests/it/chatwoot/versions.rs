//! Older desks: the same scenes read the same, whatever their words left out or put differently.
use super::desk::Desk;
use super::recordings::{Delivery, Exchange, OLDER, older_exchanges, older_scene, older_scenes, scene};
use bytes::Bytes;

use hotdash::chatwoot::api::{NewMessage, Page, WebhookChange};
use hotdash::chatwoot::{CallError, Chatwoot, Proof, Secrets, peek, understand, verify};
use hotdash_core::conversation::{Author, Conversation, Message, Priority};
use hotdash_core::event::Event;
use hotdash_core::ids::{AgentId, ContactId, ConversationId, EffectId, InboxId, MessageId, TeamId};
use regex::Regex;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

fn deliveries(version: &str) -> impl Iterator<Item = Delivery> {
    older_scenes(version).into_iter().flat_map(move |name| older_scene(version, &name))
}

#[test]
fn every_delivery_of_older_desks_is_understood_and_placed() {
    for version in OLDER {
        let mut understood = 0;
        for delivery in deliveries(version) {
            let event = understand(delivery.body.as_bytes())
                .unwrap_or_else(|e| panic!("{version}: {e}: {}", delivery.body));
            assert!(!matches!(event, Event::Other { .. }), "{version}: {}", delivery.body);
            let first = peek(delivery.body.as_bytes()).unwrap();
            assert_eq!(
                first.conversation,
                event.conversation_id().map(|id| id.0),
                "{version}: {}",
                delivery.body
            );
            assert!(matches!(first.account, None | Some(1)), "conversation events do not say it");
            let stored = serde_json::to_string(&event).unwrap();
            assert_eq!(serde_json::from_str::<Event>(&stored).unwrap(), event);
            understood += 1;
        }
        assert!(understood > 150, "{version}: {understood}");
    }
}

/// 4.6.0 signs nothing; 4.12.0 signs what goes to account webhooks. The rest comes to the address with the token.
#[test]
fn older_desks_prove_what_they_can() {
    let secrets: BTreeMap<String, Option<String>> =
        serde_json::from_str(include_str!("../../../../../fixtures/chatwoot/4.12.0/secrets.json")).unwrap();
    for version in OLDER {
        let mut proofs = BTreeMap::new();
        for delivery in deliveries(version) {
            let secret = secrets.get(&delivery.hook).cloned().flatten().filter(|_| version == "4.12.0");
            let keys = secret.map_or_else(Secrets::default, |secret| Secrets::new([secret.into()]));
            let headers = delivery
                .headers
                .iter()
                .filter_map(|(name, value)| {
                    Some((name.parse::<http::HeaderName>().ok()?, http::HeaderValue::from_str(value).ok()?))
                })
                .collect();
            let sent = delivery.header("x-chatwoot-timestamp").map_or(0, |at| at.parse().unwrap());
            let body = Bytes::from(delivery.body.clone());
            let proof = verify(&keys, &headers, body, sent, 300, false, keys.is_empty()).unwrap().proof();
            *proofs.entry((delivery.hook, format!("{proof:?}"))).or_insert(0) += 1;
        }
        let signed = proofs.keys().any(|(_, proof)| *proof == format!("{:?}", Proof::Signature));
        let account = proofs.keys().filter(|(hook, _)| hook == "account").count();
        assert_eq!((signed, account), (version == "4.12.0", 1), "{version}: {proofs:?}");
    }
}

/// What a scene says, by whom, without what differs from one recording to the next.
fn said(deliveries: &[Delivery], volatile: &Regex) -> BTreeSet<String> {
    let created = deliveries.iter().filter(|delivery| delivery.hook == "account").filter_map(|delivery| {
        match understand(delivery.body.as_bytes()).unwrap() {
            Event::MessageCreated { message, .. } => Some(message),
            _ => None,
        }
    });
    created
        .map(|message| {
            let kind = serde_json::to_value(&message.author).unwrap()["kind"].clone();
            let text = volatile.replace_all(message.text(), "…").into_owned();
            format!("{kind} private={} {:?} {text:?}", message.private, message.direction)
        })
        .collect()
}

/// What 4.12.0 left out of deliveries, and of text messages that say it nowhere else. It cannot be brought back from
/// them: the thread is read before anything is drafted.
const LEFT_OUT: [(&str, &str); 2] = [
    ("<A-17> & when will it arrive", "& when will it arrive"),
    ("On its way: **today**", "On its way: today"),
];

#[test]
fn a_scene_says_the_same_in_every_version() {
    let volatile = Regex::new(r"https?://\S+").unwrap();
    let (mut compared, mut different) = (0, Vec::new());
    for version in OLDER {
        for name in older_scenes(version) {
            let older = said(&older_scene(version, &name), &volatile);
            let mut newest = said(&scene(&name), &volatile);
            if version == "4.12.0" {
                let rendered =
                    |said: &String| LEFT_OUT.iter().fold(said.clone(), |s, (was, is)| s.replace(was, is));
                newest = newest.iter().map(rendered).collect();
            }
            compared += newest.len();
            different.extend(newest.difference(&older).map(|said| format!("{version} {name} lacks {said}")));
            different.extend(older.difference(&newest).map(|said| format!("{version} {name} has   {said}")));
        }
    }
    assert!(compared > 60, "{compared}");
    assert!(different.is_empty(), "{different:#?}");
}

fn number_after(path: &str, word: &str) -> i64 {
    let after = path.split(word).nth(1).unwrap_or_default();
    after.split(['/', '?', '&']).next().and_then(|number| number.parse().ok()).unwrap_or(1)
}

/// Makes the call that a recording is the answer of; `None` where hotdash makes no such call.
async fn call(client: &Chatwoot, name: &str, path: &str) -> Option<Result<(), CallError>> {
    let id = ConversationId(number_after(path, "/conversations/"));
    let effect = EffectId("e".to_owned());
    let hook = WebhookChange::ours("http://127.0.0.1:4000/hook");
    let message = NewMessage {
        content: "Hello".to_owned(),
        private: false,
        copies: Vec::new(),
        effect,
        automatic: false,
    };
    Some(match name {
        "api-version" => client.version().await.map(drop),
        _ if name.starts_with("profile-a") => client.profile().await.map(drop),
        _ if name.starts_with("agents-list") => client.agents().await.map(drop),
        "inboxes-list" => client.inboxes().await.map(drop),
        "inbox-members" => client.inbox_members(InboxId(1)).await.map(drop),
        "teams-list" => client.teams().await.map(drop),
        "team-members-list" => client.team_members(TeamId(1)).await.map(drop),
        "labels-list" => client.labels().await.map(drop),
        "contact-show" => client.contact(ContactId(1)).await.map(drop),
        "csat-list" => client.csat_page(1).await.map(drop),
        "conversations-list"
        | "conversations-list-email-inbox"
        | "conversations-page-past-end"
        | "conversations-updated-within" => client.conversations_by_activity(1).await.map(drop),
        "labels-get" | "labels-by-bot" => client.conversation_labels(id).await.map(drop),
        "assign-agent" => client.assign_agent(id, AgentId(2)).await.map(drop),
        "assign-team" => client.assign_team(id, TeamId(1)).await,
        "priority-set" => client.set_priority(id, Some(Priority::Urgent)).await,
        "webhooks-list" => client.webhooks().await.map(drop),
        "webhook-create" | "webhook-create-second" => client.create_webhook(&hook).await.map(drop),
        "webhook-update" => client.update_webhook(1, &hook).await.map(drop),
        "webhook-delete" => client.delete_webhook(2).await,
        "message-delete-note" => client.delete_message(id, MessageId(14)).await.map(drop),
        _ if name.starts_with("conversation-show") => client.conversation(id).await.map(drop),
        _ if name.starts_with("message-create-") => client.create_message(id, &message, None).await.map(drop),
        _ if name.starts_with("messages-") => client.messages(id, Page::Latest).await.map(drop),
        _ => return None,
    })
}

#[tokio::test]
async fn every_answer_of_older_desks_that_we_ask_for_is_read() {
    for version in OLDER {
        let mut read = Vec::new();
        for (name, Exchange { request, response }) in older_exchanges(version) {
            let refused = response.status >= 400;
            let desk = Desk::replaying(response).await;
            match call(&desk.client(), &name, &request.path).await {
                Some(Ok(())) => read.push(name),
                // Bots could not read conversations before 4.14.2.
                Some(Err(error)) if refused => {
                    assert_eq!(error.code(), "not_for_bots", "{version} {name}: {error}")
                }
                Some(Err(error)) => panic!("{version} {name}: {error}"),
                None => {}
            }
        }
        assert!(read.len() > 35, "{version}: {read:?}");
    }
}

#[tokio::test]
async fn refusals_of_older_desks_have_the_same_names() {
    for version in OLDER {
        let mut codes = BTreeMap::new();
        for (name, Exchange { response, .. }) in older_exchanges(version) {
            if name.starts_with("error-") && name != "error-too-long" {
                let client = Desk::replaying(response).await.client();
                // The call that shares most with those recorded.
                let error = if name.starts_with("error-invalid-") {
                    client.set_priority(ConversationId(1), Some(Priority::Low)).await.unwrap_err()
                } else {
                    client.delete_message(ConversationId(1), MessageId(1)).await.unwrap_err()
                };
                codes.insert(name, error.code());
            }
        }
        for (name, code) in [
            ("error-bad-token", "bad_token"),
            ("error-no-token", "missing_token"),
            ("error-bot-reads-messages", "not_for_bots"),
            ("error-webhooks-as-agent", "not_permitted"),
            ("error-missing-conversation", "no_such_thing"),
            ("error-invalid-priority", "unknown_value"),
            ("error-json-on-dashboard-path", "dashboard_route"),
            ("error-webhook-url-taken", "invalid"),
        ] {
            assert_eq!(codes.get(name), Some(&code), "{version}: {codes:?}");
        }
    }
}

/// Takes out what a desk of 3.x does not say yet (contract §9). None was recorded; 4.6.0 comes nearest.
fn before_4(body: &mut Value) {
    match body {
        Value::Object(object) => {
            let is_conversation = object.contains_key("can_reply");
            let gone = ["updated_at", "last_activity_at", "applied_sla", "sla_events", "sla_policy_id"];
            object.retain(|key, _| !(is_conversation && gone.contains(&key.as_str())));
            object.retain(|key, _| {
                !["blocked", "assignee_type", "sentiment", "external_source_ids"].contains(&key.as_str())
            });
            object.values_mut().for_each(before_4);
        }
        Value::Array(all) => all.iter_mut().for_each(before_4),
        _ => {}
    }
}

/// Without what those desks cannot say.
fn without_times(mut conversation: Conversation) -> Conversation {
    conversation.updated_at = None;
    conversation.contact.blocked = false;
    conversation
}

#[test]
fn deliveries_of_3_x_are_read_without_what_they_lack() {
    let mut compared = 0;
    for delivery in deliveries("4.6.0") {
        let mut body = delivery.json();
        before_4(&mut body);
        let older = understand(body.to_string().as_bytes()).unwrap_or_else(|e| panic!("{e}: {body}"));
        let newer = understand(delivery.body.as_bytes()).unwrap();
        let (Some(was), Some(is)) = (newer.conversation(), older.conversation()) else { continue };
        assert_eq!(without_times(was.clone()), without_times(is.clone()), "{body}");
        assert_eq!(is.updated_at, None);
        assert!(is.last_activity_at.is_some(), "`timestamp` says the same");
        compared += 1;
    }
    assert!(compared > 100, "{compared}");
}

/// Numbers of messages are what remains to tell an answer from the question before it.
#[test]
fn authors_are_told_apart_without_newer_keys() {
    let body = json!({
        "event": "message_created", "id": 9, "content": "On its way.", "message_type": "outgoing", "private": false,
        "created_at": "2023-09-01T10:00:00.000Z", "content_type": "text", "content_attributes": {}, "source_id": null,
        "additional_attributes": {}, "sender": {"id": 2, "name": "Ben", "email": "ben@acme.test", "type": "user"},
        "account": {"id": 1, "name": "Acme"}, "inbox": {"id": 3, "name": "Web"},
        "conversation": {
            "id": 5, "inbox_id": 3, "status": "open", "channel": "Channel::WebWidget", "can_reply": true, "labels": [],
            "created_at": 1_693_562_400, "timestamp": 1_693_562_402, "unread_count": 0, "waiting_since": 0,
            "contact_inbox": {"contact_id": 55}, "messages": [], "custom_attributes": {}, "additional_attributes": {},
            "meta": {"sender": {"id": 55, "name": "Ann", "type": "contact"}, "assignee": {"id": 2, "name": "Ben", "type": "user"}},
        },
    });
    let Event::MessageCreated { message, conversation, changed } =
        understand(body.to_string().as_bytes()).unwrap()
    else {
        panic!()
    };
    let Message { author, marks, .. } = &message;
    assert!(matches!(author, Author::Agent { id: AgentId(2), .. }) && marks.effect.is_none());
    assert!(message.is_human_reply() && changed.is_none());
    assert!(!conversation.assignee.unwrap().is_bot);
}
