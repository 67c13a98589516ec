//! What goes wrong when: made from a seed before the soak begins, so that a seed names a plan.

use chatwoot_sandbox::{Faults, Outage, WebhookFaults};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use std::time::Duration;

/// How far the desk's own clock is ahead all the time.
pub(super) const AHEAD_MS: i64 = 1_500;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    Latency,
    /// 503 for everything.
    Unavailable,
    /// Connections are closed without an answer.
    Closed,
    RateLimited,
    /// Calls are carried out and their answers lost.
    AnswersLost,
    DeliveriesDropped,
    DeliveriesDoubled,
    DeliveriesReordered,
    DeliveriesLate,
    /// The desk's clock runs ahead in what it signs and answers.
    ClockAhead,
    /// hotdash is killed; other troubles may come with a kill of their own.
    Killed,
}

const ALL: [Trouble; 11] = [
    Trouble::Latency,
    Trouble::Unavailable,
    Trouble::Closed,
    Trouble::RateLimited,
    Trouble::AnswersLost,
    Trouble::DeliveriesDropped,
    Trouble::DeliveriesDoubled,
    Trouble::DeliveriesReordered,
    Trouble::DeliveriesLate,
    Trouble::ClockAhead,
    Trouble::Killed,
];

/// One time of trouble; all times are counted from the beginning of the soak.
#[derive(Debug, Clone)]
pub(super) struct Phase {
    pub(super) begins: Duration,
    pub(super) ends: Duration,
    pub(super) trouble: Trouble,
    pub(super) faults: Faults,
    /// When hotdash is killed, and how long it stays away.
    pub(super) kill: Option<(Duration, Duration)>,
}

/// Troubles in rounds, each trouble once a round, with calm between them. The last third is without kills, so that one
/// life of the process is long enough to see its memory grow.
pub(super) fn plan(seed: u64, length: Duration) -> Vec<Phase> {
    let mut chance = StdRng::seed_from_u64(seed);
    // A short soak meets as many troubles, each for a shorter time.
    let unit = (length.as_secs_f64() / 1800.0).clamp(0.25, 1.0);
    let seconds = |chance: &mut StdRng, from: f64, to: f64| {
        Duration::from_secs_f64(chance.random_range(from..to) * unit)
    };
    let mut plan = Vec::new();
    let mut at = Duration::from_secs_f64(20.0 * unit);
    let mut round: Vec<Trouble> = Vec::new();
    loop {
        let Some(trouble) = round.pop() else {
            round = ALL.to_vec();
            round.shuffle(&mut chance);
            continue;
        };
        let lasts = seconds(&mut chance, 12.0, 35.0);
        let ends = at + lasts;
        if ends + Duration::from_secs(3) > length {
            return plan;
        }
        let may_die = ends < length.mul_f64(2.0 / 3.0);
        let dies = may_die && (trouble == Trouble::Killed || chance.random_ratio(2, 5));
        let kill =
            dies.then(|| (at + lasts.mul_f64(chance.random_range(0.1..0.9)), seconds(&mut chance, 0.0, 8.0)));
        let faults = faults_of(trouble, &mut chance);
        plan.push(Phase { begins: at, ends, trouble, faults, kill });
        at = ends + seconds(&mut chance, 12.0, 45.0);
    }
}

fn faults_of(trouble: Trouble, chance: &mut StdRng) -> Faults {
    let mut faults = Faults::default();
    let hooks = &mut faults.webhooks;
    match trouble {
        Trouble::Latency => faults.latency_ms = chance.random_range(200..1500),
        Trouble::Unavailable => faults.outage = Outage::Unavailable,
        Trouble::Closed => faults.outage = Outage::Closed,
        Trouble::RateLimited => faults.rate_limited = chance.random_range(3..30),
        Trouble::AnswersLost => faults.answers_lost = chance.random_range(5..25),
        Trouble::DeliveriesDropped => hooks.drop_percent = chance.random_range(10..31),
        Trouble::DeliveriesDoubled => hooks.double = true,
        Trouble::DeliveriesReordered => hooks.reorder = true,
        Trouble::DeliveriesLate => {
            hooks.delay_ms = chance.random_range(500..6000);
            hooks.build_delay_ms = chance.random_range(0..800);
        }
        Trouble::ClockAhead => faults.clock_ahead_s = chance.random_range(5..120),
        Trouble::Killed => {}
    }
    // Troubles seldom come alone.
    if chance.random_ratio(1, 3) {
        faults.webhooks.double = true;
        faults.webhooks.reorder = true;
        faults.latency_ms = faults.latency_ms.max(80);
    }
    if chance.random_ratio(1, 3) {
        let hooks: &mut WebhookFaults = &mut faults.webhooks;
        hooks.drop_percent = hooks.drop_percent.max(10);
    }
    faults
}

impl Trouble {
    /// How long after its end nothing is called slow: what is owed to it is worked off.
    pub(super) fn aftermath(self) -> Duration {
        match self {
            // The desk counts in minutes and does not say when to come back.
            Self::RateLimited => Duration::from_secs(75),
            Self::Unavailable | Self::Closed => Duration::from_secs(25),
            _ => Duration::from_secs(10),
        }
    }
}

#[cfg(test)]
mod tests;
