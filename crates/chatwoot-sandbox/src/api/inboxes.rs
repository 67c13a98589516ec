//! Inboxes: listed, created, changed.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::answer;
use super::params::{Members, Params};
use super::session::{Administrator, Id, Session};
use crate::Sandbox;
use crate::act::{NewChannel, NewInbox};
use crate::dialect::since;
use crate::model::{Channel, Inbox, Map, WorkingHour};
use crate::refusal::Refusal;
use crate::render::inbox::{View, rest};
use crate::render::people;
use crate::sandbox::new_token;

pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/api/v1/accounts/{account}/inboxes", get(list).post(create))
        .route("/api/v1/accounts/{account}/inboxes/{id}", get(show).patch(update))
        .route("/api/v1/accounts/{account}/inboxes/{id}/agent_bot", get(agent_bot))
        .route("/api/v1/accounts/{account}/inboxes/{id}/set_agent_bot", post(set_agent_bot))
        .route("/api/v1/accounts/{account}/inboxes/{id}/reset_secret", post(reset_secret))
}

fn view(session: Session) -> View {
    View { administrator: session.administrator, just_created: false }
}

async fn list(State(sandbox): State<Sandbox>, session: Session) -> Response {
    sandbox.read(|desk| {
        let mut seen: Vec<&Inbox> =
            desk.inboxes.values().filter(|inbox| session.caller().sees_inbox(inbox)).collect();
        if desk.version >= since::INBOXES_BY_NAME {
            seen.sort_by_key(|inbox| inbox.name.to_lowercase());
        }
        let inboxes: Vec<Value> = seen.into_iter().map(|inbox| rest(desk, inbox, view(session))).collect();
        answer::json(&json!({"payload": inboxes}))
    })
}

async fn show(
    State(sandbox): State<Sandbox>,
    session: Session,
    Path((_, id)): Path<(Id, Id)>,
) -> Result<Response, Refusal> {
    sandbox.read(|desk| {
        let inbox = desk.inbox(id.0)?;
        if !session.caller().sees_inbox(inbox) {
            return Err(Refusal::NotAuthorized);
        }
        Ok(answer::json(&rest(desk, inbox, view(session))))
    })
}

async fn create(
    State(sandbox): State<Sandbox>,
    _: Administrator,
    params: Params,
) -> Result<Response, Refusal> {
    let given = params.wrapped("inbox");
    let channel = given.object("channel").unwrap_or_default();
    let new = NewInbox::new(&given.text("name").unwrap_or_default(), new_channel(&channel)?);
    sandbox.act(|desk| {
        let id = desk.create_inbox(new);
        let inbox = desk.inboxes.get_mut(&id).ok_or(Refusal::NotFound)?;
        apply(inbox, given);
        let view = View { administrator: true, just_created: true };
        Ok(answer::json(&rest(desk, desk.inbox(id)?, view)))
    })
}

fn new_channel(channel: &Map) -> Result<NewChannel, Refusal> {
    let text = |name: &str| channel.text(name).unwrap_or_default();
    match text("type").as_str() {
        "web_widget" => Ok(NewChannel::WebWidget {
            website_url: text("website_url"),
            widget_color: channel.text("widget_color"),
            welcome_title: channel.text("welcome_title"),
            welcome_tagline: channel.text("welcome_tagline"),
        }),
        "email" => Ok(NewChannel::Email { email: text("email") }),
        "sms" => Ok(NewChannel::Sms { phone_number: text("phone_number") }),
        "api" => Ok(NewChannel::Api { webhook_url: channel.text("webhook_url") }),
        // Chatwoot has many more kinds of channel; this desk has four.
        other => Err(Refusal::Unprocessable(format!("unknown channel type {other}"))),
    }
}

async fn update(
    State(sandbox): State<Sandbox>,
    Administrator(session): Administrator,
    Path((_, id)): Path<(Id, Id)>,
    params: Params,
) -> Result<Response, Refusal> {
    let given = params.wrapped("inbox");
    let now = sandbox.now();
    sandbox.act(|desk| {
        let inbox = desk.inboxes.get_mut(&id.0).ok_or(Refusal::NotFound)?;
        apply(inbox, given);
        inbox.updated_at = now;
        Ok(answer::json(&rest(desk, desk.inbox(id.0)?, view(session))))
    })
}

