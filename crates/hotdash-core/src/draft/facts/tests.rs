//! The same fact has the same key however it is written.

use super::*;
use proptest::prelude::*;

fn found(text: &str) -> Vec<(Kind, String)> {
    facts(text).into_iter().map(|fact| (fact.kind, fact.key)).collect()
}

#[test]
fn one_fact_many_spellings() {
    for group in [
        vec!["25 €", "€25", "EUR 25.00", "25,00 EUR", "25 euros"],
        vec!["$1,250.50", "1250.5 dollars", "USD 1.250,50"],
        vec!["20%", "20 percent", "20 Prozent"],
        vec![
            "4-7 working days",
            "4 to 7 business days",
            "4–7 Werktage",
            "four to seven working days",
            "4 bis 7 Arbeitstagen",
        ],
        vec!["14 days", "14 Tage", "fourteen days", "14 días", "14 jours"],
        vec!["2026-03-12", "12.03.2026", "12 March", "March 12th", "12. März", "12 de marzo"],
        vec!["Monday", "Montag", "on Mondays"],
        vec!["https://shop.test/returns/", "http://shop.test/returns."],
        vec!["order 771", "order no. 771", "Bestellung 771", "order number: 771", "#771"],
        vec!["+49 30 5550199", "030 5550199", "030/555 01 99"],
    ] {
        let keys: Vec<_> = group.iter().map(|text| found(text)).collect();
        assert!(keys.iter().all(|k| k.len() == 1 && *k == keys[0]), "{group:?}: {keys:?}");
    }
}

#[test]
fn kinds_are_not_confused() {
    use Kind::{Amount, Date, Duration, Email, OrderNumber};
    let kinds = |text: &str| found(text).into_iter().map(|(kind, _)| kind).collect::<Vec<_>>();
    assert_eq!(
        kinds("Order A-17 of 12 March costs 25 € and takes 5 days; ask ann@shop.test"),
        [OrderNumber, Date, Amount, Duration, Email]
    );
    assert_eq!(kinds("It is a carburettor, part no. 4150, for a 1969 Mustang (size 68)."), []);
    assert_eq!(kinds("We may march in 3 rows. Version 4.15"), []);
}

#[test]
fn a_working_day_is_no_day() {
    assert_ne!(found("5 working days"), found("5 days"));
    assert_ne!(found("4-7 days"), found("7 days"));
}

proptest! {
    #[test]
    fn any_text_has_ordered_facts_inside_it(text in "[ -~€äéß–\\n]{0,120}") {
        let facts = facts(&text);
        prop_assert!(facts.windows(2).all(|pair| pair[0].end <= pair[1].start));
        prop_assert!(facts.iter().all(|f| text.get(f.start..f.end).is_some_and(|part| !part.is_empty())));
    }
}
