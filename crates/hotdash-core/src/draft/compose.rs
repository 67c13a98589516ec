//! The drafter that needs no model: a letter made of a greeting, the best sentences of the knowledge, an honest word
//! about what is not known, a question for what is missing, and a signature. It states no fact of its own.

mod sms;

use super::facts::order_number;
use super::replies::{Replies, fill, replies};
use super::retrieve::{Answer, answers};
use super::{Composed, Evidence, Request};
use crate::analysis::words::{Entry, Form, Haystack, Matcher};
use crate::analysis::{Analyzer, IntentKind, SentimentClass};
use crate::channel::{Layout, rules};
use std::ops::Range;

/// Sentences quoted from the best passage at most; fewer where a reviewer found a draft too long.
const SENTENCES: usize = 3;

/// Write a reply from the passages alone.
#[must_use]
pub fn compose(request: &Request<'_>) -> Composed {
    let language = language_of(request);
    let letter = Letter::new(request, replies(&language));
    if letter.layout == Layout::Text { sms::compose(&letter) } else { letter.compose() }
}

/// The customer's language where there are sentences for it: of this message, else of an earlier one, else of the
/// browser, else English.
pub(super) fn language_of(request: &Request<'_>) -> String {
    let spoken = request.analysis.language.code.clone().or_else(|| {
        let earlier = request.thread.iter().rev().filter(|message| message.is_from_customer());
        earlier.filter_map(|message| Analyzer::shipped().language(message.text()).code).next()
    });
    let browser =
        request.conversation.browser_language.as_deref().and_then(|tag| tag.split(['-', '_']).next());
    replies(spoken.as_deref().or(browser).unwrap_or("en")).code.clone()
}

/// The name to greet by: the first word of a contact's name if it looks like a person's.
pub(crate) fn first_name(name: &str) -> Option<&str> {
    /// Words that desks put where they know no name.
    const NOBODY: [&str; 9] =
        ["customer", "visitor", "guest", "user", "unknown", "anonymous", "kunde", "cliente", "client"];
    let first = name.split_whitespace().next()?;
    let is_name = name.chars().all(|c| !c.is_ascii_digit() && c != '@')
        && first.chars().count() >= 2
        && first.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '’'))
        && first.chars().next().is_some_and(|c| !c.is_lowercase());
    (is_name && !NOBODY.contains(&first.to_lowercase().as_str())).then_some(first)
}

/// Everything that is decided before a word is written.
struct Letter<'a> {
    request: &'a Request<'a>,
    words: &'static Replies,
    layout: Layout,
    order: Option<String>,
    answers: Vec<Answer<'a>>,
    asks_status: bool,
    shows_damage: bool,
}

impl<'a> Letter<'a> {
    fn new(request: &'a Request<'a>, words: &'static Replies) -> Self {
        let text = request.answers.text();
        let thread = request.thread.iter().rev().filter(|message| !message.private);
        let order = order_number(text).or_else(|| thread.into_iter().find_map(|m| order_number(m.text())));
        let short = request.rejections.iter().any(|reason| says(reason, &words.words.shorter));
        let layout = rules(&request.conversation.channel).layout;
        let limit = if short || layout == Layout::Text { 1 } else { SENTENCES };
        // Whoever threatens or was defrauded wants no quotation of the help pages.
        let answers = if is_grave(request) { Vec::new() } else { answers(request, &words.code, limit) };
        Self {
            request,
            words,
            layout,
            order: order.map(shown),
            answers,
            asks_status: says(text, &words.words.status)
                && (has(request, "orders") || has(request, "shipping")),
            shows_damage: says(text, &words.words.damage),
        }
    }

    fn compose(&self) -> Composed {
        let mut page = Page::default();
        page.paragraph(&self.greeting(&self.words.greeting, &self.words.greeting_without_name));
        page.paragraph(&self.mood());
        if self.is_mere_praise() {
            page.paragraph(&self.words.answer.praise);
        } else {
            self.answer(&mut page);
            page.paragraph(&join(self.unknown().into_iter().chain(self.asks())));
        }
        page.paragraph(&self.closing());
        Composed {
            language: self.words.code.clone(),
            evidence: page.evidence,
            gaps: self.gaps(),
            text: page.text,
        }
    }

