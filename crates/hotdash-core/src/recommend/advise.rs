//! Everything that is advised at an instant, from what was known then; and of what nothing can be said, and why.

use super::known::{Known, Then};
use super::{
    JudgedHour, Kind, Recommendation, agents_to_coach, articles_to_write, canned_replies, forecast_backlog,
    gather, labels_by_rule, rota, staffing,
};
use crate::figures::desk::Period;

/// What is resolved and what comes is looked at over four weeks.
const BACKLOG_DAYS: i64 = 28;
const DAY: f64 = 86_400.0;

/// What is advised, and what cannot be.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Advised {
    pub recommendations: Vec<Recommendation>,
    /// Of which kinds too little is known, and what is missing.
    pub silent: Vec<(Kind, String)>,
    /// Every hour of the week that could be judged.
    pub hours: Vec<JudgedHour>,
}

/// What is advised at the end of a period, from what happened within it, of these kinds. The backlog looks at its last four
/// weeks.
#[must_use]
pub fn advise(known: &Known<'_>, period: Period, kinds: &[Kind]) -> Advised {
    let then = known.then(period.until);
    let mut advised = Advised::default();
    for kind in kinds {
        match of_kind(*kind, &then, period, &mut advised.hours) {
            Ok(found) => advised.recommendations.extend(found),
            Err(why) => advised.silent.push((*kind, why)),
        }
    }
    advised
}

fn of_kind(
    kind: Kind,
    then: &Then<'_>,
    period: Period,
    hours: &mut Vec<JudgedHour>,
) -> Result<Vec<Recommendation>, String> {
    let since = period.since;
    // Before the first conversation nothing could be counted.
    let known = then.measured.iter().map(|measured| measured.facts.created_at.div_euclid(1_000_000)).min();
    let weeks = ((period.until - known.map_or(since, |known| known.max(since))) as f64 / DAY / 7.0).max(0.1);
    match kind {
        Kind::Backlog => {
            let forecast = gather::backlog(then, BACKLOG_DAYS).and_then(|backlog| forecast_backlog(&backlog));
            let (_, advice) = forecast.ok_or("fewer than 14 whole days are known")?;
            Ok(advice.into_iter().collect())
        }
        Kind::Staffing => {
            let plan = then.known.plan.ok_or("nothing is promised for a first response")?;
            *hours = rota::judged(then, since)?;
            Ok(staffing(hours, plan.target))
        }
        Kind::Rule => {
            let labelled = gather::labelled(then, since);
            let by_hand = labelled.iter().filter(|one| !one.labels.is_empty()).count();
            enough(by_hand, 8, "conversations have a label that people set")?;
            Ok(labels_by_rule(&labelled, weeks))
        }
        Kind::Article => {
            let drafted = gather::drafted(then, since);
            let open = drafted.iter().filter(|(_, drafted)| !drafted.has_evidence).count();
            enough(open, 5, "drafts found nothing in the knowledge base")?;
            Ok(articles_to_write(&gather::questions(then, since).1, weeks))
        }
        Kind::CannedReply => {
            let replies = gather::replies(then, since);
            enough(replies.len(), 5, "replies were approved")?;
            Ok(canned_replies(&replies, weeks))
        }
        Kind::Coaching => {
            let ratings = gather::ratings(then, since);
            let rated = ratings.iter().filter(|cases| cases.scores.len() >= 20).count();
            enough(rated, 2, "agents have 20 ratings")?;
            Ok(agents_to_coach(&ratings))
        }
    }
}

fn enough(count: usize, least: usize, what: &str) -> Result<(), String> {
    if count >= least { Ok(()) } else { Err(format!("{count} {what}, {least} are needed")) }
}
