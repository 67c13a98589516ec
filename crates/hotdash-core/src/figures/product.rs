//! Our own figures: the desk's definitions, with percentiles, any slice, both clocks, and the open ones beside them.
//!
//! Every figure names the conversations behind it. Where there is nothing to count a figure is `None` with the reason;
//! 0 means that something was counted and there was none of it.

use super::percentile::of_sorted;
use crate::conversation::{Channel, Status};
use crate::facts::{ConversationFacts, Fact, FactKind};
use crate::figures::desk::Period;
use crate::ids::{AgentId, ConversationId, InboxId, TeamId};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::collections::BTreeSet;

/// What a figure is of; nothing set is the whole desk. Conditions that are set must all hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Slice {
    pub inbox: Option<InboxId>,
    pub channel: Option<Channel>,
    /// Of conversations that this team has now.
    pub team: Option<TeamId>,
    /// Whom the desk credits; where nothing is credited, who has the conversation now.
    pub agent: Option<AgentId>,
    /// Of conversations that carry this label now.
    pub label: Option<String>,
    /// 0…23 in the zone of the question: when the fact happened.
    pub hour: Option<i8>,
}

/// Which time is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    Wall,
    /// Within the inbox's working hours.
    Business,
}

/// A question: of what, when, in which time.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    pub facts: &'a [ConversationFacts],
    pub slice: Slice,
    pub period: Period,
    pub clock: Clock,
    /// Whose hours and weekdays are meant.
    pub zone: TimeZone,
    /// How long open ones wait is counted until then.
    pub now: Timestamp,
}

/// Why a figure has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Nothing of the kind happened in the period.
    NothingHappened,
    /// It happened, but the inbox's working hours are not known.
    WorkingHoursUnknown,
    /// No survey was sent.
    NoSurveySent,
}

/// A figure with what is behind it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure<T> {
    pub value: Option<T>,
    /// Where there is no value.
    pub reason: Option<Reason>,
    /// In the order of their numbers, each once.
    pub conversations: Vec<ConversationId>,
}

impl<T> Figure<T> {
    fn of(value: T, conversations: impl IntoIterator<Item = ConversationId>) -> Self {
        Self { value: Some(value), reason: None, conversations: once(conversations) }
    }

    fn none(reason: Reason, conversations: impl IntoIterator<Item = ConversationId>) -> Self {
        Self { value: None, reason: Some(reason), conversations: once(conversations) }
    }
}

fn once(conversations: impl IntoIterator<Item = ConversationId>) -> Vec<ConversationId> {
    conversations.into_iter().collect::<BTreeSet<_>>().into_iter().collect()
}

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
    /// `None` of nothing.
    #[must_use]
    pub fn of(mut seconds: Vec<i64>) -> Option<Self> {
        seconds.sort_unstable();
        let (min, max) = (*seconds.first()?, *seconds.last()?);
        let part = |share| of_sorted(&seconds, share).unwrap_or(0.0);
        let sum: i64 = seconds.iter().sum();
        #[expect(clippy::cast_precision_loss, reason = "counts and seconds stay far below 2^53")]
        let mean = sum as f64 / seconds.len() as f64;
        let (p50, p75, p90, p95, p99) = (part(0.5), part(0.75), part(0.9), part(0.95), part(0.99));
        Some(Self { count: seconds.len(), mean, min, p50, p75, p90, p95, p99, max })
    }
}

/// A time: of what ended in the period, and of what has not ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Span {
    pub ended: Figure<Spread>,
    /// How long the open ones have lasted until now, always by the clock on the wall: the desk counts working time
    /// only when something ends.
    pub open: Figure<Spread>,
}

/// Who was waited for, in seconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Turns {
    pub desk: Figure<i64>,
    pub customer: Figure<i64>,
    pub bot: Figure<i64>,
}

/// Answers of customers to surveys.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Csat {
    pub sent: Figure<usize>,
    /// How many gave 1, 2, … 5.
    pub ratings: Figure<[usize; 5]>,
    /// Share of 4 and 5, 0…1.
    pub positive: Figure<f64>,
    /// Share of 1 and 2, 0…1.
    pub negative: Figure<f64>,
    /// Answers for each survey sent in the period. An answer can be to an earlier survey, so it may exceed 1.
    pub response_rate: Figure<f64>,
}

