//! What a full disk and a locked folder look like; and how spans read.

use super::*;
use std::collections::BTreeMap;

fn config() -> Config {
    let environment: BTreeMap<String, String> = [
        ("CHATWOOT_BASE_URL", "https://desk.example"),
        ("CHATWOOT_TOKEN", "t"),
        ("CHATWOOT_ACCOUNT_ID", "1"),
        ("DATABASE_URL", "sqlite:/srv/hotdash.sqlite"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    Config::from_sources(None, &environment).unwrap()
}

/// The texts are SQLite's, PostgreSQL's and the system's own.
#[test]
fn a_full_and_a_locked_database_are_told_apart() {
    for (text, code) in [
        ("database or disk is full", "database_full"),
        ("could not extend file: No space left on device", "database_full"),
        ("attempt to write a readonly database", "database_read_only"),
        ("cannot create /srv: Permission denied (os error 13)", "database_read_only"),
        ("cannot execute INSERT in a read-only transaction", "database_read_only"),
        ("unable to open database file", "database_closed"),
    ] {
        let check = broken(&config(), &StoreError::Unavailable(text.into()));
        assert_eq!(check.code, code, "{text}");
        assert!(check.mend.contains("/srv/hotdash.sqlite"), "{check:?}");
    }
}

#[test]
fn spans_are_read_without_counting() {
    let spans = [45, 90, 600, 1_200, -7_300, 260_000].map(span);
    assert_eq!(spans, ["45 s", "1 min 30 s", "10 min", "20 min", "2 h 1 min", "3 days"]);
}
