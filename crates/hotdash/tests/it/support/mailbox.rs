//! A mail server that takes letters and keeps them: real SMTP on loopback. It can be told to misbehave.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// How it treats whoever calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Takes,
    /// The recipient is unknown.
    Refuses,
    /// Come back later.
    Busy,
    /// The letter is taken, and the connection is cut before the answer; once.
    LosesTheAnswer,
    /// User and password are wrong.
    KnowsNobody,
    /// It takes nothing from where we are.
    RefusesUs,
    /// It has enough to do.
    TooManyOfUs,
}

/// A letter as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arrived {
    pub(crate) to: String,
    /// Headers and body, with bare line feeds.
    pub(crate) text: String,
}

impl Arrived {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let head = self.text.split("\n\n").next()?;
        head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

pub(crate) struct Mailbox {
    pub(crate) port: u16,
    mood: Arc<Mutex<Mood>>,
    letters: Arc<Mutex<Vec<Arrived>>>,
    serving: JoinHandle<()>,
}

impl Mailbox {
    pub(crate) async fn open() -> Self {
        Self::on(0).await
    }

    /// On a port that was free a moment ago.
    pub(crate) async fn on(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (mood, letters) = (Arc::new(Mutex::new(Mood::Takes)), Arc::default());
        let serving = tokio::spawn({
            let (mood, letters) = (Arc::clone(&mood), Arc::clone(&letters));
            async move {
                while let Ok((line, _)) = listener.accept().await {
                    let (mood, letters) = (Arc::clone(&mood), Arc::clone(&letters));
                    // A caller who hangs up early has the same right to as many tries as he likes.
                    tokio::spawn(async move { drop(serve(line, &mood, &letters).await) });
                }
            }
        });
        Self { port, mood, letters, serving }
    }

    pub(crate) fn url(&self) -> String {
        format!("smtp://ada%40acme.test:never-shown@127.0.0.1:{}", self.port)
    }

    pub(crate) fn set(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    pub(crate) fn letters(&self) -> Vec<Arrived> {
        self.letters.lock().unwrap().clone()
    }

    /// Wait for so many letters.
    pub(crate) async fn arrived(&self, count: usize) -> Vec<Arrived> {
        let started = Instant::now();
        while self.letters().len() < count {
            assert!(started.elapsed() < Duration::from_secs(30), "{:?}", self.letters());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.letters()
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(line: TcpStream, mood: &Mutex<Mood>, letters: &Mutex<Vec<Arrived>>) -> std::io::Result<()> {
    let (read, mut write) = line.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 mail.acme.test ESMTP\r\n").await?;
    let mut to = String::new();
    while let Some(said) = lines.next_line().await? {
        let now = *mood.lock().unwrap();
        let verb = said.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        let answer = match verb.as_str() {
            "EHLO" if now == Mood::RefusesUs => "550 5.7.1 Not from there",
            "EHLO" if now == Mood::TooManyOfUs => "421 4.7.0 Too many connections",
            "EHLO" => "250-mail.acme.test\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
            "AUTH" if now == Mood::KnowsNobody => "535 5.7.8 Authentication credentials invalid",
            "AUTH" => "235 2.7.0 Accepted",
            "MAIL" | "NOOP" | "RSET" => "250 2.0.0 Ok",
            "RCPT" if now == Mood::Refuses => "550 5.1.1 No such user here",
            "RCPT" if now == Mood::Busy => "451 4.3.0 Try again later",
            "RCPT" => {
                to = said.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                "250 2.1.5 Ok"
            }
            "DATA" => {
                write.write_all(b"354 End with a dot\r\n").await?;
                let mut text = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    text.push_str(line.strip_prefix('.').unwrap_or(&line));
                    text.push('\n');
                }
                letters.lock().unwrap().push(Arrived { to: to.clone(), text });
                if now == Mood::LosesTheAnswer {
                    *mood.lock().unwrap() = Mood::Takes;
                    return Ok(());
                }
                "250 2.0.0 Queued"
            }
            "QUIT" => "221 2.0.0 Bye",
            _ => "502 5.5.2 What?",
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}
