//! The order of play: what was done on the recorded desk, call by call.

use serde_json::{Value, json};

use super::fixtures;
use super::player::Player;
use crate::support::{ADA, BEN, CLEO};

/// Webhooks, inboxes, teams, labels and the rest of what administrators set up. No delivery follows.
pub(crate) async fn set_up(player: &mut Player) {
    player
        .replay_all(&["api-version", "health", "profile-administrator", "profile-agent", "account-show"])
        .await;
    player
        .replay_all(&[
            "webhook-create",
            "error-webhook-url-taken",
            "error-webhook-unknown-event",
            "error-webhook-bad-url",
        ])
        .await;
    player.replay_all(&["error-webhooks-as-agent", "webhook-update", "webhooks-list"]).await;
    player.replay_all(&["webhook-create-second", "webhook-delete"]).await;
    let website = player.replay("inbox-create-web-widget").await;
    player.learn_from("inbox-create-web-widget", &website, "website_token");
    player.replay_all(&["inbox-create-email", "inbox-create-sms"]).await;
    let app = player.replay("inbox-create-api").await;
    player.learn_from("inbox-create-api", &app, "inbox_identifier");
    for inbox in 1..=4 {
        player.call(ADA, "POST", "~/inbox_members", json!({"inbox_id": inbox, "user_ids": [2, 3, 4]})).await;
        let settings = json!({"enable_auto_assignment": false, "csat_survey_enabled": true});
        player.call(ADA, "PATCH", &format!("~/inboxes/{inbox}"), settings).await;
    }
    player.replay_all(&["inbox-update", "inboxes-list", "inbox-show-as-agent"]).await;
    player.replay_all(&["inbox-members", "assignable-agents"]).await;
    player.replay_all(&["team-create", "team-members-add", "teams-list", "team-members-list"]).await;
    player
        .replay_all(&[
            "label-create-orders",
            "label-create-returns",
            "label-create-vip",
            "label-create-urgent",
        ])
        .await;
    player
        .replay_all(&["error-label-taken", "labels-list", "profile-auto-offline", "profile-availability"])
        .await;
    let off = json!({"profile": {"account_id": 1, "auto_offline": false}});
    player.call(CLEO, "POST", "/api/v1/profile/auto_offline", off).await;
    let busy = json!({"profile": {"account_id": 1, "availability": "busy"}});
    player.call(CLEO, "POST", "/api/v1/profile/availability", busy).await;
    player
        .replay_all(&["agents-list", "agents-list-as-agent", "canned-create", "canned-list", "canned-search"])
        .await;
    player.replay_all(&["dashboard-app-create", "dashboard-apps-list"]).await;
    player.replay_all(&["custom-attribute-create", "custom-attributes-list"]).await;
    let bot = player.replay("bot-create").await;
    player.learn_bot(&bot);
    player.replay("bots-list").await;
    assert!(player.house.delivered().await.is_empty(), "setting up a desk tells nobody");
}

fn recorded_website_token() -> String {
    let answer = fixtures::answer("inbox-create-web-widget").json.expect("a recorded inbox");
    answer["website_token"].as_str().expect("a recorded token").to_owned()
}

/// A website visitor and three agents.
pub(crate) async fn chat(player: &mut Player) {
    let website = recorded_website_token();
    player.open_widget(&website).await;
    player.replay("widget-event").await;
    player.scene("01-chat-visitor-opens-widget").await;
    player.replay("widget-conversation-create").await;
    player.scene("02-chat-first-message").await;
    player.replay_all(&["conversation-show-new", "conversations-list"]).await;
    player.visitor_says(&website, "It is a carburettor, part no. 4150.").await;
    player.visitor_says(&website, "Please hurry, I will sue you otherwise 😠").await;
    player.scene("03-chat-burst").await;
    player.replay_all(&["typing-on", "typing-off"]).await;
    player.visitor_types(&website).await;
    player.scene("04-chat-typing").await;
    agents_work(player).await;
    agents_answer(player, &website).await;
    statuses(player, &website).await;
    files_and_mutes(player, &website).await;
}

async fn agents_work(player: &mut Player) {
    player.replay("assign-agent").await;
    player.scene("05-assigned").await;
    player.replay_all(&["assign-team", "assign-unknown-agent"]).await;
    player.call(ADA, "POST", "~/conversations/1/assignments", json!({"assignee_id": BEN})).await;
    player.scene("06-team-unknown-agent-agent").await;
    player.replay_all(&["labels-set", "labels-get", "labels-replace"]).await;
    player.scene("07-labels").await;
    player.replay_all(&["priority-set", "priority-patch", "custom-attributes-set"]).await;
    player.scene("08-priority-and-attributes").await;
    player.replay("message-create-private-note").await;
    player.scene("09-private-note-by-api").await;
    player.replay("message-create-note-command").await;
    player.scene("10-note-command-by-agent").await;
}

