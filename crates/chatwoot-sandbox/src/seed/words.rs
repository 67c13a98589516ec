//! The things one conversation speaks of, and putting them into its texts.

use rand::RngExt;
use rand::rngs::StdRng;

use super::dice::pick;
use super::people::Person;
use super::texts::Texts;

pub(super) struct Words {
    pairs: [(&'static str, String); 10],
    english_weekday: String,
    /// The part costs enough to matter.
    pub high: bool,
}

impl Words {
    pub(super) fn draw(rng: &mut StdRng, texts: &Texts, person: &Person, agent: &str) -> Self {
        let language = &person.language;
        let part = pick(rng, &texts.parts);
        let of = |list: Option<&Vec<String>>, rng: &mut StdRng| {
            list.and_then(|list| pick(rng, list)).cloned().unwrap_or_default()
        };
        let pairs = [
            ("{order}", format!("HR-{}", rng.random_range(18_200..20_400))),
            ("{invoice}", format!("R-{}", rng.random_range(61_000..64_000))),
            ("{part}", part.and_then(|part| part.names.get(language)).cloned().unwrap_or_default()),
            ("{price}", part.map(|part| part.price.clone()).unwrap_or_default()),
            ("{car}", of(Some(&texts.things.cars), rng)),
            ("{city}", of(texts.cities.get(language), rng)),
            ("{weekday}", of(texts.weekdays.get(language), rng)),
            ("{days}", rng.random_range(3..13).to_string()),
            ("{name}", person.first_name().to_owned()),
            ("{agent}", agent.to_owned()),
        ];
        let english_weekday = of(texts.weekdays.get("en"), rng);
        Self { pairs, english_weekday, high: part.is_some_and(|part| part.high) }
    }

    /// Fills what a colleague reads: notes are English whatever the customer speaks.
    pub(super) fn fill_note(&self, text: &str) -> String {
        self.fill(&text.replace("{weekday}", &self.english_weekday))
    }

    pub(super) fn fill(&self, text: &str) -> String {
        let mut filled = text.to_owned();
        for (slot, word) in &self.pairs {
            if filled.contains(slot) {
                filled = filled.replace(slot, word);
            }
        }
        filled
    }
}
