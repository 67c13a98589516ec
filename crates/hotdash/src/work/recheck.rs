//! The checks on the words that would be sent now: a person may have edited them, and a channel's window closes by
//! itself.

use super::draft::{Draft, PASSAGES, passages_for, public, signs};
use crate::app::{App, Desk};
use crate::store::StoreError;
use hotdash_core::conversation::{Conversation, Message};
use hotdash_core::draft::{Evidence, Finding, Passage, Request, WINDOW, check, check_window};

/// As much of a thread as a drafter reads.
const THREAD: i64 = 20;

/// What the checks find in a text for a draft. The drafter's own words were checked when they were written, with
/// everything that was known then; other words are checked against the same evidence, and what the knowledge says of
/// them.
pub async fn findings(
    app: &App,
    desk: &Desk,
    draft: &Draft,
    conversation: &Conversation,
    text: &str,
) -> Result<Vec<Finding>, StoreError> {
    let window = || check_window(conversation).into_iter();
    let Some(body) = &draft.body else { return Ok(window().collect()) };
    if text == draft.drafted {
        let then = body.findings.iter().filter(|finding| finding.check != WINDOW).cloned();
        return Ok(window().chain(then).collect());
    }
    let thread = public(&app.store.thread(draft.desk, draft.conversation, THREAD).await?);
    let Some(answers) = app.store.message(draft.desk, draft.answers).await? else {
        return Ok(window().collect());
    };
    let passages = passages(desk, &body.evidence, &thread, &answers, text);
    let request = Request {
        conversation,
        thread: &thread,
        answers: &answers,
        analysis: &body.analysis,
        passages: &passages,
        shop_name: &desk.settings.shop_name,
        agent_name: signs(conversation),
        rejections: &[],
    };
    Ok(check(text, &request))
}

/// What the draft rested on, what was found for the question, and what the knowledge has on the person's own words.
fn passages(
    desk: &Desk,
    evidence: &[Evidence],
    thread: &[Message],
    answers: &Message,
    text: &str,
) -> Vec<Passage> {
    let kept = evidence.iter().map(|e| Passage {
        id: e.passage.clone(),
        title: e.title.clone(),
        text: e.quote.clone(),
        source: e.source.clone(),
        link: e.link.clone(),
        updated: e.updated,
        score: 0.0,
    });
    kept.chain(passages_for(desk, thread, answers)).chain(desk.knowledge.search(text, PASSAGES)).collect()
}
