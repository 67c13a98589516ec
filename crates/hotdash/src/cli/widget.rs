//! `hotdash widget`: the live chat on your own pages.

use super::desk_named;
use crate::app::Desk;
use crate::config::Config;
use crate::work::widget::{has_color, identify, policy, remarks, set_color, snippet, website};
use anyhow::Context;
use clap::Args;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Widget {
    /// The desk's key in the settings file, where there are several desks.
    #[arg(long)]
    desk: Option<String>,
    /// Print the hash that proves this user of your website to the desk, and nothing else. Calls nobody.
    #[arg(long, value_name = "IDENTIFIER", conflicts_with = "set_color")]
    identify: Option<String>,
    /// Give the inbox the colour in CHATWOOT_WIDGET_COLOR. Needs the token of an administrator.
    #[arg(long)]
    set_color: bool,
}

impl Widget {
    pub(super) async fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        let settings = desk_named(&config.desks, |desk| &desk.key, self.desk.as_deref())?;
        if let Some(identifier) = &self.identify {
            let hash = identify(settings, identifier).context(
                "CHATWOOT_WIDGET_HMAC_TOKEN is not set: copy it from the inbox's configuration on the desk",
            )?;
            println!("{hash}");
            return Ok(ExitCode::SUCCESS);
        }
        let desk = Desk::client(settings)?;
        let mut website = website(settings, &desk).await?;
        if self.set_color {
            set_color(settings, &desk, &mut website).await?;
        }
        let base = &settings.base_url;
        println!("Live chat of the inbox \"{}\" ({}) at {base}\n", website.name, website.id.0);
        println!("In each page, with a new NONCE each time the page is served:\n");
        println!("{}\n", snippet(base, &website.token));
        println!(
            "The header that the page needs for it; add these sources where a page has a policy already:\n"
        );
        println!("Content-Security-Policy: {}\n", policy(base).join("; "));
        println!(
            "'unsafe-inline' is for style sheets only: the desk's script writes its own. Without connect-src only the \
             sound is lost.\n"
        );
        print_identity();
        print_color(&settings.widget.color, &website.color, has_color(settings, &website));
        for remark in remarks(settings, &website, &config.public_url) {
            println!("\nNote: {remark}");
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn print_identity() {
    println!(
        "To say who is signed in, in a script with the nonce; compute HASH on your server, the token stays there:\n\n\
         \x20 addEventListener(\"chatwoot:ready\", () =>\n\
         \x20   window.$chatwoot.setUser(\"IDENTIFIER\", {{ name: \"NAME\", identifier_hash: \"HASH\" }}));\n\n\
         HASH is the lower-case hex HMAC-SHA256 of IDENTIFIER, keyed with the inbox's HMAC token:\n\n\
         \x20 hotdash widget --identify IDENTIFIER\n\
         \x20 printf %s IDENTIFIER | openssl dgst -sha256 -hmac \"$CHATWOOT_WIDGET_HMAC_TOKEN\"\n"
    );
}

/// A page cannot choose the colour.
fn print_color(wished: &str, color: &str, is_wished: bool) {
    if is_wished {
        println!("Colour: {color}, which is the inbox's own; no script can change it.");
    } else {
        println!(
            "Colour: {color}, which is the inbox's own; no script can change it. CHATWOOT_WIDGET_COLOR is {wished}:\n\
             `hotdash widget --set-color` gives the inbox that colour, for all of its pages."
        );
    }
}
