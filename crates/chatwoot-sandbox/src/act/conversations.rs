//! Conversations: started, assigned, labelled, prioritised, looked at, removed.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::columns;
use crate::desk::Desk;
use crate::event::{Actor, Changed, Event};
use crate::model::{
    Assignee, Availability, Channel, Conversation, Map, Message, MessageType, Priority, Status,
};
use crate::refusal::Refusal;

/// A conversation to start.
#[derive(Clone, Debug)]
pub struct NewConversation {
    pub contact_inbox_id: i64,
    pub status: Option<Status>,
    pub assignee_id: Option<i64>,
    pub team_id: Option<i64>,
    pub snoozed_until: Option<Timestamp>,
    pub additional_attributes: Map,
    pub custom_attributes: Map,
}

impl NewConversation {
    pub fn of(contact_inbox_id: i64) -> Self {
        Self {
            contact_inbox_id,
            status: None,
            assignee_id: None,
            team_id: None,
            snoozed_until: None,
            additional_attributes: Map::new(),
            custom_attributes: Map::new(),
        }
    }
}

impl Desk {
    /// Whether an answer may leave now: an app's inbox can have a limit, in hours after the customer's last message.
    pub(crate) fn can_reply(&self, row: &Conversation) -> bool {
        let limit = match self.inboxes.get(&row.inbox_id).map(|inbox| &inbox.channel) {
            Some(Channel::Api { additional_attributes, .. }) => {
                additional_attributes.get("agent_reply_time_window").and_then(serde_json::Value::as_i64)
            }
            _ => None,
        };
        let Some(hours) = limit else { return true };
        let incoming = |message: &&Message| message.message_type == MessageType::Incoming;
        let last = self.messages_of(row).rev().find(incoming);
        last.is_some_and(|last| self.now() < last.created_at + jiff::SignedDuration::from_hours(hours))
    }

    pub fn create_conversation(&mut self, new: NewConversation) -> Result<i64, Refusal> {
        let address = self.contact_inboxes.get(&new.contact_inbox_id).ok_or(Refusal::NotFound)?;
        let (contact_id, inbox_id) = (address.contact_id, address.inbox_id);
        let blocked = self.contact(contact_id)?.blocked;
        // A bot or a block decides over what the caller asked for.
        let status = match (blocked, self.inbox(inbox_id)?.agent_bot) {
            (true, _) => Status::Resolved,
            (false, Some(_)) => Status::Pending,
            (false, None) => new.status.unwrap_or(Status::Open),
        };
        let named = new.assignee_id.filter(|id| self.users.contains_key(id)).map(Assignee::User);
        let assignee = named.or_else(|| self.assignee_from_the_start(inbox_id, status));
        let id = self.next_id("conversations");
        let now = self.now();
        let conversation = Conversation {
            id,
            uuid: Uuid::new_v4().to_string(),
            inbox_id,
            contact_id,
            contact_inbox_id: new.contact_inbox_id,
            status,
            priority: None,
            assignee,
            team_id: new.team_id.filter(|id| self.teams.contains_key(id)),
            labels: Vec::new(),
            cached_label_list: None,
            custom_attributes: new.custom_attributes,
            additional_attributes: new.additional_attributes,
            snoozed_until: new.snoozed_until,
            first_reply_created_at: None,
            waiting_since: Some(now),
            agent_last_seen_at: None,
            assignee_last_seen_at: None,
            contact_last_seen_at: None,
            last_activity_at: now,
            created_at: now,
            updated_at: now,
            editor_draft: None,
            messages: Vec::new(),
            last_of_instant: None,
        };
        self.conversations.insert(id, conversation);
        self.emit(Event::Conversation {
            name: "conversation_created",
            conversation: id,
            changed: Changed::Absent,
        });
        self.hand_out_soon(inbox_id);
        Ok(id)
    }

