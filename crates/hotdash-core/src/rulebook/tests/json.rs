//! The original guide's JSON: what is understood, as which rule, and what is refused in which words.

use crate::rulebook::{Problem, Rulebook, SHIPPED};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Read as JSON and, printed as TOML, once more: both must be the same.
fn read(rules: &Value) -> (Rulebook, Vec<Problem>) {
    let text = rules.to_string();
    let (book, problems) = Rulebook::parse(&[("guide.json", &text)]);
    let (toml, told) = Rulebook::import("guide.json", &text);
    assert_eq!(told, problems);
    if problems.is_empty() {
        let (again, problems) = Rulebook::parse(&[("guide.toml", &toml)]);
        assert_eq!(problems, [], "{toml}");
        assert_eq!(again.hash(), book.hash(), "{toml}");
    }
    (book, problems)
}

fn one(condition: &Value, action: &Value) -> Value {
    json!({"id": "r", "name": "R", "priority": 10, "enabled": true, "conditions": [condition], "action": action})
}

fn tag() -> Value {
    json!({"type": "tag", "target": "x"})
}

#[test]
fn conditions_become_those_of_the_grammar() {
    let words = regex::Regex::new(r#"asks: "(?:[^"\\]|\\.)*""#).unwrap();
    for (condition, toml) in [
        (
            json!({"type": "keyword", "operator": "contains", "value": ["refund", "money back"]}),
            "{ type = 'keyword', any_of = ['refund', 'money back'] }",
        ),
        (
            json!({"type": "keyword", "operator": "notContains", "value": "refund"}),
            "{ type = 'keyword', none_of = 'refund' }",
        ),
        (
            json!({"type": "keyword", "operator": "matches", "value": "ord-\\d+"}),
            "{ type = 'regex', matches = 'ord-\\d+' }",
        ),
        (json!({"type": "inbox", "operator": "equals", "value": 3}), "{ type = 'inbox', equals = 3 }"),
        (
            json!({"type": "inbox", "operator": "in", "value": ["3", "Shop"]}),
            "{ type = 'inbox', any_of = ['3', 'Shop'] }",
        ),
        (json!({"type": "label", "operator": "not_exists"}), "{ type = 'tag', not_exists = true }"),
        (
            json!({"type": "sender", "operator": "contains", "value": "@shop.test"}),
            "{ type = 'sender', of = 'domain', contains = ['shop.test'] }",
        ),
        (
            json!({"type": "sender", "operator": "equals", "value": "ann@shop.test"}),
            "{ type = 'sender', of = 'email', equals = ['ann@shop.test'] }",
        ),
        (
            json!({"type": "sender", "operator": "equals", "value": {"vip": true}}),
            "{ type = 'sender', of = 'vip', equals = ['true'] }",
        ),
        (
            json!({"type": "sender", "operator": ">=", "value": {"attribute": "spent", "value": 1000}}),
            "{ type = 'sender', of = 'attribute', key = 'spent', not_lt = 1000 }",
        ),
        (
            json!({"type": "time", "operator": "equals", "value": "Business hours"}),
            "{ type = 'time', any_of = 'business_hours' }",
        ),
        (
            json!({"type": "time", "operator": "outside", "value": {"start": "09:00", "end": "17:00"}}),
            "{ type = 'time', none_of = '09:00-17:00' }",
        ),
        (
            json!({"type": "agent_availability", "operator": "equals", "value": "offline"}),
            "{ type = 'agent_availability', not_equals = 'online' }",
        ),
        (
            json!({"type": "agentAvailability", "operator": "greater_than", "value": 2}),
            "{ type = 'agent_availability', gt = 2 }",
        ),
        (
            json!({"type": "sentiment", "operator": "is", "value": "negative"}),
            "{ type = 'sentiment', equals = 'negative' }",
        ),
    ] {
        let (book, problems) = read(&one(&condition, &tag()));
        assert_eq!(problems, [], "{condition}");
        let rule = format!(
            "[[rule]]\nid = 'r'\nname = 'R'\npriority = 10\ngroup = 'tags'\nthen.tag = 'x'\nwhen.all = [{toml}]"
        );
        let (expected, problems) = Rulebook::parse(&[("mine.toml", &rule)]);
        assert_eq!(problems, [], "{toml}");
        let when = |book: &Rulebook| format!("{:?}", book.rules()[0].when).replace("any of", "equals");
        let plain = |text: String| text.replace(" contains ", " any of ").replace(" equals ", " any of ");
        let without_words = |text: String| words.replace_all(&text, "").into_owned();
        assert_eq!(without_words(plain(when(&book))), without_words(plain(when(&expected))), "{condition}");
    }
}

#[test]
fn actions_become_those_of_the_grammar() {
    let always = json!({"type": "message_count", "operator": "gt", "value": 0});
    for (action, ids, then) in [
        (json!({"type": "assign", "target": "round_robin"}), "r:assignment", "RoundRobin"),
        (json!({"type": "assign", "target": "Ben"}), "r:assignment", "Agent(\"ben\")"),
        (json!({"type": "assign", "target": "team:3"}), "r:assignment", "Team(TeamId(3))"),
        (json!({"type": "assign", "metadata": {"team_id": 3}}), "r:assignment", "Team(TeamId(3))"),
        (json!({"type": "tag", "target": ["a", "b"]}), "r:tags", "Tag([\"a\", \"b\"])"),
        (
            json!({"type": "prioritize", "target": "high", "metadata": {"tags": ["vip"]}}),
            "r:tags",
            "Prioritise(High)",
        ),
        (json!({"type": "prioritise", "metadata": {"priority": "critical"}}), "r:tags", "Prioritise(Urgent)"),
        (
            json!({"type": "escalate", "target": "team:7", "metadata": {"note": "Look."}}),
            "r:to:assignment r:tags",
            "Escalate",
        ),
    ] {
        let (book, problems) = read(&one(&always, &action));
        assert_eq!(problems, [], "{action}");
        let seen: Vec<String> = book.rules().iter().map(|r| format!("{}:{}", r.id, r.group.name())).collect();
        assert_eq!(seen.join(" "), ids, "{action}");
        let done: Vec<String> = book.rules().iter().map(|r| format!("{:?}", r.then)).collect();
        assert!(done.join(" ").contains(then), "{action}: {done:?}");
    }
    let both =
        json!([{"id": 7, "conditions": [always], "actions": [tag(), {"type": "assign", "target": "auto"}]}]);
    let (book, problems) = read(&both);
    assert_eq!(problems, []);
    let seen: Vec<(&str, &str)> = book.rules().iter().map(|r| (r.id.as_str(), r.group.name())).collect();
    assert_eq!(seen, [("7", "tags"), ("7:assign", "assignment")]);
}

#[test]
fn problems_name_the_key_in_the_json_and_the_nearest_word() {
    let keyword = json!({"type": "keyword", "operator": "contains", "value": "refund"});
    for (rule, expected) in [
        (
            one(&json!({"type": "keywrd", "operator": "contains", "value": "x"}), &tag()),
            "guide.json, rule r, conditions[0].type: “keywrd” is not known",
        ),
        (
            one(&json!({"type": "keyword", "operator": "containz", "value": "x"}), &tag()),
            "did you mean “contains”?",
        ),
        (
            one(&json!({"type": "intent", "operator": "equals", "value": "complaints"}), &tag()),
            "guide.json, rule r, conditions[0].value: “complaints” is not known; possible: question, complaint",
        ),
        (
            one(&json!({"type": "keyword", "operator": "matches", "value": "("}), &tag()),
            "guide.json, rule r, conditions[0].value: regex parse error",
        ),
        (one(&keyword, &json!({"type": "asign", "target": "Ben"})), "action.type: “asign” is not known"),
        (one(&keyword, &json!({"type": "prioritize", "target": "hihg"})), "action: “hihg” is not known"),
        (
            one(&keyword, &json!({"type": "tag", "target": "x", "metadata": {"colour": "red"}})),
            "guide.json, rule r, action.metadata.colour: “colour” is not known",
        ),
        (
            json!({"id": "r", "conditions": [], "action": tag()}),
            "conditions: expected a list with at least one",
        ),
        (json!({"id": "r", "conditons": [keyword], "action": tag()}), "did you mean “conditions”?"),
        (json!({"conditions": [keyword], "action": tag()}), "guide.json, id: every rule needs an id"),
        (json!("rules"), "guide.json, the file: expected one rule or a list of rules"),
    ] {
        let (book, problems) = read(&rule);
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(told.iter().any(|t| t.contains(expected)), "{rule}\nshould say {expected}\nsays {told:#?}");
        assert_eq!(book.rules().len(), 0);
    }
    let broken = Rulebook::parse(&[("guide.json", "[{]")]).1;
    assert!(broken[0].to_string().starts_with("guide.json, the file: key must be a string"), "{broken:?}");
}

#[test]
fn a_good_rule_of_a_list_stays_and_replaces_the_shipped_one() {
    let condition = json!({"type": "keyword", "operator": "contains", "value": "now"});
    let mut urgent = one(&condition, &tag());
    urgent["id"] = "urgent".into();
    let rules = json!({"rules": [urgent, {"id": "bad"}]}).to_string();
    let (book, problems) = Rulebook::parse(&[SHIPPED, ("guide.json", &rules)]);
    assert!(
        !problems.is_empty() && problems.iter().all(|p| p.rule.as_deref() == Some("bad")),
        "{problems:?}"
    );
    assert_eq!(book.rules().len(), Rulebook::shipped().rules().len());
    assert!(book.rules().iter().any(|rule| rule.id.as_str() == "urgent" && rule.priority == 10));
}

/// Any JSON, often with the guide's own words in it.
fn any_json() -> impl Strategy<Value = Value> {
    let words = [
        "keyword",
        "tag",
        "sender",
        "time",
        "agent_availability",
        "contains",
        "exists",
        "gt",
        "assign",
        "escalate",
        "notify",
        "team:3",
        "09:00-12:00",
        "@shop.test",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        prop::sample::select(words.to_vec()).prop_map(Value::from),
    ];
    let keys = [
        "id",
        "name",
        "conditions",
        "action",
        "actions",
        "type",
        "operator",
        "value",
        "target",
        "metadata",
        "rules",
        "priority",
        "field",
        "start",
        "end",
        "tags",
        "team",
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(prop::sample::select(keys.to_vec()), inner, 0..5)
                .prop_map(|map| map.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()),
        ]
    })
}

proptest! {
    #[test]
    fn no_json_makes_reading_panic(rule in any_json(), condition in any_json(), action in any_json()) {
        read(&rule);
        read(&one(&condition, &action));
        read(&json!({"id": "r", "conditions": [condition], "action": action}));
    }
}
