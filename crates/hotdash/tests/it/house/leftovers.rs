//! What nobody uses is taken away.

use super::{Page, assert_none, files_under, pages, pattern, root};

/// Everything that may name a file: sources, templates, styles, scripts, manifests.
fn users() -> Vec<Page> {
    let endings = [".rs", ".html", ".css", ".js", ".toml"];
    pages().into_iter().filter(|page| endings.iter().any(|ending| page.path.ends_with(ending))).collect()
}

/// Files in folders of this name, in every member: path and the name by which it must be mentioned.
fn files_in(folder: &str) -> Vec<(String, String)> {
    let marker = format!("/{folder}/");
    let all = files_under(&root().join("crates"));
    let ours = all.into_iter().filter(|path| !path.contains("/tests/"));
    ours.filter_map(|path| {
        let (_, name) = path.split_once(&marker)?;
        let name = name.to_owned();
        Some((path, name))
    })
    .collect()
}

fn unused(files: Vec<(String, String)>, is_used: impl Fn(&Page, &str) -> bool) -> Vec<String> {
    let users = users();
    files
        .into_iter()
        .filter(|(path, name)| !users.iter().any(|user| user.path != *path && is_used(user, name)))
        .map(|(path, _)| path)
        .collect()
}

#[test]
fn every_template_is_rendered() {
    let unused = unused(files_in("templates"), |user, name| user.text.contains(&format!("\"{name}\"")));
    assert_none("A template that no page and no other template names.", &unused);
}

#[test]
fn every_static_file_is_asked_for() {
    let whole_folders = pattern(r#"assets_in\("([^"]+)"\)"#);
    let unused = unused(files_in("static"), |user, name| {
        let file = name.rsplit('/').next().unwrap_or(name);
        let linked = |found: regex::Captures<'_>| name.starts_with(&found[1]);
        // All styles are linked; a script that is only preloaded does nothing.
        user.text.contains(file)
            || name.ends_with(".css") && whole_folders.captures_iter(&user.text).any(linked)
    });
    assert_none("A static file that no template, style, script or source names.", &unused);
}

#[test]
fn every_default_is_built_in() {
    let whole_folders = pattern(r#"#\[folder = "defaults/([^"]+)/?"\]"#);
    let unused = unused(files_in("defaults"), |user, name| {
        let embedded = |found: regex::Captures<'_>| name.starts_with(found[1].trim_end_matches('/'));
        user.text.contains(&format!("defaults/{name}"))
            || whole_folders.captures_iter(&user.text).any(embedded)
    });
    assert_none("A default that is not built into the binary.", &unused);
}

#[test]
fn every_migration_is_run() {
    let unused =
        unused(files_in("migrations"), |user, name| user.text.contains(&format!("migrations/{name}")));
    assert_none("A migration that is not in the list.", &unused);
}
