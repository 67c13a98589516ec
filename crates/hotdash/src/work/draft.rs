//! Writing a draft: the thread is read from the desk, the knowledge is searched, a model is asked where there is one.

use super::ingest::moved;
use super::{JobError, Step, nothing, want_soon};
use crate::app::{App, Desk, Notice};
use crate::chatwoot::api::{CallError, Page};
use crate::model::{Completion, Role};
use crate::store::Batch;
use crate::store::conversations::keep_conversation;
use crate::store::decisions::Cause;
use crate::store::drafts::{
    DraftState, Drafted, Usage, answer_message, begin_drafting, make_ready, move_draft,
};
use crate::store::effects::{Change, NewEffect};
use crate::store::facts::touch_of_draft;
use crate::store::jobs::Job;
use crate::store::messages::{Mover, Sight, keep_message, message_told};
use hotdash_core::analysis::Analysis;
use hotdash_core::conversation::{Conversation, Message, Status};
use hotdash_core::decide::Decision;
use hotdash_core::draft::{
    Composed, Evidence, Finding, NoteInput, Passage, Request, check, compose, judge_answer, note, prompt,
};
use hotdash_core::ids::{DraftId, EffectId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::time::Duration;

pub(super) const PASSAGES: usize = 8;
/// How long a decision takes, generously.
const DECIDED_SOON: Duration = Duration::from_millis(500);

/// What is kept about a draft beside its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DraftBody {
    pub language: String,
    pub evidence: Vec<Evidence>,
    pub findings: Vec<Finding>,
    /// Who gets a copy of the reply, by e-mail.
    #[serde(default)]
    pub copies: Vec<String>,
    /// What the drafter does not know.
    pub gaps: Vec<String>,
    /// How the customer's message was understood.
    pub analysis: Analysis,
    /// Why the model's answer was not used, where one was asked.
    pub fallback: Option<String>,
}

/// A stored draft.
pub type Draft = crate::store::drafts::Draft<DraftBody>;

/// Run the job of one draft.
pub async fn run(app: &App, desk: &Desk, job: &Job) -> Result<Step, JobError> {
    let id = DraftId(job.payload.clone());
    let Some(draft) = app.store.draft::<DraftBody>(&id).await? else { return Ok(nothing()) };
    if !matches!(draft.state, DraftState::Queued | DraftState::Drafting) {
        return Ok(nothing());
    }
    let (conversation, thread) = match read(desk, &draft).await {
        Ok(read) => read,
        Err(CallError::NoSuchThing { .. }) => {
            return not_needed(app, &draft, None, "the conversation was deleted on the desk");
        }
        Err(error) => return Err(error.into()),
    };
    let answers = match to_answer(&conversation, &thread) {
        Ok(message) => message,
        Err(reason) => return not_needed(app, &draft, Some(&conversation), reason),
    };
    if answers.id > draft.answers && !app.store.is_decided(desk.id, answers.id, Cause::Message).await? {
        return wait_for_decision(app, &draft, &conversation, &thread).await;
    }
    if let Some(pause) = still_writing(app, answers) {
        return Ok(Step::Later(pause, "the customer may still be writing"));
    }
    // Conflicts when it was superseded a moment ago: the next try finds that and ends.
    let mut begin = Batch::from(begin_drafting(&id));
    begin.push(answer_message(&id, answers.id));
    app.store.commit(begin).await?;
    let mut made = write(app, desk, &draft, &conversation, &thread, answers).await?;
    made.copies = copies(desk, &conversation, answers).await?;
    let batch = keep(app, &draft, &conversation, &thread, answers, &made).await?;
    Ok(Step::Done(batch, vec![Notice::QueueChanged, Notice::DraftChanged(id)]))
}

async fn read(desk: &Desk, draft: &Draft) -> Result<(Conversation, Vec<Message>), CallError> {
    let conversation = desk.chatwoot.conversation(draft.conversation).await?;
    Ok((conversation, desk.chatwoot.messages(draft.conversation, Page::Latest).await?))
}

/// The customer's last message, unless nobody waits for an answer any more.
fn to_answer<'a>(conversation: &Conversation, thread: &'a [Message]) -> Result<&'a Message, &'static str> {
    match conversation.status {
        Status::Resolved => return Err("the conversation was resolved"),
        Status::Snoozed => return Err("the conversation was snoozed"),
        Status::Open | Status::Pending => {}
    }
    let is_gone = |m: &Message| m.is_from_customer() && m.marks.deleted;
    let moves = || thread.iter().filter(|m| Mover::of(m) != Mover::Other && !is_gone(m));
    match moves().max_by_key(|m| m.id) {
        Some(last) if last.is_from_customer() => Ok(last),
        Some(_) => Err("a person answered"),
        None => Err("there is no message of the customer"),
    }
}

