//! The grammar: what is accepted, what is refused, and how the refusal reads.

mod check;
mod json;
mod naive;

use super::*;
use proptest::prelude::*;

fn problems(text: &str) -> Vec<String> {
    Rulebook::parse(&[("mine.toml", text)]).1.iter().map(ToString::to_string).collect()
}

fn rule(when: &str) -> String {
    format!("[[rule]]\nid = 'r'\ngroup = 'tags'\nthen = {{ tag = 'x' }}\nwhen = {when}\n")
}

#[test]
fn a_later_file_switches_rules_without_writing_them_again() {
    let off = Rulebook::parse(&[SHIPPED, ("mine.toml", "[switches]\nvip = false")]);
    assert_eq!(off.1, []);
    let vip = off.0.rules().iter().find(|rule| rule.id.as_str() == "vip").unwrap();
    assert!(!vip.enabled && vip.to_toml().contains("enabled = false"));
    assert_ne!(off.0.hash(), Rulebook::shipped().hash());
    let on = Rulebook::parse(&[SHIPPED, ("mine.toml", "[switches]\nvip = true")]);
    assert_eq!((on.0.hash(), on.1.len()), (Rulebook::shipped().hash(), 0));
    let (_, problems) = Rulebook::parse(&[SHIPPED, ("mine.toml", "[switches]\nvpi = false\nurgent = 0")]);
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "mine.toml, switches.urgent: expected true or false",
            "mine.toml, switches.vpi: there is no such rule here or in an earlier file; did you mean “vip”?",
        ]
    );
}

#[test]
fn the_shipped_rules_have_no_problem_and_a_reason_each() {
    let (rules, problems) = Rulebook::parse(&[SHIPPED]);
    assert_eq!(problems, []);
    let seen: Vec<(&str, i64)> = rules.rules().iter().map(|r| (r.id.as_str(), r.priority)).collect();
    assert_eq!(
        seen,
        [
            ("legal-or-fraud", 100),
            ("urgent", 90),
            ("vip", 85),
            ("assign", 50),
            ("after-hours", 40),
            ("after-hours-reply", 30)
        ]
    );
    assert!(rules.rules().iter().all(|rule| rule.why.len() > 20));
    // It writes to customers: only who switches it on lets it.
    let off: Vec<&str> = rules.rules().iter().filter(|rule| !rule.enabled).map(|r| r.id.as_str()).collect();
    assert_eq!(off, ["after-hours-reply"]);
    assert_eq!(Rulebook::shipped().hash(), rules.hash());
}

#[test]
fn every_operator_and_group_is_accepted() {
    for when in [
        "{ always = true }",
        "{ type = 'keyword', any_of = ['refund', 'money back'], stems = true }",
        "{ type = 'keyword', not_contains = 'refund' }",
        "{ type = 'regex', matches = '[A-F]-\\d+' }",
        "{ type = 'inbox', equals = 3 }",
        "{ type = 'channel', none_of = ['email', 'sms'] }",
        "{ type = 'tag', not_exists = true }",
        "{ type = 'sender', of = 'domain', equals = 'shop.test' }",
        "{ type = 'sender', of = 'attribute', key = 'tier', any_of = ['gold'] }",
        "{ type = 'sender', of = 'earlier_conversations', not_lt = 5 }",
        "{ type = 'time', not_equals = 'after_hours' }",
        "{ type = 'time', any_of = ['holiday', 'saturday', '22:00-06:00', '2026-12-24..2027-01-02', '2026-05-01'] }",
        "{ type = 'keyword', any_of = { en = ['refund'], de = ['Erstattung'], any = ['rma'] }, stems = true }",
        "{ type = 'keyword', contains = 'work', denied = 'only' }",
        "{ type = 'keyword', equals = 'stop' }",
        "{ type = 'inbox', any_of = ['Wholesale', 3] }",
        "{ type = 'sender', of = 'attribute', key = 'spent', gt = 1000 }",
        "{ type = 'sender', of = 'vip', equals = true }",
        "{ type = 'category', any_of = ['returns'] }",
        "{ type = 'escalation', exists = true }",
        "{ type = 'waiting_minutes', not_lt = 30 }",
        "{ type = 'waiting_minutes', exists = true }",
        "{ type = 'sla', any_of = ['warned', 'breached'] }",
        "{ type = 'sla', gt = 74 }",
        "{ type = 'agent_availability', lt = 2 }",
        "{ type = 'message_count', any_of = [1, 2] }",
        "{ type = 'agent_availability', not_equals = 'online' }",
        "{ type = 'sentiment', lt = -0.5 }",
        "{ type = 'urgency', gt = 0.5 }",
        "{ type = 'message_count', equals = 1 }",
        "{ type = 'attachment', exists = true }",
        "{ all = [{ any = [{ none = [{ type = 'language', equals = 'de' }] }] }], none = [{ always = true }] }",
    ] {
        assert_eq!(problems(&rule(when)), Vec::<String>::new(), "{when}");
    }
}

