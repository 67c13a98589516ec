//! Which sentences of the passages answer a message: by shared stems, rare ones counting more, and shared categories.

use super::compose::says;
use super::facts::{Kind, facts};
use super::text::sentences;
use super::{Passage, Request};
use crate::analysis::Analyzer;
use crate::analysis::words::{Haystack, StemLanguage, tokenize};
use std::collections::{BTreeMap, BTreeSet};

/// A word of an earlier message counts this much of one in the message to answer.
const EARLIER: f32 = 0.4;
/// A category counts this much of a word: it is there because of a word that counts already.
const CATEGORY: f32 = 0.6;
/// The title of a section speaks for its sentences nearly as much as their own words do, that of its article less.
const SECTION: f32 = 0.9;
const ARTICLE: f32 = 0.3;
/// The least share of the question that passage, title and the retrieval's opinion must meet together.
const ENOUGH: f32 = 0.5;
/// What a passage that shares only categories meets.
const BY_CATEGORY: f32 = 0.3;
/// Of a long message only so much must be met, counted in rarest words.
const ENOUGH_WORDS: f32 = 3.0;
/// A sentence this close to the best one belongs to the answer.
const CLOSE: f32 = 0.55;
/// A second passage must be nearly as good as the first.
const NEARLY: f32 = 0.7;
/// The retrieval saw more than these sentences (keywords, the whole article): its best passage gets this share of the
/// question for free, the others less by their place.
const FOUND: f32 = 0.3;
/// A second answer must be among the retrieval's first three.
const WELL_FOUND: f32 = 0.5;
/// That something is broken, or late, is the matter, more than the thing that is.
const MATTER: f32 = 1.8;
/// A word is rare that is this much of the rarest.
const RARE: f32 = 0.75;
/// A day counts this much of another word.
const DAY: f32 = 0.5;
/// A title all of whose words the question has ("Where is my order?") is worth this many rarest words.
const SAME_QUESTION: f32 = 1.0;
/// Each category that a passage in another language shares makes it this much better than the next.
const SHARED_CATEGORY: f32 = 0.1;
/// A second passage must meet this share of the question in words that the first does not meet.
const NEW: f32 = 0.4;
/// A sentence that refers to another says so among its first words.
const FIRST_WORDS: usize = 3;

/// Sentences of one passage that answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer<'a> {
    pub(super) passage: &'a Passage,
    /// Language of the passage, if it can be told.
    pub(super) language: Option<String>,
    /// In the passage's order.
    pub(super) sentences: Vec<String>,
}

/// What a text is about, as comparable marks: stems of its content words, and `#category`.
pub(super) fn marks(text: &str, code: Option<&str>) -> BTreeSet<String> {
    let analyzer = Analyzer::shipped();
    let language = code.and_then(StemLanguage::from_code).unwrap_or(StemLanguage::English);
    let tokens = tokenize(text);
    let mut marks: BTreeSet<String> = tokens
        .iter()
        .map(|token| token.text.as_str())
        .filter(|word| word.chars().count() > 1 && !analyzer.is_function_word(word))
        .filter(|word| !word.chars().all(|c| c.is_ascii_digit()) || word.len() == 4)
        .map(|word| language.stem(word))
        .collect();
    let words = Haystack::of(tokens, &[language]);
    marks.extend(analyzer.category_names(&words, code).into_iter().map(|name| format!("#{name}")));
    marks
}

fn all_words(text: &str, code: Option<&str>) -> BTreeSet<String> {
    let language = code.and_then(StemLanguage::from_code).unwrap_or(StemLanguage::English);
    tokenize(text).iter().map(|token| language.stem(&token.text)).collect()
}

struct Candidate<'a> {
    passage: &'a Passage,
    /// The retrieval's place for it: 1 for the best, then less.
    found: f32,
    language: Option<String>,
    title: BTreeSet<String>,
    /// Of "Returns: How to return a part" only the part after the colon; of a title without one the whole.
    section: BTreeSet<String>,
    /// Every word of the title, function words too.
    title_words: BTreeSet<String>,
    sentences: Vec<(String, BTreeSet<String>)>,
}

