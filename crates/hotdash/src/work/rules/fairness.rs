//! How fairly conversations were shared, from the decisions that are kept.

use crate::clock::first_id_at;
use crate::store::{Store, StoreError};
pub use hotdash_core::fairness::Fairness;
use hotdash_core::fairness::fairness;
use hotdash_core::ids::DeskId;
use hotdash_core::routing::Assignment;
use serde::Deserialize;

const PAGE: i64 = 2_000;

/// Of a decision only the choice.
#[derive(Deserialize)]
struct Made {
    assignment: Option<Assignment>,
}

/// Every choice since an instant that gave a conversation to somebody who got it. Where the desk itself, or a person, was
/// faster, nobody was given anything.
pub async fn since(store: &Store, desk: DeskId, since_ms: i64) -> Result<Fairness, StoreError> {
    let mut choices: Vec<Assignment> = Vec::new();
    let mut behind = first_id_at(since_ms);
    loop {
        let page = store.choices::<Made>(desk, &behind, PAGE).await?;
        let Some((last, _)) = page.last() else { return Ok(fairness(&choices)) };
        behind.clone_from(last);
        choices.extend(page.into_iter().filter_map(|(_, made)| made.assignment));
    }
}
