//! Whether the desk tells us what happens: at the right address, once, and everything.

use super::finding::{Check, Finding, Verdict};
use super::patient::Patient;
use super::{HOOK_PATH, secret};
use crate::chatwoot::api::{AgentBot, CallError, ChannelSettings, Version, Webhook, WebhookChange};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

/// From here on Chatwoot signs account webhooks.
const SIGNS: (u64, u64, u64) = (4, 11, 2);

/// What an administrator's token lets us read.
pub(super) struct Settings<'a> {
    pub(super) version: &'a Version,
    pub(super) channels: &'a [ChannelSettings],
    pub(super) bots: Vec<AgentBot>,
    pub(super) hooks: Vec<Webhook>,
}

impl Settings<'_> {
    pub(super) fn signs(&self) -> bool {
        self.version.is_at_least(SIGNS)
    }
}

/// The webhook's checks, the secret's, and the secret that the desk made and nobody here knows.
pub(super) async fn examine(
    patient: &Patient<'_>,
    version: &Version,
    channels: &[ChannelSettings],
) -> (Vec<Check>, Option<SecretString>) {
    let hooks = match patient.chatwoot.webhooks().await {
        Ok(hooks) => hooks,
        Err(error) => {
            let unreadable = Finding::WebhookUnreadable
                .wrong(error.to_string(), "run `hotdash doctor` again when the desk answers");
            return (vec![unreadable, Check::not_tried("secret", "read the webhook first")], None);
        }
    };
    // Without them a secret put in by mistake is only "another one".
    let bots = patient.chatwoot.agent_bots().await.unwrap_or_default();
    let mut settings = Settings { version, channels, bots, hooks };
    let ours = Address::of(patient, settings.signs());
    let mut checks = elsewhere(&ours, &settings);
    match register(patient, &ours, &mut settings).await {
        Ok(found) => checks.extend(found),
        Err(check) => checks.push(check),
    }
    let own: Vec<&Webhook> =
        settings.hooks.iter().filter(|hook| ours.kinship(hook) == Kinship::Ours).collect();
    if own.is_empty() {
        checks.push(Check::not_tried("secret", "register the webhook first"));
        return (checks, None);
    }
    let (secrets, unknown) = secret::examine(patient, &settings, &own, &ours);
    checks.extend(secrets);
    (checks, unknown.filter(|_| patient.fix))
}

/// Where our webhook should lead.
pub(super) struct Address {
    /// What is registered.
    pub(super) canonical: String,
    plain: Option<Url>,
    /// The path with the secret in it; believed whether or not the desk signs.
    secret_path: Option<String>,
}

/// What a registered webhook is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kinship {
    Ours,
    /// `http` in place of `https`, or the other way round.
    OtherScheme,
    /// Our host, and a path that we do not answer at.
    WrongPath,
    /// A secret address, of another database.
    WrongUrlToken,
    /// Some hotdash, elsewhere.
    OtherHost,
    Stranger,
}

impl Address {
    fn of(patient: &Patient<'_>, signs: bool) -> Self {
        let public = &patient.config.public_url;
        let secret = patient.secret_path.as_ref().map(|path| format!("{public}{path}"));
        let plain = format!("{public}{HOOK_PATH}");
        Self {
            plain: Url::parse(&plain).ok(),
            canonical: secret.clone().filter(|_| !signs).unwrap_or(plain),
            secret_path: secret.and_then(|url| Some(Url::parse(&url).ok()?.path().to_owned())),
        }
    }

    fn kinship(&self, hook: &Webhook) -> Kinship {
        let (Some(plain), Ok(url)) = (&self.plain, Url::parse(&hook.url)) else { return Kinship::Stranger };
        let path = url.path();
        let is_secret = self.secret_path.as_deref() == Some(path);
        let is_known = path == plain.path() || is_secret;
        let looks_like_one = path.contains("webhooks/chatwoot") || hook.name.as_deref() == Some("hotdash");
        let same_host = url.host_str() == plain.host_str();
        let same_place = same_host && url.port_or_known_default() == plain.port_or_known_default();
        match (is_known, same_place, same_host) {
            (true, true, _) if url.scheme() == plain.scheme() => Kinship::Ours,
            (true, _, true) if url.scheme() != plain.scheme() => Kinship::OtherScheme,
            (false, true, _)
                if path.starts_with(&format!("{}/", plain.path()))
                    && path != format!("{}/", plain.path()) =>
            {
                Kinship::WrongUrlToken
            }
            (false, true, _) if looks_like_one => Kinship::WrongPath,
            _ if looks_like_one => Kinship::OtherHost,
            _ => Kinship::Stranger,
        }
    }
}