async fn agents_answer(player: &mut Player, website: &str) {
    player.replay("message-create-reply-with-liquid").await;
    player.scene("11-public-reply-first-response").await;
    player.replay("message-create-broken-liquid").await;
    player.scene("12-public-reply-broken-liquid").await;
    player.visitor_says(website, "Thank you! 🙏").await;
    player.scene("13-customer-thanks").await;
    player.replay("message-delete-note").await;
    player.scene("14-note-deleted").await;
    player.replay_all(&["messages-list", "messages-after-0", "messages-before", "messages-filtered"]).await;
    player.replay("status-resolved").await;
    player.scene("15-resolved-with-csat").await;
    player.replay_all(&["widget-messages-list", "widget-csat-answer"]).await;
    player.scene("16-csat-answered").await;
    player.replay_all(&["csat-list", "csat-metrics"]).await;
}

async fn statuses(player: &mut Player, website: &str) {
    player.visitor_says(website, "One more thing: does it come with gaskets?").await;
    player.scene("17-reopened-by-customer").await;
    player.replay("status-snoozed").await;
    player.scene("18-snoozed").await;
    player.visitor_says(website, "Hello?").await;
    player.scene("19-customer-wakes-snoozed").await;
    player.replay("status-pending").await;
    player.scene("20-pending").await;
    player.replay("status-open").await;
    player.scene("21-open-by-agent").await;
    player.replay_all(&["unread", "update-last-seen", "editor-draft-set", "editor-draft-get"]).await;
    player.replay_all(&["contact-update", "contact-show", "contacts-search", "contacts-list"]).await;
    player.replay("contact-conversations").await;
    player.scene("22-contact-updated").await;
}

async fn files_and_mutes(player: &mut Player, website: &str) {
    player.visitor_uploads(website).await;
    player.agent_uploads(1).await;
    player.scene("23-attachments").await;
    player.replay("mute").await;
    player.scene("24-muted").await;
    player.replay("unmute").await;
    player.scene("25-unmuted").await;
}

/// Mails, and a reply by mail.
pub(crate) async fn mail_in(player: &mut Player) {
    let bob = "From: Bob Buyer <bob@example.test>\nTo: support@hotrodan.test\nDate: Sun, 22 Nov 2026 12:54:27 -0000\n";
    let plain = "MIME-Version: 1.0\nContent-Type: text/plain; charset=\"utf-8\"\n";
    let answering = "In-Reply-To: <first@example.test>\nReferences: <first@example.test>\n";
    player
        .mail(&format!(
            "{bob}Subject: Wrong jets in order B-204\nMessage-ID: <first@example.test>\nMIME-Version: 1.0\n\
             Content-Type: multipart/alternative; boundary=\"==b==\"\n\n--==b==\n\
             Content-Type: text/plain; charset=\"utf-8\"\nContent-Transfer-Encoding: 7bit\n\n\
             Hello,\n\nI got the wrong jets (size 68 and not 72). What now?\n\nBob\n--\nBob Buyer, Example Racing Ltd.\n\n\
             --==b==\nContent-Type: text/html; charset=\"utf-8\"\nContent-Transfer-Encoding: 7bit\n\n\
             <p>Hello,</p><p>I got the <b>wrong jets</b> (size 68 and not 72). What now?</p><p>Bob</p>\n\n--==b==--\n"
        ))
        .await;
    player.scene("30-mail-first").await;
    player.replay_all(&["conversations-list-email-inbox", "message-create-email-reply"]).await;
    player.scene("31-mail-reply").await;
    player
        .mail(&format!(
            "{bob}{answering}Subject: Re: Wrong jets in order B-204\nMessage-ID: <second@example.test>\nMIME-Version: 1.0\n\
             Content-Type: multipart/mixed; boundary=\"==c==\"\n\n--==c==\n\
             Content-Type: text/plain; charset=\"utf-8\"\nContent-Transfer-Encoding: 7bit\n\nGreat, thanks!\n\n\
             On Sun, 22 Nov 2026 at 10:00, Ben Agent <support@hotrodan.test> wrote:\n> Hello Bob,\n\n\
             --==c==\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=\"receipt.pdf\"\n\n\
             %PDF-1.4\n\n--==c==--\n"
        ))
        .await;
    player.scene("32-mail-answer-with-quote").await;
    player
        .mail(&format!(
            "{bob}{answering}{plain}Subject: Automatic reply: Re: Wrong jets in order B-204\n\
             Message-ID: <third@example.test>\nAuto-Submitted: auto-replied\n\nI am away until Monday.\n"
        ))
        .await;
    player.scene("33-mail-auto-reply").await;
    player
        .mail(&format!(
            "From: =?utf-8?q?J=C3=B6rg_M=C3=BCller?= <joerg@example.test>\nTo: support@hotrodan.test\n\
             Date: Sun, 22 Nov 2026 12:54:47 -0000\nSubject: Bestellung C-9\nMessage-ID: <fourth@example.test>\n\
             {plain}Content-Transfer-Encoding: 8bit\n\nGuten Tag,\nich möchte mein Geld zurück!\nGrüße, Jörg Müller\n"
        ))
        .await;
    player.scene("34-mail-german").await;
}

