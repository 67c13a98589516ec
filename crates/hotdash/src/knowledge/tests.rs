//! What is shipped is found by the questions customers ask; what is loaded is cut sensibly; no text breaks the search.

use super::*;
use proptest::prelude::*;
use std::fs;
use std::sync::LazyLock;

static SHIPPED: LazyLock<Knowledge> = LazyLock::new(|| Knowledge::shipped().unwrap());

fn best(question: &str) -> String {
    SHIPPED.search(question, 3).first().map(|passage| passage.id.clone()).unwrap_or_default()
}

#[test]
fn the_shipped_articles_are_whole() {
    let sources: std::collections::BTreeSet<_> = SHIPPED.passages().iter().map(|p| &p.source).collect();
    assert_eq!(sources.len(), 13);
    for passage in SHIPPED.passages() {
        assert!(passage.text.len() <= 900 && !passage.text.contains("<!--"), "{}", passage.id);
        assert!(passage.updated.is_some(), "{} has no date", passage.id);
        assert!(!passage.text.starts_with('#'), "{}", passage.id);
    }
}

#[test]
fn questions_find_their_article() {
    let mut missed = Vec::new();
    for (question, article) in [
        ("Hi, where is my order A-17 & when will it arrive?", "order-tracking"),
        ("Do you ship to Norway and what does it cost?", "shipping"),
        ("How much is shipping to France?", "shipping"),
        ("I want my money back!", "refunds"),
        ("I want a refund", "refunds"),
        ("Can I send the carburettor back, it does not fit", "returns"),
        ("my parcel has not arrived, I think it is lost", "lost-parcels"),
        ("Can I pay by PayPal?", "payment"),
        ("I need an invoice with our VAT number", "invoices"),
        ("what gap for the spark plugs?", "spark-plugs"),
        ("Which main jet should I take?", "carburettor-jets"),
        ("It is a carburettor, part no. 4150. Does it come with gaskets?", "carburettor-jets"),
        ("Is anyone there on Sunday? what are your opening hours", "opening-hours"),
        ("How long is the guarantee on a rebuilt carb", "warranty"),
        ("meine Bestellung C-9 ist nicht angekommen. Ich möchte mein Geld zurück!", ""),
        ("Was kosten die Versandkosten nach Norwegen?", "shipping"),
        ("Welche Zündkerzen brauche ich?", "spark-plugs"),
        ("Ich brauche eine Rechnung", "invoices"),
    ] {
        let found = best(question);
        if found.is_empty() || !found.starts_with(article) {
            missed.push(format!("{question}: {found}"));
        }
    }
    assert_eq!(missed, [""; 0]);
}

#[test]
fn a_question_about_two_things_finds_both() {
    let hits = SHIPPED.search("I got the wrong jets (size 68 and not 72). What now?", 3);
    for article in ["wrong-parts.md", "carburettor-jets.md"] {
        assert!(hits.iter().any(|hit| hit.source == article), "{article}");
    }
}

#[test]
fn the_exact_section_comes_first() {
    let norway = &SHIPPED.search("shipping to Norway", 1)[0];
    assert_eq!(norway.title, "Shipping times and prices: Norway, Switzerland and the United Kingdom");
    assert!(norway.text.contains("4 to 7 working days and costs 25 €"));
}

#[test]
fn hits_are_ordered_limited_and_stable() {
    let hits = SHIPPED.search("shipping costs delivery days", 4);
    assert_eq!(hits.len(), 4);
    assert!(hits.windows(2).all(|pair| pair[0].score >= pair[1].score) && hits[3].score > 0.0);
    assert_eq!(hits, SHIPPED.search("shipping costs delivery days", 4));
    assert!(SHIPPED.search("shipping", 0).is_empty());
    assert!(!SHIPPED.search("shipping", usize::MAX).is_empty());
}

#[test]
fn words_that_say_nothing_find_nothing() {
    for nothing in ["", "   ", "?!", "the and of", "und die der", "🙏🙏", "xyzzyqwv"] {
        assert!(SHIPPED.search(nothing, 5).is_empty(), "{nothing}");
    }
}

