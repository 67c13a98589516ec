//! One budget for all calls to a desk: evenly spent, sends first, background last, and less of it after a 429.
//!
//! Chatwoot counts calls in fixed minutes and answers 429 without a word. So calls are spread evenly and a little below
//! each limit, whatever minute the desk is counting. Each urgency may run ahead of that even pace by so many calls;
//! background work by the fewest: what it may not touch is what a send finds free. After a 429 the pace is halved and
//! grows back step by step.
//!
//! A virtual scheduling time for each limit (the generic cell rate algorithm) is all the state there is. It is written
//! out here because governor, which limits sign-ins, has one fixed quota for everybody: it can neither keep a part back
//! for some callers nor change its pace without forgetting what was spent.

use super::Call;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// How much of a limit is spent at an even pace.
const EVENLY: f64 = 0.98;
/// One more call in so many may run ahead of it, by the most urgent. Both together stay within the limit in any window
/// (a test counts), with some calls to spare for those that bunch up on their way.
const AHEAD: u32 = 75;
/// The least that 429s leave of the pace.
const LEAST: f64 = 1.0 / 32.0;
/// How much of the pace comes back in a minute without a 429.
const GROWTH: f64 = 0.05;

/// How soon somebody needs the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Urgency {
    /// Nobody waits: reconciliation, backfill.
    Background,
    /// A customer waits for a decision, a person for a page.
    #[default]
    Deciding,
    /// A reply or note is on its way.
    Sending,
}

/// A limit of the desk: so many calls in a window.
struct Limit {
    calls: u32,
    window: Duration,
    holds_for: fn(&Call) -> bool,
}

/// The limits besides the overall one (contract §1.4), by the template of the call.
const ENDPOINTS: [Limit; 5] = [
    Limit { calls: 30, window: MINUTE, holds_for: |call| call.template().ends_with("/conversations/meta") },
    Limit { calls: 100, window: MINUTE, holds_for: |call| call.template().ends_with("/contacts/search") },
    Limit {
        calls: 100,
        window: MINUTE,
        holds_for: |call| call.template().starts_with("/api/v2/accounts/{account}/reports"),
    },
    Limit { calls: 1000, window: HOUR, holds_for: |call| call.template().ends_with("/transcript") },
    Limit { calls: 60, window: HOUR, holds_for: |call| call.template().ends_with("/upload") },
];

/// The budget of one desk.
#[derive(Debug)]
pub(super) struct Budget {
    spent: Mutex<Spent>,
}

#[derive(Debug)]
struct Spent {
    overall: Pace,
    /// In the order of [`ENDPOINTS`].
    endpoints: [Pace; ENDPOINTS.len()],
}

/// How fast one limit is being spent.
#[derive(Debug)]
struct Pace {
    calls: u32,
    window: Duration,
    /// How much of the even pace the last 429s left, 0…1, and since when it grows back.
    share: f64,
    grows_since: Option<Instant>,
    /// At the even pace all calls so far would have been made by then.
    paid_until: Option<Instant>,
    paused_until: Option<Instant>,
}

impl Budget {
    /// With the overall limit of the desk.
    pub(super) fn new(calls_per_minute: u32) -> Self {
        let endpoints = ENDPOINTS.map(|limit| Pace::new(limit.calls, limit.window));
        Self { spent: Mutex::new(Spent { overall: Pace::new(calls_per_minute, MINUTE), endpoints }) }
    }

    /// Waits for the turn of a call; `Err` says how long that would take where it is later than `until`.
    pub(super) async fn take(&self, call: &Call, urgency: Urgency, until: Instant) -> Result<(), Duration> {
        loop {
            let now = Instant::now();
            let Err(turn) = self.take_at(now, call, urgency) else { return Ok(()) };
            if turn > until {
                return Err(turn - now);
            }
            sleep_until(turn).await;
        }
    }

    /// Takes the turn of a call, or says when it may come.
    fn take_at(&self, now: Instant, call: &Call, urgency: Urgency) -> Result<(), Instant> {
        let mut spent = self.spent();
        let turn = spent.of(call).map(|pace| pace.turn(now, urgency)).max().unwrap_or(now);
        if turn > now {
            return Err(turn);
        }
        spent.of(call).for_each(|pace| pace.spend(now));
        Ok(())
    }

    /// The desk answered 429. Says how long this call's limit is given a rest: as long as the desk asked for, else
    /// until its window must have ended.
    pub(super) fn refused(&self, now: Instant, call: &Call, asked: Option<Duration>) -> Duration {
        let mut spent = self.spent();
        // Nobody says which limit it was: the narrowest is the likeliest. If it was another, the next 429 comes soon.
        match spent.of(call).last() {
            Some(pace) => pace.refused(now, asked),
            None => MINUTE,
        }
    }

    fn spent(&self) -> MutexGuard<'_, Spent> {
        // Plain figures: a panic elsewhere cannot have left them half-changed.
        self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Spent {
    /// The limits that hold for a call, the widest first.
    fn of(&mut self, call: &Call) -> impl Iterator<Item = &mut Pace> {
        let narrow = self.endpoints.iter_mut().zip(&ENDPOINTS);
        let narrow = narrow.filter(|(_, limit)| (limit.holds_for)(call)).map(|(pace, _)| pace);
        std::iter::once(&mut self.overall).chain(narrow)
    }
}

impl Pace {
    fn new(calls: u32, window: Duration) -> Self {
        Self {
            calls: calls.max(1),
            window,
            share: 1.0,
            grows_since: None,
            paid_until: None,
            paused_until: None,
        }
    }

    /// The pause between two calls at the even pace.
    fn interval(&self) -> Duration {
        self.window.div_f64(f64::from(self.calls) * EVENLY * self.share)
    }

    /// By how much calls of this urgency may run ahead of the even pace.
    fn ahead(&self, urgency: Urgency) -> Duration {
        let calls = self.calls / AHEAD;
        self.interval()
            * match urgency {
                Urgency::Sending => calls,
                Urgency::Deciding => calls / 2,
                Urgency::Background => calls / 4,
            }
    }

    fn turn(&mut self, now: Instant, urgency: Urgency) -> Instant {
        self.grow(now);
        let evenly = self.paid_until.and_then(|paid| paid.checked_sub(self.ahead(urgency)));
        evenly.max(self.paused_until).unwrap_or(now).max(now)
    }

    fn spend(&mut self, now: Instant) {
        self.paid_until = Some(self.paid_until.map_or(now, |paid| paid.max(now)) + self.interval());
    }

    fn refused(&mut self, now: Instant, asked: Option<Duration>) -> Duration {
        let until = now + asked.unwrap_or(self.window);
        // Calls that were under way together are refused together: that is one refusal.
        if self.paused_until.is_none_or(|paused| paused <= now) {
            self.share = (self.share / 2.0).max(LEAST);
        }
        let until = self.paused_until.map_or(until, |paused| paused.max(until));
        self.paused_until = Some(until);
        self.grows_since = Some(until);
        until - now
    }

    fn grow(&mut self, now: Instant) {
        if let Some(since) = self.grows_since
            && now > since
        {
            self.share = (self.share + GROWTH * (now - since).div_duration_f64(MINUTE)).min(1.0);
            self.grows_since = (self.share < 1.0).then_some(now);
        }
    }
}

#[cfg(test)]
mod tests;
