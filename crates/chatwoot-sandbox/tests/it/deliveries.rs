//! How a delivery looks on the wire, who gets it, and what failures do.

use chatwoot_sandbox::act::{NewChannel, NewInbox};
use chatwoot_sandbox::model::MessageStatus;
use chatwoot_sandbox::sign::signature;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::{BEN, House};

const ANN: (&str, &str) = ("Ann", "ann@example.test");

#[tokio::test]
async fn the_headers_are_those_of_the_real_desk_in_their_order() {
    let (house, inbox) = House::with_website().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let secret = house.desk.act(|desk| {
        let names = vec!["conversation_created".to_owned()];
        let id = desk.create_webhook(&format!("http://{address}/in?x=1"), None, Some(names)).unwrap();
        desk.webhooks[&id].secret.clone()
    });
    let id = house.desk.customer_says(inbox, ANN, "Where is <A-17>?").unwrap();
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut raw = Vec::new();
    let (head, body) = loop {
        assert!(stream.read_buf(&mut raw).await.unwrap() > 0, "the request ends before its body");
        let text = String::from_utf8(raw.clone()).unwrap();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length: usize = header(head, "Content-Length").parse().unwrap();
        if body.len() == length {
            break (head.to_owned(), body.to_owned());
        }
    };
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    let names: Vec<&str> = head.lines().skip(1).filter_map(|line| Some(line.split_once(": ")?.0)).collect();
    assert_eq!(
        names,
        [
            "Accept-Encoding",
            "Accept",
            "User-Agent",
            "Host",
            "Content-Type",
            "X-Chatwoot-Delivery",
            "X-Chatwoot-Timestamp",
            "X-Chatwoot-Signature",
            "Content-Length"
        ]
    );
    assert!(head.starts_with("POST /in?x=1 HTTP/1.1\r\n"), "{head}");
    assert_eq!(header(&head, "Host"), address.to_string());
    assert_eq!(header(&head, "Content-Type"), "application/json");
    assert_eq!(header(&head, "User-Agent"), "Ruby");
    let timestamp: i64 = header(&head, "X-Chatwoot-Timestamp").parse().unwrap();
    assert_eq!(header(&head, "X-Chatwoot-Signature"), signature(&secret, timestamp, body.as_bytes()));
    assert!(body.contains(r"\u003cA-17\u003e") && !body.contains('<'), "{body}");
    assert!(body.contains(&format!(r#""id":{id},"#)));
}

fn header<'a>(head: &'a str, name: &str) -> &'a str {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap()
}

#[tokio::test]
async fn a_hook_gets_only_what_it_subscribed_to() {
    let (house, inbox) = House::with_website().await;
    house.desk.act(|desk| {
        let url = house.receiver.url("messages");
        desk.create_webhook(&url, None, Some(vec!["message_created".to_owned()])).unwrap();
    });
    house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    house.desk.settled().await;
    let received = house.receiver.take();
    let of = |hook: &str| received.iter().filter(|r| r.hook == hook).map(|r| &r.body).collect::<Vec<_>>();
    assert_eq!(of("messages").len(), 1);
    assert!(of("messages")[0].contains(r#""event":"message_created""#));
    assert_eq!(of("account").len(), 4, "contact created and updated, conversation and message created");
    let twin = of("account").into_iter().find(|body| body.contains("\"message_created\"")).unwrap();
    assert_eq!(of("messages")[0], twin, "two hooks get the same bytes");
    let ids: std::collections::BTreeSet<_> =
        received.iter().map(|r| &r.headers["x-chatwoot-delivery"]).collect();
    assert_eq!(ids.len(), 5, "and each delivery its own id");
}

#[tokio::test]
async fn account_hooks_are_tried_once_and_lose_the_event() {
    let (house, inbox) = House::with_website().await;
    let id = house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    house.delivered().await;
    house.receiver.plan("account", &[500]);
    let message = house.desk.agent_replies(id, BEN, "Hi").unwrap();
    assert_eq!(house.delivered_events().await, ["message_created", "conversation_updated"]);
    let kept = house.desk.messages(id).unwrap().into_iter().find(|m| m.id == message).unwrap();
    assert_eq!(kept.status, MessageStatus::Sent);
}

#[tokio::test]
async fn an_api_inbox_that_cannot_be_told_fails_the_message_once() {
    let house = House::new().await;
    let inbox = house.desk.act(|desk| {
        let channel = NewChannel::Api { webhook_url: Some(house.receiver.url("app")) };
        desk.create_inbox(NewInbox::new("App", channel))
    });
    let id = house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    house.delivered().await;
    // It also refuses to hear that it failed; that must not go on for ever.
    house.receiver.plan("app", &[502, 200, 502]);
    let message = house.desk.agent_replies(id, BEN, "Hi").unwrap();
    let mut events = house.delivered_events().await;
    events.sort();
    assert_eq!(events, ["conversation_updated", "message_created", "message_updated"]);
    let kept = house.desk.messages(id).unwrap().into_iter().find(|m| m.id == message).unwrap();
    assert_eq!(kept.status, MessageStatus::Failed);
    assert_eq!(kept.content_attributes["external_error"], "502 Bad Gateway");
}

#[tokio::test]
async fn a_receiver_that_is_gone_loses_events_and_nothing_else() {
    let (house, inbox) = House::with_website().await;
    house.desk.act(|desk| {
        let hook = desk.webhooks.values_mut().next().unwrap();
        // Nothing listens on the discard port.
        hook.url = "http://127.0.0.1:9/hook".to_owned();
    });
    house.desk.customer_says(inbox, ANN, "Hello").unwrap();
    house.desk.settled().await;
    assert!(house.receiver.take().is_empty());
}
