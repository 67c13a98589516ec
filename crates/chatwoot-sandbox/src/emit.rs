//! From events to deliveries: who is told, and what the body says.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::desk::Desk;
use crate::dialect::{self, since};
use crate::event::{Actor, Changed, Delivery, Event, Hook};
use crate::json::to_rails_json;
use crate::model::{Assignee, Channel};
use crate::render;

impl Desk {
    /// Tells bots at once, with the desk as it is now, and queues the event for the other hooks, whose bodies are
    /// built later by [`Desk::build_pending`].
    pub(crate) fn emit(&mut self, event: Event) {
        let bots = self.bot_targets(&event);
        self.deliver(&event, bots);
        if !event.is_for_bots_only() {
            self.events.push(event);
        }
    }

    /// Builds the bodies of all queued events from the desk as it is now. Events whose rows are gone are lost.
    pub(crate) fn build_pending(&mut self) {
        if self.building_held {
            return;
        }
        for event in std::mem::take(&mut self.events) {
            let targets = self.targets(&event);
            self.deliver(&event, targets);
        }
    }

    /// Builds the event's body and puts one delivery per target into the outbox.
    fn deliver(&mut self, event: &Event, targets: Vec<Target>) {
        if targets.is_empty() {
            return;
        }
        let Some(mut body) = self.body(event) else { return };
        add_event_and_changes(&mut body, event);
        dialect::translate(self.version, &mut body);
        let body = bytes::Bytes::from(to_rails_json(&body));
        let message = match event {
            Event::Message { message, .. } => Some(message.id),
            _ => None,
        };
        let deliveries = targets.into_iter().map(|target| Delivery {
            id: Uuid::new_v4(),
            hook: target.hook,
            event: event.name(),
            url: target.url,
            secret: target.secret,
            stamp: self.version.stamp(target.hook),
            body: body.clone(),
            message,
        });
        self.outbox.extend(deliveries);
    }

    /// The hooks that want this event: subscribed account webhooks, then the API inbox's own.
    fn targets(&self, event: &Event) -> Vec<Target> {
        let name = event.name();
        let wants = |hook: &&crate::model::Webhook| hook.subscriptions.iter().any(|s| s == name);
        let account = self.webhooks.values().filter(wants);
        let mut targets: Vec<_> =
            account.map(|hook| Target::new(Hook::Account, &hook.url, &hook.secret)).collect();
        let inbox = conversation_of(event)
            .and_then(|id| self.conversations.get(&id))
            .and_then(|row| self.inboxes.get(&row.inbox_id));
        if let Some(Channel::Api { webhook_url: Some(url), secret, .. }) = inbox.map(|inbox| &inbox.channel)
            && !url.is_empty()
        {
            targets.push(Target::new(Hook::ApiInbox, url, secret));
        }
        targets
    }

    /// The bots that are told: the inbox's, and the one the conversation is assigned to; once if they are the same.
    fn bot_targets(&self, event: &Event) -> Vec<Target> {
        let bots = match event {
            Event::Conversation { name: "conversation_created", .. }
            | Event::Contact { .. }
            | Event::Typing { .. } => return Vec::new(),
            Event::Conversation { .. }
                if !event.is_for_bots_only() && self.version < since::BOTS_SEE_CHANGES =>
            {
                return Vec::new();
            }
            Event::Conversation { conversation, .. } => self.bots_of(*conversation),
            Event::Message { message, .. } => self.bots_of(message.conversation_id),
            Event::WidgetTriggered { contact_inbox, .. } => {
                let address = self.contact_inboxes.get(contact_inbox);
                let inbox = address.and_then(|row| self.inboxes.get(&row.inbox_id));
                inbox.and_then(|inbox| inbox.agent_bot).into_iter().collect()
            }
        };
        bots.iter()
            .filter_map(|id| self.bots.get(id))
            .filter_map(|bot| Some(Target::new(Hook::AgentBot, bot.outgoing_url.as_ref()?, &bot.secret)))
            .collect()
    }

