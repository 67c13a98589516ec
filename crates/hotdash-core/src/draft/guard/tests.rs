//! Whatever is posted arrives as written, judged by a real Liquid engine that treats backticks as Chatwoot does.

use super::*;
use proptest::prelude::*;

/// What Chatwoot stores for a posted text: backticked parts become raw, the rest is rendered, and a text that is no
/// valid template stays as it is.
fn stored(posted: &str) -> String {
    let mut source = String::new();
    let mut rest = posted;
    while let Some((before, after)) = rest.split_once('`') {
        let Some((code, after)) = after.split_once('`') else { break };
        source.push_str(before);
        source.push_str("{% raw %}`");
        source.push_str(code);
        source.push_str("`{% endraw %}");
        rest = after;
    }
    source.push_str(rest);
    let parser = liquid::ParserBuilder::with_stdlib().build().unwrap();
    let values = liquid::object!({ "contact": { "name": "Ann Customer" } });
    parser.parse(&source).and_then(|template| template.render(&values)).unwrap_or_else(|_| posted.to_owned())
}

#[test]
fn the_engine_of_these_tests_behaves_as_recorded() {
    let posted = "Hello {{contact.name}}, it costs `{{ 5 | plus: 3 }}`";
    assert_eq!(stored(posted), "Hello Ann Customer, it costs `{{ 5 | plus: 3 }}`");
    let broken = "Broken {{ unclosed and {% raw %}{{ safe }}{% endraw %}";
    assert_eq!(stored(broken), broken);
}

#[test]
fn harmless_text_is_not_touched() {
    for text in ["", "Hello Ann", "a { b } c", "`code`", "100 % {sure}", "}} %} {"] {
        assert_eq!(liquid_safe(text), text);
    }
}

#[test]
fn code_arrives_as_written() {
    for text in [
        "Hello {{contact.name}}",
        "{{{{{{",
        "{%{%",
        "Broken {{ unclosed and {% raw %}{{ safe }}{% endraw %}",
        "in code `{{ 5 | plus: 3 }}` and outside {{ 5 }}",
        "breaking out: `{% endraw %}{{contact.name}}`",
        "an odd ` and {{contact.name}} and another ` here",
        "one ` only {{contact.name}}",
        "```\n{% if true %}\n```",
        "{{ '{' }}{{ '%60' | url_decode }}",
    ] {
        assert_eq!(stored(&liquid_safe(text)), text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn any_text_arrives_as_written(parts in prop::collection::vec(prop::sample::select(vec![
        "{", "{{", "{%", "}", "}}", "%}", "%", "`", "'", "\"", "-", " ", "\n", "contact.name", "raw", "endraw", "é", "x", "|",
    ]), 0..24)) {
        let text = parts.concat();
        prop_assert_eq!(stored(&liquid_safe(&text)), text);
    }
}
