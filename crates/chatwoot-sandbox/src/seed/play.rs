//! Plays an imagined history on the desk: its own verbs, with its clock set to each moment.

use std::collections::HashMap;

use anyhow::Context;
use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use uuid::{Builder, Uuid};

use super::history::{Act, Conversation as Told, History};
use super::people::Person;
use super::setup::Places;
use super::texts::Channel;
use crate::Desk;
use crate::act::{NewContact, NewConversation, NewMessage};
use crate::event::Actor;
use crate::model::{Map, Priority, Sender, Status};

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
        stage.desk.clock.set(step.at);
        let id = match stage.ids.get(&step.conversation) {
            Some(id) => *id,
            None => {
                let id = stage.open(told, person, step.at)?;
                stage.ids.insert(step.conversation, id);
                id
            }
        };
        stage
            .perform(id, told, step.at, step.act)
            .with_context(|| format!("conversation {id} at {}", step.at))?;
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
            Act::Customer(text) => self.customer(id, told, at, &text)?,
            Act::Reply { by, text } => {
                let by = self.look(id, by)?;
                self.desk.create_message(id, NewMessage::text(Sender::User(by), &text))?;
            }
            Act::Note { by, text } => {
                let by = self.look(id, by)?;
                self.desk.create_message(id, NewMessage::note(Sender::User(by), &text))?;
            }
            Act::Team { by, name } => {
                let team = self.desk.teams.values().find(|team| team.name.eq_ignore_ascii_case(&name));
                let team = team.map(|team| team.id).with_context(|| format!("there is no team {name:?}"))?;
                self.desk.assign_team(id, Some(team), self.actor(by))?;
            }
            Act::Assign { by, to } => self.desk.assign_user(id, Some(self.user(to)), self.actor(by))?,
            Act::Labels { by, titles } => self.desk.set_labels(id, titles, self.actor(by))?,
            Act::Priority { by, word } => {
                let priority =
                    Priority::parse(&word).with_context(|| format!("there is no priority {word:?}"))?;
                self.desk.set_priority(id, Some(priority), self.actor(by))?;
            }
            Act::Resolve { by } => {
                self.look(id, by)?;
                self.desk.set_status(id, Status::Resolved, None, self.actor(by))?;
            }
            Act::Snooze { by, until } => {
                self.desk.set_status(id, Status::Snoozed, Some(until), self.actor(by))?;
            }
            Act::Rate { rating, feedback } => {
                let survey = self.survey_of(id).context("a rating without a survey")?;
                self.desk.answer_survey(survey, rating, Some(feedback))?;
            }
        }
        self.desk.send_mails();
        Ok(())
    }

    /// A new conversation, and whatever of the contact the desk does not have yet.
    fn open(&mut self, told: &Told, person: &Person, at: Timestamp) -> anyhow::Result<i64> {
        let inbox = *self.places.get(&told.channel).context("no inbox for the channel")?;
        let contact = self.contact(told, person);
        let source_id = match told.channel {
            Channel::Website | Channel::App => self.known_source(contact, inbox),
            Channel::Mail => person.email.clone(),
            Channel::Sms => {
                self.desk.update_contact(contact, |row| row.phone_number = Some(person.phone.clone()))?;
                person.phone.clone()
            }
        };
        let address = self.desk.address_in(contact, inbox, Some(source_id))?;
        let new = NewConversation { additional_attributes: origin(told, at), ..NewConversation::of(address) };
        let id = self.desk.create_conversation(new)?;
        let uuid = self.uuid().to_string();
        if let Some(row) = self.desk.conversations.get_mut(&id) {
            row.uuid = uuid;
        }
        Ok(id)
    }

    fn contact(&mut self, told: &Told, person: &Person) -> i64 {
        if let Some(id) = self.contacts.get(&told.person) {
            return *id;
        }
        let id = self.desk.create_contact(NewContact {
            name: Some(person.name.clone()),
            email: Some(person.email.clone()),
            identifier: (told.channel == Channel::App).then(|| format!("app-{}", 1000 + told.person)),
            custom_attributes: if person.vip { object(json!({ "tier": "workshop" })) } else { Map::new() },
            ..NewContact::default()
        });
        self.desk.look_up_avatars();
        self.contacts.insert(told.person, id);
        id
    }

    /// The address a contact has in an inbox already, or a new one: made here, so that two seeds are equal.
    fn known_source(&mut self, contact: i64, inbox: i64) -> String {
        let mut known = self.desk.contact_inboxes.values();
        match known.find(|row| row.contact_id == contact && row.inbox_id == inbox) {
            Some(row) => row.source_id.clone(),
            None => self.uuid().to_string(),
        }
    }

    fn customer(&mut self, id: i64, told: &Told, at: Timestamp, text: &str) -> anyhow::Result<()> {
        let row = self.desk.conversation(id)?;
        let (contact, first) = (row.contact_id, row.messages.is_empty());
        let mut message = NewMessage::text(Sender::Contact(contact), text);
        match told.channel {
            Channel::Website => message.content_attributes = object(json!({ "in_reply_to": null })),
            Channel::Mail => {
                let from = self.desk.contact(contact)?.email.clone();
                let source = format!("{}@example.test", self.uuid().simple());
                message.content_type = "incoming_email".to_owned();
                message.content_attributes = mail(&told.subject, first, &source, text, at, from.as_deref());
                message.source_id = Some(source);
            }
            Channel::Sms => message.source_id = Some(format!("sms-{}", self.uuid().simple())),
            Channel::App => {}
        }
        self.desk.create_message(id, message)?;
        Ok(())
    }

    /// An agent who acts has read the thread. Gives the user's id.
    fn look(&mut self, id: i64, by: usize) -> anyhow::Result<i64> {
        self.desk.mark_seen(id, self.actor(by))?;
        Ok(self.user(by))
    }

    fn survey_of(&self, id: i64) -> Option<i64> {
        let row = self.desk.conversations.get(&id)?;
        let survey = self.desk.messages_of(row).rev().find(|message| message.content_type == "input_csat")?;
        Some(survey.id)
    }

    fn user(&self, n: usize) -> i64 {
        self.crew.get(n).map_or(0, |(id, _)| *id)
    }

    fn actor(&self, n: usize) -> Actor {
        Actor::User(self.user(n))
    }

    fn uuid(&mut self) -> Uuid {
        Builder::from_random_bytes(self.rng.random()).into_uuid()
    }
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
