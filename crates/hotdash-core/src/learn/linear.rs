//! A linear classifier: one weight for each hint and label, learned by gradient steps, with confidences that were made
//! honest on examples it had not learned from.
//!
//! The libraries of the field (linfa, smartcore) keep a row of numbers for every possible hint of every message, which is
//! gigabytes where hints are pieces of words; the bindings that take sparse rows are not kept up. The method itself is
//! textbook: softmax regression with AdaGrad steps, weights held back (ridge) and averaged over the later rounds.

use super::features::{Feature, Features};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Steps through all examples.
const EPOCHS: u16 = 14;
const RATE: f32 = 0.6;
/// How strongly weights are held back: words of few examples are easily believed too much.
const RIDGE: f32 = 0.5;
/// An example that is this surely right teaches nothing more.
const KNOWN: f32 = 0.004;
/// Hints whose weights never exceed this are left out of the model.
const NEGLIGIBLE: f32 = 0.03;
/// Hints are looked up by the bits of their hash above this one.
const BUCKET: u32 = 19;
/// Weights are kept as 16-bit numbers of this step.
const STEP: f32 = 1.0 / 1024.0;

/// What was learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Kept", into = "Kept")]
pub struct Linear {
    pub labels: Vec<String>,
    /// Hashes of the hints, ascending.
    hints: Vec<u32>,
    /// Where the hints begin whose first bits are 0, 1, 2, …: most hints of a text are unknown, and that is told quickly.
    starts: Vec<u32>,
    /// For each hint one weight per label.
    weights: Vec<i16>,
    /// Of each label, without any hint.
    bias: Vec<f32>,
    pub(super) honesty: Honesty,
}

/// What turns the raw scores into probabilities, and what is added before the best label is chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Honesty {
    /// Scores are multiplied by it.
    pub(super) scale: f32,
    /// Per label, added to the scaled scores.
    pub(super) shift: Vec<f32>,
    /// Per label, added to the logarithm of its probability when labels are compared: rare labels count as much.
    pub(super) favour: Vec<f32>,
}

/// How it stands in a file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    labels: Vec<String>,
    bias: Vec<f32>,
    honesty: Honesty,
    /// Hexadecimal, eight digits each.
    hints: String,
    /// Hexadecimal, four digits each.
    weights: String,
}

impl From<Linear> for Kept {
    fn from(linear: Linear) -> Self {
        let hints: Vec<u8> = linear.hints.iter().flat_map(|hint| hint.to_be_bytes()).collect();
        let weights: Vec<u8> = linear.weights.iter().flat_map(|weight| weight.to_be_bytes()).collect();
        Self {
            labels: linear.labels,
            bias: linear.bias,
            honesty: linear.honesty,
            hints: hex::encode(hints),
            weights: hex::encode(weights),
        }
    }
}

impl TryFrom<Kept> for Linear {
    type Error = String;

    fn try_from(kept: Kept) -> Result<Self, String> {
        let bytes = |what: &str, text: &str| hex::decode(text).map_err(|e| format!("{what}: {e}"));
        let hints = bytes("hints", &kept.hints)?;
        let hints: Vec<u32> = hints.as_chunks().0.iter().map(|four| u32::from_be_bytes(*four)).collect();
        let weights = bytes("weights", &kept.weights)?;
        let weights: Vec<i16> = weights.as_chunks().0.iter().map(|two| i16::from_be_bytes(*two)).collect();
        let labels = kept.labels.len();
        let per_label = [kept.bias.len(), kept.honesty.shift.len(), kept.honesty.favour.len()];
        if labels < 2 || per_label.iter().any(|n| *n != labels) || weights.len() != hints.len() * labels {
            return Err("the model's parts do not fit together".to_owned());
        }
        if !hints.is_sorted() {
            return Err("the model's hints are not in order".to_owned());
        }
        let (bias, honesty) = (kept.bias, kept.honesty);
        let starts = starts(&hints);
        Ok(Self { labels: kept.labels, hints, starts, weights, bias, honesty })
    }
}

/// One label with its probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guess {
    pub label: usize,
    /// 0…1: of guesses with this confidence, such a share is right.
    pub confidence: f32,
}

impl Linear {
    /// The probability of each label; they add up to 1.
    #[must_use]
    pub fn probabilities(&self, features: &Features) -> Vec<f32> {
        self.honest(&self.scores(features))
    }

    /// The label to choose.
    #[must_use]
    pub fn guess(&self, features: &Features) -> Guess {
        self.choose(&self.probabilities(features))
    }

