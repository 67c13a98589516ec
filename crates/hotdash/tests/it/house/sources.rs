//! How a source file looks.

use super::{Page, assert_none, pages, pattern, rust_pages};

const MOST_LINES: usize = 400;

/// Longer than that, each with its reason.
const MAY_BE_LONGER: [(&str, &str); 0] = [];

/// Lines that are neither blank nor comment.
fn lines_of_code(page: &Page) -> usize {
    let is_code = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
    page.lines().filter(|(_, line)| is_code(line)).count()
}

#[test]
fn every_file_says_first_what_it_is() {
    let silent: Vec<String> =
        rust_pages().into_iter().filter(|p| !p.text.starts_with("//!")).map(|p| p.path).collect();
    assert_none("Each file opens with a `//!` that says what it is for.", &silent);
}

#[test]
fn no_file_is_longer_than_one_can_keep_in_mind() {
    let mut breaches = Vec::new();
    for page in rust_pages() {
        let excused = MAY_BE_LONGER.iter().any(|(path, _)| *path == page.path);
        let lines = lines_of_code(&page);
        if lines > MOST_LINES && !excused {
            breaches.push(format!("{}: {lines} lines of code; split it by meaning", page.path));
        }
        if lines <= MOST_LINES && excused {
            breaches.push(format!("{}: {lines} lines of code; it needs no exception any more", page.path));
        }
    }
    for (path, _) in MAY_BE_LONGER {
        if !super::root().join(path).exists() {
            breaches.push(format!("{path}: excused, but gone"));
        }
    }
    assert_none(&format!("A file has at most {MOST_LINES} lines of code."), &breaches);
}

#[test]
fn every_exception_to_a_lint_has_its_reason() {
    let attribute = pattern("#!?\\[(expect|allow)\\(([^\\]]*)\\)\\]");
    let mut breaches = Vec::new();
    for page in rust_pages() {
        for found in attribute.captures_iter(&page.text) {
            let line = page.text[..found.get(0).unwrap().start()].lines().count() + 1;
            if &found[1] == "allow" {
                breaches.push(format!("{}:{line}: allow hides a lint for ever; expect it", page.path));
            }
            if !found[2].contains("reason = \"") {
                breaches.push(format!("{}:{line}: no reason", page.path));
            }
        }
    }
    assert_none("An exception to a lint is an `expect` with a reason.", &breaches);
}

#[test]
fn nothing_names_the_place_where_it_was_written() {
    // Written in two parts, so that this file does not trip over itself.
    let words = [
        concat!("/wo", "rk/"),
        concat!("/tmp/", "wt"),
        concat!("crates", ".io"),
        concat!("static.rust", "-lang.org"),
        concat!("npm", "js.com"),
        concat!("npm", "js.org"),
        concat!("pypi", ".org"),
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
    ];
    let mut breaches = Vec::new();
    for page in pages() {
        for (number, line) in page.lines() {
            for word in words.iter().filter(|word| line.contains(**word)) {
                breaches.push(format!("{}:{number}: {word}", page.path));
            }
        }
    }
    assert_none("No registry's host, no path of one machine, no note to oneself.", &breaches);
}
