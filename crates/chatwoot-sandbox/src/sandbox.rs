//! The handle: a desk that can be shared, served, watched, and acted upon in process.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::HeaderMap;
use axum::middleware;
use jiff::Timestamp;
use rand::RngExt as _;
use rand::distr::{Alphanumeric, SampleString};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::connection::{CuttableListener, Line};
use crate::counts::Counts;
use crate::deliver::{self, Queued};
use crate::desk::Desk;
use crate::dialect::Version;
use crate::event::Delivery;
use crate::faults::{Faults, WebhookFaults};
use crate::limits::Limits;
use crate::model::{Account, Availability, Role, User};

/// Chatwoot's `MAXIMUM_FILE_UPLOAD_SIZE`.
const LARGEST_UPLOAD: usize = 40 * 1024 * 1024;

/// How a desk starts. The default is what the recorded desk was: account 1 "Hot Rodan", an administrator and
/// three agents, and nothing else.
#[derive(Clone, Debug)]
pub struct Options {
    pub account_id: i64,
    pub account_name: String,
    /// The first is the administrator, the others are agents.
    pub users: Vec<UserOptions>,
    pub platform_token: Option<String>,
    /// The version of Chatwoot to pass for.
    pub version: Version,
    /// Whether inboxes with `enable_auto_assignment` (new ones have it) really hand out conversations to whoever is
    /// online. Off, so that a test's conversations stay nobody's until it says otherwise.
    pub auto_assignment: bool,
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
            version: Version::NEWEST,
            auto_assignment: false,
        }
    }
}

/// A desk in memory. Clones are handles on the same desk.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

/// A handle that does not keep the desk alive.
#[derive(Clone)]
pub(crate) struct WeakSandbox(Weak<Inner>);

