//! What the desk does behind its calls.

use chatwoot_sandbox::act::NewInbox;
use chatwoot_sandbox::model::{Assignee, Availability, MessageType, Priority, Status};
use serde_json::{Value, json};

use crate::support::{ADA, BEN, CLEO, House, message};

const ANN: (&str, &str) = ("Ann", "ann@example.test");

#[tokio::test]
async fn labels_are_replaced_as_a_whole_and_need_not_exist() {
    let (house, inbox) = House::with_website().await;
    let id = house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    let path = format!("~/conversations/{id}/labels");
    house.call(BEN, "POST", &path, json!({"labels": ["orders", "vip"]})).await;
    let answer = house.call(BEN, "POST", &path, json!({"labels": ["vip", "new, odd", "vip"]})).await;
    assert_eq!(answer.json(), json!({"payload": ["vip", "new", "odd"]}), "commas split, doubles are dropped");
    assert_eq!(house.desk.conversation(id).unwrap().labels, ["vip", "new", "odd"]);
    house.delivered().await;
    house.call(BEN, "POST", &path, json!({"labels": ["vip", "new", "odd"]})).await;
    assert!(house.delivered().await.is_empty(), "the same labels again change nothing");
}

#[tokio::test]
async fn bulk_actions_add_and_remove_single_labels() {
    let (house, inbox) = House::with_website().await;
    let id = house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    house.desk.set_labels(id, &["orders", "old"], BEN).unwrap();
    let body = json!({"type": "Conversation", "ids": [id, 999], "fields": {"status": "resolved"},
        "labels": {"add": ["vip"], "remove": ["old"]}});
    let answer = house.call(BEN, "POST", "~/bulk_actions", body).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    let row = house.desk.conversation(id).unwrap();
    assert_eq!(row.labels, ["orders", "vip"]);
    assert_eq!(row.status, Status::Resolved);
}

#[tokio::test]
async fn an_unknown_assignee_unassigns() {
    let (house, inbox) = House::with_website().await;
    let id = house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    house.desk.assign(id, Some(BEN), ADA).unwrap();
    let path = format!("~/conversations/{id}/assignments");
    let answer = house.call(ADA, "POST", &path, json!({"assignee_id": 999})).await;
    assert_eq!((answer.status, answer.json()), (200, Value::Null));
    assert_eq!(house.desk.assignee(id).unwrap(), None);
}

#[tokio::test]
async fn a_team_drops_an_assignee_who_is_not_in_it() {
    let (house, inbox) = House::with_website().await;
    let id = house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    let team = house.desk.act(|desk| desk.create_team("Orders", None, &[CLEO]).unwrap());
    house.desk.assign(id, Some(BEN), ADA).unwrap();
    house.desk.assign_team(id, Some(team), ADA).unwrap();
    assert_eq!(house.desk.assignee(id).unwrap(), None, "nobody of the team is online");

    house.desk.set_availability(CLEO, Availability::Online).unwrap();
    house.desk.assign(id, Some(BEN), ADA).unwrap();
    house.desk.assign_team(id, None, ADA).unwrap();
    assert_eq!(house.desk.assignee(id).unwrap(), Some(Assignee::User(BEN)));
    house.desk.assign_team(id, Some(team), ADA).unwrap();
    assert_eq!(house.desk.assignee(id).unwrap(), Some(Assignee::User(CLEO)), "the team assigns by itself");
}

#[tokio::test]
async fn an_agent_who_opens_a_conversation_takes_it_and_an_administrator_does_not() {
    let (house, inbox) = House::with_website().await;
    let id = house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    let path = format!("~/conversations/{id}/toggle_status");
    house.call(ADA, "POST", &path, json!({"status": "pending"})).await;
    house.call(ADA, "POST", &path, json!({"status": "open"})).await;
    assert_eq!(house.desk.assignee(id).unwrap(), None);
    house.call(BEN, "POST", &path, json!({"status": "pending"})).await;
    house.call(BEN, "POST", &path, json!({"status": "open"})).await;
    assert_eq!(house.desk.assignee(id).unwrap(), Some(Assignee::User(BEN)));
}

