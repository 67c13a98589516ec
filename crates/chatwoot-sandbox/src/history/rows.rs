//! From recorded answers to rows.

use std::collections::BTreeMap;

use anyhow::Context;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::files::Recorded;
use super::shapes;
use crate::desk::Desk;
use crate::model::{
    AgentBot, Assignee, Attachment, Availability, Channel, Contact, ContactInbox, ContactType, Conversation,
    CsatResponse, Inbox, Label, Message, MessageStatus, MessageType, Priority, Role, Sender, Status, Team,
    User, WidgetSettings, WorkingHour,
};
use crate::sandbox::new_token;

pub(super) fn fill(desk: &mut Desk, recorded: Recorded) -> anyhow::Result<()> {
    people(desk, recorded.agents)?;
    for (inbox, bot) in &recorded.bots {
        if let Some(bot) = &bot.agent_bot {
            desk.bots.entry(bot.id).or_insert_with(|| agent_bot(bot));
            anyhow::ensure!(
                recorded.inboxes.iter().any(|row| row.id == *inbox),
                "no inbox {inbox} for its bot"
            );
        }
    }
    for inbox in recorded.inboxes {
        let bot = recorded.bots.get(&inbox.id).and_then(|bot| bot.agent_bot.as_ref()).map(|bot| bot.id);
        let row = new_inbox(desk, inbox, bot)?;
        desk.inboxes.insert(row.id, row);
    }
    for team in recorded.teams {
        let members = recorded.team_members.get(&team.id).into_iter().flatten().copied().collect();
        let row = Team {
            id: team.id,
            name: team.name,
            description: team.description,
            allow_auto_assign: team.allow_auto_assign,
            members,
            created_at: desk.account.created_at,
        };
        desk.teams.insert(row.id, row);
    }
    for label in recorded.labels {
        let shapes::Label { id, title, description, color, show_on_sidebar } = label;
        desk.labels.insert(id, Label { id, title, description, color, show_on_sidebar });
    }
    let mut nested = BTreeMap::new();
    for conversation in recorded.conversations {
        new_conversation(desk, conversation, &mut nested)?;
    }
    for message in recorded.messages {
        let id = message.id;
        new_message(desk, message, nested.remove(&id)).with_context(|| format!("message {id}"))?;
    }
    anyhow::ensure!(nested.is_empty(), "messages {:?} are missing", nested.keys().collect::<Vec<_>>());
    for response in recorded.csat_responses {
        new_csat_response(desk, response)?;
    }
    desk.continue_ids();
    Ok(())
}

/// Who worked there instead of who was here. Users of the same id keep their token, so that a caller can know it.
fn people(desk: &mut Desk, agents: Vec<shapes::Agent>) -> anyhow::Result<()> {
    let before = std::mem::take(&mut desk.users);
    for agent in agents {
        let unknown =
            || format!("agent {} is \"{}\" and \"{}\"", agent.id, agent.role, agent.availability_status);
        let availability = Availability::parse(&agent.availability_status).with_context(unknown)?;
        let role = Role::parse(&agent.role).with_context(unknown)?;
        desk.account.id = agent.account_id;
        let token = before.get(&agent.id).map_or_else(new_token, |user| user.token.clone());
        let super_admin = role == Role::Administrator && desk.users.is_empty();
        let user = User {
            id: agent.id,
            name: agent.name,
            email: agent.email,
            token,
            pubsub_token: new_token(),
            role,
            availability,
            auto_offline: agent.auto_offline,
            ui_settings: json!({}),
            super_admin,
        };
        desk.users.insert(user.id, user);
    }
    Ok(())
}

fn agent_bot(bot: &shapes::AgentBot) -> AgentBot {
    AgentBot {
        id: bot.id,
        name: bot.name.clone(),
        description: bot.description.clone(),
        outgoing_url: bot.outgoing_url.clone(),
        bot_config: bot.bot_config.clone(),
        token_id: bot.access_token.id,
        access_token: bot.access_token.token.clone(),
        secret: bot.secret.clone(),
        created_at: bot.access_token.created_at,
    }
}

