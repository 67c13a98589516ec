//! Every recorded answer of a call we make parses, and we make that very call; every recorded refusal has its name.

use super::desk::Desk;
use super::recordings::{Exchange, exchange, history, refusals};
use hotdash::chatwoot::api::{NewMessage, Page, WebhookChange};
use hotdash::chatwoot::{CallError, Chatwoot};
use hotdash_core::conversation::{
    Author, Availability, Channel, DeliveryStatus, Direction, Message, Priority,
};
use hotdash_core::ids::{AgentId, ConversationId, EffectId, InboxId, MessageId, TeamId};
use secrecy::ExposeSecret;
use serde_json::json;

/// A desk that gives one recorded answer, and the recorded call.
pub(super) async fn recorded(name: &str) -> (Chatwoot, Desk, Exchange) {
    let exchange = exchange(name);
    let desk = Desk::replaying(exchange.response.clone()).await;
    (desk.client(), desk, exchange)
}

/// We asked exactly what the recording asked.
pub(super) fn asked_the_same(desk: &Desk, exchange: &Exchange) {
    let asked = desk.asked().pop().unwrap();
    assert_eq!(
        (asked.method.as_str(), asked.path),
        (exchange.request.method.as_str(), exchange.request.path.clone())
    );
}

fn conversation_of(exchange: &Exchange) -> ConversationId {
    let after = exchange.request.path.split("/conversations/").nth(1).unwrap();
    ConversationId(after.split(['/', '?']).next().unwrap().parse().unwrap())
}

#[tokio::test]
async fn the_desk_and_its_people() {
    let (client, desk, exchange) = recorded("api-version").await;
    assert_eq!(client.version().await.unwrap().version, "4.15.1");
    asked_the_same(&desk, &exchange);
    assert!(!desk.asked()[0].headers.contains_key("api-access-token"), "the version needs no token");

    for (name, administrator) in [("profile-administrator", true), ("profile-agent", false)] {
        let (client, desk, exchange) = recorded(name).await;
        let profile = client.profile().await.unwrap();
        assert_eq!(profile.accounts.iter().find(|a| a.id == 1).unwrap().is_administrator(), administrator);
        asked_the_same(&desk, &exchange);
    }

    for name in ["agents-list", "agents-list-as-agent"] {
        let (client, desk, exchange) = recorded(name).await;
        let agents = client.agents().await.unwrap();
        let ben = agents.iter().find(|agent| agent.id == AgentId(2)).unwrap();
        assert_eq!((ben.name.as_str(), ben.is_administrator), ("Ben Agent", false));
        assert!(agents.iter().any(|agent| agent.is_administrator));
        asked_the_same(&desk, &exchange);
    }
    let (client, ..) = recorded("agents-list").await;
    let available: Vec<_> =
        client.agents().await.unwrap().into_iter().map(|agent| agent.availability).collect();
    use Availability::{Busy, Offline, Online};
    assert_eq!(available, [Offline, Online, Busy, Offline]);

    let (client, desk, exchange) = recorded("inboxes-list").await;
    let inboxes = client.inboxes().await.unwrap();
    let channel =
        |name: &str| inboxes.iter().find(|inbox| inbox.name == name).map(|inbox| inbox.channel.clone());
    assert_eq!((channel("App"), channel("Website")), (Some(Channel::Api), Some(Channel::WebWidget)));
    asked_the_same(&desk, &exchange);

    let (client, desk, exchange) = recorded("teams-list").await;
    assert_eq!(client.teams().await.unwrap()[0].name, "orders");
    asked_the_same(&desk, &exchange);

    let (client, desk, exchange) = recorded("labels-list").await;
    let labels: Vec<_> = client.labels().await.unwrap().into_iter().map(|label| label.title).collect();
    assert_eq!(labels, ["orders", "returns", "urgent", "vip"]);
    asked_the_same(&desk, &exchange);
}

#[tokio::test]
async fn a_conversation() {
    for name in ["conversation-show-new", "conversation-show-auto-assigned", "conversation-show-by-bot"] {
        let (client, desk, exchange) = recorded(name).await;
        let id = conversation_of(&exchange);
        assert_eq!(client.conversation(id).await.unwrap().id, id);
        asked_the_same(&desk, &exchange);
    }
    let (client, ..) = recorded("conversation-show-new").await;
    let new = client.conversation(ConversationId(1)).await.unwrap();
    assert_eq!((new.channel, new.inbox), (Channel::WebWidget, InboxId(1)));
    assert_eq!(new.assignee, None);
    assert_eq!(new.first_reply_at, None, "0 is none");
    assert_eq!(new.updated_at.unwrap().as_microsecond(), 1_795_351_993_065_461);
}

