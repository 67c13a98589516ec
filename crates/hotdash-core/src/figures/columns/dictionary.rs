//! Values that occur often, each kept once and known by a small number.

use std::collections::BTreeMap;

#[derive(Debug, Clone)]
pub(crate) struct Dictionary<T> {
    values: Vec<T>,
    codes: BTreeMap<T, u32>,
}

impl<T> Default for Dictionary<T> {
    fn default() -> Self {
        Self { values: Vec::new(), codes: BTreeMap::new() }
    }
}

impl<T: Ord + Clone> Dictionary<T> {
    /// The code of a value; it gets one if it has none.
    pub(crate) fn code(&mut self, value: &T) -> u32 {
        if let Some(code) = self.codes.get(value) {
            return *code;
        }
        let code = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        self.values.push(value.clone());
        self.codes.insert(value.clone(), code);
        code
    }

    /// The code of a value that was seen.
    pub(crate) fn find(&self, value: &T) -> Option<u32> {
        self.codes.get(value).copied()
    }

    /// By their codes.
    pub(crate) fn values(&self) -> &[T] {
        &self.values
    }
}
