//! Text that the desk would evaluate arrives as it was written, in replies and in notes.

use crate::support::house::House;
use crate::support::{Database, both_databases};
use chatwoot_sandbox::act::{NewInbox, NewMessage};
use chatwoot_sandbox::model::Sender;
use chatwoot_sandbox::{Options, Sandbox};
use hotdash::store::drafts::DraftState;
use hotdash::store::users::Role;
use hotdash_core::draft::liquid_safe;
use proptest::prelude::*;

both_databases!(code_arrives_as_written_in_the_reply_and_in_the_note);

const BEN: i64 = 2;

fn desk_with_conversation() -> (Sandbox, i64) {
    let desk = Sandbox::new(Options::default());
    let inbox = desk.act(|desk| desk.create_inbox(NewInbox::website("Website", "https://shop.test")));
    let conversation = desk.customer_says(inbox, ("Ann", "ann@example.test"), "Hello").unwrap();
    (desk, conversation)
}

/// What the desk keeps of a text.
fn stored(desk: &Sandbox, conversation: i64, text: &str, private: bool) -> String {
    let posted = NewMessage { private, ..NewMessage::text(Sender::User(BEN), text) };
    let id = desk.act(|desk| desk.create_message(conversation, posted)).unwrap();
    let all = desk.messages(conversation).unwrap();
    all.into_iter().find(|message| message.id == id).and_then(|message| message.content).unwrap()
}

#[tokio::test]
async fn the_desk_evaluates_what_is_not_guarded() {
    let (desk, conversation) = desk_with_conversation();
    for private in [false, true] {
        assert_eq!(stored(&desk, conversation, "Hello {{contact.name}}", private), "Hello Ann");
        let guarded = liquid_safe("Hello {{contact.name}}");
        assert_eq!(stored(&desk, conversation, &guarded, private), "Hello {{contact.name}}");
    }
}

fn any_text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{",
        "{{",
        "{%",
        "}",
        "}}",
        "%}",
        "-%}",
        "{{-",
        "`",
        "```",
        "'",
        "\"",
        " ",
        "\n",
        "contact.name",
        "raw",
        "endraw",
        "if true",
        "comment",
        "é",
        "x",
        "|",
        "\\",
        "5 | plus: 3",
        "# ",
        "**",
    ]);
    prop::collection::vec(piece, 1..24).prop_map(|pieces| pieces.concat())
}

#[test]
fn any_text_arrives_as_written_in_replies_and_notes() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _inside = runtime.enter();
    let (desk, conversation) = desk_with_conversation();
    // A conversation takes no more messages of one agent in so short a time.
    proptest!(ProptestConfig::with_cases(190), |(text in any_text(), private in any::<bool>())| {
        prop_assert_eq!(stored(&desk, conversation, &liquid_safe(&text), private), text);
    });
}

async fn code_arrives_as_written_in_the_reply_and_in_the_note(database: &Database) {
    let house = House::start(database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    // A name and a question that would be evaluated in the note, were they not guarded.
    let who = ("{{contact.email}} {% if true %}", "ann@example.test");
    let question = "How long does shipping to Norway take? `{{agent.email}}` {% raw %} {{";
    let conversation = house.desk.customer_says(house.website, who, question).unwrap();
    let draft = house.draft(conversation, DraftState::Ready).await;
    house.settle().await;
    let note = house.notes(conversation).remove(0);
    assert!(note.contains(draft.text.trim()) && !note.contains("ben@"), "{note}");

    let words = "Hi,\n\nwrite `{{ order.name }}` and {% raw %} in {{contact.name}}, or {`x`} and ``` {{ ```.";
    assert!(ada.approve(&draft, Some(words)).await.is_redirection());
    house.settle().await;
    assert_eq!(house.public_replies(conversation), [words]);

    house.desk.customer_replies(conversation, "And {{contact.phone_number}} to Switzerland?").unwrap();
    let next = house.draft(conversation, DraftState::Ready).await;
    house.settle().await;
    let notes = house.notes(conversation);
    assert!(notes.last().unwrap().contains(next.text.trim()), "{notes:?}");
    house.close().await;
}