fn not_needed(
    app: &App,
    draft: &Draft,
    conversation: Option<&Conversation>,
    reason: &str,
) -> Result<Step, JobError> {
    let mut batch = Batch::from(move_draft(
        &draft.id,
        draft.state,
        DraftState::Superseded,
        Some(reason),
        app.clock.now_ms(),
    ));
    batch.push(touch_of_draft(&draft.id, app.clock.now_ms()));
    if let Some(conversation) = conversation {
        batch.push(keep_conversation(draft.desk, conversation)?);
    }
    Ok(Step::Done(batch, vec![Notice::DraftChanged(draft.id.clone())]))
}

/// The customer wrote again, and nothing is decided about that yet. If no delivery has told of it, it goes the way of
/// one: who threatens with a lawyer in a message that was read by chance must not get an answer as if they had not.
async fn wait_for_decision(
    app: &App,
    draft: &Draft,
    conversation: &Conversation,
    thread: &[Message],
) -> Result<Step, JobError> {
    let mut batch = Batch::new();
    let sight = Sight::read(conversation, app.clock.now_ms());
    for message in thread.iter().filter(|m| m.id > draft.answers && m.is_from_customer()) {
        let known = app.store.known_from(draft.desk, draft.conversation, message.id).await?;
        if !known.iter().any(|(known, told)| known.id == message.id && *told) {
            batch.append(keep_message(draft.desk, message, sight)?);
            batch.push(message_told(draft.desk, message.id));
            moved(app, draft.desk, conversation, message, &mut batch);
        }
    }
    app.store.commit(batch).await?;
    app.work.notify_one();
    Ok(Step::Later(DECIDED_SOON, "a decision about the last message comes first"))
}

/// A burst of messages becomes one draft: wait until the last one is old enough.
fn still_writing(app: &App, last: &Message) -> Option<Duration> {
    // The desk tells whole seconds, and its clock may be ahead: never wait longer than the pause itself.
    let age = u64::try_from(app.clock.now_ms() - last.created_at.as_millisecond()).unwrap_or(0);
    let left = app.config.debounce.checked_sub(Duration::from_millis(age))?;
    (left > Duration::from_millis(50)).then_some(left)
}

struct Made {
    composed: Composed,
    findings: Vec<Finding>,
    copies: Vec<String>,
    analysis: Analysis,
    author: String,
    fallback: Option<String>,
    usage: Option<Usage>,
    decision: String,
}

async fn write(
    app: &App,
    desk: &Desk,
    draft: &Draft,
    conversation: &Conversation,
    thread: &[Message],
    answers: &Message,
) -> Result<Made, JobError> {
    let analysis = app.analyzer().analyze(answers.text());
    let passages = passages_for(desk, thread, answers);
    let rejections = app.store.rejection_reasons(draft.desk, draft.conversation).await?;
    let public = public(thread);
    let request = Request {
        conversation,
        thread: &public,
        answers,
        analysis: &analysis,
        passages: &passages,
        shop_name: &desk.settings.shop_name,
        agent_name: signs(conversation),
        rejections: &rejections,
    };
    let (judged, usage) = ask_model(app, &request).await;
    let (composed, author, fallback) = match judged {
        Some(Ok((composed, model))) => (composed, model, None),
        Some(Err(why)) => {
            tracing::warn!(draft = %draft.id, %why, "the model's answer was not used");
            (compose(&request), "knowledge".to_owned(), Some(why))
        }
        None => (compose(&request), "knowledge".to_owned(), None),
    };
    let findings = check(&composed.text, &request);
    let decisions = app.store.decisions::<Analysis, Decision>(draft.desk, draft.conversation, 1).await?;
    let decision = decisions.first().map(|d| d.body.sentence()).unwrap_or_default();
    Ok(Made { composed, findings, copies: Vec::new(), analysis, author, fallback, usage, decision })
}

/// What the customer can read.
pub(super) fn public(thread: &[Message]) -> Vec<Message> {
    thread.iter().filter(|m| !m.private).cloned().collect()
}

/// In whose name the reply is written.
pub(super) fn signs(conversation: &Conversation) -> Option<&str> {
    conversation.assignee.as_ref().filter(|a| !a.is_bot).map(|a| a.name.as_str())
}

