//! Settings: built-in defaults < `hotdash.toml` < environment. The only room that reads the environment.
//!
//! Each setting stands once, in [`settings::SETTINGS`]: its name, variable, default, meaning. Everything is checked at
//! once and at start; a complaint names the variable, what was found (never a secret's value) and what is expected.

mod raw;
mod settings;

pub use raw::ConfigError;
pub use settings::{SETTINGS, Setting};

use hotdash_core::figures::measured::Price;
use hotdash_core::report::schedule::Schedule;
use raw::Raw;
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Every setting, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// At least one.
    pub desks: Vec<DeskConfig>,
    pub database_url: String,
    pub data_dir: PathBuf,
    pub listen: String,
    /// Where people reach hotdash, without a slash at the end.
    pub public_url: String,
    /// How long an approved reply waits and can be taken back.
    pub undo_seconds: i64,
    /// A decision without grades is refused.
    pub grades_required: bool,
    /// How long a burst of customer messages is waited for.
    pub debounce: Duration,
    /// How far the timestamp of a delivery may be from now.
    pub signature_tolerance_s: i64,
    /// After an unclear outcome: how long the desk may still be busy with the call, before we look.
    pub unclear_wait: Duration,
    /// The first pause before a failed job is tried again; it doubles from there.
    pub retry_pause: Duration,
    /// The shortest pause between two comparisons with a desk; zero = it is not compared.
    pub poll_pause: Duration,
    /// How long a delivery may take before what it would tell counts as missing.
    pub gap_after: Duration,
    /// How long a job is leased before another worker may take it.
    pub lease: Duration,
    pub model: Option<ModelConfig>,
    /// Of its tokens, also of those that it used before.
    pub model_price: Option<Price>,
    pub mail: Option<MailConfig>,
    pub log: String,
    pub log_json: bool,
}

/// What drafts may rest on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnowledgeSource {
    Nothing,
    /// Markdown files.
    Folder(PathBuf),
    /// The articles of the demo's invented shop.
    DemoShop,
}

/// One Chatwoot account, and what its team wants.
#[derive(Debug, Clone)]
pub struct DeskConfig {
    /// By which it is known in settings, commands and the database.
    pub key: String,
    pub base_url: String,
    pub account: i64,
    pub token: SecretString,
    /// Several may be valid at once, so that a rotation loses nothing.
    pub webhook_secrets: Vec<SecretString>,
    /// Accept the original guide's signature form too.
    pub legacy_signature: bool,
    pub timezone: String,
    pub reports: ReportConfig,
    /// The team's hours as TOML; `None` = the shipped ones.
    pub hours: Option<String>,
    /// The team's rule files, each by its name and its text; none = the shipped rules alone.
    pub rules: Vec<(String, String)>,
    /// The people who answer: the file's name and its TOML; `None` = nobody is named.
    pub agents: Option<(String, String)>,
    /// The team's texts for rules: the file's name and its TOML; `None` = the shipped ones.
    pub templates: Option<(String, String)>,
    /// The chat in which the team is told of things.
    pub notify_webhook: Option<SecretString>,
    /// How many messages a customer gets from rules in 24 hours, in one conversation.
    pub automatic_messages_per_day: usize,
    /// First-response target.
    pub sla_minutes: i64,
    /// The team's targets: the file's name and its TOML; `None` = the shipped ones.
    pub sla: Option<(String, String)>,
    pub knowledge: KnowledgeSource,
    /// Who signs for the shop in drafts.
    pub shop_name: String,
    /// What the desk allows one address.
    pub calls_per_minute: u32,
    pub widget: WidgetConfig,
}

/// When reports are made, and who gets them.
#[derive(Debug, Clone, Default)]
pub struct ReportConfig {
    pub to: Vec<String>,
    /// `None` = never.
    pub daily: Option<Schedule>,
    pub weekly: Option<Schedule>,
}

/// The desk's live chat on web pages.
#[derive(Debug, Clone)]
pub struct WidgetConfig {
    /// Which website inbox; `None` = no chat on hotdash's pages.
    pub website_token: Option<String>,
    /// Wished for: the real one is the inbox's.
    pub color: String,
    /// With it the desk believes who a page says is signed in.
    pub hmac_token: Option<SecretString>,
}

/// A mail server.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// May hold a password.
    pub url: SecretString,
    pub from: Option<String>,
}

/// An OpenAI-compatible server.
#[derive(Debug, Clone)]
pub struct ModelConfig {
    pub base_url: String,
    pub key: Option<SecretString>,
    pub name: String,
    pub timeout: Duration,
}

