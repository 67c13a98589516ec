//! The live chat on a website: what is loaded, who may frame it, and who its visitor is.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};

use crate::support::{ADA, Answer, House, send};

struct Site {
    house: House,
    inbox: i64,
    token: String,
    hmac_token: String,
}

impl Site {
    async fn new() -> Self {
        let (house, inbox) = House::with_website().await;
        let shown = house.get(ADA, &format!("~/inboxes/{inbox}")).await;
        let text = |name: &str| shown[name].as_str().unwrap().to_owned();
        Self { token: text("website_token"), hmac_token: text("hmac_token"), house, inbox }
    }

    async fn load(&self, path: &str) -> Answer {
        send(self.house.request("GET", path)).await
    }

    async fn settings(&self, channel: Value) {
        let path = format!("~/inboxes/{}", self.inbox);
        let answer = self.house.call(ADA, "PATCH", &path, json!({"channel": channel})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }

    /// A new visitor; returns what their browser shows for itself.
    async fn visitor(&self) -> String {
        let answer = self.call("", "POST", "config", json!({})).await;
        answer.json()["website_channel_config"]["auth_token"].as_str().unwrap().to_owned()
    }

    async fn call(&self, visitor: &str, method: &str, path: &str, body: Value) -> Answer {
        let path = format!("/api/v1/widget/{path}?website_token={}", self.token);
        send(self.house.request(method, &path).header("X-Auth-Token", visitor).json(&body)).await
    }

    async fn set_user(&self, visitor: &str, identifier: &str, hash: Option<&str>) -> Answer {
        let body = json!({"identifier": identifier, "name": "Rita", "identifier_hash": hash});
        self.call(visitor, "PATCH", "contact/set_user", body).await
    }

    fn hash(&self, identifier: &str) -> String {
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(self.hmac_token.as_bytes()).unwrap();
        mac.update(identifier.as_bytes());
        hex::encode(mac.finalize().into_bytes())
    }

    /// Identifier and proof of the contact behind the only conversation.
    fn known(&self) -> (Option<String>, bool) {
        self.house.desk.read(|desk| {
            let row = desk.conversations.values().next().unwrap();
            let address = &desk.contact_inboxes[&row.contact_inbox_id];
            (desk.contacts[&address.contact_id].identifier.clone(), address.hmac_verified)
        })
    }
}

#[tokio::test]
async fn a_website_loads_script_and_frame_and_an_unknown_token_gets_nothing() {
    let site = Site::new().await;
    let script = site.load("/packs/js/sdk.js").await;
    assert_eq!(script.headers["content-type"], "text/javascript; charset=utf-8");
    assert!(script.text.contains("window.chatwootSDK"));
    let page = site.load(&format!("/widget?website_token={}", site.token)).await;
    assert_eq!(page.status, 200);
    assert!(page.headers.get("x-frame-options").is_none());
    assert!(!page.headers["content-security-policy"].to_str().unwrap().contains("frame-ancestors"));
    for file in page.text.split("/_sandbox/static/").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert_eq!(site.load(&format!("/_sandbox/static/{file}")).await.status, 200, "{file}");
    }
    let unknown = site.load("/widget?website_token=nobody").await;
    assert_eq!((unknown.status, unknown.text.as_str()), (404, r#"{"error":"web widget does not exist"}"#));
}

#[tokio::test]
async fn allowed_domains_are_the_only_ones_that_may_frame_the_chat() {
    let site = Site::new().await;
    site.settings(json!({"allowed_domains": "https://shop.test, https://*.hotrodan.test"})).await;
    let page = site.load(&format!("/widget?website_token={}", site.token)).await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.ends_with("; frame-ancestors https://shop.test https://*.hotrodan.test"), "{policy}");
}

#[tokio::test]
async fn a_user_is_believed_with_the_right_hash_and_refused_with_a_wrong_one() {
    let site = Site::new().await;
    let visitor = site.visitor().await;
    let said = site.call(&visitor, "POST", "messages", json!({"message": {"content": "Hello"}})).await;
    assert_eq!(said.status, 200, "{}", said.text);
    let hash = site.hash("user-7");
    for wrong in [site.hash("user-8"), hash.to_uppercase(), "no hex".to_owned()] {
        assert_eq!(site.set_user(&visitor, "user-7", Some(&wrong)).await.status, 401, "{wrong}");
    }
    assert_eq!(site.known(), (None, false), "nothing of it was believed");
    assert_eq!(site.set_user(&visitor, "user-7", None).await.status, 200);
    assert_eq!(site.known(), (Some("user-7".to_owned()), false), "said, but not proven");
    assert_eq!(site.set_user(&visitor, "user-7", Some(&hash)).await.status, 200);
    assert_eq!(site.known(), (Some("user-7".to_owned()), true));
    let shown = site.house.get(ADA, "~/conversations/1").await;
    assert_eq!(shown["meta"]["hmac_verified"], true);

    site.settings(json!({"hmac_mandatory": true})).await;
    assert_eq!(site.set_user(&visitor, "user-7", None).await.status, 401);
    assert_eq!(site.set_user(&visitor, "user-7", Some(&hash)).await.status, 200);
}

#[tokio::test]
async fn another_user_in_the_same_browser_is_another_visitor() {
    let site = Site::new().await;
    let visitor = site.visitor().await;
    site.set_user(&visitor, "user-7", None).await;
    let other = site.set_user(&visitor, "user-8", None).await.json();
    let token = other["widget_auth_token"].as_str().unwrap();
    assert_ne!(token, visitor);
    let again = site.set_user(token, "user-8", None).await.json();
    assert_eq!((&again["identifier"], again.get("widget_auth_token")), (&json!("user-8"), None));
    assert_eq!(again["id"], other["id"]);
}

#[tokio::test]
async fn a_website_sets_labels_of_the_account_and_attributes_of_its_visitor() {
    let site = Site::new().await;
    site.house.desk.act(|desk| desk.create_label("vip", None, "#ff0000")).unwrap();
    let visitor = site.visitor().await;
    site.call(&visitor, "POST", "messages", json!({"message": {"content": "Hello"}})).await;
    for label in ["vip", "unheard-of"] {
        assert_eq!(site.call(&visitor, "POST", "labels", json!({"label": label})).await.status, 200);
    }
    assert_eq!(site.house.desk.conversation(1).unwrap().labels, ["vip"]);
    site.call(&visitor, "DELETE", "labels/vip", json!({})).await;
    assert!(site.house.desk.conversation(1).unwrap().labels.is_empty());
    let body = json!({"custom_attributes": {"plan": "pro"}});
    assert_eq!(site.call(&visitor, "PATCH", "contact", body).await.status, 200);
    let shown = site.house.get(ADA, "~/conversations/1").await;
    assert_eq!(shown["meta"]["sender"]["custom_attributes"], json!({"plan": "pro"}));
}
