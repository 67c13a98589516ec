//! Texts that a person wrote for a very case, so that they may be sent without another look.
//!
//! The grammar is explained in `defaults/templates.toml`. Parsing keeps what is right and names what is not.

use crate::channel::{Layout, Rules};
use crate::rulebook::{Problem, Severity};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The templates shipped with hotdash: (file name, text).
pub const SHIPPED_TEMPLATES: (&str, &str) = ("templates.toml", include_str!("../../defaults/templates.toml"));

/// What may stand in a template's braces.
const PLACEHOLDERS: [&str; 5] = ["customer", "back_at", "zone", "shop", "ticket"];
/// What may stand in the phrases of `[words]`.
const PHRASE_PLACEHOLDERS: [&str; 4] = ["time", "weekday", "day", "month"];

/// All templates of a desk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Templates {
    default_language: String,
    templates: BTreeMap<String, Template>,
    words: BTreeMap<String, Words>,
}

/// One text in several languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// It says that the team is away.
    #[serde(default)]
    pub away: bool,
    text: BTreeMap<String, String>,
    #[serde(default)]
    short: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    weekdays: [String; 7],
    months: [String; 12],
    today: String,
    tomorrow: String,
    this_week: String,
    later: String,
}

/// What the placeholders stand for.
#[derive(Debug, Clone, Copy)]
pub struct Values<'a> {
    /// `None` where no name is known.
    pub customer: Option<&'a str>,
    pub shop: &'a str,
    pub ticket: i64,
    pub now: Timestamp,
    /// When the team is back, where it is away.
    pub back_at: Option<Timestamp>,
    /// The desk's.
    pub zone: &'a TimeZone,
}

/// A template as a customer reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    pub text: String,
    /// The translation that was taken.
    pub language: String,
}

static SHIPPED: LazyLock<Templates> = LazyLock::new(|| Templates::parse(&[SHIPPED_TEMPLATES]).0);

impl Templates {
    /// The templates shipped with hotdash.
    #[must_use]
    pub fn shipped() -> Self {
        SHIPPED.clone()
    }

    /// Read files as (name, text). What a later file says replaces what an earlier one said: give
    /// [`SHIPPED_TEMPLATES`] first.
    #[must_use]
    pub fn parse(files: &[(&str, &str)]) -> (Self, Vec<Problem>) {
        let (mut templates, mut problems) = (Self::default(), Vec::new());
        for (file, text) in files {
            let found = Reader { file, problems: &mut problems }.read(text);
            if let Some(language) = found.default_language {
                templates.default_language = language;
            }
            templates.templates.extend(found.template);
            templates.words.extend(found.words);
        }
        let default = templates.default_language.clone();
        for (name, template) in &templates.templates {
            if !template.text.contains_key(&default) {
                let key = format!("template.{name}.text");
                let message = format!("has no text in “{default}”, the default_language for everybody else");
                problems.push(problem("all templates", &key, message, None));
            }
        }
        (templates, problems)
    }

    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Template> {
        self.templates.get(name)
    }

    /// The name most like a misspelt one.
    #[must_use]
    pub fn nearest(&self, name: &str) -> Option<String> {
        crate::rulebook::nearest(name, self.templates.keys().map(String::as_str))
    }

    /// The language a template is sent in to somebody who writes in one of these, the first known one first.
    #[must_use]
    pub fn language_for(&self, template: &Template, wished: &[&str]) -> String {
        let primary = |code: &str| code.split(['-', '_']).next().unwrap_or_default().to_lowercase();
        let mut wished = wished.iter().map(|code| primary(code));
        wished.find(|code| template.text.contains_key(code)).unwrap_or_else(|| self.default_language.clone())
    }