/// Takes over the settings that are given.
fn apply(inbox: &mut Inbox, given: &Map) {
    let flag = |name: &str, target: &mut bool| {
        if let Some(value) = given.flag(name) {
            *target = value;
        }
    };
    flag("greeting_enabled", &mut inbox.greeting_enabled);
    flag("working_hours_enabled", &mut inbox.working_hours_enabled);
    flag("enable_email_collect", &mut inbox.enable_email_collect);
    flag("csat_survey_enabled", &mut inbox.csat_survey_enabled);
    flag("enable_auto_assignment", &mut inbox.enable_auto_assignment);
    flag("allow_messages_after_resolved", &mut inbox.allow_messages_after_resolved);
    flag("lock_to_single_conversation", &mut inbox.lock_to_single_conversation);
    if let Some(name) = given.text("name") {
        inbox.name = name;
    }
    if given.contains_key("greeting_message") {
        inbox.greeting_message = given.text("greeting_message");
    }
    if given.contains_key("out_of_office_message") {
        inbox.out_of_office_message = given.text("out_of_office_message");
    }
    if let Some(zone) = given.text("timezone") {
        inbox.timezone = zone;
    }
    if let Some(Value::Array(days)) = given.get("working_hours") {
        for day in days.iter().filter_map(Value::as_object) {
            apply_working_hour(&mut inbox.working_hours, day);
        }
    }
    let Some(channel) = given.object("channel") else { return };
    match &mut inbox.channel {
        Channel::WebWidget(widget) => {
            if let Some(color) = channel.text("widget_color") {
                widget.widget_color = color;
            }
            if let Some(mandatory) = channel.flag("hmac_mandatory") {
                widget.hmac_mandatory = mandatory;
            }
            if channel.contains_key("allowed_domains") {
                widget.allowed_domains = channel.text("allowed_domains").unwrap_or_default();
            }
            if channel.contains_key("welcome_title") {
                widget.welcome_title = channel.text("welcome_title");
            }
            if channel.contains_key("welcome_tagline") {
                widget.welcome_tagline = channel.text("welcome_tagline");
            }
        }
        Channel::Api { webhook_url, .. } if channel.contains_key("webhook_url") => {
            *webhook_url = channel.text("webhook_url");
        }
        _ => {}
    }
}

fn apply_working_hour(hours: &mut [WorkingHour], day: &Map) {
    let Some(row) = hours.iter_mut().find(|row| Some(row.day_of_week) == day.integer("day_of_week")) else {
        return;
    };
    *row = WorkingHour {
        day_of_week: row.day_of_week,
        closed_all_day: day.flag("closed_all_day").unwrap_or(false),
        open_all_day: day.flag("open_all_day").unwrap_or(false),
        open_hour: day.integer("open_hour"),
        open_minutes: day.integer("open_minutes"),
        close_hour: day.integer("close_hour"),
        close_minutes: day.integer("close_minutes"),
    };
}

/// No role is asked for, so any agent can read the bot's token here: Chatwoot's own behaviour.
async fn agent_bot(
    State(sandbox): State<Sandbox>,
    _: Session,
    Path((_, id)): Path<(Id, Id)>,
) -> Result<Response, Refusal> {
    sandbox.read(|desk| {
        let Some(bot) = desk.inbox(id.0)?.agent_bot.and_then(|bot| desk.bots.get(&bot)) else {
            return Ok(answer::json(&json!({})));
        };
        let mut shown = people::bot(&desk.account, bot);
        let at = crate::json::iso(bot.created_at);
        shown["access_token"] = json!({
            "id": bot.token_id,
            "owner_type": "AgentBot",
            "owner_id": bot.id,
            "token": bot.access_token,
            "created_at": at,
            "updated_at": at,
        });
        Ok(answer::json(&json!({"agent_bot": shown})))
    })
}

async fn set_agent_bot(
    State(sandbox): State<Sandbox>,
    _: Administrator,
    Path((_, id)): Path<(Id, Id)>,
    params: Params,
) -> Result<Response, Refusal> {
    let bot = params.values.integer("agent_bot");
    sandbox.act(|desk| {
        if bot.is_some_and(|bot| !desk.bots.contains_key(&bot)) {
            return Err(Refusal::NotFound);
        }
        desk.inboxes.get_mut(&id.0).ok_or(Refusal::NotFound)?.agent_bot = bot;
        Ok(answer::empty())
    })
}

async fn reset_secret(
    State(sandbox): State<Sandbox>,
    Administrator(session): Administrator,
    Path((_, id)): Path<(Id, Id)>,
) -> Result<Response, Refusal> {
    sandbox.act(|desk| {
        let inbox = desk.inboxes.get_mut(&id.0).ok_or(Refusal::NotFound)?;
        match &mut inbox.channel {
            Channel::Api { secret, .. } => *secret = new_token(),
            _ => return Err(Refusal::NotFound),
        }
        Ok(answer::json(&rest(desk, desk.inbox(id.0)?, view(session))))
    })
}
