//! Walking the chain from the desk to us, and saying what is wrong and how to mend it.

use crate::chatwoot::api::{CallError, Chatwoot, Profile, Webhook, WebhookChange};
use crate::config::Config;
use crate::store::Store;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

/// Where the desk is to send its deliveries, below the public address.
pub const HOOK_PATH: &str = "/api/webhooks/chatwoot";

/// One link of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    pub name: &'static str,
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// What to do; empty when all is well.
    pub mend: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Well,
    /// `--fix` mended it just now.
    Mended,
    /// Works, but something should be done.
    Warning,
    Wrong,
    /// Could not be tried because an earlier link is broken.
    Unknown,
}

/// Everything that was found.
#[derive(Debug, Clone, Serialize)]
pub struct Diagnosis {
    pub well: bool,
    pub checks: Vec<Check>,
    /// The secret of a webhook that was registered just now, to be put into `CHATWOOT_WEBHOOK_SECRET`.
    #[serde(skip)]
    pub new_secret: Option<SecretString>,
}

fn check(name: &'static str, verdict: Verdict, found: impl Into<String>, mend: impl Into<String>) -> Check {
    Check { name, verdict, found: found.into(), mend: mend.into() }
}

/// Examine everything; with `fix`, mend what an API call can mend.
pub async fn examine(config: &Config, desk: &Chatwoot, fix: bool) -> Diagnosis {
    let mut checks = vec![database(config).await];
    let mut new_secret = None;
    let reached = reachable(desk).await;
    let is_reached = reached.verdict != Verdict::Wrong;
    checks.push(reached);
    if is_reached {
        match desk.profile().await {
            Ok(profile) => {
                let (token, is_administrator) = token(config, &profile);
                checks.push(token);
                if is_administrator {
                    let (hook, secret) = webhook(config, desk, fix).await;
                    checks.extend(hook);
                    new_secret = secret;
                } else {
                    checks.extend(unknown_hook("only an administrator's token may read webhooks"));
                }
            }
            Err(error) => {
                checks.push(check("token", Verdict::Wrong, error.to_string(), mend_of(&error)));
                checks.extend(unknown_hook("the token must work first"));
            }
        }
    } else {
        checks.push(check("token", Verdict::Unknown, "not tried", "reach the desk first"));
        checks.extend(unknown_hook("the desk must be reached first"));
    }
    let well = checks.iter().all(|c| matches!(c.verdict, Verdict::Well | Verdict::Mended | Verdict::Warning));
    Diagnosis { well, checks, new_secret }
}

async fn database(config: &Config) -> Check {
    match Store::open(&config.database_url).await {
        Ok(_) => check("database", Verdict::Well, "it opens and is up to date", ""),
        Err(error) => {
            check("database", Verdict::Wrong, error.to_string(), "check DATABASE_URL and HOTDASH_DATA_DIR")
        }
    }
}

async fn reachable(desk: &Chatwoot) -> Check {
    match desk.version().await {
        Ok(version) => check("desk", Verdict::Well, format!("Chatwoot {} answers", version.version), ""),
        Err(error) => check(
            "desk",
            Verdict::Wrong,
            error.to_string(),
            "check CHATWOOT_BASE_URL, and that the desk runs",
        ),
    }
}

fn token(config: &Config, profile: &Profile) -> (Check, bool) {
    let Some(membership) = profile.accounts.iter().find(|a| a.id == config.desk.account) else {
        let own: Vec<String> = profile.accounts.iter().map(|a| a.id.to_string()).collect();
        let found = format!("{} does not belong to account {}", profile.name, config.desk.account);
        let mend = format!("set CHATWOOT_ACCOUNT_ID to one of: {}", own.join(", "));
        return (check("token", Verdict::Wrong, found, mend), false);
    };
    if membership.is_administrator() {
        let found = format!("{} is an administrator of account {}", profile.name, config.desk.account);
        return (check("token", Verdict::Well, found, ""), true);
    }
    let found = format!("{} is an agent: enough to work, not to register the webhook", profile.name);
    let mend = "run doctor with an administrator's token once, or register the webhook by hand";
    (check("token", Verdict::Warning, found, mend), false)
}

