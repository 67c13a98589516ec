//! Small draws from the one seeded generator.

use rand::RngExt;
use rand::rngs::StdRng;

/// True in `percent` of a hundred throws.
pub(super) fn chance(rng: &mut StdRng, percent: u32) -> bool {
    rng.random_range(0..100) < percent
}

/// Any one of them; nothing when there is nothing.
pub(super) fn pick<'a, T>(rng: &mut StdRng, from: &'a [T]) -> Option<&'a T> {
    if from.is_empty() { None } else { from.get(rng.random_range(0..from.len())) }
}

/// One of them, the more often the heavier.
pub(super) fn weighted<T>(rng: &mut StdRng, from: impl IntoIterator<Item = (T, u32)>) -> Option<T> {
    let from: Vec<(T, u32)> = from.into_iter().collect();
    let total: u32 = from.iter().map(|(_, weight)| weight).sum();
    if total == 0 {
        return None;
    }
    let mut drawn = rng.random_range(0..total);
    for (item, weight) in from {
        if drawn < weight {
            return Some(item);
        }
        drawn -= weight;
    }
    None
}
