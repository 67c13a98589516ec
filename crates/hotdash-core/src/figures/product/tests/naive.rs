//! Every figure of every slice and group, beside the plainest computation there is.

mod some;

use super::*;
use crate::figures::definition::{CsatPart, DraftPart, Of, SlaPart, Stat};
use crate::figures::percentile::percentile;
use jiff::ToSpan;
use proptest::prelude::*;
use some::{some_conversation, some_slice};
use std::collections::{BTreeMap, BTreeSet};

/// Something that counts: where, when, for whom, with what.
struct Thing<'a> {
    of: &'a Measured,
    second: i64,
    agent: Option<AgentId>,
    fact: Option<&'a Fact>,
}

struct Naive<'a> {
    all: &'a [Measured],
    question: &'a Question<'a>,
    key: Option<&'a Key>,
}

fn cut(micros: i64) -> i64 {
    micros.div_euclid(1_000_000)
}

impl<'a> Naive<'a> {
    fn in_period(&self, second: i64) -> bool {
        (self.question.period.since..self.question.period.until).contains(&second)
    }

    fn fits(&self, thing: &Thing<'_>) -> bool {
        let f = &thing.of.facts;
        let slice = match self.key {
            Some(key) => self.question.slice.within(key),
            None => self.question.slice.clone(),
        };
        let outer = &self.question.slice;
        let at = Timestamp::from_second(thing.second).unwrap().to_zoned(self.question.zone.clone());
        let has = |slice: &Slice| {
            slice.inbox.is_none_or(|inbox| f.inbox == inbox)
                && slice.channel.as_ref().is_none_or(|channel| f.channel == *channel)
                && slice.team.is_none_or(|team| f.team == Some(team))
                && slice.agent.is_none_or(|agent| thing.agent == Some(agent))
                && slice.label.as_ref().is_none_or(|label| f.labels.contains(label))
                && slice
                    .category
                    .as_ref()
                    .is_none_or(|name| thing.of.categories.iter().any(|c| c.name == *name))
                && slice.hour.is_none_or(|hour| at.hour() == hour)
        };
        let day = match self.key {
            Some(Key::Day(day)) => at.date() == *day && self.in_period(thing.second),
            _ => true,
        };
        has(&slice) && has(outer) && day
    }

