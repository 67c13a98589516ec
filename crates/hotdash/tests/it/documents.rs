//! The two documents for people, held against the product: their commands are run, their tables compared.

mod automation;
mod chatwoot;
mod commands;
mod sla;
mod team;

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// A fenced block: the words behind the fence, and what stands inside.
struct Block {
    info: String,
    text: String,
}

fn blocks(document: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in document.lines() {
        match (line.trim().strip_prefix("```"), &mut open) {
            (Some(info), None) => open = Some(Block { info: info.to_owned(), text: String::new() }),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(block)) => {
                block.text.push_str(line.trim());
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

/// The part below a heading, up to the next of the same rank.
fn section<'a>(document: &'a str, heading: &str) -> &'a str {
    let rank = heading.split(' ').next().unwrap();
    let from = document.find(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no heading {heading:?}"));
    let below = &document[from + heading.len() + 2..];
    let end = (1..=rank.len())
        .filter_map(|rank| below.find(&format!("\n{} ", "#".repeat(rank))))
        .min()
        .unwrap_or(below.len());
    &below[..end]
}

/// The rows of the first table in a part, without head and rule, cell by cell.
fn table(part: &str) -> Vec<Vec<&str>> {
    let rows =
        part.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    rows.skip(2).map(|row| row.trim_matches('|').split(" | ").map(str::trim).collect()).collect()
}

#[test]
fn the_readme_links_to_all() {
    let readme = read("README.md");
    for path in [automation::DOCUMENT, chatwoot::DOCUMENT, team::DOCUMENT, sla::DOCUMENT] {
        assert!(readme.contains(&format!("]({path})")), "README.md does not link to {path}");
    }
}

/// Links within a document lead to one of its headings.
#[test]
fn every_link_to_a_heading_arrives() {
    let link = regex::Regex::new(r"\]\(#([^)]+)\)").unwrap();
    for path in [automation::DOCUMENT, chatwoot::DOCUMENT, team::DOCUMENT] {
        let document = read(path);
        let anchors: Vec<String> =
            document.lines().filter(|line| line.starts_with('#')).map(anchor).collect();
        let mut seen = 0;
        for found in link.captures_iter(&document) {
            assert!(anchors.contains(&found[1].to_owned()), "{path}: no heading for #{}", &found[1]);
            seen += 1;
        }
        assert!(seen >= 8, "{path}: {seen} links");
    }
}

/// As the usual renderers make them.
fn anchor(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase();
    words
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == '-' || *c == ' ')
        .collect::<String>()
        .replace(' ', "-")
}
