//! The origin that forms may come from.

use super::origin_of;

#[test]
fn the_origin_is_the_address_without_its_path() {
    assert_eq!(origin_of("https://hotdash.example/base/x"), "https://hotdash.example");
    assert_eq!(origin_of("http://127.0.0.1:8080"), "http://127.0.0.1:8080");
}
