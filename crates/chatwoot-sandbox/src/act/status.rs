//! A conversation's status: opened, resolved, pending, snoozed; and the mute that resolves.

use jiff::Timestamp;

use crate::desk::Desk;
use crate::event::{Actor, Changed, Event};
use crate::model::Status;
use crate::refusal::Refusal;

impl Desk {
    /// Sets the status. Resolving sends the survey, if one is due.
    pub fn set_status(
        &mut self,
        id: i64,
        status: Status,
        snoozed_until: Option<Timestamp>,
        by: Actor,
    ) -> Result<(), Refusal> {
        let row = self.conversation(id)?;
        let (old, inbox) = (row.status, row.inbox_id);
        let until = snoozed_until.filter(|_| status == Status::Snoozed);
        let changes = self.save_conversation(id, |row| {
            row.status = status;
            row.snoozed_until = until;
        })?;
        if old == status {
            self.announce(id, changes);
            return Ok(());
        }
        if status != Status::Pending {
            self.hand_out_soon(inbox);
        }
        let for_bots = match status {
            Status::Open => Some("conversation_opened"),
            Status::Resolved => Some("conversation_resolved"),
            Status::Pending | Status::Snoozed => None,
        };
        if let Some(name) = for_bots {
            self.emit(Event::Conversation { name, conversation: id, changed: Changed::Absent });
        }
        let status_changed = Event::Conversation {
            name: "conversation_status_changed",
            conversation: id,
            changed: Changed::Null,
        };
        if status != Status::Resolved {
            self.emit(status_changed);
            self.announce(id, changes);
            return self.note_status(id, status, by);
        }
        // Written past the callbacks: no diff names it.
        if let Some(row) = self.conversations.get_mut(&id) {
            row.waiting_since = None;
        }
        if !self.survey_is_due(id)? {
            self.emit(status_changed);
            self.announce(id, changes);
            return self.note_status(id, status, by);
        }
        // The job that tells of the change usually runs before the one that sends the survey.
        self.announce(id, changes);
        self.build_pending();
        self.note_status(id, status, by)?;
        self.emit(status_changed);
        self.send_survey(id)
    }

    /// A bot passes a pending conversation on to people.
    pub fn hand_off(&mut self, id: i64, bot: Actor) -> Result<(), Refusal> {
        if self.conversation(id)?.waiting_since.is_none() {
            let now = self.now();
            self.update_conversation(id, |row| row.waiting_since = Some(now))?;
        }
        self.set_status(id, Status::Open, None, bot)
    }

    /// A bot that cannot be told of a message must not keep its customer waiting: people take over.
    pub(crate) fn take_from_failing_bot(&mut self, message: i64) -> Result<(), Refusal> {
        let id = self.message(message)?.conversation_id;
        if self.conversation(id)?.status != Status::Pending {
            return Ok(());
        }
        self.set_status(id, Status::Open, None, Actor::System)?;
        self.note_activity(
            id,
            "Conversation was marked open by system due to an error with the agent bot.".to_owned(),
        )
    }

    /// What `toggle_status` does without a status.
    pub fn opposite_status(&self, id: i64) -> Result<Status, Refusal> {
        Ok(if self.conversation(id)?.status == Status::Open { Status::Resolved } else { Status::Open })
    }

    /// Resolves the conversation and blocks its contact everywhere.
    pub fn mute(&mut self, id: i64, by: Actor) -> Result<(), Refusal> {
        let contact = self.conversation(id)?.contact_id;
        self.set_status(id, Status::Resolved, None, by)?;
        self.update_contact(contact, |contact| contact.blocked = true)?;
        self.note_mute(id, "muted", by)
    }

    /// Unblocks the contact; the conversation stays resolved.
    pub fn unmute(&mut self, id: i64, by: Actor) -> Result<(), Refusal> {
        let contact = self.conversation(id)?.contact_id;
        self.update_contact(contact, |contact| contact.blocked = false)?;
        self.note_mute(id, "unmuted", by)
    }

    fn note_mute(&mut self, id: i64, verb: &str, by: Actor) -> Result<(), Refusal> {
        let Some(name) = self.name_of(by) else { return Ok(()) };
        let text = format!("{name} has {verb} the conversation");
        self.note_activity(id, text)
    }

    fn note_status(&mut self, id: i64, status: Status, by: Actor) -> Result<(), Refusal> {
        let Some(name) = self.name_of(by) else { return Ok(()) };
        let text = match (status, by) {
            (Status::Open, _) => format!("Conversation was reopened by {name}"),
            (Status::Resolved, Actor::Contact(_)) => format!("Conversation was resolved by {name}"),
            (Status::Resolved, _) => format!("Conversation was marked resolved by {name}"),
            (Status::Pending, _) => format!("Conversation was marked as pending by {name}"),
            (Status::Snoozed, _) => format!("Conversation was snoozed by {name}"),
        };
        self.note_activity(id, text)
    }
}
