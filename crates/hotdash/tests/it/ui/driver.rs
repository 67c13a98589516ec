//! A headless browser to press keys in, and the demo to press them at.

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::{Client, ClientBuilder};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(45);

pub(super) const ENTER: char = '\u{e007}';
pub(super) const TAB: char = '\u{e004}';
pub(super) const ESCAPE: char = '\u{e00c}';

/// One browser with one window.
pub(super) struct Browser {
    pub(super) client: Client,
    _profile: TempDir,
    _driver: Child,
}

/// How the browser is to be.
#[derive(Clone, Copy)]
pub(super) struct Look {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) dark: bool,
}

impl Browser {
    /// `None`, loudly, where no browser is installed; in CI that is a failure.
    pub(super) async fn start(look: Look) -> Option<Self> {
        let Some(chromium) = find(&["chromium", "chromium-browser", "google-chrome"]) else {
            return missing("chromium");
        };
        let Some(chromedriver) = find(&["chromedriver"]) else { return missing("chromedriver") };
        let port = free_port();
        let driver = Command::new(chromedriver)
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let profile = tempfile::tempdir().unwrap();
        let options = json!({
            "browserName": "chrome",
            "goog:chromeOptions": {
                "binary": chromium,
                "args": [
                    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                    "--disable-background-networking", "--no-first-run", "--hide-scrollbars",
                    format!("--user-data-dir={}", profile.path().display()),
                    format!("--window-size={},{}", look.width, look.height),
                    // 0 is dark, 1 is light.
                    format!("--blink-settings=preferredColorScheme={}", i32::from(!look.dark)),
                ],
                // A window cannot be as narrow as a phone.
                "mobileEmulation": { "deviceMetrics": {
                    "width": look.width, "height": look.height, "pixelRatio": 1, "touch": look.width < 720,
                }},
            },
        });
        let Value::Object(capabilities) = options else { unreachable!("an object was written above") };
        let address = format!("http://127.0.0.1:{port}");
        let started = Instant::now();
        let client = loop {
            match ClientBuilder::rustls().unwrap().capabilities(capabilities.clone()).connect(&address).await
            {
                Ok(client) => break client,
                Err(error) => assert!(started.elapsed() < PATIENCE, "no browser: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        Some(Self { client, _profile: profile, _driver: driver })
    }

    pub(super) async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    /// Press keys one after another, wherever the focus is.
    pub(super) async fn press(&self, keys: impl IntoIterator<Item = char>) {
        let mut actions = KeyActions::new("keyboard".into());
        for key in keys {
            actions = actions.then(KeyAction::Down { value: key }).then(KeyAction::Up { value: key });
        }
        self.client.perform_actions(actions).await.unwrap();
    }

    pub(super) async fn type_text(&self, text: &str) {
        self.press(text.chars()).await;
    }

    /// Walk with Tab until this has the focus.
    pub(super) async fn tab_to(&self, selector: &str) {
        for _ in 0..60 {
            let script = "return document.activeElement?.matches(arguments[0]) ?? false";
            if self.client.execute(script, vec![json!(selector)]).await.unwrap() == json!(true) {
                return;
            }
            self.press([TAB]).await;
        }
        panic!("{selector} cannot be reached with Tab on {}", self.client.current_url().await.unwrap());
    }

    pub(super) async fn ask(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.unwrap()
    }

    /// The visible text of the first such element; empty when there is none.
    pub(super) async fn text(&self, selector: &str) -> String {
        let script = "return document.querySelector(arguments[0])?.innerText ?? ''";
        let text = self.client.execute(script, vec![json!(selector)]).await.unwrap();
        text.as_str().unwrap_or_default().to_owned()
    }

    pub(super) async fn until(&self, selector: &str, holds: impl Fn(&str) -> bool) -> String {
        let started = Instant::now();
        loop {
            let text = self.text(selector).await;
            if holds(&text) {
                return text;
            }
            if started.elapsed() > PATIENCE {
                self.shoot("failed").await;
                panic!("waited in vain for {selector}, which says {text:?}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// A picture below `target/screenshots/`.
    pub(super) async fn shoot(&self, name: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        let picture = self.client.screenshot().await.unwrap();
        std::fs::write(folder.join(format!("{name}.png")), picture).unwrap();
    }

    pub(super) async fn close(self) {
        self.client.close().await.unwrap();
    }
}

/// `hotdash demo` as a newcomer runs it.
pub(super) struct Demo {
    process: Child,
    pub(super) chat: String,
    pub(super) review_link: String,
}

impl Demo {
    pub(super) async fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_hotdash"))
            .args(["demo", "--listen", "127.0.0.1:0", "--desk-listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut address_after = async |words: &str| loop {
            let line = lines.next_line().await.unwrap().expect("the demo says its addresses");
            if let Some((_, address)) = line.split_once(words) {
                return address.trim().to_owned();
            }
        };
        let chat = address_after("Be the customer").await;
        let review_link = address_after("Review drafts").await;
        // The demo goes on talking; a closed pipe would end it.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { process, chat, review_link }
    }

    /// Where the pages are.
    pub(super) fn url(&self) -> &str {
        self.review_link.split("/sign-in").next().unwrap()
    }

    /// Ask it to stop as Ctrl-C does; it must, with pages open.
    pub(super) async fn stop(mut self) {
        let id = self.process.id().unwrap().to_string();
        let asked = Command::new("kill").args(["-INT", &id]).status().await.unwrap();
        assert!(asked.success());
        let ended = tokio::time::timeout(PATIENCE, self.process.wait()).await;
        assert!(ended.expect("the demo does not end").unwrap().success());
    }
}

fn find(names: &[&str]) -> Option<PathBuf> {
    let folders = ["/usr/bin", "/usr/local/bin", "/snap/bin", "/opt/homebrew/bin"];
    names.iter().flat_map(|name| folders.iter().map(move |f| Path::new(f).join(name))).find(|p| p.exists())
}

#[expect(clippy::disallowed_methods, reason = "whether this is CI is not a setting of hotdash")]
fn missing<T>(what: &str) -> Option<T> {
    assert!(std::env::var_os("CI").is_none(), "{what} is not installed, and CI must not skip the browser");
    eprintln!("SKIPPED: {what} is not installed; `./test` installs it where it can");
    None
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
