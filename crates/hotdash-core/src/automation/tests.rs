//! Automations are pure: the same thread always gives the same answer, and nothing acts twice for one cause.

mod texts;
mod waits;

use super::*;
use crate::analysis::Analyzer;
use crate::cases::ordinary;
use crate::conversation::{Assignee, Author, Channel, Conversation, Direction, Envelope, Status};
use crate::hours::Hours;
use crate::ids::{AgentId, ContactId, ConversationId, EffectId};
use proptest::prelude::*;

const FRIDAY_NIGHT: &str = "2026-11-20T22:00:00Z";
const MONDAY_NOON: &str = "2026-11-23T12:00:00Z";
const REPLY: &str = r#"
    [[rule]]
    id = "after-hours-reply"
    group = "tags"
    when = { type = "time", equals = "after_hours" }
    once = "period"
    then = { template = "after_hours" }
"#;

/// A conversation and what is remembered of it.
struct Case {
    rules: Rulebook,
    conversation: Conversation,
    thread: Vec<Message>,
    fired: Vec<Fired>,
    templates: Templates,
    hours: Hours,
    trigger: Trigger,
    sent: usize,
    inbox_says_closed: bool,
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn case(rules: &str) -> Case {
    let (rules, problems) = Rulebook::parse(&[("case", rules)]);
    assert_eq!(problems, []);
    Case {
        rules,
        conversation: conversation(),
        thread: Vec::new(),
        fired: Vec::new(),
        templates: Templates::shipped(),
        hours: Hours::shipped(),
        trigger: Trigger::CustomerMessage,
        sent: 0,
        inbox_says_closed: false,
    }
}

fn conversation() -> Conversation {
    Conversation { id: ConversationId(142), ..ordinary("", Timestamp::UNIX_EPOCH).0 }
}

fn customer() -> Author {
    Author::Customer { id: ContactId(9), name: "Ann Customer".to_owned() }
}

fn ben() -> Author {
    Author::Agent { id: AgentId(2), name: "Ben".to_owned() }
}

impl Case {
    fn says(&mut self, author: Author, text: &str, when: &str) -> MessageId {
        let is_customer = matches!(author, Author::Customer { .. });
        let id = MessageId(i64::try_from(self.thread.len()).unwrap() + 1);
        self.thread.push(Message {
            id,
            conversation: ConversationId(142),
            direction: if is_customer { Direction::Incoming } else { Direction::Outgoing },
            author,
            ..ordinary(text, at(when)).1
        });
        id
    }

    fn customer(&mut self, text: &str, when: &str) -> MessageId {
        self.says(customer(), text, when)
    }

    fn look(&self, now: &str) -> Vec<Automation> {
        let message = self.thread.iter().rfind(|message| message.is_from_customer()).unwrap();
        let analysis = Analyzer::shipped().analyze(message.text());
        let seen = Snapshot::of(&self.conversation, message, &analysis, &self.hours);
        let flags = Flags {
            trigger: self.trigger,
            thread: &self.thread,
            fired: &self.fired,
            public_in_last_day: self.sent,
            most_public_a_day: 3,
            inbox_says_closed: self.inbox_says_closed,
            templates: &self.templates,
            shop: "Hot Rodan",
        };
        automations_for(&self.rules, &seen, &flags, at(now))
    }

