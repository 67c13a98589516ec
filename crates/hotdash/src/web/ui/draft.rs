//! The draft page: the thread, the draft as a letter, what supports it, and the decision.

use super::diff::Diff;
use super::error::UiError;
use super::layout::{Nav, Shell, page};
use super::letter::{self, Letter};
use super::outcome::{self, Outcome};
use super::queue::{self, Filter, QueuePage};
use super::sending;
use super::side::{self, Side};
use super::thread::{self, Thread};
use super::words::{self, Left, Moment, Times};
use crate::app::App;
use crate::store::drafts::DraftState;
use crate::store::users::Role;
use crate::web::auth::{Seat, Viewer};
use crate::work::view::{self, DraftPage};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use hotdash_core::conversation::Conversation;
use hotdash_core::draft::{Finding, Severity};
use hotdash_core::grade::{self, AxisGuide};
use hotdash_core::ids::DraftId;
use std::sync::Arc;

/// Everything the page shows of one draft.
pub(super) struct DraftView {
    pub(super) id: String,
    pub(super) conversation: i64,
    pub(super) customer: String,
    pub(super) first_name: String,
    pub(super) facts: String,
    pub(super) labels: Vec<String>,
    pub(super) left: Left,
    pub(super) due: Moment,
    pub(super) hold: bool,
    pub(super) urgent: bool,
    pub(super) claimed_by: Option<String>,
    pub(super) claimed_by_me: bool,
    pub(super) desk_link: String,
    pub(super) thread: Thread,
    pub(super) author: String,
    pub(super) ready_in: Option<String>,
    pub(super) answers: Option<Moment>,
    pub(super) version: i64,
    pub(super) text_hash: String,
    pub(super) answers_id: i64,
    pub(super) text: String,
    pub(super) letter: Letter,
    pub(super) state: DraftState,
    pub(super) state_name: &'static str,
    /// To whom the reply goes, where that is more than the customer's chat.
    pub(super) envelope: Vec<(&'static str, String)>,
    /// How much of what the channel takes it uses.
    pub(super) count: Option<String>,
    pub(super) findings: Vec<FindingView>,
    /// Findings that a person may overrule.
    pub(super) blocking: usize,
    /// Findings that nobody may overrule.
    pub(super) forbidding: usize,
    pub(super) passed: Vec<String>,
    /// A person changed the drafter's words before.
    pub(super) is_edited: bool,
    pub(super) side: Side,
    pub(super) footer: Footer,
    pub(super) axes: Vec<Axis>,
    pub(super) grades_required: bool,
    pub(super) problem: Option<Problem>,
    pub(super) edit_link: String,
    pub(super) reasons: &'static [&'static str],
}

pub(super) struct FindingView {
    pub(super) number: usize,
    /// Nobody can send it so.
    pub(super) forbids: bool,
    pub(super) blocks: bool,
    pub(super) message: String,
    pub(super) in_text: bool,
}

/// One axis of the grades.
pub(super) struct Axis {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) question: &'static str,
    pub(super) grades: Vec<GradeView>,
}

pub(super) struct GradeView {
    pub(super) grade: usize,
    /// One word, e.g. `perfect`.
    pub(super) word: String,
    pub(super) meaning: &'static str,
    pub(super) is_chosen: bool,
}

/// What the foot of the page offers.
pub(super) enum Footer {
    Decide,
    /// Write another text.
    Edit {
        text: String,
    },
    /// Look at what was changed, then decide.
    Changes {
        text: String,
        diff: Diff,
    },
    /// Nothing to decide here now.
    Standing(Standing),
}

pub(super) struct Standing {
    pub(super) icon: &'static str,
    pub(super) text: String,
    pub(super) leaves_at_ms: Option<i64>,
    pub(super) may_undo: bool,
    /// The button that starts anew.
    pub(super) retry: Option<&'static str>,
}

/// Something a person tried and could not do; what they typed is not lost.
pub(super) struct Problem {
    pub(super) text: String,
    pub(super) typed: Option<String>,
}

/// One key each.
const REASONS: [&str; 6] = [
    "The facts are wrong",
    "It breaks a policy",
    "The tone is wrong",
    "It does not answer the question",
    "The language is wrong",
    "A person should write this",
];

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Viewer(seat): Viewer,
    Path(id): Path<String>,
    Query(filter): Query<Filter>,
) -> Result<Response, UiError> {
    let view = load(&app, &seat, &DraftId(id), &filter).await?.ok_or(UiError::NotFound)?;
    render(&app, &seat, view, &filter).await
}

/// A reload of an answer to a form: back to the draft.
pub(super) async fn back(Path(id): Path<String>, Query(filter): Query<Filter>) -> Redirect {
    Redirect::to(&format!("/drafts/{id}{}", filter.suffix()))
}

