//! Messages and the letters that are written without a model. Each letter must pass its own checks.

use crate::cases::{load, report};
use crate::desk;
use hotdash_core::analysis::Analyzer;
use hotdash_core::conversation::{Channel, Message};
use hotdash_core::draft::{Composed, Passage, Request, Severity, check, compose};
use hotdash_core::ids::MessageId;
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    text: String,
    /// Earlier messages, oldest first.
    #[serde(default)]
    thread: Vec<Said>,
    #[serde(default = "ann")]
    customer: String,
    #[serde(default = "web_widget")]
    channel: Channel,
    agent: Option<String>,
    #[serde(default)]
    rejections: Vec<String>,
    /// Only these passages were found; all by default.
    passages: Option<Vec<String>>,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    customer: Option<String>,
    agent: Option<String>,
}

/// Only what is stated is compared.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    /// The whole letter.
    letter: Option<String>,
    #[serde(default)]
    says: Vec<String>,
    #[serde(default)]
    does_not_say: Vec<String>,
    language: Option<String>,
    /// The passages quoted, in order.
    sources: Option<Vec<String>>,
    gaps: Option<usize>,
    at_most: Option<usize>,
}

fn ann() -> String {
    "Ann Customer".to_owned()
}

fn web_widget() -> Channel {
    Channel::WebWidget
}

pub(crate) fn knowledge() -> Vec<Passage> {
    #[derive(Deserialize)]
    struct File {
        passage: Vec<Known>,
    }
    #[derive(Deserialize)]
    struct Known {
        id: String,
        title: String,
        source: String,
        link: Option<String>,
        text: String,
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/knowledge.toml");
    let file: File = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let passage = |known: Known| Passage {
        id: known.id,
        title: known.title,
        text: known.text,
        source: known.source,
        link: known.link,
        updated: None,
        score: 1.0,
    };
    file.passage.into_iter().map(passage).collect()
}

#[test]
fn letters_are_as_the_cases_say_and_pass_their_own_checks() {
    let cases: Vec<(String, Case)> = load("drafting");
    let knowledge = knowledge();
    let mut wrong = Vec::new();
    for (file, case) in &cases {
        let passages: Vec<Passage> = knowledge
            .iter()
            .filter(|p| case.passages.as_ref().is_none_or(|ids| ids.contains(&p.id)))
            .cloned()
            .collect();
        for difference in differences(case, &passages) {
            wrong.push(format!("{file}: {}: {difference}", case.name));
        }
    }
    report(&wrong, cases.len());
}

fn differences(case: &Case, passages: &[Passage]) -> Vec<String> {
    let mut conversation = desk::conversation(&case.customer);
    conversation.channel = case.channel.clone();
    let mut thread: Vec<Message> = (1..)
        .zip(&case.thread)
        .map(|(id, said)| {
            let message = match (&said.customer, &said.agent) {
                (Some(text), None) => desk::customer_says(text),
                (None, Some(text)) => desk::agent_says(text),
                _ => panic!("{}: a message is said by customer or agent", case.name),
            };
            Message { id: MessageId(id), ..message }
        })
        .collect();
    let answers = Message { id: MessageId(100), ..desk::customer_says(&case.text) };
    thread.push(answers.clone());
    let analysis = Analyzer::shipped().analyze(&case.text);
    let request = Request {
        conversation: &conversation,
        thread: &thread,
        answers: &answers,
        analysis: &analysis,
        passages,
        shop_name: "Hot Rodan",
        agent_name: case.agent.as_deref(),
        rejections: &case.rejections,
    };
    let composed = compose(&request);
    let mut wrong = compare(&case.expect, &composed);
    for finding in check(&composed.text, &request) {
        if finding.severity == Severity::Blocks {
            wrong.push(format!(
                "its own check {} says: {}\n{}",
                finding.check, finding.message, composed.text
            ));
        }
    }
    for evidence in &composed.evidence {
        for (start, end) in &evidence.claims {
            let part: String = composed.text.chars().skip(*start).take(end - start).collect();
            // In a text message typographic marks become those of every phone.
            let quote = evidence.quote.replace('–', "-");
            if !quote.contains(&part.trim_end_matches('.').replace('–', "-")) {
                wrong.push(format!("the claim “{part}” is not in the quote “{}”", evidence.quote));
            }
        }
    }
    wrong
}

fn compare(expect: &Expect, composed: &Composed) -> Vec<String> {
    let text = &composed.text;
    let mut wrong = Vec::new();
    if let Some(letter) = expect.letter.as_ref().filter(|letter| letter.trim() != text) {
        wrong.push(format!("the letter is\n{text}\nand not\n{}", letter.trim()));
    }
    let lacks = expect.says.iter().filter(|part| !text.contains(part.as_str()));
    wrong.extend(lacks.map(|part| format!("does not say “{part}”:\n{text}")));
    let says = expect.does_not_say.iter().filter(|part| text.contains(part.as_str()));
    wrong.extend(says.map(|part| format!("says “{part}”:\n{text}")));
    if expect.language.as_ref().is_some_and(|code| *code != composed.language) {
        wrong.push(format!("is in {}", composed.language));
    }
    let sources: Vec<&str> = composed.evidence.iter().map(|e| e.passage.as_str()).collect();
    if expect.sources.as_ref().is_some_and(|ids| *ids != sources) {
        wrong.push(format!("quotes {sources:?}:\n{text}"));
    }
    if expect.gaps.is_some_and(|count| count != composed.gaps.len()) {
        wrong.push(format!("has the gaps {:?}", composed.gaps));
    }
    let length = text.chars().count();
    if expect.at_most.is_some_and(|most| length > most) {
        wrong.push(format!("has {length} characters:\n{text}"));
    }
    wrong
}
