//! Both forms of the header.

use super::*;

fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.clone(), http::HeaderValue::from_static(value))).collect()
}

#[test]
fn seconds_are_taken_as_they_are() {
    assert_eq!(retry_after(&headers(&[(RETRY_AFTER, "7")])), Some(Duration::from_secs(7)));
}

#[test]
fn a_date_counts_from_the_answers_own_date() {
    let dated = [(RETRY_AFTER, "Wed, 21 Oct 2026 07:28:30 GMT"), (DATE, "Wed, 21 Oct 2026 07:28:00 GMT")];
    assert_eq!(retry_after(&headers(&dated)), Some(Duration::from_secs(30)));
}

#[test]
fn what_cannot_be_read_or_lies_in_the_past_asks_for_nothing() {
    let past = [(RETRY_AFTER, "Wed, 21 Oct 2026 07:27:00 GMT"), (DATE, "Wed, 21 Oct 2026 07:28:00 GMT")];
    assert_eq!(retry_after(&headers(&past)), None);
    assert_eq!(retry_after(&headers(&[(RETRY_AFTER, "soon")])), None);
    assert_eq!(retry_after(&headers(&[(RETRY_AFTER, "-3")])), None);
    assert_eq!(retry_after(&headers(&[])), None);
}

#[test]
fn a_minute_ends_by_the_answers_own_clock() {
    let at = |date| rest_of_the_minute(&headers(&[(DATE, date)]));
    assert_eq!(at("Wed, 21 Oct 2026 07:28:40 GMT"), Some(Duration::from_secs(20)));
    assert_eq!(at("Wed, 21 Oct 2026 07:28:00 GMT"), Some(Duration::from_secs(60)));
    assert_eq!(rest_of_the_minute(&headers(&[])), None);
}
