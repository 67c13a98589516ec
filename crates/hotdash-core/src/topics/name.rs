//! What a topic is called.

use super::cluster::Cluster;
use super::text::Text;
use std::collections::BTreeMap;

/// How many words a name has at most.
const WORDS: usize = 3;

/// The words that most of its texts use and few others do, each in the form in which it is written most often there.
pub(super) fn of(cluster: &Cluster, texts: &[&Text]) -> String {
    let here: BTreeMap<usize, ()> = cluster.members.iter().map(|at| (*at, ())).collect();
    let members = cluster.members.len() as f64;
    let mut scored: Vec<(f64, &str)> = cluster
        .words
        .iter()
        .take(3 * super::WORDS)
        .map(|(stem, _)| {
            let users = |is_here: bool| {
                let uses =
                    |at: &usize| texts[*at].stems.contains_key(stem) && here.contains_key(at) == is_here;
                (0..texts.len()).filter(uses).count() as f64
            };
            let inside = users(true) / members;
            let outside = users(false) / (texts.len() as f64 - members).max(1.0);
            // Half of a name is that it fits, half that it fits nothing else.
            (inside * ((inside + 0.01) / (outside + 0.01)).ln().max(0.0), stem.as_str())
        })
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let best = scored.first().map_or(0.0, |first| first.0);
    // A word that is much weaker than the first adds nothing but doubt.
    let words = scored.iter().take(WORDS).filter(|(score, _)| *score >= 0.2 * best);
    words.map(|(_, stem)| written(stem, cluster, texts)).collect::<Vec<_>>().join(", ")
}

fn written(stem: &str, cluster: &Cluster, texts: &[&Text]) -> String {
    let mut forms: BTreeMap<&str, u32> = BTreeMap::new();
    for at in &cluster.members {
        if let Some((word, times)) = texts[*at].stems.get(stem) {
            *forms.entry(word).or_default() += times;
        }
    }
    let most = forms.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(a.0)));
    most.map_or_else(|| stem.to_owned(), |(word, _)| word.to_owned())
}
