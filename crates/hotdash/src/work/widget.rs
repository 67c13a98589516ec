//! The live chat widget: what hotdash's own pages load of it, and what any other page needs for it.

use crate::chatwoot::api::{Chatwoot, Website};
use crate::chatwoot::{CallError, identity};
use crate::config::DeskConfig;
use crate::store::users::User;
use secrecy::ExposeSecret;

/// What a page of hotdash needs to show the chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embed {
    pub base_url: String,
    pub website_token: String,
    /// Who looks at the page, where that can be proven to the desk.
    pub who: Option<Who>,
}

/// A person as the desk is told of them: a key, the proof, and the least that an identity must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    pub identifier: String,
    pub name: String,
    pub hash: String,
}

/// The chat for a page of this desk; `None` where none is configured. Nobody is named without proof: a name alone
/// could be anybody's.
#[must_use]
pub fn embed(settings: &DeskConfig, user: Option<&User>) -> Option<Embed> {
    let website_token = settings.widget.website_token.clone()?;
    let who = user.zip(settings.widget.hmac_token.as_ref()).map(|(user, token)| {
        let identifier = format!("hotdash-{}", user.id.0);
        let hash = identity::identifier_hash(token, &identifier);
        Who { identifier, name: user.name.clone(), hash }
    });
    Some(Embed { base_url: settings.base_url.clone(), website_token, who })
}

/// The hash by which a website proves who its user is; `None` without the inbox's token.
#[must_use]
pub fn identify(settings: &DeskConfig, identifier: &str) -> Option<String> {
    settings.widget.hmac_token.as_ref().map(|token| identity::identifier_hash(token, identifier))
}

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
pub enum WidgetError {
    #[error(transparent)]
    Desk(#[from] CallError),
    #[error(
        "the desk shows no website inbox to this token; add one on the desk (Settings, Inboxes, Website), or use the \
         token of an administrator"
    )]
    NoWebsite,
    #[error("{found}; set it to the token of the inbox you mean:\n{}", listed(.known))]
    WhichWebsite { found: &'static str, known: Vec<(String, String)> },
}

fn listed(known: &[(String, String)]) -> String {
    let lines: Vec<String> =
        known.iter().map(|(name, token)| format!("  CHATWOOT_WEBSITE_TOKEN={token}   # {name}")).collect();
    lines.join("\n")
}

/// The website inbox that the settings name; without a name, the only one.
///
/// # Errors
/// [`WidgetError`]
pub async fn website(settings: &DeskConfig, desk: &Chatwoot) -> Result<Website, WidgetError> {
    let mut websites = desk.websites().await?;
    if websites.is_empty() {
        return Err(WidgetError::NoWebsite);
    }
    let named = settings.widget.website_token.as_ref();
    let found = match named {
        Some(token) => websites.iter().position(|website| website.token == *token),
        None => (websites.len() == 1).then_some(0),
    };
    match found {
        Some(n) => Ok(websites.swap_remove(n)),
        None => Err(WidgetError::WhichWebsite {
            found: match named {
                Some(_) => {
                    "CHATWOOT_WEBSITE_TOKEN is the token of no website inbox, so the chat cannot appear"
                }
                None => "the desk has several website inboxes and CHATWOOT_WEBSITE_TOKEN is not set",
            },
            known: websites.into_iter().map(|website| (website.name, website.token)).collect(),
        }),
    }
}

/// Scheme, host and port of an address.
#[must_use]
pub fn origin_of(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    url[host..].find('/').map_or(url, |end| &url[..host + end])
}

/// The script element for a page. Its nonce must be new for each answer of the page's server.
#[must_use]
pub fn snippet(base_url: &str, website_token: &str) -> String {
    format!(
        "<script nonce=\"NONCE\">\n\
         \x20 addEventListener(\"load\", () => {{\n\
         \x20   const sdk = document.createElement(\"script\");\n\
         \x20   sdk.src = \"{base_url}/packs/js/sdk.js\";\n\
         \x20   sdk.async = true;\n\
         \x20   sdk.onload = () => window.chatwootSDK.run({{ websiteToken: \"{website_token}\", baseUrl: \"{base_url}\" }});\n\
         \x20   document.head.append(sdk);\n\
         \x20 }});\n\
         </script>"
    )
}

/// What the page's policy must allow, directive by directive; a page that needs nothing else can use just this.
#[must_use]
pub fn policy(base_url: &str) -> [String; 5] {
    let desk = origin_of(base_url);
    [
        "default-src 'none'".to_owned(),
        format!("script-src {desk} 'nonce-NONCE'"),
        format!("frame-src {desk}"),
        format!("connect-src {desk}"),
        "style-src 'unsafe-inline'".to_owned(),
    ]
}

/// What would keep the chat from working, or from looking as wished, each with its mend.
#[must_use]
pub fn remarks(settings: &DeskConfig, website: &Website, public_url: &str) -> Vec<String> {
    let (widget, base) = (&settings.widget, &settings.base_url);
    let mut remarks = Vec::new();
    if widget.website_token.is_none() {
        remarks.push(format!(
            "For the chat on hotdash's own pages set CHATWOOT_WEBSITE_TOKEN={}",
            website.token
        ));
    }
    if !website.snippet.is_empty() && !website.snippet.contains(origin_of(base)) {
        remarks.push(format!(
            "The desk's own snippet does not name {base}. Browsers must reach the desk there; if they use another \
             address, set CHATWOOT_BASE_URL to it, or FRONTEND_URL on the desk."
        ));
    }
    if !website.allowed_domains.is_empty() {
        remarks.push(format!(
            "Only these may frame the chat: {}. Other pages, {public_url} included, stay empty until they are added \
             to the inbox's allowed domains.",
            website.allowed_domains.join(", ")
        ));
    }
    let wrong_hmac_token = widget.hmac_token.as_ref().zip(website.hmac_token.as_ref());
    if wrong_hmac_token.is_some_and(|(ours, theirs)| ours.expose_secret() != theirs.expose_secret()) {
        remarks.push(
            "CHATWOOT_WIDGET_HMAC_TOKEN is not this inbox's: the desk refuses every identity with 401. Copy it again \
             from the inbox's configuration."
                .to_owned(),
        );
    }
    if website.hmac_mandatory && widget.hmac_token.is_none() {
        remarks.push(
            "The inbox demands the hash for every identity, and CHATWOOT_WIDGET_HMAC_TOKEN is not set: setUser will be \
             refused with 401."
                .to_owned(),
        );
    }
    remarks
}

/// Whether the inbox has the colour that the settings wish for.
#[must_use]
pub fn has_color(settings: &DeskConfig, website: &Website) -> bool {
    website.color.eq_ignore_ascii_case(&settings.widget.color)
}

/// Gives the inbox that colour, unless it has it.
///
/// # Errors
/// [`WidgetError`]; `NotPermitted` for the token of an agent.
pub async fn set_color(
    settings: &DeskConfig,
    desk: &Chatwoot,
    website: &mut Website,
) -> Result<(), WidgetError> {
    if !has_color(settings, website) {
        desk.set_widget_color(website.id, &settings.widget.color).await?;
        website.color.clone_from(&settings.widget.color);
    }
    Ok(())
}
