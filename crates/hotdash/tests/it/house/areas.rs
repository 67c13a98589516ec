//! The areas that the document on tests names have the cases it promises.

use super::{assert_none, pages, pattern, rust_pages};

/// How many test functions a file holds. A name in `both_databases!(…)` counts once: it is one case, shown twice.
fn cases(text: &str) -> usize {
    let attributes = pattern(r"(?m)^\s*#\[(?:tokio::)?test\b").find_iter(text).count();
    let listed = pattern(r"(?s)both_databases!\((.*?)\);")
        .captures_iter(text)
        .flat_map(|found| found[1].split(',').map(|name| name.trim().to_owned()).collect::<Vec<_>>())
        .filter(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
        .count();
    attributes + listed
}

#[test]
fn every_area_has_the_cases_that_the_document_promises() {
    let document = pages().into_iter().find(|page| page.path == "docs/testing.md").unwrap();
    let row = pattern(r"(?m)^\| ([a-z]+) \| (\d+) \| (.+) \|$");
    let folder = pattern("`([^`]+)`");
    let sources = rust_pages();
    let mut areas = 0;
    let mut breaches = Vec::new();
    for found in row.captures_iter(&document.text) {
        areas += 1;
        let (area, promised): (&str, usize) = (found.get(1).unwrap().as_str(), found[2].parse().unwrap());
        let places: Vec<String> = folder.captures_iter(&found[3]).map(|place| place[1].to_owned()).collect();
        let belongs = |path: &str| places.iter().any(|place| path.starts_with(place.as_str()));
        let counted: usize = sources
            .iter()
            .filter(|page| page.is_test() && belongs(&page.path))
            .map(|page| cases(&page.text))
            .sum();
        if counted < promised {
            breaches.push(format!("{area}: {promised} cases are promised, {counted} are there"));
        }
    }
    assert_eq!(areas, 7, "docs/testing.md names seven areas");
    assert_none("An area has at least the cases that docs/testing.md promises.", &breaches);
}
