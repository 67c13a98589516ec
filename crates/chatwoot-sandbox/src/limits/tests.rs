//! Counting calls.

use axum::http::HeaderMap;

use super::{Limits, META, PER_ADDRESS, WINDOW};
use crate::dialect::Version;

fn with_token(token: &'static str) -> HeaderMap {
    HeaderMap::from_iter([("api-access-token".parse().unwrap(), token.parse().unwrap())])
}

#[tokio::test(start_paused = true)]
async fn each_token_has_its_own_count_and_each_minute_a_new_one() {
    let mut limits = Limits::default();
    let path = "/api/v1/accounts/1/conversations/meta";
    let mut take = |token| limits.take(Version::NEWEST, None, path, &with_token(token));
    assert!((0..META).all(|_| take("a")));
    assert!(!take("a"), "the 31st is refused");
    assert!(take("b"), "another token is another count");
    tokio::time::advance(WINDOW).await;
    assert!(take("a"), "a new minute");
}

#[tokio::test]
async fn an_address_has_a_count_for_everything_but_health() {
    let mut limits = Limits::default();
    let (one, other) = (Some([192, 0, 2, 1].into()), Some([192, 0, 2, 2].into()));
    let mut take = |from, path| limits.take(Version::NEWEST, from, path, &HeaderMap::new());
    assert!((0..PER_ADDRESS).all(|_| take(one, "/api")));
    assert!(!take(one, "/api"));
    assert!(take(one, "/health"));
    assert!(take(other, "/api"));
}
