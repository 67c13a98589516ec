//! Learning labels from messages that people labelled, and measuring how well anything labels.
//!
//! Pure like all of the core: rows in, a [`Model`] out; whoever calls reads and writes files.

pub mod features;
mod honest;
mod linear;
mod measure;
mod model;
mod task;

pub use honest::train;
pub use linear::{Guess, Linear};
pub use measure::{Bin, Calibration, Judged, Measured, PerClass, measure};
#[cfg(test)]
pub(crate) use model::digest;
pub use model::{LearnProblem, Learned, Model, learn};
pub use task::{LabelProblem, Row, Task, check_rows, examine};
