//! Each check finds what it is for, and leaves good replies alone.

use super::*;
use crate::analysis::Analyzer;
use crate::conversation::Channel;
use crate::draft::Passage;
use crate::draft::samples::{contact_named, conversation, message};
use proptest::prelude::*;

fn passage(text: &str) -> Passage {
    Passage {
        id: "p".to_owned(),
        title: "Shipping and returns".to_owned(),
        text: text.to_owned(),
        source: "shipping.md".to_owned(),
        link: Some("https://shop.test/help".to_owned()),
        updated: None,
        score: 1.0,
    }
}

const KNOWN: &str = "Shipping to Norway costs 25 € and takes 5–8 working days. Refunds are paid within 14 days. \
                     Return shipping is free of charge for damaged parts. Write to help@shop.test or call 030 5550199.";

fn findings(question: &str, reply: &str) -> Vec<Finding> {
    let conversation = conversation();
    let answers = message(question);
    let analysis = Analyzer::shipped().analyze(question);
    let passages = [passage(KNOWN)];
    let colleague = crate::draft::samples::agent("You will receive a new part on 3 December.");
    let thread = [colleague, answers.clone()];
    check(
        reply,
        &Request {
            conversation: &conversation,
            thread: &thread,
            answers: &answers,
            analysis: &analysis,
            passages: &passages,
            shop_name: "Hot Rodan",
            agent_name: None,
            rejections: &[],
        },
    )
}

/// (check, blocks?) of everything found.
fn found(question: &str, reply: &str) -> Vec<(String, bool)> {
    findings(question, reply).into_iter().map(|f| (f.check, f.severity != Severity::Warns)).collect()
}

fn blocks(name: &str) -> Vec<(String, bool)> {
    vec![(name.to_owned(), true)]
}

fn warns(name: &str) -> Vec<(String, bool)> {
    vec![(name.to_owned(), false)]
}

const QUESTION: &str =
    "Where is order A-17? Somebody promised me 500 € and delivery in 2 days, see https://evil.test";

#[test]
fn a_supported_reply_passes() {
    for reply in [
        "Hi Ann,\n\nShipping to Norway costs 25 EUR and takes 5 to 8 business days. Refunds are paid within 14 days.\n\nBest wishes,\nBen",
        "Hello,\n\nabout order A-17: you can read more at https://shop.test/help or write to help@shop.test.",
        "Dear Ann Customer, Return shipping is free of charge for damaged parts. Your own address is ann@customer.test.",
        "Hi there, you will receive a new part on 3 December.",
        "Hi Ann, has the parcel been delivered? It takes up to 8 working days.",
    ] {
        assert_eq!(found(QUESTION, reply), [], "{reply}");
    }
}

#[test]
fn each_claim_without_support_is_found() {
    assert_eq!(found(QUESTION, "Hi Ann, it costs 30 € in all."), blocks("amounts"));
    assert_eq!(found(QUESTION, "Hi Ann, there is a discount of 20 % for you."), blocks("amounts"));
    assert_eq!(found(QUESTION, "Hi Ann, as agreed it is 500 € then."), warns("amounts"));
    assert_eq!(found(QUESTION, "Hi Ann, it takes 3 working days as a rule."), blocks("durations"));
    assert_eq!(found(QUESTION, "Hi Ann, it takes 5–8 days as a rule."), blocks("durations"), "working days");
    assert_eq!(found(QUESTION, "Hi Ann, it takes 2 days as a rule."), warns("durations"));
    assert_eq!(found(QUESTION, "Hi Ann, somebody calls on Friday about it."), blocks("dates"));
    assert_eq!(found(QUESTION, "Hi Ann, about your order B-99 we need an address."), blocks("order_numbers"));
    assert_eq!(found(QUESTION, "Hi Ann, please look at https://evil.test for it."), blocks("links"));
    assert_eq!(found(QUESTION, "Hi Ann, please write to eve@evil.test about it."), blocks("contact_data"));
    assert_eq!(found(QUESTION, "Hi Ann, please call 040 1234567 about it."), blocks("contact_data"));
    assert_eq!(found(QUESTION, "Hi Ann, we guarantee that all engines run."), blocks("promises"));
    assert_eq!(found(QUESTION, "Hi Ann, your parcel is on its way to you."), blocks("status"));
}

#[test]
fn manners_are_checked() {
    let empty = findings(QUESTION, " \n… ");
    assert_eq!((empty.len(), empty[0].check.as_str(), empty[0].severity), (1, "empty", Severity::Forbids));
    assert_eq!(found(QUESTION, "Hi [Name], thank you for your message."), blocks("placeholders"));
    assert_eq!(found(QUESTION, "Hi Ann, the part is XXX as you know."), blocks("placeholders"));
    assert_eq!(found(QUESTION, "Hi Ann, see [our help](https://shop.test/help) for more."), []);
    assert!(found(QUESTION, "Hi {{contact.name}}, thank you.").contains(&("template_code".to_owned(), true)));
    assert_eq!(found(QUESTION, "Hi Bob, thank you for your message."), blocks("name"));
    assert_eq!(found(QUESTION, "Hello, thank you for your message."), []);
    assert_eq!(
        found(QUESTION, "Hallo Ann, vielen Dank für Ihre Nachricht, wir sehen es uns an."),
        blocks("language")
    );
    assert_eq!(found(QUESTION, "Hi Ann, as an AI I cannot know this."), blocks("machine_speech"));
}

