//! Telling people of ours: by mail, or in their chat. Like every effect it is stored before it is tried, and repeated
//! until it is taken. What was sent twice, because an answer got lost, has the same Message-ID.

use super::deliver::end;
use super::{JobError, Step, nothing};
use crate::app::{App, Desk};
use crate::mail::Letter;
use crate::store::StoreError;
use crate::store::drafts::DraftState;
use crate::store::effects::{Change, Effect, EffectState, begin_sending};
use crate::store::jobs::Job;
use crate::store::users::Role;
use hotdash_core::action::Target;
use hotdash_core::ids::EffectId;

/// The name of the outcome where nothing was set up to tell anybody.
const NOT_CONFIGURED: &str = "not_configured";

/// Run the job of one notice.
pub async fn run(app: &App, desk: &Desk, job: &Job) -> Result<Step, JobError> {
    let id = EffectId(job.payload.clone());
    let Some(effect) = app.store.effect(&id).await? else { return Ok(nothing()) };
    if !matches!(effect.state, EffectState::Pending | EffectState::Sending) {
        return Ok(nothing());
    }
    app.store.commit(begin_sending(&id, app.clock.now_ms()).into()).await?;
    let told = match &effect.change {
        Change::Mail { to, subject, text } => mail(app, &effect, to, subject, text).await,
        Change::Chat { text } => chat(desk, text).await,
        _ => Err(Told::Refused("not_a_notice".to_owned())),
    };
    Ok(match told {
        Ok(()) => ended(app, &effect, EffectState::Done, "sent"),
        Err(Told::Refused(why)) => {
            let (id, kind) = (&effect.id, effect.change.kind());
            // What nobody set up is no failure; the doctor tells of it.
            if why.starts_with(NOT_CONFIGURED) {
                tracing::debug!(effect = %id, kind, why, "a notice has no way out");
            } else {
                tracing::warn!(effect = %id, kind, why, "a notice cannot be sent");
            }
            ended(app, &effect, EffectState::Refused, &why)
        }
        Err(Told::Failed(error)) => return Err(error),
    })
}

/// What tells them: one letter for each person: who cannot be written to must not keep it from the others.
pub(super) async fn notices(
    app: &App,
    desk: &Desk,
    to: &[Target],
    subject: &str,
    text: &str,
) -> Result<Vec<Change>, StoreError> {
    let letter = |to: String| Change::Mail { to, subject: subject.to_owned(), text: text.to_owned() };
    let mut changes: Vec<Change> = Vec::new();
    for target in to {
        match target {
            Target::Leads => {
                let users = app.store.users_of(desk.id).await?;
                let leads = users.into_iter().filter(|user| user.role == Role::Lead);
                let letters: Vec<Change> = leads.map(|lead| letter(lead.email)).collect();
                // Nobody is told, and that is told.
                changes.extend(if letters.is_empty() { vec![letter(String::new())] } else { letters });
            }
            Target::Address(address) => changes.push(letter(address.clone())),
            Target::Webhook => changes.push(Change::Chat { text: format!("{subject}\n{text}") }),
        }
    }
    Ok(changes)
}

enum Told {
    /// For good, with the name of the outcome.
    Refused(String),
    Failed(JobError),
}

async fn mail(app: &App, effect: &Effect, to: &str, subject: &str, text: &str) -> Result<(), Told> {
    if to.is_empty() {
        return Err(Told::Refused("nobody: no lead works at this desk".to_owned()));
    }
    let Some(mail) = &app.mail else {
        return Err(Told::Refused(format!("{NOT_CONFIGURED}: set SMTP_URL to have mail sent")));
    };
    let letter =
        Letter { id: effect.id.as_str(), at: app.clock.now(), to, subject, text, html: None, inline: &[] };
    mail.send(&letter).await.map_err(|error| match error.is_worth_retrying() {
        true => Told::Failed(error.into()),
        false => Told::Refused(format!("{}: {error}", error.code())),
    })
}

async fn chat(desk: &Desk, text: &str) -> Result<(), Told> {
    let Some(chat) = &desk.chat else {
        return Err(Told::Refused(format!("{NOT_CONFIGURED}: set HOTDASH_NOTIFY_WEBHOOK to have it told")));
    };
    chat.post(text).await.map_err(|error| match error.is_worth_retrying() {
        true => Told::Failed(error.into()),
        false => Told::Refused(format!("{}: {error}", error.code())),
    })
}

fn ended(app: &App, effect: &Effect, state: EffectState, outcome: &str) -> Step {
    let (batch, notices) = end(app, effect, state, outcome, None, DraftState::Sent);
    Step::Done(batch, notices)
}