/// The question with weights, and how rare each mark is among all sentences.
struct Question {
    /// Every word of the message to answer, function words too.
    words: BTreeSet<String>,
    weights: BTreeMap<String, f32>,
    rarity: BTreeMap<String, f32>,
    /// A mark that no sentence has.
    rarest: f32,
}

impl Question {
    fn value(&self, mark: &str) -> f32 {
        self.weights
            .get(mark)
            .map_or(0.0, |weight| weight * self.rarity.get(mark).copied().unwrap_or(self.rarest))
    }

    fn meets(&self, marks: &BTreeSet<String>) -> f32 {
        marks.iter().map(|mark| self.value(mark)).sum()
    }

    fn total(&self) -> f32 {
        let all: f32 = self.weights.keys().map(|mark| self.value(mark)).sum();
        all.min(ENOUGH_WORDS * self.rarest)
    }
}

/// The best answers, at most two passages, `limit` sentences of the first and one or two of the second.
pub(super) fn answers<'a>(request: &Request<'a>, code: &str, limit: usize) -> Vec<Answer<'a>> {
    let candidates: Vec<Candidate<'a>> = request
        .passages
        .iter()
        .map(|passage| candidate(passage, code, place(passage, request.passages)))
        .collect();
    let question = question(request, code, &candidates);
    let total = question.total();
    if total <= 0.0 {
        return Vec::new();
    }
    let mut ranked: Vec<(Rank, f32, &Candidate<'a>)> = candidates
        .iter()
        .filter_map(|candidate| {
            score(candidate, &question, code).map(|(rank, score)| (rank, score, candidate))
        })
        .map(|(rank, score, candidate)| (rank, score + FOUND * total * candidate.found, candidate))
        .filter(|(_, score, _)| *score >= ENOUGH * total)
        .collect();
    // The retrieval's own order breaks ties.
    ranked.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    let Some((rank, best, first)) = ranked.first() else { return Vec::new() };
    let second = ranked.iter().skip(1).find(|(_, score, other)| {
        *rank == Rank::Words
            && *score >= best * NEARLY
            && other.found >= WELL_FOUND
            && !is_foreign(other, code)
            && adds(other, first, &question)
    });
    let most = if *rank == Rank::Words { limit } else { limit.min(2) };
    let mut answers = vec![answer(first, &question, code, most)];
    if let Some((.., other)) = second {
        let mut more = answer(other, &question, code, limit.saturating_sub(1));
        more.sentences.retain(|sentence| !answers[0].sentences.contains(sentence));
        answers.push(more);
    }
    answers.retain(|answer| !answer.sentences.is_empty());
    answers
}

fn answer<'a>(candidate: &Candidate<'a>, question: &Question, code: &str, limit: usize) -> Answer<'a> {
    let sentences = pick(candidate, question, code, limit);
    Answer { passage: candidate.passage, language: candidate.language.clone(), sentences }
}

/// Whether a passage meets enough of the question that the other one does not.
fn adds(candidate: &Candidate<'_>, other: &Candidate<'_>, question: &Question) -> bool {
    let all = |c: &Candidate<'_>| -> BTreeSet<String> {
        c.title.iter().chain(c.sentences.iter().flat_map(|(_, marks)| marks)).cloned().collect()
    };
    let new: BTreeSet<String> = all(candidate).difference(&all(other)).cloned().collect();
    question.meets(&new) >= NEW * question.total()
}

/// 1 for the best, a half for the third, a quarter for the seventh; equal scores share a place.
#[expect(clippy::cast_precision_loss, reason = "a handful of passages")]
fn place(passage: &Passage, all: &[Passage]) -> f32 {
    let better = all.iter().filter(|other| other.score > passage.score).count();
    2.0 / (2.0 + better as f32)
}

fn candidate<'a>(passage: &'a Passage, code: &str, found: f32) -> Candidate<'a> {
    let language = Analyzer::shipped().language(&passage.text).code;
    let own = language.as_deref().or(Some(code));
    Candidate {
        passage,
        found,
        title: marks(&passage.title, own),
        section: marks(passage.title.rsplit(": ").next().unwrap_or(""), own),
        title_words: all_words(&passage.title, own),
        sentences: sentences(&passage.text)
            .into_iter()
            .map(|sentence| {
                let marks = marks(&sentence, own);
                (sentence, marks)
            })
            .collect(),
        language,
    }
}