    pub(super) fn choose(&self, probabilities: &[f32]) -> Guess {
        let favoured =
            |label: usize| probabilities[label].max(f32::MIN_POSITIVE).ln() + self.honesty.favour[label];
        let label =
            (0..probabilities.len()).max_by(|a, b| favoured(*a).total_cmp(&favoured(*b))).unwrap_or(0);
        Guess { label, confidence: probabilities[label] }
    }

    pub(super) fn honest(&self, scores: &[f32]) -> Vec<f32> {
        softmax(scores.iter().zip(&self.honesty.shift).map(|(s, shift)| s * self.honesty.scale + shift))
    }

    pub(super) fn scores(&self, features: &Features) -> Vec<f32> {
        let mut scores = self.bias.clone();
        for feature in &features.items {
            if let Some(weights) = self.weights_of(feature) {
                for (score, weight) in scores.iter_mut().zip(weights) {
                    *score += f32::from(*weight) * STEP * feature.value;
                }
            }
        }
        scores
    }

    fn weights_of(&self, feature: &Feature) -> Option<&[i16]> {
        let bucket = (feature.hash >> BUCKET) as usize;
        let (from, to) = (*self.starts.get(bucket)? as usize, *self.starts.get(bucket + 1)? as usize);
        let at = from + self.hints.get(from..to)?.binary_search(&feature.hash).ok()?;
        self.weights.get(at * self.labels.len()..(at + 1) * self.labels.len())
    }

    /// The words that spoke most for a label, strongest first; at most `count`.
    #[must_use]
    pub fn reasons(&self, features: &Features, label: usize, count: usize) -> Vec<String> {
        let mut spoke: Vec<(f32, &Feature)> = features
            .items
            .iter()
            .filter(|feature| feature.words.is_some())
            .filter_map(|feature| {
                let weights = self.weights_of(feature)?;
                let mean = weights.iter().map(|w| f32::from(*w)).sum::<f32>()
                    / f32::from(u16::try_from(weights.len()).ok()?);
                Some((f32::from(*weights.get(label)?) - mean, feature))
            })
            .filter(|(weight, _)| *weight * STEP > 0.3)
            .collect();
        spoke.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut words: Vec<String> = Vec::new();
        for (_, feature) in spoke {
            let Some(quote) = features.quote(feature) else { continue };
            if words.len() < count && !words.iter().any(|word| word.contains(&quote) || quote.contains(word))
            {
                words.push(quote);
            }
        }
        words
    }

    /// Learn from examples (hints, number of the label).
    #[must_use]
    pub fn train(labels: &[String], examples: &[(&Features, usize)]) -> Self {
        let hints = common_hints(examples);
        let count = labels.len();
        let rows: Vec<Vec<(u32, f32)>> =
            examples.iter().map(|(features, _)| rows(features, &hints)).collect();
        let mut weights = vec![0.0_f32; hints.len() * count];
        let mut pushed = vec![0.05_f32; hints.len()];
        let mut bias = vec![0.0_f32; count];
        let importance = importance(examples, count);
        let shrink = shrink(&rows, hints.len());
        let mut mean = vec![0.0_f32; weights.len()];
        let mut order: Vec<usize> = (0..examples.len()).collect();
        let mut dice = 0x2545_f491_4f6c_dd1d_u64;
        for epoch in 0..EPOCHS {
            shuffle(&mut order, &mut dice);
            let done = f32::from(epoch) / f32::from(EPOCHS);
            let rate = RATE * (1.0 - 0.8 * done);
            for at in &order {
                let label = examples[*at].1;
                let mut scores = bias.clone();
                for (row, value) in &rows[*at] {
                    let row = *row as usize * count;
                    for (score, weight) in scores.iter_mut().zip(&weights[row..row + count]) {
                        *score += weight * value;
                    }
                }
                let mut wrong = softmax(scores.into_iter());
                wrong[label] -= 1.0;
                if -wrong[label] < KNOWN {
                    continue;
                }
                wrong.iter_mut().for_each(|w| *w *= importance[label]);
                let size: f32 = wrong.iter().map(|w| w * w).sum();
                for (row, value) in &rows[*at] {
                    let row = *row as usize;
                    pushed[row] += size * value * value;
                    let step = rate / pushed[row].sqrt();
                    for (weight, wrong) in weights[row * count..(row + 1) * count].iter_mut().zip(&wrong) {
                        *weight -= (step * (value * wrong + shrink[row] * *weight)).clamp(-1.0, 1.0);
                    }
                }
                for (bias, wrong) in bias.iter_mut().zip(&wrong) {
                    *bias -= 0.02 * rate * wrong;
                }
            }
            // The mean of the later rounds wavers less than the last one.
            if done >= 0.5 {
                let share = 2.0 / f32::from(EPOCHS);
                mean.iter_mut().zip(&weights).for_each(|(mean, weight)| *mean += weight * share);
            }
        }
        Self::pruned(labels, &hints, &mean, bias)
    }

