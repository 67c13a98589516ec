//! Every file that a template names exists, and the scripts import only each other.

use super::*;

#[test]
fn every_asset_named_in_a_template_exists() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
    let mut named = 0;
    for file in files_below(std::path::Path::new(folder)) {
        let text = std::fs::read_to_string(&file).unwrap();
        for rest in text.split("asset(\"").skip(1) {
            let name = rest.split('"').next().unwrap();
            assert!(CATALOGUE.urls.contains_key(name), "{} names {name}", file.display());
            named += 1;
        }
    }
    assert!(named > 3);
}

#[test]
fn scripts_import_only_files_that_exist() {
    let mut imports = 0;
    for name in Files::iter().filter(|name| name.ends_with(".js")) {
        let text = String::from_utf8(Files::get(&name).unwrap().data.into_owned()).unwrap();
        for rest in text.split("from \"./").skip(1) {
            let wanted = format!("js/{}", rest.split('"').next().unwrap());
            assert!(CATALOGUE.urls.contains_key(&wanted), "{name} imports {wanted}");
            imports += 1;
        }
    }
    assert!(imports > 3);
}

#[tokio::test]
async fn a_file_under_its_hash_may_be_kept_for_ever_and_under_another_may_not() {
    let url = asset("css/tokens.css");
    let hash = url.split('/').nth(2).unwrap().to_owned();
    let name = || "css/tokens.css".to_owned();
    let current = serve(Path((hash, name())), HeaderMap::new()).await;
    assert!(current.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    assert_eq!(current.headers()[header::CONTENT_TYPE], "text/css; charset=utf-8");
    let old = serve(Path(("0123".into(), name())), HeaderMap::new()).await;
    assert_eq!(old.headers()[header::CACHE_CONTROL], "no-cache");
    let outside = serve(Path(("0123".into(), "../Cargo.toml".into())), HeaderMap::new()).await;
    assert_eq!(outside.status(), StatusCode::NOT_FOUND);
}

fn files_below(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files_below(&path)) } else { found.push(path) }
    }
    found
}
