//! A desk that counts in fixed minutes, and callers who want more than there is.

use super::*;
use http::Method;
use proptest::prelude::*;
use std::collections::BTreeMap;

const SHOW: &str = "/api/v1/accounts/{account}/conversations/{conversation}";
const META: &str = "/api/v1/accounts/{account}/conversations/meta";

fn call(template: &'static str) -> Call {
    Call::new(Method::GET, template)
}

/// Somebody who would call without end: makes every call as soon as it may be made, and says when that was.
fn saturate(budget: &Budget, call: &Call, urgency: Urgency, from: Instant, until: Instant) -> Vec<Instant> {
    let (mut now, mut made) = (from, Vec::new());
    while now < until {
        match budget.take_at(now, call, urgency) {
            Ok(()) => made.push(now),
            Err(turn) => now = turn,
        }
    }
    made
}

/// The most calls in any minute, whenever it begins.
fn most_in(window: Duration, made: &[Instant]) -> usize {
    let mut first = 0;
    let mut most = 0;
    for (last, at) in made.iter().enumerate() {
        while *at - made[first] >= window {
            first += 1;
        }
        most = most.max(last + 1 - first);
    }
    most
}

#[test]
fn a_backfill_uses_nearly_all_of_the_limit_and_never_more() {
    let start = Instant::now();
    let budget = Budget::new(3000);
    let made = saturate(&budget, &call(SHOW), Urgency::Background, start, start + 10 * MINUTE);
    assert!(made.len() >= 10 * 2850, "{} calls in ten minutes are under 95 %", made.len());
    assert!(most_in(MINUTE, &made) <= 3000);
    // Smooth: no second sees more than a fiftieth more than its share.
    assert!(most_in(Duration::from_secs(1), &made[100..]) <= 51);
}

#[test]
fn a_send_finds_its_turn_free_however_busy_the_background_is() {
    let start = Instant::now();
    let budget = Budget::new(3000);
    saturate(&budget, &call(SHOW), Urgency::Background, start, start + MINUTE);
    let now = start + MINUTE;
    let at_once = (0..).take_while(|_| budget.take_at(now, &call(SHOW), Urgency::Sending).is_ok()).count();
    assert!(at_once >= 30, "{at_once} sends go at once");
    // They were taken from the background, which waits until the even pace has caught up.
    let background = budget.take_at(now, &call(SHOW), Urgency::Background).unwrap_err();
    assert!(background - now > Duration::from_millis(500), "{:?}", background - now);
    let send = budget.take_at(now, &call(SHOW), Urgency::Sending).unwrap_err();
    assert!(send - now < Duration::from_millis(25), "{:?}", send - now);
    let decision = budget.take_at(now, &call(SHOW), Urgency::Deciding).unwrap_err();
    assert!(send < decision && decision < background);
}

#[test]
fn an_endpoint_has_its_own_limit_within_the_overall_one() {
    let start = Instant::now();
    let budget = Budget::new(3000);
    let made = saturate(&budget, &call(META), Urgency::Sending, start, start + 3 * MINUTE);
    assert!((87..=90).contains(&made.len()), "{}", made.len());
    assert!(most_in(MINUTE, &made) <= 30);
    let other = saturate(&budget, &call(SHOW), Urgency::Deciding, start + 3 * MINUTE, start + 4 * MINUTE);
    assert!(other.len() > 2900, "other calls do not wait for it: {}", other.len());
    for (template, most) in [
        ("/api/v1/accounts/{account}/contacts/search", 100),
        ("/api/v2/accounts/{account}/reports/summary", 100),
        ("/api/v2/accounts/{account}/summary_reports/agent", 3000),
    ] {
        let made = saturate(&Budget::new(3000), &call(template), Urgency::Sending, start, start + MINUTE);
        assert!(made.len() <= most && made.len() * 100 >= most * 95, "{template}: {}", made.len());
    }
}

#[test]
fn a_429_halves_the_pace_and_it_grows_back() {
    let start = Instant::now();
    let budget = Budget::new(3000);
    let in_the_minute = |from: u32| {
        let from = start + from * MINUTE;
        saturate(&budget, &call(SHOW), Urgency::Background, from, from + MINUTE).len()
    };
    assert!(in_the_minute(0) > 2850);
    let pause = budget.refused(start + MINUTE, &call(SHOW), Some(Duration::from_secs(20)));
    assert_eq!(pause, Duration::from_secs(20));
    // Two more that were under way say nothing new.
    budget.refused(start + MINUTE, &call(SHOW), Some(Duration::from_secs(20)));
    budget.refused(start + MINUTE, &call(SHOW), Some(Duration::from_secs(20)));
    let turn = budget.take_at(start + MINUTE, &call(SHOW), Urgency::Sending).unwrap_err();
    assert_eq!(turn, start + MINUTE + Duration::from_secs(20), "nobody calls before that");
    let after = in_the_minute(1);
    assert!((950..1050).contains(&after), "half the pace for 40 s: {after}");
    let later: Vec<usize> = (2..12).map(in_the_minute).collect();
    assert!(later.is_sorted() && later[0] > 1500 && later[9] > 2850, "{later:?}");
}

#[test]
fn a_429_of_an_endpoint_is_its_own() {
    let now = Instant::now();
    let budget = Budget::new(3000);
    assert_eq!(
        budget.refused(now, &call(META), None),
        MINUTE,
        "without a word: until the window must have ended"
    );
    assert!(budget.take_at(now, &call(META), Urgency::Sending).is_err());
    assert!(budget.take_at(now, &call(SHOW), Urgency::Background).is_ok());
}

#[test]
fn refusals_without_end_leave_a_little() {
    let start = Instant::now();
    let budget = Budget::new(3000);
    for minute in 0..20 {
        budget.refused(start + minute * MINUTE, &call(SHOW), None);
    }
    let from = start + 20 * MINUTE;
    let made = saturate(&budget, &call(SHOW), Urgency::Background, from, from + MINUTE);
    assert!((90..500).contains(&made.len()), "{}", made.len());
}

proptest! {
    /// Whatever the limit, whoever calls and whenever the desk's minutes begin.
    #[test]
    fn no_minute_holds_more_calls_than_the_limit(
        limit in 1_u32..400,
        wishes in prop::collection::vec((0_u64..3000, 0_usize..3), 1..2000),
    ) {
        let start = Instant::now();
        let budget = Budget::new(limit);
        let urgencies = [Urgency::Background, Urgency::Deciding, Urgency::Sending];
        let (mut now, mut made) = (start, Vec::new());
        let mut by_urgency = BTreeMap::new();
        for (pause, who) in wishes {
            now += Duration::from_millis(pause / 10);
            if budget.take_at(now, &call(SHOW), urgencies[who]).is_ok() {
                made.push(now);
                *by_urgency.entry(urgencies[who]).or_insert(0) += 1;
            }
        }
        prop_assert!(most_in(MINUTE, &made) <= limit as usize, "{} of {limit}: {by_urgency:?}", most_in(MINUTE, &made));
    }
}
