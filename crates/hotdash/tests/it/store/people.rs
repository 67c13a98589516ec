//! People, their one-time links and their sessions.

use super::NOW;
use crate::support::{Database, both_databases};
use hotdash::store::users::{Role, User};
use hotdash_core::ids::{DeskId, UserId};

both_databases!(
    an_address_belongs_to_one_person,
    a_person_has_a_role_at_each_of_their_desks,
    a_link_works_once_and_not_for_ever,
    a_link_pressed_twice_at_once_works_once,
    sessions_end,
);

async fn an_address_belongs_to_one_person(database: &Database) {
    let store = database.open().await;
    let anna = store.add_account("Anna@Desk.test", "Anna", NOW).await.unwrap().unwrap();
    assert_eq!(store.add_account("anna@desk.test", "Another", NOW).await.unwrap(), None);
    let ben = store.add_account("ben@desk.test", "Ben", NOW).await.unwrap().unwrap();
    assert_ne!(anna, ben);

    let found = store.account_by_email("ANNA@desk.test").await.unwrap().unwrap();
    assert_eq!((found.id, found.name.as_str()), (anna, "Anna"));
    assert_eq!(found.password_hash, None);
    store.set_password_hash(anna, "a hash").await.unwrap();
    let found = store.account(anna).await.unwrap().unwrap();
    assert_eq!(found.password_hash.as_deref(), Some("a hash"));
    assert_eq!(store.account(UserId(99)).await.unwrap(), None);
    assert_eq!(store.account_by_email("nobody@desk.test").await.unwrap(), None);
}

async fn a_person_has_a_role_at_each_of_their_desks(database: &Database) {
    let store = database.open().await;
    assert!(!store.has_accounts().await.unwrap());
    let anna = store.add_account("anna@desk.test", "Anna", NOW).await.unwrap().unwrap();
    let ben = store.add_account("ben@desk.test", "Ben", NOW).await.unwrap().unwrap();
    assert!(store.has_accounts().await.unwrap());
    let (north, south) = (DeskId(1), DeskId(2));
    assert!(store.add_member(anna, south, Role::Viewer, NOW).await.unwrap());
    assert!(store.add_member(anna, north, Role::Lead, NOW).await.unwrap());
    assert!(!store.add_member(anna, north, Role::Viewer, NOW).await.unwrap(), "she works there already");
    assert!(store.add_member(ben, north, Role::Reviewer, NOW).await.unwrap());

    let places = store.places_of(anna).await.unwrap();
    let places: Vec<_> = places.iter().map(|place| (place.desk, place.role)).collect();
    assert_eq!(places, [(north, Role::Lead), (south, Role::Viewer)]);
    let names = |users: Vec<User>| users.into_iter().map(|user| user.name).collect::<Vec<_>>();
    assert_eq!(names(store.users_of(north).await.unwrap()), ["Anna", "Ben"]);
    assert_eq!(names(store.users_of(south).await.unwrap()), ["Anna"]);
}

async fn a_link_works_once_and_not_for_ever(database: &Database) {
    let store = database.open().await;
    let anna = store.add_account("anna@desk.test", "Anna", NOW).await.unwrap().unwrap();
    store.keep_sign_in_link("digest", anna, NOW + 100).await.unwrap();
    store.keep_sign_in_link("old", anna, NOW).await.unwrap();
    assert_eq!(store.use_sign_in_link("unknown", NOW).await.unwrap(), None);
    assert_eq!(store.use_sign_in_link("old", NOW).await.unwrap(), None);
    assert_eq!(store.use_sign_in_link("digest", NOW).await.unwrap(), Some(anna));
    assert_eq!(store.use_sign_in_link("digest", NOW).await.unwrap(), None);
}

async fn a_link_pressed_twice_at_once_works_once(database: &Database) {
    let store = database.open().await;
    let anna = store.add_account("anna@desk.test", "Anna", NOW).await.unwrap().unwrap();
    store.keep_sign_in_link("digest", anna, NOW + 100).await.unwrap();
    let presses = (0..20).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.use_sign_in_link("digest", NOW).await.unwrap() })
    });
    let mut worked = 0;
    for press in presses.collect::<Vec<_>>() {
        worked += usize::from(press.await.unwrap().is_some());
    }
    assert_eq!(worked, 1);
}

async fn sessions_end(database: &Database) {
    let store = database.open().await;
    store.keep_session("a", "first", NOW + 10).await.unwrap();
    store.keep_session("a", "second", NOW + 20).await.unwrap();
    store.keep_session("b", "other", NOW + 30).await.unwrap();
    assert_eq!(store.session("a", NOW).await.unwrap().as_deref(), Some("second"));
    assert_eq!(store.session("a", NOW + 20).await.unwrap(), None);
    store.end_session("b").await.unwrap();
    assert_eq!(store.session("b", NOW).await.unwrap(), None);
    store.sweep_sign_ins(NOW + 20).await.unwrap();
    assert_eq!(store.session("a", 0).await.unwrap(), None, "swept, not only hidden");
}
