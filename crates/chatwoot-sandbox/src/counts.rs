//! What the desk was asked and what it sent, counted since it began: for whoever measures a program against it.

/// The counts so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// REST calls that were let in.
    pub calls: u64,
    /// Requests that were answered 429.
    pub rate_limited: u64,
    /// Requests that met an outage.
    pub turned_away: u64,
    /// Writing calls that were carried out, and their answer cut off.
    pub answers_lost: u64,
    /// Deliveries that there was a reason for; a doubled one counts once.
    pub deliveries: u64,
    /// Of them, those that were never sent.
    pub dropped: u64,
    /// Requests with a delivery, doubles and repetitions included.
    pub posted: u64,
    /// Of them, those that were answered 2xx.
    pub accepted: u64,
}
