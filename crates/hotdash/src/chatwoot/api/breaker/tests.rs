//! A desk that goes away and comes back, minute by minute.

use super::*;
use crate::chatwoot::api::Cut;
use http::Method;

fn call(number: i64) -> Call {
    Call::new(Method::GET, "/api/v1/accounts/{account}/conversations/{conversation}")
        .with("conversation", number)
}

fn unreachable() -> Result<(), CallError> {
    Err(CallError::Unreachable { call: call(1), cut: Cut::Refused, maybe_received: false })
}

fn fault(status: u16) -> Result<(), CallError> {
    Err(CallError::ServerFault { call: call(1), status })
}

fn end(breaker: &Breaker, now: Instant, number: i64, outcome: Result<(), CallError>) {
    breaker.enter(now).unwrap().ended(now, &call(number), &outcome);
}

/// A breaker that has just opened.
fn opened(now: Instant) -> Breaker {
    let breaker = Breaker::default();
    for number in 0..i64::from(FAILURES) {
        assert_eq!(breaker.desk_state(now), DeskState::Reachable);
        end(&breaker, now, number, unreachable());
    }
    breaker
}

#[test]
fn after_some_failures_calls_are_refused_until_the_next_probe() {
    let now = Instant::now();
    let breaker = opened(now);
    assert_eq!(breaker.enter(now).unwrap_err(), FIRST_PAUSE);
    let later = now + Duration::from_millis(300);
    let left = Duration::from_millis(200);
    assert_eq!(breaker.is_open(later), Some(left));
    let down = DeskState::Down { down_for: Duration::from_millis(300), probe_in: left };
    assert_eq!(breaker.desk_state(later), down);
    assert_eq!(breaker.is_open(now + FIRST_PAUSE), None, "a probe is due");
}

#[test]
fn one_probe_at_a_time_and_a_success_closes() {
    let start = Instant::now();
    let breaker = opened(start);
    let now = start + FIRST_PAUSE;
    let probe = breaker.enter(now).unwrap();
    assert_eq!(breaker.desk_state(now), DeskState::Probing { down_for: FIRST_PAUSE });
    assert!(breaker.enter(now).is_err(), "one at a time");
    probe.ended(now, &call(1), &Ok(()));
    assert_eq!(breaker.desk_state(now), DeskState::Reachable);
    end(&breaker, now, 1, unreachable());
    assert_eq!(breaker.desk_state(now), DeskState::Reachable, "it counts from the beginning");
}

#[test]
fn a_failed_probe_doubles_the_pause_up_to_the_longest() {
    let mut now = Instant::now();
    let breaker = opened(now);
    let mut pauses = Vec::new();
    for _ in 0..8 {
        now += breaker.enter(now).unwrap_err();
        end(&breaker, now, 1, fault(500));
        pauses.push(breaker.enter(now).unwrap_err().as_millis());
    }
    assert_eq!(pauses, [1000, 2000, 4000, 8000, 15_000, 15_000, 15_000, 15_000]);
}

#[test]
fn a_probe_that_is_given_up_lets_the_next_one_through() {
    let now = Instant::now() + FIRST_PAUSE;
    let breaker = opened(now - FIRST_PAUSE);
    drop(breaker.enter(now).unwrap());
    assert!(breaker.enter(now).is_ok());
}

#[test]
fn answers_in_between_keep_it_closed() {
    let now = Instant::now();
    let breaker = Breaker::default();
    let refused = || Err(CallError::NoSuchThing { call: call(1) });
    let limited = || Err(CallError::RateLimited { call: call(1), retry_after: None });
    for answer in [Ok(()), refused(), limited()] {
        for number in 1..i64::from(FAILURES) {
            end(&breaker, now, number, fault(503));
        }
        end(&breaker, now, 1, answer);
    }
    assert_eq!(breaker.desk_state(now), DeskState::Reachable);
}

#[test]
fn one_call_that_always_breaks_the_desk_does_not_open_it() {
    let now = Instant::now();
    let breaker = Breaker::default();
    for _ in 0..20 {
        end(&breaker, now, 7, fault(500));
        end(&breaker, now, 8, Err(CallError::UnknownValue { call: call(8) }));
    }
    assert_eq!(breaker.desk_state(now), DeskState::Reachable);
    for number in 1..i64::from(FAILURES) {
        end(&breaker, now, number, fault(500));
    }
    assert!(matches!(breaker.desk_state(now), DeskState::Down { .. }), "it breaks on everything");
}

#[test]
fn failures_of_calls_under_way_do_not_lengthen_the_pause() {
    let now = Instant::now();
    let breaker = Breaker::default();
    let under_way: Vec<_> = (0..20).map(|_| breaker.enter(now).unwrap()).collect();
    for leave in under_way {
        leave.ended(now, &call(1), &unreachable());
    }
    assert_eq!(breaker.is_open(now), Some(FIRST_PAUSE));
}