    fn facts(&self, kind: FactKind) -> Vec<Thing<'a>> {
        let mut found = Vec::new();
        for of in self.all {
            for fact in of.facts.of(kind) {
                let agent = match kind {
                    FactKind::Created | FactKind::MessageIn | FactKind::SurveySent => of.facts.assignee,
                    _ => fact.agent,
                };
                let thing = Thing { of, second: cut(fact.at), agent, fact: Some(fact) };
                if self.in_period(thing.second) && self.fits(&thing) {
                    found.push(thing);
                }
            }
        }
        found
    }

    fn waiting(&self, kind: FactKind) -> Vec<Thing<'a>> {
        let since = |f: &ConversationFacts| match kind {
            _ if f.status == Status::Resolved => None,
            FactKind::FirstResponse => (!f.is_answered).then_some(f.created_at),
            FactKind::ReplyTime => f.waiting_since.filter(|_| f.is_answered),
            _ => Some(f.created_at),
        };
        let thing = |of: &'a Measured| {
            Some(Thing { of, second: cut(since(&of.facts)?), agent: of.facts.assignee, fact: None })
        };
        let all = self.all.iter().filter_map(thing);
        all.filter(|thing| thing.second < self.question.period.until && self.fits(thing)).collect()
    }

    fn promises(&self, kind: Option<Kind>, part: SlaPart) -> Vec<Thing<'a>> {
        let now = self.question.now.as_second();
        let mut found = Vec::new();
        for of in self.all {
            for promise in of.sla.iter().filter(|promise| kind.is_none_or(|kind| promise.kind == kind)) {
                let (stands, second) = match promise.outcome {
                    SlaOutcome::Met { at } => (SlaPart::Met, cut(at)),
                    SlaOutcome::Breached { at } => (SlaPart::Breached, cut(at)),
                    SlaOutcome::Open { due: Some(due) } if cut(due) <= now => (SlaPart::Breached, cut(due)),
                    SlaOutcome::Open { .. } => (SlaPart::Running, cut(of.facts.created_at)),
                };
                let is_in = match stands {
                    SlaPart::Running => second < self.question.period.until,
                    _ => self.in_period(second),
                };
                let thing = Thing { of, second, agent: of.facts.assignee, fact: None };
                if stands == part && is_in && self.fits(&thing) {
                    found.push(thing);
                }
            }
        }
        found
    }

    fn drafts(&self, by_end: bool, has: impl Fn(&DraftFact) -> bool) -> Vec<(Thing<'a>, &'a DraftFact)> {
        let mut found = Vec::new();
        for of in self.all {
            for draft in of.drafts.iter().filter(|draft| has(draft)) {
                let at = if by_end { draft.ended.map(|(_, at)| at) } else { draft.ready_at };
                let Some(second) = at.map(cut) else { continue };
                let thing = Thing { of, second, agent: of.facts.assignee, fact: None };
                if self.in_period(second) && self.fits(&thing) {
                    found.push((thing, draft));
                }
            }
        }
        found
    }

    /// The value, and the conversations behind it.
    fn answer(&self, of: Of) -> (Value, BTreeSet<ConversationId>) {
        let ids = |things: &[Thing<'_>]| things.iter().map(|thing| thing.of.facts.conversation).collect();
        let counted = |things: Vec<Thing<'_>>| (Ok(things.len() as f64), ids(&things));
        match of {
            Of::Count(kind) => counted(self.facts(kind)),
            Of::Reopened => {
                let mut opened = self.facts(FactKind::Opened);
                opened.retain(|thing| {
                    let at = thing.fact.unwrap().at;
                    thing.of.facts.of(FactKind::Resolved).any(|resolved| resolved.at <= at)
                });
                counted(opened)
            }
            Of::Time(kind, stat) => {
                let things = self.facts(kind);
                let lengths: Vec<_> = things.iter().map(|thing| self.length(thing.fact.unwrap())).collect();
                (of_lengths(lengths, stat), ids(&things))
            }
            Of::Waiting(kind, stat) => {
                let things = self.waiting(kind);
                let now = self.question.now.as_second();
                let lengths = things.iter().map(|thing| Some((now - thing.second).max(0)));
                (of_lengths(lengths.collect(), stat), ids(&things))
            }
            Of::Turn(kind) => {
                let things = self.facts(kind);
                let lengths = things.iter().map(|thing| self.length(thing.fact.unwrap()));
                let sum: Option<i64> = lengths.sum();
                (sum.map(|sum| sum as f64).ok_or(Reason::WorkingHoursUnknown), ids(&things))
            }
            Of::Sla(kind, SlaPart::Compliance) => {
                let (met, breached) =
                    (self.promises(kind, SlaPart::Met), self.promises(kind, SlaPart::Breached));
                let share = share(met.len(), met.len() + breached.len(), Reason::NothingHappened);
                let all: BTreeSet<_> = ids(&met);
                (share, all.union(&ids(&breached)).copied().collect())
            }
            Of::Sla(kind, part) => counted(self.promises(kind, part)),
            Of::Csat(part) => self.csat(part),
            Of::Draft(part) => self.draft(part),
        }
    }

    fn length(&self, fact: &Fact) -> Option<i64> {
        match self.question.clock {
            Clock::Wall => fact.seconds,
            Clock::Business => fact.business,
        }
    }

    fn csat(&self, part: CsatPart) -> (Value, BTreeSet<ConversationId>) {
        let rating = |thing: &Thing<'_>| thing.fact.unwrap().rating.unwrap();
        let answers = self.facts(FactKind::SurveyAnswered);
        let some = |wanted: std::ops::RangeInclusive<u8>| -> Vec<&Thing<'_>> {
            answers.iter().filter(|thing| wanted.contains(&rating(thing))).collect()
        };
        let ids = |things: &[&Thing<'_>]| things.iter().map(|thing| thing.of.facts.conversation).collect();
        let (count, nothing) = (answers.len(), Reason::NothingHappened);
        match part {
            CsatPart::Answers => (Ok(count as f64), ids(&some(1..=5))),
            CsatPart::Positive => (share(some(4..=5).len(), count, nothing), ids(&some(4..=5))),
            CsatPart::Negative => (share(some(1..=2).len(), count, nothing), ids(&some(1..=2))),
            CsatPart::Mean => (
                share(answers.iter().map(|t| usize::from(rating(t))).sum(), count, nothing),
                ids(&some(1..=5)),
            ),
            CsatPart::ResponseRate => {
                let sent = self.facts(FactKind::SurveySent);
                let ids = sent.iter().map(|thing| thing.of.facts.conversation).collect();
                (share(count, sent.len(), Reason::NoSurveySent), ids)
            }
        }
    }

    fn draft(&self, part: DraftPart) -> (Value, BTreeSet<ConversationId>) {
        use DraftOutcome::{Approved, Edited, Rejected, Superseded};
        let is = |outcomes: &'static [DraftOutcome]| {
            self.drafts(true, |draft| draft.ended.is_some_and(|(outcome, _)| outcomes.contains(&outcome)))
        };
        let decided = is(&[Approved, Edited, Rejected]).len();
        let ready = self.drafts(false, |_| true);
        let ids = |drafts: &[(Thing<'_>, &DraftFact)]| {
            drafts.iter().map(|(t, _)| t.of.facts.conversation).collect()
        };
        let of = |outcomes| (share(is(outcomes).len(), decided, Reason::NothingHappened), ids(&is(outcomes)));
        let graded = |axis: usize| {
            let graded = self.drafts(true, |draft| draft.grades.is_some());
            let sum = graded.iter().map(|(_, draft)| usize::from(draft.grades.unwrap()[axis])).sum();
            (share(sum, graded.len(), Reason::NoGrades), ids(&graded))
        };
        match part {
            DraftPart::Ready => (Ok(ready.len() as f64), ids(&ready)),
            DraftPart::ReadyTime(stat) => {
                let length =
                    |draft: &DraftFact| (cut(draft.ready_at.unwrap()) - cut(draft.created_at)).max(0);
                let lengths = ready.iter().map(|(_, draft)| Some(length(draft))).collect();
                (of_lengths(lengths, stat), ids(&ready))
            }
            DraftPart::Decided => (Ok(decided as f64), ids(&is(&[Approved, Edited, Rejected]))),
            DraftPart::Approved => of(&[Approved]),
            DraftPart::Edited => of(&[Edited]),
            DraftPart::Rejected => of(&[Rejected]),
            DraftPart::Superseded => {
                let ended = self.drafts(true, |_| true).len();
                (share(is(&[Superseded]).len(), ended, Reason::NothingHappened), ids(&is(&[Superseded])))
            }
            DraftPart::EditDistance => {
                let compared = self.drafts(true, |draft| draft.changed_permille.is_some());
                let sum =
                    compared.iter().map(|(_, draft)| usize::from(draft.changed_permille.unwrap())).sum();
                let mean = share(sum, compared.len(), Reason::NothingHappened).map(|mean| mean / 1000.0);
                (mean, ids(&compared))
            }
            DraftPart::Tone => graded(0),
            DraftPart::Accuracy => graded(1),
            DraftPart::Policy => graded(2),
            DraftPart::Findings => {
                let found: usize = ready.iter().map(|(_, draft)| usize::from(draft.findings)).sum();
                (Ok(found as f64), ids(&self.drafts(false, |draft| draft.findings > 0)))
            }
            DraftPart::Blocked => {
                let blocked = self.drafts(false, |draft| draft.blocking > 0);
                (share(blocked.len(), ready.len(), Reason::NothingHappened), ids(&blocked))
            }
            DraftPart::Tokens => {
                let told = self.drafts(false, |draft| draft.tokens.is_some());
                let sum: u32 = told.iter().map(|(_, draft)| draft.tokens.unwrap()).sum();
                let value = if told.is_empty() { Err(Reason::NoUsageTold) } else { Ok(f64::from(sum)) };
                (value, ids(&told))
            }
            DraftPart::Cost | DraftPart::CostMean => {
                let priced = self.drafts(false, |draft| draft.cost.is_some());
                let told = self.drafts(false, |draft| draft.tokens.is_some());
                let sum: u64 = priced.iter().map(|(_, draft)| draft.cost.unwrap()).sum();
                let of = if part == DraftPart::Cost { 1 } else { priced.len() };
                let value = match (told.len(), priced.len()) {
                    (0, _) => Err(Reason::NoUsageTold),
                    (_, 0) => Err(Reason::NoPriceSet),
                    _ => Ok(sum as f64 / of as f64 / 1e12),
                };
                (value, ids(&priced))
            }
        }
    }
}

