//! A stand-in for Chatwoot 4.15.1: one account, in memory, over HTTP.
//!
//! It answers the REST, widget and public client interfaces as a recorded desk did, takes mails and text messages,
//! sends webhooks the same way, can pass for an older [`Version`], and can be told to misbehave ([`Faults`]). It
//! knows nothing of any program that talks to it.
//!
//! ```text
//! model ← desk ← act (verbs) ← render (JSON) ← api, widget, public_api, mail, sms (doors) ← sandbox (the handle)
//! ```

pub mod act;
mod admin;
mod api;
mod channel_text;
pub mod clock;
mod columns;
mod connection;
mod counts;
mod deliver;
pub mod desk;
mod dialect;
mod emit;
pub mod event;
mod faults;
mod hands;
pub mod history;
mod json;
mod limits;
mod liquid_text;
mod mail;
pub mod model;
pub mod pages;
mod public_api;
pub mod refusal;
mod render;
mod sandbox;
pub mod seed;
pub mod sign;
mod sms;
mod widget;

pub use clock::Clock;
pub use counts::Counts;
pub use desk::Desk;
pub use dialect::{UnknownVersion, Version};
pub use faults::{Faults, Outage, WebhookFaults};
pub use hands::Customer;
pub use refusal::Refusal;
pub use sandbox::{Options, Sandbox, Server, UserOptions};
