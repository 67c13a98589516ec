//! Writes an imagined history into the desk's tables, by the rules the desk itself follows.

use std::collections::HashMap;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use uuid::{Builder, Uuid};

use super::history::{Act, Conversation as Told, History};
use super::people::Person;
use super::setup::Places;
use super::texts::Channel;
use crate::Desk;
use crate::model::{
    Assignee, Contact, ContactInbox, ContactType, Conversation, CsatResponse, Map, Message, MessageStatus,
    MessageType, Priority, Sender, Status,
};
use crate::sandbox::new_token;

pub(super) const GREETING: &str = "Hello, we usually answer in a few minutes.";
const SURVEY: &str = "Please rate the conversation";
/// Another series than the history's own, so that a change of texts leaves the ids alone.
const IDS: u64 = 4_150;

pub(super) fn play(
    desk: &mut Desk,
    crew: &[(i64, String)],
    places: &Places,
    history: History,
) -> anyhow::Result<()> {
    let History { people, conversations, steps } = history;
    let rng = StdRng::seed_from_u64(IDS);
    let mut stage = Stage { desk, crew, places, rng, contacts: HashMap::new(), ids: HashMap::new() };
    for step in steps {
        let told = conversations.get(step.conversation).context("a step of no conversation")?;
        let person = people.get(told.person).context("a conversation of nobody")?;
        let id = match stage.ids.get(&step.conversation) {
            Some(id) => *id,
            None => {
                let id = stage.open(told, person, step.at)?;
                stage.ids.insert(step.conversation, id);
                id
            }
        };
        stage.perform(id, told, step.at, step.act)?;
    }
    Ok(())
}

struct Stage<'a> {
    desk: &'a mut Desk,
    crew: &'a [(i64, String)],
    places: &'a Places,
    rng: StdRng,
    /// The contact of each person who has written already.
    contacts: HashMap<usize, i64>,
    /// The conversation of each one told.
    ids: HashMap<usize, i64>,
}