    fn greeting(&self, named: &str, nameless: &str) -> String {
        match first_name(&self.request.conversation.contact.name) {
            Some(name) => fill(named, &[("first_name", name)]),
            None => nameless.to_owned(),
        }
    }

    fn mood(&self) -> String {
        let mood = &self.words.mood;
        let analysis = self.request.analysis;
        let complains = self.complains();
        let urgent = analysis.urgency.is_urgent;
        let sentence = match analysis.intent.kind {
            _ if analysis.escalation.is_some() => &mood.escalated,
            _ if complains && self.asks_status && !urgent => &mood.waiting,
            _ if complains && self.shows_damage && !urgent => &mood.wrong,
            _ if complains && urgent => &mood.urgent_complaint,
            _ if complains => &mood.complaint,
            _ if urgent => &mood.urgent,
            IntentKind::Praise => &mood.praise,
            _ => &mood.neutral,
        };
        let order = order_number(self.request.answers.text());
        let about = order
            .map(shown)
            .map_or(String::new(), |order| fill(&self.words.about_order, &[("order", &order)]));
        fill(sentence, &[("about_order", &about)])
    }

    fn complains(&self) -> bool {
        let analysis = self.request.analysis;
        analysis.intent.kind == IntentKind::Complaint || analysis.sentiment.class == SentimentClass::Negative
    }

    fn is_mere_praise(&self) -> bool {
        self.request.analysis.intent.kind == IntentKind::Praise
            && self.request.analysis.sentiment.class != SentimentClass::Negative
            && !self.request.answers.text().contains('?')
    }

    fn answer(&self, page: &mut Page) {
        let code = &self.words.code;
        for answer in &self.answers {
            page.begin();
            if let Some(other) = answer.language.as_ref().filter(|language| *language != code) {
                let name = self.words.words.languages.get(other).unwrap_or(other);
                page.line(&fill(&self.words.answer.in_other_language, &[("language", name)]));
            }
            page.quote(answer);
        }
        let link = self.answers.first().and_then(|answer| answer.passage.link.as_deref());
        if let Some(link) = link.filter(|link| link.starts_with("https://") || link.starts_with("http://")) {
            page.paragraph(&fill(&self.words.answer.more, &[("link", link)]));
        }
    }

    fn unknown(&self) -> Option<String> {
        match &self.order {
            _ if is_grave(self.request) => Some(self.words.unknown.grave.clone()),
            Some(order) if self.asks_status => {
                Some(fill(&self.words.unknown.order_status, &[("order", order)]))
            }
            _ if self.answers.is_empty() && !self.asks_status => Some(self.words.unknown.no_answer.clone()),
            _ => None,
        }
    }

    fn asks(&self) -> Vec<String> {
        let request = self.request;
        let ask = &self.words.ask;
        let mut asks = Vec::new();
        // A general question ("how long do refunds take?") needs no order number; a matter of one's own does.
        let own_matter =
            self.asks_status || self.complains() || request.analysis.intent.kind == IntentKind::Request;
        let about_order = ["orders", "shipping", "returns", "billing"].iter().any(|name| has(request, name));
        if self.order.is_none() && about_order && own_matter {
            asks.push(ask.order_number.clone());
        }
        let pictures = request.thread.iter().chain([request.answers]).any(|m| !m.attachments.is_empty());
        if self.shows_damage && !pictures {
            asks.push(ask.photo.clone());
        }
        let vague = self.answers.is_empty() && self.order.is_none() && !is_grave(request);
        if asks.is_empty() && vague {
            asks.push(ask.details.clone());
        }
        asks
    }

    fn closing(&self) -> String {
        let closing = &self.words.closing;
        let (named, nameless) = if self.layout == Layout::Letter {
            (&closing.letter, &closing.letter_without_agent)
        } else {
            (&closing.chat, &closing.chat_without_agent)
        };
        self.signed(named, nameless)
    }

