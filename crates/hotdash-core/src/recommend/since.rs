//! What became of what was advised earlier: the advice is made once more from what was known then, and its own figure is
//! looked at since. Nobody has to remember what was said.

use super::advise::advise;
use super::known::{Known, Then};
use super::{
    JudgedHour, Kind, Later, Outcome, Recommendation, articles_to_write, follow_up, forecast_backlog, gather,
    rota,
};
use crate::chance::{Interval, wilson};
use crate::figures::desk::Period;
use crate::ids::AgentId;

const DAY: i64 = 86_400;

/// Advice looks back over so many days: eight weeks, as for what is usual.
pub const ADVICE_DAYS: i64 = 56;

/// As far back as the earliest advice that is followed up looks.
pub const HEARD_DAYS: i64 = ADVICE_DAYS + 42;

/// What was said, when, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Followed {
    pub recommendation: Recommendation,
    /// Seconds since 1970.
    pub said_at: i64,
    pub outcome: Outcome,
}

/// What became of what was advised as long before as each kind needs. A canned reply is not among them: whether people
/// use it, the desk does not tell.
#[must_use]
pub fn followed_up(known: &Known<'_>, at: i64) -> Vec<Followed> {
    let groups: [(i64, &[Kind]); 3] =
        [(14, &[Kind::Backlog, Kind::Rule]), (28, &[Kind::Staffing, Kind::Article]), (42, &[Kind::Coaching])];
    let now = known.then(at);
    groups.iter().flat_map(|(days, kinds)| group(known, &now, *days, kinds)).collect()
}

fn group(known: &Known<'_>, now: &Then<'_>, days: i64, kinds: &[Kind]) -> Vec<Followed> {
    let said_at = now.at - days * DAY;
    let period = Period { since: said_at - ADVICE_DAYS * DAY, until: said_at };
    let advised = advise(known, period, kinds);
    if advised.recommendations.is_empty() {
        return Vec::new();
    }
    let look = Look { now, before: known.then(said_at), period, days };
    let one = |recommendation: Recommendation| {
        let later = look.since(&recommendation, &advised.hours)?;
        let outcome = follow_up(&recommendation, &later);
        Some(Followed { recommendation, said_at, outcome })
    };
    advised.recommendations.into_iter().filter_map(one).collect()
}

struct Look<'a> {
    now: &'a Then<'a>,
    before: Then<'a>,
    /// Of the advice; its end is when it was given.
    period: Period,
    days: i64,
}

