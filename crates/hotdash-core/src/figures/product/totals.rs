//! What is counted of one group, and the figures that follow from it.

use super::{Reason, Value};
use crate::facts::FactKind;
use crate::figures::columns::KINDS;
use crate::figures::definition::{CsatPart, DraftPart, Of, SlaPart, Stat};
use crate::figures::percentile::of_unsorted;
use crate::sla::Kind;
use serde::Serialize;

/// The spans of which there are percentiles.
pub(super) const SPANS: [FactKind; 3] = [FactKind::FirstResponse, FactKind::ReplyTime, FactKind::Resolved];
pub(super) const TURNS: [FactKind; 3] =
    [FactKind::WaitedForDesk, FactKind::WaitedForCustomer, FactKind::WaitedForBot];

/// How long things took, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    pub count: usize,
    pub mean: f64,
    pub min: i64,
    pub p50: f64,
    pub p75: f64,
    pub p90: f64,
    pub p95: f64,
    pub p99: f64,
    pub max: i64,
}

impl Spread {
    /// Of lengths in any order, which are moved about; `None` of nothing.
    pub(super) fn of<T: Copy + Ord + Into<i64>>(lengths: &mut [T]) -> Option<Self> {
        let (min, max) = ((*lengths.iter().min()?).into(), (*lengths.iter().max()?).into());
        let sum: i64 = lengths.iter().map(|length| (*length).into()).sum();
        let [p50, p75, p90, p95, p99] = of_unsorted(lengths, [0.5, 0.75, 0.9, 0.95, 0.99])?;
        Some(Self { count: lengths.len(), mean: mean(sum, lengths.len()), min, p50, p75, p90, p95, p99, max })
    }

    #[expect(clippy::cast_precision_loss, reason = "counts and seconds stay far below 2^53")]
    fn stat(&self, stat: Stat) -> f64 {
        match stat {
            Stat::Count => self.count as f64,
            Stat::Mean => self.mean,
            Stat::Min => self.min as f64,
            Stat::P50 => self.p50,
            Stat::P75 => self.p75,
            Stat::P90 => self.p90,
            Stat::P95 => self.p95,
            Stat::P99 => self.p99,
            Stat::Max => self.max as f64,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts and seconds stay far below 2^53")]
fn mean(sum: i64, count: usize) -> f64 {
    sum as f64 / count as f64
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn share(part: usize, of: usize, reason: Reason) -> Value {
    if of == 0 { Err(reason) } else { Ok(part as f64 / of as f64) }
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn number(count: usize) -> Value {
    Ok(count as f64)
}

/// Lengths of one kind.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Times {
    /// How many there are whose length nobody told.
    pub(super) untold: usize,
    pub(super) spread: Option<Spread>,
}

impl Times {
    fn value(&self, stat: Stat) -> Value {
        let told = self.spread.map_or(0, |spread| spread.count);
        match (stat, self.spread) {
            (Stat::Count, _) => number(told + self.untold),
            // Part of the truth would be a wrong figure.
            _ if self.untold > 0 => Err(Reason::WorkingHoursUnknown),
            (_, Some(spread)) => Ok(spread.stat(stat)),
            (_, None) => Err(Reason::NothingHappened),
        }
    }
}

/// A sum of lengths.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    pub(super) seconds: i64,
    pub(super) untold: usize,
}

/// Clocks of one kind.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Promised {
    pub(super) met: usize,
    pub(super) breached: usize,
    pub(super) running: usize,
}

/// What became of drafts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Drafted {
    pub(super) ready: Times,
    pub(super) findings: usize,
    pub(super) blocked: usize,
    pub(super) tokens: u64,
    /// Of how many a model told its tokens.
    pub(super) told: usize,
    /// In 10⁻¹² of the currency.
    pub(super) cost: u64,
    /// Of how many that is the sum.
    pub(super) priced: usize,
    pub(super) approved: usize,
    pub(super) edited: usize,
    pub(super) rejected: usize,
    pub(super) superseded: usize,
    /// All that ended, however.
    pub(super) ended: usize,
    pub(super) changed_permille: u64,
    /// Of how many that is the sum.
    pub(super) compared: usize,
    pub(super) grades: [u64; 3],
    pub(super) graded: usize,
}

impl Drafted {
    /// What models cost for one of so many.
    fn cost(&self, of: usize) -> Value {
        match (self.told, self.priced) {
            (0, _) => Err(Reason::NoUsageTold),
            (_, 0) => Err(Reason::NoPriceSet),
            _ => Ok(ratio(self.cost, of) / 1e12),
        }
    }
}

/// Everything counted of one group.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    pub(super) counts: [usize; KINDS],
    pub(super) reopened: usize,
    pub(super) times: [Times; 3],
    pub(super) waiting: [Times; 3],
    pub(super) turns: [Sum; 3],
    pub(super) promised: [Promised; 3],
    pub(super) ratings: [usize; 5],
    pub(super) drafted: Drafted,
}

