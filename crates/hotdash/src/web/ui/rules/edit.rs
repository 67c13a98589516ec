//! The editor: the layer that people edit, checked while one types, and what it changes before it does.

use super::super::error::UiError;
use super::super::layout::{Framed, Nav, Shell, page};
use super::backtest;
use super::lines::{Line, changed};
use crate::app::App;
use crate::store::users::Role;
use crate::web::auth::{Lead, Seat, Viewer};
use crate::work::rules::{self, Edit, RulesError};
use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hotdash_core::rulebook::{Problem, Rulebook, SHIPPED};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

#[derive(Template)]
#[template(path = "rules/edit.html")]
struct EditPage {
    shell: Shell,
    may_change: bool,
    text: String,
    note: String,
    /// The version it was made from.
    based_on: i64,
    checked: Checked,
    problem: Option<String>,
    lines: Vec<Line>,
    /// The files below it, to look at: (name, text).
    below: Vec<(String, String)>,
}

impl Framed for EditPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
}

/// What the check of a text says, also to the page's script.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(in crate::web::ui) struct Checked {
    /// They keep it from being activated.
    pub(super) problems: Vec<Told>,
    /// They do not.
    pub(super) warnings: Vec<Told>,
    pub(super) rules: usize,
    pub(super) hash: Option<String>,
}

/// A problem as it is shown: where, and what.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::ui) struct Told {
    /// 1 is the first; `None` where it cannot be told.
    pub(super) line: Option<usize>,
    pub(super) rule: Option<String>,
    pub(super) key: String,
    pub(super) message: String,
    pub(super) nearest: Option<String>,
    /// In a file below, which is not mended here.
    pub(super) file: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(in crate::web::ui) struct Which {
    /// Begin with the text of this version.
    version: Option<i64>,
    /// Begin with this rule, as it is written below, at the end of the text.
    rule: Option<String>,
}

