//! Asking a model, and judging what it says.

use super::compose::{first_name, language_of};
use super::facts::keys;
use super::replies::{fill, replies};
use super::retrieve::marks;
use super::text::{plain, sentences, simple_marks, split_ranges};
use super::vocabulary::vocabulary;
use super::{Composed, Evidence, Passage, Request};
use crate::analysis::words::normalize;
use crate::channel::{Layout, rules};
use crate::conversation::Author;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

const REPLY: &str = include_str!("../../defaults/prompts/reply.md");

/// Only so many messages of a long thread are shown, the newest.
const THREAD: usize = 20;
/// No reply to a customer is longer.
const LONGEST: usize = 20_000;
/// A sentence rests on a source that shares this much of its words.
const RESTS: f32 = 0.5;

/// One message of a chat with a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatMessage {
    /// `system` or `user`.
    pub role: String,
    pub content: String,
}

/// Why a model's answer is not used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    #[error("the model's answer is empty")]
    Empty,
    #[error("the model refused: {0}")]
    Refusal(String),
    #[error("the model's answer is not a reply: {0}")]
    Garbage(String),
    #[error("the model's answer repeats its instructions")]
    LeaksPrompt,
    #[error("the model's answer has {0} characters")]
    TooLong(usize),
}

impl Rejection {
    /// A stable name for logs and figures.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Refusal(_) => "refusal",
            Self::Garbage(_) => "garbage",
            Self::LeaksPrompt => "leaks_prompt",
            Self::TooLong(_) => "too_long",
        }
    }
}

/// The messages to send to a model: instructions and sources as `system`, the conversation as fenced data in `user`.
#[must_use]
pub fn prompt(request: &Request<'_>) -> Vec<ChatMessage> {
    let thread = thread(request);
    let fence = fence(&thread);
    let code = language_of(request);
    let language = replies("en").words.languages.get(&code).cloned().unwrap_or(code);
    let customer = first_name(&request.conversation.contact.name).unwrap_or("unknown");
    let signature =
        request.agent_name.map_or(request.shop_name.to_owned(), |a| format!("{a}, {}", request.shop_name));
    let system = fill(
        REPLY.trim_end(),
        &[
            ("shop", request.shop_name),
            ("language", &language),
            ("channel", &rules(&request.conversation.channel).tell),
            ("customer", customer),
            ("signature", &signature),
            ("fence", &fence),
            ("rejections", &rejections(request.rejections)),
            ("sources", &sources(request.passages)),
        ],
    );
    let user = format!("{fence}\n{thread}\n{fence}\n\nDraft the reply to the customer's last message.");
    vec![
        ChatMessage { role: "system".to_owned(), content: system },
        ChatMessage { role: "user".to_owned(), content: user },
    ]
}

/// Turn a model's raw answer into a draft, or say why not.
pub fn judge_answer(raw: &str, request: &Request<'_>) -> Result<Composed, Rejection> {
    let raw = raw.trim();
    if raw.is_empty() {
        return Err(Rejection::Empty);
    }
    let (text, cited) = read(raw)?;
    let text = formed(text.trim(), request);
    if text.is_empty() {
        return Err(Rejection::Empty);
    }
    let length = text.chars().count();
    if length > LONGEST {
        return Err(Rejection::TooLong(length));
    }
    if text.contains(&fence(&thread(request))) || text.contains("Answer with one JSON object") {
        return Err(Rejection::LeaksPrompt);
    }
    let start = normalize(&text).chars().take(200).collect::<String>();
    if vocabulary().refusals.iter().any(|refusal| start.starts_with(refusal.as_str())) {
        return Err(Rejection::Refusal(short(&text)));
    }
    if !is_prose(&text) {
        return Err(Rejection::Garbage(short(&text)));
    }
    let evidence = evidence(&text, &cited, request);
    let mut gaps = Vec::new();
    if evidence.is_empty() {
        gaps.push("The reply rests on no passage of the knowledge.".to_owned());
    }
    let unknown = cited.iter().filter(|id| !request.passages.iter().any(|p| p.id == **id));
    gaps.extend(unknown.map(|id| format!("The model named a source that does not exist: {}.", short(id))));
    Ok(Composed { language: language_of(request), evidence, gaps, text })
}

/// In the form that the channel takes.
fn formed(text: &str, request: &Request<'_>) -> String {
    let rules = rules(&request.conversation.channel);
    let text = if rules.markdown { text.to_owned() } else { plain(text) };
    if rules.layout == Layout::Text { simple_marks(&text) } else { text }
}

/// The reply and the sources it names: a JSON object, bare or in a code fence or with words around it, or plain text.
fn read(raw: &str) -> Result<(String, Vec<String>), Rejection> {
    let unfenced = raw.strip_prefix("```").map_or(raw, |rest| {
        let rest = rest.strip_prefix("json").unwrap_or(rest);
        rest.trim_end().trim_end_matches("```").trim()
    });
    let object = match (unfenced.find('{'), unfenced.rfind('}')) {
        (Some(start), Some(end)) if start < end && unfenced[start..=end].contains("\"reply\"") => {
            &unfenced[start..=end]
        }
        // JSON of another form is no reply; a letter with a brace in it is.
        (Some(0), _) => return Err(Rejection::Garbage(short(raw))),
        _ => return Ok((unfenced.to_owned(), Vec::new())),
    };
    let value: serde_json::Value =
        serde_json::from_str(object).map_err(|error| Rejection::Garbage(format!("broken JSON, {error}")))?;
    let Some(reply) = value.get("reply").and_then(serde_json::Value::as_str) else {
        return Err(Rejection::Garbage("the JSON object has no text under “reply”".to_owned()));
    };
    let sources = value.get("sources").and_then(serde_json::Value::as_array).map_or(&[][..], Vec::as_slice);
    let id = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Ok((reply.to_owned(), sources.iter().map(id).collect()))
}