async fn page(name: &str) -> Vec<Message> {
    let (client, desk, exchange) = recorded(name).await;
    let query = exchange.request.path.split('?').nth(1).unwrap_or_default();
    let number = |key: &str| query.strip_prefix(key).and_then(|n| n.parse().ok()).map(MessageId);
    let page =
        number("after=").map(Page::After).or(number("before=").map(Page::Before)).unwrap_or(Page::Latest);
    let messages = client.messages(conversation_of(&exchange), page).await.unwrap();
    if query.is_empty() || page != Page::Latest {
        asked_the_same(&desk, &exchange);
    }
    messages
}

#[tokio::test]
async fn pages_of_a_thread() {
    let names = ["messages-after-0", "messages-before", "messages-filtered", "messages-sms-failed"];
    for name in names.into_iter().chain(["messages-list", "messages-after-receiver-broken"]) {
        assert!(!page(name).await.is_empty(), "{name}");
    }
    let thread = page("messages-list").await;
    assert!(matches!(&thread[0].author, Author::Customer { name, .. } if name == "Ann Customer"));
    assert!(thread.iter().any(|message| message.author == Author::Activity));
    assert!(thread.iter().any(|message| message.private));
    let failed = page("messages-after-receiver-broken").await.pop().unwrap();
    assert_eq!(failed.delivery, Some(DeliveryStatus::Failed));
    assert_eq!(failed.marks.external_error.as_deref(), Some("500 Internal Server Error"));
}

#[tokio::test]
async fn messages_written_and_deleted() {
    let effect = EffectId("e-1".to_owned());
    for name in [
        "message-create-api-reply",
        "message-create-attachment",
        "message-create-broken-liquid",
        "message-create-by-bot",
        "message-create-email-reply",
        "message-create-empty",
        "message-create-note-by-bot",
        "message-create-note-command",
        "message-create-private-note",
        "message-create-receiver-broken",
        "message-create-reply-with-liquid",
        "message-create-sms-reply",
    ] {
        let (client, desk, exchange) = recorded(name).await;
        let id = conversation_of(&exchange);
        let new = NewMessage {
            content: "Hello".to_owned(),
            private: false,
            copies: vec![],
            effect: effect.clone(),
            automatic: false,
        };
        let message = client.create_message(id, &new, None).await.unwrap();
        assert_eq!((message.conversation, message.direction), (id, Direction::Outgoing), "{name}");
        asked_the_same(&desk, &exchange);
    }
    let (client, desk, exchange) = recorded("message-delete-note").await;
    let deleted = client.delete_message(ConversationId(1), MessageId(14)).await.unwrap();
    assert!(deleted.marks.deleted);
    asked_the_same(&desk, &exchange);
}

