//! Markdown passages as sentences a letter can quote.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
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
        let shown = self.text.get(start..).unwrap_or("").trim();
        if address.starts_with("http") && shown != address {
            self.text.push_str(&format!(" ({address})"));
        }
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
