//! The rules page: every rule in its order, with its switch, its reason, and where it matched last; what waits in the
//! shadow; the versions.

pub(super) mod api;
pub(super) mod backtest;
pub(super) mod edit;
pub(super) mod explain;
pub(super) mod fairness;
mod lines;

use super::error::UiError;
use super::layout::{Framed, Nav, Shell, page};
use super::words::{Moment, Times};
use crate::app::App;
use crate::clock::first_id_at;
use crate::store::rulebooks::Matches;
use crate::store::users::Role;
use crate::web::auth::{Lead, Seat, Viewer};
use crate::work::rules::{self, RulesError};
use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{Redirect, Response};
use hotdash_core::backtest::Change;
use hotdash_core::rulebook::{Rule, Rulebook};
use serde::Deserialize;
use std::sync::Arc;

/// Matches are counted so far back.
const DAYS: i64 = 7;
const DAY_MS: i64 = 24 * 3_600_000;
const VERSIONS: i64 = 50;
const DIFFERENCES: i64 = 10;

/// What was done just before, as it stands in the address.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Told {
    #[serde(default)]
    done: String,
}

#[derive(Template)]
#[template(path = "rules/index.html")]
struct RulesPage {
    shell: Shell,
    may_change: bool,
    told: Option<&'static str>,
    problem: Option<String>,
    version: i64,
    hash: String,
    days: i64,
    groups: Vec<GroupView>,
    shadow: Option<ShadowView>,
    versions: Vec<VersionView>,
}

impl Framed for RulesPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
}

struct GroupView {
    name: String,
    note: &'static str,
    rules: Vec<RuleView>,
}

struct RuleView {
    id: String,
    name: String,
    why: String,
    priority: i64,
    enabled: bool,
    matches: i64,
    last: Option<Last>,
    /// In TOML: what it asks for and what it does.
    written: String,
}

struct Last {
    conversation: i64,
    decision: String,
    at: Moment,
}

struct ShadowView {
    author: String,
    since: Moment,
    decided: i64,
    different: i64,
    differences: Vec<Differs>,
}

struct Differs {
    conversation: i64,
    decision: String,
    at: Moment,
    changes: Vec<Change>,
}

struct VersionView {
    number: i64,
    note: String,
    author: String,
    at: Moment,
    active: bool,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Viewer(seat): Viewer,
    Query(told): Query<Told>,
) -> Result<Response, UiError> {
    render(&app, &seat, &told.done, None).await
}

/// A reload of an answer to a form: back to the page.
pub(super) async fn back() -> Redirect {
    Redirect::to("/rules")
}

#[derive(Debug, Deserialize)]
pub(super) struct SwitchForm {
    rule: String,
    on: u8,
    version: i64,
}

pub(super) async fn switch(
    State(app): State<Arc<App>>,
    Lead(seat): Lead,
    Form(form): Form<SwitchForm>,
) -> Result<Response, UiError> {
    let on = form.on == 1;
    let done = rules::switch(&app, &seat.desk, &form.rule, on, form.version, &seat.user.name).await.map(drop);
    answer(&app, &seat, done, if on { "on" } else { "off" }).await
}

#[derive(Debug, Deserialize)]
pub(super) struct ReturnForm {
    /// The version that was active on the page.
    version: i64,
    /// Without it, one step back.
    to: Option<i64>,
}

pub(super) async fn go_back(
    State(app): State<Arc<App>>,
    Lead(seat): Lead,
    Form(form): Form<ReturnForm>,
) -> Result<Response, UiError> {
    let (store, desk) = (&app.store, &seat.desk);
    let who = seat.user.name.as_str();
    let gone_back = match form.to {
        Some(to) => {
            let steps = (to, form.version);
            rules::go_back_to(store, &app.clock, desk.id, &desk.layers, steps, who).await
        }
        None => rules::go_back(store, &app.clock, desk.id, &desk.layers, who).await,
    };
    let done = gone_back.map(drop);
    if done.is_ok() {
        desk.take_up_rules(store, app.clock.now_ms()).await?;
    }
    answer(&app, &seat, done, "back").await
}

pub(super) async fn end_shadow(State(app): State<Arc<App>>, Lead(seat): Lead) -> Result<Redirect, UiError> {
    rules::end_of_shadow(&app.store, seat.desk.id).await?;
    seat.desk.take_up_rules(&app.store, app.clock.now_ms()).await?;
    Ok(Redirect::to("/rules?done=shadow-off"))
}

