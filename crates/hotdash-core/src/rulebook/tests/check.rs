//! Rules that can be read but cannot mean what they say are told; sensible ones are not.

use crate::rulebook::{Rulebook, SHIPPED, Severity};

fn told(rules: &str) -> Vec<(Severity, String)> {
    let (book, problems) = Rulebook::parse(&[("mine.toml", rules)]);
    assert!(problems.iter().all(|p| p.file == "all rules"), "{problems:#?}");
    let all = book.check();
    all.iter().map(|p| (p.severity, p.to_string())).collect()
}

fn rule(id: &str, group: &str, then: &str, when: &str) -> String {
    format!(
        "[[rule]]\nid = '{id}'\ngroup = '{group}'\nwhy = 'Because.'\nthen = {{ {then} }}\nwhen = {when}\n"
    )
}

fn tags(id: &str, when: &str) -> String {
    rule(id, "tags", &format!("tag = 'tag-{id}'"), when)
}

#[test]
fn the_shipped_rules_make_sense() {
    assert_eq!(Rulebook::parse(&[SHIPPED]).0.check(), []);
}

#[test]
fn what_can_never_hold_is_an_error() {
    for when in [
        "{ all = [{ type = 'language', equals = 'de' }, { type = 'language', equals = 'en' }] }",
        "{ all = [{ type = 'language', equals = 'de' }, { type = 'language', not_equals = 'de' }] }",
        "{ all = [{ type = 'message_count', gt = 5 }, { type = 'message_count', lt = 3 }] }",
        "{ all = [{ type = 'message_count', gt = 5 }, { type = 'message_count', not_gt = 5 }] }",
        "{ all = [{ type = 'message_count', equals = 2 }, { type = 'message_count', gt = 2 }] }",
        "{ all = [{ type = 'sentiment', equals = 'positive' }, { all = [{ type = 'sentiment', equals = 'negative' }] }] }",
        "{ all = [{ type = 'tag', not_exists = true }, { type = 'tag', equals = 'vip' }] }",
        "{ all = [{ type = 'tag', equals = 'vip' }, { type = 'tag', not_equals = 'vip' }] }",
        "{ any = [{ all = [{ type = 'intent', equals = 'praise' }, { type = 'intent', equals = 'complaint' }] }] }",
        "{ none = [{ always = true }] }",
        "{ all = [{ type = 'time', equals = 'saturday' }, { type = 'time', not_equals = 'saturday' }] }",
    ] {
        let told = told(&tags("r", when));
        assert_eq!(told.len(), 1, "{when}: {told:?}");
        assert!(told[0].0 == Severity::Error && told[0].1.contains("never hold"), "{when}: {told:?}");
    }
}

#[test]
fn what_can_hold_is_left_in_peace() {
    for when in [
        "{ all = [{ type = 'tag', equals = 'vip' }, { type = 'tag', equals = 'b2b' }] }",
        "{ all = [{ type = 'time', equals = 'saturday' }, { type = 'time', equals = 'business_hours' }] }",
        "{ any = [{ type = 'language', equals = 'de' }, { type = 'language', equals = 'en' }] }",
        "{ all = [{ type = 'message_count', gt = 2 }, { type = 'message_count', lt = 4 }] }",
        "{ all = [{ type = 'sender', of = 'attribute', key = 'a', gt = 9 }, { type = 'sender', of = 'attribute', key = 'b', lt = 3 }] }",
        "{ all = [{ type = 'waiting_minutes', not_gt = 5 }, { type = 'waiting_minutes', not_exists = true }] }",
        "{ all = [{ type = 'keyword', contains = 'a' }, { type = 'keyword', not_contains = 'b' }] }",
        "{ type = 'keyword', any_of = ['working', 'not working', 'refund', 'full payback'] }",
        "{ type = 'inbox', any_of = [1, 2] }",
    ] {
        assert_eq!(told(&tags("r", when)), [], "{when}");
    }
}

#[test]
fn who_is_never_reached_is_told_by_whom() {
    let assign = |id: &str, when: &str| rule(id, "assignment", "assign = 'round_robin'", when);
    let all = assign("first", "{ any = [{ always = true }, { type = 'language', equals = 'de' }] }");
    let found = told(&(all + &assign("second", "{ type = 'language', equals = 'de' }")));
    assert_eq!(
        found,
        [(
            Severity::Error,
            "all rules, rule second, priority: never reached: rule first matches every message first"
                .to_owned()
        )]
    );
    let groups = "[groups]\nreturns = 'first'\n";
    let own = rule("a", "returns", "tag = 'a'", "{ always = true }")
        + &rule("b", "returns", "tag = 'b'", "{ type = 'language', equals = 'de' }");
    assert!(told(&format!("{groups}{own}"))[0].1.contains("rule b, priority: never reached"));
}

#[test]
fn twins_that_disagree_are_told() {
    let german = "{ type = 'language', equals = 'de' }";
    let german_too = "{ equals = ['DE'], type = 'language' }";
    let high = rule("high", "tags", "priority = 'high'", german);
    let low = rule("low", "tags", "priority = 'low'", german_too);
    assert_eq!(
        told(&(high.clone() + &low)),
        [(
            Severity::Warning,
            "all rules, rule low, then.priority: rule high sets another priority under the same conditions; high wins"
                .to_owned()
        )]
    );
    assert!(
        told(&(high.clone() + &high.replace("'high'\ngroup", "'again'\ngroup")))[0]
            .1
            .contains("does the same")
    );
    let ben = rule("ben", "assignment", "assign = { agent = 'Ben' }", german);
    let cleo = rule("cleo", "assignment", "assign = { agent = 'Cleo' }", german);
    assert!(told(&(ben + &cleo))[0].1.contains("rule cleo, then.assign: rule ben assigns otherwise"));
    assert_eq!(told(&(high + &tags("other", german))), []);
}

#[test]
fn rules_that_set_each_other_off_are_told() {
    let adds = |id: &str, label: &str, waits: &str| {
        rule(id, "tags", &format!("tag = '{label}'"), &format!("{{ type = 'tag', equals = '{waits}' }}"))
    };
    let ring = adds("one", "a", "c") + &adds("two", "b", "a") + &adds("three", "c", "b");
    let found = told(&ring);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].1.contains("one → two → three → one"), "{found:?}");
    assert!(told(&adds("own", "a", "a"))[0].1.contains("waits for itself"));
    let escalates = rule("e", "tags", "escalate = true", "{ type = 'tag', equals = 'needs_attention' }");
    assert!(told(&escalates)[0].1.contains("waits for itself"));
    // Adding a label where it is not yet, or in a row without return, is no loop.
    assert_eq!(told(&rule("n", "tags", "tag = 'a'", "{ type = 'tag', not_equals = 'a' }")), []);
    assert_eq!(told(&(adds("one", "b", "a") + &adds("two", "c", "b"))), []);
}

#[test]
fn words_that_add_nothing_and_missing_reasons_are_told() {
    let found = told(&tags(
        "r",
        "{ type = 'keyword', any_of = ['refund', 'full refund', 'bestell*', 'Bestellung'] }",
    ));
    let told_of: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(
        told_of,
        [
            "all rules, rule r, when: “full refund” adds nothing: “refund” is found in it already",
            "all rules, rule r, when: “bestellung” adds nothing: “bestell*” is found in it already",
        ]
    );
    let silent = tags("r", "{ always = true }").replace("why = 'Because.'\n", "");
    assert!(told(&silent)[0].1.contains("rule r, why: say why"));
    assert_eq!(told(&format!("{}enabled = false\n", silent)), [], "what is switched off bothers nobody");
}
