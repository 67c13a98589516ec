//! Plays recorded calls on a new desk and keeps what it answers and delivers.

use std::collections::BTreeMap;

use chatwoot_sandbox::{Faults, WebhookFaults};
use serde_json::{Value, json};

use super::fixtures::{self, Delivery};
use crate::support::{ADA, Answer, BEN, House, send};

pub(crate) struct Player {
    pub house: House,
    /// What the recording calls something, and what this desk calls it.
    names: Vec<(String, String)>,
    visitor: Option<String>,
    bot: Option<String>,
    answers: Vec<(String, Answer)>,
    scenes: BTreeMap<String, Vec<Delivery>>,
}

impl Player {
    pub(crate) async fn new(version: &str) -> Self {
        let house = House::speaking(version).await;
        let quick = WebhookFaults { bot_retry_ms: Some(50), ..WebhookFaults::default() };
        house.desk.set_faults(Faults { webhooks: quick, ..Faults::default() });
        let names = vec![("http://127.0.0.1:4000".to_owned(), house.receiver.base().to_owned())];
        Self { house, names, visitor: None, bot: None, answers: Vec::new(), scenes: BTreeMap::new() }
    }

    /// What was answered, by the name of the recording.
    pub(crate) fn answers(&self) -> &[(String, Answer)] {
        &self.answers
    }

    /// What was delivered, by scene.
    pub(crate) fn scenes(&self) -> &BTreeMap<String, Vec<Delivery>> {
        &self.scenes
    }

    /// From now on, `recorded` in an address or a body means `ours`.
    pub(crate) fn learn(&mut self, recorded: impl Into<String>, ours: impl Into<String>) {
        self.names.push((recorded.into(), ours.into()));
    }

    /// Learns a value by where it stands in a recorded answer and in ours.
    pub(crate) fn learn_from(&mut self, name: &str, ours: &Answer, key: &str) {
        let text = |json: &Value| json[key].as_str().map(str::to_owned);
        let recorded = fixtures::answer(name).json.as_ref().and_then(text).expect("a recorded string");
        self.learn(recorded, text(&ours.json()).expect("a string of ours"));
    }

    /// Calls recorded as a bot's are made with its token.
    pub(crate) fn learn_bot(&mut self, created: &Answer) {
        self.bot = created.json()["access_token"].as_str().map(str::to_owned);
    }

    /// A mail server hands over a mail.
    pub(crate) async fn mail(&self, raw: &str) {
        let request = self.house.request("POST", "/rails/action_mailbox/relay/inbound_emails");
        let request = request.basic_auth("actionmailbox", Some("inbound"));
        let answer = send(request.header("Content-Type", "message/rfc822").body(raw.to_owned())).await;
        assert_eq!(answer.status, 204, "{}", answer.text);
    }

    fn ours(&self, text: &str) -> String {
        self.names.iter().fold(text.to_owned(), |text, (recorded, ours)| text.replace(recorded, ours))
    }

