//! Reading case files.

use serde::de::DeserializeOwned;
use std::path::Path;

/// Every case of a folder, with the file it stands in.
pub(crate) fn load<T: DeserializeOwned>(folder: &str) -> Vec<(String, T)> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File<T> {
        case: Vec<T>,
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(folder);
    let mut paths: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} has no cases", folder.display());
    let mut cases = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let file: File<T> = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        cases.extend(file.case.into_iter().map(|case| (name.clone(), case)));
    }
    cases
}

/// Fail once, with everything that differs.
pub(crate) fn report(wrong: &[String], of: usize) {
    assert!(wrong.is_empty(), "{} of {of} cases differ:\n{}", wrong.len(), wrong.join("\n"));
}
