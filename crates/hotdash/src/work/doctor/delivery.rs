//! A delivery that was written down: which secret made its signature, and in which form.

use super::finding::{Check, Finding};
use super::house::span;
use super::patient::variable;
use crate::app::Desk;
use crate::chatwoot::signature::forms::{Body, Captured, Encoding, Match, Message};
use crate::clock::Clock;
use crate::config::Config;
use secrecy::{ExposeSecret, SecretString};

/// A secret that may have signed.
struct Candidate {
    name: String,
    secret: SecretString,
    /// Believed as it stands.
    configured: bool,
}

/// Says of a captured request (header lines, an empty line, the body) why it is believed or not.
pub async fn examine_delivery(config: &Config, clock: &Clock, captured: &[u8]) -> Vec<Check> {
    let captured = match Captured::read(captured) {
        Ok(captured) => captured,
        Err(error) => {
            let mend = "write the request down as it came: header lines, an empty line, the raw body";
            return vec![Finding::DeliveryUnreadable.wrong(error.to_string(), mend)];
        }
    };
    if !captured.has_signature() {
        return vec![unsigned(&captured)];
    }
    let mut candidates = configured(config);
    let mut found = find(&captured, &candidates);
    if found.is_none() {
        // What only the desk knows is asked for when nothing else fits.
        candidates.extend(on_the_desks(config).await);
        found = find(&captured, &candidates);
    }
    let mut checks = vec![match found {
        Some(found) => explain(config, &candidates[found.secret], found),
        None if captured.timestamp().is_none() => Finding::DeliveryNoTimestamp.wrong(
            "it has a signature and no X-Chatwoot-Timestamp",
            "let the proxy in front of hotdash pass both headers: X-Chatwoot-Signature and X-Chatwoot-Timestamp",
        ),
        None => Finding::DeliveryWrongSecret.wrong(
            format!("no secret that is known made its signature ({} tried, in every form)", candidates.len()),
            "compare the webhook's secret on the desk (Settings → Integrations → Webhooks); if it is right, something \
             between the desk and hotdash changes the body: capture it before and behind the proxy",
        ),
    }];
    checks.extend(captured.timestamp().and_then(|sent| age(config, clock, sent)));
    checks
}

fn find(captured: &Captured, candidates: &[Candidate]) -> Option<Match> {
    let secrets: Vec<SecretString> = candidates.iter().map(|candidate| candidate.secret.clone()).collect();
    captured.signed_by(&secrets)
}

fn unsigned(captured: &Captured) -> Check {
    if captured.timestamp().is_some() {
        return Finding::DeliveryHeadersDropped.wrong(
            "it has X-Chatwoot-Timestamp and no X-Chatwoot-Signature: a proxy dropped it",
            "let the proxy in front of hotdash pass X-Chatwoot-Signature and X-Chatwoot-Timestamp unchanged",
        );
    }
    let found = if captured.has_delivery_id() {
        "it has a delivery id and no signature: its webhook has no secret, or a proxy dropped the signature's headers"
    } else {
        "it has neither signature nor delivery id: sent by a Chatwoot before 4.11.2, by an automation or a macro \
         (these are never signed), or a proxy dropped the headers"
    };
    let mend = "run `hotdash doctor`: it says whether this desk signs; if it does, let the proxy in front of hotdash pass \
                all headers that begin with X-Chatwoot-";
    Finding::DeliveryNoSignature.wrong(found, mend)
}

fn configured(config: &Config) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for desk in &config.desks {
        let name = variable(config, desk, "CHATWOOT_WEBHOOK_SECRET");
        for (at, secret) in desk.webhook_secrets.iter().enumerate() {
            let place =
                if desk.webhook_secrets.len() > 1 { format!(", number {}", at + 1) } else { String::new() };
            let name = format!("{name}{place}");
            candidates.push(Candidate { name: name.clone(), secret: secret.clone(), configured: true });
            let bare = secret.expose_secret().trim_matches(['"', '\'', '`', ' ']);
            if bare != secret.expose_secret() {
                let name = format!("{name} without the quotes around it");
                candidates.push(Candidate { name, secret: bare.into(), configured: false });
            }
        }
        let name = variable(config, desk, "CHATWOOT_TOKEN");
        candidates.push(Candidate { name, secret: desk.token.clone(), configured: false });
    }
    candidates
}

