//! Settings as text, with the place they came from, and the readers that turn them into values.

use super::settings::{SETTINGS, Setting};
use hotdash_core::report::schedule::Schedule;
use lettre::Address;
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A setting that cannot be used. Never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("{name} is not set: {meaning}")]
    Missing { name: String, meaning: String },
    #[error("{name} is {found}, but {expected} is expected")]
    Wrong { name: String, found: String, expected: String },
    #[error("{file} cannot be read: {reason}")]
    File { file: PathBuf, reason: String },
    #[error("{file} has the unknown key {key}{}", nearest.as_ref().map(|n| format!("; did you mean {n}?")).unwrap_or_default())]
    UnknownKey { file: PathBuf, key: String, nearest: Option<String> },
}

/// The key of a desk that needs none, because it is the only one.
const ONLY_DESK: &str = "desk";

pub(super) struct Raw {
    values: Values,
    /// What the file says about each desk, by the desk's key.
    desks: BTreeMap<String, Values>,
    /// Whose settings these are, where there are several desks.
    desk: Option<String>,
}

impl Raw {
    pub(super) fn read(
        file: Option<&Path>,
        environment: &BTreeMap<String, String>,
    ) -> Result<Self, ConfigError> {
        let (mut values, mut desks) = match file {
            Some(file) => read_file(file)?,
            None => Default::default(),
        };
        for setting in SETTINGS {
            if let Some(value) = from_environment(setting, setting.variable, environment)? {
                values.insert(setting.key, value);
            }
            for (key, own) in desks.iter_mut().filter(|_| setting.per_desk) {
                if let Some(value) = from_environment(setting, &variable_of(setting, key), environment)? {
                    own.insert(setting.key, value);
                }
            }
        }
        Ok(Self { values, desks, desk: None })
    }

    /// The settings of each desk with its key: its own before those of the house. Without any, the house is the desk.
    pub(super) fn of_desks(&self) -> Vec<(String, Self)> {
        let of_desk = |(key, own): (&String, &Values)| {
            let mut values = self.values.clone();
            values.extend(own.clone());
            (key.clone(), Self { values, desks: BTreeMap::new(), desk: Some(key.clone()) })
        };
        if self.desks.is_empty() {
            let alone = Self { values: self.values.clone(), desks: BTreeMap::new(), desk: None };
            return vec![(ONLY_DESK.to_owned(), alone)];
        }
        self.desks.iter().map(of_desk).collect()
    }

    pub(super) fn optional(&self, key: &'static str) -> Option<String> {
        let given = self.values.get(key).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
        given.or_else(|| setting(key).default.map(str::to_owned))
    }

    pub(super) fn text(&self, key: &'static str) -> Result<String, ConfigError> {
        self.optional(key).ok_or_else(|| ConfigError::Missing {
            name: self.name_of(key),
            meaning: setting(key).meaning.into(),
        })
    }

    pub(super) fn number(&self, key: &'static str, least: i64, most: i64) -> Result<i64, ConfigError> {
        let text = self.text(key)?;
        text.parse()
            .ok()
            .filter(|n| (least..=most).contains(n))
            .ok_or_else(|| self.wrong(key, &text, &format!("a whole number from {least} to {most}")))
    }

    /// An amount of money in millionths.
    pub(super) fn price(&self, key: &'static str) -> Result<Option<u64>, ConfigError> {
        let Some(text) = self.optional(key) else { return Ok(None) };
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let read = || match (whole.len(), part.len()) {
            (1..=6, 0..=6) if are_digits(whole) && are_digits(part) => {
                format!("{whole}{part:0<6}").parse::<u64>().ok()
            }
            _ => None,
        };
        let expected = "an amount like 0.15, with at most six digits behind the point";
        read().map(Some).ok_or_else(|| self.wrong(key, &text, expected))
    }

    /// At least one.
    pub(super) fn count(&self, key: &'static str, most: u32) -> Result<u32, ConfigError> {
        self.number(key, 1, i64::from(most)).map(|count| u32::try_from(count).unwrap_or(most))
    }

    pub(super) fn milliseconds(&self, key: &'static str) -> Result<Duration, ConfigError> {
        Ok(Duration::from_millis(self.number(key, 0, 3_600_000)?.unsigned_abs()))
    }