impl Config {
    /// Read file and environment.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        Self::from_sources(file, &environment())
    }

    /// The environment, overruled where a command brings settings of its own.
    pub fn overruled(own: &[(&str, String)]) -> Result<Self, ConfigError> {
        let mut environment = environment();
        environment.extend(own.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        Self::from_sources(None, &environment)
    }

    /// What to log when nothing else was asked for.
    #[must_use]
    pub fn log_filter(default: &str) -> String {
        environment().remove("HOTDASH_LOG").unwrap_or_else(|| default.to_owned())
    }

    /// The same with a given environment, for tests.
    pub fn from_sources(
        file: Option<&Path>,
        environment: &BTreeMap<String, String>,
    ) -> Result<Self, ConfigError> {
        let raw = Raw::read(file, environment)?;
        let data_dir = PathBuf::from(raw.text("data_dir")?);
        let listen = raw.text("listen")?;
        let database_url = raw
            .optional("database_url")
            .unwrap_or_else(|| format!("sqlite:{}", data_dir.join("hotdash.sqlite").display()));
        let public_url = raw.optional("public_url").unwrap_or_else(|| format!("http://{listen}"));
        let config = Self {
            desks: desks(&raw)?,
            database_url: raw.database_address(database_url)?,
            data_dir,
            public_url: raw.clean_address("public_url", &public_url)?,
            listen: raw.listen_address("listen", listen)?,
            undo_seconds: raw.number("undo_seconds", 0, 3_600)?,
            grades_required: raw.flag("grades_required")?,
            debounce: raw.milliseconds("debounce_ms")?,
            signature_tolerance_s: raw.number("signature_tolerance_seconds", 1, 86_400)?,
            unclear_wait: raw.milliseconds("unclear_wait_ms")?,
            retry_pause: raw.milliseconds("retry_pause_ms")?,
            poll_pause: raw.milliseconds("poll_ms")?,
            gap_after: raw.milliseconds("gap_after_ms")?,
            lease: raw.milliseconds("lease_ms")?,
            model: model(&raw)?,
            model_price: model_price(&raw)?,
            mail: raw
                .optional_secret("mail_url")
                .map(|url| MailConfig { url, from: raw.optional("mail_from") }),
            log: raw.text("log")?,
            log_json: raw.flag("log_json")?,
        };
        Ok(config)
    }
}

fn desks(raw: &Raw) -> Result<Vec<DeskConfig>, ConfigError> {
    let mut desks: Vec<DeskConfig> = Vec::new();
    for (key, raw) in raw.of_desks() {
        let desk = desk(key, &raw)?;
        if desks.iter().any(|other| (&other.base_url, other.account) == (&desk.base_url, desk.account)) {
            let found = desk.account.to_string();
            return Err(raw.wrong("desk_account", &found, "an account that no other desk here stands for"));
        }
        desks.push(desk);
    }
    Ok(desks)
}

fn desk(key: String, raw: &Raw) -> Result<DeskConfig, ConfigError> {
    let named = |key| {
        let file = raw.optional(key)?;
        Some(raw::read_text(Path::new(&file)).map(|text| (file, text)))
    };
    Ok(DeskConfig {
        key,
        base_url: raw.web_address("desk_url")?,
        account: raw.number("desk_account", 1, i64::from(i32::MAX))?,
        token: raw.secret("desk_token")?,
        webhook_secrets: raw.secrets("webhook_secret"),
        calls_per_minute: raw.count("desk_calls_per_minute", 1_000_000)?,
        legacy_signature: raw.flag("legacy_signature")?,
        timezone: raw.timezone("timezone")?,
        reports: ReportConfig {
            to: raw.addresses("report_to")?,
            daily: raw.schedule("report_daily")?,
            weekly: raw.schedule("report_weekly")?,
        },
        hours: raw.optional("hours_file").map(|file| raw::read_text(Path::new(&file))).transpose()?,
        rules: raw.optional("rules_file").map_or(Ok(Vec::new()), |file| raw::read_rules(Path::new(&file)))?,
        agents: named("agents_file").transpose()?,
        sla: named("sla_file").transpose()?,
        templates: named("templates_file").transpose()?,
        notify_webhook: raw.optional_secret("notify_webhook"),
        automatic_messages_per_day: usize::try_from(raw.number("automatic_messages_per_day", 0, 100)?)
            .unwrap_or(0),
        sla_minutes: raw.number("sla_minutes", 1, 100_000)?,
        knowledge: raw
            .optional("knowledge_dir")
            .map_or(KnowledgeSource::Nothing, |folder| KnowledgeSource::Folder(folder.into())),
        shop_name: raw.text("shop_name")?,
        widget: WidgetConfig {
            website_token: raw.word("website_token")?,
            color: raw.color("widget_color")?,
            hmac_token: raw.optional_secret("widget_hmac_token"),
        },
    })
}

fn model(raw: &Raw) -> Result<Option<ModelConfig>, ConfigError> {
    let key = raw.optional_secret("model_key");
    let base_url = raw.optional("model_url");
    if key.is_none() && base_url.is_none() {
        return Ok(None);
    }
    Ok(Some(ModelConfig {
        base_url: match base_url {
            Some(url) => raw.clean_address("model_url", &url)?,
            None => "https://api.openai.com/v1".to_owned(),
        },
        key,
        name: raw.text("model_name")?,
        timeout: Duration::from_secs(raw.number("model_timeout_seconds", 1, 600)?.unsigned_abs()),
    }))
}

/// Both or none: half of a price would make a wrong figure.
fn model_price(raw: &Raw) -> Result<Option<Price>, ConfigError> {
    match (raw.price("model_price_in")?, raw.price("model_price_out")?) {
        (Some(prompt), Some(completion)) => Ok(Some(Price { prompt, completion })),
        (None, None) => Ok(None),
        (Some(_), None) => Err(raw.wrong("model_price_out", "", "the price of what the model writes, too")),
        (None, Some(_)) => Err(raw.wrong("model_price_in", "", "the price of what the model reads, too")),
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that may")]
fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

#[cfg(test)]
mod tests;