#[tokio::test]
async fn a_wait_ends_with_the_first_public_answer_and_notes_do_not_count() {
    let (house, inbox) = House::with_website().await;
    let id = house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    house.desk.agent_notes(id, BEN, "let me look").unwrap();
    let row = house.desk.conversation(id).unwrap();
    assert!(row.waiting_since.is_some() && row.first_reply_created_at.is_none());
    let automatic =
        json!({"content": "We are closed", "content_attributes": {"automation_rule_id": 7, "x": 1}});
    let posted = house.call(BEN, "POST", &format!("~/conversations/{id}/messages"), automatic).await.json();
    assert_eq!(posted["content_attributes"], json!({"automation_rule_id": 7}));
    assert!(house.desk.conversation(id).unwrap().first_reply_created_at.is_none());
    house.desk.agent_replies(id, BEN, "Here it is").unwrap();
    let row = house.desk.conversation(id).unwrap();
    assert!(row.waiting_since.is_none() && row.first_reply_created_at.is_some());
    house.desk.customer_replies(id, "Thanks").unwrap();
    assert!(house.desk.conversation(id).unwrap().waiting_since.is_some());
}

#[tokio::test]
async fn a_customer_reopens_unless_blocked() {
    let (house, inbox) = House::with_website().await;
    let id = house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    house.desk.resolve(id, BEN).unwrap();
    assert!(house.desk.conversation(id).unwrap().waiting_since.is_none(), "resolving ends the wait");
    house.desk.customer_replies(id, "Still there?").unwrap();
    assert_eq!(house.desk.conversation(id).unwrap().status, Status::Open);
    house.call(BEN, "POST", &format!("~/conversations/{id}/mute"), json!({})).await;
    house.desk.customer_replies(id, "Hey!").unwrap();
    assert_eq!(house.desk.conversation(id).unwrap().status, Status::Resolved);
}

