//! The keywords of all rules: found in one pass, whoever asks for them, and counted for the conditions that want them.

use crate::analysis::Analyzer;
use crate::analysis::words::{Entry, Form, Haystack, Hit, Matcher, Rows, StemLanguage, tokenize};
use std::collections::HashMap;

/// The keywords of all rules.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keywords {
    /// Its owners are numbers of patterns.
    matcher: Matcher,
    /// For each pattern the conditions that want it, in their order.
    wanted: Rows<Want>,
    /// The patterns as their words, where no stems are compared.
    written: Vec<Option<String>>,
    /// Languages with lists of their own, by number.
    codes: Vec<String>,
    stems: Vec<StemLanguage>,
    conditions: usize,
}

/// That a condition wants a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Want {
    pub(crate) condition: u32,
    pub(crate) denied: Denied,
    /// Only a message that says nothing else counts.
    pub(crate) whole: bool,
    /// Only in messages of this language, or of one that cannot be told.
    language: Option<usize>,
}

/// What to make of a word that a "not" denies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denied {
    /// "not urgent" is not urgent.
    Skip,
    /// "has not arrived" is about arriving all the same.
    Count,
    /// "does not work": only the denied word counts.
    Only,
}

/// What a message says of the keywords.
#[derive(Debug, Clone, Default)]
pub(crate) struct Found {
    /// The conditions met.
    pub(crate) conditions: BitSet,
    /// The same, in the order found.
    pub(crate) met: Vec<u32>,
    hits: Vec<(usize, Hit, bool)>,
}

/// A set of small numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct BitSet(Vec<u64>);

impl BitSet {
    pub(crate) fn of_size(size: usize) -> Self {
        Self(vec![0; size.div_ceil(64)])
    }

    /// Whether it was new.
    pub(crate) fn insert(&mut self, number: u32) -> bool {
        let Some(word) = self.0.get_mut(number as usize / 64) else { return false };
        let before = *word;
        *word |= 1 << (number % 64);
        *word != before
    }

    pub(crate) fn contains(&self, number: u32) -> bool {
        self.0.get(number as usize / 64).is_some_and(|word| word & (1 << (number % 64)) != 0)
    }

    /// Smallest first.
    pub(crate) fn into_numbers(self) -> impl Iterator<Item = usize> {
        self.0.into_iter().enumerate().flat_map(|(at, word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros() as usize;
                    rest &= rest - 1;
                    at * 64 + bit
                })
            })
        })
    }
}

/// Collects keywords while rules are read.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    patterns: HashMap<(String, Form), usize>,
    entries: Vec<(String, Form)>,
    wanted: Vec<Vec<Want>>,
    codes: Vec<String>,
    conditions: u32,
}

/// The words of one keyword condition.
#[derive(Debug, Default)]
pub(crate) struct List {
    /// ISO 639-1; `None` counts in every language.
    pub(crate) code: Option<String>,
    pub(crate) words: Vec<String>,
}

impl Collector {
    /// How many different words and phrases there are.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Enter the lists of one condition; its number.
    pub(crate) fn enter(&mut self, lists: Vec<List>, stems: bool, denied: Denied, whole: bool) -> u32 {
        let condition = self.conditions;
        self.conditions += 1;
        for list in lists {
            let own = list.code.as_deref().and_then(StemLanguage::from_code);
            let language = list.code.map(|code| self.number_of(code));
            let want = Want { condition, denied, whole, language };
            for word in list.words {
                self.want(&word, Form::AsWritten, want);
                if stems {
                    let languages = own.as_ref().map_or(&StemLanguage::ALL[..], std::slice::from_ref);
                    for language in languages {
                        self.want(&word, Form::Stem(*language), want);
                    }
                }
            }
        }
        condition
    }

    fn number_of(&mut self, code: String) -> usize {
        self.codes.iter().position(|known| *known == code).unwrap_or_else(|| {
            self.codes.push(code);
            self.codes.len() - 1
        })
    }

    fn want(&mut self, text: &str, form: Form, want: Want) {
        // Words that the matcher cannot tell apart are one pattern.
        let mut key = tokenize(text).into_iter().map(|token| token.text).collect::<Vec<_>>().join(" ");
        if text.trim_end().ends_with('*') {
            key.push('*');
        }
        let pattern = *self.patterns.entry((key, form)).or_insert_with(|| {
            self.entries.push((text.to_owned(), form));
            self.wanted.push(Vec::new());
            self.entries.len() - 1
        });
        if let Some(wants) = self.wanted.get_mut(pattern)
            && !wants.contains(&want)
        {
            wants.push(want);
        }
    }

