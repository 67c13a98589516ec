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
    /// Each desk may have its own: in the file below `[desks.KEY]`, in the environment as `<variable>_<KEY>`.
    pub per_desk: bool,
    pub meaning: &'static str,
}

impl Setting {
    const fn of_desk(self) -> Self {
        Self { per_desk: true, ..self }
    }
}

const fn plain(
    key: &'static str,
    variable: &'static str,
    default: Option<&'static str>,
    meaning: &'static str,
) -> Setting {
    Setting { key, variable, default, secret: false, per_desk: false, meaning }
}

const fn secret(key: &'static str, variable: &'static str, meaning: &'static str) -> Setting {
    Setting { key, variable, default: None, secret: true, per_desk: false, meaning }
}

/// Every setting there is, in the order of the README's table.
pub const SETTINGS: &[Setting] = &[
    plain("desk_url", "CHATWOOT_BASE_URL", None, "the desk's address, e.g. https://desk.example").of_desk(),
    secret("desk_token", "CHATWOOT_TOKEN", "access token of the desk user in whose name hotdash works")
        .of_desk(),
    plain("desk_account", "CHATWOOT_ACCOUNT_ID", None, "the account's number on the desk").of_desk(),
    secret(
        "webhook_secret",
        "CHATWOOT_WEBHOOK_SECRET",
        "the account webhook's secret; several, separated by commas, while one is being replaced",
    )
    .of_desk(),
    plain("sla_minutes", "CHATWOOT_SLA_MINUTES", Some("30"), "first-response target in minutes").of_desk(),
    plain(
        "website_token",
        "CHATWOOT_WEBSITE_TOKEN",
        None,
        "a website inbox's token: its live chat is then on every page of hotdash; `hotdash widget` shows it",
    )
    .of_desk(),
    plain(
        "widget_color",
        "CHATWOOT_WIDGET_COLOR",
        Some("#D32F2F"),
        "the live chat's colour; it is the inbox's, so `hotdash widget --set-color` has to give it to the inbox",
    )
    .of_desk(),
    secret(
        "widget_hmac_token",
        "CHATWOOT_WIDGET_HMAC_TOKEN",
        "that inbox's HMAC token: the live chat then knows who is signed in, with proof",
    )
    .of_desk(),
    // An address may hold a password.
    secret(
        "database_url",
        "DATABASE_URL",
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
    plain(
        "model_price_in",
        "OPENAI_PRICE_IN",
        None,
        "what a million tokens cost that the model reads, e.g. 0.15; with the next one figures say what drafts cost",
    ),
    plain("model_price_out", "OPENAI_PRICE_OUT", None, "what a million tokens cost that it writes, e.g. 0.60"),
    // The address may hold a password.
    secret(
        "mail_url",
        "SMTP_URL",
        "the mail server for notices, e.g. smtps://user:password@mail.example:465 or \
         smtp://mail.example:587?tls=required",
    ),
    plain(
        "mail_from",
        "HOTDASH_MAIL_FROM",
        None,
        "who mails are from, e.g. Support <support@shop.example>; without it the user in `SMTP_URL`",
    ),
    secret(
        "notify_webhook",
        "HOTDASH_NOTIFY_WEBHOOK",
        "the address at which your team's chat takes notices, as Slack and Mattermost give it",
    )
    .of_desk(),
    plain("public_url", "HOTDASH_PUBLIC_URL", None, "where people reach hotdash; in notes and links"),
    plain("listen", "HOTDASH_LISTEN", Some("127.0.0.1:8080"), "address and port to listen on"),
    plain("data_dir", "HOTDASH_DATA_DIR", Some("data"), "where the embedded database lives"),
    plain("timezone", "HOTDASH_TIMEZONE", Some("UTC"), "the desk's zone, e.g. Europe/Berlin").of_desk(),
    plain(
        "report_to",
        "HOTDASH_REPORT_TO",
        None,
        "who gets the reports by mail, per-agent figures included; several addresses, separated by commas",
    )
    .of_desk(),
    plain(
        "report_daily",
        "HOTDASH_REPORT_DAILY",
        Some("0 7 * * *"),
        "when the report of the day before is made: minute, hour, day, month, weekday in the desk's zone; or off",
    )
    .of_desk(),
    plain(
        "report_weekly",
        "HOTDASH_REPORT_WEEKLY",
        Some("0 7 * * 1"),
        "when the report of the week before is made, likewise; or off",
    )
    .of_desk(),
    plain(
        "hours_file",
        "HOTDASH_HOURS_FILE",
        None,
        "TOML file with the team's opening hours; without it Monday to Friday, 9 to 17",
    )
    .of_desk(),
    plain(
        "rules_file",
        "HOTDASH_RULES_FILE",
        None,
        "TOML file with the team's rules, or a folder of such files; without it those that are shipped",
    )
    .of_desk(),
    plain(
        "agents_file",
        "HOTDASH_AGENTS_FILE",
        None,
        "TOML file with skills, languages, capacity, hours and absences of the people who answer",
    )
    .of_desk(),
    plain(
        "sla_file",
        "HOTDASH_SLA_FILE",
        None,
        "TOML file with what is promised to customers; without it the first response of `CHATWOOT_SLA_MINUTES`",
    )
    .of_desk(),
    plain(
        "templates_file",
        "HOTDASH_TEMPLATES_FILE",
        None,
        "TOML file with the texts that rules may send; without it the shipped one",
    )
    .of_desk(),
    plain(
        "automatic_messages_per_day",
        "HOTDASH_AUTOMATIC_MESSAGES_PER_DAY",
        Some("3"),
        "how many messages rules may send to a customer in 24 hours, in one conversation",
    )
    .of_desk(),
    plain("knowledge_dir", "HOTDASH_KNOWLEDGE_DIR", None, "folder of Markdown files that drafts may rest on")
        .of_desk(),
    plain("shop_name", "HOTDASH_SHOP_NAME", Some("our team"), "how drafts sign for you").of_desk(),
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
    )
    .of_desk(),
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
    plain(
        "poll_ms",
        "HOTDASH_POLL_MS",
        Some("15000"),
        "shortest pause between two looks for what no delivery told; 0 = never look",
    ),
    plain(
        "gap_after_ms",
        "HOTDASH_GAP_AFTER_MS",
        Some("60000"),
        "how late a delivery may be before what it would tell counts as missing",
    ),
    plain("lease_ms", "HOTDASH_LEASE_MS", Some("30000"), "how long a replica that vanished keeps its jobs"),
    plain(
        "desk_calls_per_minute",
        "HOTDASH_DESK_CALLS_PER_MINUTE",
        Some("3000"),
        "how many calls a minute the desk allows one address (`RACK_ATTACK_LIMIT` there; 300 in Chatwoot 3.0)",
    )
    .of_desk(),
    plain(
        "log",
        "HOTDASH_LOG",
        Some("info"),
        "what to log, e.g. warn or hotdash=debug; libraries log at info at most",
    ),
    plain("log_json", "HOTDASH_LOG_JSON", Some("false"), "log lines as JSON"),
];
