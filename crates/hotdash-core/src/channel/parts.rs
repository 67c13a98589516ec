//! How many parts a text message takes (GSM 03.38 and 03.40): what the carrier sends and bills one by one.

/// Characters of the alphabet that all phones have: seven bits each.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Those that need an escape before them, so they are two.
const EXTENDED: &str = "\u{c}^{}\\[~]|€";

/// More parts than these are torn apart on old phones, and cost. Of languages that need Unicode a part holds less
/// than half, so they get more of them.
const USUAL: usize = 2;
const USUAL_UNICODE: usize = 4;

/// A text as the carrier counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    pub parts: usize,
    /// Septets, or UTF-16 units where `unicode`.
    pub length: usize,
    /// One character outside the GSM alphabet makes the whole text Unicode.
    pub unicode: bool,
}

impl Parts {
    /// Count a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let unicode = first_unicode(text).is_some();
        let cost = |c: char| match unicode {
            true => c.len_utf16(),
            false => 1 + usize::from(EXTENDED.contains(c)),
        };
        let length = text.chars().map(cost).sum();
        // With more than one part each gives up a few characters to say which it is.
        let (single, one_of_many) = if unicode { (70, 67) } else { (160, 153) };
        let parts = if length <= single { usize::from(length > 0) } else { split(text, one_of_many, cost) };
        Self { parts, length, unicode }
    }

    /// What these parts hold in all.
    #[must_use]
    pub fn room(self) -> usize {
        match (self.unicode, self.parts) {
            (false, 0 | 1) => 160,
            (false, parts) => parts * 153,
            (true, 0 | 1) => 70,
            (true, parts) => parts * 67,
        }
    }

    /// More than a text message should take.
    #[must_use]
    pub fn is_too_many(self) -> bool {
        self.parts > if self.unicode { USUAL_UNICODE } else { USUAL }
    }
}

/// The first character that makes the text Unicode, with its place in bytes.
#[must_use]
pub fn first_unicode(text: &str) -> Option<(usize, char)> {
    text.char_indices().find(|(_, c)| !BASIC.contains(*c) && !EXTENDED.contains(*c))
}

/// A character is never torn in two.
fn split(text: &str, room: usize, cost: impl Fn(char) -> usize) -> usize {
    let (mut parts, mut filled) = (1, 0);
    for cost in text.chars().map(cost) {
        if filled + cost > room {
            parts += 1;
            filled = 0;
        }
        filled += cost;
    }
    parts
}