    /// All of them, ready to be looked for.
    pub(crate) fn build(self) -> Result<Keywords, String> {
        let entries = self.entries.iter().enumerate();
        let matcher = Matcher::build(entries.map(|(owner, (text, form))| Entry { text, form: *form, owner }))
            .map_err(|error| error.to_string())?;
        let mut stems: Vec<StemLanguage> = Vec::new();
        for (_, form) in &self.entries {
            if let Form::Stem(language) = form
                && !stems.contains(language)
            {
                stems.push(*language);
            }
        }
        let mut written = vec![None; self.entries.len()];
        for ((words, form), pattern) in self.patterns {
            if form == Form::AsWritten {
                written[pattern] = Some(words);
            }
        }
        let conditions = self.conditions as usize;
        let wanted = self.wanted.into_iter().collect();
        Ok(Keywords { matcher, wanted, written, codes: self.codes, stems, conditions })
    }
}

impl Keywords {
    /// How many keyword conditions there are.
    pub(crate) fn conditions(&self) -> usize {
        self.conditions
    }

    /// Words of a condition that another word of it finds as well: (that other, the one without use). Of a phrase that
    /// holds a denial, "not working", the word alone finds nothing: it is denied there.
    pub(crate) fn shadowed(&self, condition: u32) -> Vec<(&str, &str)> {
        let own = |pattern: usize| {
            let want = self.wanted.get(pattern).iter().find(|want| want.condition == condition)?;
            Some((self.written.get(pattern)?.as_deref()?, *want))
        };
        let mut shadowed = Vec::new();
        for pattern in 0..self.written.len() {
            let Some((longer, want)) = own(pattern).filter(|(_, want)| !want.whole) else { continue };
            let text = Haystack::new(longer, &[]);
            let denial = Analyzer::shipped().denial(&text, None);
            let shorter = self.matcher.hits(&text).into_iter().find_map(|hit| {
                let (shorter, other) = own(hit.owner)?;
                let finds_as_much = shorter.ends_with('*') || !longer.ends_with('*');
                let counts = other.language == want.language
                    && (want.denied == Denied::Count || denial.reaches(hit) == (want.denied == Denied::Only));
                (hit.owner != pattern && finds_as_much && counts).then_some(shorter)
            });
            shadowed.extend(shorter.map(|shorter| (shorter, longer)));
        }
        shadowed
    }

    /// The languages in which a message's words must be reduced to stems.
    pub(crate) fn stems_for(&self, code: Option<&str>) -> Vec<StemLanguage> {
        let spoken = code.and_then(StemLanguage::from_code);
        self.stems.iter().copied().filter(|stem| spoken.is_none_or(|spoken| spoken == *stem)).collect()
    }

    /// Every keyword in a text of this language.
    pub(crate) fn find(&self, text: &Haystack, code: Option<&str>) -> Found {
        let mut found = Found { conditions: BitSet::of_size(self.conditions), ..Found::default() };
        let hits = self.matcher.hits(text);
        if hits.is_empty() {
            return found;
        }
        let language = code.map(|code| self.codes.iter().position(|known| known == code));
        let mut denial = None;
        found.hits.reserve(hits.len());
        for hit in hits {
            let wants = self.wanted.get(hit.owner);
            let needs_denial = wants.iter().any(|want| want.denied != Denied::Count);
            let denied = needs_denial
                && denial.get_or_insert_with(|| Analyzer::shipped().denial(text, code)).reaches(hit);
            // A word that is said again meets nothing else; some are in the lists of hundreds of rules.
            let is_new = !found.hits.iter().any(|(owner, _, was)| *owner == hit.owner && *was == denied);
            found.hits.push((hit.owner, hit, denied));
            for want in wants.iter().filter(|_| is_new) {
                if want.counts(hit, denied, language, text) && found.conditions.insert(want.condition) {
                    found.met.push(want.condition);
                }
            }
        }
        found
    }

    /// The customer's words that met a condition, each once, in the order of the text.
    pub(crate) fn words(
        &self,
        found: &Found,
        condition: u32,
        text: &Haystack,
        code: Option<&str>,
    ) -> Vec<String> {
        let language = code.map(|code| self.codes.iter().position(|known| known == code));
        let mut words: Vec<(usize, String)> = Vec::new();
        for (pattern, hit, denied) in &found.hits {
            let wants = self.wanted.get(*pattern);
            // Some words are in the lists of hundreds of rules.
            let from = wants.partition_point(|want| want.condition < condition);
            let mut own = wants[from..].iter().take_while(|want| want.condition == condition);
            let counts = own.any(|want| want.counts(*hit, *denied, language, text));
            if counts {
                let said = text.words(*hit);
                if !words.iter().any(|(_, word)| *word == said) {
                    words.push((hit.first, said));
                }
            }
        }
        words.sort_by_key(|(first, _)| *first);
        words.into_iter().map(|(_, word)| word).collect()
    }
}

impl Want {
    /// `language`: `None` if the message's cannot be told, `Some(None)` if no list is written in it.
    fn counts(self, hit: Hit, denied: bool, language: Option<Option<usize>>, text: &Haystack) -> bool {
        let spoken = self.language.is_none() || language.is_none_or(|language| language == self.language);
        let said = match self.denied {
            Denied::Skip => !denied,
            Denied::Count => true,
            Denied::Only => denied,
        };
        spoken && said && (!self.whole || (hit.first == 0 && hit.last + 1 == text.tokens.len()))
    }
}
