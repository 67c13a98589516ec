//! The sentences around an answer, per language: `defaults/replies/<lang>.toml`.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const SHIPPED: [(&str, &str); 5] = [
    ("replies/en.toml", include_str!("../../defaults/replies/en.toml")),
    ("replies/de.toml", include_str!("../../defaults/replies/de.toml")),
    ("replies/es.toml", include_str!("../../defaults/replies/es.toml")),
    ("replies/fr.toml", include_str!("../../defaults/replies/fr.toml")),
    ("replies/pt.toml", include_str!("../../defaults/replies/pt.toml")),
];

/// How to put a reply in one language.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Replies {
    pub(super) code: String,
    pub(super) greeting: String,
    pub(super) greeting_without_name: String,
    pub(super) about_order: String,
    pub(super) mood: Mood,
    pub(super) answer: Answer,
    pub(super) unknown: Unknown,
    pub(super) ask: Ask,
    pub(super) closing: Closing,
    pub(super) sms: Sms,
    pub(super) words: Words,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mood {
    pub(super) escalated: String,
    pub(super) urgent_complaint: String,
    pub(super) waiting: String,
    pub(super) wrong: String,
    pub(super) complaint: String,
    pub(super) urgent: String,
    pub(super) praise: String,
    pub(super) neutral: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    pub(super) in_other_language: String,
    pub(super) more: String,
    pub(super) praise: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Unknown {
    pub(super) order_status: String,
    pub(super) no_answer: String,
    pub(super) grave: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    pub(super) order_number: String,
    pub(super) photo: String,
    pub(super) details: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Closing {
    pub(super) letter: String,
    pub(super) letter_without_agent: String,
    pub(super) chat: String,
    pub(super) chat_without_agent: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sms {
    pub(super) greeting: String,
    pub(super) greeting_without_name: String,
    pub(super) sorry: String,
    pub(super) sign: String,
    pub(super) sign_without_agent: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub(super) leaning: Vec<String>,
    pub(super) damage: Vec<String>,
    pub(super) status: Vec<String>,
    pub(super) matters: Vec<Matter>,
    pub(super) shorter: Vec<String>,
    pub(super) languages: BTreeMap<String, String>,
}

/// What to look for in the knowledge when a message says one of these.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Matter {
    pub(super) when: Vec<String>,
    pub(super) look_for: String,
}

static REPLIES: LazyLock<Vec<Replies>> =
    LazyLock::new(|| SHIPPED.iter().filter_map(|(_, text)| toml::from_str(text).ok()).collect());

/// The sentences for a language; English where there are none for it.
pub(super) fn replies(code: &str) -> &'static Replies {
    static NONE: LazyLock<Replies> = LazyLock::new(Replies::default);
    REPLIES.iter().find(|r| r.code == code).or_else(|| REPLIES.first()).unwrap_or(&NONE)
}

/// Put values into `{named}` slots.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(template.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_language_is_read_and_named() {
        for (file, text) in SHIPPED {
            let read: Replies = toml::from_str(text).unwrap_or_else(|error| panic!("{file}: {error}"));
            assert!(file.contains(&read.code));
            assert_eq!(read.words.languages.len(), 5, "{file}");
        }
        assert_eq!(replies("de").code, "de");
        assert_eq!(replies("nl").code, "en");
    }
}
