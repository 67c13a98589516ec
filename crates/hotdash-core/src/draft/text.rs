//! Markdown passages as sentences a letter can quote.

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd};
use unicode_segmentation::UnicodeSegmentation;

/// The sentences of a Markdown text, without its markup and headings. A list that a sentence introduces ("You need:")
/// stays with it as one.
pub(super) fn sentences(markdown: &str) -> Vec<String> {
    let mut sentences: Vec<String> = Vec::new();
    let mut introduced = false;
    for block in blocks(markdown) {
        let introduces = block.text.ends_with(':');
        match sentences.last_mut() {
            Some(intro) if introduced && block.is_item => {
                let glue = if intro.ends_with(':') { " " } else { "; " };
                intro.push_str(glue);
                intro.push_str(block.text.trim_end_matches([';', ',']));
                continue;
            }
            _ => sentences.extend(split(&block.text)),
        }
        introduced = introduces;
    }
    sentences
}

/// Where a text uses Markdown that a reader would stumble over, in bytes. A dash before each item of a list is no such
/// thing, and a bare address neither.
pub(super) fn first_markup(text: &str) -> Option<(usize, usize)> {
    let parser = Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    parser.into_offset_iter().find(|(event, _)| is_markup(event)).map(|(_, range)| {
        // A block's own range ends with its line end.
        let shown = text[range.clone()].trim_end().len();
        (range.start, range.start + shown)
    })
}

fn is_markup(event: &Event<'_>) -> bool {
    match event {
        Event::Code(_) => true,
        Event::Start(tag) => matches!(
            tag,
            Tag::Strong
                | Tag::Emphasis
                | Tag::Strikethrough
                | Tag::Heading { .. }
                | Tag::CodeBlock(CodeBlockKind::Fenced(_))
                | Tag::Table(_)
                | Tag::Image { .. }
                | Tag::Link { link_type: LinkType::Inline | LinkType::Reference, .. }
        ),
        _ => false,
    }
}

/// The words of a Markdown text as they are written where nobody shows Markdown; a text without any stays as it is.
pub(crate) fn plain(markdown: &str) -> String {
    if first_markup(markdown).is_none() {
        return markdown.to_owned();
    }
    let mut plain = Plain::default();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        plain.read(event);
    }
    plain.text.trim().to_owned()
}

#[derive(Default)]
struct Plain {
    text: String,
    /// Of each list that is open, the next number.
    lists: Vec<Option<u64>>,
    link: Option<(String, usize)>,
}

impl Plain {
    fn read(&mut self, event: Event<'_>) {
        match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                self.text.push_str(&text);
            }
            Event::SoftBreak | Event::HardBreak => self.text.push('\n'),
            Event::Start(Tag::List(first)) => self.lists.push(first),
            Event::End(TagEnd::List(_)) => {
                self.lists.pop();
                self.break_off(2);
            }
            Event::Start(Tag::Item) => {
                self.break_off(1);
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "- ".to_owned(),
                };
                self.text.push_str(&mark);
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                self.link = Some((dest_url.to_string(), self.text.len()))
            }
            Event::End(TagEnd::Link) => {
                if let Some((address, start)) = self.link.take() {
                    self.text.push_str(&address_after(&address, self.text.get(start..).unwrap_or("")));
                }
            }
            Event::End(TagEnd::TableCell) => self.text.push(' '),
            Event::End(TagEnd::TableHead | TagEnd::TableRow) => self.break_off(1),
            Event::End(TagEnd::Paragraph) if !self.lists.is_empty() => self.break_off(1),
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::CodeBlock | TagEnd::Table) => {
                self.break_off(2);
            }
            _ => {}
        }
    }

    /// So many line ends, not counting those that are there.
    fn break_off(&mut self, lines: usize) {
        let kept = self.text.trim_end().len();
        self.text.truncate(kept);
        if !self.text.is_empty() {
            self.text.push_str(&"\n".repeat(lines));
        }
    }
}

