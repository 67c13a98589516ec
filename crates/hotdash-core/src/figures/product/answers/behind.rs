//! Parts of what is behind a figure, where a page shows a part of it: one class of lengths, one weekday, one rating.

use super::super::totals::{SPANS, place};
use super::{Answers, NO_TIME};
use crate::facts::FactKind;
use crate::figures::definition::{Definition, Of};
use crate::ids::ConversationId;

impl Answers<'_> {
    /// The lengths behind a figure of times, in seconds, with their conversations, the longest first; a conversation that
    /// was resolved twice has two. `None` of figures that are not of times.
    #[must_use]
    pub fn lengths_of(&self, figure: &Definition) -> Option<Vec<(ConversationId, i64)>> {
        let columns = self.question.columns;
        let all = &columns.conversations.id;
        match figure.of {
            Of::Time(kind, _) => {
                let table = &columns.tables[kind as usize];
                let all_lengths = self.lengths_with_rows(place(&SPANS, kind)?);
                let mut known: Vec<_> = all_lengths.filter(|(length, _)| *length != NO_TIME).collect();
                known.sort_unstable_by(|a, b| b.cmp(a));
                let id = |row: u32| all[table.conversation[row as usize] as usize];
                Some(known.into_iter().map(|(length, row)| (id(row), i64::from(length))).collect())
            }
            Of::Waiting(kind, _) => {
                let now = self.question.now.as_second();
                let waiting = self.waiting(place(&SPANS, kind)?).iter().rev();
                Some(
                    waiting
                        .map(|(row, since)| (all[*row as usize], (now - i64::from(*since)).max(0)))
                        .collect(),
                )
            }
            _ => None,
        }
    }

    /// The conversations that began on a weekday (0 = Monday), in the order of their numbers.
    #[must_use]
    pub fn begun_on(&self, weekday: usize) -> Vec<ConversationId> {
        let table = &self.question.columns.tables[FactKind::Created as usize];
        let rows = self.rows(FactKind::Created as usize).iter().map(|row| *row as usize);
        let on = rows.filter(|row| self.local.weekday(table.at[*row]) == weekday);
        self.ids(on.map(|row| table.conversation[row]))
    }

    /// The conversations that were rated so (1…5) in the period, in the order of their numbers.
    #[must_use]
    pub fn rated(&self, rating: u8) -> Vec<ConversationId> {
        let table = &self.question.columns.tables[FactKind::SurveyAnswered as usize];
        let rows = self.rows(FactKind::SurveyAnswered as usize).iter().map(|row| *row as usize);
        let so = rows.filter(|row| table.wall[*row] == i32::from(rating));
        self.ids(so.map(|row| table.conversation[row]))
    }
}
