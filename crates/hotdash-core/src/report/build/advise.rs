//! What is advised at the end of a report's period, and what became of what was advised before, in a report's words.
//!
//! Both are made of what was known at the instant of the advice, so a report stays the same to the byte and nobody has to
//! remember what was said before.

use super::sections::{plain, section};
use super::{Sources, zone_of};
use crate::figures::desk::Period;
use crate::recommend::{
    ADVICE_DAYS, Followed, Kind, Known, Recommendation, Unit, Verdict, advise, followed_up,
};
use crate::report::tree::{Advice, Kind as ReportKind, Part, Section, Sentence, TO_ESCAPE, Tone};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use percent_encoding::utf8_percent_encode;

const DAY: i64 = 86_400;
/// More conversations than this nobody opens.
const SHOWN: usize = 8;
/// Of one kind; the page has all of them.
const OF_A_KIND: usize = 5;

/// What a report says about what to do.
pub(super) struct Advised {
    for_all: Vec<Advice>,
    of_people: Vec<Advice>,
    followed: Vec<Sentence>,
    followed_people: Vec<Sentence>,
}

/// Every day the same would be said of the same weeks, so a daily report only has what changes from day to day.
pub(super) fn advised(kind: ReportKind, sources: &Sources<'_>, at: i64) -> Advised {
    let kinds: &[Kind] = match kind {
        ReportKind::Daily => &[Kind::Backlog, Kind::Coaching],
        ReportKind::Weekly | ReportKind::Period => &Kind::ALL,
    };
    let zone = zone_of(sources);
    let known = Known {
        measured: sources.measured,
        heard: sources.beside.heard,
        settings: sources.settings,
        zone: zone.clone(),
        plan: sources.beside.plan,
    };
    let period = Period { since: at - ADVICE_DAYS * DAY, until: at };
    let found = advise(&known, period, kinds);
    let page = |key: &str| {
        let key = utf8_percent_encode(key, TO_ESCAPE);
        format!("/recommendations?since={}&until={}#{key}", period.since, period.until)
    };
    let of_kind =
        |kind: Kind| found.recommendations.iter().filter(move |one| one.kind == kind).take(OF_A_KIND);
    let all = kinds.iter().flat_map(|kind| of_kind(*kind));
    let (of_people, for_all): (Vec<_>, Vec<_>) = all.partition(|one| one.kind.compares_people());
    let list = |all: Vec<&Recommendation>| {
        let one = |found: &Recommendation| {
            let is_more = found.evidence.len() > SHOWN;
            Advice { page: is_more.then(|| page(&found.key)), ..as_advice(found, SHOWN) }
        };
        all.into_iter().map(one).collect()
    };
    let mut advised = Advised {
        for_all: list(for_all),
        of_people: list(of_people),
        followed: Vec::new(),
        followed_people: Vec::new(),
    };
    if kind != ReportKind::Daily {
        let (of_people, for_all): (Vec<_>, Vec<_>) = followed_up(&known, at)
            .into_iter()
            .partition(|followed| followed.recommendation.kind.compares_people());
        advised.followed = for_all.iter().map(|followed| became(followed, &zone)).collect();
        advised.followed_people = of_people.iter().map(|followed| became(followed, &zone)).collect();
        let silent = found.silent.iter().filter(|(kind, _)| !kind.compares_people());
        advised.followed.extend(
            silent.map(|(kind, why)| plain(&format!("{}: too little is known; {why}.", kind.words()))),
        );
    }
    advised
}

impl Advised {
    pub(super) fn first(&self) -> Option<&Advice> {
        self.for_all.first()
    }

