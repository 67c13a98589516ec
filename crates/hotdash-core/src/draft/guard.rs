//! Text that Chatwoot stores exactly as written.

/// Escape what Chatwoot would evaluate as Liquid in a posted message.
#[must_use]
pub fn liquid_safe(_text: &str) -> String {
    todo!()
}
