//! The desk of the soak: four inboxes, and customers and agents who do what comes to their minds.

use super::Shared;
use super::faults::AHEAD_MS;
use anyhow::Context;
use chatwoot_sandbox::act::{NewChannel, NewContact, NewConversation, NewInbox, NewMessage};
use chatwoot_sandbox::model::{Availability, MessageType, Priority, Sender, Status};
use chatwoot_sandbox::{Options, Refusal, Sandbox, Server};
use hotdash::chatwoot::api::{Chatwoot, DeskAddress, WebhookChange};
use jiff::SignedDuration;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::Instant;

/// In whose name hotdash works; nobody here writes in it.
pub(super) const OURSELVES: i64 = 1;
const MAILBOX: &str = "care@hotrodan.test";
const SMS_NUMBER: &str = "+15550100";
/// People work on the latest conversations; older ones are left as they are.
const UNDER_HAND: usize = 40;

const QUESTIONS: [&str; 10] = [
    "How long does shipping to Norway take?",
    "Where is my order 10234? It should have come on Monday.",
    "Can I return the jacket if it does not fit?",
    "My parcel arrived broken, what now?",
    "Do you ship to Switzerland, and what does it cost?",
    "Wie lange dauert der Versand nach Österreich?",
    "I was charged twice! This is terrible, fix it now.",
    "Could you change the address of my order, please?",
    "Is the blue one in stock again?",
    "¿Cuánto tarda el envío a Madrid?",
];
/// Such an answer needs two people.
const THREAT: &str = "You will hear from my lawyer, I am going to sue you!";

pub(super) struct Desk {
    pub(super) sandbox: Sandbox,
    pub(super) server: Server,
    pub(super) token: String,
    website: i64,
    api: i64,
    sms: i64,
}

/// A conversation as its customer sees it.
#[derive(Clone)]
struct Started {
    id: i64,
    /// The first mail's id, where they write mails.
    mail: Option<(String, String)>,
}

impl Desk {
    pub(super) async fn open() -> anyhow::Result<Self> {
        let sandbox = Sandbox::new(Options::default());
        sandbox.clock().set_forward(SignedDuration::from_millis(AHEAD_MS));
        let server = sandbox.serve(TcpListener::bind("127.0.0.1:0").await?)?;
        let inbox = |name: &str, channel| sandbox.act(|desk| desk.create_inbox(NewInbox::new(name, channel)));
        let website =
            sandbox.act(|desk| desk.create_inbox(NewInbox::website("Website", "https://hotrodan.test")));
        let api = inbox("App", NewChannel::Api { webhook_url: None });
        let sms = inbox("Texts", NewChannel::Sms { phone_number: SMS_NUMBER.to_owned() });
        let email = inbox("Mail", NewChannel::Email { email: MAILBOX.to_owned() });
        for inbox in [website, api, sms, email] {
            sandbox.add_everybody(inbox)?;
        }
        for agent in [2, 3, 4] {
            sandbox.set_availability(agent, Availability::Online)?;
        }
        let token = sandbox.token(OURSELVES)?;
        Ok(Self { sandbox, server, token, website, api, sms })
    }

    /// Registers hotdash's webhook; gives its secret.
    pub(super) async fn register(&self, hook: &str) -> anyhow::Result<String> {
        let address = DeskAddress::new(self.server.url(), 1, SecretString::from(self.token.clone()));
        let made = Chatwoot::new(address)?.create_webhook(&WebhookChange::ours(hook.to_owned())).await?;
        Ok(made.secret.context("the desk tells no secret")?.expose_secret().to_owned())
    }
}

/// Everybody acts until `until`.
pub(super) async fn act_until(
    shared: Arc<Shared>,
    seed: u64,
    per_minute: u32,
    length: Duration,
) -> anyhow::Result<()> {
    let until = Instant::now() + length;
    // A deletion whose delivery is lost is found by a second look, ten minutes later.
    let no_more_deletions = Instant::now() + length.mul_f64(2.0 / 3.0);
    let mut chance = StdRng::seed_from_u64(seed);
    let pause = Duration::from_secs(60).div_f64(f64::from(per_minute.max(1)));
    let mut started: Vec<Started> = Vec::new();
    let mut number = 0_u64;
    while Instant::now() < until {
        tokio::time::sleep(pause.mul_f64(chance.random_range(0.3..1.7))).await;
        number += 1;
        let from = started.len().saturating_sub(UNDER_HAND);
        let pick = (!started.is_empty()).then(|| started[chance.random_range(from..started.len())].clone());
        let desk = &shared.desk;
        let agent = chance.random_range(2..5);
        match (chance.random_range(0..100), pick) {
            (0..35, _) | (_, None) => started.push(desk.begin(&shared, &mut chance, number)?),
            (35..57, Some(it)) => {
                // Some write several, one shortly after the other.
                for part in 0..chance.random_range(1..4) {
                    desk.write_again(&shared, &mut chance, &it, &format!("{number}.{part}"))?;
                    tokio::time::sleep(Duration::from_millis(chance.random_range(20..900))).await;
                }
            }
            (57..66, Some(it)) => {
                desk.sandbox.agent_replies(it.id, agent, &format!("Three days. ({number})"))?;
            }
            (66..75, Some(it)) => desk.sandbox.resolve(it.id, agent)?,
            (75..77, Some(it)) => desk.sandbox.set_status(it.id, agent, Status::Snoozed)?,
            (77..80, Some(it)) => desk.sandbox.set_status(it.id, agent, Status::Open)?,
            (80..85, Some(it)) => desk.sandbox.assign(it.id, Some(agent), agent)?,
            (85..87, Some(it)) => desk.sandbox.assign(it.id, None, agent)?,
            (87..91, Some(it)) => {
                let labels: &[&str] = if chance.random_ratio(1, 2) { &["vip", "order"] } else { &["later"] };
                desk.sandbox.set_labels(it.id, labels, agent)?;
            }
            (91..94, Some(it)) => {
                let priority = [None, Some(Priority::Low), Some(Priority::High)][chance.random_range(0..3)];
                desk.sandbox.set_priority(it.id, priority, agent)?;
            }
            (94..97, Some(it)) => {
                desk.sandbox.agent_notes(it.id, agent, "Looking into it.")?;
            }
            (_, Some(it)) => {
                if Instant::now() < no_more_deletions {
                    desk.delete_one(&mut chance, it.id)?;
                }
            }
        }
    }
    Ok(())
}