/// "Order A-17" asks nothing about the letter A.
fn without_facts(text: &str) -> String {
    let mut rest = text.to_owned();
    let said = facts(text).into_iter().filter(|fact| !matches!(fact.kind, Kind::Date | Kind::Duration));
    for fact in said.rev() {
        rest.replace_range(fact.start..fact.end, " ");
    }
    rest
}

#[expect(clippy::cast_precision_loss, reason = "numbers of sentences")]
fn question(request: &Request<'_>, code: &str, candidates: &[Candidate<'_>]) -> Question {
    let mut weights: BTreeMap<String, f32> = BTreeMap::new();
    let mut add = |text: &str, weight: f32| {
        for mark in marks(text, Some(code)) {
            let weight = if mark.starts_with('#') { weight * CATEGORY } else { weight };
            let old = weights.entry(mark).or_insert(0.0);
            *old = old.max(weight);
        }
    };
    add(&without_facts(request.answers.text()), 1.0);
    let words = &super::replies::replies(code).words;
    for matter in words.matters.iter().filter(|matter| says(request.answers.text(), &matter.when)) {
        add(&matter.look_for, MATTER);
    }
    let earlier = request.thread.iter().rev().filter(|m| m.is_from_customer() && m.id != request.answers.id);
    for message in earlier.take(2) {
        add(&without_facts(message.text()), EARLIER);
    }
    // "Mention the return address": what a reviewer missed is asked for now.
    for reason in request.rejections {
        add(reason, 1.0);
    }
    // "It was due on Monday" asks little about Mondays, "open on Monday?" a little more.
    for fact in facts(request.answers.text()).iter().filter(|fact| fact.kind == Kind::Date) {
        for mark in marks(&request.answers.text()[fact.start..fact.end], Some(code)) {
            weights.entry(mark).and_modify(|weight| *weight *= DAY);
        }
    }
    // A name is nothing to look up.
    for mark in marks(&request.conversation.contact.name, Some(code)) {
        weights.remove(&mark);
    }
    let all: Vec<&BTreeSet<String>> =
        candidates.iter().flat_map(|c| c.sentences.iter().map(|(_, m)| m)).collect();
    let rarity = |mark: &String| {
        let having = all.iter().filter(|marks| marks.contains(mark)).count();
        (1.0 + all.len() as f32 / having.max(1) as f32).ln()
    };
    Question {
        words: all_words(request.answers.text(), Some(code)),
        rarity: weights.keys().map(|mark| (mark.clone(), rarity(mark))).collect(),
        rarest: (1.0 + all.len() as f32).ln(),
        weights,
    }
}

/// By what a passage was found; the earlier the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Words,
    Category,
    CategoryInOtherLanguage,
}

/// How well a passage's best sentence, with its title, meets the question; `None` where it does not speak to it at all.
fn score(candidate: &Candidate<'_>, question: &Question, code: &str) -> Option<(Rank, f32)> {
    if is_foreign(candidate, code) {
        return Some((Rank::CategoryInOtherLanguage, category_score(candidate, question, 1)?));
    }
    let spoken: BTreeSet<&String> =
        candidate.title.iter().chain(candidate.sentences.iter().flat_map(|(_, marks)| marks)).collect();
    let shared: Vec<&&String> = spoken.iter().filter(|mark| question.weights.contains_key(**mark)).collect();
    let words = shared.iter().filter(|mark| !mark.starts_with('#')).count();
    // One shared category alone says too little, one shared word alone hardly more.
    if words == 0 || shared.len() < 2 {
        return Some((Rank::Category, category_score(candidate, question, 2)?));
    }
    // One shared word is enough only in what the retrieval found early, and one that many sentences have only in its
    // best.
    let is_rare =
        |mark: &&&String| question.rarity.get(**mark).is_some_and(|rarity| *rarity >= RARE * question.rarest);
    let rare = shared.iter().filter(|mark| !mark.starts_with('#')).any(is_rare);
    if words == 1 && (candidate.found < WELL_FOUND || (!rare && candidate.found < 1.0)) {
        return None;
    }
    let scores = candidate.sentences.iter().map(|(_, marks)| sentence_score(marks, candidate, question));
    Some((Rank::Words, scores.max_by(f32::total_cmp)?))
}

