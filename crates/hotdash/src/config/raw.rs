//! Settings as text, with the place they came from, and the readers that turn them into values.

use super::settings::{SETTINGS, Setting};
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

pub(super) struct Raw {
    values: BTreeMap<&'static str, String>,
}

impl Raw {
    pub(super) fn read(
        file: Option<&Path>,
        environment: &BTreeMap<String, String>,
    ) -> Result<Self, ConfigError> {
        let mut values = match file {
            Some(file) => read_file(file)?,
            None => BTreeMap::new(),
        };
        for setting in SETTINGS {
            if let Some(value) = from_environment(setting, environment)? {
                values.insert(setting.key, value);
            }
        }
        Ok(Self { values })
    }

    pub(super) fn optional(&self, key: &'static str) -> Option<String> {
        let given = self.values.get(key).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
        given.or_else(|| setting(key).default.map(str::to_owned))
    }

    pub(super) fn text(&self, key: &'static str) -> Result<String, ConfigError> {
        self.optional(key).ok_or_else(|| {
            let setting = setting(key);
            ConfigError::Missing { name: setting.variable.into(), meaning: setting.meaning.into() }
        })
    }

    pub(super) fn number(&self, key: &'static str, least: i64, most: i64) -> Result<i64, ConfigError> {
        let text = self.text(key)?;
        text.parse()
            .ok()
            .filter(|n| (least..=most).contains(n))
            .ok_or_else(|| wrong(key, &text, &format!("a whole number from {least} to {most}")))
    }

    pub(super) fn milliseconds(&self, key: &'static str) -> Result<Duration, ConfigError> {
        Ok(Duration::from_millis(self.number(key, 0, 3_600_000)?.unsigned_abs()))
    }

    pub(super) fn flag(&self, key: &'static str) -> Result<bool, ConfigError> {
        match self.text(key)?.to_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Ok(true),
            "false" | "0" | "no" | "off" => Ok(false),
            other => Err(wrong(key, other, "true or false")),
        }
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
    #[expect(clippy::unused_self, reason = "reads like the other readers at the place of use")]
    pub(super) fn clean_address(&self, key: &'static str, text: &str) -> Result<String, ConfigError> {
        match text.parse::<http::Uri>() {
            Ok(uri) if matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some() => {
                Ok(text.trim_end_matches('/').to_owned())
            }
            _ => Err(wrong(key, text, "an address that begins with http:// or https://")),
        }
    }

    #[expect(clippy::unused_self, reason = "reads like the other readers at the place of use")]
    pub(super) fn database_address(&self, text: String) -> Result<String, ConfigError> {
        if ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
            return Ok(text);
        }
        // The address may hold a password: only its scheme is shown.
        let scheme = text.split(':').next().unwrap_or_default().to_owned();
        Err(wrong(
            "database_url",
            &format!("an address of the kind {scheme}:"),
            "sqlite:PATH or postgres://…",
        ))
    }

    #[expect(clippy::unused_self, reason = "reads like the other readers at the place of use")]
    pub(super) fn listen_address(&self, key: &'static str, text: String) -> Result<String, ConfigError> {
        match text.rsplit_once(':') {
            Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => Ok(text),
            _ => Err(wrong(key, &text, "an address and a port, e.g. 127.0.0.1:8080")),
        }
    }

    pub(super) fn timezone(&self, key: &'static str) -> Result<String, ConfigError> {
        let text = self.text(key)?;
        match jiff::tz::TimeZone::get(&text) {
            Ok(_) => Ok(text),
            Err(_) => Err(wrong(key, &text, "an IANA time zone, e.g. Europe/Berlin")),
        }
    }
}

fn setting(key: &'static str) -> Setting {
    let unknown = Setting { key, variable: key, default: None, secret: true, meaning: "" };
    SETTINGS.iter().find(|s| s.key == key).copied().unwrap_or(unknown)
}

fn wrong(key: &'static str, found: &str, expected: &str) -> ConfigError {
    let setting = setting(key);
    let found = if setting.secret { "set".to_owned() } else { format!("{found:?}") };
    ConfigError::Wrong { name: setting.variable.into(), found, expected: expected.into() }
}

fn from_environment(
    setting: &Setting,
    environment: &BTreeMap<String, String>,
) -> Result<Option<String>, ConfigError> {
    if let Some(value) = environment.get(setting.variable) {
        return Ok(Some(value.clone()));
    }
    if !setting.secret {
        return Ok(None);
    }
    let Some(file) = environment.get(&format!("{}_FILE", setting.variable)) else { return Ok(None) };
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Some(text.trim_end().to_owned())),
        Err(e) => Err(ConfigError::File { file: file.into(), reason: e.to_string() }),
    }
}

/// A file that a setting names.
pub(super) fn read_text(file: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(file)
        .map_err(|e| ConfigError::File { file: file.to_owned(), reason: e.to_string() })
}

fn read_file(file: &Path) -> Result<BTreeMap<&'static str, String>, ConfigError> {
    let failed = |reason: String| ConfigError::File { file: file.to_owned(), reason };
    let text = std::fs::read_to_string(file).map_err(|e| failed(e.to_string()))?;
    let table: toml::Table = toml::from_str(&text).map_err(|e| failed(e.to_string()))?;
    table
        .into_iter()
        .map(|(key, value)| {
            let setting = SETTINGS.iter().find(|s| s.key == key).ok_or_else(|| ConfigError::UnknownKey {
                file: file.to_owned(),
                nearest: nearest(&key),
                key: key.clone(),
            })?;
            let text = match value {
                toml::Value::String(text) => text,
                toml::Value::Integer(number) => number.to_string(),
                toml::Value::Boolean(flag) => flag.to_string(),
                _ => return Err(failed(format!("{key} must be a text, a number or true/false"))),
            };
            Ok((setting.key, text))
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
