//! Inboxes: created and connected.

use std::collections::BTreeSet;

use crate::desk::Desk;
use crate::model::{Channel, Inbox, Map, WidgetSettings, WorkingHour};
use crate::sandbox::new_token;

/// An inbox to create.
#[derive(Clone, Debug)]
pub struct NewInbox {
    pub name: String,
    pub channel: NewChannel,
    pub greeting_message: Option<String>,
    pub greeting_enabled: bool,
}

#[derive(Clone, Debug)]
pub enum NewChannel {
    WebWidget {
        website_url: String,
        widget_color: Option<String>,
        welcome_title: Option<String>,
        welcome_tagline: Option<String>,
    },
    Email {
        email: String,
    },
    Sms {
        phone_number: String,
    },
    Api {
        webhook_url: Option<String>,
    },
}

impl NewInbox {
    pub fn new(name: &str, channel: NewChannel) -> Self {
        Self { name: name.to_owned(), channel, greeting_message: None, greeting_enabled: false }
    }

    /// A website's chat.
    pub fn website(name: &str, url: &str) -> Self {
        let channel = NewChannel::WebWidget {
            website_url: url.to_owned(),
            widget_color: None,
            welcome_title: None,
            welcome_tagline: None,
        };
        Self::new(name, channel)
    }
}

impl Desk {
    /// Creates an inbox; its members are still to be named.
    pub fn create_inbox(&mut self, new: NewInbox) -> i64 {
        let id = self.next_id("inboxes");
        let now = self.now();
        let channel = new_channel(new.channel);
        let inbox = Inbox {
            id,
            channel_id: self.next_id(channel.table()),
            name: new.name,
            channel,
            greeting_enabled: new.greeting_enabled,
            greeting_message: new.greeting_message,
            working_hours_enabled: false,
            working_hours: WorkingHour::defaults(),
            out_of_office_message: None,
            timezone: "UTC".to_owned(),
            enable_email_collect: true,
            csat_survey_enabled: false,
            enable_auto_assignment: true,
            allow_messages_after_resolved: true,
            lock_to_single_conversation: false,
            members: BTreeSet::new(),
            agent_bot: None,
            created_at: now,
            updated_at: now,
        };
        self.inboxes.insert(id, inbox);
        id
    }
}

fn new_channel(new: NewChannel) -> Channel {
    match new {
        NewChannel::WebWidget { website_url, widget_color, welcome_title, welcome_tagline } => {
            Channel::WebWidget(WidgetSettings {
                website_url,
                website_token: new_token(),
                widget_color: widget_color.unwrap_or_else(|| "#1f93ff".to_owned()),
                welcome_title,
                welcome_tagline,
                hmac_token: new_token(),
                hmac_mandatory: false,
                allowed_domains: String::new(),
            })
        }
        NewChannel::Email { email } => {
            Channel::Email { email, forward_to_email: format!("{}@in.acme.test", new_token().to_lowercase()) }
        }
        NewChannel::Sms { phone_number } => Channel::Sms { phone_number },
        NewChannel::Api { webhook_url } => Channel::Api {
            webhook_url,
            identifier: new_token(),
            hmac_token: new_token(),
            secret: new_token(),
            additional_attributes: Map::new(),
        },
    }
}