    pub(super) fn flag(&self, key: &'static str) -> Result<bool, ConfigError> {
        match self.text(key)?.to_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Ok(true),
            "false" | "0" | "no" | "off" => Ok(false),
            other => Err(self.wrong(key, other, "true or false")),
        }
    }

    /// Letters and digits, as tokens are that may be shown.
    pub(super) fn word(&self, key: &'static str) -> Result<Option<String>, ConfigError> {
        match self.optional(key) {
            Some(text) if !text.chars().all(|c| c.is_ascii_alphanumeric()) => {
                Err(self.wrong(key, &text, "letters and digits only"))
            }
            word => Ok(word),
        }
    }

    pub(super) fn color(&self, key: &'static str) -> Result<String, ConfigError> {
        let text = self.text(key)?;
        let digits = text.strip_prefix('#').unwrap_or_default();
        if matches!(digits.len(), 3 | 6) && digits.chars().all(|c| c.is_ascii_hexdigit()) {
            return Ok(text);
        }
        Err(self.wrong(key, &text, "a colour like #D32F2F"))
    }

    pub(super) fn secret(&self, key: &'static str) -> Result<SecretString, ConfigError> {
        self.text(key).map(SecretString::from)
    }

    pub(super) fn optional_secret(&self, key: &'static str) -> Option<SecretString> {
        self.optional(key).map(SecretString::from)
    }

    /// A comma-separated list of secrets; may be empty.
    pub(super) fn secrets(&self, key: &'static str) -> Vec<SecretString> {
        let text = self.optional(key).unwrap_or_default();
        text.split(',').map(str::trim).filter(|s| !s.is_empty()).map(SecretString::from).collect()
    }

    pub(super) fn web_address(&self, key: &'static str) -> Result<String, ConfigError> {
        let text = self.text(key)?;
        self.clean_address(key, &text)
    }

    /// An http(s) address without a slash at the end.
    pub(super) fn clean_address(&self, key: &'static str, text: &str) -> Result<String, ConfigError> {
        match text.parse::<http::Uri>() {
            Ok(uri) if matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some() => {
                Ok(text.trim_end_matches('/').to_owned())
            }
            _ => Err(self.wrong(key, text, "an address that begins with http:// or https://")),
        }
    }

    pub(super) fn database_address(&self, text: String) -> Result<String, ConfigError> {
        if ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
            return Ok(text);
        }
        // The address may hold a password: only its scheme is shown.
        let scheme = text.split(':').next().unwrap_or_default().to_owned();
        Err(self.wrong(
            "database_url",
            &format!("an address of the kind {scheme}:"),
            "sqlite:PATH or postgres://…",
        ))
    }

    pub(super) fn listen_address(&self, key: &'static str, text: String) -> Result<String, ConfigError> {
        match text.rsplit_once(':') {
            Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => Ok(text),
            _ => Err(self.wrong(key, &text, "an address and a port, e.g. 127.0.0.1:8080")),
        }
    }

    pub(super) fn timezone(&self, key: &'static str) -> Result<String, ConfigError> {
        let text = self.text(key)?;
        match jiff::tz::TimeZone::get(&text) {
            Ok(_) => Ok(text),
            Err(_) => Err(self.wrong(key, &text, "an IANA time zone, e.g. Europe/Berlin")),
        }
    }

    /// When something is done again and again; `None` = never.
    pub(super) fn schedule(&self, key: &'static str) -> Result<Option<Schedule>, ConfigError> {
        let text = self.text(key)?;
        let expected = "minute, hour, day, month and weekday like 0 7 * * 1, or off";
        Schedule::parse(&text)
            .map_err(|error| self.wrong(key, &text, &format!("{expected} ({})", error.reason)))
    }

    /// Mail addresses, separated by commas; may be empty. Each once.
    pub(super) fn addresses(&self, key: &'static str) -> Result<Vec<String>, ConfigError> {
        let text = self.optional(key).unwrap_or_default();
        let mut addresses: Vec<String> = Vec::new();
        for address in text.split(',').map(str::trim).filter(|address| !address.is_empty()) {
            if address.parse::<Address>().is_err() {
                return Err(self.wrong(
                    key,
                    address,
                    "mail addresses like ada@shop.example, separated by commas",
                ));
            }
            if !addresses.iter().any(|other| other == address) {
                addresses.push(address.to_owned());
            }
        }
        Ok(addresses)
    }

    /// A setting that reads well and is wrong all the same.
    pub(super) fn wrong(&self, key: &'static str, found: &str, expected: &str) -> ConfigError {
        let found = if setting(key).secret { "set".to_owned() } else { format!("{found:?}") };
        ConfigError::Wrong { name: self.name_of(key), found, expected: expected.into() }
    }

    fn name_of(&self, key: &'static str) -> String {
        let setting = setting(key);
        match &self.desk {
            Some(desk) if setting.per_desk => variable_of(&setting, desk),
            _ => setting.variable.to_owned(),
        }
    }
}

