//! Why a conversation is where it is, rule by rule.

use super::super::choice::{PersonLine, people};
use super::super::error::UiError;
use super::super::layout::{Framed, Nav, Shell, page};
use super::super::words::{Moment, Times};
use crate::app::App;
use crate::web::auth::Viewer;
use crate::work::rules::explain::{Again, Explained, explain};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use hotdash_core::action::Action;
use hotdash_core::ids::ConversationId;
use hotdash_core::record::Question;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "rules/explain.html")]
struct ExplainPage {
    shell: Shell,
    conversation: i64,
    link: String,
    decisions: Vec<DecisionView>,
}

impl Framed for ExplainPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
}

struct DecisionView {
    told: Explained,
    at: Moment,
    question: &'static str,
    actions: Vec<(String, String, String)>,
    /// Who could have got it, and who could not.
    people: Vec<PersonLine>,
    again: (&'static str, &'static str),
    /// How many rules matched.
    matched: usize,
}

pub(in crate::web::ui) async fn show(
    State(app): State<Arc<App>>,
    Viewer(seat): Viewer,
    Path(conversation): Path<i64>,
) -> Result<Response, UiError> {
    let times = Times::new(&seat.desk.settings.timezone, app.clock.now_ms());
    let id = ConversationId(conversation);
    let today = seat.desk.rulebook.load();
    let told = explain(&app.store, seat.desk.id, id, &today).await?;
    if told.is_empty() && app.store.conversation(seat.desk.id, id).await?.is_none() {
        return Err(UiError::NotFound);
    }
    page(&ExplainPage {
        shell: Shell::inside(&app, &seat, Nav::Rules).await?,
        conversation,
        link: seat.desk.link_to(id),
        decisions: told.into_iter().map(|told| decision(told, &times)).collect(),
    })
}

fn decision(told: Explained, times: &Times) -> DecisionView {
    DecisionView {
        at: times.at_ms(told.decided_at_ms),
        question: match told.question {
            Question::Message => "A customer wrote",
            Question::Offer => "A waiting conversation was offered again",
            Question::Opening => "A conversation came to people with a message that waits",
        },
        actions: told
            .body
            .actions
            .iter()
            .map(|reasoned| (words(&reasoned.action), reasoned.rule.0.clone(), reasoned.because.clone()))
            .collect(),
        people: told.body.assignment.as_ref().map(people).unwrap_or_default(),
        again: match told.again {
            Again::Same => ("ok", "made again from its record by the rules of then: the same"),
            Again::Different => ("warn", "made again from its record: otherwise; hotdash has changed since"),
            Again::RulesGone => ("", "the rules of then are not kept, so it cannot be made again"),
        },
        matched: told.rules.iter().filter(|rule| rule.matched).count(),
        told,
    }
}

fn words(action: &Action) -> String {
    match action {
        Action::AssignAgent { name, .. } => format!("Assign to {name}"),
        Action::AssignTeam { team } => format!("Give to team {team}"),
        Action::AwaitAgent => "Wait for somebody".to_owned(),
        Action::AddLabels { labels } => format!("Label {}", labels.join(", ")),
        Action::SetPriority { priority } => format!("Priority {}", priority.name()),
        Action::Note { .. } => "Write a private note".to_owned(),
        Action::HoldForSecond => "Ask for two approvers".to_owned(),
        Action::Notify { .. } => "Tell the team".to_owned(),
        Action::Snooze { .. } => "Snooze".to_owned(),
        Action::Resolve => "Resolve".to_owned(),
        Action::SendTemplate { template, .. } => format!("Send the template “{template}”"),
    }
}