impl Look<'_> {
    fn since(&self, said: &Recommendation, hours: &[JudgedHour]) -> Option<Later> {
        match said.kind {
            Kind::Backlog => self.backlog(),
            Kind::Rule => self.rule(said),
            Kind::Staffing => self.staffing(said, hours),
            Kind::Article => self.article(said),
            Kind::Coaching => self.coaching(said),
            Kind::CannedReply => None,
        }
    }

    fn later(&self, followed: bool, value: f64, interval: Interval, cases: u64) -> Later {
        let days = u32::try_from(self.days).unwrap_or(0);
        Later { followed, days, value, interval, cases: u32::try_from(cases).unwrap_or(u32::MAX) }
    }

    /// That more is resolved is what was asked for.
    fn backlog(&self) -> Option<Later> {
        let (since, before) =
            (gather::backlog(self.now, self.days)?, gather::backlog(&self.before, self.days)?);
        let resolved = |days: &[super::Day]| days.iter().map(|day| u64::from(day.resolved)).sum::<u64>();
        let (forecast, _) = forecast_backlog(&since)?;
        let followed = resolved(&since.days) > resolved(&before.days);
        Some(self.later(followed, forecast.a_day, forecast.interval, since.days.len() as u64))
    }

    /// Somebody wrote the rule when hotdash sets the label; it was right where nobody took it off.
    fn rule(&self, said: &Recommendation) -> Option<Later> {
        let (label, word) = said.key.strip_prefix("rule/")?.rsplit_once('/')?;
        let begun = self.now.begun(self.period.until);
        let with_word: Vec<_> =
            begun.filter(|(_, heard)| gather::words(&heard.asked).contains(word)).collect();
        let set = with_word.iter().filter(|(_, heard)| heard.ours.contains(label));
        let stays = set.clone().filter(|(measured, _)| measured.facts.labels.iter().any(|own| own == label));
        let (cases, set, stays) = (with_word.len() as u64, set.count() as u64, stays.count() as u64);
        Some(self.later(set > 0, stays as f64 / cases.max(1) as f64, wilson(stays, cases), cases))
    }

    /// The hour was staffed when at least half of those who were missing came.
    fn staffing(&self, said: &Recommendation, hours: &[JudgedHour]) -> Option<Later> {
        let plan = self.now.known.plan?;
        let rota = rota::rota(self.now, plan, self.period.until)?;
        let judged = hours.iter().find(|judged| said.key == key(judged))?;
        let (before, missing) = (judged.advice.on_duty?, judged.advice.missing()?);
        let seen = rota.hours.get(&(judged.advice.weekday, judged.advice.hour)).cloned().unwrap_or_default();
        let there = seen.there(rota.weeks);
        let followed = (there - before) * missing.signum() >= missing.abs() / 2.0;
        Some(match missing > 0.0 {
            true => {
                let share = seen.kept as f64 / seen.of.max(1) as f64;
                self.later(followed, share, wilson(seen.kept, seen.of), seen.of)
            }
            false => self.later(followed, there, Interval { lower: there, upper: there }, seen.of),
        })
    }

    /// Whether an article was written, nobody tells; that more was found shows it.
    fn article(&self, said: &Recommendation) -> Option<Later> {
        let (topics, questions) = gather::questions(&self.before, self.period.since);
        let is_said = |one: &&super::OpenQuestions| {
            articles_to_write(std::slice::from_ref(*one), 1.0)
                .first()
                .is_some_and(|found| found.key == said.key)
        };
        let topic = questions.iter().find(is_said)?.topic;
        let asked = gather::drafted(self.now, self.period.until);
        let same = |(id, drafted): &&(_, &super::Drafted)| {
            topics.of(&gather::text(*id, &drafted.question)).is_some_and(|own| own.id == topic)
        };
        let same: Vec<_> = asked.iter().filter(same).collect();
        let open = same.iter().filter(|(_, drafted)| !drafted.has_evidence).count() as u64;
        let (cases, share) = (same.len() as u64, open as f64 / same.len().max(1) as f64);
        Some(self.later(share < said.follow_up.before, share, wilson(open, cases), cases))
    }

    /// Whether somebody was talked with, no figure tells; the ratings since then do what they do.
    fn coaching(&self, said: &Recommendation) -> Option<Later> {
        let (agent, _) = said.key.strip_prefix("coaching/")?.split_once('/')?;
        let agent = AgentId(agent.parse().ok()?);
        let ratings = gather::ratings(self.now, self.period.until);
        let cases = ratings.iter().find(|cases| cases.agent == agent);
        // Whoever was put beside colleagues once is not put there again: this is about their own past.
        let own: Vec<f64> = cases.map_or_else(Vec::new, |own| own.scores.iter().map(|s| s.grade).collect());
        let n = own.len() as f64;
        let mean = own.iter().sum::<f64>() / n.max(1.0);
        let variance = own.iter().map(|grade| (grade - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
        let reach = 1.96 * (variance / n.max(1.0)).sqrt();
        let interval = Interval { lower: mean - reach, upper: mean + reach };
        Some(self.later(true, mean, interval, own.len() as u64))
    }
}

fn key(judged: &JudgedHour) -> String {
    format!("staffing/{}/{}", judged.advice.weekday, judged.advice.hour)
}
