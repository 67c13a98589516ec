//! Topics found, named, found again.

use super::*;
use crate::simulated::Random;

fn is_function_word(word: &str) -> bool {
    ["the", "and", "not", "does", "can", "you", "with", "for", "where", "have", "how", "was"].contains(&word)
}

fn text(id: i64, says: &str) -> Text {
    Text::new(ConversationId(id), says, Some("en"), is_function_word)
}

/// The words of a matter; each text has the first with two chances of three, and three others.
const PARCELS: [&str; 7] = ["parcel", "tracking", "delivery", "courier", "lost", "late", "doorstep"];
const PASSWORDS: [&str; 7] = ["password", "reset", "login", "blocked", "code", "mail", "expired"];
const INVOICES: [&str; 7] = ["invoice", "charged", "amount", "twice", "refund", "card", "wrong"];

const SIZES: [&str; 7] = ["size", "small", "large", "shoe", "shirt", "chart", "fits"];

/// Words that come with anything.
const ANY: [&str; 6] = ["please", "help", "today", "again", "still", "hello"];

fn texts(kinds: &[&[&'static str]], from: i64, each: i64) -> Vec<Text> {
    let mut chance = Random(u64::try_from(from).unwrap() + 1);
    let mut all = Vec::new();
    for (kind, words) in kinds.iter().enumerate() {
        for number in 0..each {
            let mut says = Vec::new();
            if chance.uniform() < 0.67 {
                says.push(words[0]);
            }
            let mut pick = |from: &[&'static str]| from[(chance.uniform() * from.len() as f64) as usize];
            says.extend([pick(words), pick(words), pick(words), pick(&ANY), pick(&ANY)]);
            all.push(text(from + kind as i64 * 1000 + number, &says.join(" ")));
        }
    }
    all
}

#[test]
fn texts_of_one_matter_come_together_under_its_words() {
    let found = learn(&texts(&[&PARCELS, &PASSWORDS, &INVOICES], 0, 40), &Topics::default(), 10);
    assert_eq!(found.topics.len(), 3, "{:?}", found.topics.iter().map(|t| &t.name).collect::<Vec<_>>());
    for topic in &found.topics {
        let kinds: std::collections::BTreeSet<i64> =
            topic.conversations.iter().map(|id| id.0 / 1000).collect();
        assert_eq!(kinds.len(), 1, "{}: {kinds:?}", topic.name);
        assert!(topic.conversations.len() >= 30, "{}: {}", topic.name, topic.conversations.len());
        assert!(topic.examples.iter().all(|id| topic.conversations.contains(id)));
    }
    let of_parcel = found.of(&text(9, "is a parcel lost by the courier?")).unwrap();
    assert!(of_parcel.name.contains("parcel"), "{}", of_parcel.name);
    assert_eq!(found.of(&text(9, "good morning")), None);
}

#[test]
fn the_order_of_the_texts_changes_nothing() {
    let mut all = texts(&[&PARCELS, &PASSWORDS, &INVOICES], 0, 40);
    let found = learn(&all, &Topics::default(), 10);
    all.reverse();
    assert_eq!(learn(&all, &Topics::default(), 10), found);
}

#[test]
fn a_topic_keeps_its_number_and_its_name_when_others_come_and_go() {
    let first = learn(&texts(&[&PARCELS, &PASSWORDS, &SIZES], 0, 40), &Topics::default(), 10);
    // Later other conversations, fewer parcels, and invoices instead of passwords.
    let mut later = texts(&[&PARCELS], 10_000, 25);
    later.extend(texts(&[&INVOICES, &SIZES], 20_000, 40));
    let second = learn(&later, &first, 10);
    // The topic to which most of these conversations belong.
    let of = |topics: &Topics, ids: std::ops::Range<i64>| {
        let members = |topic: &&Topic| topic.conversations.iter().filter(|id| ids.contains(&id.0)).count();
        topics.topics.iter().max_by_key(members).cloned().unwrap()
    };
    let parcels = [of(&first, 0..40), of(&second, 10_000..10_025)];
    assert_eq!((parcels[0].id, &parcels[0].name), (parcels[1].id, &parcels[1].name));
    let invoices = of(&second, 20_000..20_040);
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
