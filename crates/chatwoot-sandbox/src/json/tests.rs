//! The wire forms of strings and times.

use super::*;

#[test]
fn html_characters_and_line_separators_are_escaped() {
    let value = json!({"text": "<a> & b\u{2028}c\u{2029} ü 😠 /"});
    assert_eq!(to_rails_json(&value), r#"{"text":"\u003ca\u003e \u0026 b\u2028c\u2029 ü 😠 /"}"#);
}

#[test]
fn times_have_three_decimals_whole_seconds_or_microseconds() {
    let at: Timestamp = "2026-11-22T12:53:12.995368Z".parse().unwrap();
    assert_eq!(iso(at), json!("2026-11-22T12:53:12.995Z"));
    assert_eq!(seconds(Some(at)), json!(1_795_351_992));
    assert_eq!(seconds(None), json!(0));
    assert_eq!(float_seconds(at).to_string(), "1795351992.995368");
    let recorded: Timestamp = "2026-10-27T08:36:24.704089Z".parse().unwrap();
    assert_eq!(float_seconds(recorded).to_string(), "1793090184.7040892", "not the nearest double");
    let even: Timestamp = "2026-11-22T12:53:12Z".parse().unwrap();
    assert_eq!(float_seconds(even).to_string(), "1795351992.0");
    assert_eq!(iso(even), json!("2026-11-22T12:53:12.000Z"));
}