    /// A template in a language, for a channel. `None` when it needs to say when the team is back, and nobody knows.
    #[must_use]
    pub fn render(
        &self,
        template: &Template,
        language: &str,
        channel: &Rules,
        values: &Values<'_>,
    ) -> Option<Rendered> {
        let short = template.short.get(language).filter(|_| channel.layout == Layout::Text);
        let source = short.or_else(|| template.text.get(language))?;
        let mut text = String::with_capacity(source.len() + 64);
        for part in parts(source.trim()) {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Placeholder("customer") => match values.customer {
                    Some(name) => text.push_str(name),
                    None => text.truncate(text.trim_end_matches(' ').len()),
                },
                Part::Placeholder("back_at") => text.push_str(&self.back_at(language, values)?),
                Part::Placeholder("zone") => {
                    let at = values.back_at.unwrap_or(values.now);
                    text.push_str(&at.to_zoned(values.zone.clone()).strftime("%Z").to_string());
                }
                Part::Placeholder("shop") => text.push_str(values.shop),
                Part::Placeholder("ticket") => text.push_str(&values.ticket.to_string()),
                Part::Placeholder(_) => return None,
            }
        }
        let text = if channel.markdown { text } else { crate::draft::plain(&text) };
        Some(Rendered { text, language: language.to_owned() })
    }

    /// `on Monday at 9:00`, by the clocks of the desk's zone.
    fn back_at(&self, language: &str, values: &Values<'_>) -> Option<String> {
        let words = self.words.get(language).or_else(|| self.words.get("en"))?;
        let local = |at: Timestamp| at.to_zoned(values.zone.clone());
        let (back, today) = (local(values.back_at?), local(values.now).date());
        let days = days_between(today, back.date());
        let phrase = match days {
            0 => &words.today,
            1 => &words.tomorrow,
            // A week later the weekday has the same name.
            2..=6 => &words.this_week,
            _ => &words.later,
        };
        let index = |number: i8| usize::from(number.unsigned_abs());
        let said = parts(phrase).map(|part| match part {
            Part::Literal(literal) => literal.to_owned(),
            Part::Placeholder("time") => format!("{}:{:02}", back.hour(), back.minute()),
            Part::Placeholder("weekday") => {
                words.weekdays[index(back.weekday().to_monday_zero_offset()) % 7].clone()
            }
            Part::Placeholder("month") => words.months[(index(back.month()) + 11) % 12].clone(),
            Part::Placeholder(_) => back.day().to_string(),
        });
        Some(said.collect())
    }
}

fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(i32::MAX, |span| span.get_days())
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    default_language: Option<String>,
    #[serde(default)]
    template: BTreeMap<String, Template>,
    #[serde(default)]
    words: BTreeMap<String, Words>,
}

struct Reader<'a> {
    file: &'a str,
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    fn read(&mut self, text: &str) -> File {
        let mut file: File = match toml::from_str(text) {
            Ok(file) => file,
            Err(error) => {
                let message = error.to_string().trim_end().to_owned();
                self.problems.push(problem(self.file, "the file", message, None));
                return File::default();
            }
        };
        file.template.retain(|name, template| self.is_right(name, template));
        for (language, words) in &file.words {
            for phrase in [&words.today, &words.tomorrow, &words.this_week, &words.later] {
                self.placeholders(&format!("words.{language}"), phrase, &PHRASE_PLACEHOLDERS);
            }
        }
        file
    }

    fn is_right(&mut self, name: &str, template: &Template) -> bool {
        let before = self.problems.len();
        for (part, texts) in [("text", &template.text), ("short", &template.short)] {
            for (language, text) in texts {
                let key = format!("template.{name}.{part}.{language}");
                self.placeholders(&key, text, &PLACEHOLDERS);
                let says_when = parts(text).any(|part| matches!(part, Part::Placeholder("back_at")));
                if says_when && !template.away {
                    let message =
                        "{back_at} needs away = true: else it would be sent while the team is there";
                    self.problems.push(problem(self.file, &key, message.to_owned(), None));
                }
                if text.trim().is_empty() {
                    self.problems.push(problem(self.file, &key, "is empty".to_owned(), None));
                }
            }
        }
        self.problems.len() == before
    }

    fn placeholders(&mut self, key: &str, text: &str, known: &[&str]) {
        for part in parts(text) {
            let Part::Placeholder(name) = part else { continue };
            if !known.contains(&name) {
                let message = format!("{{{name}}} is not known; possible: {{{}}}", known.join("}, {"));
                let nearest = crate::rulebook::nearest(name, known.iter().copied());
                self.problems.push(problem(self.file, key, message, nearest));
            }
        }
    }
}

fn problem(file: &str, key: &str, message: String, nearest: Option<String>) -> Problem {
    Problem {
        file: file.to_owned(),
        rule: None,
        key: key.to_owned(),
        message,
        nearest,
        severity: Severity::Error,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part<'a> {
    Literal(&'a str),
    Placeholder(&'a str),
}

/// A text and its `{placeholders}`. Doubled braces, and whatever else is no lower-case word in braces, are text.
fn parts(text: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((name, length)) = placeholder(rest) {
            rest = &rest[length..];
            return Some(Part::Placeholder(name));
        }
        let braces = rest.len() - rest.trim_start_matches('{').len();
        let next = rest[braces..].find('{').map_or(rest.len(), |at| at + braces);
        // Braces of a row belong together.
        let (literal, after) = rest.split_at(next.max(1));
        rest = after;
        Some(Part::Literal(literal))
    })
}

/// The placeholder with which a text begins, and how long it is with its braces.
fn placeholder(text: &str) -> Option<(&str, usize)> {
    let inner = text.strip_prefix('{')?;
    let end = inner.find('}')?;
    let name = &inner[..end];
    let is_word = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    is_word.then_some((name, end + 2))
}