pub(in crate::web::ui) async fn show(
    State(app): State<Arc<App>>,
    Viewer(seat): Viewer,
    Query(which): Query<Which>,
) -> Result<Response, UiError> {
    let (mut text, based_on) = rules::edited(&app.store, seat.desk.id).await?;
    if let Some(number) = which.version {
        let version = app.store.rule_version(seat.desk.id, number).await?;
        text = version.ok_or(UiError::NotFound)?.text;
    }
    if let Some(id) = which.rule {
        text = with_rule(&seat.desk.rulebook.load(), text, &id).ok_or(UiError::NotFound)?;
    }
    let form = EditForm { text, version: based_on, note: String::new(), r#do: String::new() };
    render(&app, &seat, form, None, StatusCode::OK).await
}

/// The text with a rule of the live rulebook to change, unless it stands there already. `None`: there is no such rule.
fn with_rule(live: &Rulebook, text: String, id: &str) -> Option<String> {
    let rule = live.rules().iter().find(|rule| rule.id.0 == id)?;
    let (edited, _) = Rulebook::parse_with(&[("edit.toml", &text)], None);
    if edited.rules().iter().any(|written| written.id == rule.id) {
        return Some(text);
    }
    let gap = if text.trim().is_empty() { "" } else { "\n\n" };
    Some(format!("{}{gap}{}", text.trim_end(), rule.to_toml()))
}

#[derive(Debug, Deserialize)]
pub(in crate::web::ui) struct EditForm {
    #[serde(default)]
    text: String,
    /// Of what it was made from.
    version: i64,
    #[serde(default)]
    note: String,
    /// Which button: check, backtest, shadow, activate.
    #[serde(default)]
    r#do: String,
}

pub(in crate::web::ui) async fn submit(
    State(app): State<Arc<App>>,
    Lead(seat): Lead,
    Form(mut form): Form<EditForm>,
) -> Result<Response, UiError> {
    if let Ok(text) = rules::in_own_words(&form.text) {
        form.text = text;
    }
    let wanted = form.r#do.clone();
    let done = match wanted.as_str() {
        "activate" => {
            let note = match form.note.trim() {
                "" => "Edited".to_owned(),
                note => note.to_owned(),
            };
            let (text, author) = (form.text.clone(), seat.user.name.clone());
            let edit = Edit { text, based_on: form.version, note, author };
            rules::edit(&app, &seat.desk, &edit).await.map(|_| "active")
        }
        "shadow" => {
            let (store, desk) = (&app.store, &seat.desk);
            let begun =
                rules::shadow(store, &app.clock, desk.id, &desk.layers, &form.text, &seat.user.name).await;
            if begun.is_ok() {
                desk.take_up_rules(store, app.clock.now_ms()).await?;
            }
            begun.map(|_| "shadow")
        }
        "backtest" => match rules::check(&seat.desk, &form.text) {
            Ok((rules, _)) => {
                return backtest::of_candidate(&app, &seat, rules.rulebook, form.text, form.version).await;
            }
            Err(problems) => Err(RulesError::Problems(problems)),
        },
        _ => return render(&app, &seat, form, None, StatusCode::OK).await,
    };
    let (status, problem) = match done {
        Ok(word) => return Ok(Redirect::to(&format!("/rules?done={word}")).into_response()),
        Err(RulesError::Store(error)) => return Err(error.into()),
        // The page lists them.
        Err(RulesError::Problems(_)) => {
            (StatusCode::UNPROCESSABLE_ENTITY, "Nothing was changed: mend what is wrong first.".to_owned())
        }
        Err(RulesError::Moved { active }) => {
            // What was read is not what would be replaced: show the difference to what is active now.
            form.version = active;
            let text = "Nothing was changed: somebody else changed the rules meanwhile. Your text is kept here; below \
                        stands what it would change now.";
            (StatusCode::CONFLICT, text.to_owned())
        }
        Err(error) => (StatusCode::CONFLICT, format!("Nothing was changed: {error}.")),
    };
    render(&app, &seat, form, Some(problem), status).await
}

async fn render(
    app: &App,
    seat: &Seat,
    form: EditForm,
    problem: Option<String>,
    status: StatusCode,
) -> Result<Response, UiError> {
    let (active, _) = rules::edited(&app.store, seat.desk.id).await?;
    let files = seat.desk.layers.files();
    let mut answer = page(&EditPage {
        shell: Shell::inside(app, seat, Nav::Rules).await?,
        may_change: seat.user.role >= Role::Lead,
        checked: checked(seat, &form.text),
        problem,
        lines: changed(&active, &form.text),
        below: files.iter().map(|(name, text)| (named(name), (*text).to_owned())).collect(),
        based_on: form.version,
        note: form.note,
        text: form.text,
    })?;
    *answer.status_mut() = status;
    Ok(answer)
}

fn named(file: &str) -> String {
    if file == SHIPPED.0 { format!("shipped ({file})") } else { file.to_owned() }
}

/// Check a text on top of what it will stand on.
pub(super) fn checked(seat: &Seat, text: &str) -> Checked {
    let own = rules::in_own_words(text);
    match own.and_then(|own| rules::check(&seat.desk, &own)) {
        Ok((rules, told)) => Checked {
            warnings: told_all(&told, text),
            problems: Vec::new(),
            rules: rules.rulebook.rules().len(),
            hash: Some(rules.rulebook.hash().to_owned()),
        },
        Err(problems) => Checked { problems: told_all(&problems, text), ..Checked::default() },
    }
}

fn told_all(problems: &[Problem], text: &str) -> Vec<Told> {
    problems.iter().map(|problem| told(problem, text)).collect()
}

fn told(problem: &Problem, text: &str) -> Told {
    let is_here = problem.file == crate::app::rules::EDITED;
    Told {
        line: line_of(problem, text),
        rule: problem.rule.clone(),
        key: problem.key.clone(),
        message: problem.message.clone(),
        nearest: problem.nearest.clone(),
        file: Some(problem.file.clone()).filter(|_| !is_here),
    }
}

/// Where it probably stands: the line that the message names, else the first of its key within its rule.
fn line_of(problem: &Problem, text: &str) -> Option<usize> {
    if let Some((_, rest)) = problem.message.split_once("at line ") {
        return rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok();
    }
    let rule = problem.rule.as_deref()?;
    let lines: Vec<&str> = text.lines().collect();
    let names = |line: &&str| {
        let line = line.trim();
        line.starts_with("id") && line.contains(&format!("\"{rule}\""))
    };
    let at = lines.iter().position(names)?;
    // `when.all[0].any_of`: its last word is what is written there.
    let word = problem.key.rsplit('.').next().unwrap_or_default();
    let word = word.split('[').next().unwrap_or_default();
    let first = problem.key.split(['.', '[']).next().unwrap_or_default();
    let until = lines.iter().skip(at + 1).position(|line| line.trim() == "[[rule]]");
    let until = until.map_or(lines.len(), |after| at + 1 + after);
    let within = |wanted: &str| {
        (at..until).find(|line| {
            lines.get(*line).is_some_and(|line| {
                line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|part| part == wanted)
            })
        })
    };
    Some(within(word).or_else(|| within(first)).unwrap_or(at) + 1)
}

#[cfg(test)]
mod tests;
