//! Whether a "not" reaches words of a text that no list owns, e.g. those of a rule.

use super::{Lists, Role};
use crate::analysis::words::{Haystack, Hit};
use std::cell::OnceCell;

/// The denials of one text in its language. Looks only where it is asked, because few texts deny anything.
pub(crate) struct Denial<'a> {
    lists: &'a Lists,
    text: &'a Haystack,
    /// Indexes of the languages to consult.
    languages: Vec<usize>,
    /// Phrases that hold a negation word without denying what follows, by language; found once, when first needed.
    excused: OnceCell<Vec<(usize, Hit)>>,
}

impl<'a> Denial<'a> {
    pub(in crate::analysis) fn new(lists: &'a Lists, text: &'a Haystack, code: Option<&str>) -> Self {
        let languages =
            (0..lists.languages.len()).filter(|l| lists.is_active(&lists.languages[*l], code)).collect();
        Self { lists, text, languages, excused: OnceCell::new() }
    }

    /// Whether some language denies the words of a hit.
    pub(crate) fn reaches(&self, hit: Hit) -> bool {
        self.languages.iter().any(|&language| {
            let negation = &self.lists.languages[language].negation;
            // An excuse only takes denials away: where none is without it, none need be looked for.
            negation.reaches(self.text, hit, &[]) && {
                let excused: Vec<Hit> =
                    self.excused().iter().filter(|(l, _)| *l == language).map(|(_, hit)| *hit).collect();
                excused.is_empty() || negation.reaches(self.text, hit, &excused)
            }
        })
    }

    fn excused(&self) -> &[(usize, Hit)] {
        self.excused.get_or_init(|| {
            let hits = self.lists.roles_in(self.text);
            hits.into_iter()
                .filter_map(|(role, hit)| match role {
                    Role::NotNegating(language) => Some((language, hit)),
                    _ => None,
                })
                .collect()
        })
    }
}
