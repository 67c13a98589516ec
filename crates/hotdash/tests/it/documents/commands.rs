//! Every `hotdash …` in a shell block of any document is a command that the program takes.

use super::{blocks, read};
use std::process::Command;

const DOCUMENTS: [&str; 6] = [
    "README.md",
    "deploy/README.md",
    "docs/figures.md",
    "docs/analysis.md",
    super::chatwoot::DOCUMENT,
    super::team::DOCUMENT,
];

/// The words behind `hotdash` up to the end of the command, without quotes.
fn commands(document: &str) -> Vec<Vec<String>> {
    let starts =
        regex::Regex::new(r"(?:^|[\s'])hotdash (?P<rest>[-a-z][^|;>'\n]*(?:'[^'\n]*'[^|;>'\n]*)*)").unwrap();
    let mut found = Vec::new();
    for block in blocks(document).iter().filter(|block| block.info.starts_with("sh")) {
        // Who shows the function that runs hotdash as its user calls it by that name.
        let text = block.text.replace("\\\n", " ").replace("as_hotdash ", "hotdash ");
        // There it is the name of a user, a package or a file.
        let is_name =
            |line: &&str| ["useradd", "install ", "cargo ", "sudo -u"].iter().any(|w| line.contains(w));
        for line in text.lines().filter(|line| !is_name(line)) {
            found.extend(starts.captures_iter(line).map(|each| words(&each["rest"])));
        }
    }
    found
}

/// Split as a shell does, as far as the documents need it.
fn words(rest: &str) -> Vec<String> {
    let word = regex::Regex::new(r#"'([^']*)'|"([^"]*)"|(\S+)"#).unwrap();
    word.captures_iter(rest)
        .map(|found| (1..=3).find_map(|group| found.get(group)).unwrap().as_str().to_owned())
        .take_while(|word| !word.starts_with('#'))
        .filter(|word| word != "$@" && word != "'")
        .collect()
}

#[test]
fn every_command_in_the_documents_is_taken() {
    let mut tried = 0;
    for path in DOCUMENTS {
        for mut arguments in commands(&read(path)) {
            // Everything before it is read and judged; then help is printed instead of doing it.
            arguments.push("--help".to_owned());
            let ran =
                Command::new(env!("CARGO_BIN_EXE_hotdash")).args(&arguments).env_clear().output().unwrap();
            let said = String::from_utf8_lossy(&ran.stderr);
            assert!(ran.status.success(), "{path}: hotdash {}: {said}", arguments.join(" "));
            tried += 1;
        }
    }
    assert!(tried >= 12, "only {tried} commands were found");
}
