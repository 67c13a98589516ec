//! What a delivery's page shows of its body.

use super::*;

#[test]
fn json_is_set_out_in_the_order_in_which_it_came() {
    let shown = body(br#"{"event":"x","account":{"id":1},"a":[]}"#);
    assert_eq!(shown.text, "{\n  \"event\": \"x\",\n  \"account\": {\n    \"id\": 1\n  },\n  \"a\": []\n}");
    assert!(shown.is_json && !shown.is_cut);
}

#[test]
fn what_is_no_json_is_shown_as_text_without_anything_invisible() {
    let shown = body(b"<b>not JSON\x00\x1b[31m\xff\r\nsecond line");
    assert_eq!(shown.text, "<b>not JSON\u{fffd}\u{fffd}[31m\u{fffd}\u{fffd}\nsecond line");
    assert!(!shown.is_json);
}

#[test]
fn what_nobody_would_read_to_its_end_is_cut_between_letters() {
    let long = "ä".repeat(SHOWN_BYTES);
    let shown = body(long.as_bytes());
    assert!(shown.is_cut);
    assert_eq!(shown.text.chars().count(), SHOWN_BYTES / 2);
}
