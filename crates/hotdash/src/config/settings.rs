//! The settings, each in one place.

/// One setting.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The key in `hotdash.toml`.
    pub key: &'static str,
    /// The environment variable; for a secret also `<variable>_FILE`, a file that holds it.
    pub variable: &'static str,
    /// `None` = there is none.
    pub default: Option<&'static str>,
    /// Never printed.
    pub secret: bool,
    pub meaning: &'static str,
}

const fn plain(
    key: &'static str,
    variable: &'static str,
    default: Option<&'static str>,
    meaning: &'static str,
) -> Setting {
    Setting { key, variable, default, secret: false, meaning }
}

const fn secret(key: &'static str, variable: &'static str, meaning: &'static str) -> Setting {
    Setting { key, variable, default: None, secret: true, meaning }
}

/// Every setting there is, in the order of the README's table.
pub const SETTINGS: &[Setting] = &[
    plain("desk_url", "CHATWOOT_BASE_URL", None, "the desk's address, e.g. https://desk.example"),
    secret("desk_token", "CHATWOOT_TOKEN", "access token of the desk user in whose name hotdash works"),
    plain("desk_account", "CHATWOOT_ACCOUNT_ID", None, "the account's number on the desk"),
    secret(
        "webhook_secret",
        "CHATWOOT_WEBHOOK_SECRET",
        "the account webhook's secret; several, separated by commas, while one is being replaced",
    ),
    plain("sla_minutes", "CHATWOOT_SLA_MINUTES", Some("30"), "first-response target in minutes"),
    plain(
        "database_url",
        "DATABASE_URL",
        None,
        "sqlite:PATH or postgres://…; without it a SQLite file in the data directory",
    ),
    secret(
        "model_key",
        "OPENAI_API_KEY",
        "key of an OpenAI-compatible server; without a model, drafts come from the knowledge alone",
    ),
    plain("model_url", "OPENAI_BASE_URL", None, "its address, e.g. http://127.0.0.1:11434/v1"),
    plain("model_name", "OPENAI_MODEL", Some("gpt-4o-mini"), "which model to ask"),
    plain("model_timeout_seconds", "OPENAI_TIMEOUT_SECONDS", Some("60"), "how long an answer may take"),
    plain("public_url", "HOTDASH_PUBLIC_URL", None, "where people reach hotdash; in notes and links"),
    plain("listen", "HOTDASH_LISTEN", Some("127.0.0.1:8080"), "address and port to listen on"),
    plain("data_dir", "HOTDASH_DATA_DIR", Some("data"), "where the embedded database lives"),
    plain("timezone", "HOTDASH_TIMEZONE", Some("UTC"), "the desk's zone, e.g. Europe/Berlin"),
    plain(
        "hours_file",
        "HOTDASH_HOURS_FILE",
        None,
        "TOML file with the team's opening hours; without it Monday to Friday, 9 to 17",
    ),
    plain("knowledge_dir", "HOTDASH_KNOWLEDGE_DIR", None, "folder of Markdown files that drafts may rest on"),
    plain("shop_name", "HOTDASH_SHOP_NAME", Some("our team"), "how drafts sign for you"),
    plain(
        "undo_seconds",
        "HOTDASH_UNDO_SECONDS",
        Some("10"),
        "how long an approved reply waits and can be taken back",
    ),
    plain(
        "grades_required",
        "HOTDASH_GRADES_REQUIRED",
        Some("true"),
        "whether every decision needs its three grades",
    ),
    plain(
        "debounce_ms",
        "HOTDASH_DEBOUNCE_MS",
        Some("2000"),
        "how long to wait for more messages before drafting",
    ),
    plain(
        "signature_tolerance_seconds",
        "HOTDASH_SIGNATURE_TOLERANCE_SECONDS",
        Some("300"),
        "how far a delivery's timestamp may be from now",
    ),
    plain(
        "legacy_signature",
        "HOTDASH_LEGACY_SIGNATURE",
        Some("false"),
        "also accept bare hex HMAC-SHA256 over the body, as relays of the original guide send it",
    ),
    plain(
        "unclear_wait_ms",
        "HOTDASH_UNCLEAR_WAIT_MS",
        Some("15000"),
        "after a call with an unclear outcome: how long to wait before looking on the desk",
    ),
    plain(
        "retry_pause_ms",
        "HOTDASH_RETRY_PAUSE_MS",
        Some("1000"),
        "first pause before a failed job is tried again; doubles up to a minute",
    ),
    plain("lease_ms", "HOTDASH_LEASE_MS", Some("30000"), "how long a replica that vanished keeps its jobs"),
    plain("log", "HOTDASH_LOG", Some("info"), "what to log, e.g. warn or hotdash=debug"),
    plain("log_json", "HOTDASH_LOG_JSON", Some("false"), "log lines as JSON"),
];
