//! Checkable facts in a text: amounts, dates, durations, order numbers, links, addresses.
//!
//! Each has a key that is the same however it is written ("25 €" and "EUR 25.00"), so that a claim can be looked up in
//! the sources.

use super::vocabulary::vocabulary;
use crate::analysis::words::normalize;
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Amount,
    Date,
    Duration,
    OrderNumber,
    Link,
    Email,
    Phone,
}

/// A fact with its place in bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fact {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
    pub(super) key: String,
}

struct Patterns {
    link: Regex,
    email: Regex,
    amount: Regex,
    phone: Regex,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| patterns().ok());

fn patterns() -> Result<Patterns, regex::Error> {
    let currency = r"(?:R\$|US\$|€|\$|£|¥|(?:EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|BRL)\b)";
    let word = r"(?:euros?|dollars?|pounds?|francs?|reais|percent|per cent|Prozent|por ciento|pour cent|por cento)\b";
    Ok(Patterns {
        link: Regex::new(r"(?i)\b(?:https?://|www\.)[^\s<>()\[\]]+")?,
        email: Regex::new(r"(?i)\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")?,
        amount: Regex::new(&format!(
            r"(?i)(?:{currency}\s?\d[\d.,]*|\b\d[\d.,]*\s?(?:{currency}|{word}|%))"
        ))?,
        phone: Regex::new(r"\+?\(?\d[\d ()/.-]{5,}\d")?,
    })
}

/// Every fact of a text, in its order.
pub(super) fn facts(text: &str) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::new();
    let mut add = |kind, start: usize, end: usize, key: String| {
        if !facts.iter().any(|f| f.start < end && start < f.end) {
            facts.push(Fact { start, end, kind, key });
        }
    };
    let known = vocabulary();
    if let Some(patterns) = &*PATTERNS {
        for found in patterns.link.find_iter(text) {
            let link = found.as_str().trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '"', '*', '_']);
            let key = link.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
            add(Kind::Link, found.start(), found.start() + link.len(), key.to_lowercase());
        }
        for found in patterns.email.find_iter(text) {
            add(Kind::Email, found.start(), found.end(), found.as_str().to_lowercase());
        }
        for found in patterns.amount.find_iter(text) {
            let shown = found.as_str().trim_end_matches(['.', ',']);
            add(Kind::Amount, found.start(), found.start() + shown.len(), amount(shown));
        }
    }
    for pattern in &known.order_numbers {
        for found in pattern.captures_iter(text) {
            let Some(number) = found.get(1).or_else(|| found.get(0)) else { continue };
            add(Kind::OrderNumber, number.start(), number.end(), number.as_str().to_uppercase());
        }
    }
    for found in known.duration.iter().flat_map(|pattern| pattern.captures_iter(text)) {
        let (Some(all), Some(until), Some(unit)) = (found.get(0), found.get(2), found.get(3)) else {
            continue;
        };
        let until = known.name(until.as_str());
        let from = found.get(1).map_or(until.clone(), |from| known.name(from.as_str()));
        add(Kind::Duration, all.start(), all.end(), format!("{from}-{until} {}", known.name(unit.as_str())));
    }
    for (start, end, key) in dates(text) {
        add(Kind::Date, start, end, key);
    }
    if let Some(patterns) = &*PATTERNS {
        for found in patterns.phone.find_iter(text) {
            let digits: String = found.as_str().chars().filter(char::is_ascii_digit).collect();
            if digits.len() >= 7 {
                // The country code may be written or not.
                let key = digits.trim_start_matches('0').chars().rev().take(7).collect();
                add(Kind::Phone, found.start(), found.end(), key);
            }
        }
    }
    facts.sort();
    facts
}

/// The keys of a kind.
pub(super) fn keys(text: &str) -> BTreeSet<(Kind, String)> {
    facts(text).into_iter().map(|fact| (fact.kind, fact.key)).collect()
}

/// The first order number of a text, as written.
pub(super) fn order_number(text: &str) -> Option<String> {
    facts(text).into_iter().find(|f| f.kind == Kind::OrderNumber).map(|f| text[f.start..f.end].to_owned())
}

/// Day and month, a weekday, or a day told from today.
fn dates(text: &str) -> Vec<(usize, usize, String)> {
    let known = vocabulary();
    let mut dates = Vec::new();
    for (form, pattern) in known.date.iter().enumerate() {
        for found in pattern.captures_iter(text) {
            let (Some(all), Some(one), Some(two)) = (found.get(0), found.get(1), found.get(2)) else {
                continue;
            };
            let three = found.get(3).map_or("", |m| m.as_str());
            let (day, month) = match form {
                0 => (three, two.as_str()),
                1 => (one.as_str(), two.as_str()),
                2 => (one.as_str(), known.month(two.as_str()).unwrap_or("")),
                _ => (two.as_str(), known.month(one.as_str()).unwrap_or("")),
            };
            dates.push((all.start(), all.end(), format!("{day:0>2}.{month:0>2}.")));
        }
    }
    for pattern in known.weekday.iter().chain(&known.relative) {
        let found = pattern.captures_iter(text).filter_map(|found| found.get(1));
        dates.extend(found.map(|day| (day.start(), day.end(), known.name(day.as_str()))));
    }
    dates
}

/// Currency or percent, and the number in hundredths.
fn amount(text: &str) -> String {
    let text = normalize(text);
    let unit = match text
        .chars()
        .filter(|c| !c.is_ascii_digit() && !matches!(c, '.' | ',' | ' '))
        .collect::<String>()
    {
        unit if unit.starts_with("eur") => "€".to_owned(),
        unit if ["usd", "us$"].contains(&unit.as_str()) || unit.starts_with("dollar") => "$".to_owned(),
        unit if unit == "gbp" || unit.starts_with("pound") => "£".to_owned(),
        unit if unit.contains("cent") || unit.contains("proz") => "%".to_owned(),
        unit => unit,
    };
    let number: String = text.chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | ',')).collect();
    let number = number.trim_matches(['.', ',']);
    // A last group of one or two digits is a fraction, any other separator groups thousands.
    let (whole, fraction) = match number.rsplit_once(['.', ',']) {
        Some((whole, fraction)) if fraction.len() <= 2 => (whole, fraction),
        _ => (number, ""),
    };
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    format!("{}.{fraction:0<2} {unit}", whole.trim_start_matches('0'))
}

#[cfg(test)]
mod tests;
