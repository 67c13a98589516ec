//! The website widget's interface: a visitor, known by the token in `X-Auth-Token`, chats with the desk.

mod browser;
mod frame;
mod identity;

use axum::Router;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, patch, post};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Sandbox;
use crate::act::{Identity, NewContact, NewConversation, NewMessage};
use crate::api::answer;
use crate::api::params::{Members, Params};
use crate::desk::Desk;
use crate::event::Actor;
use crate::model::{ContactInbox, Conversation, Map, Message, Sender, Status};
use crate::refusal::Refusal;
use crate::render::{contact, message};

pub(crate) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/api/v1/widget/config", post(config))
        .route("/api/v1/widget/events", post(event))
        .route("/api/v1/widget/contact", get(show_contact).patch(update_contact))
        .route("/api/v1/widget/conversations", get(show_conversation).post(start))
        .route("/api/v1/widget/conversations/toggle_typing", post(toggle_typing))
        .route("/api/v1/widget/conversations/update_last_seen", post(update_last_seen))
        .route("/api/v1/widget/conversations/toggle_status", get(resolve))
        .route("/api/v1/widget/messages", get(messages).post(write))
        .route("/api/v1/widget/messages/{id}", patch(answer_survey))
        .merge(identity::router())
        .merge(frame::router())
}

/// The widget an address names by its `website_token`.
#[derive(Clone, Copy, Debug)]
struct Website {
    inbox: i64,
}

/// A visitor of that widget: a row of `contact_inboxes`.
#[derive(Clone, Copy, Debug)]
struct Visitor {
    contact_inbox: i64,
}

#[derive(Deserialize)]
struct WebsiteToken {
    website_token: String,
}

impl FromRequestParts<Sandbox> for Website {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, sandbox: &Sandbox) -> Result<Self, Refusal> {
        let query = Query::<WebsiteToken>::try_from_uri(&parts.uri).map_err(|_| Refusal::UnknownVisitor)?;
        sandbox.read(|desk| {
            let token = &query.0.website_token;
            let inbox =
                desk.inboxes.values().find(|row| row.widget().is_some_and(|w| w.website_token == *token));
            inbox.map(|row| Self { inbox: row.id }).ok_or(Refusal::UnknownVisitor)
        })
    }
}

impl FromRequestParts<Sandbox> for Visitor {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, sandbox: &Sandbox) -> Result<Self, Refusal> {
        let website = Website::from_request_parts(parts, sandbox).await?;
        let token = parts.headers.get("x-auth-token").and_then(|value| value.to_str().ok());
        let token = token.ok_or(Refusal::UnknownVisitor)?;
        sandbox.read(|desk| {
            let row = desk.contact_inboxes.values().find(|row| row.auth_token == token);
            let row = row.filter(|row| row.inbox_id == website.inbox);
            row.map(|row| Self { contact_inbox: row.id }).ok_or(Refusal::UnknownVisitor)
        })
    }
}

impl Visitor {
    fn address(self, desk: &Desk) -> Result<&ContactInbox, Refusal> {
        desk.contact_inboxes.get(&self.contact_inbox).ok_or(Refusal::UnknownVisitor)
    }

    /// A widget shows the visitor's last conversation.
    fn conversation(self, desk: &Desk) -> Option<&Conversation> {
        desk.conversations.values().rfind(|row| row.contact_inbox_id == self.contact_inbox)
    }
}

/// Opens the chat: a visitor without a token becomes a contact with an invented name.
async fn config(
    State(sandbox): State<Sandbox>,
    website: Website,
    headers: axum::http::HeaderMap,
) -> Result<Response, Refusal> {
    let shown = headers.get("x-auth-token").and_then(|value| value.to_str().ok());
    sandbox.act(|desk| {
        let known = desk.contact_inboxes.values().find(|row| Some(row.auth_token.as_str()) == shown);
        let address = match known.map(|row| row.id) {
            Some(id) => id,
            None => {
                let contact = desk.create_contact(NewContact::default());
                desk.address_in(contact, website.inbox, None)?
            }
        };
        let address = Visitor { contact_inbox: address }.address(desk)?;
        let inbox = desk.inbox(website.inbox)?;
        let widget = inbox.widget().ok_or(Refusal::UnknownVisitor)?;
        let contact = desk.contact(address.contact_id)?;
        Ok(answer::json(&json!({
            "website_channel_config": {
                "allow_messages_after_resolved": inbox.allow_messages_after_resolved,
                "api_host": desk.base_url,
                "auth_token": address.auth_token,
                "csat_survey_enabled": inbox.csat_survey_enabled,
                "website_name": inbox.name,
                "website_token": widget.website_token,
                "welcome_tagline": widget.welcome_tagline,
                "welcome_title": widget.welcome_title,
                "widget_color": widget.widget_color,
                "enabled_features": ["attachments", "emoji_picker", "end_conversation"],
                "locale": desk.account.locale,
                "timezone": inbox.timezone,
            },
            "contact": {"pubsub_token": address.pubsub_token, "name": contact.name, "email": contact.email},
        })))
    })
}

