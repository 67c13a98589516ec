//! The mail server, in good and bad moods.

use super::{Patient, found, named};
use crate::support::mailbox::{Mailbox, Mood};
use hotdash::work::doctor::Verdict;

#[tokio::test]
async fn a_mail_servers_illnesses_are_told_apart() {
    let patient = Patient::new().await;
    assert_eq!(named(&patient.examine(&[], false).await, "mail").verdict, Verdict::Well, "none is set");
    let mailbox = Mailbox::open().await;
    let url = mailbox.url();
    let diagnosis = patient.examine(&[("SMTP_URL", &url)], false).await;
    assert_eq!(named(&diagnosis, "mail").verdict, Verdict::Well, "{diagnosis:?}");
    mailbox.set(Mood::KnowsNobody);
    let check = patient.finds(&[("SMTP_URL", &url)], "mail_bad_login").await;
    assert!(check.mend.contains("SMTP_URL") && !format!("{check:?}").contains("never-shown"), "{check:?}");
    mailbox.set(Mood::RefusesUs);
    patient.finds(&[("SMTP_URL", &url)], "mail_refuses").await;
    mailbox.set(Mood::TooManyOfUs);
    let busy = patient.examine(&[("SMTP_URL", &url)], false).await;
    assert_eq!(found(&busy, "mail_busy").verdict, Verdict::Warning);
    patient.finds(&[("SMTP_URL", "smtp://127.0.0.1:9")], "mail_unreachable").await;
    let tls = format!("smtps://127.0.0.1:{}", mailbox.port);
    patient.finds(&[("SMTP_URL", &tls)], "mail_no_tls").await;
    patient.finds(&[("SMTP_URL", "mail.example")], "mail_not_an_address").await;
    assert_eq!(mailbox.letters(), [], "nothing is sent");
}