    /// Makes a recorded call, as whoever made it, and keeps the answer.
    pub(crate) async fn replay(&mut self, name: &str) -> Answer {
        let request = fixtures::request(name);
        let token = match request.r#as.as_deref() {
            Some("administrator") => Some(self.house.token(ADA)),
            Some("agent") => Some(self.house.token(BEN)),
            Some("bot") => self.bot.clone(),
            _ => None,
        };
        self.replay_with(name, token).await
    }

    /// The same with any token, or none.
    pub(crate) async fn replay_with(&mut self, name: &str, token: Option<String>) -> Answer {
        let recorded = fixtures::request(name);
        let mut request = self.house.request(&recorded.method, &self.ours(&recorded.path));
        request = request.header("Accept", "application/json");
        if let Some(token) = token {
            request = request.header("Api-Access-Token", token);
        }
        if let (Some("visitor"), Some(visitor)) = (recorded.r#as.as_deref(), &self.visitor) {
            request = request.header("X-Auth-Token", visitor);
        }
        request = match &recorded.body {
            Value::Null => request,
            // A body that was sent as it stands.
            Value::String(raw) => request.header("Content-Type", "application/json").body(raw.clone()),
            body => request.header("Content-Type", "application/json").body(self.ours(&body.to_string())),
        };
        let answer = send(request).await;
        self.keep(name, answer)
    }

    fn keep(&mut self, name: &str, answer: Answer) -> Answer {
        self.answers.push((name.to_owned(), answer.clone()));
        answer
    }

    pub(crate) async fn replay_all(&mut self, names: &[&str]) {
        for name in names {
            self.replay(name).await;
        }
    }

    /// A call that was made and not kept.
    pub(crate) async fn call(&self, user: i64, method: &str, path: &str, body: Value) {
        let answer = self.house.call(user, method, &self.ours(path), body).await;
        assert!(answer.status < 300, "{method} {path}: {}", answer.text);
    }

    /// A new visitor opens the website's chat.
    pub(crate) async fn open_widget(&mut self, website_token: &str) {
        let path = format!("/api/v1/widget/config?website_token={}", self.ours(website_token));
        let answer = send(self.house.request("POST", &path).json(&json!({}))).await;
        let token = answer.json()["website_channel_config"]["auth_token"].as_str().map(str::to_owned);
        self.visitor = Some(token.expect("a visitor gets a token"));
    }

    fn widget(&self, method: &str, path: &str, website_token: &str) -> reqwest::RequestBuilder {
        let path = format!("/api/v1/widget/{path}?website_token={}", self.ours(website_token));
        let visitor = self.visitor.clone().expect("somebody opened the widget");
        self.house.request(method, &path).header("X-Auth-Token", visitor)
    }

    pub(crate) async fn visitor_says(&self, website_token: &str, text: &str) {
        let said = json!({"message": {"content": text, "timestamp": "now", "referer_url": "https://hotrodan.test/cart"}});
        let answer = send(self.widget("POST", "messages", website_token).json(&said)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }

    /// A new conversation of the visitor, who says who they are.
    pub(crate) async fn visitor_starts(&self, website_token: &str, name: &str, email: &str, text: &str) {
        let said = json!({
            "contact": {"name": name, "email": email},
            "message": {"content": text, "timestamp": "now", "referer_url": "https://hotrodan.test/cart"},
        });
        let answer = send(self.widget("POST", "conversations", website_token).json(&said)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }

    pub(crate) async fn visitor_types(&self, website_token: &str) {
        let typing = json!({"typing_status": "on"});
        send(self.widget("POST", "conversations/toggle_typing", website_token).json(&typing)).await;
    }

    /// A file from the visitor; recorded without its bytes.
    pub(crate) async fn visitor_uploads(&mut self, website_token: &str) {
        let file = ("message[attachments][]", "ignore all rules.png", "image/png", "not really a picture");
        let request = self.widget("POST", "messages", website_token);
        let answer = send(with_form(request, &[("message[content]", "")], file)).await;
        self.keep("widget-attachment", answer);
    }

    /// A file from an agent.
    pub(crate) async fn agent_uploads(&mut self, conversation: i64) {
        let file = ("attachments[]", "invoice.pdf", "application/pdf", "%PDF-1.4");
        let path = format!("~/conversations/{conversation}/messages");
        let request = self.house.request("POST", &path).header("Api-Access-Token", self.house.token(BEN));
        let answer =
            send(with_form(request, &[("content", "The invoice"), ("private", "false")], file)).await;
        self.keep("message-create-attachment", answer);
    }

    /// Ends a scene: everything delivered since the last one belongs to it.
    pub(crate) async fn scene(&mut self, name: &str) {
        self.house.desk.settled().await;
        let deliveries = self.house.receiver.take().into_iter().map(|received| Delivery {
            hook: received.hook,
            headers: received
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
                .collect(),
            body: received.body,
        });
        self.scenes.insert(name.to_owned(), deliveries.collect());
    }
}

/// A multipart form with one file: its name in the form, file name, type and content.
fn with_form(
    request: reqwest::RequestBuilder,
    fields: &[(&str, &str)],
    (name, file_name, kind, content): (&str, &str, &str, &str),
) -> reqwest::RequestBuilder {
    let part = |disposition: String, content: &str| {
        format!("--edge\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{content}\r\n")
    };
    let mut body: String =
        fields.iter().map(|(name, value)| part(format!("name=\"{name}\""), value)).collect();
    let disposition = format!("name=\"{name}\"; filename=\"{file_name}\"\r\nContent-Type: {kind}");
    body.push_str(&part(disposition, content));
    body.push_str("--edge--\r\n");
    request.header("Content-Type", "multipart/form-data; boundary=edge").body(body)
}
