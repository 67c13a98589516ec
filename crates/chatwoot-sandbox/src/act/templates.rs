//! What an inbox says by itself: its greeting, and that it is closed.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::desk::Desk;
use crate::model::{Inbox, Message, MessageType, Sender, WorkingHour};
use crate::refusal::Refusal;

use super::messages::NewMessage;

impl Desk {
    /// The templates that follow a customer's message. Who is told that nobody is there is not greeted.
    pub(super) fn say_templates(&mut self, conversation: i64) -> Result<(), Refusal> {
        if let Some(text) = self.closed_notice(conversation)? {
            self.create_message(conversation, NewMessage::text(Sender::Nobody, &text))?;
        }
        if let Some(text) = self.greeting(conversation)? {
            self.create_message(conversation, NewMessage::text(Sender::Nobody, &text))?;
        }
        Ok(())
    }

    /// The inbox's greeting, before anybody has answered.
    fn greeting(&self, id: i64) -> Result<Option<String>, Refusal> {
        let row = self.conversation(id)?;
        let inbox = self.inbox(row.inbox_id)?;
        let answered = self
            .messages_of(row)
            .any(|message| matches!(message.message_type, MessageType::Outgoing | MessageType::Template));
        let greeting =
            inbox.greeting_message.clone().filter(|text| inbox.greeting_enabled && !text.is_empty());
        Ok(greeting.filter(|_| !answered))
    }

    /// That nobody is there: outside the hours, and once a day.
    fn closed_notice(&self, id: i64) -> Result<Option<String>, Refusal> {
        let row = self.conversation(id)?;
        let inbox = self.inbox(row.inbox_id)?;
        let now = self.now();
        if !is_closed(inbox, now) {
            return Ok(None);
        }
        let day = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
        let said_today = |message: &Message| {
            message.message_type == MessageType::Template && day(message.created_at) == day(now)
        };
        let silent = !self.messages_of(row).any(said_today);
        Ok(inbox.out_of_office_message.clone().filter(|text| silent && !text.is_empty()))
    }
}

/// Whether the inbox keeps hours and is outside them. A zone nobody knows counts as UTC.
fn is_closed(inbox: &Inbox, now: Timestamp) -> bool {
    if !inbox.working_hours_enabled {
        return false;
    }
    let local = now.to_zoned(TimeZone::get(&inbox.timezone).unwrap_or(TimeZone::UTC));
    let weekday = i64::from(local.weekday().to_sunday_zero_offset());
    let Some(hours) = inbox.working_hours.iter().find(|day| day.day_of_week == weekday) else { return false };
    let minute = i64::from(local.hour()) * 60 + i64::from(local.minute());
    !is_open(hours, minute)
}

fn is_open(day: &WorkingHour, minute: i64) -> bool {
    let at =
        |hour: Option<i64>, minutes: Option<i64>| hour.unwrap_or_default() * 60 + minutes.unwrap_or_default();
    let (from, to) = (at(day.open_hour, day.open_minutes), at(day.close_hour, day.close_minutes));
    !day.closed_all_day && (day.open_all_day || (from..to).contains(&minute))
}