    /// Changes a conversation in one save. Returns the diff, which is empty if nothing changed.
    pub(crate) fn save_conversation(
        &mut self,
        id: i64,
        change: impl FnOnce(&mut Conversation),
    ) -> Result<Vec<serde_json::Value>, Refusal> {
        let now = self.now();
        let row = self.conversations.get_mut(&id).ok_or(Refusal::NotFound)?;
        let before = columns::conversation(row);
        change(row);
        if columns::changes(&before, &columns::conversation(row)).is_empty() {
            return Ok(Vec::new());
        }
        row.updated_at = now;
        Ok(columns::changes(&before, &columns::conversation(row)))
    }

    /// Announces a diff, if it names a column worth announcing.
    pub(crate) fn announce(&mut self, id: i64, changes: Vec<serde_json::Value>) {
        if columns::names_any(&changes, &columns::ANNOUNCED) {
            let changed = Changed::Columns(changes);
            self.emit(Event::Conversation { name: "conversation_updated", conversation: id, changed });
        }
    }

    pub(crate) fn update_conversation(
        &mut self,
        id: i64,
        change: impl FnOnce(&mut Conversation),
    ) -> Result<bool, Refusal> {
        let changes = self.save_conversation(id, change)?;
        let changed = !changes.is_empty();
        self.announce(id, changes);
        Ok(changed)
    }

    /// Assigns a user of the account, or nobody. An id that is nobody's unassigns.
    pub fn assign_user(&mut self, id: i64, user_id: Option<i64>, by: Actor) -> Result<(), Refusal> {
        let assignee = user_id.filter(|id| self.users.contains_key(id));
        if !self.update_conversation(id, |row| row.assignee = assignee.map(Assignee::User))? {
            return Ok(());
        }
        let name = assignee.and_then(|id| self.users.get(&id)).map(|user| user.name.clone());
        let text = match (name, self.name_of(by)) {
            (Some(name), Some(_)) if by == Actor::User(assignee.unwrap_or_default()) => {
                format!("{name} self-assigned this conversation")
            }
            (Some(name), Some(by)) => format!("Assigned to {name} by {by}"),
            (None, Some(by)) => format!("Conversation unassigned by {by}"),
            (_, None) => return Ok(()),
        };
        self.note_activity(id, text)
    }

    pub fn assign_bot(&mut self, id: i64, bot_id: i64) -> Result<(), Refusal> {
        let bot = self.bots.contains_key(&bot_id).then_some(Assignee::AgentBot(bot_id));
        self.update_conversation(id, |row| row.assignee = bot).map(|_| ())
    }

    /// Assigns a team. An assignee who is not in it is dropped, and a team that assigns by itself picks another.
    pub fn assign_team(&mut self, id: i64, team_id: Option<i64>, by: Actor) -> Result<(), Refusal> {
        let team = team_id.and_then(|id| self.teams.get(&id)).cloned();
        let before = self.conversation(id)?.clone();
        let stays = before.assignee.filter(|assignee| match (assignee, &team) {
            (Assignee::User(user), Some(team)) => team.members.contains(user),
            _ => true,
        });
        let auto = team.as_ref().filter(|team| team.allow_auto_assign);
        let picked = auto.and_then(|team| self.pick_member(before.inbox_id, &team.members));
        let assignee = stays.or(picked.map(Assignee::User));
        let new_id = team.as_ref().map(|team| team.id);
        let changed = self.update_conversation(id, |row| {
            row.team_id = new_id;
            row.assignee = assignee;
        })?;
        let old_name = before.team_id.and_then(|id| self.teams.get(&id)).map(|team| team.name.clone());
        let text = match (changed, team, old_name, self.name_of(by)) {
            (true, Some(team), _, Some(by)) => format!("Assigned to {} by {by}", team.name),
            (true, None, Some(old), Some(by)) => format!("Unassigned from {old} by {by}"),
            _ => return Ok(()),
        };
        self.note_activity(id, text)
    }

