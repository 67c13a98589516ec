//! Whether we know the secret with which the desk signs; and if not, which other one we were given.

use super::finding::{Check, Finding};
use super::patient::Patient;
use super::webhook::{Address, Settings, same};
use crate::chatwoot::api::Webhook;
use secrecy::{ExposeSecret, SecretString};

/// The secret that this webhook signs with, where it has one.
fn of(hook: &Webhook) -> Option<&SecretString> {
    hook.secret.as_ref().filter(|secret| !secret.expose_secret().is_empty())
}

pub(super) fn is_known(patient: &Patient<'_>, hook: &Webhook) -> bool {
    of(hook).is_some_and(|secret| patient.settings.webhook_secrets.iter().any(|given| same(given, secret)))
}

/// What is said of the secrets of our webhooks, and one that is not known here.
pub(super) fn examine(
    patient: &Patient<'_>,
    settings: &Settings<'_>,
    own: &[&Webhook],
    ours: &Address,
) -> (Vec<Check>, Option<SecretString>) {
    if !settings.signs() {
        return (vec![not_signing(patient, settings, own, ours)], None);
    }
    let Some(unknown) = own.iter().find(|hook| !is_known(patient, hook)) else {
        return (known(patient, settings, own), None);
    };
    let Some(secret) = of(unknown) else {
        let found = format!("Chatwoot {} signs, but this webhook has no secret", settings.version.version);
        let mend = "finish the desk's upgrade, then run `hotdash doctor` again; or delete the webhook on the desk and run \
                    `hotdash doctor --fix`. On the desk's machine:\n  bundle exec rails db:migrate";
        return (vec![Finding::SecretEmpty.wrong(found, mend)], None);
    };
    (vec![wrong(patient, settings, secret)], Some(secret.clone()))
}

fn not_signing(patient: &Patient<'_>, settings: &Settings<'_>, own: &[&Webhook], ours: &Address) -> Check {
    let version = &settings.version.version;
    if own.iter().any(|hook| hook.url == ours.canonical) {
        let found = format!("Chatwoot {version} cannot sign; its webhook leads to the secret address");
        return Check::well("secret", found);
    }
    let found = format!("Chatwoot {version} cannot sign (before 4.11.2): what it sends is refused");
    if patient.secret_path.is_none() {
        let mend = "let the database open first: the secret address for such desks is kept there";
        return Finding::SecretNotSigning.wrong(found, mend);
    }
    let mend = format!(
        "change the webhook's address on the desk (Settings → Integrations → Webhooks) to this one, and keep it like a \
         password:\n  {}",
        ours.canonical
    );
    Finding::SecretNotSigning.wrong(found, mend)
}

fn known(patient: &Patient<'_>, settings: &Settings<'_>, own: &[&Webhook]) -> Vec<Check> {
    let variable = patient.variable("CHATWOOT_WEBHOOK_SECRET");
    let given = &patient.settings.webhook_secrets;
    let used = |secret: &&SecretString| own.iter().any(|hook| of(hook).is_some_and(|own| same(own, secret)));
    let left = given.iter().filter(|secret| !used(secret)).count();
    if left == 0 {
        return vec![Check::well("secret", format!("{variable} holds the webhook's secret"))];
    }
    let found = format!("{variable} holds the webhook's secret, and {left} that no webhook of ours has");
    let at: Vec<String> = given
        .iter()
        .enumerate()
        .filter(|(_, secret)| !used(secret))
        .map(|(at, secret)| format!("number {}{}", at + 1, what(patient, settings, secret)))
        .collect();
    let mend =
        format!("take out of {variable}: {}; whoever knows it can still make deliveries", at.join(", "));
    vec![Finding::SecretLeftOver.warning(found, mend)]
}

fn what(patient: &Patient<'_>, settings: &Settings<'_>, secret: &SecretString) -> String {
    mistaken(patient, settings, secret).map_or_else(String::new, |(_, what)| format!(" ({what})"))
}

fn wrong(patient: &Patient<'_>, settings: &Settings<'_>, secret: &SecretString) -> Check {
    let variable = patient.variable("CHATWOOT_WEBHOOK_SECRET");
    let place =
        "its line on the desk (Settings → Integrations → Webhooks), or what `hotdash doctor --fix` prints";
    let mend = match patient.fix {
        true => {
            format!("set {variable} to the webhook's own secret, which stands below, and restart hotdash")
        }
        false => format!("set {variable} to the webhook's own secret: {place}"),
    };
    let given = &patient.settings.webhook_secrets;
    if given.is_empty() {
        return Finding::SecretNotSet.wrong(format!("{variable} is not set"), mend);
    }
    let right = secret.expose_secret();
    for text in given.iter().map(ExposeSecret::expose_secret) {
        if peeled(text) == right {
            let found = format!("{variable} holds the webhook's secret with quotes or blanks around it");
            return Finding::SecretQuoted
                .wrong(found, format!("take the quotes and blanks out of {variable}"));
        }
        let shares = text.len() >= 6 && (right.contains(text) || text.contains(right));
        if shares || text.eq_ignore_ascii_case(right) {
            let found = format!(
                "{variable} holds the webhook's secret miscopied: {} characters in place of {}, or other case",
                text.chars().count(),
                right.chars().count()
            );
            return Finding::SecretCut.wrong(found, mend);
        }
    }
    match given.iter().find_map(|given| mistaken(patient, settings, given)) {
        Some((finding, what)) => finding.wrong(format!("{variable} holds {what}"), mend),
        None => Finding::SecretWrong
            .wrong(format!("{variable} holds another secret than the desk's webhook"), mend),
    }
}

/// Without what shells, editors and files put around it.
fn peeled(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '“' | '”' | '\u{feff}'))
}

/// What a secret that is not the webhook's is instead.
fn mistaken(
    patient: &Patient<'_>,
    settings: &Settings<'_>,
    given: &SecretString,
) -> Option<(Finding, String)> {
    let is = |other: &Option<SecretString>| other.as_ref().is_some_and(|other| same(other, given));
    if same(&patient.settings.token, given) {
        return Some((Finding::SecretIsAccessToken, "the access token (CHATWOOT_TOKEN)".into()));
    }
    for inbox in settings.channels {
        if is(&inbox.secret) {
            return Some((
                Finding::SecretIsInboxSecret,
                format!("the secret of the API inbox {}", inbox.name),
            ));
        }
        if is(&inbox.hmac_token) {
            return Some((
                Finding::SecretIsHmacToken,
                format!("the identity token (hmac_token) of the inbox {}", inbox.name),
            ));
        }
    }
    for bot in &settings.bots {
        if is(&bot.secret) || is(&bot.access_token) {
            let part = if is(&bot.secret) { "secret" } else { "access token" };
            return Some((Finding::SecretIsBots, format!("the {part} of the agent bot {}", bot.name)));
        }
    }
    let other = settings.hooks.iter().find(|hook| is(&hook.secret))?;
    let host = reqwest::Url::parse(&other.url).ok().and_then(|url| url.host_str().map(str::to_owned));
    Some((
        Finding::SecretIsOtherWebhooks,
        format!("the secret of another webhook of this account (to {})", host.unwrap_or_default()),
    ))
}