/// Words, several of them, and not the same again and again.
fn is_prose(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let distinct: BTreeSet<&str> = words.iter().copied().collect();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let visible = text.chars().filter(|c| !c.is_whitespace()).count();
    let repeats = words.len() > 20 && distinct.len() * 5 < words.len();
    words.len() >= 3
        && letters * 2 >= visible
        && !repeats
        && !text.chars().any(|c| c == '\0' || c == '\u{fffd}')
}

/// For each sentence the source it rests on, found by what both say; the model's own list of sources only narrows it.
fn evidence(text: &str, cited: &[String], request: &Request<'_>) -> Vec<Evidence> {
    let named: Vec<&Passage> = request.passages.iter().filter(|p| cited.contains(&p.id)).collect();
    let passages: Vec<&Passage> = if named.is_empty() { request.passages.iter().collect() } else { named };
    let code = language_of(request);
    let sources: Vec<(&Passage, String)> =
        passages.iter().flat_map(|p| sentences(&p.text).into_iter().map(|s| (*p, s))).collect();
    let mut evidence: Vec<Evidence> = Vec::new();
    for (start, end) in split_ranges(text) {
        let sentence = &text[start..end];
        let Some((passage, quote)) = support(sentence, &sources, &code) else { continue };
        let claim = (text[..start].chars().count(), text[..end].chars().count());
        match evidence.iter_mut().find(|e| e.passage == passage.id) {
            Some(known) => {
                known.claims.push(claim);
                if !known.quote.contains(quote) {
                    known.quote = format!("{} {quote}", known.quote);
                }
            }
            None => evidence.push(super::evidence(passage, quote.clone(), vec![claim])),
        }
    }
    evidence
}

#[expect(clippy::cast_precision_loss, reason = "numbers of words")]
fn support<'a>(
    sentence: &str,
    sources: &'a [(&'a Passage, String)],
    code: &str,
) -> Option<(&'a Passage, &'a String)> {
    let wanted: BTreeSet<String> =
        marks(sentence, Some(code)).into_iter().filter(|m| !m.starts_with('#')).collect();
    if wanted.len() < 2 {
        return None;
    }
    let claims = keys(sentence);
    sources
        .iter()
        .map(|(passage, source)| {
            let having = marks(source, Some(code));
            let words = wanted.intersection(&having).count() as f32 / wanted.len() as f32;
            // The same amount or duration says more than any word.
            let facts = claims.intersection(&keys(source)).count() as f32;
            (words + 0.5 * facts, passage, source)
        })
        .filter(|(score, ..)| *score >= RESTS)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, passage, source)| (*passage, source))
}

fn thread(request: &Request<'_>) -> String {
    let public: Vec<String> = request
        .thread
        .iter()
        .filter(|message| !message.private && message.id != request.answers.id)
        .map(|message| {
            let who = match &message.author {
                Author::Customer { .. } => "customer",
                Author::Agent { .. } | Author::NativeApp => "shop",
                _ => "automatic",
            };
            format!("[{who}]\n{}", message.text().trim())
        })
        .collect();
    let newest = public.len().saturating_sub(THREAD);
    let last = format!("[customer, last message]\n{}", request.answers.text().trim());
    public[newest..].iter().cloned().chain([last]).collect::<Vec<_>>().join("\n\n")
}

/// A line that nobody can write into the thread, because it is made of the thread.
fn fence(thread: &str) -> String {
    let digest = hex::encode(Sha256::digest(thread.as_bytes()));
    format!("=== conversation {} ===", digest.get(..16).unwrap_or(""))
}

fn rejections(reasons: &[String]) -> String {
    if reasons.is_empty() {
        return String::new();
    }
    let reasons: Vec<String> = reasons.iter().map(|reason| format!("- {}", one_line(reason))).collect();
    format!("A reviewer rejected earlier drafts; do better on:\n{}\n\n", reasons.join("\n"))
}

fn sources(passages: &[Passage]) -> String {
    if passages.is_empty() {
        return "(none)".to_owned();
    }
    let all: Vec<String> = passages
        .iter()
        .map(|p| {
            let link = p.link.as_ref().map_or(String::new(), |link| format!("\n{link}"));
            format!("[{}] {}\n{}{link}", p.id, one_line(&p.title), p.text.trim())
        })
        .collect();
    all.join("\n\n")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn short(text: &str) -> String {
    let line = one_line(text);
    let cut: String = line.chars().take(120).collect();
    if cut.len() < line.len() { format!("{cut}…") } else { cut }
}

#[cfg(test)]
mod tests;