fn sentence_score(marks: &BTreeSet<String>, candidate: &Candidate<'_>, question: &Question) -> f32 {
    let section: BTreeSet<String> = candidate.section.difference(marks).cloned().collect();
    let article: BTreeSet<String> = candidate
        .title
        .difference(marks)
        .filter(|mark| !candidate.section.contains(*mark))
        .cloned()
        .collect();
    let words = &candidate.title_words;
    let same = if words.len() > 1 && words.is_subset(&question.words) {
        SAME_QUESTION * question.rarest
    } else {
        0.0
    };
    question.meets(marks) + SECTION * question.meets(&section) + ARTICLE * question.meets(&article) + same
}

fn is_foreign(candidate: &Candidate<'_>, code: &str) -> bool {
    candidate.language.as_deref().is_some_and(|language| language != code)
}

/// Words of two languages cannot be compared, and "Geld zurück" has none of "Erstattung"; categories can: a passage whose title is about what the question
/// is about, the broad "orders" and "cx" aside.
fn category_score(candidate: &Candidate<'_>, question: &Question, least_words: usize) -> Option<f32> {
    let shared = |marks: &BTreeSet<String>| {
        marks.iter().filter(|m| m.starts_with('#') && question.weights.contains_key(*m)).cloned().collect()
    };
    let title: BTreeSet<String> = shared(&candidate.title);
    let speaks = title.iter().any(|mark| !is_broad(mark))
        && candidate.sentences.iter().any(|(_, marks)| shared(marks).iter().any(|mark| !is_broad(mark)));
    // Enough to be used, hardly more.
    #[expect(clippy::cast_precision_loss, reason = "a handful of categories")]
    let better = 1.0 + SHARED_CATEGORY * title.len() as f32;
    // "And how much is it?" has a category but nothing to look up.
    let words =
        question.weights.iter().filter(|(mark, weight)| !mark.starts_with('#') && **weight >= 1.0).count();
    (speaks && words >= least_words).then(|| BY_CATEGORY * question.total() * better)
}

fn is_broad(mark: &str) -> bool {
    matches!(mark, "#orders" | "#cx")
}

fn pick(candidate: &Candidate<'_>, question: &Question, code: &str, limit: usize) -> Vec<String> {
    // A short section is one thought: taken apart it would read like a quiz.
    if candidate.sentences.len() <= limit {
        return candidate.sentences.iter().map(|(text, _)| text.clone()).collect();
    }
    let foreign = is_foreign(candidate, code);
    let value = |marks: &BTreeSet<String>| {
        let own: BTreeSet<String> =
            marks.iter().filter(|mark| !foreign || mark.starts_with('#')).cloned().collect();
        question.meets(&own)
    };
    let scores: Vec<f32> = candidate.sentences.iter().map(|(_, marks)| value(marks)).collect();
    let best = scores.iter().copied().fold(0.0, f32::max);
    let mut chosen: Vec<usize> =
        (0..scores.len()).filter(|i| scores[*i] > 0.0 && scores[*i] >= best * CLOSE).collect();
    chosen.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]).then(a.cmp(b)));
    chosen.truncate(limit);
    let leaning = &super::replies::replies(candidate.language.as_deref().unwrap_or(code)).words.leaning;
    let leans = |at: usize| {
        let words = candidate.sentences.get(at).map_or_else(Vec::new, |(text, _)| tokenize(text));
        words.iter().take(FIRST_WORDS).any(|token| leaning.contains(&token.text))
    };
    // "Delivery there takes …" is nothing without the sentence before it, which is half an answer without this one.
    for at in chosen.clone() {
        if at > 0 && leans(at) && !chosen.contains(&(at - 1)) {
            chosen.push(at - 1);
        }
        if leans(at + 1) && !chosen.contains(&(at + 1)) {
            chosen.push(at + 1);
        }
    }
    // Without a sentence of its own to the point, the passage speaks by its title: its beginning is the answer.
    if chosen.is_empty() {
        chosen.extend((0..candidate.sentences.len()).take(limit.min(2)));
    }
    chosen.sort_unstable();
    chosen.into_iter().map(|at| candidate.sentences[at].0.clone()).collect()
}
