//! Which rules can match at all: a rule that needs a keyword is only looked at where that keyword occurs.

use super::Rule;
use super::condition::{Condition, Operator};
use super::keywords::{BitSet, Found};
use crate::analysis::words::Rows;

/// From keyword conditions to rules.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    /// Rules that need no keyword.
    open: BitSet,
    /// For each keyword condition the rules that cannot match unless it, or another one they are listed for, is met.
    by_condition: Rows<u32>,
}

impl Index {
    pub(crate) fn build(rules: &[Rule], conditions: usize) -> Self {
        let mut open = BitSet::of_size(rules.len());
        let mut by_condition = vec![Vec::new(); conditions];
        for (number, rule) in (0..).zip(rules).filter(|(_, rule)| rule.enabled) {
            match needs(&rule.when, true) {
                None => {
                    open.insert(number);
                }
                Some(conditions) => {
                    for condition in conditions {
                        if let Some(rules) = by_condition.get_mut(condition as usize) {
                            rules.push(number);
                        }
                    }
                }
            }
        }
        Self { open, by_condition: by_condition.into_iter().collect() }
    }

    /// The numbers of the rules worth looking at.
    pub(crate) fn candidates(&self, found: &Found) -> BitSet {
        let mut candidates = self.open.clone();
        for condition in &found.met {
            for rule in self.by_condition.get(*condition as usize) {
                candidates.insert(*rule);
            }
        }
        candidates
    }
}

/// Keyword conditions of which one must be met for this condition to come out as wanted; `None` if it can without.
fn needs(condition: &Condition, wanted: bool) -> Option<Vec<u32>> {
    match condition {
        Condition::Always if wanted => None,
        // Never comes out so: whatever is asked for, nothing is missed.
        Condition::Always => Some(Vec::new()),
        Condition::Test(test) => match test.operator {
            Operator::Keyword(keyword) if test.negated != wanted => Some(vec![keyword]),
            _ => None,
        },
        Condition::All(parts) if wanted => least(parts, true),
        Condition::All(parts) => every(parts, false),
        Condition::Any(parts) if wanted => every(parts, true),
        Condition::Any(parts) => least(parts, false),
        Condition::None(parts) if wanted => least(parts, false),
        Condition::None(parts) => every(parts, true),
    }
}

/// All parts must come out so: the part that asks for the fewest keywords is enough.
fn least(parts: &[Condition], wanted: bool) -> Option<Vec<u32>> {
    parts.iter().filter_map(|part| needs(part, wanted)).min_by_key(Vec::len)
}

/// One part is enough: each must ask for some keyword.
fn every(parts: &[Condition], wanted: bool) -> Option<Vec<u32>> {
    let mut all = Vec::new();
    for part in parts {
        all.extend(needs(part, wanted)?);
    }
    Some(all)
}
