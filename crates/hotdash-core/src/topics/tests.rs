//! Topics found, named, found again.

use super::*;

fn is_function_word(word: &str) -> bool {
    ["the", "and", "not", "does", "can", "you", "with", "for", "where", "have", "how", "was"].contains(&word)
}

fn text(id: i64, says: &str) -> Text {
    Text::new(ConversationId(id), says, Some("en"), is_function_word)
}

const PARCELS: [&str; 4] = [
    "where is the parcel, tracking shows nothing",
    "parcels not delivered, tracking stopped",
    "the courier lost a parcel @courier_bot https://track.example/88",
    "delivery of the parcel is late",
];
const PASSWORDS: [&str; 4] = [
    "cannot log in, password reset mail missing",
    "how can you reset passwords",
    "password wrong, login blocked",
    "reset the login password",
];
const INVOICES: [&str; 3] =
    ["invoice shows the wrong amount", "invoices charged twice", "charged a wrong amount on the invoice"];

fn texts(kinds: &[&[&str]], from: i64, each: i64) -> Vec<Text> {
    let mut all = Vec::new();
    for (kind, says) in kinds.iter().enumerate() {
        for number in 0..each {
            let id = from + kind as i64 * 1000 + number;
            all.push(text(id, says[number as usize % says.len()]));
        }
    }
    all
}

#[test]
fn texts_of_one_matter_come_together_under_its_words() {
    let found = learn(&texts(&[&PARCELS, &PASSWORDS, &INVOICES], 0, 20), &Topics::default(), 10);
    assert_eq!(found.topics.len(), 3, "{:?}", found.topics.iter().map(|t| &t.name).collect::<Vec<_>>());
    for topic in &found.topics {
        let kinds: std::collections::BTreeSet<i64> =
            topic.conversations.iter().map(|id| id.0 / 1000).collect();
        assert_eq!(kinds.len(), 1, "{}: {kinds:?}", topic.name);
        assert!(topic.conversations.len() >= 18, "{}: {}", topic.name, topic.conversations.len());
        assert!(topic.examples.iter().all(|id| topic.conversations.contains(id)));
    }
    let of_parcel = found.of(&text(9, "is a parcel lost by the courier?")).unwrap();
    assert!(of_parcel.name.contains("parcel"), "{}", of_parcel.name);
    assert_eq!(found.of(&text(9, "good morning")), None);
}

#[test]
fn the_order_of_the_texts_changes_nothing() {
    let mut all = texts(&[&PARCELS, &PASSWORDS, &INVOICES], 0, 20);
    let found = learn(&all, &Topics::default(), 10);
    all.reverse();
    assert_eq!(learn(&all, &Topics::default(), 10), found);
}

#[test]
fn a_topic_keeps_its_number_and_its_name_when_others_come_and_go() {
    let first = learn(&texts(&[&PARCELS, &PASSWORDS], 0, 20), &Topics::default(), 10);
    // Later other conversations, fewer parcels, and invoices instead of passwords.
    let mut later = texts(&[&PARCELS[1..]], 10_000, 12);
    later.extend(texts(&[&INVOICES], 20_000, 30));
    let second = learn(&later, &first, 10);
    let parcels =
        |topics: &Topics| topics.topics.iter().find(|t| t.name.contains("parcel")).cloned().unwrap();
    assert_eq!(parcels(&second).id, parcels(&first).id);
    assert_eq!(parcels(&second).name, parcels(&first).name);
    let invoices = second.topics.iter().find(|t| t.name.contains("invoice")).unwrap();
    assert!(first.topics.iter().all(|topic| topic.id != invoices.id), "a number is never given twice");
}

#[test]
fn fewer_than_five_conversations_are_no_topic() {
    assert!(learn(&texts(&[&PARCELS], 0, 4), &Topics::default(), 10).topics.is_empty());
    assert_eq!(learn(&[], &Topics::default(), 10).texts, 0);
}

#[test]
fn names_addresses_numbers_and_function_words_are_no_words_of_a_topic() {
    let text =
        text(1, "@Shop WHERE is order 4711? see https://shop.example/a, I don't know, ask me@x.example");
    let stems: Vec<&str> = text.stems.keys().map(String::as_str).collect();
    assert_eq!(stems, ["ask", "know", "order", "see"]);
}

#[test]
fn growth_of_a_few_is_not_sure_and_growth_from_nothing_has_no_ratio() {
    assert!(!growth(3, 7.0, 1, 7.0).unwrap().grows());
    let fresh = growth(12, 7.0, 0, 28.0).unwrap();
    assert_eq!((fresh.times, fresh.upper), (None, None));
    assert!(fresh.grows());
    assert_eq!(growth(0, 7.0, 0, 7.0), None);
}
