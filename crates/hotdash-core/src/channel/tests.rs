//! The table is read whole, and parts are counted as carriers count them.

use super::parts::{Parts, first_unicode};
use super::*;
use crate::conversation::Channel;
use proptest::prelude::*;

const ALL: [Channel; 12] = [
    Channel::WebWidget,
    Channel::Email,
    Channel::Api,
    Channel::Sms,
    Channel::Whatsapp,
    Channel::Facebook,
    Channel::Instagram,
    Channel::Telegram,
    Channel::Line,
    Channel::Twitter,
    Channel::Tiktok,
    Channel::Other(String::new()),
];

#[test]
fn every_channel_has_rules_and_every_rule_a_channel() {
    let table: BTreeMap<String, Rules> = toml::from_str(SHIPPED).unwrap();
    for channel in &ALL {
        let name = if matches!(channel, Channel::Other(_)) { "other" } else { channel.name() };
        assert_eq!(Some(rules(channel)), table.get(name), "{name}");
        assert!(rules(channel).most <= 150_000, "Chatwoot takes no more: {name}");
    }
    assert_eq!(table.len(), ALL.len(), "a table for each");
}

#[test]
fn lengths_are_counted_as_the_network_does() {
    assert_eq!(rules(&Channel::Instagram).length("für 🏎"), 9, "bytes");
    assert_eq!(rules(&Channel::Telegram).length("für 🏎"), 6, "units");
}

#[test]
fn parts_of_a_text_message() {
    let cases = [
        (String::new(), 0, 0, false),
        ("a".repeat(160), 1, 160, false),
        ("a".repeat(161), 2, 161, false),
        ("a".repeat(306), 2, 306, false),
        ("a".repeat(307), 3, 307, false),
        ("ü".repeat(160), 1, 160, false),
        // The euro sign needs an escape before it.
        ("€".repeat(80), 1, 160, false),
        ("€".repeat(81), 2, 162, false),
        // 153 is odd: the escape and its character stay together.
        ("€".repeat(153), 3, 306, false),
        ("á".repeat(70), 1, 70, true),
        ("á".repeat(71), 2, 71, true),
        ("á".repeat(134), 2, 134, true),
        ("á".repeat(135), 3, 135, true),
        // A surrogate pair is never torn: 33 of them a part.
        ("🏎".repeat(35), 1, 70, true),
        ("🏎".repeat(66), 2, 132, true),
        ("🏎".repeat(67), 3, 134, true),
        (format!("{}’", "a".repeat(100)), 2, 101, true),
    ];
    for (text, parts, length, unicode) in cases {
        assert_eq!(Parts::of(&text), Parts { parts, length, unicode }, "{text}");
    }
    assert_eq!(first_unicode("It’s"), Some((2, '’')));
    assert_eq!(first_unicode("Grüße für 25 €, [hier]!"), None);
}

proptest! {
    /// Never more parts than a part for each character, never fewer than the characters need.
    #[test]
    fn parts_hold_what_they_say(text in ".{0,400}") {
        let counted = Parts::of(&text);
        prop_assert!(counted.length <= counted.room());
        let least = if counted.unicode { 66 } else { 152 };
        prop_assert!(counted.parts <= 1 || counted.length > (counted.parts - 1) * least);
        prop_assert_eq!(counted.unicode, first_unicode(&text).is_some());
    }
}