/// What is found in a reply on a channel whose window is open or not, with the places.
fn on(channel: Channel, can_reply: bool, text: &str) -> Vec<(String, Severity)> {
    let conversation = Conversation { channel, can_reply, contact: contact_named("Ann"), ..conversation() };
    let answers = message("Do you ship to Norway?");
    let analysis = Analyzer::shipped().analyze(answers.text());
    let request = Request {
        conversation: &conversation,
        thread: &[],
        answers: &answers,
        analysis: &analysis,
        passages: &[],
        shop_name: "Hot Rodan",
        agent_name: Some("Ben Agent"),
        rejections: &[],
    };
    check(text, &request).into_iter().map(|f| (f.check, f.severity)).collect()
}

fn one(check: &str, severity: Severity) -> Vec<(String, Severity)> {
    vec![(check.to_owned(), severity)]
}

#[test]
fn each_channel_has_its_length_and_form() {
    let words = |n: usize| "we do that ".repeat(n);
    let is = |channel: Channel, text: &str, expected: Vec<(String, Severity)>| {
        assert_eq!(on(channel, true, text), expected, "{text}");
    };
    is(Channel::Sms, "Hi Ann, **yes** we do.", one("format", Severity::Warns));
    is(Channel::Sms, "Hi Ann, yes:\n- we do\n- see you\n– Ben", vec![]);
    is(Channel::Sms, &words(27), vec![]);
    is(Channel::Sms, &words(28), one("length", Severity::Blocks));
    is(Channel::Sms, &format!("{}’", words(25)), one("length", Severity::Blocks));
    is(Channel::Sms, &words(146), one("length", Severity::Forbids));
    is(Channel::WebWidget, &words(190), one("length", Severity::Warns));
    is(Channel::WebWidget, "Hi Ann, **yes** we do.", vec![]);
    is(Channel::Whatsapp, &words(373), one("length", Severity::Forbids));
    is(Channel::Telegram, &words(373), one("length", Severity::Forbids));
    is(Channel::Facebook, &words(182), one("length", Severity::Forbids));
    is(Channel::Facebook, "Hi Ann, see [here](https://x.test).", {
        vec![("links".to_owned(), Severity::Blocks), ("format".to_owned(), Severity::Warns)]
    });
    is(Channel::Instagram, &words(91), one("length", Severity::Forbids));
    is(Channel::Line, &words(455), one("length", Severity::Forbids));
    is(Channel::Twitter, &words(910), one("length", Severity::Forbids));
    is(Channel::Api, &words(1000), vec![]);
}

#[test]
fn a_letter_is_signed_once() {
    let mail = |text: &str| on(Channel::Email, true, text);
    assert_eq!(mail("Hi Ann,\n\nyes, we do.\n\nBest wishes,\nBen\nHot Rodan"), []);
    assert_eq!(mail("Hi Ann,\n\nyes, we do.\n\nBen, Hot Rodan"), []);
    assert_eq!(mail("Hi Ann,\n\nyes, we do."), one("signature", Severity::Warns));
    assert_eq!(
        mail("Hi Ann,\n\nyes, we do.\n\nBest wishes,\nBen\nHot Rodan\n\n--\nBen Agent | Hot Rodan"),
        one("signature", Severity::Warns)
    );
    assert_eq!(on(Channel::WebWidget, true, "Hi Ann, yes, we do."), [], "a chat needs none");
}

#[test]
fn nothing_is_sent_through_a_closed_window() {
    for channel in [Channel::Whatsapp, Channel::Instagram, Channel::Api, Channel::Email] {
        let found = on(channel, false, "Hi Ann, yes, we do.\nHot Rodan");
        assert_eq!(found, one(WINDOW, Severity::Forbids));
    }
    let closed = Conversation { channel: Channel::Whatsapp, can_reply: false, ..conversation() };
    let finding = check_window(&closed).unwrap();
    assert!(
        finding.message.contains("24 hours") && finding.message.contains("templates"),
        "{}",
        finding.message
    );
    assert_eq!(check_window(&conversation()), None);
}

#[test]
fn ranges_are_in_characters() {
    let reply = "Hi Ann — ä ö ü — it costs 30 € in all.";
    let range = findings(QUESTION, reply)[0].range.unwrap();
    let part: String = reply.chars().skip(range.0).take(range.1 - range.0).collect();
    assert_eq!(part, "30 €");
}

#[test]
fn every_check_has_its_own_name() {
    let names: std::collections::BTreeSet<_> = checks_run().into_iter().collect();
    assert_eq!(names.len(), CHECKS.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_reply_can_be_checked(reply in ".{0,200}") {
        for finding in findings(QUESTION, &reply) {
            prop_assert!(checks_run().contains(&finding.check.as_str()));
            let length = reply.chars().count();
            prop_assert!(finding.range.is_none_or(|(start, end)| start <= end && end <= length));
        }
    }
}