#[tokio::test]
async fn agents_see_their_inboxes_only() {
    let (house, inbox) = House::with_website().await;
    let hidden = house.desk.act(|desk| desk.create_inbox(NewInbox::website("Hidden", "https://hidden.test")));
    house.desk.customer_says(inbox, ANN, "seen").unwrap();
    let id = house.desk.customer_says(hidden, ANN, "not seen").unwrap();
    let refused = house.call(BEN, "GET", &format!("~/conversations/{id}"), Value::Null).await;
    assert_eq!(refused.status, 401);
    assert_eq!(refused.json(), json!({"error": "You are not authorized to do this action"}));
    let count = |list: Value| list["data"]["meta"]["all_count"].clone();
    assert_eq!(count(house.get(BEN, "~/conversations").await), 1);
    assert_eq!(count(house.get(ADA, "~/conversations").await), 2);
    assert_eq!(house.get(BEN, "~/inboxes").await["payload"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn pages_of_messages_follow_the_cursors() {
    let (house, inbox) = House::with_website().await;
    let id = house.desk.customer_says(inbox, ANN, "m1").unwrap();
    for n in 2..=130 {
        house.desk.customer_replies(id, &format!("m{n}")).unwrap();
    }
    let page = async |query: &str| {
        let answer = house.get(BEN, &format!("~/conversations/{id}/messages{query}")).await;
        let payload = answer["payload"].as_array().unwrap().clone();
        (payload.len(), payload.first().map(|m| m["content"].clone()).unwrap_or_default())
    };
    assert_eq!(page("").await, (20, json!("m111")));
    assert_eq!(page("?after=0").await, (100, json!("m1")));
    assert_eq!(page("?after=100").await, (30, json!("m101")), "without the cursor itself");
    assert_eq!(page("?before=50").await, (20, json!("m30")));
    assert_eq!(page("?after=10&before=120").await, (110, json!("m10")), "with both, `after` is included");
    assert_eq!(page("?after=130").await, (0, Value::Null));
}

#[tokio::test]
async fn lists_page_by_25_and_updated_within_does_not() {
    let (house, inbox) = House::with_website().await;
    for n in 0..30 {
        house.desk.customer_says(inbox, ANN, &format!("question {n}")).unwrap();
    }
    house.desk.resolve(1, BEN).unwrap();
    let count = async |query: &str| {
        let answer = house.get(ADA, &format!("~/conversations{query}")).await;
        answer["data"]["payload"].as_array().unwrap().len()
    };
    assert_eq!(count("").await, 25);
    assert_eq!(count("?page=2").await, 4, "only open ones by default");
    assert_eq!(count("?status=all&page=2").await, 5);
    assert_eq!(count("?status=all&updated_within=60").await, 30);
    assert_eq!(count("?status=resolved").await, 1);
    assert_eq!(count("?q=question%2017").await, 1);
}

#[tokio::test]
async fn a_message_keeps_what_it_was_given() {
    let (house, inbox) = House::with_website().await;
    let id = house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    let body = json!({"content": "Hi {{contact.name}}", "private": true, "echo_id": "e-1", "source_id": "s-1",
        "content_attributes": {"ours": {"id": "d-1"}, "in_reply_to": 999}});
    let path = format!("~/conversations/{id}/messages");
    let answer = house.call(BEN, "POST", &path, body).await.json();
    assert_eq!(answer["echo_id"], "e-1");
    assert_eq!(answer["source_id"], "s-1");
    assert_eq!(answer["content"], "Hi Ann", "Liquid is evaluated in notes too");
    assert_eq!(answer["content_attributes"], json!({"ours": {"id": "d-1"}, "in_reply_to": null}));
    let kept = house.desk.messages(id).unwrap().pop().unwrap();
    assert!(kept.private && kept.message_type == MessageType::Outgoing);
    let deleted = house.call(BEN, "DELETE", &format!("{path}/{}", kept.id), Value::Null).await.json();
    assert_eq!(deleted["content"], "This message was deleted");
    assert_eq!(deleted["content_attributes"], json!({"deleted": true}));
    assert_eq!(deleted["source_id"], "s-1", "the source id survives");
}

#[tokio::test]
async fn a_message_may_be_long_but_not_endless() {
    let (house, inbox) = House::with_website().await;
    let id = house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    let path = format!("~/conversations/{id}/messages");
    // Characters count, not bytes.
    let longest = house.call(BEN, "POST", &path, message(&"ü".repeat(150_000), true)).await;
    assert_eq!(longest.status, 200);
    let longer = house.call(BEN, "POST", &path, message(&"x".repeat(150_001), true)).await;
    let text = "Validation failed: Content is too long (maximum is 150000 characters)";
    assert_eq!((longer.status, longer.json()), (422, json!({"error": text})));
}

#[tokio::test]
async fn at_most_two_hundred_messages_a_minute() {
    let (house, inbox) = House::with_website().await;
    let id = house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    for n in 1..200 {
        house.desk.agent_notes(id, BEN, &format!("note {n}")).unwrap();
    }
    let answer =
        house.call(BEN, "POST", &format!("~/conversations/{id}/messages"), message("more", true)).await;
    assert_eq!((answer.status, answer.json()), (422, json!({"error": "Too many messages"})));
}

#[tokio::test]
async fn a_visitor_with_a_known_address_becomes_that_contact() {
    let (house, inbox) = House::with_website().await;
    let before = house.desk.customer_says(inbox, ANN, "by mail").unwrap();
    let website =
        house.get(ADA, &format!("~/inboxes/{inbox}")).await["website_token"].as_str().unwrap().to_owned();
    let path = |rest: &str| format!("/api/v1/widget/{rest}?website_token={website}");
    let opened = crate::support::send(house.request("POST", &path("config")).json(&json!({}))).await.json();
    let visitor = opened["website_channel_config"]["auth_token"].as_str().unwrap();
    let start = json!({"contact": {"name": "A.", "email": "ANN@example.test"}, "message": {"content": "Hi"}});
    let request = house.request("POST", &path("conversations")).header("X-Auth-Token", visitor).json(&start);
    let started = crate::support::send(request).await.json();
    let contact = |id: i64| house.desk.conversation(id).unwrap().contact_id;
    assert_eq!(contact(started["id"].as_i64().unwrap()), contact(before));
    assert_eq!(started["contact"]["name"], "Ann", "the known name wins");
}

#[tokio::test]
async fn words_that_are_none_break_and_change_nothing() {
    let (house, inbox) = House::with_website().await;
    let id = house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    house.desk.set_priority(id, Some(Priority::High), BEN).unwrap();
    let path = format!("~/conversations/{id}/toggle_priority");
    let answer = house.call(BEN, "POST", &path, json!({"priority": "bogus"})).await;
    assert_eq!(
        (answer.status, answer.json()),
        (500, json!({"status": 500, "error": "Internal Server Error"}))
    );
    assert_eq!(house.desk.conversation(id).unwrap().priority, Some(Priority::High));
    let cleared = house.call(BEN, "POST", &path, json!({"priority": null})).await;
    assert_eq!((cleared.status, cleared.text.as_str()), (200, ""));
    assert_eq!(house.desk.conversation(id).unwrap().priority, None);
}

#[tokio::test]
async fn the_underscored_header_opens_too_and_bearer_does_not() {
    let (house, _) = House::with_website().await;
    let status = async |name: &str, value: String| {
        crate::support::send(house.request("GET", "/api/v1/profile").header(name, value)).await.status
    };
    assert_eq!(status("api_access_token", house.token(BEN)).await, 200);
    assert_eq!(status("Authorization", format!("Bearer {}", house.token(BEN))).await, 401);
}
