//! Groups of texts that use the same words.

use super::LEAST_CONVERSATIONS;
use super::text::Text;
use std::collections::BTreeMap;

/// Less like its topic than this (cosine), and a text belongs to none.
pub(super) const LEAST_LIKENESS: f64 = 0.18;

/// Two groups whose middles are this much alike are one.
const ONE_TOPIC: f64 = 0.5;

/// Words in more than this share of the texts say nothing of a topic.
const MOST_COMMON: f64 = 0.5;

/// The texts of a word must be so many times as alike, that word aside, as any texts are.
const MORE_THAN_ANYWHERE: f64 = 1.25;

const ROUNDS: usize = 30;

/// One group.
#[derive(Debug, Clone)]
pub(super) struct Cluster {
    /// Heaviest first.
    pub(super) words: Vec<(String, f64)>,
    /// Places of texts.
    pub(super) members: Vec<usize>,
    /// Up to five, nearest to the middle first.
    pub(super) nearest: Vec<usize>,
}

/// Stem → how much it says: the logarithm of how rare it is. Words of one or two texts, and of too many, say nothing.
pub(super) fn rarity(texts: &[&Text]) -> BTreeMap<String, f64> {
    let mut in_texts: BTreeMap<&str, usize> = BTreeMap::new();
    for text in texts {
        for stem in text.stems.keys() {
            *in_texts.entry(stem).or_default() += 1;
        }
    }
    let n = texts.len() as f64;
    let most = (MOST_COMMON * n).max(LEAST_CONVERSATIONS as f64 * 3.0);
    in_texts
        .into_iter()
        .filter(|(_, count)| *count >= 3 && *count as f64 <= most)
        .map(|(stem, count)| (stem.to_owned(), (1.0 + n / count as f64).ln()))
        .collect()
}

/// The stems of a text with weights whose squares sum to 1; empty when it has no word that says anything.
pub(super) fn vector<'a>(text: &'a Text, rarity: impl Fn(&str) -> f64) -> Vec<(&'a str, f64)> {
    let mut weights: Vec<(&str, f64)> = text
        .stems
        .iter()
        .map(|(stem, (_, times))| (stem.as_str(), rarity(stem) * (1.0 + f64::from(*times).ln())))
        .filter(|(_, weight)| *weight > 0.0)
        .collect();
    let length = weights.iter().map(|(_, w)| w * w).sum::<f64>().sqrt();
    weights.iter_mut().for_each(|(_, weight)| *weight /= length);
    weights
}

/// A text as (number of the stem, weight).
type Sparse = Vec<(usize, f64)>;

pub(super) fn find(texts: &[&Text], rarity: &BTreeMap<String, f64>, most: usize) -> Vec<Cluster> {
    let stems: Vec<&str> = rarity.keys().map(String::as_str).collect();
    let numbers: BTreeMap<&str, usize> = stems.iter().enumerate().map(|(at, stem)| (*stem, at)).collect();
    let vectors: Vec<Sparse> = texts
        .iter()
        .map(|text| {
            let weights = vector(text, |stem| rarity.get(stem).copied().unwrap_or(0.0));
            weights.into_iter().map(|(stem, weight)| (numbers[stem], weight)).collect()
        })
        .collect();
    let mut middles = seeds(&vectors, stems.len(), most);
    let mut owners = vec![None; vectors.len()];
    for _ in 0..ROUNDS {
        let next: Vec<Option<usize>> = vectors.iter().map(|text| nearest(text, &middles)).collect();
        let is_settled = next == owners;
        owners = next;
        if is_settled {
            break;
        }
        middles = (0..middles.len()).filter_map(|at| middle(&vectors, &owners, at, stems.len())).collect();
        join(&mut middles);
    }
    (0..middles.len())
        .filter_map(|at| describe(at, &middles[at], &vectors, &owners, &stems))
        .filter(|cluster| cluster.members.len() >= LEAST_CONVERSATIONS)
        .collect()
}

