//! What is said above and below a letter.

use super::count;
use hotdash_core::conversation::Channel;

#[test]
fn a_text_message_is_counted_in_parts_and_others_against_their_limit() {
    let sms = |text: &str| count(&Channel::Sms, text).unwrap();
    assert_eq!(sms("Hello"), "1 text message · 5 of 160 characters");
    assert_eq!(sms(&"a".repeat(200)), "2 text messages · 200 of 306 characters");
    assert_eq!(sms("Olá"), "1 text message · 3 of 70 characters, Unicode");
    assert_eq!(count(&Channel::Whatsapp, "Hello").unwrap(), "5 of 4096 characters");
    assert_eq!(count(&Channel::Email, "Hello"), None);
    assert_eq!(count(&Channel::Sms, ""), None);
}
