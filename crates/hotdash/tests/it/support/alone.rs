//! hotdash without a desk: for what needs no answer from one.

use super::Database;
use hotdash::app::App;
use hotdash::clock::Clock;
use hotdash::config::Config;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An app whose desk's address leads nowhere.
pub(crate) async fn app_alone(database: &Database, settings: &[(&str, &str)], clock: Clock) -> Arc<App> {
    let base = [
        ("CHATWOOT_BASE_URL", "http://127.0.0.1:9"),
        ("CHATWOOT_TOKEN", "nobody"),
        ("CHATWOOT_ACCOUNT_ID", "1"),
        ("DATABASE_URL", database.url.as_str()),
    ];
    let environment: BTreeMap<String, String> =
        base.iter().chain(settings).map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    App::build(Config::from_sources(None, &environment).unwrap(), clock).await.unwrap()
}
