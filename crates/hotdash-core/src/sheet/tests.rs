//! Names that a spreadsheet would run, and those it would not.

use super::csv;
use proptest::prelude::*;
use serde::Serialize;

#[derive(Serialize)]
struct Row {
    name: String,
    value: Option<f64>,
}

fn cells(text: &str) -> Vec<[String; 2]> {
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    reader.records().map(Result::unwrap).map(|row| [row[0].to_owned(), row[1].to_owned()]).collect()
}

#[test]
fn no_cell_is_a_formula_and_numbers_stay_numbers() {
    for (name, shown) in [
        ("=HYPERLINK(\"https://evil.test\")", "'=HYPERLINK(\"https://evil.test\")"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("\tsoon", "'\tsoon"),
        ("-5", "-5"),
        ("+1", "+1"),
        ("a=b", "a=b"),
        ("", ""),
    ] {
        let text = csv(&[Row { name: name.to_owned(), value: Some(-0.5) }]).unwrap();
        assert_eq!(cells(&text), [[shown.to_owned(), "-0.5".to_owned()]], "{text}");
    }
    assert_eq!(csv::<Row>(&[]).unwrap(), "");
}

proptest! {
    #[test]
    fn every_other_name_comes_back_as_it_was(name in "[=+@\\-]?[a-z0-9 ,\"\n\r\t=+@-]{0,12}", value in proptest::option::of(-9.0..9.0)) {
        let text = csv(&[Row { name: name.clone(), value }]).unwrap();
        let [shown, number] = &cells(&text)[0];
        prop_assert_eq!(number.parse::<f64>().ok(), value);
        let marked = format!("'{name}");
        prop_assert!(*shown == name || *shown == marked, "{shown:?}");
        let risky = shown.starts_with(['=', '+', '-', '@', '\t', '\r']);
        prop_assert!(!risky || shown.parse::<f64>().is_ok(), "{shown:?}");
    }
}
