//! The sample desk's customers.

use rand::rngs::StdRng;

use super::dice::chance;
use super::texts::{Language, Texts};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    pub name: String,
    pub email: String,
    pub phone: String,
    pub language: Language,
    /// Buys for a workshop or a fleet.
    pub vip: bool,
}

impl Person {
    pub(super) fn first_name(&self) -> &str {
        self.name.split(' ').next().unwrap_or(&self.name)
    }
}

/// The people named in the texts, then their first and last names crossed until there are enough.
pub(super) fn invent(texts: &Texts, rng: &mut StdRng) -> Vec<Person> {
    let mut people: Vec<Person> = Vec::new();
    for (language, named) in &texts.people {
        let wanted = texts.mix.people.get(language).copied().unwrap_or(named.len());
        let count = named.len().max(1);
        // A stride without a common divisor visits every pair once before it repeats one.
        let crossed = (0..).map(|n| cross(named, n % count, (n * 5 + 3 + n / count) % count));
        for name in named.iter().cloned().chain(crossed).take(wanted) {
            let n = people.len();
            let vip = language == "en" && chance(rng, 8);
            let email = format!("{}@{}", slug(&name), ["example.test", "mail.example.test"][n % 2]);
            if people.iter().any(|other| other.email == email || other.name == name) {
                continue;
            }
            // Numbers of a range that is kept free for drama.
            let phone = format!("+447700900{n:03}");
            people.push(Person { name, email, phone, language: language.clone(), vip });
        }
    }
    people
}

fn cross(named: &[String], first: usize, last: usize) -> String {
    let first = named.get(first).and_then(|name| name.split(' ').next()).unwrap_or_default();
    let last = named.get(last).and_then(|name| name.rsplit(' ').next()).unwrap_or_default();
    format!("{first} {last}")
}

/// A name as the front of an e-mail address.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            ' ' => slug.push('.'),
            'ä' => slug.push_str("ae"),
            'ö' => slug.push_str("oe"),
            'ü' => slug.push_str("ue"),
            'ß' => slug.push_str("ss"),
            'á' | 'å' => slug.push('a'),
            'é' | 'è' => slug.push('e'),
            'í' | 'ï' => slug.push('i'),
            'ó' | 'ô' => slug.push('o'),
            'ú' => slug.push('u'),
            'ñ' => slug.push('n'),
            _ => {}
        }
    }
    slug
}
