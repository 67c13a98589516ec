//! Passwords, limits, and where sign-in may lead.

use super::sign_in::own_path;
use super::{limit, password};

#[tokio::test]
async fn a_password_fits_its_own_hash_only() {
    let hash = password::hash_password("correct horse battery").await.unwrap();
    assert!(hash.starts_with("$argon2id$"));
    assert!(password::fits("correct horse battery", Some(hash.clone())).await.unwrap());
    assert!(!password::fits("correct horse batterx", Some(hash)).await.unwrap());
    assert!(!password::fits("", None).await.unwrap());
    assert!(!password::fits("x", Some("not a hash".into())).await.unwrap());
}

#[test]
fn sign_in_never_leads_to_another_site() {
    assert_eq!(own_path("/drafts/1?show=mine"), "/drafts/1?show=mine");
    for elsewhere in ["", "https://evil.example", "//evil.example", "/\\evil.example", "/\tx", "drafts"] {
        assert_eq!(own_path(elsewhere), "/", "{elsewhere}");
    }
}

#[test]
fn the_sixth_try_in_a_row_waits_and_others_do_not() {
    for _ in 0..5 {
        assert!(limit::try_once("Ann@limits.test", None).is_ok());
    }
    let wait = limit::try_once("ann@limits.test", None).unwrap_err();
    assert!((1..=20).contains(&wait), "{wait}");
    assert!(limit::try_once("bob@limits.test", None).is_ok());
}