impl Desk {
    fn begin(&self, shared: &Shared, chance: &mut StdRng, number: u64) -> anyhow::Result<Started> {
        let name = format!("Customer {number}");
        let address = format!("c{number}@example.test");
        let text = question(chance);
        let mut mail = None;
        let at = shared.clock.now_ms();
        let id = match chance.random_range(0..100) {
            0..55 => self.sandbox.customer_says(self.website, (name.as_str(), address.as_str()), &text)?,
            55..70 => self.sandbox.customer_says(self.api, (name.as_str(), address.as_str()), &text)?,
            70..85 => self.text_message(&name, &format!("+1555{number:07}"), &text)?,
            _ => {
                let message_id = format!("m{number}@example.test");
                mail = Some((address.clone(), message_id.clone()));
                self.mail(&address, &message_id, None, &text)?
            }
        };
        let first = self.sandbox.messages(id)?.into_iter().find(|m| m.message_type == MessageType::Incoming);
        shared.wrote(first.context("a conversation without a message")?.id, at);
        Ok(Started { id, mail })
    }

    fn write_again(
        &self,
        shared: &Shared,
        chance: &mut StdRng,
        it: &Started,
        number: &str,
    ) -> anyhow::Result<()> {
        let (text, at) = (question(chance), shared.clock.now_ms());
        let Some((address, first)) = &it.mail else {
            shared.wrote(self.sandbox.customer_replies(it.id, &text)?, at);
            return Ok(());
        };
        let id = self.mail(address, &format!("m{number}@example.test"), Some(first), &text)?;
        let last = self.sandbox.messages(id)?.into_iter().rfind(|m| m.message_type == MessageType::Incoming);
        shared.wrote(last.context("a mail without a message")?.id, at);
        Ok(())
    }

    fn text_message(&self, name: &str, number: &str, text: &str) -> Result<i64, Refusal> {
        self.sandbox.act(|desk| {
            let (name, phone_number) = (Some(name.to_owned()), Some(number.to_owned()));
            let contact = desk.create_contact(NewContact { name, phone_number, ..NewContact::default() });
            let address = desk.address_in(contact, self.sms, Some(number.to_owned()))?;
            let id = desk.create_conversation(NewConversation::of(address))?;
            desk.create_message(id, NewMessage::text(Sender::Contact(contact), text))?;
            Ok(id)
        })
    }

    fn mail(&self, from: &str, id: &str, answers: Option<&str>, text: &str) -> anyhow::Result<i64> {
        let thread =
            answers.map(|id| format!("In-Reply-To: <{id}>\r\nReferences: <{id}>\r\n")).unwrap_or_default();
        let raw = format!(
            "From: {from}\r\nTo: {MAILBOX}\r\nSubject: A question\r\nMessage-ID: <{id}>\r\n{thread}\
             Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        );
        self.sandbox.mail_arrives(raw.as_bytes())?.context("the desk did not take a mail")
    }

    /// A customer's, an agent's or one of our messages.
    fn delete_one(&self, chance: &mut StdRng, id: i64) -> Result<(), Refusal> {
        let public: Vec<i64> =
            self.sandbox.messages(id)?.iter().filter(|m| m.is_public()).map(|message| message.id).collect();
        if public.is_empty() {
            return Ok(());
        }
        self.sandbox.delete_message(public[chance.random_range(0..public.len())])
    }
}

fn question(chance: &mut StdRng) -> String {
    if chance.random_ratio(1, 50) {
        return THREAT.to_owned();
    }
    QUESTIONS[chance.random_range(0..QUESTIONS.len())].to_owned()
}
