//! Nothing a customer or an agent wrote becomes more than text on our page.

use super::*;

#[test]
fn markdown_of_agents_is_shown_and_made_harmless() {
    let shown = markdown("**Yes**, until noon.\nReally.\n\n- one\n- [link](https://example.com/x)");
    assert!(shown.contains("<strong>Yes</strong>"), "{shown}");
    assert!(shown.contains("<br"), "a line break breaks: {shown}");
    assert!(shown.contains(r#"<a href="https://example.com/x" rel="noopener nofollow">link</a>"#), "{shown}");
}

#[test]
fn nothing_of_a_message_runs_or_loads() {
    let hostile = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![pixel](https://evil.example/p.png)",
        "[click](javascript:alert(1))",
        "<a href=\"data:text/html,x\">x</a>",
        "<div style=\"position:fixed\">x</div>",
        "<iframe src=https://evil.example></iframe>",
    ];
    for source in hostile {
        let shown = markdown(source);
        // What stands between angle brackets is markup; escaped HTML has none.
        let markup: Vec<&str> = shown.split('<').skip(1).filter_map(|tag| tag.split('>').next()).collect();
        for tag in markup {
            let harmless = matches!(tag.split(' ').next(), Some("p" | "/p" | "a" | "/a"));
            assert!(
                harmless && !tag.contains("javascript:") && !tag.contains("data:"),
                "{source} became {shown}"
            );
        }
    }
}

fn message(id: i64, direction: Direction, author: Author) -> Message {
    Message {
        id: MessageId(id),
        conversation: hotdash_core::ids::ConversationId(1),
        content: Some(format!("message {id}")),
        new_text: None,
        envelope: None,
        content_type: "text".into(),
        direction,
        private: false,
        author,
        created_at: "2026-11-22T09:13:00Z".parse().unwrap(),
        attachments: vec![],
        marks: Default::default(),
        source_id: None,
        delivery: None,
    }
}

fn customer(id: i64) -> Message {
    message(
        id,
        Direction::Incoming,
        Author::Customer { id: hotdash_core::ids::ContactId(1), name: "Ann".into() },
    )
}

fn agent(id: i64) -> Message {
    message(id, Direction::Outgoing, Author::Agent { id: hotdash_core::ids::AgentId(1), name: "Ben".into() })
}

fn shown(messages: &[Message], note: Option<i64>) -> (usize, usize) {
    let thread = thread(messages, note.map(MessageId), &Times::new("UTC", 0));
    (thread.earlier.len(), thread.recent.len())
}

#[test]
fn what_was_answered_folds_and_what_waits_does_not() {
    assert_eq!(shown(&[customer(1), agent(2), customer(3), customer(4)], None), (2, 2));
    assert_eq!(shown(&[customer(1), customer(2)], None), (0, 2));
    // A person answered already: then the answer is what matters.
    assert_eq!(shown(&[customer(1), agent(2)], None), (0, 2));
}

#[test]
fn the_note_that_repeats_this_draft_is_left_out() {
    let note = Message { private: true, ..agent(2) };
    assert_eq!(shown(&[customer(1), note.clone()], Some(2)), (0, 1));
    assert_eq!(shown(&[customer(1), note], None), (0, 2));
}

#[test]
fn the_quoted_part_of_a_mail_folds() {
    let mut mail = customer(1);
    mail.new_text = Some("Where is it?".into());
    mail.content = Some("Where is it?\n\nOn Monday Shop wrote:\n> hello".into());
    assert_eq!(quoted(&mail).as_deref(), Some("On Monday Shop wrote:\n> hello"));
    mail.content = Some("Where is it?".into());
    assert_eq!(quoted(&mail), None);
}

#[test]
fn attachments_are_named_and_only_web_addresses_are_links() {
    let mut with_files = customer(1);
    for url in ["https://desk.example/f", "javascript:alert(1)"] {
        with_files.attachments.push(hotdash_core::conversation::Attachment {
            kind: "file".into(),
            name: None,
            url: Some(url.into()),
            size_bytes: Some(2_300_000),
        });
    }
    let bubble = bubble(&with_files, &Times::new("UTC", 0));
    assert_eq!(bubble.files[0].name, "file");
    assert_eq!(bubble.files[0].size.as_deref(), Some("2 MB"));
    assert!(bubble.files[0].url.is_some() && bubble.files[1].url.is_none());
}