/// Our address in places that send something else: those deliveries are signed with other secrets.
fn elsewhere(ours: &Address, settings: &Settings<'_>) -> Vec<Check> {
    let is_ours = |url: &Option<String>| {
        let hook = |url: &String| Webhook {
            id: 0,
            name: None,
            url: url.clone(),
            subscriptions: Vec::new(),
            secret: None,
            inbox: None,
        };
        url.as_ref().is_some_and(|url| ours.kinship(&hook(url)) == Kinship::Ours)
    };
    let mut checks = Vec::new();
    for inbox in settings.channels.iter().filter(|inbox| is_ours(&inbox.webhook_url)) {
        let found = format!(
            "our address is also the webhook of the API inbox {}: Chatwoot marks its messages as failed when we refuse \
             what that sends",
            inbox.name
        );
        let mend = format!(
            "take the webhook URL out of the inbox (Settings → Inboxes → {}); the account's webhook tells of it too",
            inbox.name
        );
        checks.push(Finding::WebhookAtInbox.wrong(found, mend));
    }
    for bot in settings.bots.iter().filter(|bot| is_ours(&bot.outgoing_url)) {
        let found =
            format!("our address is also the webhook of the agent bot {}: hotdash is no bot", bot.name);
        let mend =
            format!("take the webhook URL out of the bot {} (Settings → Bots), or delete it", bot.name);
        checks.push(Finding::WebhookAtBot.wrong(found, mend));
    }
    checks
}

/// See that one webhook is ours; with `--fix`, make it so.
async fn register(
    patient: &Patient<'_>,
    ours: &Address,
    settings: &mut Settings<'_>,
) -> Result<Vec<Check>, Check> {
    let of = |kinship| settings.hooks.iter().filter(move |hook| ours.kinship(hook) == kinship);
    if of(Kinship::Ours).next().is_none() {
        return Ok(vec![bring(patient, ours, settings).await?]);
    }
    let mut checks = Vec::new();
    for kinship in [Kinship::OtherScheme, Kinship::WrongPath, Kinship::WrongUrlToken] {
        for hook in of(kinship) {
            let found = format!("besides ours, {} is registered, which never arrives", shown(hook, ours));
            checks.push(
                crooked(kinship).warning(found, "delete it on the desk (Settings → Integrations → Webhooks)"),
            );
        }
    }
    checks.extend(doubles(patient, ours, settings).await?);
    for hook in settings.hooks.iter_mut().filter(|hook| ours.kinship(hook) == Kinship::Ours) {
        checks.extend(complete(patient, ours, hook).await?);
    }
    if checks.iter().all(|check| check.verdict == Verdict::Mended) {
        let own: Vec<&Webhook> =
            settings.hooks.iter().filter(|hook| ours.kinship(hook) == Kinship::Ours).collect();
        let events = own.first().map_or(0, |hook| hook.subscriptions.len());
        let places: Vec<String> = own.iter().map(|hook| shown(hook, ours)).collect();
        if checks.is_empty() {
            checks.push(Check::well(
                "webhook",
                format!("registered for {} with {events} events", places.join(" and ")),
            ));
        }
    }
    Ok(checks)
}

fn crooked(kinship: Kinship) -> Finding {
    match kinship {
        Kinship::OtherScheme => Finding::WebhookOtherScheme,
        Kinship::WrongUrlToken => Finding::WebhookWrongUrlToken,
        Kinship::OtherHost => Finding::WebhookOtherHost,
        Kinship::Ours | Kinship::WrongPath | Kinship::Stranger => Finding::WebhookWrongPath,
    }
}

/// None is ours: one that nearly is, is put right; else one is made.
async fn bring(patient: &Patient<'_>, ours: &Address, settings: &mut Settings<'_>) -> Result<Check, Check> {
    let wanted = WebhookChange::ours(ours.canonical.clone());
    let kinds = [Kinship::OtherScheme, Kinship::WrongPath, Kinship::WrongUrlToken];
    let near = settings
        .hooks
        .iter()
        .position(|hook| kinds.contains(&ours.kinship(hook)))
        .map(|at| (at, crooked(ours.kinship(&settings.hooks[at]))));
    if let Some((at, finding)) = near {
        let hook = &settings.hooks[at];
        let found = format!("it is registered for {}, but hotdash is at {}", shown(hook, ours), public(ours));
        if !patient.fix {
            return Err(finding
                .wrong(found, "run `hotdash doctor --fix`: it corrects the address and keeps the secret"));
        }
        let changed = patient.chatwoot.update_webhook(hook.id, &wanted).await.map_err(|e| failed(&e))?;
        let events = changed.subscriptions.len();
        settings.hooks[at] = changed;
        return Ok(finding.mended(format!("registered for {} with {events} events", public(ours))));
    }
    let other = settings.hooks.iter().find(|hook| ours.kinship(hook) == Kinship::OtherHost);
    if !patient.fix {
        return Err(match other {
            Some(hook) => Finding::WebhookOtherHost.wrong(
                format!("one is registered for {}, none for {}", shown(hook, ours), public(ours)),
                "set HOTDASH_PUBLIC_URL to that address if it is right; else run `hotdash doctor --fix`, and delete the \
                 other on the desk unless another hotdash uses it",
            ),
            None => Finding::WebhookMissing.wrong(
                format!("none is registered for {}", public(ours)),
                "run `hotdash doctor --fix`, or set HOTDASH_PUBLIC_URL to the address the desk can reach",
            ),
        });
    }
    let finding = other.map_or(Finding::WebhookMissing, |_| Finding::WebhookOtherHost);
    let left = other.map(|hook| format!("; {} stays as it is", shown(hook, ours))).unwrap_or_default();
    let made = patient.chatwoot.create_webhook(&wanted).await.map_err(|e| failed(&e))?;
    let events = made.subscriptions.len();
    settings.hooks.push(made);
    Ok(finding.mended(format!("registered for {} with {events} events{left}", public(ours))))
}