fn new_inbox(desk: &Desk, inbox: shapes::Inbox, agent_bot: Option<i64>) -> anyhow::Result<Inbox> {
    let id = inbox.id;
    let working_hours = inbox.working_hours.iter().map(working_hour).collect();
    let channel = channel(&inbox)
        .with_context(|| format!("inbox {id} is a {} and not one this desk can have", inbox.channel_type))?;
    Ok(Inbox {
        id,
        channel_id: inbox.channel_id,
        name: inbox.name,
        channel,
        greeting_enabled: inbox.greeting_enabled,
        greeting_message: inbox.greeting_message,
        working_hours_enabled: inbox.working_hours_enabled,
        working_hours,
        out_of_office_message: inbox.out_of_office_message,
        timezone: inbox.timezone,
        enable_email_collect: inbox.enable_email_collect,
        csat_survey_enabled: inbox.csat_survey_enabled,
        enable_auto_assignment: inbox.enable_auto_assignment,
        allow_messages_after_resolved: inbox.allow_messages_after_resolved,
        lock_to_single_conversation: inbox.lock_to_single_conversation,
        members: desk.users.keys().copied().collect(),
        agent_bot,
        created_at: desk.account.created_at,
        updated_at: desk.account.created_at,
    })
}

fn working_hour(day: &shapes::WorkingHour) -> WorkingHour {
    WorkingHour {
        day_of_week: day.day_of_week,
        closed_all_day: day.closed_all_day,
        open_all_day: day.open_all_day,
        open_hour: day.open_hour,
        open_minutes: day.open_minutes,
        close_hour: day.close_hour,
        close_minutes: day.close_minutes,
    }
}

/// Secrets are missing where an agent asked; then they are new.
fn channel(inbox: &shapes::Inbox) -> Option<Channel> {
    let secret = |given: &Option<String>| given.clone().unwrap_or_else(new_token);
    Some(match inbox.channel_type.as_str() {
        "Channel::WebWidget" => Channel::WebWidget(WidgetSettings {
            website_url: inbox.website_url.clone()?,
            website_token: inbox.website_token.clone()?,
            widget_color: inbox.widget_color.clone()?,
            welcome_title: inbox.welcome_title.clone(),
            welcome_tagline: inbox.welcome_tagline.clone(),
            hmac_token: secret(&inbox.hmac_token),
            hmac_mandatory: inbox.hmac_mandatory.unwrap_or_default(),
            allowed_domains: inbox.allowed_domains.clone().unwrap_or_default(),
        }),
        "Channel::Email" => Channel::Email {
            email: inbox.email.clone()?,
            forward_to_email: inbox.forward_to_email.clone().unwrap_or_default(),
        },
        "Channel::Sms" => Channel::Sms { phone_number: inbox.phone_number.clone()? },
        "Channel::Api" => Channel::Api {
            webhook_url: inbox.webhook_url.clone(),
            identifier: inbox.inbox_identifier.clone()?,
            hmac_token: secret(&inbox.hmac_token),
            secret: secret(&inbox.secret),
            additional_attributes: inbox.additional_attributes.clone().unwrap_or_default(),
        },
        _ => return None,
    })
}

fn new_contact(desk: &mut Desk, contact: shapes::Contact) -> anyhow::Result<i64> {
    let (id, created_at) = (contact.id, second(contact.created_at)?);
    let reachable = contact.email.is_some() || contact.phone_number.is_some() || contact.identifier.is_some();
    let last_activity_at = contact.last_activity_at.map(second).transpose()?;
    desk.contacts.entry(id).or_insert(Contact {
        id,
        name: contact.name,
        email: contact.email,
        phone_number: contact.phone_number,
        identifier: contact.identifier,
        additional_attributes: contact.additional_attributes,
        custom_attributes: contact.custom_attributes,
        blocked: contact.blocked,
        contact_type: if reachable { ContactType::Lead } else { ContactType::Visitor },
        last_activity_at,
        created_at,
        updated_at: last_activity_at.unwrap_or(created_at),
    });
    Ok(id)
}

