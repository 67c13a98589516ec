//! Whether the live chat can appear, where the settings want one.

use super::finding::{Check, Finding};
use super::patient::Patient;
use crate::chatwoot::api::Website;
use crate::work::widget::{WidgetError, has_color, origin_of, policy, set_color, website};
use reqwest::header::CONTENT_SECURITY_POLICY;
use reqwest::{Client, Url};
use secrecy::ExposeSecret;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(5);

/// Nothing where no chat is wanted.
pub(super) async fn examine(patient: &Patient<'_>, page: Option<&str>) -> Vec<Check> {
    let Some(token) = &patient.settings.widget.website_token else { return Vec::new() };
    let mut website = match website(patient.settings, &patient.chatwoot).await {
        Ok(website) => website,
        Err(WidgetError::Desk(error)) => {
            let mend = "run `hotdash doctor` again when the desk answers";
            return vec![Finding::WidgetUnreadable.warning(error.to_string(), mend)];
        }
        Err(error) => return vec![unknown(patient, &error)],
    };
    let mut checks = inbox(patient, &website);
    checks.extend(color(patient, &mut website).await);
    checks.extend(script(patient).await);
    let own = format!("{}/sign-in", patient.config.public_url);
    for page in [Some(own.as_str()), page.filter(|_| website.token == *token)].into_iter().flatten() {
        checks.extend(blocked(patient, page).await);
    }
    if checks.is_empty() {
        checks.push(Check::well("widget", format!("the live chat of {} can appear", website.name)));
    }
    checks
}

fn unknown(patient: &Patient<'_>, error: &WidgetError) -> Check {
    let variable = patient.variable("CHATWOOT_WEBSITE_TOKEN");
    let text = error.to_string();
    let (found, known) = match (error, text.split_once('\n')) {
        (WidgetError::WhichWebsite { found, .. }, Some((_, known))) => {
            ((*found).to_owned(), known.to_owned())
        }
        _ => (text.clone(), String::new()),
    };
    let mend = match known.is_empty() {
        true => {
            format!("add a website inbox on the desk (Settings → Inboxes), and set {variable} to its token")
        }
        false => format!("set it to the token of the inbox you mean:\n{known}"),
    };
    Finding::WidgetUnknownToken.wrong(found, mend)
}