/// Is our webhook there, does it send what we need, and do we know its secret?
async fn webhook(config: &Config, desk: &Chatwoot, fix: bool) -> (Vec<Check>, Option<SecretString>) {
    let ours = WebhookChange::ours(format!("{}{HOOK_PATH}", config.public_url));
    let there = match desk.webhooks().await {
        Ok(all) => all.into_iter().find(|hook| hook.url.starts_with(&ours.url)),
        Err(error) => {
            let broken = check("webhook", Verdict::Wrong, error.to_string(), mend_of(&error));
            return (
                vec![broken, check("secret", Verdict::Unknown, "not tried", "read the webhook first")],
                None,
            );
        }
    };
    let missing: Vec<String> = ours
        .subscriptions
        .iter()
        .filter(|event| there.as_ref().is_some_and(|hook| !hook.subscriptions.contains(event)))
        .cloned()
        .collect();
    let (registered, verdict) = match (&there, fix) {
        (Some(hook), _) if missing.is_empty() => (Ok(hook.clone()), Verdict::Well),
        (Some(hook), true) => (desk.update_webhook(hook.id, &ours).await, Verdict::Mended),
        (None, true) => (desk.create_webhook(&ours).await, Verdict::Mended),
        (Some(hook), false) => {
            let found = format!("it does not send {}", missing.join(", "));
            let broken = check("webhook", Verdict::Wrong, found, "run `hotdash doctor --fix`");
            return (vec![broken, secret(config, hook)], None);
        }
        (None, false) => {
            let found = format!("none is registered for {}", ours.url);
            let mend =
                "run `hotdash doctor --fix`, or set HOTDASH_PUBLIC_URL to the address the desk can reach";
            let unknown = check("secret", Verdict::Unknown, "not tried", "register the webhook first");
            return (vec![check("webhook", Verdict::Wrong, found, mend), unknown], None);
        }
    };
    match registered {
        Ok(hook) => {
            let found = format!("registered for {} with {} events", hook.url, hook.subscriptions.len());
            let known = secret(config, &hook);
            let new_secret = hook.secret.filter(|_| known.verdict == Verdict::Wrong && fix);
            (vec![check("webhook", verdict, found, ""), known], new_secret)
        }
        Err(error) => {
            let broken = check("webhook", Verdict::Wrong, error.to_string(), mend_of(&error));
            (vec![broken, check("secret", Verdict::Unknown, "not tried", "register the webhook first")], None)
        }
    }
}

fn secret(config: &Config, hook: &Webhook) -> Check {
    let Some(secret) = hook.secret.as_ref().filter(|s| !s.expose_secret().is_empty()) else {
        let found = "this Chatwoot does not sign (before 4.11.2)";
        let mend = format!(
            "register the webhook with the secret address {}{HOOK_PATH}/{}/… that `hotdash serve` prints",
            config.public_url, config.desk.id
        );
        return check("secret", Verdict::Warning, found, mend);
    };
    let known = config.desk.webhook_secrets.iter().any(|s| s.expose_secret() == secret.expose_secret());
    if known {
        return check("secret", Verdict::Well, "CHATWOOT_WEBHOOK_SECRET holds the webhook's secret", "");
    }
    let found = if config.desk.webhook_secrets.is_empty() {
        "CHATWOOT_WEBHOOK_SECRET is not set"
    } else {
        "CHATWOOT_WEBHOOK_SECRET holds another secret than the desk's webhook"
    };
    check(
        "secret",
        Verdict::Wrong,
        found,
        "set CHATWOOT_WEBHOOK_SECRET to the webhook's secret (`hotdash doctor --fix` prints it)",
    )
}

fn unknown_hook(why: &str) -> Vec<Check> {
    vec![
        check("webhook", Verdict::Unknown, "not tried", why),
        check("secret", Verdict::Unknown, "not tried", why),
    ]
}

fn mend_of(error: &CallError) -> &'static str {
    match error {
        CallError::BadToken { .. } => {
            "create a new token on the desk under Profile, Access token, and set CHATWOOT_TOKEN"
        }
        CallError::MissingToken { .. } => {
            "let the proxy in front of the desk pass the header Api-Access-Token"
        }
        CallError::NotForBots { .. } => "set CHATWOOT_TOKEN to the token of a person, not of a bot",
        CallError::NoSuchThing { .. } | CallError::NotAMember { .. } => "check CHATWOOT_ACCOUNT_ID",
        CallError::NotPermitted { .. } => "use the token of an administrator",
        _ => "see the text; then run doctor again",
    }
}
