//! `bench intake`: hotdash's whole web router over a real store, beside a handler that checks the same signature and
//! stores nothing, on the same server stack. Rounds are interleaved, because the machine's speed changes by the minute.

use crate::load::{Answered, PATH};
use crate::postgres::Schema;
use crate::{median, rounded};
use anyhow::{Context, bail};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use clap::Args;
use hotdash::app::App;
use hotdash::chatwoot::signature::verify;
use hotdash::clock::Clock;
use hotdash::config::Config;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::process::Command;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

const SECRET: &str = "a secret of the bench only";

#[derive(Debug, Args)]
pub(crate) struct Intake {
    /// Print exactly one JSON object.
    #[arg(long)]
    json: bool,
    #[arg(long, default_value_t = 64)]
    connections: usize,
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// How long one round loads one server.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// A server with fsync on; a schema of its own is made in it and dropped.
    #[arg(long, env = "HOTDASH_BENCH_POSTGRES", value_name = "URL")]
    postgres: Option<String>,
    /// Where the SQLite file is put: on the disk to be measured.
    #[arg(long, default_value = "target")]
    dir: PathBuf,
}

/// One server under load.
struct Subject {
    name: &'static str,
    address: String,
    /// `None` for the one that stores nothing.
    app: Option<Arc<App>>,
    rounds: Vec<Answered>,
    accepted: u64,
}

impl Intake {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let home = tempfile::Builder::new().prefix("bench-intake-").tempdir_in(&self.dir)?;
        let sqlite = open(&format!("sqlite:{}", home.path().join("hotdash.sqlite").display())).await?;
        let schema = match &self.postgres {
            Some(server) => Some(Schema::create(server).await?),
            None => {
                eprintln!(
                    "postgres: null, because there is no server. Install PostgreSQL (./bench then starts one), or name one: \
                     HOTDASH_BENCH_POSTGRES=postgres://… ./bench intake"
                );
                None
            }
        };
        let mut subjects = vec![Subject::serve("sqlite", Some(Arc::clone(&sqlite)), &sqlite).await?];
        if let Some(schema) = &schema {
            let app = open(&schema.url).await?;
            subjects.push(Subject::serve("postgres", Some(Arc::clone(&app)), &app).await?);
        }
        subjects.push(Subject::serve("noop", None, &sqlite).await?);

        let mut first = 1;
        for round in 0..=self.rounds {
            for subject in &mut subjects {
                // The first round warms up: statements get prepared, files grow, branches are learnt.
                let seconds = if round == 0 { self.seconds.min(2.0) } else { self.seconds };
                let answered = load(&subject.address, self.connections, seconds, first).await?;
                first += 100_000_000;
                subject.accepted += answered.count;
                if round > 0 {
                    eprintln!(
                        "round {round} of {}, {}: {:.0}/s, p50 {:.2} ms, p99 {:.2} ms",
                        self.rounds, subject.name, answered.per_s, answered.p50_ms, answered.p99_ms
                    );
                    subject.rounds.push(answered);
                }
            }
        }
        for subject in &subjects {
            subject.check().await?;
        }
        self.report(&subjects);
        drop(subjects);
        if let Some(schema) = schema {
            schema.drop().await?;
        }
        Ok(())
    }

    fn report(&self, subjects: &[Subject]) {
        let find = |name: &str| subjects.iter().find(|subject| subject.name == name);
        let figures = |name: &str| find(name).map_or(Value::Null, Subject::figures);
        let ratio = |name: &str| {
            let (Some(subject), Some(noop)) = (find(name), find("noop")) else { return Value::Null };
            // Within a round both had the same machine.
            let ratios = subject.rounds.iter().zip(&noop.rounds).map(|(a, b)| a.per_s / b.per_s);
            rounded(median(ratios.collect()), 3).into()
        };
        let report = json!({
            "sqlite": figures("sqlite"),
            "postgres": figures("postgres"),
            "noop": figures("noop"),
            "ratio_sqlite": ratio("sqlite"),
            "ratio_postgres": ratio("postgres"),
        });
        if self.json {
            println!("{report}");
        } else {
            println!(
                "{} connections, {} rounds of {} s, medians",
                self.connections, self.rounds, self.seconds
            );
            for name in ["sqlite", "postgres", "noop"] {
                println!("{name:9} {} of no-op {}", report[name], report[format!("ratio_{name}")]);
            }
        }
    }
}

async fn open(database_url: &str) -> anyhow::Result<Arc<App>> {
    let settings = [
        ("CHATWOOT_BASE_URL", "http://127.0.0.1:9"),
        ("CHATWOOT_TOKEN", "none"),
        ("CHATWOOT_ACCOUNT_ID", "1"),
        ("CHATWOOT_WEBHOOK_SECRET", SECRET),
        ("DATABASE_URL", database_url),
    ];
    let environment = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    Ok(App::build(Config::from_sources(None, &environment)?, Clock::real()).await?)
}

impl Subject {
    async fn serve(name: &'static str, app: Option<Arc<App>>, any: &Arc<App>) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let router = match &app {
            Some(app) => hotdash::web::router(Arc::clone(app)),
            None => noop_router(Arc::clone(any)),
        };
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { name, address, app, rounds: Vec::new(), accepted: 0 })
    }

    /// Every 200 must be a row: else the figures are worth nothing.
    async fn check(&self) -> anyhow::Result<()> {
        let Some(app) = &self.app else { return Ok(()) };
        let stored = app.store.delivery_counts(app.desks[0].id).await?.received;
        let jobs = app.store.queue_counts(app.clock.now_ms()).await?.living;
        let accepted = i64::try_from(self.accepted)?;
        if stored != accepted || jobs != accepted {
            bail!("{}: {accepted} answers of 200, but {stored} deliveries and {jobs} jobs", self.name);
        }
        eprintln!("{}: {accepted} answers of 200, as many deliveries and jobs stored", self.name);
        Ok(())
    }

    fn figures(&self) -> Value {
        let middle = |of: fn(&Answered) -> f64| median(self.rounds.iter().map(of).collect());
        json!({
            "per_s": rounded(middle(|a| a.per_s), 0),
            "p50_ms": rounded(middle(|a| a.p50_ms), 2),
            "p99_ms": rounded(middle(|a| a.p99_ms), 2),
        })
    }
}

/// The same layers around the route as in the product.
fn noop_router(app: Arc<App>) -> Router {
    Router::new()
        .route(PATH, post(noop))
        .layer(DefaultBodyLimit::max(8 * 1024 * 1024))
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::new())
        .with_state(app)
}

async fn noop(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    let (now_s, tolerance) = (app.clock.now_ms() / 1000, app.config.signature_tolerance_s);
    match verify(&app.desks[0].secrets, &headers, body, now_s, tolerance, false, false) {
        Ok(_) => Json(json!({"status": "accepted"})).into_response(),
        Err(refusal) => (StatusCode::UNAUTHORIZED, refusal.to_string()).into_response(),
    }
}

/// The load has a process of its own, so that its work is not the server's.
async fn load(to: &str, connections: usize, seconds: f64, first: u64) -> anyhow::Result<Answered> {
    let output = Command::new(std::env::current_exe()?)
        .args(["load", "--to", to, "--secret", SECRET])
        .args(["--connections", &connections.to_string(), "--seconds", &seconds.to_string()])
        .args(["--first", &first.to_string()])
        .output()
        .await?;
    if !output.status.success() {
        bail!("the load ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    serde_json::from_slice(&output.stdout).context("the load's answer cannot be read")
}