/// The address under which a contact wrote; one contact may have several in one inbox.
fn contact_inbox(
    desk: &mut Desk,
    contact_id: i64,
    inbox_id: i64,
    source_id: Option<String>,
    proven: bool,
    at: Timestamp,
) -> i64 {
    let source_id = source_id.unwrap_or_else(|| Uuid::new_v4().to_string());
    let known = desk
        .contact_inboxes
        .values()
        .find(|row| row.contact_id == contact_id && row.inbox_id == inbox_id && row.source_id == source_id);
    if let Some(row) = known {
        return row.id;
    }
    let id = desk.next_id("contact_inboxes");
    let row = ContactInbox {
        id,
        contact_id,
        inbox_id,
        source_id,
        pubsub_token: new_token(),
        auth_token: format!("{}.{}", new_token(), new_token()),
        hmac_verified: proven,
        created_at: at,
    };
    desk.contact_inboxes.insert(id, row);
    id
}

fn new_conversation(
    desk: &mut Desk,
    row: shapes::Conversation,
    nested: &mut BTreeMap<i64, shapes::Nested>,
) -> anyhow::Result<()> {
    let (id, created_at) = (row.id, second(row.created_at)?);
    let at = || format!("conversation {id}");
    let status = Status::parse(&row.status).with_context(at)?;
    let priority = row.priority.map(|word| Priority::parse(&word).with_context(at)).transpose()?;
    let is_bot = row.meta.assignee_type.as_deref() == Some("AgentBot");
    let assignee = row.meta.assignee.map(|assignee| match is_bot {
        true => Assignee::AgentBot(assignee.id),
        false => Assignee::User(assignee.id),
    });
    let known = match assignee {
        None => true,
        Some(Assignee::User(id)) => desk.users.contains_key(&id),
        Some(Assignee::AgentBot(id)) => desk.bots.contains_key(&id),
    };
    anyhow::ensure!(known, "conversation {id} is assigned to {assignee:?}, who was not recorded");
    anyhow::ensure!(
        desk.inboxes.contains_key(&row.inbox_id),
        "conversation {id} has no inbox {}",
        row.inbox_id
    );
    let last_of_instant = row.messages.first().map(|message| message.id);
    let shown = row.messages.into_iter().chain(row.last_non_activity_message);
    let mut source_id = None;
    for message in shown {
        source_id = Some(message.conversation.contact_inbox.source_id.clone());
        nested.insert(message.id, message);
    }
    let proven = row.meta.hmac_verified.unwrap_or_default();
    let contact_id = new_contact(desk, row.meta.sender)?;
    let contact_inbox_id = contact_inbox(desk, contact_id, row.inbox_id, source_id, proven, created_at);
    let conversation = Conversation {
        id,
        uuid: row.uuid,
        inbox_id: row.inbox_id,
        contact_id,
        contact_inbox_id,
        status,
        priority,
        assignee,
        team_id: row.meta.team.map(|team| team.id),
        cached_label_list: Some(row.labels.join(", ")),
        labels: row.labels,
        custom_attributes: row.custom_attributes,
        additional_attributes: row.additional_attributes,
        snoozed_until: row.snoozed_until,
        first_reply_created_at: second_or_none(row.first_reply_created_at)?,
        waiting_since: second_or_none(row.waiting_since)?,
        agent_last_seen_at: second_or_none(row.agent_last_seen_at)?,
        assignee_last_seen_at: second_or_none(row.assignee_last_seen_at)?,
        contact_last_seen_at: second_or_none(row.contact_last_seen_at)?,
        last_activity_at: second(row.last_activity_at)?,
        created_at,
        updated_at: fraction(row.updated_at)?,
        editor_draft: None,
        messages: Vec::new(),
        last_of_instant,
    };
    desk.conversations.insert(id, conversation);
    Ok(())
}

