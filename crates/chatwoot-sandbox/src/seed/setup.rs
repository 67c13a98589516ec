//! The sample desk before its first customer: people's availability, inboxes, teams, labels, canned responses.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::texts::Channel as Place;
use crate::Desk;
use crate::model::{
    Availability, CannedResponse, Channel, Inbox, Label, Map, Team, WidgetSettings, WorkingHour,
};
use crate::sandbox::new_token;

/// The inbox of each channel.
pub(super) type Places = BTreeMap<Place, i64>;

/// Team, what it is for, and which of the crew belong to it (the lead is 0).
const TEAMS: [(&str, &str, &[usize]); 4] = [
    ("orders", "Orders and shipping", &[1, 2]),
    ("returns", "Returns, refunds and complaints", &[0, 2, 3]),
    ("product", "Which part fits which car", &[1, 3]),
    ("billing", "Invoices and payments", &[0, 2]),
];

const LABELS: [(&str, &str, &str); 14] = [
    ("orders", "Where is it, when does it come", "#1f93ff"),
    ("returns", "Sent back, broken, refunded", "#f97316"),
    ("shipping", "Delivery times and costs", "#0ea5e9"),
    ("product", "Fitment, stock, advice", "#22c55e"),
    ("billing", "Invoices and payments", "#64748b"),
    ("inventory", "What is in stock", "#84cc16"),
    ("cx", "How the shop treats its customers", "#14b8a6"),
    ("urgent", "Before everything else", "#ef4444"),
    ("vip", "Workshops and fleets", "#a855f7"),
    ("high_value", "Much money at stake", "#eab308"),
    ("escalated", "The lead has to look", "#dc2626"),
    ("needs_attention", "Somebody has to look", "#f59e0b"),
    ("after_hours", "Came while the shop was closed", "#6366f1"),
    ("spam", "Not a customer", "#94a3b8"),
];

const CANNED: [(&str, &str); 6] = [
    ("hello", "Hello {{contact.name}}, thank you for writing to Hot Rodan."),
    ("delivery", "Delivery within the EU takes **2 to 4 working days**. To Norway it takes 5 to 8."),
    ("return", "You have **30 days** to send a part back. The return label is on its way to your mailbox."),
    ("refund", "The refund is released. Depending on your bank it takes up to three working days."),
    ("photo", "Could you send us a photo of the part and of the box?"),
    ("bye", "Glad that it worked out. Have a good drive."),
];

pub(super) fn set_up(desk: &mut Desk, crew: &[(i64, String)], at: Timestamp) -> anyhow::Result<Places> {
    staff(desk, crew);
    teams(desk, crew, at);
    for (title, description, color) in LABELS {
        let id = desk.next_id("labels");
        let (title, color) = (title.to_owned(), color.to_owned());
        let description = Some(description.to_owned());
        desk.labels.insert(id, Label { id, title, description, color, show_on_sidebar: true });
    }
    for (short_code, content) in CANNED {
        let id = desk.next_id("canned_responses");
        let (short_code, content) = (short_code.to_owned(), content.to_owned());
        desk.canned_responses
            .insert(id, CannedResponse { id, short_code, content, created_at: at, updated_at: at });
    }
    Ok(inboxes(desk, crew, at))
}

/// The second and third are at work, the last has the day off, the lead looks in now and then.
fn staff(desk: &mut Desk, crew: &[(i64, String)]) {
    for (n, (id, _)) in crew.iter().enumerate() {
        let Some(user) = desk.users.get_mut(id) else { continue };
        user.auto_offline = false;
        user.availability = if n == 1 || n == 2 { Availability::Online } else { Availability::Offline };
    }
}

fn teams(desk: &mut Desk, crew: &[(i64, String)], at: Timestamp) {
    for (name, description, members) in TEAMS {
        let id = desk.next_id("teams");
        let members: BTreeSet<i64> = members.iter().filter_map(|n| crew.get(*n)).map(|(id, _)| *id).collect();
        let (name, description) = (name.to_owned(), Some(description.to_owned()));
        desk.teams
            .insert(id, Team { id, name, description, allow_auto_assign: false, members, created_at: at });
    }
}

fn inboxes(desk: &mut Desk, crew: &[(i64, String)], at: Timestamp) -> Places {
    let website = Channel::WebWidget(WidgetSettings {
        website_url: "https://hotrodan.test".to_owned(),
        website_token: new_token(),
        widget_color: "#2b5fa8".to_owned(),
        welcome_title: Some("Hot Rodan".to_owned()),
        welcome_tagline: Some("Parts and people for old cars".to_owned()),
        hmac_token: new_token(),
    });
    let app = Channel::Api {
        webhook_url: None,
        identifier: new_token(),
        hmac_token: new_token(),
        secret: new_token(),
        additional_attributes: Map::new(),
    };
    let mail = Channel::Email {
        email: "support@hotrodan.test".to_owned(),
        forward_to_email: format!("{}@hotrodan.test", new_token().to_lowercase()),
    };
    let sms = Channel::Sms { phone_number: "+447700900999".to_owned() };
    let rows = [
        (Place::Website, "Website", website),
        (Place::Mail, "Support mail", mail),
        (Place::App, "App", app),
        (Place::Sms, "SMS", sms),
    ];
    let members: BTreeSet<i64> = crew.iter().map(|(id, _)| *id).collect();
    let mut places = Places::new();
    for (place, name, channel) in rows {
        let id = desk.next_id("inboxes");
        let greeting = matches!(place, Place::Website);
        let inbox = Inbox {
            id,
            channel_id: id,
            name: name.to_owned(),
            channel,
            greeting_enabled: greeting,
            greeting_message: greeting.then(|| super::play::GREETING.to_owned()),
            working_hours_enabled: false,
            working_hours: WorkingHour::defaults(),
            out_of_office_message: None,
            timezone: "Europe/Berlin".to_owned(),
            enable_email_collect: true,
            csat_survey_enabled: true,
            enable_auto_assignment: false,
            allow_messages_after_resolved: true,
            lock_to_single_conversation: false,
            members: members.clone(),
            agent_bot: None,
            created_at: at,
            updated_at: at,
        };
        desk.inboxes.insert(id, inbox);
        places.insert(place, id);
    }
    places
}