impl Totals {
    /// The value of a figure, or why there is none.
    pub fn value(&self, of: Of) -> Value {
        match of {
            Of::Count(kind) => number(self.counts[kind as usize]),
            Of::Reopened => number(self.reopened),
            Of::Time(kind, stat) => {
                place(&SPANS, kind).map_or(Err(Reason::NothingHappened), |at| self.times[at].value(stat))
            }
            Of::Waiting(kind, stat) => {
                place(&SPANS, kind).map_or(Err(Reason::NothingHappened), |at| self.waiting[at].value(stat))
            }
            Of::Turn(kind) => {
                let Some(at) = place(&TURNS, kind) else { return Err(Reason::NothingHappened) };
                let Sum { seconds, untold } = self.turns[at];
                #[expect(clippy::cast_precision_loss, reason = "seconds stay far below 2^53")]
                let sum = seconds as f64;
                if untold > 0 { Err(Reason::WorkingHoursUnknown) } else { Ok(sum) }
            }
            Of::Sla(kind, part) => self.promise(kind, part),
            Of::Csat(part) => self.csat(part),
            Of::Draft(part) => self.draft(part),
        }
    }

    fn promise(&self, kind: Option<Kind>, part: SlaPart) -> Value {
        let all = Kind::ALL.into_iter().zip(self.promised);
        let asked = all.filter(|(of, _)| kind.is_none_or(|kind| kind == *of));
        let sum = asked.fold(Promised::default(), |sum, (_, one)| Promised {
            met: sum.met + one.met,
            breached: sum.breached + one.breached,
            running: sum.running + one.running,
        });
        match part {
            SlaPart::Compliance => share(sum.met, sum.met + sum.breached, Reason::NothingHappened),
            SlaPart::Met => number(sum.met),
            SlaPart::Breached => number(sum.breached),
            SlaPart::Running => number(sum.running),
        }
    }

    fn csat(&self, part: CsatPart) -> Value {
        let answers: usize = self.ratings.iter().sum();
        match part {
            CsatPart::Answers => number(answers),
            CsatPart::Positive => share(self.ratings[3] + self.ratings[4], answers, Reason::NothingHappened),
            CsatPart::Negative => share(self.ratings[0] + self.ratings[1], answers, Reason::NothingHappened),
            CsatPart::Mean => {
                let sum: usize = self.ratings.iter().zip(1..).map(|(count, rating)| count * rating).sum();
                share(sum, answers, Reason::NothingHappened)
            }
            CsatPart::ResponseRate => {
                share(answers, self.counts[FactKind::SurveySent as usize], Reason::NoSurveySent)
            }
        }
    }

    fn draft(&self, part: DraftPart) -> Value {
        let d = &self.drafted;
        let decided = d.approved + d.edited + d.rejected;
        let ready = d.ready.spread.map_or(0, |spread| spread.count);
        let grade = |axis: usize| match d.graded {
            0 => Err(Reason::NoGrades),
            graded => Ok(ratio(d.grades[axis], graded)),
        };
        match part {
            DraftPart::Ready => number(ready),
            DraftPart::ReadyTime(stat) => d.ready.value(stat),
            DraftPart::Decided => number(decided),
            DraftPart::Approved => share(d.approved, decided, Reason::NothingHappened),
            DraftPart::Edited => share(d.edited, decided, Reason::NothingHappened),
            DraftPart::Rejected => share(d.rejected, decided, Reason::NothingHappened),
            DraftPart::Superseded => share(d.superseded, d.ended, Reason::NothingHappened),
            DraftPart::EditDistance => match d.compared {
                0 => Err(Reason::NothingHappened),
                compared => Ok(ratio(d.changed_permille, compared) / 1000.0),
            },
            DraftPart::Tone => grade(0),
            DraftPart::Accuracy => grade(1),
            DraftPart::Policy => grade(2),
            DraftPart::Findings => number(d.findings),
            DraftPart::Blocked => share(d.blocked, ready, Reason::NothingHappened),
            DraftPart::Tokens => match d.told {
                0 => Err(Reason::NoUsageTold),
                _ => Ok(ratio(d.tokens, 1)),
            },
            DraftPart::Cost => d.cost(1),
            DraftPart::CostMean => d.cost(d.priced),
        }
    }

    /// Whether anything was counted at all.
    #[must_use]
    pub fn is_touched(&self) -> bool {
        let spans = self.times.iter().chain(&self.waiting);
        let spans = spans.map(|times| times.untold + times.spread.map_or(0, |spread| spread.count));
        let turns = self.turns.iter().map(|sum| sum.untold + usize::from(sum.seconds != 0));
        let promised = self.promised.iter().map(|one| one.met + one.breached + one.running);
        let counted =
            self.counts.iter().chain(&self.ratings).copied().chain(spans).chain(turns).chain(promised);
        let drafted = &self.drafted;
        counted.sum::<usize>() + self.reopened + drafted.ended + drafted.ready.spread.map_or(0, |s| s.count)
            > 0
    }

    /// How often each rating was given, 1 first.
    #[must_use]
    pub fn ratings(&self) -> [usize; 5] {
        self.ratings
    }
}

#[expect(clippy::cast_precision_loss, reason = "sums of small numbers stay far below 2^53")]
fn ratio(sum: u64, of: usize) -> f64 {
    sum as f64 / of as f64
}

/// Where a kind stands among those of which something is kept.
pub(super) fn place(kinds: &[FactKind; 3], kind: FactKind) -> Option<usize> {
    kinds.iter().position(|one| *one == kind)
}
