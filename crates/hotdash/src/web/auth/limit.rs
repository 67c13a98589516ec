//! How often somebody may try to sign in.

use governor::clock::{Clock as _, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::LazyLock;
use std::time::Duration;

type Key = (String, Option<IpAddr>);
type Limiter = RateLimiter<Key, HashMapStateStore<Key>, DefaultClock>;

const TRIES: NonZeroU32 = match NonZeroU32::new(5) {
    Some(tries) => tries,
    None => NonZeroU32::MIN,
};
const ONE_MORE_AFTER: Duration = Duration::from_secs(20);
/// Forget those who have their tries back, before an attacker's list of addresses fills the memory.
const SWEEP_ABOVE: usize = 5_000;

static LIMITER: LazyLock<Limiter> = LazyLock::new(|| {
    let quota = Quota::with_period(ONE_MORE_AFTER).unwrap_or_else(|| Quota::per_minute(TRIES));
    RateLimiter::hashmap(quota.allow_burst(TRIES))
});

/// Count one try; `Err` says how many seconds to wait.
pub(super) fn try_once(email: &str, address: Option<IpAddr>) -> Result<(), u64> {
    if LIMITER.len() > SWEEP_ABOVE {
        LIMITER.retain_recent();
    }
    LIMITER
        .check_key(&(email.to_lowercase(), address))
        .map_err(|until| until.wait_time_from(DefaultClock::default().now()).as_secs() + 1)
}
