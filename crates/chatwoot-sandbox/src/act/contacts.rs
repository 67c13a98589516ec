//! Contacts: made, changed, recognised, merged.

use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::columns;
use crate::desk::Desk;
use crate::event::{Changed, Event};
use crate::model::{Channel, Contact, ContactInbox, ContactType, Map};
use crate::refusal::Refusal;
use crate::sandbox::new_token;

/// What is known of a new contact.
#[derive(Clone, Debug, Default)]
pub struct NewContact {
    /// Made up where it is not given.
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone_number: Option<String>,
    pub identifier: Option<String>,
    pub custom_attributes: Map,
    pub additional_attributes: Map,
}

/// Who somebody says to be.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// The website's own key for them.
    pub identifier: Option<String>,
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone_number: Option<String>,
}

impl Desk {
    pub fn create_contact(&mut self, new: NewContact) -> i64 {
        let id = self.next_id("contacts");
        let now = self.now();
        let reachable = new.email.is_some() || new.phone_number.is_some() || new.identifier.is_some();
        if new.email.is_some() {
            self.avatar_lookups.push(id);
        }
        let contact = Contact {
            id,
            name: new.name.unwrap_or_else(|| invented_name(id)),
            email: new.email.map(|email| email.to_lowercase()),
            phone_number: new.phone_number,
            identifier: new.identifier,
            additional_attributes: new.additional_attributes,
            custom_attributes: new.custom_attributes,
            blocked: false,
            contact_type: if reachable { ContactType::Lead } else { ContactType::Visitor },
            last_activity_at: None,
            created_at: now,
            updated_at: now,
        };
        self.contacts.insert(id, contact);
        self.emit(Event::Contact { name: "contact_created", contact: id, changed: Changed::Absent });
        id
    }

    /// Gives a contact an address in an inbox, or finds the one it has.
    pub fn address_in(
        &mut self,
        contact_id: i64,
        inbox_id: i64,
        source_id: Option<String>,
    ) -> Result<i64, Refusal> {
        let known = self
            .contact_inboxes
            .values()
            .find(|row| row.contact_id == contact_id && row.inbox_id == inbox_id)
            .filter(|row| source_id.as_ref().is_none_or(|wanted| *wanted == row.source_id));
        if let Some(row) = known {
            return Ok(row.id);
        }
        let contact = self.contact(contact_id)?;
        let source_id = source_id.or_else(|| match self.inboxes.get(&inbox_id).map(|inbox| &inbox.channel) {
            Some(Channel::Email { .. }) => contact.email.clone(),
            Some(Channel::Sms { .. }) => contact.phone_number.clone(),
            _ => None,
        });
        self.inbox(inbox_id)?;
        let id = self.next_id("contact_inboxes");
        let row = ContactInbox {
            id,
            contact_id,
            inbox_id,
            source_id: source_id.unwrap_or_else(|| Uuid::new_v4().to_string()),
            pubsub_token: new_token(),
            auth_token: format!("{}.{}", new_token(), new_token()),
            hmac_verified: false,
            created_at: self.now(),
        };
        self.contact_inboxes.insert(id, row);
        Ok(id)
    }

    /// Changes a contact and announces what changed.
    pub fn update_contact(&mut self, id: i64, change: impl FnOnce(&mut Contact)) -> Result<(), Refusal> {
        let now = self.now();
        let contact = self.contacts.get_mut(&id).ok_or(Refusal::NotFound)?;
        let before = columns::contact(contact);
        change(contact);
        contact.email = contact.email.take().map(|email| email.to_lowercase());
        if contact.email.is_some() || contact.phone_number.is_some() || contact.identifier.is_some() {
            contact.contact_type = ContactType::Lead;
        }
        if columns::changes(&before, &columns::contact(contact)).is_empty() {
            return Ok(());
        }
        contact.updated_at = now;
        let changes = columns::changes(&before, &columns::contact(contact));
        if columns::names_any(&changes, &["email"]) && contact.email.is_some() {
            self.avatar_lookups.push(id);
        }
        self.emit(Event::Contact {
            name: "contact_updated",
            contact: id,
            changed: Changed::Columns(changes),
        });
        Ok(())
    }

