//! A desk that can be asked: its own reports of a period beside what is stored.

use crate::app::{App, Desk};
use crate::chatwoot::api::{CallError, ReportPath};
use crate::store::StoreError;
use crate::work::facts::{facts, settings_of};
use hotdash_core::facts::Settings;
use hotdash_core::figures::check::{Check, Skipped, Source, Surroundings};
use hotdash_core::figures::desk::{self, Period};

/// Why a desk cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum NotCompared {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0}; reports are for administrators only")]
    Call(#[from] CallError),
    #[error(
        "nothing is known of the desk's inboxes, agents and labels: run `hotdash backfill --since TIME` first"
    )]
    NoRoster,
}

/// Ask the desk for its reports of a period and compare them with what is stored here.
///
/// # Errors
/// [`NotCompared`].
pub async fn check(app: &App, desk: &Desk, period: Period) -> Result<Check, NotCompared> {
    let settings = settings_of(&app.store, desk.id).await?;
    if settings.inboxes.is_empty() {
        return Err(NotCompared::NoRoster);
    }
    let chatwoot = desk.chatwoot.in_background();
    let mut check = Check::default();
    let around = Surroundings::default();
    for report in asked_for(&settings, period) {
        let theirs = match chatwoot.report(report.path, &report.query).await {
            Ok(theirs) => theirs,
            // Older desks lack the newer reports.
            Err(error @ CallError::NoSuchThing { .. }) => {
                check.skipped.push(Skipped { report: report.name, why: error.to_string() });
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        // What happened while the desk was asked is on its way here, or here already.
        let facts = facts(&app.store, desk.id, app.clock.now_ms()).await?;
        let ours = desk::Desk { facts: &facts, settings: &settings, today: app.clock.now() };
        let path = report.whole_path(desk.settings.account);
        check.compare(Source::Store, &report.name, &path, &theirs, ours, &around);
    }
    Ok(check)
}

/// A report to ask for.
struct Report {
    name: String,
    path: ReportPath,
    query: Vec<(&'static str, String)>,
}

impl Report {
    /// As the desk has it, to answer the same from our facts.
    fn whole_path(&self, account: i64) -> String {
        let query: Vec<String> = self.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let path = self.path.template().replace("{account}", &account.to_string());
        format!("{path}?{}", query.join("&"))
    }
}

/// Every report of a period that has a counterpart here.
fn asked_for(settings: &Settings, period: Period) -> Vec<Report> {
    use ReportPath as P;
    let mut reports: Vec<Report> = Vec::new();
    let mut ask = |name: String, path: ReportPath, query: &[(&'static str, String)]| {
        let mut query = query.to_vec();
        // How it stands now is of no period.
        if path != P::Live {
            query.push(("since", period.since.to_string()));
            query.push(("until", period.until.to_string()));
        }
        reports.push(Report { name, path, query });
    };
    let text = |value: &str| value.to_owned();
    let mut scopes: Vec<(&str, i64)> = Vec::new();
    scopes.extend(settings.inboxes.keys().map(|id| ("inbox", id.0)));
    scopes.extend(settings.agents.keys().map(|id| ("agent", id.0)));
    scopes.extend(settings.teams.keys().map(|id| ("team", id.0)));
    scopes.extend(settings.labels.keys().map(|id| ("label", *id)));
    for business in [false, true] {
        let suffix = if business { "-business" } else { "" };
        let hours = business.then(|| ("business_hours", text("true")));
        let with = |query: Vec<(&'static str, String)>| -> Vec<(&'static str, String)> {
            query.into_iter().chain(hours.clone()).collect()
        };
        ask(format!("summary-account{suffix}"), P::Summary, &with(vec![("type", text("account"))]));
        for (kind, id) in &scopes {
            let query = with(vec![("type", text(kind)), ("id", id.to_string())]);
            ask(format!("summary-{kind}-{id}{suffix}"), P::Summary, &query);
        }
        ask(format!("all-agents{suffix}"), P::AllAgents, &with(Vec::new()));
        ask(format!("all-inboxes{suffix}"), P::AllInboxes, &with(Vec::new()));
        ask(format!("all-teams{suffix}"), P::AllTeams, &with(Vec::new()));
        ask(format!("all-labels{suffix}"), P::AllLabels, &with(Vec::new()));
        let averages = ["avg_first_response_time", "avg_resolution_time", "reply_time"];
        let counts = [
            "conversations_count",
            "incoming_messages_count",
            "outgoing_messages_count",
            "resolutions_count",
            "bot_resolutions_count",
            "bot_handoffs_count",
        ];
        // What is counted is the same in either time.
        let metrics = averages.into_iter().chain(counts.into_iter().filter(|_| !business));
        for metric in metrics {
            let query = [("metric", metric), ("type", "account"), ("group_by", "day")];
            let query = with(query.map(|(name, value)| (name, text(value))).into());
            ask(format!("daily-{metric}{suffix}"), P::Series, &query);
        }
    }
    ask(text("bot-summary"), P::BotSummary, &[("type", text("account"))]);
    ask(text("bot-metrics"), P::BotMetrics, &[]);
    ask(text("first-response-distribution"), P::Distribution, &[]);
    ask(text("channels"), P::Channels, &[]);
    ask(text("inbox-label-matrix"), P::Matrix, &[]);
    ask(text("outgoing-by-agent"), P::Outgoing, &[("group_by", text("agent"))]);
    ask(text("live"), P::Live, &[("type", text("account"))]);
    ask(text("csat-metrics"), P::Csat, &[]);
    reports
}