    /// Look, and remember what came of it.
    fn act(&mut self, now: &str) -> Vec<Automation> {
        let found = self.look(now);
        let seen = self.thread.last().unwrap().id;
        for automation in &found {
            if !matches!(automation.due, Due::At(_)) {
                self.fired.push(Fired {
                    rule: automation.rule.clone(),
                    cause: automation.cause.clone(),
                    acted: automation.due == Due::Now,
                    at: at(now),
                    seen,
                });
            }
        }
        found
    }
}

/// The automatic message among them.
fn sent(automations: &[Automation]) -> Option<(String, String)> {
    automations.iter().flat_map(|automation| &automation.actions).find_map(|action| match action {
        Action::SendTemplate { language, text, .. } => Some((language.clone(), text.clone())),
        _ => None,
    })
}

fn refused(automations: &[Automation]) -> Vec<Reason> {
    automations.iter().flat_map(|automation| &automation.refused).map(|refusal| refusal.reason).collect()
}

#[test]
fn whoever_writes_at_night_is_told_once_when_the_team_is_back_and_again_the_next_night() {
    let mut case = case(REPLY);
    case.customer("Where is my order, please?", FRIDAY_NIGHT);
    let (language, text) = sent(&case.act(FRIDAY_NIGHT)).unwrap();
    assert_eq!(language, "en");
    assert!(
        text.starts_with("Hello Ann,\n") && text.contains("We are back on Monday at 9:00 (UTC)"),
        "{text}"
    );
    assert!(text.ends_with("Hot Rodan"), "{text}");

    case.customer("Hello? Is nobody there?", "2026-11-20T22:01:00Z");
    assert_eq!(case.act("2026-11-20T22:01:00Z"), [], "once in a closed period");
    case.customer("I am still waiting for my order", "2026-11-22T10:00:00Z");
    assert_eq!(case.act("2026-11-22T10:00:00Z"), [], "the weekend is one closed period");
    case.customer("And now in the office hours", MONDAY_NOON);
    assert_eq!(case.act(MONDAY_NOON), []);
    case.customer("And in the evening again", "2026-11-23T19:00:00Z");
    let (_, text) = sent(&case.act("2026-11-23T19:00:00Z")).unwrap();
    assert!(text.contains("We are back tomorrow at 9:00 (UTC)"), "{text}");
}

#[test]
fn no_machine_is_answered() {
    let refusal = |change: fn(&mut Case)| {
        let mut case = case(REPLY);
        case.customer("Where is my order, please?", FRIDAY_NIGHT);
        change(&mut case);
        refused(&case.look(FRIDAY_NIGHT))
    };
    let mail = |case: &mut Case, from: &str, subject: &str| {
        let envelope = Envelope {
            from: vec![from.to_owned()],
            subject: Some(subject.to_owned()),
            ..Envelope::default()
        };
        case.thread[0].envelope = Some(envelope);
    };
    let robot = |from: &str, subject: &str| {
        let mut case = case(REPLY);
        case.customer("Where is my order, please?", FRIDAY_NIGHT);
        mail(&mut case, from, subject);
        refused(&case.look(FRIDAY_NIGHT)) == [Reason::Robot]
    };
    assert!(robot("noreply@shop.test", "Your invoice"));
    assert!(robot("No-Reply+17@shop.test", "Your invoice"));
    assert!(robot("MAILER-DAEMON@mail.test", "Undelivered Mail Returned to Sender"));
    assert!(robot("ann@customer.test", "Automatic reply: Your order"));
    assert!(robot("ann@customer.test", "Re: AW: Out of Office"));
    assert!(robot("ann@customer.test", "Abwesenheitsnotiz: Ihre Bestellung"));
    assert!(robot("ann@customer.test", "Respuesta automática"));
    assert!(!robot("ann@customer.test", "Re: My order, out of office chairs"));
    assert!(!robot("norepley@customer.test", "Absence of a reply"));
    assert_eq!(refusal(|case| case.conversation.contact.blocked = true), [Reason::Blocked]);
    assert_eq!(refusal(|case| case.conversation.status = Status::Pending), [Reason::Bot]);
    let bot = |case: &mut Case| {
        case.conversation.assignee = Some(Assignee { id: AgentId(4), name: "Bot".to_owned(), is_bot: true });
    };
    assert_eq!(refusal(bot), [Reason::Bot]);
    assert_eq!(refusal(|case| case.conversation.can_reply = false), [Reason::Channel]);
    assert_eq!(refusal(|case| case.inbox_says_closed = true), [Reason::DeskSaysSo]);
    let automation = |case: &mut Case| {
        case.says(Author::Automation { rule: "12".to_owned() }, "We saw it", FRIDAY_NIGHT);
    };
    assert_eq!(refusal(automation), [Reason::Answered]);
    let colleague = |case: &mut Case| {
        case.says(ben(), "Hello Ann", FRIDAY_NIGHT);
    };
    assert_eq!(refusal(colleague), [Reason::Answered]);
    // Our own automatic message is no answer, and neither is the desk's greeting.
    let ours = |case: &mut Case| {
        case.says(Author::Automation { rule: "hotdash:e".to_owned() }, "Hello", FRIDAY_NIGHT);
        case.thread[1].marks.effect = Some(EffectId("e".to_owned()));
        case.says(Author::Template, "Welcome", FRIDAY_NIGHT);
    };
    assert_eq!(refusal(ours), []);
}

#[test]
fn a_machine_does_not_use_up_the_answer_of_a_person() {
    let mut case = case(REPLY);
    case.customer("I am away until Monday.", FRIDAY_NIGHT);
    case.thread[0].envelope =
        Some(Envelope { subject: Some("Out of office".to_owned()), ..Envelope::default() });
    assert_eq!(refused(&case.act(FRIDAY_NIGHT)), [Reason::Robot]);
    case.customer("Where is my order, please?", "2026-11-20T22:10:00Z");
    assert!(sent(&case.act("2026-11-20T22:10:00Z")).is_some());
}

#[test]
fn what_is_found_late_is_not_answered_by_itself() {
    let mut case = case(REPLY);
    case.customer("Where is my order, please?", FRIDAY_NIGHT);
    assert!(sent(&case.look("2026-11-20T22:14:00Z")).is_some());
    assert_eq!(refused(&case.look("2026-11-20T22:16:00Z")), [Reason::Late]);
    assert_eq!(case.look(MONDAY_NOON), [], "in business hours nobody says that the team is away");
    // Written a minute before closing time, found after it.
    case.thread[0].created_at = at("2026-11-20T16:59:00Z");
    assert_eq!(refused(&case.look("2026-11-20T17:01:00Z")), [Reason::TeamIsThere]);
}

#[test]
fn wrong_rules_are_named_with_place_and_nearest_word() {
    let wrong = |line: &str| {
        let then = if line.contains("then") { "" } else { "then = { resolve = true }" };
        let text =
            format!("[[rule]]\nid = \"r\"\ngroup = \"tags\"\nwhen = {{ always = true }}\n{line}\n{then}");
        let (_, problems) = Rulebook::parse(&[("own.toml", &text)]);
        problems.first().map(ToString::to_string).unwrap_or_default()
    };
    for right in [
        "after = \"30m\"",
        "after = \"30 business minutes\"",
        "after = \"2 business hours\"",
        "after = \"3 days\"\nsince = \"our_reply\"",
        "once = \"period\"",
        "then = { notify = \"leads\" }",
        "then = { notify = { to = [\"webhook\", \"ann@shop.test\"], text = \"Look\" } }",
        "then = { snooze = \"4h\" }",
        "then = { snooze = \"until next business hour\" }",
    ] {
        assert_eq!(wrong(right), "", "{right}");
    }
    for (line, told) in [
        ("after = \"0m\"", "after: expected a time"),
        ("after = \"2 business days\"", "after: expected a time"),
        ("after = 30", "after: expected a time"),
        ("since = \"our_reply\"", "since: says where"),
        ("after = \"3d\"\nsince = \"our_replies\"", "did you mean “our_reply”?"),
        ("once = \"conversations\"", "did you mean “conversation”?"),
        ("afetr = \"3d\"", "did you mean “after”?"),
        ("then = { notify = \"lead\" }", "did you mean “leads”?"),
        ("then = { notify = { text = \"x\" } }", "then.notify.to: expected"),
        ("then = { snooze = \"tomorrow\" }", "then.snooze: expected"),
        ("then = { snooze = \"4h\", resolve = true }", "snoozed and resolved at once"),
        ("then = { template = \" \" }", "then.template: expected"),
        ("then = { tempalte = \"x\" }", "did you mean “template”?"),
    ] {
        let found = wrong(line);
        assert!(found.contains(told), "{line}: {found}");
    }
}

#[test]
fn a_circle_of_labels_ends_and_too_long_a_chain_is_named() {
    let rule = |number: usize, when: &str, then: &str| {
        format!(
            "[[rule]]\nid = \"r{number}\"\ngroup = \"tags\"\nwhen = {when}\nonce = \"conversation\"\nthen = {{ tag = [\"{then}\"] }}\n"
        )
    };
    let tagged = |label: &str| format!("{{ type = \"tag\", equals = \"{label}\" }}");
    let circle = [rule(1, "{ always = true }", "a"), rule(2, &tagged("a"), "b"), rule(3, &tagged("b"), "a")];
    let mut case = case(&circle.concat());
    case.customer("Hello", MONDAY_NOON);
    let found = case.act(MONDAY_NOON);
    let acted: Vec<&str> = found.iter().map(|automation| automation.rule.as_str()).collect();
    assert_eq!(acted, ["r1", "r2", "r3"]);
    assert!(found.iter().all(|automation| automation.due == Due::Now));

    // Written so that each round finds one more.
    let mut chain: Vec<String> =
        (1..9).map(|n| rule(n, &tagged(&format!("l{n}")), &format!("l{}", n + 1))).rev().collect();
    chain.push(rule(0, "{ always = true }", "l1"));
    let mut case = self::case(&chain.concat());
    case.customer("Hello", MONDAY_NOON);
    let found = case.act(MONDAY_NOON);
    assert_eq!(refused(&found), [Reason::TooDeep]);
    assert!(found.len() <= MOST_DEPTH + 1, "{found:?}");
    assert_eq!(case.look(MONDAY_NOON), [], "and that is remembered");
}

#[test]
fn the_daily_limit_tells_the_leads_once() {
    let mut case = case(
        "[[rule]]\nid = \"hi\"\nname = \"Hi\"\ngroup = \"tags\"\nwhen = { always = true }\nthen = { template = \"hi\" }",
    );
    case.templates = Templates::parse(&[SHIPPED_TEMPLATES, ("own", "[template.hi.text]\nen = \"Hi\"")]).0;
    case.sent = 3;
    for told in [1, 0] {
        case.customer("Hello", MONDAY_NOON);
        let found = case.act(MONDAY_NOON);
        assert_eq!((sent(&found), refused(&found)), (None, vec![Reason::DailyLimit]));
        let notices =
            found.iter().flat_map(|a| &a.actions).filter(|a| matches!(a, Action::Notify { .. })).count();
        assert_eq!(notices, told);
    }
}

proptest! {
    // Each case looks at thousands of minutes.
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is written and whenever somebody looks: a message that was sent in a closed period is not sent again in
    /// it, none is sent while the team is there, and the same question gets the same answer.
    #[test]
    fn nobody_is_told_twice_in_a_period_or_while_the_team_is_there(
        messages in prop::collection::vec((0_i64..(14 * 24 * 60), ".{0,40}"), 1..12),
        delay in 0_i64..30,
    ) {
        let mut messages = messages;
        messages.sort();
        let mut case = case(REPLY);
        let mut told: Vec<Timestamp> = Vec::new();
        for (minute, text) in messages {
            let written = at("2026-11-16T00:00:00Z") + jiff::SignedDuration::from_mins(minute);
            let now = written + jiff::SignedDuration::from_mins(delay);
            case.customer(&text, &written.to_string());
            prop_assert_eq!(case.look(&now.to_string()), case.look(&now.to_string()));
            if sent(&case.act(&now.to_string())).is_some() {
                let period = stretch(&case.hours, now);
                prop_assert!(!period.open && delay <= 15);
                prop_assert!(!told.contains(&period.since));
                told.push(period.since);
            }
        }
    }

    /// A stretch is what a clock shows that is looked at every minute.
    #[test]
    fn a_stretch_is_open_or_closed_throughout(start in 0_i64..(21 * 24 * 60), seconds in 0_i64..60) {
        let hours = Hours::shipped().in_zone("Europe/Berlin").unwrap();
        let minute = jiff::SignedDuration::from_mins(1);
        let now = at("2026-10-19T00:00:00Z") + jiff::SignedDuration::from_mins(start);
        let now = now + jiff::SignedDuration::from_secs(seconds);
        let found = stretch(&hours, now);
        let until = found.until.unwrap();
        prop_assert!(found.since <= now && now < until);
        prop_assert!(hours.is_open(until) != found.open && hours.is_open(found.since - minute) != found.open);
        let mut at = found.since;
        while at < until {
            prop_assert_eq!(hours.is_open(at), found.open);
            at += minute;
        }
    }
}
