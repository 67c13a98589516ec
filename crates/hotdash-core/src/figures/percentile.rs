//! Exact percentiles.

/// The value below which this share (0…1) of the values lies, with linear interpolation between neighbours, as
/// PostgreSQL's `percentile_cont`. `None` of nothing.
///
/// ```
/// use hotdash_core::figures::percentile::percentile;
/// assert_eq!(percentile(&[10, 20, 30, 40], 0.5), Some(25.0));
/// assert_eq!(percentile(&[], 0.5), None);
/// ```
#[must_use]
pub fn percentile(values: &[i64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    of_sorted(&sorted, share)
}

/// The same of values that are sorted already.
#[must_use]
pub fn of_sorted(sorted: &[i64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    #[expect(clippy::cast_precision_loss, reason = "counts and seconds stay far below 2^53")]
    let (place, value) = (share.clamp(0.0, 1.0) * last as f64, |at: usize| sorted[at] as f64);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the last index"
    )]
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    let (low, high) = (value(below), value(above));
    #[expect(clippy::cast_precision_loss, reason = "an index")]
    let part = place - below as f64;
    Some(low + part * (high - low))
}

#[cfg(test)]
mod tests;
