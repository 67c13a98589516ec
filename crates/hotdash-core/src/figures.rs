//! Figures: reports made of facts, and nothing else.
//!
//! [`desk`] answers what Chatwoot's own reports answer, with its definitions and its oddities, so that both can be put
//! side by side. [`product`] has our figures by any slice, each with the conversations behind it. [`CATALOGUE`] lists
//! every figure once; `docs/figures.md` is checked against it.

mod catalogue;
pub mod check;
pub mod desk;
pub mod percentile;
pub mod product;

pub use catalogue::{CATALOGUE, Entry};