/// `webwidget.triggered`: what the server knows about the browser overwrites what the page says.
async fn event(
    State(sandbox): State<Sandbox>,
    visitor: Visitor,
    headers: axum::http::HeaderMap,
    params: Params,
) -> Response {
    if params.values.text("name").as_deref() == Some("webwidget.triggered") {
        let given = params.values.object("event_info").unwrap_or_default();
        let mut info = Map::new();
        for name in ["initiated_at", "referer"] {
            if let Some(value) = given.get(name) {
                info.insert(name.to_owned(), value.clone());
            }
        }
        let browser = browser::of(&headers);
        info.insert("widget_language".to_owned(), json!(params.values.text("locale")));
        info.insert("browser_language".to_owned(), json!(browser.language));
        info.insert("browser".to_owned(), browser.for_event());
        sandbox.act(|desk| desk.trigger_widget(visitor.contact_inbox, info));
    }
    answer::no_content()
}

async fn show_contact(State(sandbox): State<Sandbox>, visitor: Visitor) -> Result<Response, Refusal> {
    sandbox.read(|desk| {
        let contact = desk.contact(visitor.address(desk)?.contact_id)?;
        Ok(answer::json(&json!({
            "id": contact.id,
            "has_email": contact.email.is_some(),
            "has_name": contact.contact_type == crate::model::ContactType::Lead,
            "has_phone_number": contact.phone_number.is_some(),
            "identifier": contact.identifier,
        })))
    })
}

async fn update_contact(
    State(sandbox): State<Sandbox>,
    visitor: Visitor,
    params: Params,
) -> Result<Response, Refusal> {
    let given = params.wrapped("contact");
    sandbox.act(|desk| {
        let contact = visitor.address(desk)?.contact_id;
        let contact = desk.identify_contact(contact, identity::identity(given))?;
        identity::note_attributes(desk, contact, given)?;
        Ok(answer::json(&contact::push(desk.contact(contact)?)))
    })
}

async fn show_conversation(State(sandbox): State<Sandbox>, visitor: Visitor) -> Response {
    sandbox.read(|desk| {
        answer::json(&match visitor.conversation(desk) {
            Some(row) => json!({
                "id": row.id,
                "inbox_id": row.inbox_id,
                "contact_last_seen_at": crate::json::seconds(row.contact_last_seen_at),
                "status": row.status.as_str(),
            }),
            None => json!({}),
        })
    })
}

/// Starts a conversation with who the visitor is and the first message.
async fn start(
    State(sandbox): State<Sandbox>,
    visitor: Visitor,
    headers: axum::http::HeaderMap,
    params: Params,
) -> Result<Response, Refusal> {
    let who = params.values.object("contact").unwrap_or_default();
    let said = params.values.object("message").unwrap_or_default();
    let attributes = origin(&headers, &said);
    sandbox.act(|desk| {
        let contact = visitor.address(desk)?.contact_id;
        // An identifier needs its proof, which this call does not take.
        let who = Identity { identifier: None, ..identity::identity(&who) };
        desk.identify_contact(contact, who)?;
        let id = desk.create_conversation(NewConversation {
            additional_attributes: attributes,
            custom_attributes: params.values.object("custom_attributes").unwrap_or_default(),
            ..NewConversation::of(visitor.contact_inbox)
        })?;
        say(desk, visitor, id, &said, Vec::new())?;
        let row = desk.conversation(id)?;
        let contact = desk.contact(row.contact_id)?;
        let shown: Vec<Value> = public(desk, row).map(|m| message::public_just_made(desk, m)).collect();
        Ok(answer::json(&json!({
            "id": row.id,
            "inbox_id": row.inbox_id,
            "contact_last_seen_at": crate::json::seconds(row.contact_last_seen_at),
            "status": row.status.as_str(),
            "messages": shown,
            "custom_attributes": row.custom_attributes,
            "contact": contact_before_activity(desk, contact),
        })))
    })
}

/// The answer shows the contact as it was loaded, before the message bumped its activity.
fn contact_before_activity(desk: &Desk, row: &crate::model::Contact) -> Value {
    let mut shown = contact::row(desk, row);
    shown["last_activity_at"] = Value::Null;
    shown
}

fn public<'a>(desk: &'a Desk, row: &'a Conversation) -> impl DoubleEndedIterator<Item = &'a Message> + 'a {
    desk.messages_of(row).filter(|message| message.is_public())
}

/// Where a conversation began: browser, page, and the page's own idea of the time.
pub(crate) fn origin(headers: &axum::http::HeaderMap, said: &Map) -> Map {
    let browser = browser::of(headers);
    let mut attributes = Map::new();
    attributes.insert("browser".to_owned(), browser.for_conversation());
    attributes.insert("referer".to_owned(), json!(said.text("referer_url")));
    attributes.insert("initiated_at".to_owned(), json!({"timestamp": said.text("timestamp")}));
    attributes.insert("browser_language".to_owned(), json!(browser.language));
    attributes
}