    fn signed(&self, named: &str, nameless: &str) -> String {
        let shop = ("shop", self.request.shop_name);
        match self.request.agent_name.filter(|name| !name.trim().is_empty()) {
            Some(agent) => fill(named, &[("agent", first_name(agent).unwrap_or(agent)), shop]),
            None => fill(nameless, &[shop]),
        }
    }

    /// For the reviewer, in the language of the pages.
    fn gaps(&self) -> Vec<String> {
        let mut gaps = Vec::new();
        if self.is_mere_praise() {
            return gaps;
        }
        if is_grave(self.request) {
            gaps.push("A grave matter: nothing was quoted from the knowledge.".to_owned());
        } else if self.answers.is_empty() {
            gaps.push("No passage of the knowledge answers this message.".to_owned());
        }
        let foreign =
            self.answers.iter().filter_map(|a| a.language.as_deref()).find(|l| *l != self.words.code);
        if let Some(foreign) = foreign {
            gaps.push(format!("The knowledge answers only in another language ({foreign})."));
        }
        match &self.order {
            Some(order) if self.asks_status => {
                gaps.push(format!("The current status of {order} is not known."))
            }
            None if self.asks().contains(&self.words.ask.order_number) => {
                gaps.push("The customer has not given an order number.".to_owned());
            }
            _ => {}
        }
        if self.request.analysis.language.code.as_deref().is_some_and(|code| code != self.words.code) {
            gaps.push("There are no reply sentences in the customer's language.".to_owned());
        }
        gaps
    }
}

/// A bare number does not look like an order.
fn shown(order: String) -> String {
    if order.chars().all(|c| c.is_ascii_digit()) { format!("#{order}") } else { order }
}

/// An escalated message that asks no question.
fn is_grave(request: &Request<'_>) -> bool {
    request.analysis.escalation.is_some() && request.analysis.intent.kind != IntentKind::Question
}

/// Whether a text says one of some phrases.
pub(super) fn says(text: &str, phrases: &[String]) -> bool {
    let entries = phrases.iter().map(|text| Entry { text, form: Form::AsWritten, owner: 0 });
    Matcher::build(entries).is_ok_and(|matcher| !matcher.hits(&Haystack::new(text, &[])).is_empty())
}

fn has(request: &Request<'_>, category: &str) -> bool {
    request.analysis.categories.iter().any(|tag| tag.name == category)
}

fn join(sentences: impl IntoIterator<Item = String>) -> String {
    sentences.into_iter().collect::<Vec<_>>().join(" ")
}

/// A text that grows by paragraphs and remembers what it quotes.
#[derive(Default)]
struct Page {
    text: String,
    evidence: Vec<Evidence>,
}

impl Page {
    fn begin(&mut self) {
        if !self.text.is_empty() {
            self.text.push_str("\n\n");
        }
    }

    fn paragraph(&mut self, text: &str) {
        if !text.is_empty() {
            self.begin();
            self.text.push_str(text);
        }
    }

    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn quote(&mut self, answer: &Answer<'_>) {
        self.quote_as(answer, str::to_owned);
    }

    /// The sentences as they may be written here.
    fn quote_as(&mut self, answer: &Answer<'_>, written: impl Fn(&str) -> String) {
        let mut claims: Vec<(usize, usize)> = Vec::new();
        for (place, sentence) in answer.sentences.iter().map(|sentence| written(sentence)).enumerate() {
            if place > 0 {
                self.text.push(' ');
            }
            let start = self.text.chars().count();
            self.text.push_str(&sentence);
            if !sentence.ends_with(['.', '!', '?', ':', ')', '…']) {
                self.text.push('.');
            }
            let Range { start, end } = start..start + sentence.chars().count();
            claims.push((start, end));
        }
        self.evidence.push(super::evidence(answer.passage, answer.sentences.join(" "), claims));
    }
}

#[cfg(test)]
mod tests;