async fn answer(
    app: &App,
    seat: &Seat,
    done: Result<(), RulesError>,
    word: &str,
) -> Result<Response, UiError> {
    use axum::http::StatusCode;
    use axum::response::IntoResponse;
    let problem = match done {
        // Whoever wanted what is so already has it.
        Ok(()) | Err(RulesError::Unchanged) => {
            return Ok(Redirect::to(&format!("/rules?done={word}")).into_response());
        }
        Err(RulesError::Store(error)) => return Err(error.into()),
        Err(error) => format!("Nothing was changed: {error}."),
    };
    let mut page = render(app, seat, "", Some(problem)).await?;
    *page.status_mut() = StatusCode::CONFLICT;
    Ok(page)
}

async fn render(app: &App, seat: &Seat, done: &str, problem: Option<String>) -> Result<Response, UiError> {
    let (store, desk) = (&app.store, &seat.desk);
    let times = Times::new(&desk.settings.timezone, app.clock.now_ms());
    let rulebook = desk.rulebook.load();
    let since = first_id_at(times.now_ms - DAYS * DAY_MS);
    let matches = store.rule_matches(desk.id, &since).await?;
    let versions = store.rule_versions(desk.id, VERSIONS).await?;
    page(&RulesPage {
        shell: Shell::inside(app, seat, Nav::Rules).await?,
        may_change: seat.user.role >= Role::Lead,
        told: told(done),
        problem,
        version: desk.rules_version(),
        hash: rulebook.hash().to_owned(),
        days: DAYS,
        groups: groups(&rulebook, &matches, &times),
        shadow: shadow(app, seat, &times).await?,
        versions: versions
            .into_iter()
            .map(|version| VersionView {
                number: version.number,
                note: version.note,
                author: version.author,
                at: times.at_ms(version.created_at),
                active: version.active,
            })
            .collect(),
    })
}

/// What was done just before.
fn told(done: &str) -> Option<&'static str> {
    Some(match done {
        "on" => "The rule is on from now on.",
        "off" => "The rule is off from now on.",
        "back" => "The earlier rules decide again.",
        "active" => "The new rules decide from now on.",
        "shadow" => "The candidate decides in the shadow from now on. It changes nothing on the desk.",
        "shadow-off" => "No candidate decides any more.",
        _ => return None,
    })
}

fn groups(rulebook: &Rulebook, matches: &[Matches], times: &Times) -> Vec<GroupView> {
    let mut groups: Vec<GroupView> = Vec::new();
    for rule in rulebook.rules() {
        let view = rule_view(rule, matches, times);
        match groups.iter_mut().find(|group| group.name == rule.group.name()) {
            Some(group) => group.rules.push(view),
            None => {
                let note = match rule.group.name() {
                    "assignment" => "The first that matches decides who gets the conversation.",
                    "tags" => "Every rule that matches acts.",
                    _ => "A group of your own.",
                };
                groups.push(GroupView { name: rule.group.name().to_owned(), note, rules: vec![view] });
            }
        }
    }
    groups
}

fn rule_view(rule: &Rule, matches: &[Matches], times: &Times) -> RuleView {
    let found = matches.iter().find(|matches| matches.rule == rule.id);
    RuleView {
        id: rule.id.0.clone(),
        name: rule.name.clone(),
        why: rule.why.clone(),
        priority: rule.priority,
        enabled: rule.enabled,
        matches: found.map_or(0, |matches| matches.count),
        last: found.map(|matches| Last {
            conversation: matches.conversation.0,
            decision: matches.last.0.clone(),
            at: times.at_ms(matches.last_at),
        }),
        written: rule.to_toml(),
    }
}

async fn shadow(app: &App, seat: &Seat, times: &Times) -> Result<Option<ShadowView>, UiError> {
    let Some(kept) = app.store.shadow(seat.desk.id).await? else { return Ok(None) };
    let counts = app.store.shadow_counts(seat.desk.id, &kept.hash).await?;
    let differences =
        app.store.shadow_differences::<Vec<Change>>(seat.desk.id, &kept.hash, DIFFERENCES).await?;
    Ok(Some(ShadowView {
        author: kept.author,
        since: times.at_ms(kept.started_at),
        decided: counts.decided,
        different: counts.different,
        differences: differences
            .into_iter()
            .map(|differs| Differs {
                conversation: differs.conversation.0,
                decision: differs.decision.0,
                at: times.at_ms(differs.decided_at),
                changes: differs.changes,
            })
            .collect(),
    }))
}