pub(super) async fn load(
    app: &App,
    seat: &Seat,
    id: &DraftId,
    filter: &Filter,
) -> Result<Option<DraftView>, UiError> {
    let page = view::draft_page(app, &seat.desk, id).await?;
    Ok(page.map(|page| view_of(app, seat, &page, filter)))
}

/// The page with this view beside the queue.
pub(super) async fn render(
    app: &App,
    seat: &Seat,
    view: DraftView,
    filter: &Filter,
) -> Result<Response, UiError> {
    let items = view::queue(app, &seat.desk).await?;
    let queue = queue::queue_view(app, seat, &items, filter, Some(&DraftId(view.id.clone())));
    let shell = Shell::inside(app, seat, Nav::Queue).await?.with_waiting(queue.waiting);
    let outcome = outcome_of(app, seat, filter).await?;
    page(&QueuePage::new(shell, queue, Some(view), outcome, "at-draft", filter))
}

/// The page again, with what went wrong.
pub(super) async fn render_problem(
    app: &App,
    seat: &Seat,
    id: &DraftId,
    filter: &Filter,
    status: StatusCode,
    problem: Problem,
) -> Result<Response, UiError> {
    let mut view = load(app, seat, id, filter).await?.ok_or(UiError::NotFound)?;
    view.problem = Some(problem);
    let mut answer = render(app, seat, view, filter).await?;
    *answer.status_mut() = status;
    Ok(answer)
}

/// What became of the draft decided before.
pub(super) async fn outcome_of(app: &App, seat: &Seat, filter: &Filter) -> Result<Option<Outcome>, UiError> {
    if filter.after.is_empty() {
        return Ok(None);
    }
    let page = view::draft_page(app, &seat.desk, &DraftId(filter.after.clone())).await?;
    Ok(page.map(|page| outcome::outcome(&page, app.clock.now_ms())))
}

fn view_of(app: &App, seat: &Seat, page: &DraftPage, filter: &Filter) -> DraftView {
    let now_ms = app.clock.now_ms();
    let times = Times::new(&seat.desk.settings.timezone, now_ms);
    let (item, draft) = (&page.item, &page.draft);
    let language = draft.body.as_ref().map_or("", |body| body.language.as_str());
    // What a person edited before is no longer what the drafter and the checks looked at.
    let is_edited = draft.text != draft.drafted;
    let findings = &page.findings;
    let copies = draft.body.as_ref().map_or(&[][..], |body| &body.copies);
    let evidence = if is_edited { &[] } else { side::evidence_of(page) };
    let answered = page.thread.iter().find(|m| m.id == draft.answers);
    DraftView {
        id: draft.id.to_string(),
        conversation: draft.conversation.0,
        customer: item.customer.clone(),
        first_name: words::first_name(&item.customer),
        facts: facts(page, seat),
        labels: item.conversation.labels.clone(),
        left: Left::until(item.due_at_ms, now_ms, seat.desk.settings.sla_minutes),
        due: times.at_ms(item.due_at_ms),
        hold: item.hold,
        urgent: item.urgent,
        claimed_by: item.claimed_by.clone().filter(|who| *who != seat.user.name),
        claimed_by_me: item.claimed_by.as_ref() == Some(&seat.user.name),
        desk_link: page.desk_link.clone(),
        thread: thread::thread(&page.thread, draft.note_message, &times),
        author: draft.author.clone(),
        ready_in: draft.ready_at.map(|ready| words::quick(ready - draft.created_at)),
        answers: answered.map(|m| times.at(m.created_at)),
        version: draft.version,
        text_hash: draft.text_hash.clone(),
        answers_id: draft.answers.0,
        text: draft.text.clone(),
        letter: letter::letter(&draft.text, language, evidence, findings, now_ms),
        state: draft.state,
        state_name: words::draft_state(draft.state),
        envelope: sending::envelope(&item.conversation, copies),
        count: sending::count(&item.conversation.channel, &draft.text),
        findings: finding_views(findings),
        blocking: with(findings, Severity::Blocks),
        forbidding: with(findings, Severity::Forbids),
        is_edited,
        passed: names(&page.checks_passed),
        side: side::side(page, &times),
        footer: footer(page, seat, filter, now_ms),
        axes: axes([None; 3]),
        grades_required: app.config.grades_required,
        problem: None,
        edit_link: format!("/drafts/{}{}", draft.id, filter.suffix_mode("edit")),
        reasons: &REASONS,
    }
}

impl DraftView {
    /// The page is about these words instead, and about what the checks find in them.
    pub(super) fn judged(&mut self, conversation: &Conversation, text: &str, findings: &[Finding]) {
        self.count = sending::count(&conversation.channel, text);
        self.findings = finding_views(findings);
        self.blocking = with(findings, Severity::Blocks);
        self.forbidding = with(findings, Severity::Forbids);
        self.passed = names(&view::checks_passed(findings));
    }
}

