//! A message's Markdown in the form in which a channel carries it.

use pulldown_cmark::{Event, Options, Parser, TagEnd, html};

/// As mail programs and the website's chat show it. HTML in the text is left out, visibly for those who look.
pub(crate) fn html(text: &str) -> String {
    let without_html = |event| match event {
        Event::Html(_) => Event::Html("<!-- raw HTML omitted -->\n".into()),
        Event::InlineHtml(_) => Event::InlineHtml("<!-- raw HTML omitted -->".into()),
        other => other,
    };
    let mut rendered = String::with_capacity(text.len() * 3 / 2);
    html::push_html(&mut rendered, Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH).map(without_html));
    rendered
}

/// As a text message carries it: the words alone.
pub(crate) fn plain(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for event in Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Text(text) | Event::Code(text) => words.push_str(&text),
            Event::SoftBreak | Event::HardBreak => words.push('\n'),
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_)) => words.push_str("\n\n"),
            Event::End(TagEnd::Item) => words.push('\n'),
            _ => {}
        }
    }
    words.trim().to_owned()
}

#[cfg(test)]
mod tests;
