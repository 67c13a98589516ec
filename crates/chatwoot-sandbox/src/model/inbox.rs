//! Inboxes and the channels behind them.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Map;

#[derive(Clone, Debug)]
pub struct Inbox {
    pub id: i64,
    pub channel_id: i64,
    pub name: String,
    pub channel: Channel,
    pub greeting_enabled: bool,
    pub greeting_message: Option<String>,
    pub working_hours_enabled: bool,
    pub working_hours: Vec<WorkingHour>,
    pub out_of_office_message: Option<String>,
    pub timezone: String,
    pub enable_email_collect: bool,
    pub csat_survey_enabled: bool,
    pub enable_auto_assignment: bool,
    pub allow_messages_after_resolved: bool,
    pub lock_to_single_conversation: bool,
    pub members: BTreeSet<i64>,
    pub agent_bot: Option<i64>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Clone, Debug)]
pub enum Channel {
    WebWidget(WidgetSettings),
    Email {
        email: String,
        forward_to_email: String,
    },
    Sms {
        phone_number: String,
    },
    Api {
        webhook_url: Option<String>,
        identifier: String,
        hmac_token: String,
        secret: String,
        additional_attributes: Map,
    },
}

#[derive(Clone, Debug)]
pub struct WidgetSettings {
    pub website_url: String,
    pub website_token: String,
    pub widget_color: String,
    pub welcome_title: Option<String>,
    pub welcome_tagline: Option<String>,
    pub hmac_token: String,
    /// Nobody may say who they are without the proof.
    pub hmac_mandatory: bool,
    /// Who may frame the chat, separated by commas; empty for anybody.
    pub allowed_domains: String,
}

impl Channel {
    /// Chatwoot's class name, as in `channel_type`.
    pub fn class(&self) -> &'static str {
        match self {
            Self::WebWidget(_) => "Channel::WebWidget",
            Self::Email { .. } => "Channel::Email",
            Self::Sms { .. } => "Channel::Sms",
            Self::Api { .. } => "Channel::Api",
        }
    }

    /// The table it is a row of.
    pub fn table(&self) -> &'static str {
        match self {
            Self::WebWidget(_) => "channel_web_widgets",
            Self::Email { .. } => "channel_email",
            Self::Sms { .. } => "channel_sms",
            Self::Api { .. } => "channel_api",
        }
    }
}

impl Inbox {
    pub fn widget(&self) -> Option<&WidgetSettings> {
        match &self.channel {
            Channel::WebWidget(settings) => Some(settings),
            _ => None,
        }
    }

    pub fn is_api(&self) -> bool {
        matches!(self.channel, Channel::Api { .. })
    }
}

/// One weekday's opening hours; `None` where closed all day.
#[derive(Clone, Debug)]
pub struct WorkingHour {
    /// 0 is Sunday.
    pub day_of_week: i64,
    pub closed_all_day: bool,
    pub open_all_day: bool,
    pub open_hour: Option<i64>,
    pub open_minutes: Option<i64>,
    pub close_hour: Option<i64>,
    pub close_minutes: Option<i64>,
}

impl WorkingHour {
    /// What a new inbox starts with: Monday to Friday, nine to five.
    pub fn defaults() -> Vec<Self> {
        (0..7)
            .map(|day_of_week| {
                let open = (1..=5).contains(&day_of_week);
                Self {
                    day_of_week,
                    closed_all_day: !open,
                    open_all_day: false,
                    open_hour: open.then_some(9),
                    open_minutes: open.then_some(0),
                    close_hour: open.then_some(17),
                    close_minutes: open.then_some(0),
                }
            })
            .collect()
    }
}