fn with(findings: &[Finding], severity: Severity) -> usize {
    findings.iter().filter(|finding| finding.severity == severity).count()
}

fn names(checks: &[&str]) -> Vec<String> {
    checks.iter().map(|check| check.replace('_', " ")).collect()
}

/// One line: channel, language, who has it.
fn facts(page: &DraftPage, seat: &Seat) -> String {
    let item = &page.item;
    let (channel, _) = words::channel(&item.conversation.channel);
    let assignee = match &item.conversation.assignee {
        Some(assignee) if assignee.name == seat.user.name => "assigned to you".to_owned(),
        Some(assignee) => format!("assigned to {}", assignee.name),
        None => "assigned to nobody".to_owned(),
    };
    let language = item.language.as_deref().map_or("language unknown".to_owned(), words::language);
    format!("{channel} · {language} · {assignee}")
}

fn finding_views(findings: &[Finding]) -> Vec<FindingView> {
    let mut views: Vec<FindingView> = findings
        .iter()
        .enumerate()
        .map(|(at, f)| FindingView {
            number: at + 1,
            forbids: f.severity == Severity::Forbids,
            blocks: f.severity != Severity::Warns,
            message: f.message.clone(),
            in_text: f.range.is_some(),
        })
        .collect();
    views.sort_by_key(|finding| (!finding.forbids, !finding.blocks));
    views
}

/// The axes with their guide. Nothing is chosen beforehand: a default is a rubber stamp.
pub(super) fn axes(chosen: [Option<u8>; 3]) -> Vec<Axis> {
    let axis = |(guide, chosen): (&'static AxisGuide, Option<u8>)| Axis {
        name: &guide.axis,
        title: &guide.title,
        question: &guide.question,
        grades: (1..)
            .zip(&guide.meanings)
            .map(|(grade, meaning)| GradeView {
                grade,
                word: meaning.split(':').next().unwrap_or_default().to_lowercase(),
                meaning,
                is_chosen: chosen.is_some_and(|chosen| usize::from(chosen) == grade),
            })
            .collect(),
    };
    grade::guide().iter().zip(chosen).map(axis).collect()
}

fn footer(page: &DraftPage, seat: &Seat, filter: &Filter, now_ms: i64) -> Footer {
    if page.draft.state.awaits_person() {
        if seat.user.role < Role::Reviewer {
            return Footer::Standing(standing(
                "info",
                "You may read this draft; a reviewer decides about it.",
            ));
        }
        let approved_by_me = page.draft.state == DraftState::Held
            && page.reviews.iter().any(|r| {
                let r = &r.review;
                // Of a text that somebody changed since, one may well be the second.
                let is_of_this_text = r.text_hash == page.draft.text_hash;
                r.undone_at.is_none()
                    && r.verdict != "reject"
                    && r.reviewer == seat.user.id
                    && is_of_this_text
            });
        if approved_by_me {
            let text = "You approved this draft. A second, different person must agree before it leaves.";
            return Footer::Standing(Standing { may_undo: true, ..standing("two", text) });
        }
        if filter.mode == "edit" {
            return Footer::Edit { text: page.draft.text.clone() };
        }
        return Footer::Decide;
    }
    let may_act = seat.user.role >= Role::Reviewer;
    let reason = page.draft.reason.clone().unwrap_or_default();
    Footer::Standing(match page.draft.state {
        DraftState::Approved => {
            let left = page.leaves_at_ms.filter(|at| *at > now_ms);
            let text = match left {
                Some(at) => format!("Approved. The reply leaves in {} s.", (at - now_ms + 999) / 1000),
                None => "Approved. The reply is leaving.".to_owned(),
            };
            Standing { leaves_at_ms: left, may_undo: may_act && left.is_some(), ..standing("check", &text) }
        }
        DraftState::Sending => standing("clock", "The reply is being sent."),
        DraftState::Sent => standing("check", "The reply was sent."),
        DraftState::Rejected => Standing {
            retry: may_act.then_some("Write a new draft"),
            ..standing("cross", &with_reason("This draft was rejected", &reason))
        },
        DraftState::Superseded => {
            standing("info", &with_reason("This draft is out of date and was not sent", &reason))
        }
        DraftState::Expired => {
            standing("info", &with_reason("This draft came too late and was not sent", &reason))
        }
        DraftState::Failed => Standing {
            retry: may_act.then_some("Try again"),
            ..standing("warn", &with_reason("This draft failed", &reason))
        },
        _ => standing("clock", "The draft is being written. It appears here by itself."),
    })
}

fn standing(icon: &'static str, text: &str) -> Standing {
    Standing { icon, text: text.to_owned(), leaves_at_ms: None, may_undo: false, retry: None }
}

fn with_reason(what: &str, reason: &str) -> String {
    match reason.trim_end_matches('.') {
        "" => format!("{what}."),
        reason => format!("{what}: {reason}."),
    }
}