fn new_message(desk: &mut Desk, row: shapes::Message, nested: Option<shapes::Nested>) -> anyhow::Result<()> {
    let sender = match row.sender {
        None => Sender::Nobody,
        Some(shapes::Sender { id, kind }) => match kind.as_str() {
            "user" if desk.users.contains_key(&id) => Sender::User(id),
            "agent_bot" if desk.bots.contains_key(&id) => Sender::AgentBot(id),
            "contact" if desk.contacts.contains_key(&id) => Sender::Contact(id),
            _ => anyhow::bail!("its sender, {kind} {id}, was not recorded"),
        },
    };
    let created_at = second(row.created_at)?;
    let (updated_at, additional_attributes, processed_message_content) = match nested {
        Some(nested) => (nested.updated_at, nested.additional_attributes, nested.processed_message_content),
        None => (created_at, crate::model::Map::new(), row.content.clone()),
    };
    let message = Message {
        id: row.id,
        conversation_id: row.conversation_id,
        inbox_id: row.inbox_id,
        content: row.content,
        processed_message_content,
        message_type: MessageType::from_number(row.message_type).context("its type is none of the four")?,
        content_type: row.content_type,
        content_attributes: row.content_attributes,
        additional_attributes,
        private: row.private,
        status: MessageStatus::parse(&row.status).context("its status is none of the four")?,
        source_id: row.source_id,
        sender,
        attachments: row.attachments.into_iter().map(attachment).collect(),
        created_at,
        updated_at,
    };
    let conversation = desk.conversations.get_mut(&row.conversation_id);
    conversation.context("its conversation was not recorded")?.messages.push(message.id);
    desk.messages.insert(message.id, message);
    Ok(())
}

/// The file itself was not recorded; zeros of its size stand in for it.
fn attachment(file: shapes::Attachment) -> Attachment {
    Attachment {
        id: file.id,
        file_type: file.file_type,
        file_name: file.data_url.rsplit('/').next().unwrap_or_default().to_owned(),
        content_type: file.content_type.unwrap_or_default(),
        data: Bytes::from(vec![0; file.file_size]),
    }
}

fn new_csat_response(desk: &mut Desk, row: shapes::CsatResponse) -> anyhow::Result<()> {
    anyhow::ensure!(
        desk.conversations.contains_key(&row.conversation_id),
        "survey answer {} belongs to conversation {}, which was not recorded",
        row.id,
        row.conversation_id
    );
    let response = CsatResponse {
        id: row.id,
        message_id: row.message_id,
        conversation_id: row.conversation_id,
        contact_id: new_contact(desk, row.contact)?,
        assigned_agent: row.assigned_agent.map(|agent| agent.id),
        rating: row.rating,
        feedback_message: row.feedback_message,
        created_at: second(row.created_at)?,
    };
    desk.csat_responses.insert(response.id, response);
    Ok(())
}

fn second(at: i64) -> anyhow::Result<Timestamp> {
    Timestamp::from_second(at).with_context(|| format!("{at} is no time in Unix seconds"))
}

/// 0 stands for never.
fn second_or_none(at: i64) -> anyhow::Result<Option<Timestamp>> {
    if at == 0 { Ok(None) } else { second(at).map(Some) }
}

/// Seconds with a fraction, exact to the microsecond.
#[expect(clippy::cast_possible_truncation, reason = "microseconds of any year Chatwoot can know fit")]
fn fraction(at: f64) -> anyhow::Result<Timestamp> {
    Timestamp::from_microsecond((at * 1e6).round() as i64).with_context(|| format!("{at} is no time"))
}
