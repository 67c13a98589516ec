//! Whose access token it is, and what that person may do.

use super::finding::{Check, Finding};
use super::patient::Patient;
use crate::chatwoot::api::{CallError, ChannelSettings, Profile, TOKEN_HEADER_UNDERSCORED};

/// What a token that works gives us.
pub(super) struct Access {
    pub(super) is_administrator: bool,
    pub(super) channels: Vec<ChannelSettings>,
}

pub(super) async fn examine(patient: &Patient<'_>) -> Result<(Access, Check), Check> {
    let profile = match patient.chatwoot.profile().await {
        Ok(profile) => profile,
        Err(error) => return Err(refused(patient, &error).await),
    };
    let is_administrator = member(patient, &profile)?;
    // The profile belongs to no account: whether the account lets us in shows only inside.
    let channels = match patient.chatwoot.channels().await {
        Ok(channels) => channels,
        Err(error) => return Err(refused(patient, &error).await),
    };
    let (name, account) = (&profile.name, patient.settings.account);
    let check = if is_administrator {
        Check::well("token", format!("{name} is an administrator of account {account}"))
    } else {
        let found = format!(
            "{name} is an agent of account {account}: sees {} inboxes, and may not look at webhooks",
            channels.len()
        );
        let mend = format!(
            "give {name} the role administrator (on the desk: Settings → Agents), or run `hotdash doctor --fix` once \
             with {} set to an administrator's",
            patient.variable("CHATWOOT_TOKEN")
        );
        Finding::TokenOfAgent.warning(found, mend)
    };
    Ok((Access { is_administrator, channels }, check))
}

/// Whether the token's user is an administrator of the account.
fn member(patient: &Patient<'_>, profile: &Profile) -> Result<bool, Check> {
    let (account, variable) = (patient.settings.account, patient.variable("CHATWOOT_ACCOUNT_ID"));
    if let Some(own) = profile.accounts.iter().find(|own| own.id == account) {
        if own.status == "suspended" {
            return Err(suspended(patient));
        }
        return Ok(own.is_administrator());
    }
    let found = format!("{} does not belong to account {account}", profile.name);
    let own: Vec<String> = profile.accounts.iter().map(|own| format!("{} ({})", own.id, own.name)).collect();
    Err(match own.as_slice() {
        [] => Finding::TokenNoAccount.wrong(
            format!("{} belongs to no account", profile.name),
            format!("invite {} into account {account} (on the desk: Settings → Agents)", profile.email),
        ),
        [only] => Finding::TokenOtherAccount.wrong(
            format!("{found}, only to {only}"),
            format!("set the right account:\n  {variable}={}", profile.accounts[0].id),
        ),
        several => {
            let mend = format!("set {variable} to one of: {}", several.join(", "));
            Finding::TokenOtherAccount.wrong(found, mend)
        }
    })
}

fn suspended(patient: &Patient<'_>) -> Check {
    let found = format!("account {} is suspended", patient.settings.account);
    Finding::TokenAccountSuspended
        .wrong(found, "activate the account in the desk's super-admin console (/super_admin)")
}

async fn refused(patient: &Patient<'_>, error: &CallError) -> Check {
    let (token, account) = (patient.variable("CHATWOOT_TOKEN"), patient.settings.account);
    let found = error.fact();
    match error {
        CallError::BadToken { .. } => {
            let profile = format!("{}/app/accounts/{account}/profile/settings", patient.settings.base_url);
            let mend = format!(
                "sign in to the desk as hotdash's user, copy the access token at the end of the profile page into \
                 {token}:\n  {profile}"
            );
            Finding::TokenBad.wrong(found, mend)
        }
        CallError::MissingToken { .. } => dropped(patient, found).await,
        CallError::NotForBots { .. } => of_machine(patient, &token).await,
        CallError::AccountSuspended { .. } => suspended(patient),
        CallError::NotAMember { .. } => {
            let mend =
                format!("set {} to the account of the token's user", patient.variable("CHATWOOT_ACCOUNT_ID"));
            Finding::TokenOtherAccount.wrong(found, mend)
        }
        CallError::NotPermitted { .. } => {
            let mend = "give the token's user the role administrator (on the desk: Settings → Agents)";
            Finding::TokenNotPermitted.wrong(found, mend)
        }
        CallError::Forbidden { .. } | CallError::PaymentRequired { .. } => {
            let mend = "take a plan of Chatwoot with API access; hotdash needs it, and webhooks too";
            Finding::TokenApiClosed.wrong(found, mend)
        }
        _ => Finding::TokenRefused.wrong(
            error.to_string(),
            format!(
                "try it by hand:\n  curl -H \"Api-Access-Token: ${token}\" {}/api/v1/profile",
                patient.settings.base_url
            ),
        ),
    }
}

/// Chatwoot reads both spellings of the header as one; proxies do not.
async fn dropped(patient: &Patient<'_>, found: String) -> Check {
    let mend = "let the proxy in front of the desk pass the request header Api-Access-Token to Chatwoot";
    if patient.chatwoot.profile_underscored().await.is_ok() {
        let found =
            format!("{found}: a proxy drops Api-Access-Token, and lets {TOKEN_HEADER_UNDERSCORED} through");
        return Finding::TokenHyphenDropped.wrong(found, mend);
    }
    Finding::TokenDropped.wrong(format!("{found}: a proxy in front of it drops Api-Access-Token"), mend)
}

async fn of_machine(patient: &Patient<'_>, token: &str) -> Check {
    let mend =
        format!("set {token} to the access token of a person's account on the desk (an administrator's)");
    match patient.chatwoot.has_platform_token().await {
        Ok(true) => Finding::TokenOfPlatform
            .wrong("this is the token of a platform app, which opens no account", mend),
        _ => Finding::TokenOfBot
            .wrong("this is the token of an agent bot, which may not read conversations", mend),
    }
}