#[tokio::test]
async fn changes_of_a_conversation() {
    let conversation = ConversationId(1);
    let (client, desk, exchange) = recorded("assign-agent").await;
    assert_eq!(client.assign_agent(conversation, AgentId(2)).await.unwrap().name, "Ben Agent");
    assert_eq!(desk.asked()[0].body, Some(json!({"assignee_id": 2})));
    asked_the_same(&desk, &exchange);

    let (client, desk, exchange) = recorded("assign-team").await;
    client.assign_team(conversation, TeamId(1)).await.unwrap();
    assert_eq!(desk.asked()[0].body, Some(json!({"team_id": 1})));
    asked_the_same(&desk, &exchange);

    let (client, desk, exchange) = recorded("priority-set").await;
    client.set_priority(conversation, Some(Priority::Urgent)).await.unwrap();
    assert_eq!(desk.asked()[0].body, Some(json!({"priority": "urgent"})));
    asked_the_same(&desk, &exchange);

    for name in ["labels-get", "labels-by-bot"] {
        let (client, _, exchange) = recorded(name).await;
        assert!(!client.conversation_labels(conversation_of(&exchange)).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn an_unknown_agent_unassigns_and_is_named() {
    let (client, ..) = recorded("assign-unknown-agent").await;
    let error = client.assign_agent(ConversationId(1), AgentId(99_999)).await.unwrap_err();
    assert!(matches!(error, CallError::NobodyAssigned { what: "agent", asked: 99_999, .. }));
    assert!(!error.is_worth_retrying() && !error.is_unclear());
    // An answer that names somebody else is no better.
    let (client, ..) = recorded("assign-agent").await;
    assert_eq!(
        client.assign_agent(ConversationId(1), AgentId(3)).await.unwrap_err().code(),
        "nobody_assigned"
    );
}

#[tokio::test]
async fn webhooks_show_their_secrets() {
    let hook = WebhookChange::ours("http://127.0.0.1:4000/hook/account");
    let (client, desk, exchange) = recorded("webhooks-list").await;
    let listed = client.webhooks().await.unwrap().remove(0);
    assert_eq!(listed.secret.as_ref().unwrap().expose_secret(), "7gbkqYxjDB6mm43GrWfoHp2K");
    assert!(!format!("{listed:?}").contains("7gbkqYxj"));
    asked_the_same(&desk, &exchange);

    for name in ["webhook-create", "webhook-create-second"] {
        let (client, desk, exchange) = recorded(name).await;
        assert!(client.create_webhook(&hook).await.unwrap().secret.is_some());
        asked_the_same(&desk, &exchange);
    }
    let (client, desk, exchange) = recorded("webhook-update").await;
    assert_eq!(client.update_webhook(1, &hook).await.unwrap().id, 1);
    asked_the_same(&desk, &exchange);
    let (client, desk, exchange) = recorded("webhook-delete").await;
    client.delete_webhook(2).await.unwrap();
    asked_the_same(&desk, &exchange);
}

#[tokio::test]
async fn four_weeks_of_conversations_and_messages() {
    let conversations = history("conversations");
    assert_eq!(conversations.len(), 220);
    let script = conversations.iter().map(super::desk::Say::json).collect();
    let client = Desk::saying(script).await.client();
    for conversation in &conversations {
        let id = ConversationId(conversation["id"].as_i64().unwrap());
        let read = client.conversation(id).await.unwrap();
        assert_eq!(read.id, id);
        assert_eq!(json!(read.status), conversation["status"]);
        assert_eq!(json!(read.labels), conversation["labels"]);
        assert_eq!(read.assignee.map(|a| a.id.0), conversation["meta"]["assignee"]["id"].as_i64());
    }
    let messages = history("messages");
    let thread = json!({"meta": {}, "payload": messages});
    let client = Desk::saying(vec![super::desk::Say::json(&thread)]).await.client();
    let read = client.messages(ConversationId(1), Page::Latest).await.unwrap();
    assert_eq!(read.len(), 2141);
    let unknown = read.iter().filter(|message| message.author == Author::Unknown).count();
    assert_eq!(unknown, 0);
}

#[tokio::test]
async fn every_recorded_refusal_has_its_name() {
    let named = [
        ("error-bad-filter", "invalid"),
        ("error-bad-json", "bad_request"),
        ("error-bad-token", "bad_token"),
        ("error-bot-reads-messages", "not_for_bots"),
        ("error-conversation-delete-as-agent", "not_permitted"),
        ("error-inbox-create-as-agent", "not_permitted"),
        ("error-incoming-in-widget", "invalid"),
        ("error-invalid-priority", "unknown_value"),
        ("error-invalid-status", "unknown_value"),
        ("error-json-on-dashboard-path", "dashboard_route"),
        ("error-label-taken", "invalid"),
        ("error-missing-conversation", "no_such_thing"),
        ("error-no-token", "missing_token"),
        ("error-other-account", "no_such_thing"),
        ("error-platform-token-on-api", "not_for_bots"),
        ("error-rate-limited", "rate_limited"),
        ("error-reports-as-agent", "not_permitted"),
        ("error-webhook-bad-url", "invalid"),
        ("error-webhook-unknown-event", "invalid"),
        ("error-webhook-url-taken", "invalid"),
        ("error-webhooks-as-agent", "not_permitted"),
    ];
    for name in refusals() {
        let known = named.iter().find(|(known, _)| *known == name);
        let (_, code) = known.unwrap_or_else(|| panic!("{name} is a recorded refusal without a name"));
        let (client, ..) = recorded(&name).await;
        // The calls that share method and path with the recording, as far as this client makes them.
        let error = if name.starts_with("error-invalid-") {
            client.set_priority(ConversationId(1), Some(Priority::Low)).await.unwrap_err()
        } else {
            let new = NewMessage {
                content: "x".to_owned(),
                private: true,
                copies: vec![],
                effect: EffectId("e".to_owned()),
                automatic: false,
            };
            client.create_message(ConversationId(1), &new, None).await.unwrap_err()
        };
        assert_eq!(error.code(), *code, "{name}: {error}");
        assert!(error.to_string().contains("/api/v1/accounts/{account}/conversations/{conversation}"));
    }
}

#[tokio::test]
async fn refusals_about_values_say_which() {
    let (client, ..) = recorded("error-webhook-url-taken").await;
    let error = client.create_webhook(&WebhookChange::ours("http://x")).await.unwrap_err();
    let CallError::Invalid { message, fields, .. } = error else { panic!("{error}") };
    assert_eq!((message.as_str(), fields), ("Url has already been taken", vec!["url".to_owned()]));
}
