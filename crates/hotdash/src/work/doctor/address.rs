//! Whether people and the desk find hotdash where `HOTDASH_PUBLIC_URL` says. Asks as a stranger would.

use super::finding::{Check, Finding};
use crate::chatwoot::api::Cut;
use crate::config::Config;
use ipnet::IpNet;
use reqwest::{Client, StatusCode, Url, redirect};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

/// The desk itself waits five seconds for a delivery to be taken.
const PATIENCE: Duration = Duration::from_secs(5);
/// A page that is longer than this is not ours; its beginning says enough.
const LONGEST_ANSWER: usize = 64 * 1024;

/// What Chatwoot refuses to call from 4.14.0 on (`ssrf_filter`).
const NOT_PUBLIC: [&str; 22] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/127",
    "64:ff9b:1::/48",
    "100::/64",
    "2001:db8::/32",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
];

/// Where the public address leads.
#[derive(Debug, Clone, Default)]
pub(super) struct Whereabouts {
    pub(super) host: String,
    pub(super) addresses: Vec<IpAddr>,
}

impl Whereabouts {
    pub(super) async fn of(url: &str) -> Self {
        let Some(url) = Url::parse(url).ok() else { return Self::default() };
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let port = url.port_or_known_default().unwrap_or(80);
        let found = tokio::net::lookup_host((host.as_str(), port)).await;
        let mut addresses: Vec<IpAddr> = found.into_iter().flatten().map(|address| address.ip()).collect();
        addresses.dedup();
        Self { host, addresses }
    }

    /// Whether Chatwoot would refuse to call it.
    pub(super) fn is_private(&self) -> bool {
        let networks: Vec<IpNet> = NOT_PUBLIC.iter().filter_map(|text| text.parse().ok()).collect();
        let private =
            |address: &IpAddr| networks.iter().any(|network| network.contains(&address.to_canonical()));
        !self.addresses.is_empty() && self.addresses.iter().all(private)
    }

    pub(super) fn is_loopback(&self) -> bool {
        !self.addresses.is_empty() && self.addresses.iter().all(IpAddr::is_loopback)
    }

    /// The name, and where it leads unless it says so itself.
    pub(super) fn shown(&self) -> String {
        let addresses: Vec<String> = self.addresses.iter().map(ToString::to_string).collect();
        match addresses.as_slice() {
            [only] if *only == self.host => self.host.clone(),
            several => format!("{} ({})", self.host, several.join(", ")),
        }
    }
}

/// Where a process of this machine is asked: who listens on every address is asked on the loopback one.
///
/// # Errors
/// When the name in front of the port is unknown.
pub async fn listening_at(listen: &str) -> std::io::Result<SocketAddr> {
    let mut found = tokio::net::lookup_host(listen).await?;
    let nowhere = || std::io::Error::new(std::io::ErrorKind::NotFound, format!("{listen} is nowhere"));
    let mut address = found.next().ok_or_else(nowhere)?;
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    Ok(address)
}

/// What answers at an address.
enum Answer {
    /// A hotdash.
    Ours,
    Redirect(String),
    Other {
        status: StatusCode,
        text: String,
    },
    Nothing(Cut),
}

pub(super) async fn examine(config: &Config) -> Check {
    let Ok(url) = Url::parse(&config.public_url) else {
        let mend = "write HOTDASH_PUBLIC_URL like https://hotdash.example";
        return Finding::AddressUnknownHost.wrong(format!("{} is no address", config.public_url), mend);
    };
    if let Some(check) = misfit(config, &url) {
        return check;
    }
    let client = Client::builder().redirect(redirect::Policy::none()).timeout(PATIENCE).build();
    let Ok(client) = client else {
        return Check::not_tried("address", "this machine's certificates cannot be read: install them");
    };
    match ask(&client, &format!("{}/healthz", config.public_url)).await {
        Answer::Ours => Check::well("address", format!("hotdash answers at {}", config.public_url)),
        other => {
            let is_running = answers_here(&config.listen).await;
            explain(config, &other, is_running)
        }
    }
}

/// What the settings say already.
fn misfit(config: &Config, url: &Url) -> Option<Check> {
    let host = url.host_str().unwrap_or_default();
    if host == "0.0.0.0" || host == "[::]" {
        let found = format!("{} means every address of this machine, and none elsewhere", config.public_url);
        let mend = "set HOTDASH_PUBLIC_URL to the address at which the desk and people reach hotdash";
        return Some(Finding::AddressUnspecified.wrong(found, mend));
    }
    let (listens, port) = config.listen.rsplit_once(':')?;
    let only_here = |name: &str| {
        name == "localhost"
            || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    };
    let straight = url.scheme() == "http" && url.port_or_known_default() == port.parse().ok();
    if straight && only_here(listens) && !only_here(host) {
        let found =
            format!("HOTDASH_LISTEN is {}: only this machine reaches that, not {host}", config.listen);
        let mend =
            format!("listen on every address, or put a proxy in front:\n  HOTDASH_LISTEN=0.0.0.0:{port}");
        return Some(Finding::AddressListensElsewhere.wrong(found, mend));
    }
    None
}

