//! The load: so many connections, each sending the next signed delivery as soon as the last one was answered.

use anyhow::{Context, bail};
use bytes::{Bytes, BytesMut};
use clap::Args;
use hdrhistogram::Histogram;
use hmac::{Hmac, KeyInit, Mac};
use hotdash::clock::Clock;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::task::LocalSet;

/// A real delivery: the first message of a chat, as Chatwoot 4.15.1 sent it.
const RECORDED: &str = include_str!("../../../fixtures/chatwoot/4.15.1/webhooks/02-chat-first-message.jsonl");
/// Messages of one conversation follow each other; a busy desk has many conversations.
const CONVERSATIONS: u64 = 1_000;
pub(crate) const PATH: &str = "/api/webhooks/chatwoot";

#[derive(Debug, Args)]
pub(crate) struct Load {
    /// Where to send, as HOST:PORT.
    #[arg(long)]
    to: String,
    #[arg(long)]
    secret: String,
    #[arg(long)]
    connections: usize,
    #[arg(long)]
    seconds: f64,
    /// The first message's number; each message has its own.
    #[arg(long)]
    first: u64,
    /// So many deliveries in a second at most, all connections together; else as many as there can be.
    #[arg(long)]
    per_second: Option<u32>,
}

/// What came of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Answered {
    /// Answered with 200.
    pub(crate) count: u64,
    pub(crate) per_s: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
}

impl Load {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let shared = Rc::new(Shared {
            letter: Letter::recorded()?,
            key: Hmac::new_from_slice(self.secret.as_bytes()).context("the secret is no key")?,
            clock: Clock::real(),
            next: Cell::new(self.first),
            first: self.first,
            pause: self.per_second.map(|per_second| Duration::from_secs(1) / per_second.max(1)),
            latencies: RefCell::new(Histogram::new(3)?),
        });
        let mut connections = Vec::new();
        for _ in 0..self.connections {
            connections.push(connect(&self.to).await?);
        }
        let local = LocalSet::new();
        let begin = Instant::now();
        let end = begin + Duration::from_secs_f64(self.seconds);
        let senders: Vec<_> = connections
            .into_iter()
            .map(|(sender, io)| {
                local.spawn_local(io);
                local.spawn_local(send_until(end, sender, self.to.clone(), Rc::clone(&shared)))
            })
            .collect();
        let done = local.run_until(async {
            for sender in senders {
                sender.await??;
            }
            anyhow::Ok(begin.elapsed().as_secs_f64())
        });
        let seconds = done.await?;
        let latencies = shared.latencies.borrow();
        let milliseconds = |quantile| micros_to_ms(latencies.value_at_quantile(quantile));
        let answered = Answered {
            count: latencies.len(),
            per_s: count_as_f64(latencies.len()) / seconds,
            p50_ms: milliseconds(0.50),
            p99_ms: milliseconds(0.99),
        };
        println!("{}", serde_json::to_string(&answered)?);
        Ok(())
    }
}

struct Shared {
    letter: Letter,
    key: Hmac<Sha256>,
    clock: Clock,
    next: Cell<u64>,
    first: u64,
    pause: Option<Duration>,
    latencies: RefCell<Histogram<u64>>,
}

async fn connect(to: &str) -> anyhow::Result<(SendRequest<Full<Bytes>>, impl Future<Output = ()> + use<>)> {
    let stream = TcpStream::connect(to).await.with_context(|| format!("cannot connect to {to}"))?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // A connection that ends early shows in its sender's next request.
    Ok((sender, async { drop(connection.await) }))
}

async fn send_until(
    end: Instant,
    mut sender: SendRequest<Full<Bytes>>,
    host: String,
    shared: Rc<Shared>,
) -> anyhow::Result<()> {
    let begun = Instant::now();
    while Instant::now() < end {
        let number = shared.next.replace(shared.next.get() + 1);
        if let Some(pause) = shared.pause {
            let nth = u32::try_from(number - shared.first).unwrap_or(u32::MAX);
            tokio::time::sleep_until((begun + pause * nth).into()).await;
        }
        let request = shared.request(&host, number)?;
        let begin = Instant::now();
        sender.ready().await?;
        let answer = sender.send_request(request).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        let took = begin.elapsed();
        if status != StatusCode::OK {
            bail!("delivery {number} was answered {status}: {}", String::from_utf8_lossy(&body));
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        shared.latencies.borrow_mut().record(micros.max(1))?;
    }
    Ok(())
}

impl Shared {
    fn request(&self, host: &str, number: u64) -> anyhow::Result<Request<Full<Bytes>>> {
        let body = self.letter.numbered(number);
        let timestamp = (self.clock.now_ms() / 1000).to_string();
        let mut mac = self.key.clone();
        mac.update(timestamp.as_bytes());
        mac.update(b".");
        mac.update(&body);
        let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
        Ok(Request::post(PATH)
            .header("host", host)
            .header("content-type", "application/json")
            .header("user-agent", "Ruby")
            .header("accept", "application/json")
            .header("accept-encoding", "gzip;q=1.0,deflate;q=0.6,identity;q=0.3")
            .header("x-chatwoot-delivery", delivery_id(number).to_string())
            .header("x-chatwoot-timestamp", timestamp)
            .header("x-chatwoot-signature", signature)
            .body(Full::new(body))?)
    }
}

/// Different for each number and spread like a random one: where an index has to insert it is part of the cost.
fn delivery_id(number: u64) -> uuid::Uuid {
    let spread = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    uuid::Uuid::from_u64_pair(spread, number)
}

/// A recorded body with two places for numbers of our own: the conversation's and the message's.
struct Letter([Bytes; 3]);

impl Letter {
    fn recorded() -> anyhow::Result<Self> {
        const MESSAGE: i64 = 7_000_000_000_000_000_001;
        const CONVERSATION: i64 = 7_000_000_000_000_000_002;
        let bodies = RECORDED.lines().filter_map(|line| {
            let delivery: serde_json::Value = serde_json::from_str(line).ok()?;
            let body: serde_json::Value = serde_json::from_str(delivery.get("body")?.as_str()?).ok()?;
            (body.get("event")? == "message_created").then_some(body)
        });
        let mut body = bodies.into_iter().next().context("the fixture holds no message")?;
        body["id"] = MESSAGE.into();
        body["conversation"]["id"] = CONVERSATION.into();
        let text = body.to_string();
        let (head, rest) = text.split_once(&CONVERSATION.to_string()).context("no conversation id")?;
        let (middle, tail) = rest.split_once(&MESSAGE.to_string()).context("no message id after it")?;
        Ok(Self([head, middle, tail].map(|part| Bytes::copy_from_slice(part.as_bytes()))))
    }

    fn numbered(&self, number: u64) -> Bytes {
        let [head, middle, tail] = &self.0;
        let mut body = BytesMut::with_capacity(head.len() + middle.len() + tail.len() + 24);
        body.extend_from_slice(head);
        body.extend_from_slice((number % CONVERSATIONS + 1).to_string().as_bytes());
        body.extend_from_slice(middle);
        body.extend_from_slice(number.to_string().as_bytes());
        body.extend_from_slice(tail);
        body.freeze()
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2⁵²")]
pub(crate) fn count_as_f64(count: u64) -> f64 {
    count as f64
}

fn micros_to_ms(micros: u64) -> f64 {
    count_as_f64(micros) / 1000.0
}
