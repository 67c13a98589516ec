//! The sample desk before its first customer: people's availability, inboxes, teams, labels, canned responses.

use std::collections::BTreeMap;

use super::texts::Channel as Place;
use crate::Desk;
use crate::act::{NewChannel, NewInbox};
use crate::model::{Availability, CannedResponse};

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

const GREETING: &str = "Hello, we usually answer in a few minutes.";

const CANNED: [(&str, &str); 6] = [
    ("hello", "Hello {{contact.name}}, thank you for writing to Hot Rodan."),
    ("delivery", "Delivery within the EU takes **2 to 4 working days**. To Norway it takes 5 to 8."),
    ("return", "You have **30 days** to send a part back. The return label is on its way to your mailbox."),
    ("refund", "The refund is released. Depending on your bank it takes up to three working days."),
    ("photo", "Could you send us a photo of the part and of the box?"),
    ("bye", "Glad that it worked out. Have a good drive."),
];

pub(super) fn set_up(desk: &mut Desk, crew: &[(i64, String)]) -> anyhow::Result<Places> {
    for (n, (id, _)) in crew.iter().enumerate() {
        // The second and third are at work, the last has the day off, the lead looks in now and then.
        let at_work = n == 1 || n == 2;
        desk.set_availability(*id, if at_work { Availability::Online } else { Availability::Offline })?;
    }
    for (name, description, members) in TEAMS {
        let members: Vec<i64> = members.iter().filter_map(|n| crew.get(*n)).map(|(id, _)| *id).collect();
        let id = desk.create_team(name, Some(description.to_owned()), &members)?;
        if let Some(team) = desk.teams.get_mut(&id) {
            team.allow_auto_assign = false;
        }
    }
    for (title, description, color) in LABELS {
        desk.create_label(title, Some(description.to_owned()), color)?;
    }
    let now = desk.now();
    for (short_code, content) in CANNED {
        let id = desk.next_id("canned_responses");
        let (short_code, content) = (short_code.to_owned(), content.to_owned());
        desk.canned_responses
            .insert(id, CannedResponse { id, short_code, content, created_at: now, updated_at: now });
    }
    Ok(inboxes(desk, crew))
}

fn inboxes(desk: &mut Desk, crew: &[(i64, String)]) -> Places {
    let website = NewChannel::WebWidget {
        website_url: "https://hotrodan.test".to_owned(),
        widget_color: Some("#2b5fa8".to_owned()),
        welcome_title: Some("Hot Rodan".to_owned()),
        welcome_tagline: Some("Parts and people for old cars".to_owned()),
    };
    let channels = [
        (Place::Website, "Website", website),
        (Place::Mail, "Support mail", NewChannel::Email { email: "support@hotrodan.test".to_owned() }),
        (Place::App, "App", NewChannel::Api { webhook_url: None }),
        (Place::Sms, "SMS", NewChannel::Sms { phone_number: "+447700900999".to_owned() }),
    ];
    let mut places = Places::new();
    for (place, name, channel) in channels {
        let greets = place == Place::Website;
        let greeting_message = greets.then(|| GREETING.to_owned());
        let id = desk.create_inbox(NewInbox {
            greeting_message,
            greeting_enabled: greets,
            ..NewInbox::new(name, channel)
        });
        if let Some(inbox) = desk.inboxes.get_mut(&id) {
            inbox.csat_survey_enabled = true;
            inbox.enable_auto_assignment = false;
            inbox.timezone = "Europe/Berlin".to_owned();
            inbox.members = crew.iter().map(|(id, _)| *id).collect();
        }
        places.insert(place, id);
    }
    places
}