/// Who else the customer wrote to. The desk's own addresses are asked only where there is somebody: an answer that came
/// back to the desk would be a message of its own.
async fn copies(
    desk: &Desk,
    conversation: &Conversation,
    answers: &Message,
) -> Result<Vec<String>, JobError> {
    let customer = conversation.contact.email.as_deref();
    let Some(envelope) = &answers.envelope else { return Ok(Vec::new()) };
    if envelope.copies(customer, &[]).is_empty() {
        return Ok(Vec::new());
    }
    let own: Vec<String> =
        desk.chatwoot.inboxes().await?.into_iter().flat_map(|inbox| inbox.addresses).collect();
    Ok(envelope.copies(customer, &own))
}

/// Search with the last words of the customer, the newest first: they say best what is wanted.
pub(super) fn passages_for(desk: &Desk, thread: &[Message], answers: &Message) -> Vec<Passage> {
    let mut words = answers.text().to_owned();
    for earlier in thread.iter().rev().filter(|m| m.is_from_customer() && m.id != answers.id).take(2) {
        words.push('\n');
        words.push_str(earlier.text());
    }
    desk.knowledge.search(&words, PASSAGES)
}

/// What a model wrote and which one, or why that cannot be used; `None` = there is no model to ask. And what it used:
/// an answer that cannot be used costs as much.
async fn ask_model(
    app: &App,
    request: &Request<'_>,
) -> (Option<Result<(Composed, String), String>>, Option<Usage>) {
    let Some(model) = &app.model else { return (None, None) };
    let messages: Vec<(Role, String)> = prompt(request)
        .into_iter()
        .map(|m| (if m.role == "system" { Role::System } else { Role::User }, m.content))
        .collect();
    let asked: Vec<(Role, &str)> = messages.iter().map(|(role, text)| (*role, text.as_str())).collect();
    match model.complete(&asked).await {
        Ok(answer) => {
            let usage = usage(&answer);
            let judged = judge_answer(&answer.text, request)
                .map(|composed| (composed, answer.model))
                .map_err(|rejection| rejection.to_string());
            (Some(judged), Some(usage))
        }
        Err(error) => (Some(Err(error.to_string())), None),
    }
}

fn usage(answer: &Completion) -> Usage {
    let counted = |tokens: Option<u64>| tokens.and_then(|tokens| i64::try_from(tokens).ok());
    Usage {
        model: answer.model.clone(),
        prompt_tokens: counted(answer.prompt_tokens),
        completion_tokens: counted(answer.completion_tokens),
    }
}

/// The draft, its private note and what was read on the way, in one batch.
async fn keep(
    app: &App,
    draft: &Draft,
    conversation: &Conversation,
    thread: &[Message],
    answers: &Message,
    made: &Made,
) -> Result<Batch, JobError> {
    let body = DraftBody {
        language: made.composed.language.clone(),
        evidence: made.composed.evidence.clone(),
        findings: made.findings.clone(),
        copies: made.copies.clone(),
        gaps: made.composed.gaps.clone(),
        analysis: made.analysis.clone(),
        fallback: made.fallback.clone(),
    };
    let text = &made.composed.text;
    let hash = text_hash(text, conversation, &made.copies, answers.id.0);
    let mut batch = Batch::from(make_ready(
        &draft.id,
        &Drafted {
            answers: answers.id,
            text,
            text_hash: &hash,
            author: &made.author,
            body: &body,
            usage: made.usage.as_ref(),
            ready_at: app.clock.now_ms(),
        },
    )?);
    let sight = Sight::read(conversation, app.clock.now_ms());
    for message in thread {
        batch.append(keep_message(draft.desk, message, sight)?);
    }
    batch.push(keep_conversation(draft.desk, conversation)?);
    batch.push(touch_of_draft(&draft.id, app.clock.now_ms()));
    let content = note(&NoteInput {
        draft: &draft.id,
        text,
        evidence: &body.evidence,
        findings: &body.findings,
        gaps: &body.gaps,
        review_url: &format!("{}/drafts/{}", app.config.public_url, draft.id),
        decision: &made.decision,
        hold: draft.hold,
        analysis: &made.analysis,
    });
    let effect = NewEffect {
        id: EffectId(app.clock.new_id()),
        desk: draft.desk,
        conversation: draft.conversation,
        decision: None,
        draft: Some(draft.id.clone()),
        change: Change::Note { text: content },
        created_at: app.clock.now_ms(),
    };
    batch.append(want_soon(app, &effect, Duration::ZERO)?);
    Ok(batch)
}

/// Of the text, to whom and where it goes, and what it answers: an approval is of exactly this.
pub(super) fn text_hash(text: &str, conversation: &Conversation, copies: &[String], answers: i64) -> String {
    let channel = conversation.channel.name();
    let (id, contact, copies) = (conversation.id, conversation.contact.id, copies.join(","));
    let whole = format!("{text}\0{id}\0{contact}\0{copies}\0{channel}\0{answers}");
    hex::encode(Sha256::digest(whole))
}
