//! A stand-in for Chatwoot 4.15.1: one account, in memory, over HTTP.
//!
//! It answers the REST, widget and public client interfaces as a recorded desk did, sends signed webhooks the
//! same way, and can be told to misbehave ([`Faults`]). It knows nothing of any program that talks to it.
//!
//! ```text
//! model ← desk ← act (verbs) ← render (JSON) ← api, widget, public_api (doors) ← sandbox (the handle)
//! ```

pub mod clock;
pub mod desk;
pub mod event;
pub mod model;
pub mod pages;
mod sandbox;
pub mod seed;

pub use clock::Clock;
pub use desk::Desk;
pub use sandbox::{Options, Sandbox, Server, UserOptions};
