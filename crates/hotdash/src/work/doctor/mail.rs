//! Whether notices to the team can leave: the mail server is greeted, nothing is sent.

use super::finding::{Check, Finding};
use crate::config::Config;
use crate::mail::{Mail, MailError};

/// The check of the mail server.
pub(super) async fn examine(config: &Config) -> Check {
    let Some(settings) = &config.mail else {
        return Check::well(
            "mail",
            "none is set (SMTP_URL): rules tell nobody by mail, nor do the leads learn of a legal threat that way",
        );
    };
    let greeted = match Mail::new(&settings.url, settings.from.as_deref(), &config.public_url) {
        Ok(mail) => mail.greet().await,
        Err(error) => Err(error),
    };
    match greeted {
        Ok(()) => Check::well("mail", "the mail server answers and takes our letters"),
        Err(error) => sick(&error),
    }
}

fn sick(error: &MailError) -> Check {
    let found = error.to_string();
    match error {
        MailError::NotAnAddress { .. }
        | MailError::NotASender
        | MailError::NotARecipient { .. }
        | MailError::NotALetter { .. } => {
            Finding::MailNotAnAddress.wrong(found, "correct SMTP_URL or HOTDASH_MAIL_FROM as the text says")
        }
        MailError::Unreachable { .. } | MailError::TimedOut => Finding::MailUnreachable.wrong(
            found,
            "check host and port in SMTP_URL, and whether this machine may speak to it; many providers block port 25, use \
             465 or 587. Notices wait meanwhile",
        ),
        MailError::NoTls { .. } => Finding::MailNoTls.wrong(
            found,
            "smtps:// is for port 465; for port 587 write smtp://…:587?tls=required. The certificate must be valid for the \
             host in SMTP_URL",
        ),
        MailError::BadLogin { .. } => Finding::MailBadLogin.wrong(
            found,
            "correct user and password in SMTP_URL; characters such as @ : / are written %40 %3A %2F. Some providers want \
             a password made for programs",
        ),
        MailError::Refused { .. } => Finding::MailRefuses.wrong(
            found,
            "let the server take mails from this machine and this sender (HOTDASH_MAIL_FROM)",
        ),
        MailError::Later { .. } => {
            Finding::MailBusy.warning(found, "run `hotdash doctor` again later; notices wait meanwhile")
        }
    }
}
