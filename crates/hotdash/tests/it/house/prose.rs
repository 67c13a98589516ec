//! What the documents say must be so.

use super::{Page, assert_none, pages, pattern, root};
use hotdash::config::SETTINGS;
use std::collections::BTreeSet;

/// The documents, and the folders from which they may name a file.
fn documents() -> Vec<Page> {
    let is_document = |page: &Page| {
        let place = page.path.split_once('/').map(|(folder, _)| folder);
        page.path.ends_with(".md") && matches!(place, None | Some("docs" | "deploy"))
    };
    let documents: Vec<Page> = pages().into_iter().filter(is_document).collect();
    for needed in ["ARCHITECTURE.md", "STYLE.md", "README.md"] {
        assert!(documents.iter().any(|page| page.path == needed), "{needed} is missing");
    }
    documents
}

const BASES: [&str; 5] = ["", "crates", "crates/hotdash", "crates/hotdash/src", "crates/hotdash-core/src"];

fn exists(path: &str) -> bool {
    BASES.iter().any(|base| root().join(base).join(path.trim_end_matches('/')).exists())
}

/// Whether a word in backticks is meant as a path of the repository.
fn is_path(word: &str) -> bool {
    let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
    let endings = [".rs", ".md", ".toml", ".sql", ".html", ".css", ".js", ".json", ".jsonl", ".png"];
    let looks_like_one = word.contains('/') || endings.iter().any(|ending| word.ends_with(ending));
    // `/readyz` is an address, `foo.rs` any file, and what is built or set by a user is not in the repository.
    let is_made_elsewhere =
        ["/", "target/", "deploy/secrets", "deploy/knowledge", "hotdash.toml", "foo", "mod.rs"]
            .iter()
            .any(|start| word.starts_with(start));
    plain && looks_like_one && !is_made_elsewhere
}

#[test]
fn every_path_in_the_documents_exists() {
    let quoted = pattern("`([^`\n]+)`");
    let linked = pattern(r"\]\(([^)#\s]+)");
    let mut breaches = Vec::new();
    for page in documents() {
        let folder = page.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (number, line) in page.lines() {
            for word in
                quoted.captures_iter(line).map(|found| found[1].to_owned()).filter(|word| is_path(word))
            {
                if !exists(&word) {
                    breaches.push(format!("{}:{number}: {word}", page.path));
                }
            }
            for link in linked.captures_iter(line).map(|found| found[1].to_owned()) {
                let here = root().join(folder).join(&link);
                if !link.starts_with("http") && !here.exists() {
                    breaches.push(format!("{}:{number}: {link}", page.path));
                }
            }
        }
    }
    assert_none("A path that a document names exists.", &breaches);
}

#[test]
fn the_architecture_fits_into_one_sitting() {
    let page = documents().into_iter().find(|page| page.path == "ARCHITECTURE.md").unwrap();
    assert!(page.text.lines().count() <= 200, "ARCHITECTURE.md has {} lines", page.text.lines().count());
}

/// The README's table and the settings are the same list, word by word.
#[test]
fn the_readme_lists_every_setting() {
    let readme = documents().into_iter().find(|page| page.path == "README.md").unwrap();
    let rows: BTreeSet<&str> =
        readme.lines().map(|(_, line)| line).filter(|line| line.starts_with("| `")).collect();
    let expected: BTreeSet<String> = SETTINGS
        .iter()
        .map(|setting| {
            let default = setting.default.map_or("–".to_owned(), |default| format!("`{default}`"));
            format!("| `{}` | {default} | `{}` | {} |", setting.variable, setting.key, setting.meaning)
        })
        .collect();
    let mut breaches: Vec<String> = Vec::new();
    breaches.extend(
        expected.iter().filter(|row| !rows.contains(row.as_str())).map(|row| format!("missing: {row}")),
    );
    breaches.extend(rows.iter().filter(|row| !expected.contains(**row)).map(|row| format!("untrue:  {row}")));
    assert_none("README.md lists the settings of config/settings.rs.", &breaches);
}