    /// The bump after every message a contact sends.
    pub(crate) fn touch_contact(&mut self, id: i64) -> Result<(), Refusal> {
        let now = self.now();
        self.update_contact(id, |contact| contact.last_activity_at = Some(now))
    }

    /// A visitor says who they are. If that identifier, or else that e-mail address, is somebody already known, the
    /// visitor becomes them.
    pub fn identify_contact(&mut self, id: i64, who: Identity) -> Result<i64, Refusal> {
        let Identity { identifier, name, email, phone_number } = who;
        let wanted = email.as_ref().map(|email| email.to_lowercase());
        let others = || self.contacts.values().filter(|row| row.id != id);
        let same = |field: &Option<String>, wanted: &Option<String>| wanted.is_some() && field == wanted;
        let known = others().find(|row| same(&row.identifier, &identifier));
        let known = known.or_else(|| others().find(|row| same(&row.email, &wanted))).map(|row| row.id);
        if let Some(known) = known {
            self.merge_contacts(known, id)?;
            return Ok(known);
        }
        self.update_contact(id, |contact| {
            if identifier.is_some() {
                contact.identifier = identifier;
            }
            if let Some(name) = name.filter(|name| !name.is_empty()) {
                contact.name = name;
            }
            if email.is_some() {
                contact.email = email;
            }
            if phone_number.is_some() {
                contact.phone_number = phone_number;
            }
        })?;
        Ok(id)
    }

    /// Moves everything of `mergee` to `base`, whose own values win. The mergee vanishes without a word.
    pub fn merge_contacts(&mut self, base: i64, mergee: i64) -> Result<(), Refusal> {
        self.contact(base)?;
        if base == mergee {
            return Err(Refusal::Unprocessable("contact merge requires two different contacts".to_owned()));
        }
        let gone = self.contacts.remove(&mergee).ok_or(Refusal::NotFound)?;
        for row in self.contact_inboxes.values_mut().filter(|row| row.contact_id == mergee) {
            row.contact_id = base;
        }
        for row in self.conversations.values_mut().filter(|row| row.contact_id == mergee) {
            row.contact_id = base;
        }
        let (old, new) = (crate::model::Sender::Contact(mergee), crate::model::Sender::Contact(base));
        for message in self.messages.values_mut().filter(|message| message.sender == old) {
            message.sender = new;
        }
        self.update_contact(base, |contact| {
            contact.email = contact.email.take().or(gone.email);
            contact.phone_number = contact.phone_number.take().or(gone.phone_number);
            contact.identifier = contact.identifier.take().or(gone.identifier);
            let mut custom = gone.custom_attributes;
            custom.extend(std::mem::take(&mut contact.custom_attributes));
            contact.custom_attributes = custom;
        })
    }

    /// The picture look-up after a new e-mail address: it finds none, and notes that without any event.
    pub(crate) fn look_up_avatars(&mut self) {
        let now = self.now();
        for id in std::mem::take(&mut self.avatar_lookups) {
            let Some(contact) = self.contacts.get_mut(&id) else { continue };
            let Some(email) = &contact.email else { continue };
            let hash = hex::encode(Sha256::digest(email.as_bytes()));
            contact.additional_attributes.insert("avatar_url_hash".to_owned(), json!(hash));
            contact.additional_attributes.insert("last_avatar_sync_at".to_owned(), whole_second(now));
        }
    }
}

fn whole_second(at: Timestamp) -> Value {
    json!(at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// The name a visitor has before they give one, like `quiet-fern-7`.
fn invented_name(id: i64) -> String {
    const HOW: [&str; 8] = ["quiet", "brave", "misty", "amber", "swift", "plain", "early", "rosy"];
    const WHAT: [&str; 9] = ["fern", "lake", "hill", "wren", "reed", "moon", "oak", "tide", "star"];
    let pick = |words: &[&'static str], step: i64| {
        let n = usize::try_from(id.unsigned_abs() * step.unsigned_abs()).unwrap_or(0) % words.len();
        words[n]
    };
    format!("{}-{}-{}", pick(&HOW, 3), pick(&WHAT, 5), id % 1000)
}