    fn pruned(labels: &[String], hints: &[u32], weights: &[f32], bias: Vec<f32>) -> Self {
        let count = labels.len();
        let mut kept = Self {
            labels: labels.to_vec(),
            hints: Vec::new(),
            starts: Vec::new(),
            weights: Vec::new(),
            bias,
            honesty: Honesty { scale: 1.0, shift: vec![0.0; count], favour: vec![0.0; count] },
        };
        for (hint, weights) in hints.iter().zip(weights.chunks_exact(count)) {
            if weights.iter().any(|weight| weight.abs() >= NEGLIGIBLE) {
                kept.hints.push(*hint);
                #[expect(clippy::cast_possible_truncation, reason = "clamped to what 16 bits hold")]
                let short = |weight: &f32| (weight / STEP).round().clamp(-32_767.0, 32_767.0) as i16;
                kept.weights.extend(weights.iter().map(short));
            }
        }
        kept.starts = starts(&kept.hints);
        kept
    }
}

fn starts(hints: &[u32]) -> Vec<u32> {
    let buckets = 1 << (u32::BITS - BUCKET);
    (0..=buckets)
        .map(|bucket: u64| hints.partition_point(|hint| u64::from(*hint) >> BUCKET < bucket))
        .map(|at| u32::try_from(at).unwrap_or(u32::MAX))
        .collect()
}

/// The hints that more than one example has, or that are words; a piece seen once explains nothing.
fn common_hints(examples: &[(&Features, usize)]) -> Vec<u32> {
    let mut seen: HashMap<u32, (u32, bool)> = HashMap::new();
    for (features, _) in examples {
        let mut own: Vec<(u32, bool)> = features.items.iter().map(|f| (f.hash, f.words.is_some())).collect();
        own.sort_unstable();
        own.dedup_by_key(|(hash, _)| *hash);
        for (hash, is_word) in own {
            let entry = seen.entry(hash).or_default();
            entry.0 += 1;
            entry.1 |= is_word;
        }
    }
    let few = if examples.len() < 4000 { 2 } else { 3 };
    let mut hints: Vec<u32> = seen
        .into_iter()
        .filter(|(_, (count, is_word))| *count >= few || (*is_word && *count >= 2))
        .map(|(hash, _)| hash)
        .collect();
    hints.sort_unstable();
    hints
}

fn rows(features: &Features, hints: &[u32]) -> Vec<(u32, f32)> {
    let row = |f: &Feature| Some((u32::try_from(hints.binary_search(&f.hash).ok()?).ok()?, f.value));
    features.items.iter().filter_map(row).collect()
}

/// What a weight loses each time its hint is met, so that in one round through the examples every weight loses the same.
fn shrink(rows: &[Vec<(u32, f32)>], hints: usize) -> Vec<f32> {
    let mut met = vec![0.0_f32; hints];
    rows.iter().flatten().for_each(|(row, _)| met[*row as usize] += 1.0);
    met.iter().map(|n| RIDGE / n.max(1.0)).collect()
}

/// Rare labels count for more, though not so much that each label weighs the same.
#[expect(clippy::cast_precision_loss, reason = "numbers of examples")]
fn importance(examples: &[(&Features, usize)], labels: usize) -> Vec<f32> {
    let mut counts = vec![0_usize; labels];
    examples.iter().for_each(|(_, label)| counts[*label] += 1);
    let fair = examples.len() as f32 / labels as f32;
    counts.iter().map(|n| (fair / (*n).max(1) as f32).sqrt().clamp(0.4, 2.5)).collect()
}

pub(super) fn softmax(scores: impl Iterator<Item = f32>) -> Vec<f32> {
    let scores: Vec<f32> = scores.collect();
    let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let parts: Vec<f32> = scores.iter().map(|score| (score - top).exp()).collect();
    let sum: f32 = parts.iter().sum();
    parts.iter().map(|part| part / sum).collect()
}

/// The same order on every machine: what is learned must not depend on luck.
pub(super) fn shuffle(order: &mut [usize], dice: &mut u64) {
    for last in (1..order.len()).rev() {
        *dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let other = usize::try_from((*dice >> 33) % (last as u64 + 1)).unwrap_or(0);
        order.swap(last, other);
    }
}