/// Middles to begin with: for each frequent word the middle of the texts that use it. First the word whose texts are many
/// and share other words too; then each next one that is unlike those taken. "Keep" and "like" are frequent, but in any
/// company, so they begin nothing.
fn seeds(vectors: &[Sparse], stems: usize, most: usize) -> Vec<Vec<f64>> {
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); stems];
    for (at, text) in vectors.iter().enumerate() {
        for (stem, _) in text {
            users[*stem].push(at);
        }
    }
    let anywhere = company(&vectors.iter().collect::<Vec<_>>(), None, stems);
    let mut candidates: Vec<(f64, usize, Vec<f64>)> = users
        .iter()
        .enumerate()
        .filter(|(_, texts)| texts.len() >= LEAST_CONVERSATIONS)
        .filter_map(|(stem, texts)| {
            let texts: Vec<&Sparse> = texts.iter().map(|at| &vectors[*at]).collect();
            let company = company(&texts, Some(stem), stems) - MORE_THAN_ANYWHERE * anywhere;
            let middle = unit(sum(texts.iter().copied(), stems))?;
            (company > 0.0).then(|| ((texts.len() as f64).sqrt() * company, stem, middle))
        })
        .collect();
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut taken: Vec<Vec<f64>> = Vec::new();
    for (_, _, middle) in candidates {
        if taken.len() >= most {
            break;
        }
        if taken.iter().all(|other| between(other, &middle) < ONE_TOPIC) {
            taken.push(middle);
        }
    }
    taken
}

/// How alike texts are (mean cosine of two of them), without counting one word.
fn company(texts: &[&Sparse], without: Option<usize>, stems: usize) -> f64 {
    let mut all = sum(texts.iter().copied(), stems);
    if let Some(stem) = without {
        all[stem] = 0.0;
    }
    let counted = texts.iter().copied().flatten().filter(|(stem, _)| Some(*stem) != without);
    let with_itself: f64 = counted.map(|(_, weight)| weight * weight).sum();
    let pairs = texts.len() as f64 * (texts.len() as f64 - 1.0);
    if pairs > 0.0 { (between(&all, &all) - with_itself) / pairs } else { 0.0 }
}

fn nearest(text: &Sparse, middles: &[Vec<f64>]) -> Option<usize> {
    middles
        .iter()
        .enumerate()
        .map(|(at, middle)| (dot(text, middle), at))
        .filter(|(likeness, _)| *likeness >= LEAST_LIKENESS)
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))
        .map(|(_, at)| at)
}

fn middle(vectors: &[Sparse], owners: &[Option<usize>], of: usize, stems: usize) -> Option<Vec<f64>> {
    let members = vectors.iter().zip(owners).filter(|(_, owner)| **owner == Some(of)).map(|(text, _)| text);
    unit(sum(members, stems))
}

/// Of two middles that became alike, the later one goes; its texts find the other in the next round.
fn join(middles: &mut Vec<Vec<f64>>) {
    let mut kept: Vec<Vec<f64>> = Vec::new();
    for middle in middles.drain(..) {
        if kept.iter().all(|other| between(other, &middle) < ONE_TOPIC) {
            kept.push(middle);
        }
    }
    *middles = kept;
}

fn describe(
    at: usize,
    middle: &[f64],
    vectors: &[Sparse],
    owners: &[Option<usize>],
    stems: &[&str],
) -> Option<Cluster> {
    let members: Vec<usize> = (0..vectors.len()).filter(|text| owners[*text] == Some(at)).collect();
    if members.is_empty() {
        return None;
    }
    let mut words: Vec<(String, f64)> = middle
        .iter()
        .enumerate()
        .filter(|(_, weight)| **weight > 0.0)
        .map(|(stem, weight)| (stems[stem].to_owned(), *weight))
        .collect();
    words.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let mut nearest = members.clone();
    nearest.sort_by(|a, b| dot(&vectors[*b], middle).total_cmp(&dot(&vectors[*a], middle)).then(a.cmp(b)));
    nearest.truncate(5);
    Some(Cluster { words, members, nearest })
}

fn sum<'a>(texts: impl Iterator<Item = &'a Sparse>, stems: usize) -> Vec<f64> {
    let mut sum = vec![0.0; stems];
    for (stem, weight) in texts.flatten() {
        sum[*stem] += weight;
    }
    sum
}

fn unit(mut middle: Vec<f64>) -> Option<Vec<f64>> {
    let length = between(&middle, &middle).sqrt();
    if length <= 0.0 {
        return None;
    }
    middle.iter_mut().for_each(|weight| *weight /= length);
    Some(middle)
}

fn dot(text: &Sparse, middle: &[f64]) -> f64 {
    text.iter().map(|(stem, weight)| weight * middle[*stem]).sum()
}

fn between(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}
