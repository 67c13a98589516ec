//! The handle: a desk that can be shared, served, watched, and acted upon in process.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use jiff::Timestamp;
use rand::distr::{Alphanumeric, SampleString};
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::desk::Desk;
use crate::model::{Account, Availability, Role, User};

/// How a desk starts. The default is what the recorded desk was: account 1 "Hot Rodan", an administrator and
/// three agents, and nothing else.
#[derive(Clone, Debug)]
pub struct Options {
    pub account_id: i64,
    pub account_name: String,
    /// The first is the administrator, the others are agents.
    pub users: Vec<UserOptions>,
    pub platform_token: Option<String>,
}

#[derive(Clone, Debug)]
pub struct UserOptions {
    pub id: i64,
    pub name: String,
    pub email: String,
    /// The API access token; made up where it is not given.
    pub token: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        let people =
            [("Ada Admin", "ada"), ("Ben Agent", "ben"), ("Cleo Agent", "cleo"), ("Dan Agent", "dan")];
        let user = |(id, (name, word)): (i64, (&str, &str))| UserOptions {
            id,
            name: name.to_owned(),
            email: format!("{word}@acme.test"),
            token: None,
        };
        Self {
            account_id: 1,
            account_name: "Hot Rodan".to_owned(),
            users: (1..).zip(people).map(user).collect(),
            platform_token: None,
        }
    }
}

/// A desk in memory. Clones are handles on the same desk.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

struct Inner {
    desk: Mutex<Desk>,
    clock: Clock,
    /// Counts the changes, so that a page can wait for the next one.
    version: watch::Sender<u64>,
}

impl Sandbox {
    pub fn new(options: Options) -> Self {
        let clock = Clock::default();
        let account = Account {
            id: options.account_id,
            name: options.account_name,
            locale: "en".to_owned(),
            created_at: clock.now(),
        };
        let users = options.users.into_iter().enumerate().map(|(n, user)| new_user(n == 0, user)).collect();
        let mut desk = Desk::new(account, users, clock.clone());
        desk.platform_token = options.platform_token;
        Self { inner: Arc::new(Inner { desk: Mutex::new(desk), clock, version: watch::Sender::new(0) }) }
    }

    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// Looks at the desk. Do not keep what `look` returns by reference.
    pub fn read<T>(&self, look: impl FnOnce(&Desk) -> T) -> T {
        look(&self.lock())
    }

    /// Changes the desk.
    pub fn act<T>(&self, verb: impl FnOnce(&mut Desk) -> T) -> T {
        let result = verb(&mut self.lock());
        self.inner.version.send_modify(|version| *version += 1);
        result
    }

    /// Wakes whenever something on the desk may have changed.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.version.subscribe()
    }

    /// Every door of the desk, pages included.
    pub fn router(&self) -> Router {
        crate::pages::router().with_state(self.clone())
    }

    /// Serves the desk on `listener` until the server is shut down or dropped.
    pub fn serve(&self, listener: TcpListener) -> std::io::Result<Server> {
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let router = self.router();
        let task = tokio::spawn(async move {
            let until = async move {
                let _ = stopped.await;
            };
            axum::serve(listener, router).with_graceful_shutdown(until).await
        });
        Ok(Server { address, stop: Some(stop), task })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Desk> {
        self.inner.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A desk being served.
pub struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Server {
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://address`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Takes no new connections and waits for the requests under way.
    pub async fn shut_down(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        let _ = (&mut self.task).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A token of the length and alphabet Chatwoot uses.
pub(crate) fn new_token() -> String {
    Alphanumeric.sample_string(&mut rand::rng(), 24)
}

fn new_user(first: bool, user: UserOptions) -> User {
    User {
        id: user.id,
        name: user.name,
        email: user.email,
        token: user.token.unwrap_or_else(new_token),
        pubsub_token: new_token(),
        role: if first { Role::Administrator } else { Role::Agent },
        availability: Availability::Online,
        auto_offline: true,
        ui_settings: serde_json::json!({}),
        super_admin: first,
    }
}
