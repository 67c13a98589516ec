//! Which language a message is in: by function words, which work on short texts, and by letter statistics
//! (whatlang), which need longer ones.

use super::lists::Lists;
use super::words::Token;
use super::{Language, rounded};
use whatlang::{Info, Lang, Script};

/// Fewer letters than this tell whatlang nothing.
const ENOUGH_LETTERS: usize = 24;
/// Below this the function words contradict each other.
const CLEAR: f32 = 0.25;
/// A text whose words are to this share function words of a language we know is not in a language we do not know.
const AT_HOME: f32 = 0.2;

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "shares and confidences")]
pub(super) fn detect(text: &str, tokens: &[Token], lists: &Lists) -> Language {
    let mut votes = lists.votes(tokens);
    votes.sort_by(|a, b| b.1.total_cmp(&a.1));
    let (best, second) = match votes.as_slice() {
        [first, second, ..] => (*first, second.1),
        _ => (("", 0.0), 0.0),
    };
    let share = best.1 / (tokens.len().max(1)) as f32;
    let clarity = (best.1 - second) / (best.1 + 1.0);
    let guess = statistics(text);

    if let Some(info) = &guess
        && share < AT_HOME
        && let Some(code) = code(info.lang())
        && (info.is_reliable() || info.script() != Script::Latin)
    {
        return Language { code: Some(code.to_owned()), confidence: rounded(info.confidence() as f32) };
    }
    let agreed = guess
        .as_ref()
        .filter(|info| code(info.lang()) == Some(best.0))
        .map_or(0.0, |info| info.confidence() as f32);
    if best.1 > 0.0 && (clarity >= CLEAR || (best.1 > second && agreed > 0.0)) {
        let confidence = rounded(clarity.max(agreed * 0.9).min(1.0));
        return Language { code: Some(best.0.to_owned()), confidence };
    }
    Language { code: None, confidence: 0.0 }
}

fn statistics(text: &str) -> Option<Info> {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let info = whatlang::detect(text)?;
    (letters >= ENOUGH_LETTERS || (info.script() != Script::Latin && letters >= 4)).then_some(info)
}

/// ISO 639-1 for the languages a shop may meet; the others are as good as unknown to us.
fn code(lang: Lang) -> Option<&'static str> {
    Some(match lang {
        Lang::Eng => "en",
        Lang::Deu => "de",
        Lang::Spa => "es",
        Lang::Fra => "fr",
        Lang::Por => "pt",
        Lang::Ita => "it",
        Lang::Nld => "nl",
        Lang::Swe => "sv",
        Lang::Dan => "da",
        Lang::Nob => "nb",
        Lang::Fin => "fi",
        Lang::Pol => "pl",
        Lang::Ces => "cs",
        Lang::Slk => "sk",
        Lang::Hun => "hu",
        Lang::Ron => "ro",
        Lang::Bul => "bg",
        Lang::Hrv => "hr",
        Lang::Slv => "sl",
        Lang::Ell => "el",
        Lang::Tur => "tr",
        Lang::Rus => "ru",
        Lang::Ukr => "uk",
        Lang::Ara => "ar",
        Lang::Heb => "he",
        Lang::Pes => "fa",
        Lang::Hin => "hi",
        Lang::Ben => "bn",
        Lang::Tha => "th",
        Lang::Vie => "vi",
        Lang::Ind => "id",
        Lang::Cmn => "zh",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Est => "et",
        Lang::Lav => "lv",
        Lang::Lit => "lt",
        _ => return None,
    })
}