/// The variable of one desk's own setting.
fn variable_of(setting: &Setting, desk: &str) -> String {
    format!("{}_{}", setting.variable, desk.to_uppercase())
}

fn setting(key: &'static str) -> Setting {
    let unknown = Setting { key, variable: key, default: None, secret: true, per_desk: false, meaning: "" };
    SETTINGS.iter().find(|s| s.key == key).copied().unwrap_or(unknown)
}

fn from_environment(
    setting: &Setting,
    variable: &str,
    environment: &BTreeMap<String, String>,
) -> Result<Option<String>, ConfigError> {
    if let Some(value) = environment.get(variable) {
        return Ok(Some(value.clone()));
    }
    if !setting.secret {
        return Ok(None);
    }
    let Some(file) = environment.get(&format!("{variable}_FILE")) else { return Ok(None) };
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Some(text.trim_end().to_owned())),
        Err(e) => Err(ConfigError::File { file: file.into(), reason: e.to_string() }),
    }
}

/// The rule files of a folder, by their names; or the one file.
pub(super) fn read_rules(path: &Path) -> Result<Vec<(String, String)>, ConfigError> {
    let unreadable =
        |error: std::io::Error| ConfigError::File { file: path.to_owned(), reason: error.to_string() };
    let mut files = Vec::new();
    if path.is_dir() {
        for entry in std::fs::read_dir(path).map_err(unreadable)? {
            let file = entry.map_err(unreadable)?.path();
            let ending = file.extension().and_then(|ending| ending.to_str());
            files.extend(matches!(ending, Some("toml" | "json")).then_some(file));
        }
        files.sort();
        if files.is_empty() {
            let reason = "a folder without a file that ends with .toml or .json".to_owned();
            return Err(ConfigError::File { file: path.to_owned(), reason });
        }
    } else {
        files.push(path.to_owned());
    }
    files.into_iter().map(|file| Ok((file.display().to_string(), read_text(&file)?))).collect()
}

/// A file that a setting names.
pub(super) fn read_text(file: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(file)
        .map_err(|e| ConfigError::File { file: file.to_owned(), reason: e.to_string() })
}

type Values = BTreeMap<&'static str, String>;

/// What the file says about the house, and about each desk.
fn read_file(file: &Path) -> Result<(Values, BTreeMap<String, Values>), ConfigError> {
    let failed = |reason: String| ConfigError::File { file: file.to_owned(), reason };
    let text = std::fs::read_to_string(file).map_err(|e| failed(e.to_string()))?;
    let mut table: toml::Table = toml::from_str(&text).map_err(|e| failed(e.to_string()))?;
    let mut desks = BTreeMap::new();
    match table.remove("desks") {
        None => {}
        Some(toml::Value::Table(tables)) => {
            for (key, desk) in tables {
                if key.is_empty()
                    || !key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
                {
                    return Err(failed(format!("[desks.{key}]: a desk's key is made of a-z, 0-9 and _")));
                }
                let toml::Value::Table(desk) = desk else {
                    return Err(failed(format!("desks.{key} must be a table: [desks.{key}]")));
                };
                let values = read_table(file, desk, |setting| setting.per_desk)?;
                desks.insert(key, values);
            }
        }
        Some(_) => return Err(failed("desks must be tables: [desks.KEY] for each desk".into())),
    }
    Ok((read_table(file, table, |_| true)?, desks))
}

fn read_table(
    file: &Path,
    table: toml::Table,
    fits: impl Fn(&Setting) -> bool,
) -> Result<Values, ConfigError> {
    let failed = |reason: String| ConfigError::File { file: file.to_owned(), reason };
    table
        .into_iter()
        .map(|(key, value)| {
            let known = SETTINGS.iter().find(|s| s.key == key).ok_or_else(|| ConfigError::UnknownKey {
                file: file.to_owned(),
                nearest: nearest(&key),
                key: key.clone(),
            })?;
            if !fits(known) {
                return Err(failed(format!("{key} counts for the whole house: put it above the desks")));
            }
            let text = match value {
                toml::Value::String(text) => text,
                toml::Value::Integer(number) => number.to_string(),
                toml::Value::Boolean(flag) => flag.to_string(),
                _ => return Err(failed(format!("{key} must be a text, a number or true/false"))),
            };
            Ok((known.key, text))
        })
        .collect()
}

/// The known key that shares most with a misspelt one.
fn nearest(key: &str) -> Option<String> {
    SETTINGS
        .iter()
        .map(|s| (similar::TextDiff::from_chars(key, s.key).ratio(), s.key))
        .filter(|(ratio, _)| *ratio > 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, key)| key.to_owned())
}