    /// What to do, and what to do with single people.
    pub(super) fn into_sections(self) -> Vec<Section> {
        let parts = |advice: Vec<Advice>, followed: Vec<Sentence>| {
            let advice = (!advice.is_empty()).then_some(Part::Advice(advice));
            advice.into_iter().chain((!followed.is_empty()).then_some(Part::Sentences(followed))).collect()
        };
        let people = section("coaching", "With colleagues", parts(self.of_people, self.followed_people));
        let all = section("advice", "What to do", parts(self.for_all, self.followed));
        let sections = vec![all, Section { for_leads: true, ..people }];
        sections.into_iter().filter(|section: &Section| !section.parts.is_empty()).collect()
    }
}

/// A recommendation as people read it, with so many of its conversations.
#[must_use]
pub fn as_advice(recommendation: &Recommendation, shown: usize) -> Advice {
    let title = match recommendation.kind {
        Kind::Staffing if recommendation.gain_unit == Unit::Agents => "Fewer could be there.",
        Kind::Staffing => "More should be there.",
        Kind::Rule => "Add a rule.",
        Kind::Article => "Write an article.",
        Kind::CannedReply => "Keep a reply for next time.",
        Kind::Coaching => "Look at some conversations with a colleague.",
        Kind::Backlog => "Resolve more, or more and more stays open.",
    };
    let range = recommendation.interval;
    let sure = match recommendation.confidence {
        over if over >= 0.995 => "more than 99 %".to_owned(),
        share => format!("{:.0} %", share * 100.0),
    };
    let evidence = match recommendation.kind {
        // The range is in the sentence.
        Kind::Backlog | Kind::Staffing => recommendation.sentence.clone(),
        _ => {
            let (low, high) =
                (said(range.lower, recommendation.unit), said(range.upper, recommendation.unit));
            // The unit is said once.
            let low = low.split(' ').next().unwrap_or_default();
            format!("{} ({low} to {high}, {sure} sure.)", recommendation.sentence)
        }
    };
    Advice {
        id: recommendation.key.clone(),
        title: title.to_owned(),
        evidence,
        gain: Some(format!("{}.", gained(recommendation))),
        conversations: recommendation.evidence.iter().take(shown).map(|id| id.0).collect(),
        page: None,
    }
}

fn gained(recommendation: &Recommendation) -> String {
    let gain = said(recommendation.gain, recommendation.gain_unit);
    match recommendation.kind {
        Kind::Staffing if recommendation.gain_unit == Unit::Agents => format!("{gain} free for other hours"),
        Kind::Staffing => format!("{gain} answered in time that are late now"),
        Kind::Rule => format!("{gain} labelled by themselves"),
        Kind::Article => format!("{gain} for which drafts find an answer"),
        Kind::CannedReply => format!("{gain} answered without writing it anew"),
        Kind::Coaching | Kind::Backlog => gain,
    }
}

fn said(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Share => format!("{:.0} %", value * 100.0),
        Unit::Agents if value == 1.0 => "one agent".to_owned(),
        Unit::Agents if value.fract() == 0.0 => format!("{value:.0} agents"),
        Unit::Agents => format!("{value:.1} agents"),
        Unit::Conversations => format!("{value:.0} conversations"),
        Unit::ConversationsPerWeek => format!("{value:.1} conversations a week"),
        Unit::ConversationsPerDay => format!("{value:.1} conversations a day"),
        Unit::Replies => format!("{value:.0} replies"),
        Unit::Grade => format!("{value:.1} grades"),
        Unit::Days => format!("{value:.0} days"),
    }
}

/// `Said on 9 November: … Since then: …`.
fn became(followed: &Followed, zone: &TimeZone) -> Sentence {
    let tone = match followed.outcome.verdict {
        Verdict::CameTrue => Tone::Good,
        Verdict::DidNot => Tone::Bad,
        Verdict::TooEarly | Verdict::NotFollowed => Tone::Plain,
    };
    let day = Timestamp::from_second(followed.said_at).unwrap_or_default().to_zoned(zone.clone());
    let title = as_advice(&followed.recommendation, 0).title;
    let text =
        format!("Said on {}: {title} Since then: {}", day.strftime("%-d %B"), followed.outcome.sentence);
    Sentence { tone, text, link: None }
}
