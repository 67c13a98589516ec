//! Integration tests.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should stop where it is, helpers included"
)]

mod behaviour;
mod channels;
mod conformance;
mod deliveries;
mod faults;
mod history;
mod pages;
mod support;
mod versions;
mod widget;
