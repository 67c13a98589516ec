//! Markdown as agents and customers see it: as Chatwoot shows it, and safe to put into a page.
//!
//! As there: HTML is text, a line break is a line break, and task lists are ordinary lists.

use std::collections::HashSet;
use std::sync::LazyLock;

use ammonia::Builder;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};

const SHOWN: Options = Options::ENABLE_TABLES.union(Options::ENABLE_STRIKETHROUGH);

/// The only elements that leave this module; pictures are not among them, so nothing is loaded from elsewhere.
const ELEMENTS: [&str; 26] = [
    "a",
    "blockquote",
    "br",
    "code",
    "del",
    "div",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "strong",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];

static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from(ELEMENTS))
        .add_tag_attributes("a", ["href", "target"])
        .add_tag_attributes("ol", ["start"])
        .add_allowed_classes("div", ["table"])
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .link_rel(Some("noopener noreferrer"))
        .set_tag_attribute_value("a", "target", "_blank");
    builder
});

/// Renders one message or note.
pub(super) fn to_html(text: &str) -> String {
    let mut rendered = String::with_capacity(text.len() * 3 / 2);
    html::push_html(&mut rendered, Parser::new_ext(text, SHOWN).map(as_the_desk_shows_it));
    // A wide table scrolls by itself instead of widening the page.
    let framed =
        rendered.replace("<table>", "<div class=\"table\"><table>").replace("</table>", "</table></div>");
    SANITISER.clean(&framed).to_string()
}

/// The words of a message alone, on one line.
pub(super) fn to_line(text: &str) -> String {
    let mut words = String::new();
    for event in Parser::new_ext(text, SHOWN) {
        match event {
            Event::Text(part) | Event::Code(part) | Event::Html(part) | Event::InlineHtml(part) => {
                words.push_str(&part)
            }
            Event::SoftBreak | Event::HardBreak => words.push(' '),
            Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link) => {}
            Event::End(_) => words.push(' '),
            _ => {}
        }
    }
    let words: Vec<&str> = words.split_whitespace().collect();
    words.join(" ")
}

fn as_the_desk_shows_it(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
        Event::SoftBreak => Event::HardBreak,
        other => other,
    }
}

#[cfg(test)]
mod tests;
