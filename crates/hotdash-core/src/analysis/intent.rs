//! What the customer wants: an answer, an act, to complain, to praise.

use super::lists::{Found, LanguageWords, Thresholds};
use super::words::Haystack;
use super::{Intent, IntentKind, Sentiment, rounded, together, weigh};

/// A question mark makes a question this likely; so does a word that begins questions.
const QUESTION_MARK: f32 = 0.55;
const QUESTION_WORD: f32 = 0.35;
/// A bad mood hints at a complaint, a good one at praise.
const BAD_MOOD: f32 = 0.4;
const GOOD_MOOD: f32 = 0.3;
/// "Thank you, and how long will that take?" is a question.
const PRAISE_WITH_QUESTION: f32 = 0.7;
/// Somebody who complains also asks and requests: a complaint within this distance of the strongest wins.
const COMPLAINT_FIRST: f32 = 0.15;

pub(super) fn judge(
    text: &str,
    words: &Haystack,
    languages: &[&LanguageWords],
    found: &[Found<'_>],
    sentiment: &Sentiment,
    limits: &Thresholds,
) -> Intent {
    let asks = text.contains(['?', '？', '؟']);
    let (question, mut question_words) = weigh(found, "intent.question");
    let opener = question_opener(words, languages);
    let mark = if asks { QUESTION_MARK } else { 0.0 };
    let start = if opener.is_some() { QUESTION_WORD } else { 0.0 };
    question_words.extend(opener.filter(|word| !question_words.contains(word)));
    question_words.extend(asks.then(|| "?".to_owned()));
    let question = together([question, mark, start]);

    let (complaint, complaint_words) = weigh(found, "intent.complaint");
    let complaint = together([complaint, BAD_MOOD * (-sentiment.score).max(0.0)]);
    let (praise, praise_words) = weigh(found, "intent.praise");
    let praise = together([praise, GOOD_MOOD * sentiment.score.max(0.0)])
        * if asks { PRAISE_WITH_QUESTION } else { 1.0 };
    let (request, request_words) = weigh(found, "intent.request");

    let kinds = [
        (IntentKind::Complaint, complaint, complaint_words),
        (IntentKind::Request, request, request_words),
        (IntentKind::Question, question, question_words),
        (IntentKind::Praise, praise, praise_words),
    ];
    let strongest = kinds.iter().map(|(_, score, _)| *score).fold(0.0, f32::max);
    if strongest < limits.intent {
        return Intent {
            kind: IntentKind::General,
            confidence: rounded(1.0 - strongest),
            words: Vec::new(),
            learned: None,
        };
    }
    // The order of the array breaks ties.
    let complains = complaint >= 0.5 && complaint + COMPLAINT_FIRST >= strongest;
    kinds
        .into_iter()
        .find(|(kind, score, _)| if complains { *kind == IntentKind::Complaint } else { *score >= strongest })
        .map_or(
            Intent { kind: IntentKind::General, confidence: 0.0, words: Vec::new(), learned: None },
            |(kind, score, words)| Intent { kind, confidence: rounded(score), words, learned: None },
        )
}

/// A sentence's first word, where that word begins questions.
fn question_opener(words: &Haystack, languages: &[&LanguageWords]) -> Option<String> {
    let mut sentence = None;
    words
        .tokens
        .iter()
        .filter(|token| sentence.replace(token.sentence) != Some(token.sentence))
        .find(|token| languages.iter().any(|language| language.questions.contains(&token.text)))
        .map(|token| token.text.clone())
}
