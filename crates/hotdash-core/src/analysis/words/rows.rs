//! Many short lists, one behind the other: what is looked up thousands of times a second must lie close together.

/// Lists by number.
#[derive(Debug, Clone)]
pub(crate) struct Rows<T> {
    ends: Vec<u32>,
    all: Vec<T>,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self { ends: Vec::new(), all: Vec::new() }
    }
}

impl<T> Rows<T> {
    /// Add a list; its number.
    pub(crate) fn push(&mut self, list: impl IntoIterator<Item = T>) -> u32 {
        self.all.extend(list);
        self.ends.push(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        u32::try_from(self.ends.len() - 1).unwrap_or(u32::MAX)
    }

    /// A list; an empty one where there is none of that number.
    pub(crate) fn get(&self, number: usize) -> &[T] {
        let end_of = |number: usize| self.ends.get(number).map(|end| *end as usize);
        let begin = number.checked_sub(1).map_or(Some(0), end_of);
        begin.zip(end_of(number)).and_then(|(begin, end)| self.all.get(begin..end)).unwrap_or(&[])
    }
}

impl<T, L: IntoIterator<Item = T>> FromIterator<L> for Rows<T> {
    fn from_iter<I: IntoIterator<Item = L>>(lists: I) -> Self {
        let mut rows = Self::default();
        for list in lists {
            rows.push(list);
        }
        rows
    }
}
