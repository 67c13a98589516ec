//! Figures: reports made of facts, and nothing else.
//!
//! [`desk`] answers what Chatwoot's own reports answer, with its definitions and its oddities, so that both can be put
//! side by side.

pub mod check;
pub mod desk;
pub mod percentile;