#[test]
fn an_intent_of_the_desks_own_model_is_known_by_its_name() {
    use crate::analysis::{Analyzer, Tag};
    use crate::cases::ordinary;
    use crate::decide::{Snapshot, decide};
    let labels = ["Track_Order".to_owned()];
    let read = |words: &str, labels: Option<&[String]>| {
        let text = rule(&format!("{{ type = 'intent', any_of = [{words}] }}"));
        let (rules, problems) = Rulebook::parse_with(&[("mine.toml", &text)], labels);
        (rules, problems.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    let (rules, problems) = read("'track_order', 'praise'", Some(&labels));
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(read("'anything'", None).1, Vec::<String>::new(), "whoever reads what is kept");
    assert_eq!(
        read("'praise', 'trak_order'", Some(&labels)).1,
        [
            "mine.toml, rule r, when.any_of: “trak_order” is not known; possible: question, complaint, praise, request, \
          general, track_order; did you mean “track_order”?"
        ]
    );
    let now = "2026-11-23T12:00:00Z".parse().unwrap();
    let hours = crate::hours::Hours::shipped();
    let acts = |text: &str, learned: Option<&str>| {
        let (conversation, message) = ordinary(text, now);
        let mut analysis = Analyzer::shipped().analyze(text);
        analysis.intent.learned =
            learned.map(|name| Tag { name: name.to_owned(), confidence: 0.9, words: Vec::new() });
        let seen = Snapshot::of(&conversation, &message, &analysis, &hours);
        let decision = decide(&rules, &seen, now);
        decision.trace.first().map(|trace| trace.because.clone())
    };
    let because = acts("Where is my order?", Some("Track_Order"));
    assert_eq!(because.as_deref(), Some("intent is question, Track_Order"));
    assert_eq!(acts("Where is my order?", Some("cancel_order")), None);
    assert_eq!(acts("Where is my order?", None), None);
    assert!(acts("Thank you so much, you are wonderful!", None).is_some(), "one of the five beside it");
}

#[test]
fn problems_name_file_rule_key_and_the_nearest_word() {
    let cases = [
        (
            rule("{ type = 'sentimant', equals = 'negative' }"),
            "mine.toml, rule r, when.type: “sentimant” is not known; possible: keyword, regex, inbox, channel, tag, \
             sender, time, agent_availability, sentiment, intent, category, urgency, escalation, language, \
             waiting_minutes, sla, attachment, message_count; did you mean “sentiment”?",
        ),
        (
            rule("{ all = [{ type = 'intent', any_of = ['complaints'] }] }"),
            "mine.toml, rule r, when.all[0].any_of: “complaints” is not known; possible: question, complaint, praise, \
             request, general; did you mean “complaint”?",
        ),
        (rule("{ type = 'message_count', gt = 'many' }"), "mine.toml, rule r, when.gt: expected a number"),
        (rule("{ any = [] }"), "mine.toml, rule r, when.any: expected a list of conditions"),
        (
            rule("{ type = 'tag', exists = true, equals = 'vip' }").replace("then", "than"),
            "mine.toml, rule r, than: “than” is not known; possible: id, name, priority, enabled, why, group, when, \
             then, after, since, once; did you mean “then”?",
        ),
        (
            "[[rule]]\nid = 'r'\ngroup = 'tag'\n".to_owned(),
            "mine.toml, rule r, group: “tag” is not known; possible: tags, assignment; did you mean “tags”?",
        ),
        ("[[rule]]\nname = 'x'\n".to_owned(), "mine.toml, id: every rule needs an id"),
        (
            rule("{ always = true }").replace("tag = 'x'", "asign = 'round_robin'"),
            "mine.toml, rule r, then.asign: “asign” is not known; possible: tag, priority, escalate, hold, note, draft, \
             assign, notify, snooze, resolve, template; did you mean “assign”?",
        ),
        (
            rule("{ always = true }").replace("tag = 'x'", "assign = 'round_robin'"),
            "all rules, rule r, then.assign: only a rule of the group \"assignment\" can assign; this one will not",
        ),
    ];
    for (text, expected) in cases {
        let found = problems(&text);
        assert!(found.iter().any(|p| p == expected), "{text}\nshould say {expected}\nsays {found:#?}");
    }
}

#[test]
fn a_rule_with_a_problem_is_left_out_and_the_others_stay() {
    let text = format!("{}{}", rule("{ type = 'nope' }"), rule("{ always = true }").replace("'r'", "'good'"));
    let (rules, problems) = Rulebook::parse(&[("mine.toml", &text)]);
    assert_eq!(problems.len(), 1);
    let ids: Vec<&str> = rules.rules().iter().map(|r| r.id.as_str()).collect();
    assert_eq!(ids, ["good"]);
}

#[test]
fn a_later_file_replaces_a_rule_and_changes_the_hash() {
    let own = rule("{ always = true }").replace("'r'", "'urgent'");
    let (rules, problems) = Rulebook::parse(&[SHIPPED, ("mine.toml", &own)]);
    assert_eq!(problems, []);
    assert_eq!(rules.rules().len(), 6);
    assert_ne!(rules.hash(), Rulebook::shipped().hash());
    assert_eq!(rules.hash().len(), 12);
}

#[test]
fn a_rule_that_is_never_reached_is_told() {
    let assign = |id: &str, priority: i64| {
        format!(
            "[[rule]]\nid = '{id}'\ngroup = 'assignment'\npriority = {priority}\nthen = {{ assign = 'round_robin' }}\n\
             when = {{ always = true }}\n"
        )
    };
    let found = problems(&(assign("low", 1) + &assign("high", 2)));
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_huge_pattern_is_refused() {
    let found = problems(&rule("{ type = 'regex', matches = '(\\w{1000}){1000}' }"));
    assert!(found[0].contains("when.matches"), "{found:?}");
}

proptest! {
    #[test]
    fn no_text_makes_parsing_panic(text in ".{0,200}", key in "[a-z_]{1,12}") {
        let _ = Rulebook::parse(&[("a", &text)]);
        let _ = Rulebook::parse(&[("b", &format!("[[rule]]\nid='x'\ngroup='tags'\n{key} = '{text}'"))]);
        let _ = Rulebook::parse(&[("c", &rule(&format!("{{ type = '{key}', {key} = 1 }}")))]);
    }
}

#[test]
fn the_hash_is_over_the_meaning_and_not_over_the_writing() {
    let hash = |text: &str| {
        let (rules, problems) = Rulebook::parse(&[("mine.toml", text)]);
        assert_eq!(problems, [], "{text}");
        rules.hash().to_owned()
    };
    let plain = rule("{ type = 'language', equals = 'de' }");
    let dressed = "# a comment\n[[rule]]\nwhen.equals = ['de']\nwhen.type = \"language\"\nenabled = true\n\
                   priority = 0\ngroup = 'tags'\nid = 'r'\nthen.tag = ['x']\n";
    assert_eq!(hash(&plain), hash(dressed));
    for other in [
        plain.replace("de'", "en'"),
        plain.replace("'r'", "'s'"),
        plain.replace("'x'", "'y'"),
        format!("{plain}enabled = false\n"),
        format!("{plain}[groups]\ntags = 'first'\n"),
    ] {
        assert_ne!(hash(&plain), hash(&other), "{other}");
    }
}

#[test]
fn what_is_printed_is_read_again_as_the_same_rule() {
    let (rules, _) = Rulebook::parse(&[SHIPPED]);
    for rule in rules.rules() {
        let (again, problems) = Rulebook::parse(&[("again.toml", &rule.to_toml())]);
        assert_eq!(problems, []);
        assert_eq!(format!("{:?}", again.rules()[0].then), format!("{:?}", rule.then));
        assert_eq!(again.rules()[0].source, rule.source);
    }
}

#[test]
fn an_escalation_to_somebody_is_a_rule_of_assignment_too() {
    let text = rule("{ always = true }").replace("tag = 'x'", "escalate = { team = 4 }");
    let (rules, problems) = Rulebook::parse(&[("mine.toml", &text)]);
    assert_eq!(problems, []);
    let seen: Vec<(&str, &str)> = rules.rules().iter().map(|r| (r.id.as_str(), r.group.name())).collect();
    assert_eq!(seen, [("r:to", "assignment"), ("r", "tags")]);
    // Who writes the rule anew takes that one back as well.
    let (rules, _) = Rulebook::parse(&[("a.toml", &text), ("b.toml", &rule("{ always = true }"))]);
    assert_eq!(rules.rules().len(), 1);
}

#[test]
fn limits_are_told_before_they_hurt() {
    let deep = format!("{}{{ always = true }}{}", "{ all = [".repeat(20), "] }".repeat(20));
    let many: String = (0..20).map(|_| "x{1000}").collect();
    for (when, said) in [
        (deep.as_str(), "groups stand in groups 12 deep"),
        (&format!("{{ type = 'regex', matches = '{}' }}", "x".repeat(3000)), "longer than 2000 characters"),
        (&format!("{{ type = 'regex', matches = '({many}){{50}}' }}"), "size limit"),
        ("{ type = 'keyword', any_of = ['!!!'] }", "has no word in it"),
        ("{ type = 'keyword', any_of = { english = ['x'] } }", "two letters"),
        ("{ type = 'keyword', any_of = 'x', denied = 'skipp' }", "did you mean “skip”?"),
        ("{ type = 'time', any_of = ['25:00-26:00'] }", "is not known; possible: business_hours"),
        ("{ type = 'inbox', exists = false }", "its contrary is not_exists"),
        ("{ always = false }", "enabled = false"),
    ] {
        let found = problems(&rule(when));
        assert!(found.iter().any(|p| p.contains(said)), "{when} should say {said}, says {found:?}");
    }
}
