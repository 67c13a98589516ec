//! Counting calls.

use std::time::{Duration, Instant};

use axum::http::HeaderMap;

use super::{Limits, META, PER_ADDRESS, WINDOW};
use crate::dialect::Version;

fn with_token(token: &'static str) -> HeaderMap {
    HeaderMap::from_iter([("api-access-token".parse().unwrap(), token.parse().unwrap())])
}

#[test]
fn each_token_has_its_own_count_and_each_minute_a_new_one() {
    let mut limits = Limits::default();
    let path = "/api/v1/accounts/1/conversations/meta";
    let began = Instant::now();
    let mut take = |token, later| limits.take(began + later, Version::NEWEST, None, path, &with_token(token));
    assert!((0..META).all(|_| take("a", Duration::ZERO)));
    assert!(!take("a", Duration::ZERO), "the 31st is refused");
    assert!(take("b", Duration::ZERO), "another token is another count");
    assert!(take("a", WINDOW), "a new minute");
}

#[test]
fn an_address_has_a_count_for_everything_but_health() {
    let mut limits = Limits::default();
    let (one, other) = (Some([192, 0, 2, 1].into()), Some([192, 0, 2, 2].into()));
    let mut take = |from, path| limits.take(Instant::now(), Version::NEWEST, from, path, &HeaderMap::new());
    assert!((0..PER_ADDRESS).all(|_| take(one, "/api")));
    assert!(!take(one, "/api"));
    assert!(take(one, "/health"));
    assert!(take(other, "/api"));
}