/// A text message, and a reply whose carrier refuses it.
pub(crate) async fn sms_in(player: &mut Player) {
    player.replay("sms-inbound").await;
    player.scene("40-sms-first").await;
    player.replay("message-create-sms-reply").await;
    player.scene("41-sms-reply-carrier-refuses").await;
    player.replay("messages-sms-failed").await;
}

/// A bot answers, fails, hands over.
pub(crate) async fn bot_hook(player: &mut Player) {
    let website = recorded_website_token();
    player.replay_all(&["inbox-set-agent-bot", "inbox-agent-bot"]).await;
    player.open_widget(&website).await;
    player.visitor_starts(&website, "Dag", "dag@example.test", "Do you ship to Norway?").await;
    player.scene("61-bot-conversation-pending").await;
    player.replay("message-create-by-bot").await;
    player.scene("62-bot-replies").await;
    player.replay("message-create-note-by-bot").await;
    player.scene("63-bot-note").await;
    player.replay_all(&["conversation-show-by-bot", "error-bot-reads-messages"]).await;
    player.house.receiver.plan("bot", &[500, 500]);
    player.replay("labels-by-bot").await;
    player.visitor_says(&website, "And how much is it?").await;
    player.scene("64-bot-receiver-fails-twice").await;
    player.house.receiver.plan("bot", &[500; 6]);
    player.visitor_says(&website, "Anyone?").await;
    player.scene("65-bot-receiver-fails-for-good").await;
    player.house.receiver.plan("bot", &[]);
    player.call(ADA, "POST", "~/conversations/6/toggle_status", json!({"status": "pending"})).await;
    player.scene("66-back-to-pending").await;
    player.replay("bot-handoff").await;
    player.scene("67-bot-handoff").await;
    let text = json!({"content": "Shipping to Norway is 25 €."});
    player.call(BEN, "POST", "~/conversations/6/messages", text).await;
    player.scene("68-human-after-bot").await;
    player.call(ADA, "POST", "~/inboxes/1/set_agent_bot", json!({"agent_bot": null})).await;
    player.house.desk.settled().await;
    assert!(player.house.receiver.take().is_empty(), "disconnecting a bot tells nobody");
}

/// An app's customer, and receivers that fail.
pub(crate) async fn api_inbox(player: &mut Player) {
    player.replay("public-inbox").await;
    let customer = player.replay("public-contact-create").await;
    player.learn_from("public-contact-create", &customer, "source_id");
    let conversation = player.replay("public-conversation-create").await.json()["id"].clone();
    assert_eq!(conversation, 5, "conversations are counted as they were on the recorded desk");
    player.scene("50-api-conversation-created").await;
    player.replay("public-message-create").await;
    player.scene("51-api-first-message").await;
    let reply = player.replay("message-create-api-reply").await.json()["id"].clone();
    player.learn("/messages/39", format!("/messages/{reply}"));
    player.scene("52-api-reply").await;
    player.replay_all(&["message-status-delivered", "message-status-failed"]).await;
    player.scene("53-api-delivered-then-failed").await;
    player.replay("message-retry").await;
    player.scene("54-api-retry").await;
    player.replay("public-messages-list").await;
    player.house.receiver.plan("api_inbox", &[500]);
    player.house.receiver.plan("account", &[500]);
    player.replay("message-create-receiver-broken").await;
    player.scene("55-receivers-answer-500").await;
    player.replay("messages-after-receiver-broken").await;
    let resolved = json!({"status": "resolved"});
    player.call(BEN, "POST", &format!("~/conversations/{conversation}/toggle_status"), resolved).await;
    player.scene("56-api-resolved").await;
}

/// Every refusal, and what an empty body does.
pub(crate) async fn refusals(player: &mut Player) {
    let administrator = Some(player.house.token(ADA));
    player.replay_with("message-create-empty", administrator.clone()).await;
    player.replay_with("error-no-token", None).await;
    player.replay_with("error-bad-token", Some("nonsense".to_owned())).await;
    player.replay_with("error-platform-token-on-api", Some("platform".to_owned())).await;
    for name in ["error-reports-as-agent", "error-inbox-create-as-agent"] {
        let agent = Some(player.house.token(BEN));
        player.replay_with(name, agent).await;
    }
    for name in [
        "error-other-account",
        "error-missing-conversation",
        "error-invalid-status",
        "error-invalid-priority",
        "error-incoming-in-widget",
        "error-json-on-dashboard-path",
        "error-bad-filter",
        "error-bad-json",
        "conversations-updated-within",
        "conversations-page-past-end",
        "conversations-meta",
    ] {
        player.replay_with(name, administrator.clone()).await;
    }
    let limited = json!({"rate_limited": 1});
    player.call(ADA, "POST", "/_sandbox/faults", limited).await;
    player.replay_with("error-rate-limited", administrator).await;
    let left = player.house.call(ADA, "GET", "/_sandbox/faults", Value::Null).await.json();
    assert_eq!(left["rate_limited"], 0);
}
