//! The shell around hotdash-core.

pub mod chatwoot;
pub mod knowledge;
pub mod model;
mod retry_after;