impl Stage<'_> {
    fn perform(&mut self, id: i64, told: &Told, at: Timestamp, act: Act) -> anyhow::Result<()> {
        match act {
            Act::Customer(text) => self.customer(id, told, at, text)?,
            Act::Reply { by, text } => {
                self.say(id, at, MessageType::Outgoing, Sender::User(self.user(by)), text)?;
                let one = self.one(id)?;
                one.first_reply_created_at.get_or_insert(at);
                one.waiting_since = None;
                seen(one, at);
            }
            Act::Note { by, text } => {
                let note = self.say(id, at, MessageType::Outgoing, Sender::User(self.user(by)), text)?;
                note.private = true;
                seen(self.one(id)?, at);
            }
            Act::Team { by, name } => {
                let team = self.desk.teams.values().find(|team| team.name.eq_ignore_ascii_case(&name));
                let (team, name) = team.map(|team| (team.id, team.name.clone())).context("no such team")?;
                self.one(id)?.team_id = Some(team);
                self.note_down(id, at, format!("Assigned to {name} by {}", self.name(by)))?;
            }
            Act::Assign { by, to } => {
                self.one(id)?.assignee = Some(Assignee::User(self.user(to)));
                let (by, to) = (self.name(by), self.name(to));
                let text = match by == to {
                    true => format!("{by} self-assigned this conversation"),
                    false => format!("Assigned to {to} by {by}"),
                };
                self.note_down(id, at, text)?;
            }
            Act::Labels { by, titles } => {
                let text = format!("{} added {}", self.name(by), titles.join(", "));
                let one = self.one(id)?;
                one.cached_label_list = Some(titles.join(", "));
                one.labels = titles;
                self.note_down(id, at, text)?;
            }
            Act::Priority { by, word } => {
                self.one(id)?.priority = Some(Priority::parse(&word).context("no such priority")?);
                self.note_down(id, at, format!("{} set the priority to {word}", self.name(by)))?;
            }
            Act::Resolve { by } => self.resolve(id, by, at)?,
            Act::Snooze { by, until } => {
                let one = self.one(id)?;
                (one.status, one.snoozed_until) = (Status::Snoozed, Some(until));
                self.note_down(id, at, format!("Conversation was snoozed by {}", self.name(by)))?;
            }
            Act::Rate { rating, feedback } => self.rate(id, at, rating, feedback)?,
        }
        Ok(())
    }

    /// A new conversation, and whatever of the contact the desk does not have yet.
    fn open(&mut self, told: &Told, person: &Person, at: Timestamp) -> anyhow::Result<i64> {
        let inbox_id = *self.places.get(&told.channel).context("no inbox for the channel")?;
        let contact_id = self.contact(told, person, at);
        let contact_inbox_id = self.contact_inbox(contact_id, inbox_id, told.channel, person, at);
        let id = self.desk.next_id("conversations");
        let conversation = Conversation {
            id,
            uuid: self.uuid().to_string(),
            inbox_id,
            contact_id,
            contact_inbox_id,
            status: Status::Open,
            priority: None,
            assignee: None,
            team_id: None,
            labels: Vec::new(),
            cached_label_list: None,
            custom_attributes: Map::new(),
            additional_attributes: origin(told, at),
            snoozed_until: None,
            first_reply_created_at: None,
            waiting_since: Some(at),
            agent_last_seen_at: None,
            assignee_last_seen_at: None,
            contact_last_seen_at: None,
            last_activity_at: at,
            created_at: at,
            updated_at: at,
            editor_draft: None,
            messages: Vec::new(),
        };
        self.desk.conversations.insert(id, conversation);
        Ok(id)
    }

    fn contact(&mut self, told: &Told, person: &Person, at: Timestamp) -> i64 {
        if let Some(id) = self.contacts.get(&told.person) {
            return *id;
        }
        let id = self.desk.next_id("contacts");
        let custom = if person.vip { object(json!({ "tier": "workshop" })) } else { Map::new() };
        let contact = Contact {
            id,
            name: person.name.clone(),
            email: Some(person.email.clone()),
            phone_number: (told.channel == Channel::Sms).then(|| person.phone.clone()),
            identifier: (told.channel == Channel::App).then(|| format!("app-{}", 1000 + told.person)),
            additional_attributes: Map::new(),
            custom_attributes: custom,
            blocked: false,
            contact_type: ContactType::Lead,
            last_activity_at: None,
            created_at: at,
            updated_at: at,
        };
        self.desk.contacts.insert(id, contact);
        self.contacts.insert(told.person, id);
        id
    }

    fn contact_inbox(
        &mut self,
        contact: i64,
        inbox: i64,
        channel: Channel,
        person: &Person,
        at: Timestamp,
    ) -> i64 {
        let mut known = self.desk.contact_inboxes.values();
        if let Some(row) = known.find(|row| row.contact_id == contact && row.inbox_id == inbox) {
            return row.id;
        }
        let source_id = match channel {
            Channel::Website | Channel::App => self.uuid().to_string(),
            Channel::Mail => person.email.clone(),
            Channel::Sms => person.phone.clone(),
        };
        if channel == Channel::Sms
            && let Some(contact) = self.desk.contacts.get_mut(&contact)
        {
            contact.phone_number.get_or_insert_with(|| person.phone.clone());
        }
        let id = self.desk.next_id("contact_inboxes");
        let (pubsub_token, auth_token) = (new_token(), new_token());
        let row = ContactInbox {
            id,
            contact_id: contact,
            inbox_id: inbox,
            source_id,
            pubsub_token,
            auth_token,
            created_at: at,
        };
        self.desk.contact_inboxes.insert(id, row);
        id
    }

    fn customer(&mut self, id: i64, told: &Told, at: Timestamp, text: String) -> anyhow::Result<()> {
        let contact = self.one(id)?.contact_id;
        let first = self.one(id)?.messages.is_empty();
        let from = self.desk.contacts.get(&contact).and_then(|contact| contact.email.clone());
        let (uuid, sent) = (self.uuid(), text.clone());
        let message = self.say(id, at, MessageType::Incoming, Sender::Contact(contact), text)?;
        match told.channel {
            Channel::Website => message.content_attributes = object(json!({ "in_reply_to": null })),
            Channel::Mail => {
                message.content_type = "incoming_email".to_owned();
                let source = format!("{}@example.test", uuid.simple());
                message.content_attributes = mail(&told.subject, first, &source, &sent, at, from.as_deref());
                message.source_id = Some(source);
            }
            Channel::Sms => message.source_id = Some(format!("sms-{}", uuid.simple())),
            Channel::App => {}
        }
        let one = self.one(id)?;
        // Whoever writes again reopens what was closed or put off.
        (one.status, one.snoozed_until) = (Status::Open, None);
        one.waiting_since.get_or_insert(at);
        if let Some(contact) = self.desk.contacts.get_mut(&contact) {
            (contact.last_activity_at, contact.updated_at) = (Some(at), at);
        }
        if first && told.channel == Channel::Website {
            let soon = at + SignedDuration::from_millis(200);
            self.say(id, soon, MessageType::Template, Sender::Nobody, GREETING.to_owned())?;
        }
        Ok(())
    }

    fn resolve(&mut self, id: i64, by: usize, at: Timestamp) -> anyhow::Result<()> {
        let one = self.one(id)?;
        (one.status, one.waiting_since) = (Status::Resolved, None);
        seen(one, at);
        self.note_down(id, at, format!("Conversation was marked resolved by {}", self.name(by)))?;
        if self.survey_of(id).is_none() {
            let soon = at + SignedDuration::from_millis(300);
            let survey = self.say(id, soon, MessageType::Template, Sender::Nobody, SURVEY.to_owned())?;
            survey.content_type = "input_csat".to_owned();
            survey.content_attributes = object(json!({ "display_type": "emoji" }));
        }
        Ok(())
    }

    fn rate(&mut self, id: i64, at: Timestamp, rating: i64, feedback: String) -> anyhow::Result<()> {
        let message_id = self.survey_of(id).context("a rating without a survey")?;
        let (contact_id, assigned_agent) = (self.one(id)?.contact_id, self.one(id)?.assignee_user());
        let answer = json!({ "csat_survey_response": { "feedback_message": feedback, "rating": rating } });
        if let Some(survey) = self.desk.messages.get_mut(&message_id) {
            survey.content_attributes.insert("submitted_values".to_owned(), answer);
            survey.updated_at = at;
        }
        let response = CsatResponse {
            id: self.desk.next_id("csat_responses"),
            message_id,
            conversation_id: id,
            contact_id,
            assigned_agent,
            rating,
            feedback_message: Some(feedback),
            created_at: at,
        };
        self.desk.csat_responses.insert(response.id, response);
        Ok(())
    }

    fn survey_of(&self, id: i64) -> Option<i64> {
        let one = self.desk.conversations.get(&id)?;
        let survey = self.desk.messages_of(one).rev().find(|message| message.content_type == "input_csat")?;
        Some(survey.id)
    }

    /// The small line in the thread that says what an agent did.
    fn note_down(&mut self, id: i64, at: Timestamp, text: String) -> anyhow::Result<()> {
        self.say(id, at, MessageType::Activity, Sender::Nobody, text).map(|_| ())
    }

    /// Adds a message and moves the conversation's clock on.
    fn say(
        &mut self,
        conversation_id: i64,
        at: Timestamp,
        message_type: MessageType,
        sender: Sender,
        text: String,
    ) -> anyhow::Result<&mut Message> {
        let id = self.desk.next_id("messages");
        let one = self.one(conversation_id)?;
        one.messages.push(id);
        // A customer's word may come between two lines the desk writes a moment apart.
        one.last_activity_at = one.last_activity_at.max(at);
        one.updated_at = one.updated_at.max(at);
        let message = Message {
            id,
            conversation_id,
            inbox_id: one.inbox_id,
            processed_message_content: Some(text.clone()),
            content: Some(text),
            message_type,
            content_type: "text".to_owned(),
            content_attributes: Map::new(),
            additional_attributes: Map::new(),
            private: false,
            status: MessageStatus::Sent,
            source_id: None,
            sender,
            attachments: Vec::new(),
            created_at: at,
            updated_at: at,
        };
        Ok(self.desk.messages.entry(id).or_insert(message))
    }

    fn one(&mut self, id: i64) -> anyhow::Result<&mut Conversation> {
        self.desk.conversations.get_mut(&id).context("a conversation that was never opened")
    }

    fn user(&self, n: usize) -> i64 {
        self.crew.get(n).map_or(0, |(id, _)| *id)
    }

    fn name(&self, n: usize) -> String {
        self.crew.get(n).map(|(_, name)| name.clone()).unwrap_or_default()
    }

    fn uuid(&mut self) -> Uuid {
        Builder::from_random_bytes(self.rng.random()).into_uuid()
    }
}

