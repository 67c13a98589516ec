//! The shell around `hotdash-core`: doors, use-cases, ports.
//!
//! Floors, from the ground up (a floor uses lower floors only): `config`, `clock` · `store`, `chatwoot`, `chat_hook`,
//! `mail`, `model`, `knowledge` (ports, which never import each other) · `app`, `work` (use-cases) · `cli`, `web`, `worker` (doors).

pub mod app;
pub mod chat_hook;
pub mod chatwoot;
pub mod cli;
pub mod clock;
pub mod config;
pub mod knowledge;
pub mod mail;
pub mod model;
mod retry_after;
pub mod store;
pub mod web;
pub mod work;
pub mod worker;

pub use work::automate::apply_automations;
