//! The desk: every table of one account, in memory, and what is waiting to be told to the outside.
//!
//! Invariant: nothing here does I/O. Verbs (in `act`) change rows and queue events; [`Desk::build_pending`]
//! turns queued events into deliveries that show the desk as it is *then*, which is later than the event.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::clock::Clock;
use crate::dialect::Version;
use crate::event::{Delivery, Event};
use crate::model::{
    Account, AgentBot, CannedResponse, Contact, ContactInbox, Conversation, CsatResponse, CustomAttribute,
    DashboardApp, Inbox, Label, Message, Team, User, Webhook,
};

/// A table: rows by id, in order of creation.
pub type Table<T> = BTreeMap<i64, T>;

#[derive(Debug)]
pub struct Desk {
    pub account: Account,
    pub users: Table<User>,
    pub bots: Table<AgentBot>,
    pub teams: Table<Team>,
    pub labels: Table<Label>,
    pub inboxes: Table<Inbox>,
    pub contacts: Table<Contact>,
    pub contact_inboxes: Table<ContactInbox>,
    pub conversations: Table<Conversation>,
    pub messages: Table<Message>,
    pub webhooks: Table<Webhook>,
    pub canned_responses: Table<CannedResponse>,
    pub dashboard_apps: Table<DashboardApp>,
    pub custom_attributes: Table<CustomAttribute>,
    pub csat_responses: Table<CsatResponse>,
    /// The token of a platform app, which opens nothing here but is told apart from an unknown one.
    pub platform_token: Option<String>,
    /// The version this desk passes for.
    pub version: Version,
    /// Whether inboxes that are set to hand out conversations do so.
    pub auto_assignment: bool,
    /// Where this desk can be reached: the front of every link it makes.
    pub base_url: String,
    pub clock: Clock,
    /// The last id given out, by table.
    last_ids: BTreeMap<&'static str, i64>,
    pub(crate) events: Vec<Event>,
    pub(crate) outbox: Vec<Delivery>,
    /// Contacts whose new e-mail address is still to be looked up for a picture.
    pub(crate) avatar_lookups: Vec<i64>,
    /// Replies of e-mail inboxes that are still to leave.
    pub(crate) unsent_mails: Vec<i64>,
    /// Inboxes that are about to hand out conversations.
    pub(crate) hand_outs: BTreeSet<i64>,
    /// While held, events stay queued and are built by a later turn.
    pub(crate) building_held: bool,
}

impl Desk {
    pub(crate) fn new(account: Account, users: Vec<User>, clock: Clock) -> Self {
        let mut desk = Self {
            account,
            users: Table::new(),
            bots: Table::new(),
            teams: Table::new(),
            labels: Table::new(),
            inboxes: Table::new(),
            contacts: Table::new(),
            contact_inboxes: Table::new(),
            conversations: Table::new(),
            messages: Table::new(),
            webhooks: Table::new(),
            canned_responses: Table::new(),
            dashboard_apps: Table::new(),
            custom_attributes: Table::new(),
            csat_responses: Table::new(),
            platform_token: None,
            version: Version::NEWEST,
            auto_assignment: false,
            base_url: String::new(),
            clock,
            last_ids: BTreeMap::new(),
            events: Vec::new(),
            outbox: Vec::new(),
            avatar_lookups: Vec::new(),
            unsent_mails: Vec::new(),
            hand_outs: BTreeSet::new(),
            building_held: false,
        };
        for user in users {
            desk.users.insert(user.id, user);
        }
        desk
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The next id of a table, which is never given out twice.
    pub(crate) fn next_id(&mut self, table: &'static str) -> i64 {
        let last = self.last_ids.entry(table).or_default();
        *last += 1;
        *last
    }

    /// After rows came with ids of their own: new ones get higher ids.
    pub(crate) fn continue_ids(&mut self) {
        fn last<T>(table: &Table<T>) -> i64 {
            table.keys().next_back().copied().unwrap_or_default()
        }
        let attachments = self.messages.values().flat_map(|message| &message.attachments);
        let last_attachment = attachments.map(|file| file.id).max().unwrap_or_default();
        let mut used = vec![
            ("agent_bots", last(&self.bots)),
            ("attachments", last_attachment),
            ("contacts", last(&self.contacts)),
            ("conversations", last(&self.conversations)),
            ("csat_responses", last(&self.csat_responses)),
            ("inboxes", last(&self.inboxes)),
            ("labels", last(&self.labels)),
            ("messages", last(&self.messages)),
            ("teams", last(&self.teams)),
        ];
        used.extend(self.inboxes.values().map(|inbox| (inbox.channel.table(), inbox.channel_id)));
        for (table, id) in used {
            let known = self.last_ids.entry(table).or_default();
            *known = id.max(*known);
        }
    }

    /// The messages of a conversation, oldest first.
    pub fn messages_of<'a>(
        &'a self,
        conversation: &'a Conversation,
    ) -> impl DoubleEndedIterator<Item = &'a Message> + 'a {
        conversation.messages.iter().filter_map(|id| self.messages.get(id))
    }

    /// The very last message of any kind.
    pub(crate) fn last_message<'a>(&'a self, conversation: &'a Conversation) -> Option<&'a Message> {
        let newest = self.messages_of(conversation).next_back()?;
        let chosen = conversation.last_of_instant.and_then(|id| self.messages.get(&id));
        Some(chosen.filter(|message| message.created_at == newest.created_at).unwrap_or(newest))
    }
}
