//! From what is known at an instant to what each kind of recommendation asks for.

use super::known::{Drafted, Then};
use super::{AgentCases, ApprovedReply, Backlog, Day, Labelled, OpenQuestions, Score};
use crate::analysis::Analyzer;
use crate::analysis::words::tokenize;
use crate::facts::FactKind;
use crate::ids::{AgentId, ConversationId};
use crate::topics::{Text, Topics, learn};
use jiff::ToSpan;
use std::collections::{BTreeMap, BTreeSet};

/// Topics of questions; more than that nobody writes articles on.
const TOPICS: usize = 20;

/// What is open, and the days before. Only days of which everything is known.
pub(super) fn backlog(then: &Then<'_>, days: i64) -> Option<Backlog> {
    let local = |second: i64| then.local(second).map(|at| at.date());
    let end = local(then.at)?;
    let known = then.measured.iter().map(|measured| measured.facts.created_at.div_euclid(1_000_000)).min()?;
    let first = end.checked_sub(days.days()).ok()?.max(local(known)?.tomorrow().ok()?);
    let mut by_day: BTreeMap<jiff::civil::Date, Day> = BTreeMap::new();
    let mut day = first;
    while day < end {
        by_day.insert(day, Day { arrived: 0, resolved: 0 });
        day = day.tomorrow().ok()?;
    }
    for fact in then.measured.iter().flat_map(|measured| &measured.facts.facts) {
        let Some(day) = local(fact.at.div_euclid(1_000_000)).and_then(|day| by_day.get_mut(&day)) else {
            continue;
        };
        match fact.kind {
            FactKind::Created => day.arrived += 1,
            FactKind::Resolved => day.resolved += 1,
            _ => {}
        }
    }
    let open = then.measured.iter().filter(|measured| measured.is_open()).map(|measured| measured.id());
    Some(Backlog { open: open.collect(), days: by_day.into_values().collect() })
}

/// What customers gave to each agent.
pub(super) fn ratings(then: &Then<'_>, since: i64) -> Vec<AgentCases> {
    let mut scores: BTreeMap<AgentId, Vec<Score>> = BTreeMap::new();
    for measured in &then.measured {
        let answers = measured.facts.of(FactKind::SurveyAnswered);
        let answers = answers.filter(|answer| answer.at >= since.saturating_mul(1_000_000));
        for (agent, rating) in answers.filter_map(|answer| Some((answer.agent?, answer.rating?))) {
            let score = Score { conversation: measured.id(), grade: f64::from(rating) };
            scores.entry(agent).or_default().push(score);
        }
    }
    let names = &then.known.settings.agents;
    let cases = |(agent, scores): (AgentId, Vec<Score>)| {
        let name = names.get(&agent).cloned().unwrap_or_else(|| format!("agent {agent}"));
        AgentCases { agent, name, axis: "rating".to_owned(), scores }
    };
    scores.into_iter().map(cases).collect()
}

/// Words and labels of the conversations that began since then. Labels have no past: they are those of now.
pub(super) fn labelled(then: &Then<'_>, since: i64) -> Vec<Labelled> {
    let one = |(measured, heard): (&crate::figures::measured::Measured, &super::Heard)| Labelled {
        conversation: heard.conversation,
        words: words(&heard.asked),
        labels: measured.facts.labels.iter().filter(|label| !heard.ours.contains(*label)).cloned().collect(),
    };
    then.begun(since).map(one).collect()
}

/// The words of a text that a rule could look for.
pub(super) fn words(text: &str) -> BTreeSet<String> {
    let analyzer = Analyzer::shipped();
    let words = tokenize(text).into_iter().map(|token| token.text);
    let says_something = |word: &String| {
        word.chars().count() >= 3
            && !word.contains('\'')
            && !word.chars().any(char::is_numeric)
            && !analyzer.is_function_word(word)
    };
    words.filter(says_something).collect()
}

/// Questions that were drafted for since then, by topics learned from these questions alone.
pub(super) fn questions(then: &Then<'_>, since: i64) -> (Topics, Vec<OpenQuestions>) {
    let asked = drafted(then, since);
    let texts: Vec<Text> = asked.iter().map(|(id, drafted)| text(*id, &drafted.question)).collect();
    let topics = learn(&texts, &Topics::default(), TOPICS);
    let open: BTreeSet<ConversationId> =
        asked.iter().filter(|(_, drafted)| !drafted.has_evidence).map(|(id, _)| *id).collect();
    let of_topic = |topic: &crate::topics::Topic| OpenQuestions {
        topic: topic.id,
        name: topic.name.clone(),
        asked: topic.conversations.len() as u64,
        without_evidence: topic.conversations.iter().filter(|id| open.contains(id)).copied().collect(),
    };
    let all = topics.topics.iter().map(of_topic).collect();
    (topics, all)
}

/// The first draft of each conversation: what comes later is seldom a question of its own.
pub(super) fn drafted<'a>(then: &Then<'a>, since: i64) -> Vec<(ConversationId, &'a Drafted)> {
    then.heard(since, |heard| heard.drafted.iter().map(|drafted| (drafted.at, drafted)).collect())
}

pub(super) fn text(id: ConversationId, words: &str) -> Text {
    let analyzer = Analyzer::shipped();
    let language = analyzer.language(words).code;
    Text::new(id, words, language.as_deref(), |word| analyzer.is_function_word(word))
}

pub(super) fn replies(then: &Then<'_>, since: i64) -> Vec<ApprovedReply> {
    let approved = then.heard(since, |heard| heard.approved.clone());
    approved.into_iter().map(|(conversation, text)| ApprovedReply { conversation, text }).collect()
}