/// An agent who acts has read the thread.
fn seen(one: &mut Conversation, at: Timestamp) {
    (one.agent_last_seen_at, one.assignee_last_seen_at) = (Some(at), Some(at));
}

/// What a conversation says about where it came from.
fn origin(told: &Told, at: Timestamp) -> Map {
    match told.channel {
        Channel::Website => object(json!({
            "browser": { "device_name": "Unknown", "browser_name": "Firefox", "platform_name": "Linux",
                         "browser_version": "140.0", "platform_version": "6" },
            "referer": "https://hotrodan.test/",
            "initiated_at": { "timestamp": at.strftime("%a %b %d %Y %H:%M:%S GMT+0000").to_string() },
            "browser_language": told.language,
        })),
        Channel::Mail => object(json!({
            "source": "email",
            "auto_reply": false,
            "in_reply_to": null,
            "initiated_at": { "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string() },
            "mail_subject": told.subject,
        })),
        Channel::App | Channel::Sms => Map::new(),
    }
}

/// What an incoming e-mail carries beside its text.
fn mail(subject: &str, first: bool, message_id: &str, text: &str, at: Timestamp, from: Option<&str>) -> Map {
    let subject = if first { subject.to_owned() } else { format!("Re: {subject}") };
    object(json!({
        "email": {
            "bcc": null,
            "cc": null,
            "content_type": "text/plain; charset=utf-8",
            "date": at.strftime("%Y-%m-%dT%H:%M:%S.000+00:00").to_string(),
            "from": [from],
            "headers": null,
            "html_content": {},
            "in_reply_to": null,
            "message_id": message_id,
            "multipart": false,
            "number_of_attachments": 0,
            "references": [],
            "subject": subject,
            "text_content": { "full": text, "reply": text, "quoted": text },
            "to": ["support@hotrodan.test"],
            "auto_reply": false,
        },
        "cc_email": null,
        "bcc_email": null,
    }))
}

fn object(value: Value) -> Map {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
