//! Figures: reports made of facts, and nothing else.
//!
//! [`desk`] answers what Chatwoot's own reports answer, with its definitions and its oddities, so that both can be put
//! side by side. [`product`] has our figures by any slice, each with the conversations behind it, computed over
//! [`columns`]; [`report`] puts all of them together, with what is [`usual`]. [`CATALOGUE`] tells once what each figure
//! means, and [`definition`] lists every number by its id; `docs/figures.md` is checked against both.

mod catalogue;
pub mod check;
pub mod columns;
pub mod definition;
pub mod desk;
pub mod measured;
pub mod percentile;
pub mod product;
pub mod report;
pub mod usual;

pub use catalogue::{CATALOGUE, Entry};