struct Inner {
    desk: Mutex<Desk>,
    version: Version,
    limits: Mutex<Limits>,
    clock: Clock,
    faults: Mutex<Faults>,
    counts: Mutex<Counts>,
    /// Counts the changes, so that a page can wait for the next one.
    changes: watch::Sender<u64>,
    /// Counts the deliveries that are queued or on their way.
    on_the_way: watch::Sender<usize>,
    queue: mpsc::UnboundedSender<Queued>,
    /// Taken by the task that posts, which needs a runtime and so starts with the first server.
    unposted: Mutex<Option<mpsc::UnboundedReceiver<Queued>>>,
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
        desk.version = options.version;
        desk.auto_assignment = options.auto_assignment;
        let (queue, unposted) = mpsc::unbounded_channel();
        let inner = Inner {
            desk: Mutex::new(desk),
            version: options.version,
            limits: Mutex::default(),
            clock,
            faults: Mutex::default(),
            counts: Mutex::default(),
            changes: watch::Sender::new(0),
            on_the_way: watch::Sender::new(0),
            queue,
            unposted: Mutex::new(Some(unposted)),
        };
        Self { inner: Arc::new(inner) }
    }

    /// A desk with the recorded history in `dir` behind it; see [`crate::history::load`].
    pub fn with_history(dir: &Path) -> anyhow::Result<Self> {
        let sandbox = Self::new(Options::default());
        crate::history::load(&sandbox, dir)?;
        Ok(sandbox)
    }

    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    pub fn version(&self) -> Version {
        self.inner.version
    }

    /// Counts a call against the rate limits; false if it is one too many.
    pub(crate) fn is_within_limits(&self, from: Option<IpAddr>, path: &str, headers: &HeaderMap) -> bool {
        lock(&self.inner.limits).take(Instant::now(), self.inner.version, from, path, headers)
    }

    /// Looks at the desk. `look` must not use the handle: the desk is locked meanwhile.
    pub fn read<T>(&self, look: impl FnOnce(&Desk) -> T) -> T {
        look(&lock(&self.inner.desk))
    }

    /// Changes the desk; the webhooks that follow are sent after it. `verb` must not use the handle.
    pub fn act<T>(&self, verb: impl FnOnce(&mut Desk) -> T) -> T {
        let webhooks = self.faults().webhooks;
        let mut desk = lock(&self.inner.desk);
        desk.building_held = webhooks.build_delay_ms > 0;
        let result = verb(&mut desk);
        desk.build_pending();
        desk.send_mails();
        desk.hand_out();
        desk.build_pending();
        let build_later = desk.building_held && !desk.events.is_empty();
        desk.look_up_avatars();
        let outbox = std::mem::take(&mut desk.outbox);
        drop(desk);
        self.send(outbox, &webhooks);
        if build_later && let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let sandbox = self.clone();
            runtime.spawn(async move {
                tokio::time::sleep(Duration::from_millis(webhooks.build_delay_ms)).await;
                sandbox.build_held();
            });
        }
        self.inner.changes.send_modify(|count| *count += 1);
        result
    }

    /// Builds the bodies that were held back, from the desk as it has become.
    fn build_held(&self) {
        let webhooks = self.faults().webhooks;
        let mut desk = lock(&self.inner.desk);
        desk.building_held = false;
        desk.build_pending();
        let outbox = std::mem::take(&mut desk.outbox);
        drop(desk);
        self.send(outbox, &webhooks);
    }

    /// Queues deliveries, spoiled as the faults say.
    fn send(&self, mut outbox: Vec<Delivery>, faults: &WebhookFaults) {
        if faults.reorder {
            outbox.reverse();
        }
        let hold_back = Duration::from_millis(faults.delay_ms);
        for (n, delivery) in (0..).zip(outbox) {
            self.count(|counts| counts.deliveries += 1);
            let unlucky =
                faults.drop_percent > 0 && rand::rng().random_ratio(faults.drop_percent.min(100), 100);
            if faults.drop_all || unlucky || self.take_fault(|faults| &mut faults.webhooks.drop_next) {
                self.count(|counts| counts.dropped += 1);
                continue;
            }
            // In parallel, neighbours may still swap back; a few milliseconds make the new order hold.
            let step = Duration::from_millis(if faults.reorder { n * 20 } else { 0 });
            let copies = if faults.double { 2 } else { 1 };
            for _ in 0..copies {
                let queued = Queued { delivery: delivery.clone(), hold_back: hold_back + step };
                self.inner.on_the_way.send_modify(|count| *count += 1);
                if self.inner.queue.send(queued).is_err() {
                    self.delivery_done();
                }
            }
        }
    }

    pub(crate) fn delivery_done(&self) {
        self.inner.on_the_way.send_modify(|count| *count = count.saturating_sub(1));
    }

    /// Waits until no delivery is queued or on its way.
    pub async fn settled(&self) {
        let mut count = self.inner.on_the_way.subscribe();
        // The sender lives in the desk that this handle keeps alive.
        let _ = count.wait_for(|count| *count == 0).await;
    }

    /// Wakes whenever something on the desk may have changed.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changes.subscribe()
    }

    pub fn faults(&self) -> Faults {
        lock(&self.inner.faults).clone()
    }

    pub fn set_faults(&self, faults: Faults) {
        *lock(&self.inner.faults) = faults;
    }

    /// Uses up one of a counted fault. False if none is left.
    pub(crate) fn take_fault(&self, count: impl FnOnce(&mut Faults) -> &mut u32) -> bool {
        let mut faults = lock(&self.inner.faults);
        let count = count(&mut faults);
        let left = *count > 0;
        *count = count.saturating_sub(1);
        left
    }

    /// What happened so far, in figures.
    pub fn counts(&self) -> Counts {
        *lock(&self.inner.counts)
    }

    pub(crate) fn count(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut lock(&self.inner.counts));
    }

    /// Every door of the desk, pages included.
    pub fn router(&self) -> Router {
        let desk = Router::new()
            .merge(crate::api::router())
            .merge(crate::widget::router())
            .merge(crate::public_api::router())
            .merge(crate::mail::router())
            .merge(crate::sms::router())
            .layer(DefaultBodyLimit::max(LARGEST_UPLOAD))
            .layer(middleware::from_fn_with_state(self.clone(), crate::dialect::translate_answer))
            .layer(middleware::from_fn_with_state(self.clone(), crate::faults::spoil));
        Router::new()
            .merge(crate::admin::router())
            .merge(crate::pages::router())
            .merge(desk)
            .with_state(self.clone())
    }

    /// Serves the desk on `listener` until the server is shut down or dropped. The desk itself stays, and can be
    /// served again.
    pub fn serve(&self, listener: TcpListener) -> std::io::Result<Server> {
        let address = listener.local_addr()?;
        {
            let mut desk = lock(&self.inner.desk);
            if desk.base_url.is_empty() {
                desk.base_url = format!("http://{address}");
            }
        }
        if let Some(queue) = lock(&self.inner.unposted).take() {
            tokio::spawn(deliver::run(WeakSandbox(Arc::downgrade(&self.inner)), queue));
        }
        let (stop, stopped) = oneshot::channel::<()>();
        let service = self.router().into_make_service_with_connect_info::<Line>();
        let task = tokio::spawn(async move {
            let until = async move {
                let _ = stopped.await;
            };
            axum::serve(CuttableListener(listener), service).with_graceful_shutdown(until).await
        });
        Ok(Server { address, stop: Some(stop), task })
    }
}

impl WeakSandbox {
    pub(crate) fn upgrade(&self) -> Option<Sandbox> {
        self.0.upgrade().map(|inner| Sandbox { inner })
    }
}

/// A panic in one request must not take the desk from all others.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// Takes no new connections, gives the requests under way a second, and closes.
    pub async fn shut_down(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        // A page that listens for changes would keep its connection for ever.
        let _ = tokio::time::timeout(Duration::from_secs(1), &mut self.task).await;
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
