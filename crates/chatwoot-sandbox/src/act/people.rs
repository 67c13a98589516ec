//! What administrators set up: teams, labels, webhooks, bots; and how available people are.

use std::collections::BTreeSet;

use serde_json::json;

use crate::desk::Desk;
use crate::event::SUBSCRIBABLE;
use crate::model::{AgentBot, Availability, Label, Team, Webhook};
use crate::refusal::Refusal;
use crate::sandbox::new_token;

/// What a webhook is subscribed to when nobody says.
const DEFAULT_SUBSCRIPTIONS: [&str; 8] = [
    "conversation_status_changed",
    "conversation_updated",
    "conversation_created",
    "contact_created",
    "contact_updated",
    "message_created",
    "message_updated",
    "webwidget_triggered",
];

impl Desk {
    pub fn create_team(
        &mut self,
        name: &str,
        description: Option<String>,
        members: &[i64],
    ) -> Result<i64, Refusal> {
        let name = name.trim().to_lowercase();
        if name.is_empty() {
            return Err(Refusal::invalid("Name must not be blank", "name"));
        }
        if self.teams.values().any(|team| team.name == name) {
            return Err(Refusal::invalid("Name has already been taken", "name"));
        }
        let id = self.next_id("teams");
        let members: BTreeSet<i64> =
            members.iter().copied().filter(|id| self.users.contains_key(id)).collect();
        let team = Team { id, name, description, allow_auto_assign: true, members, created_at: self.now() };
        self.teams.insert(id, team);
        Ok(id)
    }

    pub fn create_label(
        &mut self,
        title: &str,
        description: Option<String>,
        color: &str,
    ) -> Result<i64, Refusal> {
        let title = title.to_lowercase();
        let mut chars = title.chars();
        let well_formed = chars.next().is_some_and(char::is_alphanumeric)
            && title.chars().count() >= 2
            && chars.all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
        if !well_formed {
            return Err(Refusal::invalid("Title is invalid", "title"));
        }
        if self.labels.values().any(|label| label.title == title) {
            return Err(Refusal::invalid("Title has already been taken", "title"));
        }
        let id = self.next_id("labels");
        let label = Label { id, title, description, color: color.to_owned(), show_on_sidebar: true };
        self.labels.insert(id, label);
        Ok(id)
    }

    /// Registers an account webhook. Without subscriptions it gets the eight oldest events.
    pub fn create_webhook(
        &mut self,
        url: &str,
        name: Option<String>,
        subscriptions: Option<Vec<String>>,
    ) -> Result<i64, Refusal> {
        let subscriptions =
            subscriptions.unwrap_or_else(|| DEFAULT_SUBSCRIPTIONS.iter().map(|s| (*s).to_owned()).collect());
        self.check_webhook(None, url, &subscriptions)?;
        let id = self.next_id("webhooks");
        let hook =
            Webhook { id, name, url: url.to_owned(), subscriptions, secret: new_token(), inbox_id: None };
        self.webhooks.insert(id, hook);
        Ok(id)
    }

    pub(crate) fn check_webhook(
        &self,
        own_id: Option<i64>,
        url: &str,
        subscriptions: &[String],
    ) -> Result<(), Refusal> {
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(Refusal::invalid("Url is invalid", "url"));
        }
        if self.webhooks.values().any(|hook| hook.url == url && Some(hook.id) != own_id) {
            return Err(Refusal::invalid("Url has already been taken", "url"));
        }
        let known = |name: &String| SUBSCRIBABLE.contains(&name.as_str());
        if subscriptions.is_empty() || !subscriptions.iter().all(known) {
            return Err(Refusal::invalid("Subscriptions Invalid events", "subscriptions"));
        }
        Ok(())
    }

    pub fn create_bot(&mut self, name: &str, description: Option<String>, outgoing_url: &str) -> i64 {
        let id = self.next_id("agent_bots");
        let bot = AgentBot {
            id,
            name: name.to_owned(),
            description,
            outgoing_url: Some(outgoing_url).filter(|url| !url.is_empty()).map(str::to_owned),
            bot_config: json!({}),
            token_id: id,
            access_token: new_token(),
            secret: new_token(),
            created_at: self.now(),
        };
        self.bots.insert(id, bot);
        id
    }

    /// What others see of a user from now on: with `auto_offline` nobody is online here.
    pub fn set_availability(&mut self, user_id: i64, availability: Availability) -> Result<(), Refusal> {
        let user = self.users.get_mut(&user_id).ok_or(Refusal::NotFound)?;
        user.availability = availability;
        user.auto_offline = false;
        Ok(())
    }
}
