//! What stands beside a draft: evidence, the customer, why it was routed so, what it did on the desk.

use super::choice::{PersonLine, people};
use super::letter::is_old;
use super::words::{self, Moment, Times};
use crate::store::automations::KeptAutomation;
use crate::work::view::DraftPage;
use hotdash_core::analysis::{Analysis, IntentKind, SentimentClass};
use hotdash_core::conversation::Contact;
use hotdash_core::draft::Evidence;
use serde_json::Value;

pub(super) struct Side {
    pub(super) evidence: Vec<Card>,
    pub(super) gaps: Vec<String>,
    pub(super) facts: Vec<(String, String)>,
    pub(super) mood: Vec<(&'static str, String)>,
    pub(super) history: Vec<Past>,
    pub(super) why: Option<Why>,
    pub(super) effects: Vec<Done>,
    pub(super) automations: Vec<Itself>,
    pub(super) reviews: Vec<Verdict>,
}

pub(super) struct Card {
    pub(super) number: usize,
    pub(super) title: String,
    pub(super) source: String,
    pub(super) link: Option<String>,
    pub(super) quote: String,
    pub(super) age: Option<String>,
    pub(super) weak: bool,
}

pub(super) struct Past {
    pub(super) subject: String,
    pub(super) status: &'static str,
    pub(super) at: Moment,
    pub(super) link: String,
}

pub(super) struct Why {
    pub(super) sentence: String,
    pub(super) rules: Vec<(String, String)>,
    pub(super) rulebook: String,
    /// Who could have got it, and who could not.
    pub(super) people: Vec<PersonLine>,
}

pub(super) struct Done {
    pub(super) what: String,
    pub(super) state: &'static str,
    pub(super) icon: &'static str,
    pub(super) outcome: Option<String>,
}

/// What a rule does by itself.
pub(super) struct Itself {
    pub(super) rule: String,
    pub(super) state: &'static str,
    pub(super) icon: &'static str,
    pub(super) why: String,
    /// When it ended, or when it is judged.
    pub(super) at: Moment,
}

pub(super) struct Verdict {
    pub(super) who: String,
    pub(super) verdict: String,
    pub(super) grades: Option<[u8; 3]>,
    pub(super) reason: Option<String>,
    pub(super) at: Moment,
    pub(super) undone: bool,
}

pub(super) fn side(page: &DraftPage, times: &Times) -> Side {
    Side {
        evidence: cards(page, times),
        gaps: page.draft.body.as_ref().map(|body| body.gaps.clone()).unwrap_or_default(),
        facts: facts(&page.customer),
        mood: page.decision.as_ref().map(|d| mood(&d.analysis)).unwrap_or_default(),
        history: page
            .history
            .iter()
            .map(|h| Past {
                subject: h.subject.clone().unwrap_or_else(|| format!("Conversation {}", h.conversation)),
                status: words::status(h.status),
                at: times.at(h.created_at),
                link: h.link.clone(),
            })
            .collect(),
        why: page.decision.as_ref().map(|d| Why {
            sentence: d.sentence.clone(),
            rules: d
                .decision
                .trace
                .iter()
                .filter(|t| t.matched)
                .map(|t| (t.name.clone(), t.because.clone()))
                .collect(),
            people: d.decision.assignment.as_ref().map(people).unwrap_or_default(),
            rulebook: d.rulebook.chars().take(12).collect(),
        }),
        effects: page
            .effects
            .iter()
            .map(|e| {
                let (state, icon) = words::effect(e.state);
                let outcome = e.outcome.as_ref().map(|outcome| outcome.replace('_', " "));
                Done { what: e.what.clone(), state, icon, outcome }
            })
            .collect(),
        automations: page.automations.iter().map(|kept| itself(kept, times)).collect(),
        reviews: page
            .reviews
            .iter()
            .map(|r| Verdict {
                who: r.who.clone(),
                verdict: verdict(&r.review.verdict).to_owned(),
                grades: r.review.grades,
                reason: r.review.reason.clone(),
                at: times.at_ms(r.review.reviewed_at),
                undone: r.review.undone_at.is_some(),
            })
            .collect(),
    }
}

fn itself(kept: &KeptAutomation, times: &Times) -> Itself {
    let (state, icon) = words::automation(kept.state);
    let why = kept.outcome.as_deref().unwrap_or(&kept.automation.because);
    Itself {
        rule: kept.automation.name.clone(),
        state,
        icon,
        why: why.to_owned(),
        at: times.at_ms(kept.settled_at.unwrap_or(kept.due_at)),
    }
}

/// What supports the text that would be sent; other words than the drafter's have no evidence of their own.
pub(super) fn evidence_of(page: &DraftPage) -> &[Evidence] {
    page.draft.body.as_ref().map_or(&[], |body| &body.evidence)
}

fn cards(page: &DraftPage, times: &Times) -> Vec<Card> {
    evidence_of(page)
        .iter()
        .enumerate()
        .map(|(at, e)| Card {
            number: at + 1,
            title: e.title.clone(),
            source: e.source.clone(),
            link: e.link.clone().filter(|link| link.starts_with("https://") || link.starts_with("http://")),
            quote: e.quote.clone(),
            age: e.updated.map(|updated| words::age(times.now_ms - updated.as_millisecond())),
            weak: is_old(e, times.now_ms),
        })
        .collect()
}

fn facts(customer: &Contact) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    let mut fact = |name: &str, value: Option<String>| {
        facts.extend(value.filter(|v| !v.is_empty()).map(|value| (name.to_owned(), value)));
    };
    fact("E-mail", customer.email.clone());
    fact("Phone", customer.phone.clone());
    fact("Known as", customer.identifier.clone());
    fact("Blocked", customer.blocked.then(|| "yes: the desk takes no messages".to_owned()));
    for (name, value) in &customer.custom_attributes {
        let value = match value {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        };
        fact(&name.replace('_', " "), value);
    }
    facts
}

fn mood(analysis: &Analysis) -> Vec<(&'static str, String)> {
    let with_words = |what: &str, words: &[String]| match words {
        [] => what.to_owned(),
        words => format!("{what} (“{}”)", words.join("”, “")),
    };
    let sentiment = match analysis.sentiment.class {
        SentimentClass::Negative => "unhappy",
        SentimentClass::Neutral => "calm",
        SentimentClass::Positive => "friendly",
    };
    let intent = match analysis.intent.kind {
        IntentKind::Question => "a question",
        IntentKind::Complaint => "a complaint",
        IntentKind::Praise => "praise",
        IntentKind::Request => "a request",
        IntentKind::General => "nothing particular",
    };
    let mut mood = vec![
        ("Sounds", with_words(sentiment, &analysis.sentiment.words)),
        ("Wants", with_words(intent, &analysis.intent.words)),
    ];
    if analysis.urgency.is_urgent {
        mood.push(("Urgent", with_words("yes", &analysis.urgency.words)));
    }
    let about: Vec<&str> = analysis.categories.iter().map(|tag| tag.name.as_str()).collect();
    if !about.is_empty() {
        mood.push(("About", about.join(", ")));
    }
    if let Some(escalation) = &analysis.escalation {
        mood.push((
            "Careful",
            with_words(&format!("{:?}", escalation.kind).to_lowercase(), &escalation.words),
        ));
    }
    mood
}

fn verdict(verdict: &str) -> &str {
    match verdict {
        "approve" => "approved",
        "edit" => "approved with edits",
        "reject" => "rejected",
        other => other,
    }
}
