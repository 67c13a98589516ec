//! Recorded and derived cases of Liquid in messages.

use super::*;
use crate::model::Role;

fn rendered(text: &str) -> String {
    let account = Account {
        id: 1,
        name: "Hot Rodan".to_owned(),
        locale: "en".to_owned(),
        created_at: jiff::Timestamp::UNIX_EPOCH,
    };
    let agent = User {
        id: 2,
        name: "Ben Agent".to_owned(),
        email: "ben@acme.test".to_owned(),
        token: String::new(),
        pubsub_token: String::new(),
        role: Role::Agent,
        availability: crate::model::Availability::Online,
        auto_offline: false,
        ui_settings: serde_json::Value::Null,
        super_admin: false,
    };
    let contact = Contact {
        id: 1,
        name: "ann customer".to_owned(),
        email: None,
        phone_number: None,
        identifier: None,
        additional_attributes: Map::new(),
        custom_attributes: Map::from_iter([("plan".to_owned(), serde_json::json!("pro"))]),
        blocked: false,
        contact_type: crate::model::ContactType::Lead,
        last_activity_at: None,
        created_at: jiff::Timestamp::UNIX_EPOCH,
        updated_at: jiff::Timestamp::UNIX_EPOCH,
    };
    evaluate(text, &Values::new(&account, None, Some(&contact), None, Some(&agent)))
}

#[test]
fn names_are_replaced_and_code_is_exempt() {
    assert_eq!(
        rendered("Hello {{contact.name}}, price: `{{ 5 | plus: 3 }}` & <b>10 €</b>"),
        "Hello Ann Customer, price: `{{ 5 | plus: 3 }}` & <b>10 €</b>"
    );
    assert_eq!(
        rendered("{{ 5 | plus: 3 }} {{agent.first_name}} {{contact.custom_attribute.plan}}"),
        "8 Ben pro"
    );
}

#[test]
fn liquid_that_does_not_parse_leaves_the_whole_text() {
    let broken = "Broken {{ unclosed and {% raw %}{{ safe }}{% endraw %} {{contact.name}}";
    assert_eq!(rendered(broken), broken);
}

#[test]
fn unknown_names_become_nothing() {
    assert_eq!(rendered("[{{ nobody }}] [{{contact.nothing.at.all}}] [{{contact.email}}]"), "[] [] []");
    assert_eq!(
        rendered("{% if nobody %}yes{% else %}no{% endif %} {{ nobody | default: 'friend' }}"),
        "no friend"
    );
}

#[test]
fn text_without_liquid_is_untouched() {
    assert_eq!(rendered("a ` lone backtick, {one brace}"), "a ` lone backtick, {one brace}");
    assert_eq!(rendered("a ` lone backtick and {{contact.name}}"), "a ` lone backtick and Ann Customer");
}
