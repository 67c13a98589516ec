//! Inboxes. Widget and phone keys are in every inbox, other channels' keys only where they apply.

use serde_json::{Map, Value, json};

use crate::desk::Desk;
use crate::json::iso;
use crate::model::{Channel, Inbox, WorkingHour};

/// Who looks at an inbox, and when.
#[derive(Clone, Copy)]
pub(crate) struct View {
    /// Only administrators see secrets.
    pub administrator: bool,
    /// In the answer that creates a widget its form has the order of the code's default, later the database's.
    pub just_created: bool,
}

/// The inbox model.
pub(crate) fn rest(desk: &Desk, inbox: &Inbox, view: View) -> Value {
    let administrator = view.administrator;
    let mut map = Map::new();
    let mut put = |value: Value| {
        if let Value::Object(members) = value {
            map.extend(members);
        }
    };
    put(common(desk, inbox));
    put(widget_members(desk, inbox, view));
    put(json!({
        "messaging_service_sid": null,
        "phone_number": match &inbox.channel {
            Channel::Sms { phone_number } => Some(phone_number),
            _ => None,
        },
    }));
    match &inbox.channel {
        Channel::Email { email, forward_to_email } => {
            put(email_members(email, forward_to_email, administrator))
        }
        Channel::Api { webhook_url, identifier, hmac_token, secret, additional_attributes } => {
            if administrator {
                put(json!({"hmac_token": hmac_token, "secret": secret}));
            }
            put(json!({
                "webhook_url": webhook_url,
                "inbox_identifier": identifier,
                "additional_attributes": additional_attributes,
            }));
        }
        Channel::WebWidget(_) | Channel::Sms { .. } => {}
    }
    put(json!({"provider": provider(inbox)}));
    Value::Object(map)
}

pub(crate) fn provider(inbox: &Inbox) -> Option<&'static str> {
    matches!(inbox.channel, Channel::Sms { .. }).then_some("default")
}

fn common(desk: &Desk, inbox: &Inbox) -> Value {
    let callback = match &inbox.channel {
        Channel::Sms { phone_number } => {
            Some(format!("{}/webhooks/sms/{}", desk.base_url, phone_number.trim_start_matches('+')))
        }
        _ => None,
    };
    json!({
        "id": inbox.id,
        "avatar_url": "",
        "channel_id": inbox.channel_id,
        "name": inbox.name,
        "channel_type": inbox.channel.class(),
        "greeting_enabled": inbox.greeting_enabled,
        "greeting_message": inbox.greeting_message,
        "working_hours_enabled": inbox.working_hours_enabled,
        "enable_email_collect": inbox.enable_email_collect,
        "csat_survey_enabled": inbox.csat_survey_enabled,
        "csat_config": {},
        "enable_auto_assignment": inbox.enable_auto_assignment,
        "auto_assignment_config": {},
        "out_of_office_message": inbox.out_of_office_message,
        "working_hours": working_hours(&inbox.working_hours),
        "timezone": inbox.timezone,
        "callback_webhook_url": callback,
        "allow_messages_after_resolved": inbox.allow_messages_after_resolved,
        "lock_to_single_conversation": inbox.lock_to_single_conversation,
        "sender_name_type": "friendly",
        "business_name": null,
    })
}

fn working_hours(hours: &[WorkingHour]) -> Vec<Value> {
    hours
        .iter()
        .map(|day| {
            json!({
                "day_of_week": day.day_of_week,
                "closed_all_day": day.closed_all_day,
                "open_hour": day.open_hour,
                "open_minutes": day.open_minutes,
                "close_hour": day.close_hour,
                "close_minutes": day.close_minutes,
                "open_all_day": day.open_all_day,
            })
        })
        .collect()
}

fn widget_members(desk: &Desk, inbox: &Inbox, view: View) -> Value {
    let widget = inbox.widget();
    let mut value = json!({
        "allowed_domains": widget.map(|w| &w.allowed_domains),
        "widget_color": widget.map(|w| &w.widget_color),
        "website_url": widget.map(|w| &w.website_url),
        "hmac_mandatory": widget.map(|w| w.hmac_mandatory).or(inbox.is_api().then_some(false)),
        "welcome_title": widget.and_then(|w| w.welcome_title.as_ref()),
        "welcome_tagline": widget.and_then(|w| w.welcome_tagline.as_ref()),
        "web_widget_script": widget.map(|w| snippet(&desk.base_url, &w.website_token)),
        "website_token": widget.map(|w| &w.website_token),
        "selected_feature_flags": widget.map(|_| ["attachments", "emoji_picker", "end_conversation"]),
        "reply_time": widget.map(|_| "in_a_few_minutes"),
    });
    if let Some(widget) = widget {
        if view.administrator {
            value["hmac_token"] = json!(widget.hmac_token);
        }
        value["pre_chat_form_enabled"] = json!(false);
        value["pre_chat_form_options"] = pre_chat_form(view.just_created);
        value["continuity_via_email"] = json!(true);
    }
    value
}

