//! Lengths put into groups, and what is told of each group.

use crate::figures::product::totals::{Spread, Times};

/// Lengths that are being collected.
pub(super) struct Lengths<T> {
    found: Vec<(u32, T)>,
    /// How many each group has.
    told: Vec<usize>,
    /// How many each group has whose length nobody told.
    pub(super) untold: Vec<usize>,
}

impl<T: Copy + Default + Ord + Into<i64>> Lengths<T> {
    /// Room for about so many lengths of so many groups.
    pub(super) fn of(groups: usize, about: usize) -> Self {
        Self { found: Vec::with_capacity(about), told: vec![0; groups], untold: vec![0; groups] }
    }

    pub(super) fn push(&mut self, group: usize, length: T) {
        self.told[group] += 1;
        self.found.push((u32::try_from(group).unwrap_or(u32::MAX), length));
    }

    /// By group.
    pub(super) fn times(self) -> Vec<Times> {
        let mut before = 0;
        let begin = |told: &usize| {
            before += told;
            before - told
        };
        let mut places: Vec<usize> = self.told.iter().map(begin).collect();
        let mut grouped = vec![T::default(); self.found.len()];
        for (group, length) in self.found {
            let place = &mut places[group as usize];
            grouped[*place] = length;
            *place += 1;
        }
        let mut rest = grouped.as_mut_slice();
        let groups = self.told.into_iter().zip(self.untold);
        let times = groups.map(|(told, untold)| {
            let (own, others) = std::mem::take(&mut rest).split_at_mut(told);
            rest = others;
            Times { untold, spread: Spread::of(own) }
        });
        times.collect()
    }
}
