//! What a report is made of: sections of sentences, numbers, bars, tables and advice. Every rendering walks this tree, so
//! no rendering can say something that another does not.

use super::words;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

/// What a value in a query may not hold as it is.
pub(super) const TO_ESCAPE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A report of one desk and one period. The same facts give the same report to the byte.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub kind: Kind,
    /// `Daily report, Monday 16 November 2026`.
    pub title: String,
    /// How the desk's team calls itself.
    pub desk: String,
    /// Seconds since 1970; the first belongs to it, the last does not.
    pub since: i64,
    pub until: i64,
    /// In which the days are counted, e.g. `Europe/Berlin`.
    pub zone: String,
    /// Where people reach hotdash, without a slash at the end: every link begins with it.
    pub home: String,
    /// Where a conversation is on the desk, up to its number.
    pub conversations: String,
    /// Is anything wrong, where, and what to do.
    pub said: Vec<Sentence>,
    pub sections: Vec<Section>,
}

/// Which report it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One day of the desk's zone, from midnight to midnight.
    Daily,
    /// Monday to Sunday in the desk's zone.
    Weekly,
    /// Whatever was asked for.
    Period,
}

impl Kind {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Period => "period",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Daily, Self::Weekly, Self::Period].into_iter().find(|kind| kind.name() == name)
    }
}

/// How something is to be taken. Always said in words too: colour alone tells nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    #[default]
    Plain,
    Good,
    Bad,
}

/// Something said in words, with what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sentence {
    pub tone: Tone,
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub link: Option<Question>,
}

/// A part of a report under a heading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// Does not change from version to version.
    pub id: String,
    pub title: String,
    /// It compares people: only leads may see it.
    pub for_leads: bool,
    pub parts: Vec<Part>,
}

/// What stands in a section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Sentences(Vec<Sentence>),
    Numbers(Vec<Line>),
    Bars(Bars),
    Table(Table),
    Advice(Vec<Advice>),
}

/// A number with its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub name: String,
    pub number: Number,
    pub tone: Tone,
    /// Between which values it usually lies.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub usual: Option<(f64, f64)>,
    /// What it means, in a few words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<String>,
}

/// A number, from which figure it is, and how its conversations are found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Number {
    /// The figure's id.
    pub figure: String,
    pub unit: Unit,
    pub value: Option<f64>,
    /// Why there is no value.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub link: Option<Question>,
}

impl Number {
    /// As people read it; `–` where there is no value.
    #[must_use]
    pub fn shown(&self) -> String {
        self.value.map_or_else(|| "–".to_owned(), |value| words::number(self.unit, value))
    }
}

/// In what a number is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Count,
    Seconds,
    /// 0…1.
    Share,
    /// 1…5.
    Grade,
    /// In the currency of the prices in the settings.
    Money,
}

/// Which figure of which slice and period: the way to its conversations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub figure: String,
    pub since: i64,
    pub until: i64,
    /// Names and values, e.g. `inbox` and `3`.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub slice: Vec<(String, String)>,
}

/// A chart of bars. They begin at zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bars {
    pub title: String,
    pub bars: Vec<Bar>,
}

impl Bars {
    /// How long a bar is, in percent of the longest.
    #[must_use]
    pub fn percent(&self, bar: &Bar) -> u8 {
        let longest = self.bars.iter().filter_map(|bar| bar.number.value).fold(0.0, f64::max);
        let share = if longest > 0.0 { bar.number.value.unwrap_or(0.0) / longest } else { 0.0 };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 100")]
        let percent = (share.clamp(0.0, 1.0) * 100.0).round() as u8;
        percent
    }
}

/// One bar with its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    pub name: String,
    pub number: Number,
}

/// Numbers in rows and columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    pub title: String,
    /// The first names what the rows are.
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
}

/// A row: its name and a number for each further column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub name: String,
    pub numbers: Vec<Number>,
}

/// What should be done, on what evidence, and what it would bring.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Advice {
    /// The same for the same recommendation, whenever it is made.
    pub id: String,
    pub title: String,
    /// What it rests on, with numbers and interval.
    pub evidence: String,
    /// What doing it is expected to bring; `None` where something is only told.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub gain: Option<String>,
    /// Conversations that show it.
    pub conversations: Vec<i64>,
    /// The page with all of them, without the host, where there are more.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub page: Option<String>,
}

/// A number where it stands in a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed<'a> {
    pub section: &'a str,
    /// Title of the table or chart; empty elsewhere.
    pub part: &'a str,
    pub name: &'a str,
    /// Of a table.
    pub column: &'a str,
    pub number: &'a Number,
    pub usual: Option<(f64, f64)>,
}

impl Report {
    /// The same without what compares people.
    #[must_use]
    pub fn for_everybody(&self) -> Self {
        let mut shown = self.clone();
        shown.sections.retain(|section| !section.for_leads);
        shown
    }

    /// Every number, in order.
    #[must_use]
    pub fn numbers(&self) -> Vec<Placed<'_>> {
        let mut all = Vec::new();
        for section in &self.sections {
            for part in &section.parts {
                place(section, part, &mut all);
            }
        }
        all
    }

    /// Where the conversations behind a number are.
    #[must_use]
    pub fn address(&self, question: &Question) -> String {
        format!("{}{}", self.home, question.path())
    }
}

fn place<'a>(section: &'a Section, part: &'a Part, all: &mut Vec<Placed<'a>>) {
    let section = section.id.as_str();
    match part {
        Part::Sentences(_) | Part::Advice(_) => {}
        Part::Numbers(lines) => all.extend(lines.iter().map(|line| {
            let (name, number, usual) = (line.name.as_str(), &line.number, line.usual);
            Placed { section, part: "", name, column: "", number, usual }
        })),
        Part::Bars(bars) => all.extend(bars.bars.iter().map(|bar| {
            let (part, name, number) = (bars.title.as_str(), bar.name.as_str(), &bar.number);
            Placed { section, part, name, column: "", number, usual: None }
        })),
        Part::Table(table) => {
            for row in &table.rows {
                let columns = table.columns.iter().skip(1).map(String::as_str);
                all.extend(columns.zip(&row.numbers).map(|(column, number)| {
                    let (part, name) = (table.title.as_str(), row.name.as_str());
                    Placed { section, part, name, column, number, usual: None }
                }));
            }
        }
    }
}

impl Question {
    /// The page with the conversations behind a figure, without the host.
    #[must_use]
    pub fn path(&self) -> String {
        let mut path = format!(
            "/dashboard/conversations?figure={}&since={}&until={}",
            self.figure, self.since, self.until
        );
        for (name, value) in &self.slice {
            path.push('&');
            path.push_str(name);
            path.push('=');
            path.extend(utf8_percent_encode(value, TO_ESCAPE));
        }
        path
    }
}