fn share(part: usize, of: usize, reason: Reason) -> Value {
    if of == 0 { Err(reason) } else { Ok(part as f64 / of as f64) }
}

fn of_lengths(lengths: Vec<Option<i64>>, stat: Stat) -> Value {
    if stat == Stat::Count {
        return Ok(lengths.len() as f64);
    }
    let told: Vec<i64> = lengths.into_iter().collect::<Option<_>>().ok_or(Reason::WorkingHoursUnknown)?;
    let part = |share| percentile(&told, share).ok_or(Reason::NothingHappened);
    match stat {
        Stat::Count | Stat::Min => part(0.0),
        Stat::Max => part(1.0),
        Stat::Mean => share(0, told.len(), Reason::NothingHappened)
            .map(|_| told.iter().sum::<i64>() as f64 / told.len() as f64),
        Stat::P50 => part(0.5),
        Stat::P75 => part(0.75),
        Stat::P90 => part(0.9),
        Stat::P95 => part(0.95),
        Stat::P99 => part(0.99),
    }
}

/// Every key that a group could have.
fn keys(dimension: Dimension, asked: &Question<'_>) -> Vec<Key> {
    match dimension {
        Dimension::Inbox => (1..4).map(|id| Key::Inbox(InboxId(id))).collect(),
        Dimension::Channel => {
            vec![Key::Channel(Channel::Email), Key::Channel(Channel::Other("Channel::Voice".into()))]
        }
        Dimension::Team => (1..4).map(|id| Key::Team(TeamId(id))).collect(),
        Dimension::Agent => (1..5).map(|id| Key::Agent(AgentId(id))).collect(),
        Dimension::Label => ["a", "b", "c"].map(|name| Key::Label(name.into())).to_vec(),
        Dimension::Category => {
            ["orders", "refunds", "praise"].map(|name| Key::Category(name.into())).to_vec()
        }
        Dimension::Hour => (0..24).map(Key::Hour).collect(),
        Dimension::Day => {
            let day = |second| Timestamp::from_second(second).unwrap().to_zoned(asked.zone.clone()).date();
            let (mut one, last) = (day(asked.period.since), day(asked.period.until - 1));
            let mut days = Vec::new();
            while one <= last {
                days.push(Key::Day(one));
                one = one.checked_add(1.day()).unwrap();
            }
            days
        }
    }
}