impl<'a> Question<'a> {
    fn has(&self, micros: i64) -> bool {
        (self.period.since..self.period.until).contains(&micros.div_euclid(1_000_000))
    }

    /// The slice by the conversation.
    fn fits(&self, c: &ConversationFacts) -> bool {
        let Slice { inbox, channel, team, label, .. } = &self.slice;
        inbox.is_none_or(|inbox| c.inbox == inbox)
            && channel.as_ref().is_none_or(|channel| c.channel == *channel)
            && team.is_none_or(|team| c.team == Some(team))
            && label.as_ref().is_none_or(|label| c.labels.iter().any(|l| l == label))
    }

    fn fits_hour(&self, micros: i64) -> bool {
        self.slice.hour.is_none_or(|hour| {
            let at = Timestamp::from_microsecond(micros).unwrap_or_default();
            at.to_zoned(self.zone.clone()).hour() == hour
        })
    }

    fn conversations(&self) -> impl Iterator<Item = &'a ConversationFacts> {
        self.facts.iter().filter(|c| self.fits(c))
    }

    /// Facts of a kind in the period; of an agent those that the desk credits to them.
    fn facts_of(&self, kind: FactKind) -> impl Iterator<Item = (&'a ConversationFacts, &'a Fact)> {
        let all = self.conversations().flat_map(move |c| c.of(kind).map(move |fact| (c, fact)));
        all.filter(move |(c, fact)| {
            let credited = match kind {
                FactKind::Created | FactKind::MessageIn | FactKind::SurveySent => c.assignee,
                _ => fact.agent,
            };
            self.has(fact.at)
                && self.fits_hour(fact.at)
                && self.slice.agent.is_none_or(|agent| credited == Some(agent))
        })
    }

    /// How often something happened in the period.
    #[must_use]
    pub fn count(&self, kind: FactKind) -> Figure<usize> {
        let found: Vec<_> = self.facts_of(kind).map(|(c, _)| c.conversation).collect();
        Figure::of(found.len(), found)
    }

    /// How often a resolved conversation was opened again; a first opening (a bot's handoff) is none.
    #[must_use]
    pub fn reopened(&self) -> Figure<usize> {
        let again = self
            .facts_of(FactKind::Opened)
            .filter(|(c, fact)| c.of(FactKind::Resolved).any(|resolved| resolved.at <= fact.at));
        let found: Vec<_> = again.map(|(c, _)| c.conversation).collect();
        Figure::of(found.len(), found)
    }

    /// The first public answer of a person; open are conversations that nobody answered and nobody resolved.
    #[must_use]
    pub fn first_response(&self) -> Span {
        let waiting =
            |c: &ConversationFacts| (!c.is_answered && c.status != Status::Resolved).then_some(c.created_at);
        self.span(FactKind::FirstResponse, waiting)
    }

    /// Later answers; open are customers who wait for one now.
    #[must_use]
    pub fn reply_time(&self) -> Span {
        let waiting =
            |c: &ConversationFacts| c.waiting_since.filter(|_| c.is_answered && c.status != Status::Resolved);
        self.span(FactKind::ReplyTime, waiting)
    }

    /// From the creation to each time it was resolved; open are those that are not resolved now.
    #[must_use]
    pub fn resolution(&self) -> Span {
        let waiting = |c: &ConversationFacts| (c.status != Status::Resolved).then_some(c.created_at);
        self.span(FactKind::Resolved, waiting)
    }

    fn span(&self, kind: FactKind, waiting: impl Fn(&ConversationFacts) -> Option<i64>) -> Span {
        let ended: Vec<_> = self.facts_of(kind).collect();
        let seconds = ended.iter().filter_map(|(_, fact)| match self.clock {
            Clock::Wall => fact.seconds,
            Clock::Business => fact.business,
        });
        let ids = ended.iter().map(|(c, _)| c.conversation);
        let seconds: Vec<i64> = seconds.collect();
        let ended_figure = if seconds.len() < ended.len() {
            // Part of the truth would be a wrong figure.
            Figure::none(Reason::WorkingHoursUnknown, ids)
        } else {
            match Spread::of(seconds) {
                Some(spread) => Figure::of(spread, ids),
                None => Figure::none(Reason::NothingHappened, ids),
            }
        };
        let now = self.now.as_microsecond();
        let mine = self.conversations().filter(|c| self.slice.agent.is_none_or(|a| c.assignee == Some(a)));
        let open = mine.filter_map(|c| Some((c.conversation, waiting(c)?)));
        let open = open.filter(|(_, since)| since.div_euclid(1_000_000) < self.period.until);
        let open: Vec<_> = open.filter(|(_, since)| self.fits_hour(*since)).collect();
        let lasted = open.iter().map(|(_, since)| (now - since).max(0) / 1_000_000).collect();
        let ids = open.iter().map(|(id, _)| *id);
        let open = match Spread::of(lasted) {
            Some(spread) => Figure::of(spread, ids),
            None => Figure::none(Reason::NothingHappened, ids),
        };
        Span { ended: ended_figure, open }
    }

    /// Who was waited for: the sum of the turns that ended in the period, in seconds.
    #[must_use]
    pub fn turns(&self) -> Turns {
        let sum = |kind| {
            let turns: Vec<_> = self.facts_of(kind).collect();
            let ids = turns.iter().map(|(c, _)| c.conversation);
            let seconds = turns.iter().map(|(_, fact)| match self.clock {
                Clock::Wall => fact.seconds,
                Clock::Business => fact.business,
            });
            match seconds.sum::<Option<i64>>() {
                Some(seconds) => Figure::of(seconds, ids),
                None => Figure::none(Reason::WorkingHoursUnknown, ids),
            }
        };
        Turns {
            desk: sum(FactKind::WaitedForDesk),
            customer: sum(FactKind::WaitedForCustomer),
            bot: sum(FactKind::WaitedForBot),
        }
    }

    /// What customers answered to surveys in the period.
    #[must_use]
    pub fn csat(&self) -> Csat {
        let sent = self.count(FactKind::SurveySent);
        let mut ratings = [0_usize; 5];
        let mut ids = Vec::new();
        for (c, fact) in self.facts_of(FactKind::SurveyAnswered) {
            if let Some(place) =
                fact.rating.and_then(|rating| ratings.get_mut(usize::from(rating).wrapping_sub(1)))
            {
                *place += 1;
                ids.push(c.conversation);
            }
        }
        let answers: usize = ratings.iter().sum();
        #[expect(clippy::cast_precision_loss, reason = "counts")]
        let share = |part: usize, of: usize, reason| match of {
            0 => Figure::none(reason, ids.clone()),
            of => Figure::of(part as f64 / of as f64, ids.clone()),
        };
        Csat {
            positive: share(ratings[3] + ratings[4], answers, Reason::NothingHappened),
            negative: share(ratings[0] + ratings[1], answers, Reason::NothingHappened),
            response_rate: share(answers, sent.value.unwrap_or(0), Reason::NoSurveySent),
            ratings: Figure::of(ratings, ids.clone()),
            sent,
        }
    }

    /// How many conversations began in each hour of each weekday, Monday first, by the zone of the question.
    #[must_use]
    pub fn peak_hours(&self) -> Figure<[[usize; 24]; 7]> {
        let mut hours = [[0_usize; 24]; 7];
        let mut ids = Vec::new();
        for (c, fact) in self.facts_of(FactKind::Created) {
            let at = Timestamp::from_microsecond(fact.at).unwrap_or_default().to_zoned(self.zone.clone());
            let day = usize::try_from(at.weekday().to_monday_zero_offset()).unwrap_or(0);
            let hour = usize::try_from(at.hour()).unwrap_or(0);
            hours[day][hour] += 1;
            ids.push(c.conversation);
        }
        Figure::of(hours, ids)
    }
}

#[cfg(test)]
mod tests;