async fn answers_here(listen: &str) -> bool {
    let Ok(address) = listening_at(listen).await else { return false };
    // A proxy for the way outside has no business here.
    let Ok(client) = Client::builder().no_proxy().timeout(PATIENCE).build() else { return false };
    matches!(ask(&client, &format!("http://{address}/healthz")).await, Answer::Ours)
}

async fn ask(client: &Client, url: &str) -> Answer {
    let mut response = match client.get(url).send().await {
        Ok(response) => response,
        Err(error) => return Answer::Nothing(Cut::of(&error)),
    };
    let status = response.status();
    if status.is_redirection() {
        let to = response.headers().get(reqwest::header::LOCATION).and_then(|to| to.to_str().ok());
        return Answer::Redirect(to.unwrap_or("an unknown place").to_owned());
    }
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST_ANSWER {
            break;
        }
    }
    let json: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    if status.is_success() && json["status"] == "alive" && json["version"].is_string() {
        return Answer::Ours;
    }
    Answer::Other { status, text: String::from_utf8_lossy(&body).to_lowercase() }
}

fn explain(config: &Config, answer: &Answer, is_running: bool) -> Check {
    let url = &config.public_url;
    let upstream = format!("let the proxy pass {url} to {}", config.listen);
    match answer {
        Answer::Ours => Check::well("address", format!("hotdash answers at {url}")),
        Answer::Redirect(to) => redirected(config, to),
        Answer::Other { status: StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, .. } => login_page(config),
        Answer::Other { text, .. } if text.contains("type=\"password\"") => login_page(config),
        Answer::Other { status, .. } if matches!(status.as_u16(), 502..=504) && !is_running => not_running(config),
        Answer::Other { status, .. } if matches!(status.as_u16(), 502..=504) => Finding::AddressProxyAlone
            .wrong(format!("the proxy at {url} answers {status}: it does not find hotdash"), upstream),
        Answer::Other { status, .. } => Finding::AddressOtherAnswer.wrong(
            format!("something else than hotdash answers at {url}/healthz ({status})"),
            format!("{upstream}, or set HOTDASH_PUBLIC_URL to the address that leads to hotdash"),
        ),
        Answer::Nothing(Cut::Dns) => Finding::AddressUnknownHost.wrong(
            format!("nobody knows the host of {url}"),
            "correct HOTDASH_PUBLIC_URL, or enter the name into the DNS",
        ),
        Answer::Nothing(Cut::Tls) => Finding::AddressNotSecure.wrong(
            format!("no secure connection to {url}: its certificate is not valid, or no TLS is spoken there"),
            "install a certificate for this name at the proxy; the desk refuses such addresses too",
        ),
        Answer::Nothing(_) if !is_running => not_running(config),
        Answer::Nothing(cut) => Finding::AddressNothingThere.warning(
            format!("hotdash runs, but nothing answers at {url} from here ({})", word(*cut)),
            format!(
                "{upstream}; if other machines do reach it, only the way back to this one is closed, and all is well:\n  \
                 curl {url}/healthz"
            ),
        ),
    }
}

fn not_running(config: &Config) -> Check {
    let found =
        format!("hotdash does not run: nothing answers at {} or {}", config.listen, config.public_url);
    Finding::AddressNotRunning.warning(
        found,
        "start `hotdash serve`, and run `hotdash doctor` again: then it tries the address too",
    )
}

fn login_page(config: &Config) -> Check {
    let found = format!("a proxy at {} wants everybody to sign in; the desk cannot", config.public_url);
    let mend =
        "let the proxy pass requests below /api/webhooks/ and /healthz without a login; hotdash has its own";
    Finding::AddressLoginPage.wrong(found, mend)
}

fn redirected(config: &Config, to: &str) -> Check {
    let asked = Url::parse(&format!("{}/healthz", config.public_url)).ok();
    let target = asked.as_ref().and_then(|asked| asked.join(to).ok());
    // The same path elsewhere is another address of ours; another path is somebody's login.
    let root = target.as_ref().filter(|t| t.path().ends_with("/healthz")).map(|t| {
        let mut root = t.clone();
        root.set_query(None);
        root.as_str().trim_end_matches("/healthz").to_owned()
    });
    match root {
        Some(root) => {
            let found =
                format!("{} sends everybody to {root}; not every Chatwoot follows", config.public_url);
            Finding::AddressRedirects
                .wrong(found, format!("set the address itself:\n  HOTDASH_PUBLIC_URL={root}"))
        }
        None => login_page(config),
    }
}

fn word(cut: Cut) -> &'static str {
    match cut {
        Cut::Refused => "connection refused",
        Cut::ConnectTimeout | Cut::Timeout => "no answer in 5 s",
        _ => "the connection was cut",
    }
}