fn same(a: Value, b: Value) -> bool {
    match (a, b) {
        (Ok(a), Ok(b)) => (a - b).abs() <= 1e-9 * a.abs().max(1.0),
        (a, b) => a == b,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_figure_equals_the_plainest_computation(
        told in proptest::collection::vec(some_conversation(), 0..30),
        removed in 0_i64..30,
        compacts in any::<bool>(),
        slice in some_slice(),
        (since, length) in (-100_000_i64..300_000, 1_i64..300_000),
        is_business in any::<bool>(),
        now in 0_i64..400_000,
        threads in 1_usize..4,
    ) {
        let mut columns = Columns::new();
        let mut kept = BTreeMap::new();
        for measured in told {
            columns.put(&measured);
            kept.insert(measured.facts.conversation, measured);
        }
        columns.remove(ConversationId(removed));
        kept.remove(&ConversationId(removed));
        if compacts {
            columns.compact();
        }
        let all: Vec<Measured> = kept.into_values().collect();
        let begin = 1_774_742_400 + since;
        let asked = Question {
            columns: &columns,
            slice,
            period: Period { since: begin, until: begin + length },
            clock: if is_business { Clock::Business } else { Clock::Wall },
            zone: TimeZone::get("Europe/Berlin").unwrap(),
            now: Timestamp::from_second(1_774_742_400 + now).unwrap(),
            threads,
        };
        let answers = asked.answers();
        for figure in Definition::all() {
            let (value, ids) = Naive { all: &all, question: &asked, key: None }.answer(figure.of);
            let ours = answers.value(figure);
            prop_assert!(same(ours, value), "{}: {ours:?}, naive {value:?}", figure.id);
            let whole = answers.whole().value(figure.of);
            prop_assert!(same(whole, value), "{} of the whole: {whole:?}, naive {value:?}", figure.id);
            let ids: Vec<_> = ids.into_iter().collect();
            prop_assert_eq!(asked.answers().conversations(figure), ids, "{}", figure.id);
        }
        for dimension in Dimension::ALL {
            let groups: BTreeMap<Key, Totals> = asked.answers().by(dimension).into_iter().collect();
            let keys = keys(dimension, &asked);
            for key in groups.keys() {
                prop_assert!(keys.contains(key), "{key:?}");
            }
            for key in &keys {
                let nothing = Totals::default();
                let totals = groups.get(key).unwrap_or(&nothing);
                for figure in Definition::all() {
                    let (value, _) = Naive { all: &all, question: &asked, key: Some(key) }.answer(figure.of);
                    let ours = totals.value(figure.of);
                    prop_assert!(same(ours, value), "{} of {key:?}: {ours:?}, naive {value:?}", figure.id);
                }
            }
        }
    }
}