    /// The online member with the fewest open conversations; the lowest id among equals.
    pub(super) fn pick_member(
        &self,
        inbox_id: i64,
        members: &std::collections::BTreeSet<i64>,
    ) -> Option<i64> {
        let inbox = self.inboxes.get(&inbox_id)?;
        let load = |user: i64| {
            self.conversations
                .values()
                .filter(|row| row.status == Status::Open && row.assignee_user() == Some(user))
                .count()
        };
        let online = |id: &&i64| {
            self.users.get(id).is_some_and(|user| user.availability_status() == Availability::Online)
        };
        members.intersection(&inbox.members).filter(online).copied().min_by_key(|id| (load(*id), *id))
    }

    /// Replaces the whole set of labels. They need not be labels of the account.
    pub fn set_labels(&mut self, id: i64, labels: Vec<String>, by: Actor) -> Result<(), Refusal> {
        let mut wanted: Vec<String> = Vec::new();
        for label in labels.iter().flat_map(|label| label.split(',')).map(str::trim) {
            if !label.is_empty() && !wanted.iter().any(|known| known == label) {
                wanted.push(label.to_owned());
            }
        }
        let old = self.conversation(id)?.labels.clone();
        let new = wanted.clone();
        let cached = wanted.join(", ");
        self.update_conversation(id, |row| {
            if row.labels != wanted {
                row.cached_label_list = Some(cached);
                row.labels = wanted;
            }
        })?;
        let Some(name) = self.name_of(by).map(str::to_owned) else { return Ok(()) };
        let missing_in = |these: &[String], those: &[String]| {
            these.iter().filter(|label| !those.contains(label)).cloned().collect::<Vec<_>>().join(", ")
        };
        for (verb, labels) in [("added", missing_in(&new, &old)), ("removed", missing_in(&old, &new))] {
            if !labels.is_empty() {
                self.note_activity(id, format!("{name} {verb} {labels}"))?;
            }
        }
        Ok(())
    }

    pub fn set_priority(&mut self, id: i64, priority: Option<Priority>, by: Actor) -> Result<(), Refusal> {
        let old = self.conversation(id)?.priority;
        if !self.update_conversation(id, |row| row.priority = priority)? {
            return Ok(());
        }
        let Some(name) = self.name_of(by) else { return Ok(()) };
        let text = match (old, priority) {
            (None, Some(new)) => format!("{name} set the priority to {new}"),
            (Some(old), Some(new)) => format!("{name} changed the priority from {old} to {new}"),
            _ => format!("{name} removed the priority"),
        };
        self.note_activity(id, text)
    }

    /// Replaces the whole object.
    pub fn set_custom_attributes(&mut self, id: i64, attributes: Map) -> Result<(), Refusal> {
        self.update_conversation(id, |row| row.custom_attributes = attributes).map(|_| ())
    }

    /// An agent has looked; nothing is announced.
    pub fn mark_seen(&mut self, id: i64, by: Actor) -> Result<(), Refusal> {
        let now = self.now();
        let row = self.conversations.get_mut(&id).ok_or(Refusal::NotFound)?;
        row.agent_last_seen_at = Some(now);
        if let (Actor::User(user), Some(assignee)) = (by, row.assignee_user())
            && user == assignee
        {
            row.assignee_last_seen_at = Some(now);
        }
        Ok(())
    }

    /// Puts the last-seen marks one second before the customer's last message.
    pub fn mark_unread(&mut self, id: i64) -> Result<(), Refusal> {
        let row = self.conversation(id)?;
        let last = self.messages_of(row).rev().find(|message| message.message_type == MessageType::Incoming);
        let seen = last.map(|message| {
            let whole = Timestamp::from_second(message.created_at.as_second()).unwrap_or(message.created_at);
            whole.checked_sub(SignedDuration::from_secs(1)).unwrap_or(whole)
        });
        let row = self.conversations.get_mut(&id).ok_or(Refusal::NotFound)?;
        row.agent_last_seen_at = seen;
        row.assignee_last_seen_at = seen;
        Ok(())
    }

    /// Removes a conversation and its messages; nobody is told.
    pub fn delete_conversation(&mut self, id: i64) -> Result<(), Refusal> {
        let row = self.conversations.remove(&id).ok_or(Refusal::NotFound)?;
        for message in row.messages {
            self.messages.remove(&message);
        }
        Ok(())
    }
}
