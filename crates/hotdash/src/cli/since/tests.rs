//! How a time in the past is read.

use super::read_since;
use jiff::Timestamp;

fn since(text: &str) -> Result<String, String> {
    let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    read_since(text, now).map(|at| at.to_string()).map_err(|e| e.to_string())
}

#[test]
fn spans_and_days_are_understood() {
    assert_eq!(since("90d").unwrap(), "2026-08-24T12:00:00Z");
    assert_eq!(since("36h").unwrap(), "2026-11-21T00:00:00Z");
    assert_eq!(since("2 weeks").unwrap(), "2026-11-08T12:00:00Z");
    assert_eq!(since("2026-08-01").unwrap(), "2026-08-01T00:00:00Z");
}

#[test]
fn anything_else_is_refused_with_examples() {
    assert!(since("soon").unwrap_err().contains("90d"), "{:?}", since("soon"));
    assert!(since("2027-01-01").unwrap_err().contains("not in the past"));
    assert!(since("0d").unwrap_err().contains("not in the past"));
}
