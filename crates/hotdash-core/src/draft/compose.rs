//! The drafter that needs no model.

use super::{Composed, Request};

/// Write a reply from the passages alone.
#[must_use]
pub fn compose(_request: &Request<'_>) -> Composed {
    todo!()
}
