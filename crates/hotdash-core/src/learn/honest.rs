//! Making confidences honest: on examples a model did not learn from, its scores are scaled until a confidence of 0.8 is
//! right eight times in ten, and labels are favoured until rare ones are found as well as common ones.

use super::features::Features;
use super::linear::{Honesty, Linear, shuffle, softmax};

/// Parts the examples are cut into; each is judged by a model of the others.
const FOLDS: usize = 5;
/// With this many examples one part is enough to judge by, and five trainings would be slow.
const PLENTY: usize = 4000;

/// Train on all examples, with honest confidences.
#[must_use]
pub fn train(labels: &[String], examples: &[(&Features, usize)]) -> Linear {
    let mut linear = Linear::train(labels, examples);
    let judged = out_of_fold(labels, examples);
    linear.honesty = honesty(labels.len(), &judged);
    linear
}

/// (raw scores, true label) of examples as judged by models that had not seen them.
fn out_of_fold(labels: &[String], examples: &[(&Features, usize)]) -> Vec<(Vec<f32>, usize)> {
    let mut order: Vec<usize> = (0..examples.len()).collect();
    shuffle(&mut order, &mut 0x9e37_79b9_7f4a_7c15);
    let folds = if examples.len() >= PLENTY { 1 } else { FOLDS };
    let mut judged = Vec::new();
    for fold in 0..folds {
        let pick = |own: bool| {
            order
                .iter()
                .enumerate()
                .filter(move |(at, _)| (at % FOLDS == fold) == own)
                .map(|(_, e)| examples[*e])
        };
        let others: Vec<(&Features, usize)> = pick(false).collect();
        let model = Linear::train(labels, &others);
        judged.extend(pick(true).map(|(features, label)| (model.scores(features), label)));
    }
    judged
}

fn honesty(labels: usize, judged: &[(Vec<f32>, usize)]) -> Honesty {
    let mut honesty = Honesty { scale: 1.0, shift: vec![0.0; labels], favour: vec![0.0; labels] };
    if judged.is_empty() {
        return honesty;
    }
    fit(&mut honesty, judged);
    let logs: Vec<(Vec<f32>, usize)> = judged
        .iter()
        .map(|(scores, truth)| {
            let scaled = scores.iter().zip(&honesty.shift).map(|(s, shift)| s * honesty.scale + shift);
            (softmax(scaled).iter().map(|p| p.max(f32::MIN_POSITIVE).ln()).collect(), *truth)
        })
        .collect();
    // Many labels with few examples each: favouring one would be chance.
    if labels <= 6 {
        favour(&mut honesty.favour, &logs);
    }
    honesty
}

/// Scale and shifts that make what was true most probable: plain gradient steps on so few numbers.
#[expect(clippy::cast_precision_loss, reason = "a number of examples")]
fn fit(honesty: &mut Honesty, judged: &[(Vec<f32>, usize)]) {
    let all = judged.len() as f32;
    for _ in 0..300 {
        let mut scale = 0.0;
        let mut shift = vec![0.0; honesty.shift.len()];
        for (scores, truth) in judged {
            let scaled = scores.iter().zip(&honesty.shift).map(|(s, shift)| s * honesty.scale + shift);
            for (label, p) in softmax(scaled).into_iter().enumerate() {
                let wrong = p - if label == *truth { 1.0 } else { 0.0 };
                scale += wrong * scores[label];
                shift[label] += wrong;
            }
        }
        honesty.scale = (honesty.scale - 0.2 * scale / all).clamp(0.05, 5.0);
        for (own, step) in honesty.shift.iter_mut().zip(&shift) {
            *own -= 0.5 * step / all;
        }
    }
}

/// Label by label, the favour with the best macro-F1.
fn favour(favour: &mut [f32], logs: &[(Vec<f32>, usize)]) {
    for _ in 0..2 {
        for label in 0..favour.len() {
            let mut best = (macro_f1(favour, logs), favour[label]);
            for step in -8_i8..=8 {
                favour[label] = f32::from(step) * 0.1;
                let f1 = macro_f1(favour, logs);
                // A favour costs honesty: it must be worth something.
                if f1 > best.0 + 0.003 {
                    best = (f1, favour[label]);
                }
            }
            favour[label] = best.1;
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of examples")]
fn macro_f1(favour: &[f32], logs: &[(Vec<f32>, usize)]) -> f32 {
    let labels = favour.len();
    let (mut hits, mut sizes) = (vec![0_usize; labels], vec![0_usize; labels]);
    for (logs, truth) in logs {
        let value = |label: usize| logs[label] + favour[label];
        let guess = (0..labels).max_by(|a, b| value(*a).total_cmp(&value(*b))).unwrap_or(0);
        sizes[*truth] += 1;
        sizes[guess] += 1;
        hits[guess] += usize::from(guess == *truth);
    }
    hits.iter().zip(&sizes).map(|(hits, sizes)| 2.0 * *hits as f32 / (*sizes).max(1) as f32).sum::<f32>()
        / labels as f32
}
