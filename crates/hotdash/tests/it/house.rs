//! The building inspector: reads the source and fails on a breach of the house's rules. Clippy and Cargo guard the rest.

mod areas;
mod floors;
mod leftovers;
mod prose;
mod sources;

use std::fs;
use std::path::{Path, PathBuf};

/// A text file of the repository.
struct Page {
    /// From the repository's root, with slashes.
    path: String,
    text: String,
}

impl Page {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Lines with their numbers from 1.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// Tests may do what the product may not.
    fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("/tests.rs")
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What was recorded or is made by tools is not written by us.
const NOT_OURS: [&str; 7] =
    ["target", ".git", "data", "fixtures", "Cargo.lock", "LICENSE-APACHE", "LICENSE-MIT"];

/// Every text file that we write.
fn pages() -> Vec<Page> {
    let mut pages = Vec::new();
    for path in files_under(&root()) {
        // A file that is no text is a picture.
        let Ok(text) = fs::read_to_string(root().join(&path)) else { continue };
        pages.push(Page { path, text });
    }
    assert!(pages.len() > 50, "the inspector stands in the wrong place: {}", root().display());
    pages
}

fn rust_pages() -> Vec<Page> {
    pages().into_iter().filter(Page::is_rust).collect()
}

fn files_under(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = vec![directory.to_owned()];
    while let Some(directory) = waiting.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let entry = entry.unwrap();
            let path = entry.path();
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            if NOT_OURS.contains(&name.as_str()) || name.ends_with(".snap") || name.contains("__pycache__") {
                continue;
            }
            if entry.file_type().unwrap().is_dir() {
                waiting.push(path);
            } else {
                found.push(name);
            }
        }
    }
    found.sort();
    found
}

/// Fail with all breaches at once, so that one run shows the whole work.
fn assert_none(rule: &str, breaches: &[String]) {
    assert!(breaches.is_empty(), "{rule}\n  {}", breaches.join("\n  "));
}

fn pattern(text: &str) -> regex::Regex {
    regex::Regex::new(text).unwrap()
}