#[test]
fn query_syntax_is_only_words() {
    for syntax in [
        "title:shipping",
        "shipping AND (",
        "\"shipping",
        "+shipping -costs",
        "shipping^9",
        "a:[* TO *]",
        "*",
        "\\",
    ] {
        let _ = SHIPPED.search(syntax, 5);
    }
    assert!(!SHIPPED.search("shipping AND (", 5).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_breaks_the_search(text in any::<String>(), limit in 0..20_usize) {
        prop_assert!(SHIPPED.search(&text, limit).len() <= limit);
    }

    #[test]
    fn no_markdown_breaks_the_cutting(text in "([#>*`|<!\\-\\[\\]() \\n]|[a-zé€]{1,9}|<!-- |-->|\\n\\n){0,200}") {
        let article = Article { source: "a.md".to_owned(), text, changed: None };
        for cut in markdown::cut(&article) {
            prop_assert!(!cut.passage.text.is_empty() && cut.passage.text.len() <= 900);
        }
    }
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

#[test]
fn a_folder_is_cut_by_headings_and_notes() {
    let folder = folder(&[
        (
            "b.md",
            "# Title\n<!-- updated: 2026-10-01 -->\n<!-- link: https://x.example/b -->\n\nIntro *text*.\n\n## Part\n\n- one\n- two\n\nMore.\n",
        ),
        ("deep/a.md", "No heading here, only words."),
        ("ignored.txt", "# Not this"),
        (".hidden/c.md", "# Nor this"),
    ]);
    let knowledge = Knowledge::load(folder.path()).unwrap();
    let shown: Vec<_> =
        knowledge.passages().iter().map(|p| (p.id.as_str(), p.title.as_str(), p.text.as_str())).collect();
    assert_eq!(
        shown,
        [
            ("b.md#1", "Title", "Intro *text*."),
            ("b.md#2", "Title: Part", "- one\n- two\n\nMore."),
            ("deep/a.md#1", "deep/a", "No heading here, only words."),
        ]
    );
    let first = &knowledge.passages()[0];
    assert_eq!(first.link.as_deref(), Some("https://x.example/b"));
    assert_eq!(first.updated, Some("2026-10-01T00:00:00Z".parse().unwrap()));
    assert!(knowledge.passages()[2].updated.is_some(), "the file's own time");
    assert_eq!(knowledge.search("words", 5)[0].source, "deep/a.md");
}

#[test]
fn long_sections_are_cut_where_it_hurts_least() {
    let sentence = "This is a sentence about shipping, ends here. ";
    let text = format!("# T\n\n{}\n\n{}\n", sentence.repeat(50), "x".repeat(2000));
    let folder = folder(&[("long.md", &text)]);
    let knowledge = Knowledge::load(folder.path()).unwrap();
    let passages = knowledge.passages();
    assert!(passages.len() >= 5);
    assert!(passages.iter().all(|p| p.text.len() <= 900));
    assert!(passages[0].text.ends_with("ends here."));
    let words: usize = passages.iter().map(|p| p.text.matches("sentence").count()).sum();
    assert_eq!(words, 50, "nothing is lost");
    assert_eq!(passages.iter().map(|p| p.text.matches('x').count()).sum::<usize>(), 2000);
}

#[test]
fn an_empty_folder_knows_nothing() {
    let folder = folder(&[("empty.md", ""), ("title-only.md", "# Only a title")]);
    let knowledge = Knowledge::load(folder.path()).unwrap();
    assert!(knowledge.passages().is_empty() && knowledge.search("title", 3).is_empty());
}

#[test]
fn what_cannot_be_loaded_is_named() {
    let missing = Knowledge::load(Path::new("/no/such/folder")).unwrap_err();
    assert!(missing.to_string().starts_with("/no/such/folder cannot be read"));
    let folder = folder(&[]);
    fs::write(folder.path().join("latin1.md"), b"Gr\xfc\xdfe").unwrap();
    assert!(
        matches!(Knowledge::load(folder.path()).unwrap_err(), KnowledgeError::NotUtf8 { path } if path.ends_with("latin1.md"))
    );
}