/// What the inbox's own settings forbid.
fn inbox(patient: &Patient<'_>, website: &Website) -> Vec<Check> {
    let mut checks = Vec::new();
    let (name, variable) = (&website.name, patient.variable("CHATWOOT_WIDGET_HMAC_TOKEN"));
    let place = format!("Settings → Inboxes → {name} → Configuration");
    let ours = patient.settings.widget.hmac_token.as_ref();
    match (ours, &website.hmac_token) {
        (Some(ours), Some(theirs)) if ours.expose_secret() != theirs.expose_secret() => {
            let found =
                format!("{variable} is not the identity token of {name}: visitors' names are refused (401)");
            checks.push(
                Finding::WidgetHmacTokenWrong.wrong(found, format!("copy it again from the desk ({place})")),
            );
        }
        (None, _) if website.hmac_mandatory => {
            let found = format!("{name} demands a proof of every identity, and {variable} is not set");
            let mend = format!("set {variable} to the inbox's identity token ({place})");
            checks.push(Finding::WidgetHmacTokenMissing.wrong(found, mend));
        }
        _ => {}
    }
    let host = Url::parse(&patient.config.public_url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let host = host.unwrap_or_default();
    let allowed = &website.allowed_domains;
    if !allowed.is_empty() && !allowed.iter().any(|domain| covers(domain, &host)) {
        let found = format!(
            "{name} shows its chat only at {}: on hotdash's pages it stays empty",
            allowed.join(", ")
        );
        let mend = format!("add {host} to the inbox's allowed domains ({place})");
        checks.push(Finding::WidgetDomainNotAllowed.warning(found, mend));
    }
    checks
}

/// Whether an allowed domain, with or without a scheme, a port or `*.`, is this host's.
fn covers(domain: &str, host: &str) -> bool {
    let bare = domain.split("://").last().unwrap_or(domain).split(['/', ':']).next().unwrap_or_default();
    match bare.strip_prefix("*.") {
        Some(parent) => host.ends_with(&format!(".{parent}")),
        None => bare == "*" || bare.eq_ignore_ascii_case(host),
    }
}

async fn color(patient: &Patient<'_>, website: &mut Website) -> Option<Check> {
    if has_color(patient.settings, website) {
        return None;
    }
    let (name, wished) = (website.name.clone(), &patient.settings.widget.color);
    let found = format!("the chat of {name} is {}, and CHATWOOT_WIDGET_COLOR is {wished}", website.color);
    if !patient.fix {
        let mend = "run `hotdash doctor --fix` to give the inbox that colour, or set CHATWOOT_WIDGET_COLOR to the inbox's";
        return Some(Finding::WidgetOtherColor.warning(found, mend));
    }
    Some(match set_color(patient.settings, &patient.chatwoot, website).await {
        Ok(()) => Finding::WidgetOtherColor.mended(format!("the chat of {name} is {wished} now")),
        Err(error) => Finding::WidgetOtherColor
            .warning(format!("{found}; it could not be set: {error}"), "use an administrator's token once"),
    })
}

/// Browsers load it from the desk.
async fn script(patient: &Patient<'_>) -> Option<Check> {
    let url = format!("{}/packs/js/sdk.js", patient.settings.base_url);
    let client = Client::builder().timeout(PATIENCE).build().ok()?;
    let found = match client.get(&url).send().await {
        Ok(answer) if answer.status().is_success() => return None,
        Ok(answer) => format!("the chat's script is not at {url} ({})", answer.status()),
        Err(_) => format!("the chat's script at {url} cannot be loaded"),
    };
    let mend = "let the proxy in front of the desk serve /packs/ and /widget; on the desk, build the assets if they are \
                missing:\n  bundle exec rails assets:precompile";
    Some(Finding::WidgetScriptMissing.wrong(found, mend))
}

/// What a page's policy, or one that a proxy put on it, does to the chat.
async fn blocked(patient: &Patient<'_>, page: &str) -> Option<Check> {
    let client = Client::builder().timeout(PATIENCE).build().ok()?;
    // A page that does not answer is another link's matter, or a website that is not there yet.
    let answer = client.get(page).send().await.ok()?;
    let desk = origin_of(&patient.settings.base_url);
    let policies = answer.headers().get_all(CONTENT_SECURITY_POLICY);
    let policies: Vec<&str> = policies.iter().filter_map(|policy| policy.to_str().ok()).collect();
    // Each policy must allow it.
    let shut: Vec<&str> = [("script-src", "script-src-elem"), ("frame-src", "child-src")]
        .into_iter()
        .filter(|(name, other)| {
            policies.iter().any(|policy| !allows(policy, &[name, other, "default-src"], desk))
        })
        .map(|(name, _)| name)
        .collect();
    if shut.is_empty() {
        return None;
    }
    let lines: Vec<String> =
        policy(desk).into_iter().filter(|line| !line.starts_with("default-src")).collect();
    let found = format!("the Content-Security-Policy of {page} keeps the chat out ({})", shut.join(", "));
    let mend =
        format!("add these sources to it, where the page or its proxy sets it:\n  {}", lines.join("\n  "));
    Some(Finding::WidgetBlockedByPolicy.wrong(found, mend))
}

/// Whether the first of these directives that a policy has lets this origin in. Nonces and `'strict-dynamic'` are the
/// page's own matter.
fn allows(policy: &str, directives: &[&str], origin: &str) -> bool {
    let find = |wanted: &&str| {
        policy.split(';').map(str::trim).find_map(|part| {
            let mut words = part.split_ascii_whitespace();
            words.next().filter(|name| name.eq_ignore_ascii_case(wanted))?;
            Some(words.map(str::to_owned).collect::<Vec<_>>())
        })
    };
    let Some(sources) = directives.iter().find_map(find) else { return true };
    let scheme = format!("{}:", origin.split(':').next().unwrap_or_default());
    let host = origin.split("://").last().unwrap_or(origin);
    sources.iter().any(|source| {
        let source = source.trim_end_matches('/');
        source == "*"
            || source == scheme
            || source == origin
            || source == host
            || source == "'strict-dynamic'"
            || source
                .split("://")
                .last()
                .is_some_and(|domain| domain.starts_with("*.") && covers(domain, host_only(host)))
    })
}

fn host_only(host: &str) -> &str {
    host.split(':').next().unwrap_or(host)
}
