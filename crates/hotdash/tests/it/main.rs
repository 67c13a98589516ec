//! Integration tests.
#![expect(
    clippy::unwrap_used,
    reason = "clippy sees tests only in functions marked as one, not in their helpers"
)]

mod chatwoot;
mod model;
