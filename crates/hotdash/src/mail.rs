//! Mail to people of ours: notices and reports, over SMTP. The only room that speaks SMTP.
//!
//! A letter has an id given by whoever wants it. It becomes the Message-ID, so that one that was sent twice, because an
//! answer got lost, is recognised by every mail program as the same one. Customers are never written to from here.

use jiff::Timestamp;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::Error as SmtpError;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};
use std::error::Error as _;
use std::time::{Duration, UNIX_EPOCH};

/// For connecting and for each answer.
const TIMEOUT: Duration = Duration::from_secs(15);
/// As much of a server's answer as is worth keeping.
const LONGEST_ANSWER: usize = 300;

/// A server that takes our letters.
#[derive(Clone)]
pub struct Mail {
    server: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail").field("from", &self.from.to_string()).finish_non_exhaustive()
    }
}

/// A letter to one person.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    /// The same for every try: it becomes the Message-ID.
    pub id: &'a str,
    pub at: Timestamp,
    pub to: &'a str,
    pub subject: &'a str,
    /// Plain text; always there, also beside HTML.
    pub text: &'a str,
    pub html: Option<&'a str>,
    /// Pictures that the HTML shows.
    pub inline: &'a [Inline<'a>],
}

/// A picture within a letter, shown by `<img src="cid:ID">`.
#[derive(Debug, Clone, Copy)]
pub struct Inline<'a> {
    pub id: &'a str,
    /// E.g. `image/png`.
    pub content_type: &'a str,
    pub bytes: &'a [u8],
}

/// Why a letter did not leave.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    #[error(
        "it is no mail server's address ({reason}); write it like smtps://user:password@mail.example:465"
    )]
    NotAnAddress { reason: String },
    #[error("HOTDASH_MAIL_FROM is no sender; write it like Support <support@shop.example>")]
    NotASender,
    #[error("“{to}” is no mail address")]
    NotARecipient { to: String },
    #[error("a letter could not be put together: {reason}")]
    NotALetter { reason: String },
    #[error("the mail server cannot be reached: {reason}")]
    Unreachable { reason: String },
    #[error("no secure connection to the mail server: {reason}")]
    NoTls { reason: String },
    #[error("the mail server did not answer in time")]
    TimedOut,
    #[error("the mail server refuses user or password: {answer}")]
    BadLogin { answer: String },
    #[error("the mail server refuses: {answer}")]
    Refused { answer: String },
    #[error("the mail server wants to be asked later: {answer}")]
    Later { answer: String },
}

impl MailError {
    /// The name that does not change from version to version.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAnAddress { .. } => "not_an_address",
            Self::NotASender => "not_a_sender",
            Self::NotARecipient { .. } => "not_a_recipient",
            Self::NotALetter { .. } => "not_a_letter",
            Self::Unreachable { .. } => "unreachable",
            Self::NoTls { .. } => "no_tls",
            Self::TimedOut => "timed_out",
            Self::BadLogin { .. } => "bad_login",
            Self::Refused { .. } => "refused",
            Self::Later { .. } => "later",
        }
    }

    /// Whether the server may have taken the letter all the same: it broke off, or did not answer.
    #[must_use]
    pub fn is_unclear(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::TimedOut)
    }

    /// Whether the same letter may leave later. A wrong password is mended by a person, and then it is still there.
    #[must_use]
    pub fn is_worth_retrying(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::NoTls { .. }
                | Self::TimedOut
                | Self::BadLogin { .. }
                | Self::Later { .. }
        )
    }
}

