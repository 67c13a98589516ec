//! What rules would have changed: the past is read, the core compares.

use hotdash_core::backtest::{Model, Past, Report, Sides, backtest};
use hotdash_core::rulebook::Rulebook;
use std::sync::Arc;
use std::thread::available_parallelism;

/// Seconds that one first answer is thought to take a person, where nobody says better.
pub const HANDLING_S: i64 = 600;

/// Compare what came of the past with what these rules make of it. Works on every core, aside of whatever else is served.
pub async fn run(
    past: Arc<Vec<Past>>,
    before: Option<Arc<Rulebook>>,
    after: Arc<Rulebook>,
    model: Model,
) -> Result<Report, tokio::task::JoinError> {
    let threads = available_parallelism().map_or(1, usize::from);
    let working = tokio::task::spawn_blocking(move || {
        backtest(&past, Sides { before: before.as_deref(), after: &after }, &model, threads)
    });
    working.await
}
