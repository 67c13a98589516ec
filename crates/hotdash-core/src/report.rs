//! Reports: what a lead reads every morning and every Monday, made of figures and of nothing else.
//!
//! A [`Report`] is a tree of sentences and numbers. Each number names its figure and the question that leads to its
//! conversations. It is made once, kept, and written as Markdown, plain text, CSV, JSON or HTML from the same tree.

mod build;
mod markdown;
pub mod schedule;
mod table;
mod text;
mod tree;
mod words;

pub use build::{
    Beside, FoundAlert, Sources, analytics, as_advice, generate_daily_report, generate_report,
    generate_weekly_report,
};
pub use markdown::format_report_as_markdown;
pub use table::format_report_as_csv;
pub use text::format_report_as_text;
pub use tree::{
    Advice, Bar, Bars, Kind, Line, Number, Part, Placed, Question, Report, Row, Section, Sentence, Table,
    Tone, Unit,
};
pub use words::{days, money, number, range};

#[cfg(test)]
mod tests;
