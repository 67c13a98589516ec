//! What the page says was done, and how its address goes on.

use super::*;

#[test]
fn the_page_says_what_was_done_in_words_that_fit_the_number() {
    let said = |begun, left, away| told(&Filter { begun, left, away, ..Filter::default() });
    assert_eq!(said(None, None, None), None);
    assert_eq!(said(None, None, Some(1)).as_deref(), Some("It was put away."));
    assert!(said(Some(1), Some(0), None).unwrap().starts_with("One thing begins anew."));
    assert!(
        said(Some(3), Some(1), None).unwrap().ends_with("Left: 1 reply; each is sent again from its draft.")
    );
    assert!(said(Some(0), Some(2), None).unwrap().contains("Nothing could begin anew. Left: 2 replies"));
}

#[test]
fn earlier_deliveries_are_those_of_the_same_filter() {
    let filter = Filter { state: "dead".into(), event: " a&b ".into(), ..Filter::default() };
    assert_eq!(filter.earlier(&DeliveryId("d1".into())), "/deliveries?state=dead&event=a%26b&before=d1");
    let numbered = Filter { conversation: " #12 ".into(), ..Filter::default() };
    assert_eq!(numbered.wanted().conversation, Some(ConversationId(12)));
    assert!(Filter { conversation: "twelve".into(), ..Filter::default() }.wanted().conversation.is_none());
}
