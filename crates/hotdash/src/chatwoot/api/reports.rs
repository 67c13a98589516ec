//! The desk's own reports, as they are. For administrators only; a desk answers a hundred a minute.

use super::{As, CallError, Chatwoot};
use http::Method;
use serde_json::Value;

/// Which report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportPath {
    Summary,
    AllAgents,
    AllInboxes,
    AllTeams,
    AllLabels,
    Channels,
    Series,
    BotSummary,
    BotMetrics,
    Distribution,
    Matrix,
    Outgoing,
    Live,
    Csat,
}

impl ReportPath {
    /// Its path, with `{account}` for the account.
    #[must_use]
    pub fn template(self) -> &'static str {
        match self {
            Self::Summary => "/api/v2/accounts/{account}/reports/summary",
            Self::AllAgents => "/api/v2/accounts/{account}/summary_reports/agent",
            Self::AllInboxes => "/api/v2/accounts/{account}/summary_reports/inbox",
            Self::AllTeams => "/api/v2/accounts/{account}/summary_reports/team",
            Self::AllLabels => "/api/v2/accounts/{account}/summary_reports/label",
            Self::Channels => "/api/v2/accounts/{account}/summary_reports/channel",
            Self::Series => "/api/v2/accounts/{account}/reports",
            Self::BotSummary => "/api/v2/accounts/{account}/reports/bot_summary",
            Self::BotMetrics => "/api/v2/accounts/{account}/reports/bot_metrics",
            Self::Distribution => "/api/v2/accounts/{account}/reports/first_response_time_distribution",
            Self::Matrix => "/api/v2/accounts/{account}/reports/inbox_label_matrix",
            Self::Outgoing => "/api/v2/accounts/{account}/reports/outgoing_messages_count",
            Self::Live => "/api/v2/accounts/{account}/reports/conversations",
            Self::Csat => "/api/v1/accounts/{account}/csat_survey_responses/metrics",
        }
    }
}

impl Chatwoot {
    /// What the desk answers to a report, with its query.
    ///
    /// # Errors
    /// [`CallError`]; `NotPermitted` for the token of an agent, `NoSuchThing` where the desk is too old for it.
    pub async fn report(
        &self,
        path: ReportPath,
        query: &[(&'static str, String)],
    ) -> Result<Value, CallError> {
        let call = self.in_account(Method::GET, path.template());
        let call = query.iter().fold(call, |call, (name, value)| call.asking(name, value));
        self.repeated(&call, None, As::Ourselves).await?.parse()
    }
}