fn failed(error: &CallError) -> Check {
    Finding::WebhookMissing.wrong(error.to_string(), "mend that, and run `hotdash doctor --fix` again")
}

/// Ours several times: right only while a secret is being replaced.
async fn doubles(
    patient: &Patient<'_>,
    ours: &Address,
    settings: &mut Settings<'_>,
) -> Result<Option<Check>, Check> {
    let own: Vec<&Webhook> =
        settings.hooks.iter().filter(|hook| ours.kinship(hook) == Kinship::Ours).collect();
    if own.len() < 2 {
        return Ok(None);
    }
    let places: Vec<String> = own.iter().map(|hook| shown(hook, ours)).collect();
    let found =
        format!("it is registered {} times ({}): each event comes as often", own.len(), places.join(", "));
    let known: Vec<i64> =
        own.iter().filter(|hook| secret::is_known(patient, hook)).map(|hook| hook.id).collect();
    if known.len() > 1 {
        let mend = "while a secret is being replaced, that is right; then delete the old webhook on the desk (Settings → \
                    Integrations → Webhooks) and take its secret out of the settings";
        return Ok(Some(Finding::WebhookTwice.warning(found, mend)));
    }
    if !patient.fix {
        return Ok(Some(
            Finding::WebhookTwice.warning(found, "run `hotdash doctor --fix`: it removes the spare one"),
        ));
    }
    let keep = known.first().or(own.first().map(|hook| &hook.id)).copied();
    let spare: Vec<i64> = own.iter().map(|hook| hook.id).filter(|id| Some(*id) != keep).collect();
    for id in &spare {
        patient.chatwoot.delete_webhook(*id).await.map_err(|error| failed(&error))?;
    }
    settings.hooks.retain(|hook| !spare.contains(&hook.id));
    Ok(Some(
        Finding::WebhookTwice.mended(format!("{} spare registration(s) of our address removed", spare.len())),
    ))
}

/// All events, and of the whole account.
async fn complete(patient: &Patient<'_>, ours: &Address, hook: &mut Webhook) -> Result<Vec<Check>, Check> {
    let mut checks = Vec::new();
    let wanted = WebhookChange::ours(hook.url.clone());
    let missing: Vec<String> =
        wanted.subscriptions.iter().filter(|event| !hook.subscriptions.contains(event)).cloned().collect();
    if !missing.is_empty() && patient.fix {
        *hook = patient.chatwoot.update_webhook(hook.id, &wanted).await.map_err(|error| failed(&error))?;
        let found = format!("registered for {} with {} events", shown(hook, ours), hook.subscriptions.len());
        checks.push(Finding::WebhookEventsMissing.mended(found));
    } else if !missing.is_empty() {
        let found = format!("it does not send {}", missing.join(", "));
        checks.push(
            Finding::WebhookEventsMissing.wrong(found, "run `hotdash doctor --fix`: it adds the events"),
        );
    }
    if let Some(inbox) = &hook.inbox {
        let found = format!(
            "it was made for the inbox {}: Chatwoot calls such a one for the whole account, or never, by how it was made",
            inbox.name
        );
        let mend =
            "delete it on the desk (Settings → Integrations → Webhooks), then run `hotdash doctor --fix`";
        checks.push(Finding::WebhookOfInbox.warning(found, mend));
    }
    Ok(checks)
}

/// A registered address without the secret that may be in it.
fn shown(hook: &Webhook, ours: &Address) -> String {
    let Ok(mut url) = Url::parse(&hook.url) else { return hook.url.clone() };
    // An address with a user in it carries a password.
    let _ = url.set_password(None);
    let path = url.path().to_owned();
    match path.find(&format!("{HOOK_PATH}/")) {
        Some(at) if path.len() > at + HOOK_PATH.len() + 1 && ours.kinship(hook) != Kinship::Stranger => {
            url.set_path(&format!("{}{HOOK_PATH}/", &path[..at]));
            format!("{url}…")
        }
        _ => url.to_string(),
    }
}

/// Our own address, as it may be shown anywhere.
fn public(ours: &Address) -> String {
    match (&ours.secret_path, ours.plain.as_ref()) {
        (Some(path), Some(plain)) if ours.canonical.ends_with(path.as_str()) => format!("{plain}/…"),
        _ => ours.canonical.clone(),
    }
}

/// Whether two secrets are the same.
pub(super) fn same(a: &SecretString, b: &SecretString) -> bool {
    a.expose_secret() == b.expose_secret()
}
