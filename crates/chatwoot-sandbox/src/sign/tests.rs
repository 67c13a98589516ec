//! The published test vector.

use super::*;

#[test]
fn the_published_vector_holds() {
    let body = br#"{"event":"message_created","id":9001,"content":"Where is order \u003cA-17\u003e?"}"#;
    assert_eq!(body.len(), 82);
    assert_eq!(
        signature("Zk3vRr9sWq2Lm8Xy5TnB7cDf", 1_781_687_523, body),
        "sha256=a829bcf621e096ab26a9d94e67d3e5347baab7ef0c428a5b9fc0c7edc2a2565c"
    );
}