fn say(
    desk: &mut Desk,
    visitor: Visitor,
    conversation: i64,
    said: &Map,
    attachments: Vec<crate::act::NewAttachment>,
) -> Result<i64, Refusal> {
    let sender = Sender::Contact(visitor.address(desk)?.contact_id);
    let reply_to = said.get("reply_to").cloned().unwrap_or(Value::Null);
    let message = NewMessage {
        content_attributes: Map::from_iter([("in_reply_to".to_owned(), reply_to)]),
        attachments,
        ..NewMessage::text(sender, &said.text("content").unwrap_or_default())
    };
    desk.create_message(conversation, message)
}

/// Writes into the visitor's conversation, or starts one.
async fn write(
    State(sandbox): State<Sandbox>,
    visitor: Visitor,
    headers: axum::http::HeaderMap,
    params: Params,
) -> Result<Response, Refusal> {
    let said = params.values.object("message").unwrap_or_default();
    let attributes = origin(&headers, &said);
    sandbox.act(|desk| {
        let id = match visitor.conversation(desk) {
            Some(row) => row.id,
            None => desk.create_conversation(NewConversation {
                additional_attributes: attributes,
                ..NewConversation::of(visitor.contact_inbox)
            })?,
        };
        let written = say(desk, visitor, id, &said, params.files)?;
        Ok(answer::json(&message::widget_created(desk, desk.message(written)?)))
    })
}

/// The last 20 the visitor may read, or the 20 before.
async fn messages(State(sandbox): State<Sandbox>, visitor: Visitor, params: Params) -> Response {
    let before = params.values.integer("before").unwrap_or(i64::MAX);
    let after = params.values.integer("after").unwrap_or(0);
    sandbox.read(|desk| {
        let Some(row) = visitor.conversation(desk) else {
            return answer::json(&json!({"payload": [], "meta": {}}));
        };
        let seen: Vec<&Message> = public(desk, row).filter(|m| m.id < before && m.id > after).collect();
        let last = &seen[seen.len().saturating_sub(20)..];
        let shown: Vec<Value> = last.iter().map(|m| message::public(desk, m)).collect();
        let seen_at = crate::json::seconds(row.contact_last_seen_at);
        answer::json(&json!({"payload": shown, "meta": {"contact_last_seen_at": seen_at}}))
    })
}

async fn answer_survey(
    State(sandbox): State<Sandbox>,
    visitor: Visitor,
    Path(id): Path<String>,
    params: Params,
) -> Result<Response, Refusal> {
    let id: i64 = id.parse().map_err(|_| Refusal::NotFound)?;
    sandbox.act(|desk| {
        let row = visitor.conversation(desk).ok_or(Refusal::NotFound)?;
        if !row.messages.contains(&id) {
            return Err(Refusal::NotFound);
        }
        let contact = row.contact_id;
        take_answer(desk, id, params.wrapped("message"))?;
        Ok(answer::json(&json!({"contact": contact::row(desk, desk.contact(contact)?)})))
    })
}

/// Reads a survey answer as the widget and the public client interface send it.
pub(crate) fn take_answer(desk: &mut Desk, message: i64, given: &Map) -> Result<(), Refusal> {
    let answer = given.object("submitted_values").and_then(|values| values.object("csat_survey_response"));
    let answer = answer.ok_or_else(|| Refusal::Unprocessable("submitted_values is missing".to_owned()))?;
    let rating = answer.integer("rating").filter(|rating| (1..=5).contains(rating));
    let rating =
        rating.ok_or_else(|| Refusal::Unprocessable("Rating is not included in the list".to_owned()))?;
    desk.answer_survey(message, rating, answer.text("feedback_message"))
}

async fn toggle_typing(
    State(sandbox): State<Sandbox>,
    visitor: Visitor,
    params: Params,
) -> Result<Response, Refusal> {
    let on = params.values.text("typing_status").as_deref() == Some("on");
    sandbox.act(|desk| {
        if let Some((id, contact)) = visitor.conversation(desk).map(|row| (row.id, row.contact_id)) {
            desk.type_on(id, on, false, Actor::Contact(contact))?;
        }
        Ok(answer::empty())
    })
}

async fn update_last_seen(State(sandbox): State<Sandbox>, visitor: Visitor) -> Response {
    let now = sandbox.now();
    sandbox.act(|desk| {
        let id = visitor.conversation(desk).map(|row| row.id);
        if let Some(row) = id.and_then(|id| desk.conversations.get_mut(&id)) {
            row.contact_last_seen_at = Some(now);
        }
    });
    answer::empty()
}

/// The visitor ends the conversation.
async fn resolve(State(sandbox): State<Sandbox>, visitor: Visitor) -> Result<Response, Refusal> {
    sandbox.act(|desk| {
        let (id, contact) =
            visitor.conversation(desk).map(|row| (row.id, row.contact_id)).ok_or(Refusal::NotFound)?;
        desk.set_status(id, Status::Resolved, None, Actor::Contact(contact))?;
        Ok(answer::empty())
    })
}
