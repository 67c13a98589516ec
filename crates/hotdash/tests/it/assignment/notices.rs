//! The leads learn of a threat or a fraud: once in a conversation for each kind, with the words that led to it.

use super::{Files, new_conversation, until};
use crate::support::house::House;
use crate::support::mailbox::Mailbox;
use crate::support::{Database, both_databases};
use hotdash::clock::Clock;
use hotdash::store::effects::{Change, EffectState};
use hotdash::store::users::Role;
use hotdash::work::people::invite;
use hotdash_core::ids::ConversationId;
use jiff::SignedDuration;

both_databases!(
    leads_are_told_of_a_threat_once_for_each_kind,
    without_a_way_out_nobody_is_told_and_nothing_fails,
    a_warning_tells_the_leads_once,
);

async fn leads_are_told_of_a_threat_once_for_each_kind(database: &Database) {
    let mailbox = Mailbox::open().await;
    let url = mailbox.url();
    let house = House::start_with(database, &[("SMTP_URL", url.as_str())]).await;
    house.sign_in("Ada", Role::Lead).await;
    house.sign_in("Ben", Role::Reviewer).await;
    let calm = new_conversation(&house, 1);
    house.desk.customer_replies(calm, "I am not suing anyone, I only ask.").unwrap();
    house.settle().await;
    assert_eq!(mailbox.letters().len(), 0, "who denies to sue alarms nobody");

    let conversation = new_conversation(&house, 2);
    house.desk.customer_replies(conversation, "My secret is 4711. I will sue you tomorrow.").unwrap();
    house.settle().await;
    let letters = mailbox.letters();
    assert_eq!(letters.len(), 1, "the lead, and nobody else: {letters:?}");
    assert_eq!(letters[0].to, "ada@acme.test");
    let text = letters[0].text.replace("=\n", "");
    assert!(text.contains("sue") && text.contains(&format!("/conversations/{conversation}")), "{text}");
    assert!(!text.contains("4711") && !text.contains("tomorrow"), "only the words that led to it: {text}");
    assert!(letters[0].header("Subject").unwrap().contains(&format!("conversation {conversation}")));

    house.desk.customer_replies(conversation, "I mean it, my lawyer will sue you!").unwrap();
    house.settle().await;
    assert_eq!(mailbox.letters().len(), 1, "once for the same matter");
    house.desk.customer_replies(conversation, "And this payment was fraud.").unwrap();
    house.settle().await;
    assert_eq!(mailbox.letters().len(), 2, "another matter is told");
    house.close().await;
}

async fn without_a_way_out_nobody_is_told_and_nothing_fails(database: &Database) {
    let house = House::start(database).await;
    let conversation = new_conversation(&house, 1);
    house.desk.customer_replies(conversation, "I will sue you.").unwrap();
    house.settle().await;
    let effects = house.app.store.effects(house.app.desks[0].id, ConversationId(conversation)).await.unwrap();
    let notices: Vec<_> = effects
        .iter()
        .filter(|effect| matches!(effect.change, Change::Mail { .. } | Change::Chat { .. }))
        .collect();
    assert_eq!(notices.len(), 2, "{effects:?}");
    assert!(notices.iter().all(|effect| effect.state == EffectState::Refused), "{notices:?}");
    house.close().await;
}

async fn a_warning_tells_the_leads_once(database: &Database) {
    let mailbox = Mailbox::open().await;
    let files = Files::new().with("HOTDASH_SLA_FILE", "sla.toml", "[[warning]]\nat = 50\nnotify = 'leads'\n");
    let url = mailbox.url();
    let mut settings = files.settings();
    settings.push(("SMTP_URL", url.as_str()));
    let clock = Clock::running();
    let house = House::start_at(database, &settings, clock.clone()).await;
    invite(&house.app, house.app.desks[0].id, "ada@acme.test", "Ada", Role::Lead).await.unwrap().unwrap();
    let conversation = new_conversation(&house, 1);
    house.settle().await;
    house.desk.clock().set_forward(SignedDuration::from_mins(16));
    clock.advance(16 * 60_000);
    until("the letter", async || !mailbox.letters().is_empty()).await;
    house.settle().await;
    let letters = mailbox.letters();
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert_eq!(letters[0].header("Subject"), Some("SLA: first response at 50 % of its time"));
    assert!(letters[0].text.replace("=\n", "").contains(&format!("/conversations/{conversation}")));
    house.close().await;
}