impl Mail {
    /// Prepares the connection; calls nobody. Without a sender it is the user of the address, if that is a mail
    /// address, else `hotdash` at the host of `public_url`.
    ///
    /// # Errors
    /// [`MailError::NotAnAddress`], [`MailError::NotASender`]. They never show the address: it may hold a password.
    pub fn new(url: &SecretString, from: Option<&str>, public_url: &str) -> Result<Self, MailError> {
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret());
        let server = server.map_err(|_| MailError::NotAnAddress {
            reason: "it must begin with smtp:// or smtps:// and name a host".to_owned(),
        })?;
        let from = match from {
            Some(from) => from.parse().map_err(|_| MailError::NotASender)?,
            None => usual_sender(url, public_url)?,
        };
        Ok(Self { server: server.timeout(Some(TIMEOUT)).build(), from })
    }

    /// Sends a letter. Done means that the server has taken it. After an error that is worth retrying it may have taken
    /// it all the same.
    ///
    /// # Errors
    /// [`MailError`].
    pub async fn send(&self, letter: &Letter<'_>) -> Result<(), MailError> {
        let message = self.written(letter)?;
        self.server.send(message).await.map(drop).map_err(|error| named(&error))
    }

    /// Whether the server answers, and takes user and password. Sends nothing.
    ///
    /// # Errors
    /// [`MailError`].
    pub async fn greet(&self) -> Result<(), MailError> {
        match self.server.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(MailError::Unreachable { reason: "it closed the connection".to_owned() }),
            Err(error) => Err(named(&error)),
        }
    }

    fn written(&self, letter: &Letter<'_>) -> Result<Message, MailError> {
        let to: Mailbox =
            letter.to.parse().map_err(|_| MailError::NotARecipient { to: letter.to.to_owned() })?;
        let failed = |reason: String| MailError::NotALetter { reason };
        let at = Duration::from_millis(u64::try_from(letter.at.as_millisecond()).unwrap_or(0));
        let host = self.from.email.domain();
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(letter.subject.replace(['\r', '\n'], " "))
            .date(UNIX_EPOCH + at)
            .message_id(Some(format!("<{}@{host}>", letter.id)))
            // So that no machine answers a machine.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        let text = SinglePart::plain(letter.text.to_owned());
        let Some(html) = letter.html else {
            return message.singlepart(text).map_err(|error| failed(error.to_string()));
        };
        let mut shown = MultiPart::related().singlepart(SinglePart::html(html.to_owned()));
        for picture in letter.inline {
            let kind = ContentType::parse(picture.content_type).map_err(|error| failed(error.to_string()))?;
            let part = Attachment::new_inline(picture.id.to_owned()).body(picture.bytes.to_vec(), kind);
            shown = shown.singlepart(part);
        }
        let both = MultiPart::alternative().singlepart(text).multipart(shown);
        message.multipart(both).map_err(|error| failed(error.to_string()))
    }
}

fn usual_sender(url: &SecretString, public_url: &str) -> Result<Mailbox, MailError> {
    let parsed = |text: &str| reqwest::Url::parse(text).ok();
    // In an address the @ of a user is written %40.
    let user = parsed(url.expose_secret()).map(|url| url.username().replace("%40", "@")).unwrap_or_default();
    let host = parsed(public_url).and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    let own = format!("hotdash@{host}");
    [user.as_str(), own.as_str(), "hotdash@localhost"]
        .iter()
        .find_map(|address| address.parse().ok())
        .map(|email| Mailbox::new(Some("hotdash".to_owned()), email))
        .ok_or(MailError::NotASender)
}

/// What the library calls it → what it means here.
fn named(error: &SmtpError) -> MailError {
    let reason = || {
        let mut words = error.to_string();
        let mut cause = error.source().and_then(std::error::Error::source);
        while let Some(deeper) = cause {
            words = format!("{words}: {deeper}");
            cause = deeper.source();
        }
        words.chars().take(LONGEST_ANSWER).collect::<String>()
    };
    if error.is_timeout() {
        return MailError::TimedOut;
    }
    if error.is_tls() || broke_in_tls(error) {
        return MailError::NoTls { reason: reason() };
    }
    match error.status().map(|code| code.to_string()) {
        Some(code) if ["530", "534", "535", "538"].contains(&code.as_str()) => {
            MailError::BadLogin { answer: reason() }
        }
        Some(_) if error.is_permanent() => MailError::Refused { answer: reason() },
        Some(_) => MailError::Later { answer: reason() },
        // It offers no way to sign in that we know.
        None if error.is_client() => MailError::Refused { answer: reason() },
        // Or it broke off in the middle, so that nobody knows what it took.
        None => MailError::Unreachable { reason: reason() },
    }
}

/// A handshake that fails counts as a connection that fails; what lies behind tells.
fn broke_in_tls(error: &SmtpError) -> bool {
    let mut cause = error.source();
    while let Some(deeper) = cause {
        let inner = deeper.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if deeper.is::<rustls::Error>() || inner.is_some_and(|inner| inner.is::<rustls::Error>()) {
            return true;
        }
        cause = deeper.source();
    }
    false
}
