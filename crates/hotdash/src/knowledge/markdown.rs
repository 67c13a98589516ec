//! From a Markdown file to passages: one per section, cut again where a section is long.
//!
//! What an article may say about itself stands in HTML comments, which no renderer shows:
//! `<!-- updated: 2026-10-01 -->`, `<!-- link: https://… -->`, `<!-- keywords: parcel, Versand -->`.

use hotdash_core::draft::Passage;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// About as much as fits beside a draft without scrolling, and as a model needs to quote one fact.
const LONGEST_PASSAGE: usize = 900;

/// One file.
#[derive(Debug)]
pub(super) struct Article {
    /// The file's name within its folder.
    pub(super) source: String,
    pub(super) text: String,
    pub(super) changed: Option<Timestamp>,
}

/// A passage and the words under which it shall be found besides its own.
#[derive(Debug)]
pub(super) struct Cut {
    pub(super) passage: Passage,
    pub(super) keywords: String,
}

/// A heading and the blocks under it, as ranges of the source.
#[derive(Default)]
struct Section {
    heading: Option<String>,
    blocks: Vec<Range<usize>>,
}

#[derive(Default)]
struct Outline {
    title: Option<String>,
    updated: Option<Timestamp>,
    link: Option<String>,
    keywords: String,
    sections: Vec<Section>,
}

/// Cuts an article into its passages.
pub(super) fn cut(article: &Article) -> Vec<Cut> {
    let outline = outline(&article.text);
    let title = outline.title.clone().unwrap_or_else(|| article.source.trim_end_matches(".md").to_owned());
    let mut cuts = Vec::new();
    for section in &outline.sections {
        for text in packed(&article.text, &section.blocks) {
            let passage = Passage {
                id: format!("{}#{}", article.source, cuts.len() + 1),
                title: match &section.heading {
                    Some(heading) => format!("{title}: {heading}"),
                    None => title.clone(),
                },
                text,
                source: article.source.clone(),
                link: outline.link.clone(),
                updated: outline.updated.or(article.changed),
                score: 0.0,
            };
            cuts.push(Cut { passage, keywords: outline.keywords.clone() });
        }
    }
    cuts
}

fn outline(text: &str) -> Outline {
    let mut outline = Outline { sections: vec![Section::default()], ..Outline::default() };
    let mut depth = 0_usize;
    let mut heading: Option<(HeadingLevel, String)> = None;
    for (event, range) in
        Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH).into_offset_iter()
    {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                depth += 1;
                heading = Some((level, String::new()));
            }
            Event::End(TagEnd::Heading(_)) => {
                depth -= 1;
                if let Some((level, words)) = heading.take() {
                    outline.take_heading(level, words.trim().to_owned());
                }
            }
            Event::Start(Tag::HtmlBlock) => {
                if depth == 0 {
                    outline.take_notes(&text[range]);
                }
                depth += 1;
            }
            Event::Start(_) => {
                if depth == 0 {
                    outline.take_block(range);
                }
                depth += 1;
            }
            Event::End(_) => depth -= 1,
            Event::Text(words) | Event::Code(words) => {
                if let Some((_, heading)) = &mut heading {
                    heading.push_str(&words);
                }
            }
            _ => {}
        }
    }
    outline
}

impl Outline {
    fn take_heading(&mut self, level: HeadingLevel, words: String) {
        // The first heading names the article, whatever its level.
        if self.title.is_none() {
            self.title = Some(words);
        } else if !(level == HeadingLevel::H1 && words.is_empty()) {
            self.sections.push(Section { heading: Some(words), blocks: Vec::new() });
        }
    }

    fn take_block(&mut self, range: Range<usize>) {
        if let Some(section) = self.sections.last_mut() {
            section.blocks.push(range);
        }
    }

    fn take_notes(&mut self, html: &str) {
        for note in html.split("<!--").skip(1).filter_map(|rest| rest.split("-->").next()) {
            let Some((key, value)) = note.split_once(':') else { continue };
            let value = value.trim();
            match key.trim() {
                "updated" => self.updated = midnight(value),
                "link" => self.link = value.starts_with("http").then(|| value.to_owned()),
                "keywords" => value.clone_into(&mut self.keywords),
                _ => {}
            }
        }
    }
}

fn midnight(date: &str) -> Option<Timestamp> {
    let date: Date = date.parse().ok()?;
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// Puts neighbouring blocks together as long as they fit, and cuts a block that does not fit by itself.
fn packed(text: &str, blocks: &[Range<usize>]) -> Vec<String> {
    let mut passages: Vec<String> = Vec::new();
    for piece in blocks.iter().flat_map(|block| pieces(text[block.clone()].trim())) {
        match passages.last_mut() {
            Some(last) if last.len() + 2 + piece.len() <= LONGEST_PASSAGE => {
                last.push_str("\n\n");
                last.push_str(piece);
            }
            _ => passages.push(piece.to_owned()),
        }
    }
    passages.retain(|passage| !passage.is_empty());
    passages
}

/// Cuts at the end of a line, else of a sentence, else of a word, else wherever a character ends.
fn pieces(mut block: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    while block.len() > LONGEST_PASSAGE {
        let fits = &block[..block.floor_char_boundary(LONGEST_PASSAGE)];
        let end = ["\n", ". ", " "].iter().find_map(|end| fits.rfind(end).map(|at| at + end.len()));
        let (piece, rest) = block.split_at(end.unwrap_or(fits.len()));
        pieces.push(piece.trim());
        block = rest.trim_start();
    }
    pieces.push(block);
    pieces
}