/// The snippet an administrator pastes into a page.
fn snippet(base_url: &str, website_token: &str) -> String {
    format!(
        "\n    <script>\n      window.addEventListener('load', function() {{\n        var sdk = document.createElement('script');\n        \
         sdk.src = '{base_url}/packs/js/sdk.js';\n        sdk.async = true;\n        sdk.onload = function() {{\n          \
         window.chatwootSDK.run({{ websiteToken: '{website_token}', baseUrl: '{base_url}' }});\n        }};\n        \
         document.head.appendChild(sdk);\n      }});\n    </script>\n    "
    )
}

fn pre_chat_form(just_created: bool) -> Value {
    let field = |name: &str, kind: &str, label: &str, required: bool| {
        if just_created {
            json!({"field_type": "standard", "label": label, "name": name, "type": kind, "required": required, "enabled": false})
        } else {
            json!({"name": name, "type": kind, "label": label, "enabled": false, "required": required, "field_type": "standard"})
        }
    };
    let fields = json!([
        field("emailAddress", "email", "Email Id", true),
        field("fullName", "text", "Full name", false),
        field("phoneNumber", "text", "Phone number", false),
    ]);
    let message = "Share your queries or comments here.";
    if just_created {
        json!({"pre_chat_message": message, "pre_chat_fields": fields})
    } else {
        json!({"pre_chat_fields": fields, "pre_chat_message": message})
    }
}

fn email_members(email: &str, forward_to_email: &str, administrator: bool) -> Value {
    let mut value = json!({"email": email, "forwarding_enabled": true, "forward_to_email": forward_to_email});
    if administrator {
        let servers = json!({
            "imap_login": "", "imap_password": "", "imap_address": "", "imap_port": 0,
            "imap_enabled": false, "imap_enable_ssl": true, "imap_authentication": "plain",
            "smtp_login": "", "smtp_password": "", "smtp_address": "", "smtp_port": 0,
            "smtp_enabled": false, "smtp_domain": "", "smtp_enable_ssl_tls": false,
            "smtp_enable_starttls_auto": true, "smtp_openssl_verify_mode": "none",
            "smtp_authentication": "login",
        });
        if let (Value::Object(value), Value::Object(servers)) = (&mut value, servers) {
            value.extend(servers);
        }
    }
    value
}

/// The raw row, as the answer to a new contact shows it.
pub(crate) fn row(desk: &Desk, inbox: &Inbox) -> Value {
    json!({
        "id": inbox.id,
        "channel_id": inbox.channel_id,
        "account_id": desk.account.id,
        "name": inbox.name,
        "created_at": iso(inbox.created_at),
        "updated_at": iso(inbox.updated_at),
        "channel_type": inbox.channel.class(),
        "enable_auto_assignment": inbox.enable_auto_assignment,
        "greeting_enabled": inbox.greeting_enabled,
        "greeting_message": inbox.greeting_message,
        "email_address": null,
        "working_hours_enabled": inbox.working_hours_enabled,
        "out_of_office_message": inbox.out_of_office_message,
        "timezone": inbox.timezone,
        "enable_email_collect": inbox.enable_email_collect,
        "csat_survey_enabled": inbox.csat_survey_enabled,
        "allow_messages_after_resolved": inbox.allow_messages_after_resolved,
        "auto_assignment_config": {},
        "lock_to_single_conversation": inbox.lock_to_single_conversation,
        "portal_id": null,
        "sender_name_type": "friendly",
        "business_name": null,
        "csat_config": {},
    })
}

/// What the public client interface tells about its inbox.
pub(crate) fn public(inbox: &Inbox, identifier: &str) -> Value {
    json!({
        "identifier": identifier,
        "identity_validation_enabled": false,
        "name": inbox.name,
        "timezone": inbox.timezone,
        "working_hours": working_hours(&inbox.working_hours),
        "working_hours_enabled": inbox.working_hours_enabled,
        "csat_survey_enabled": inbox.csat_survey_enabled,
        "greeting_enabled": inbox.greeting_enabled,
    })
}
