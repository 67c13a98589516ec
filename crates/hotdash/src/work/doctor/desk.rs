//! Whether the desk is there, is a Chatwoot, answers quickly, and has the right time.

use super::finding::{Check, Finding};
use super::house::span;
use super::patient::Patient;
use crate::chatwoot::api::{CallError, Cut, Sighting};
use reqwest::Url;
use std::time::Duration;

/// So small an answer should not take so long.
const SLOW: Duration = Duration::from_secs(2);
/// Clocks drift apart; a difference this large will one day be too large.
const NOTICEABLE_S: i64 = 60;

pub(super) async fn reach(patient: &Patient<'_>) -> Result<(Sighting, Vec<Check>), Check> {
    let sighting = match patient.chatwoot.sight().await {
        Ok(sighting) => sighting,
        Err(error) => return Err(unreached(patient, &error)),
    };
    let version = &sighting.version.version;
    let reached = if sighting.took > SLOW {
        let found =
            format!("Chatwoot {version} took {:.1} s to say its version", sighting.took.as_secs_f32());
        let mend =
            "look at the load of the desk's machine and at the way there; drafts and replies will be as late";
        Finding::DeskSlow.warning(found, mend)
    } else {
        Check::well("desk", format!("Chatwoot {version} answers"))
    };
    let clock = clock(patient, &sighting);
    Ok((sighting, vec![reached, clock]))
}

/// Signed deliveries carry the desk's time, and are refused when it is too far from ours.
fn clock(patient: &Patient<'_>, sighting: &Sighting) -> Check {
    let Some(date) = sighting.date else {
        return Check::not_tried(
            "clock",
            "compare the clocks by hand: the desk's answers have no Date header",
        );
    };
    let ahead_s = date.as_second() - patient.clock.now().as_second();
    let tolerance = patient.config.signature_tolerance_s;
    if ahead_s.abs() < NOTICEABLE_S.min(tolerance) {
        return Check::well("clock", "the desk's clock and ours agree");
    }
    let direction = if ahead_s > 0 { "ahead of" } else { "behind" };
    let found = format!("the desk's clock is {} {direction} ours", span(ahead_s));
    let mend = "set both clocks by NTP (`timedatectl set-ntp true` on the machine that is wrong)";
    if ahead_s.abs() < tolerance {
        return Finding::ClockOff.warning(format!("{found}; {} would be too much", span(tolerance)), mend);
    }
    Finding::ClockTooFarOff.wrong(format!("{found}: its deliveries are refused as stale"), mend)
}

fn unreached(patient: &Patient<'_>, error: &CallError) -> Check {
    let (base, url) = (&patient.settings.base_url, patient.variable("CHATWOOT_BASE_URL"));
    let fact = error.fact();
    let found = format!("{base}: {fact}");
    match error {
        CallError::Unreachable { cut, .. } => cut_off(patient, *cut, found),
        CallError::DeskDown { .. } => {
            Finding::DeskTimedOut.wrong(found, "wait a minute, then run `hotdash doctor` again")
        }
        CallError::Redirected { to, .. } => redirected(patient, to, found),
        CallError::DashboardRoute { .. } => {
            let mend = format!("take the path away:\n  {url}={}", root(base));
            Finding::DeskDashboardAddress.wrong(found, mend)
        }
        // A path behind the address leads to the dashboard on some versions, and nowhere on others.
        _ if has_path(base)
            && !matches!(error, CallError::ServerFault { .. } | CallError::RateLimited { .. }) =>
        {
            let found = format!("{base}: no Chatwoot answers below this path");
            let mend = format!("take the path away, if Chatwoot is at the root:\n  {url}={}", root(base));
            Finding::DeskDashboardAddress.wrong(found, mend)
        }
        CallError::RateLimited { .. } => {
            let mend = "wait a minute; if it happens often, raise RACK_ATTACK_LIMIT on the desk, or add this machine's \
                        address to RACK_ATTACK_ALLOWED_IPS there";
            Finding::DeskLimitsCalls.wrong(found, mend)
        }
        CallError::ServerFault { .. } | CallError::UnknownValue { .. } => {
            let mend =
                "look whether Chatwoot's web process, its PostgreSQL and its Redis run; its log knows more";
            Finding::DeskFailing.wrong(found, mend)
        }
        CallError::Unauthorized { .. } | CallError::MissingToken { .. } | CallError::Forbidden { .. } => {
            let found = format!("{base}: something in front of the desk refuses us ({})", error.code());
            let mend = "let requests from this machine below /api pass the proxy without a login of its own";
            Finding::DeskRefuses.wrong(found, mend)
        }
        _ => {
            let mend = format!(
                "set {url} to the root of a Chatwoot; this must answer with a version:\n  curl {base}/api"
            );
            Finding::DeskNoChatwoot.wrong(format!("{base}: this is no Chatwoot"), mend)
        }
    }
}

fn cut_off(patient: &Patient<'_>, cut: Cut, found: String) -> Check {
    let (base, url) = (&patient.settings.base_url, patient.variable("CHATWOOT_BASE_URL"));
    let host = Url::parse(base).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    match cut {
        Cut::Dns => {
            let mend = format!("correct {url}, or make the name known to this machine:\n  getent hosts {host}");
            Finding::DeskDnsFailed.wrong(found, mend)
        }
        Cut::Refused => Finding::DeskConnectionRefused.wrong(
            found,
            format!("start Chatwoot's web process, or correct host and port in {url}"),
        ),
        Cut::ConnectTimeout => Finding::DeskConnectTimedOut.wrong(
            found,
            format!("open the firewall between this machine and {host}, or correct {url}"),
        ),
        Cut::Tls if base.starts_with("https://") => Finding::DeskTlsFailed.wrong(
            found,
            format!(
                "renew the desk's certificate, or install its authority on this machine; if it speaks no TLS:\n  \
                 {url}={}",
                base.replacen("https://", "http://", 1)
            ),
        ),
        Cut::Timeout => Finding::DeskTimedOut
            .wrong(found, "look at the load of the desk's machine; its web process may hang"),
        _ => Finding::DeskCutOff
            .wrong(found, format!("look at what stands between: a proxy, a firewall, http in place of https in {url}")),
    }
}

fn redirected(patient: &Patient<'_>, to: &str, found: String) -> Check {
    let (base, url) = (&patient.settings.base_url, patient.variable("CHATWOOT_BASE_URL"));
    let target = Url::parse(&format!("{base}/api")).ok().and_then(|asked| asked.join(to).ok());
    let mend = match target.filter(|target| target.path().trim_end_matches('/').ends_with("/api")) {
        Some(target) => {
            let root = target.as_str().trim_end_matches('/').trim_end_matches("/api").to_owned();
            format!("set the address itself:\n  {url}={root}")
        }
        None => format!("set {url} to the root of the desk, not to what leads to a login"),
    };
    Finding::DeskRedirects.wrong(found, mend)
}

fn has_path(base: &str) -> bool {
    Url::parse(base).is_ok_and(|url| !url.path().trim_matches('/').is_empty())
}

fn root(base: &str) -> String {
    Url::parse(base).map_or_else(|_| base.to_owned(), |url| url.origin().ascii_serialization())
}