/// Typographic marks that would make a text message Unicode, and so less than half as long, in the letters of every
/// phone.
pub(super) fn simple_marks(text: &str) -> String {
    let mut simple = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '’' | '‘' | '‚' | '´' | '`' => simple.push('\''),
            '“' | '”' | '„' | '«' | '»' => simple.push('"'),
            '–' | '—' | '‑' | '−' => simple.push('-'),
            '\u{a0}' | '\u{202f}' | '\u{2009}' => simple.push(' '),
            '…' => simple.push_str("..."),
            '•' | '·' => simple.push('-'),
            c => simple.push(c),
        }
    }
    simple
}

/// One plain text's sentences.
pub(super) fn split(text: &str) -> Vec<String> {
    split_ranges(text).into_iter().map(|(start, end)| text[start..end].to_owned()).collect()
}

/// Where they stand, in bytes, without the space around them.
pub(super) fn split_ranges(text: &str) -> Vec<(usize, usize)> {
    text.split_sentence_bound_indices()
        .flat_map(|(at, piece)| lines(at, piece))
        .filter(|(start, end)| text[*start..*end].chars().any(char::is_alphanumeric))
        .collect()
}

fn lines(at: usize, piece: &str) -> Vec<(usize, usize)> {
    let mut start = at;
    let mut lines = Vec::new();
    for line in piece.split_inclusive('\n') {
        let from = start + (line.len() - line.trim_start().len());
        let until = start + line.trim_end().len();
        if from < until {
            lines.push((from, until));
        }
        start += line.len();
    }
    lines
}

/// What follows the words of a link: its address, unless they are it.
fn address_after(address: &str, shown: &str) -> String {
    if address.starts_with("http") && shown.trim() != address {
        format!(" ({address})")
    } else {
        String::new()
    }
}

struct Block {
    text: String,
    is_item: bool,
}

fn blocks(markdown: &str) -> Vec<Block> {
    let mut reading = Reading::default();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        reading.read(event);
    }
    reading.finish_block();
    reading.blocks
}

#[derive(Default)]
struct Reading {
    blocks: Vec<Block>,
    text: String,
    item_depth: usize,
    heading: bool,
    link: Option<(String, usize)>,
}

impl Reading {
    fn read(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                self.finish_block();
                self.heading = true;
            }
            Event::End(TagEnd::Heading(_)) => {
                self.text.clear();
                self.heading = false;
            }
            Event::Start(Tag::Item) => {
                self.finish_block();
                self.item_depth += 1;
            }
            Event::End(TagEnd::Item) => {
                self.finish_block();
                self.item_depth = self.item_depth.saturating_sub(1);
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                self.link = Some((dest_url.to_string(), self.text.len()))
            }
            Event::End(TagEnd::Link) => self.finish_link(),
            Event::End(TagEnd::TableCell) => self.text.push_str(": "),
            Event::End(TagEnd::TableHead) => self.text.clear(),
            Event::End(TagEnd::TableRow | TagEnd::Paragraph | TagEnd::CodeBlock) => self.finish_block(),
            Event::Text(text) | Event::Code(text) => self.text.push_str(&text),
            Event::SoftBreak | Event::HardBreak => self.text.push(' '),
            _ => {}
        }
    }

    /// "the form" with a link becomes "the form (https://…)".
    fn finish_link(&mut self) {
        let Some((address, start)) = self.link.take() else { return };
        self.text.push_str(&address_after(&address, self.text.get(start..).unwrap_or("")));
    }

    fn finish_block(&mut self) {
        let text = std::mem::take(&mut self.text);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = text.trim_end_matches(": ").trim_end_matches(": :").to_owned();
        if !text.is_empty() && !self.heading {
            self.blocks.push(Block { text: trim_row(&text), is_item: self.item_depth > 0 });
        }
    }
}

/// A table row was gathered as "cell: cell:"; the last colon is no introduction.
fn trim_row(text: &str) -> String {
    match text.strip_suffix(':') {
        Some(row) if row.contains(": ") => row.to_owned(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
