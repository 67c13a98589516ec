//! The rules a lead writes, parsed once into types.

/// A checked set of rules. Cheap to share behind an `Arc`.
#[derive(Debug, Clone)]
pub struct Rulebook {}

/// Something wrong in a rule file, precise enough to mend it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    pub file: String,
    /// The rule's id, where one could be read.
    pub rule: Option<String>,
    /// The key at fault, e.g. `when.all[0].any_of`.
    pub key: String,
    pub message: String,
    /// The right word nearest to a misspelt one.
    pub nearest: Option<String>,
}

impl Rulebook {
    /// The five rules shipped with hotdash.
    #[must_use]
    pub fn shipped() -> Self {
        todo!()
    }

    /// Read rule files as (name, text). Rules with problems are left out, everything else is kept.
    #[must_use]
    pub fn parse(_files: &[(&str, &str)]) -> (Self, Vec<Problem>) {
        todo!()
    }

    /// Twelve hex digits that change whenever a rule changes.
    #[must_use]
    pub fn hash(&self) -> &str {
        todo!()
    }
}