    /// The bots that watch a conversation.
    pub(crate) fn bots_of(&self, conversation: i64) -> BTreeSet<i64> {
        let Some(row) = self.conversations.get(&conversation) else { return BTreeSet::new() };
        let assigned = match row.assignee {
            Some(Assignee::AgentBot(id)) if self.version >= since::ASSIGNED_BOTS => Some(id),
            _ => None,
        };
        let connected = self.inboxes.get(&row.inbox_id).and_then(|inbox| inbox.agent_bot);
        connected.into_iter().chain(assigned).collect()
    }

    /// The body without `event` and `changed_attributes`.
    fn body(&self, event: &Event) -> Option<Value> {
        match event {
            Event::Conversation { conversation, .. } => {
                self.conversations.get(conversation).map(|row| render::conversation::webhook(self, row))
            }
            Event::Message { message, .. } => render::message::webhook(self, message),
            Event::Contact { contact, .. } => {
                self.contacts.get(contact).map(|row| render::contact::webhook(self, row))
            }
            Event::WidgetTriggered { contact_inbox, .. } => self.widget_triggered(*contact_inbox),
            Event::Typing { conversation, by, is_private, .. } => {
                self.typing(event, *conversation, *by, *is_private)
            }
        }
    }

    fn widget_triggered(&self, contact_inbox: i64) -> Option<Value> {
        let address = self.contact_inboxes.get(&contact_inbox)?;
        let contact = self.contacts.get(&address.contact_id)?;
        let inbox = self.inboxes.get(&address.inbox_id)?;
        let conversation = self.conversations.values().rfind(|row| row.contact_inbox_id == contact_inbox);
        Some(json!({
            "id": address.id,
            "contact": render::contact::webhook(self, contact),
            "inbox": {"id": inbox.id, "name": inbox.name},
            "account": render::account(self),
            "current_conversation": conversation.map(|row| render::conversation::webhook(self, row)),
            "source_id": address.source_id,
        }))
    }

    fn typing(&self, event: &Event, conversation: i64, by: Actor, is_private: bool) -> Option<Value> {
        let user = match by {
            Actor::User(id) => self.users.get(&id).map(render::people::user_webhook),
            Actor::AgentBot(id) => self.bots.get(&id).map(render::people::bot_webhook),
            Actor::Contact(id) => self.contacts.get(&id).map(|row| render::contact::webhook(self, row)),
            Actor::System => None,
        }?;
        let row = self.conversations.get(&conversation)?;
        Some(json!({
            "event": event.name(),
            "user": user,
            "conversation": render::conversation::webhook(self, row),
            "is_private": is_private,
        }))
    }
}

/// Where a delivery goes.
struct Target {
    hook: Hook,
    url: String,
    secret: String,
}

impl Target {
    fn new(hook: Hook, url: &str, secret: &str) -> Self {
        Self { hook, url: url.to_owned(), secret: secret.to_owned() }
    }
}

fn conversation_of(event: &Event) -> Option<i64> {
    match event {
        Event::Conversation { conversation, .. } | Event::Typing { conversation, .. } => Some(*conversation),
        Event::Message { message, .. } => Some(message.conversation_id),
        Event::Contact { .. } | Event::WidgetTriggered { .. } => None,
    }
}

/// These come last, in this order; typing events open with theirs instead.
fn add_event_and_changes(body: &mut Value, event: &Event) {
    if !matches!(event, Event::Typing { .. }) {
        body["event"] = json!(event.name());
    }
    match event {
        Event::Conversation { changed, .. } | Event::Contact { changed, .. } => match changed {
            Changed::Absent => {}
            Changed::Null => body["changed_attributes"] = Value::Null,
            Changed::Columns(columns) => body["changed_attributes"] = json!(columns),
        },
        Event::WidgetTriggered { info, .. } => body["event_info"] = json!(info),
        Event::Message { .. } | Event::Typing { .. } => {}
    }
}
