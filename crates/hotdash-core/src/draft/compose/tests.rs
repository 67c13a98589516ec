//! Letters in general; single ones stand in `tests/cases/drafting`.

use super::*;
use crate::channel::parts::Parts;
use crate::conversation::Channel;
use crate::draft::check::{Severity, check};
use crate::draft::samples::{contact_named, conversation, message};
use proptest::prelude::*;

#[test]
fn first_names() {
    for (name, first) in [
        ("Ann Customer", Some("Ann")),
        ("Jörg Müller", Some("Jörg")),
        ("Anne-Marie", Some("Anne-Marie")),
        ("Łukasz", Some("Łukasz")),
        ("Customer 49", None),
        ("weathered-snow-123", None),
        ("ann@customer.test", None),
        ("+15550100", None),
        ("Visitor", None),
        ("quiet forest", None),
        ("", None),
        ("A", None),
        ("Dr. Ann", None),
    ] {
        assert_eq!(first_name(name), first, "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Whatever a customer writes and is called, without knowledge the letter states nothing that a check blocks, and
    /// a text message stays short.
    #[test]
    fn any_message_gets_a_letter_without_claims(text in ".{0,120}", name in ".{0,20}", sms in any::<bool>()) {
        let mut conversation = conversation();
        conversation.contact = contact_named(&name);
        if sms {
            conversation.channel = Channel::Sms;
        }
        let answers = message(&text);
        let analysis = Analyzer::shipped().analyze(&text);
        let request = Request {
            conversation: &conversation,
            thread: std::slice::from_ref(&answers),
            answers: &answers,
            analysis: &analysis,
            passages: &[],
            shop_name: "Hot Rodan",
            agent_name: Some("Ben Agent"),
            rejections: &[],
        };
        let composed = compose(&request);
        prop_assert_eq!(&composed, &compose(&request));
        let blocking: Vec<_> =
            check(&composed.text, &request).into_iter().filter(|f| f.severity != Severity::Warns).collect();
        prop_assert!(blocking.is_empty(), "{:?}\n{}", blocking, composed.text);
        prop_assert!(!sms || !Parts::of(&composed.text).is_too_many(), "{}", composed.text);
    }
}
