//! Text that Chatwoot stores exactly as written.
//!
//! Chatwoot renders the content of every outgoing message and note as a Liquid template. Text between backticks is
//! exempt, and a template that does not parse leaves the whole text as it is. So a reply with `{{` in it would be
//! changed, and whether it is depends on the rest of the text. [`liquid_safe`] makes every outcome the same.

/// Emits one `{`, in old and new versions of Liquid's tokenizer (which never sees `{{` or `{%` in this but its own).
const BRACE: &str = "{{ '{' }}";
/// Emits one backtick without containing one.
const BACKTICK: &str = "{{ '%60' | url_decode }}";

/// The text to post so that, after evaluation, exactly `text` is stored.
///
/// To be called once, by whoever posts; of a text guarded twice the first guard would be stored.
#[must_use]
pub fn liquid_safe(text: &str) -> String {
    if !is_code(text) {
        return text.to_owned();
    }
    // Between backticks an escape would be shown as it stands; then the backticks themselves are escaped too.
    let in_code = |part: &str| is_code(part) || part.ends_with('{');
    let backtick = if text.split('`').skip(1).any(in_code) { BACKTICK } else { "`" };
    let mut safe = String::with_capacity(text.len() + 64);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '{' if matches!(rest.peek(), Some('{' | '%' | '`')) => safe.push_str(BRACE),
            '`' => safe.push_str(backtick),
            c => safe.push(c),
        }
    }
    safe
}

/// Whether Liquid would see anything in a text. A brace before a backtick counts, because Chatwoot puts `{% raw %}`
/// before the backtick, which makes `{{`.
pub(super) fn is_code(text: &str) -> bool {
    ["{{", "{%", "{`"].iter().any(|code| text.contains(code))
}

#[cfg(test)]
mod tests;