/// Every secret that administrators can see. A desk that does not answer adds none.
async fn on_the_desks(config: &Config) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for settings in &config.desks {
        let Ok(desk) = Desk::client(settings) else { continue };
        let mut add = |name: String, secret: Option<SecretString>| {
            let secret = secret.filter(|secret| !secret.expose_secret().is_empty());
            candidates.extend(secret.map(|secret| Candidate { name, secret, configured: false }));
        };
        for hook in desk.webhooks().await.unwrap_or_default() {
            let host = reqwest::Url::parse(&hook.url).ok().and_then(|url| url.host_str().map(str::to_owned));
            add(format!("the desk's webhook {} to {}", hook.id, host.unwrap_or_default()), hook.secret);
        }
        for inbox in desk.channels().await.unwrap_or_default() {
            add(format!("the API inbox {}", inbox.name), inbox.secret);
            add(format!("the identity token of the inbox {}", inbox.name), inbox.hmac_token);
        }
        for bot in desk.agent_bots().await.unwrap_or_default() {
            add(format!("the agent bot {}", bot.name), bot.secret);
        }
    }
    candidates
}

fn explain(config: &Config, candidate: &Candidate, found: Match) -> Check {
    let name = &candidate.name;
    if !candidate.configured {
        let found =
            format!("it is signed with the secret of {name}, which is not in CHATWOOT_WEBHOOK_SECRET");
        let mend = "put that secret into CHATWOOT_WEBHOOK_SECRET if it is our webhook's; else register ours: \
                    `hotdash doctor --fix`";
        return Finding::DeliveryOtherSecret.wrong(found, mend);
    }
    match found {
        found if found.is_chatwoots() => {
            Check::well("delivery", format!("signed with {name} over timestamp and body, as Chatwoot does"))
        }
        Match { body: Body::WrittenAnew, .. } => Finding::DeliveryRewritten.wrong(
            format!("signed with {name}, but over another spelling of this JSON: something wrote the body anew"),
            "let whatever stands between desk and hotdash pass the body byte for byte: no JSON filter, no re-encoding",
        ),
        Match { body: Body::WithoutLineEnd, .. } => Finding::DeliveryLineEnd.warning(
            format!("signed with {name}; the captured body has a line end that was not sent"),
            "nothing, if the file was saved by an editor; else stop what appends to the body",
        ),
        Match { message: Message::BodyOnly, encoding, .. } => {
            let allowed = encoding == Encoding::BareHex && config.desks.iter().any(|desk| desk.legacy_signature);
            if allowed {
                return Check::well("delivery", format!("signed with {name} over the body alone, as relays do"));
            }
            Finding::DeliveryBodyOnly.wrong(
                format!("signed with {name}, but over the body alone: by a relay, not by Chatwoot"),
                "let Chatwoot call hotdash itself; or, for a relay that sends bare hex:\n  HOTDASH_LEGACY_SIGNATURE=true",
            )
        }
        Match { encoding, .. } => {
            let spelt = if encoding == Encoding::Base64 { "Base64" } else { "hex without `sha256=`" };
            Finding::DeliveryOtherEncoding.wrong(
                format!("signed with {name} over timestamp and body, but spelt as {spelt}: not by Chatwoot"),
                "let Chatwoot call hotdash itself, or let the relay write `sha256=` and lower-case hex",
            )
        }
    }
}

/// A capture is old by nature; one from the future is not.
fn age(config: &Config, clock: &Clock, sent: i64) -> Option<Check> {
    let (age_s, tolerance) = (clock.now().as_second() - sent, config.signature_tolerance_s);
    if age_s < -tolerance {
        let found = format!("it was sent {} from now: the desk's clock is ahead of ours", span(age_s));
        let mend = "set both clocks by NTP (`timedatectl set-ntp true` on the machine that is wrong)";
        return Some(Finding::DeliveryClockOff.wrong(found, mend));
    }
    let late = if age_s > tolerance {
        format!(", more than the {tolerance} s allowed if it came just now")
    } else {
        String::new()
    };
    Some(Check::well("delivery", format!("sent {} ago{late}", span(age_s))))
}
