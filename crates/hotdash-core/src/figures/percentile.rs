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
    let place = Place::of(share, sorted.len().checked_sub(1)?);
    Some(place.between(sorted[place.below], sorted[place.above]))
}

/// The same of values in any order, for shares that ascend. Cheaper than sorting; the values are moved about.
#[must_use]
pub fn of_unsorted<T, const N: usize>(values: &mut [T], shares: [f64; N]) -> Option<[f64; N]>
where
    T: Copy + Ord + Into<i64>,
{
    let last = values.len().checked_sub(1)?;
    // Of what lies before, only the places asked for have their values; they are not asked for again but by name.
    let mut done = 0;
    let mut at = |place: usize| {
        if place >= done {
            values[done..].select_nth_unstable(place - done);
            done = place + 1;
        }
        values[place].into()
    };
    Some(shares.map(|share| {
        let place = Place::of(share, last);
        let (low, high) = (at(place.below), at(place.above));
        place.between(low, high)
    }))
}

/// Where a share lies.
struct Place {
    below: usize,
    above: usize,
    part: f64,
}

impl Place {
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    fn of(share: f64, last: usize) -> Self {
        let place = share.clamp(0.0, 1.0) * last as f64;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and the last index"
        )]
        let below = place.floor() as usize;
        Self { below, above: (below + 1).min(last), part: place - below as f64 }
    }

    #[expect(clippy::cast_precision_loss, reason = "seconds stay far below 2^53")]
    fn between(&self, low: i64, high: i64) -> f64 {
        low as f64 + self.part * (high as f64 - low as f64)
    }
}

#[cfg(test)]
mod tests;
