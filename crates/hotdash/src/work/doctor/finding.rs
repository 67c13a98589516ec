//! Everything the doctor can find, by name; and what is told of it.

use serde::Serialize;

/// Names each finding once: the link of the chain it belongs to, and the code by which machines and the documents know it.
macro_rules! findings {
    ($($link:literal: $($finding:ident = $code:literal),+;)+) => {
        /// A finding that is not "well".
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Finding {
            $($($finding),+),+
        }

        impl Finding {
            /// Every finding.
            pub const ALL: &[Self] = &[$($(Self::$finding),+),+];

            /// Which link of the chain it belongs to.
            #[must_use]
            pub fn link(self) -> &'static str {
                match self {
                    $($(Self::$finding)|+ => $link,)+
                }
            }

            /// The name that does not change from version to version.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self {
                    $($(Self::$finding => $code),+),+
                }
            }
        }
    };
}

findings! {
    "database":
        DatabaseClosed = "database_closed",
        DatabaseFull = "database_full",
        DatabaseReadOnly = "database_read_only";
    "queue":
        QueueDeadLetters = "queue_dead_letters",
        QueueStuck = "queue_stuck";
    "model":
        ModelUnreachable = "model_unreachable",
        ModelBadKey = "model_bad_key",
        ModelUnknown = "model_unknown",
        ModelFailing = "model_failing";
    "mail":
        MailNotAnAddress = "mail_not_an_address",
        MailUnreachable = "mail_unreachable",
        MailNoTls = "mail_no_tls",
        MailBadLogin = "mail_bad_login",
        MailRefuses = "mail_refuses",
        MailBusy = "mail_busy";
    "chat":
        ChatNotAnAddress = "chat_not_an_address",
        ChatUnreachable = "chat_unreachable";
    "address":
        AddressUnspecified = "address_unspecified",
        AddressListensElsewhere = "address_listens_elsewhere",
        AddressUnknownHost = "address_unknown_host",
        AddressNotRunning = "address_not_running",
        AddressNothingThere = "address_nothing_there",
        AddressNotSecure = "address_not_secure",
        AddressRedirects = "address_redirects",
        AddressLoginPage = "address_login_page",
        AddressProxyAlone = "address_proxy_alone",
        AddressOtherAnswer = "address_other_answer";
    "desk":
        DeskAddressUnusable = "desk_address_unusable",
        DeskDnsFailed = "desk_dns_failed",
        DeskConnectionRefused = "desk_connection_refused",
        DeskConnectTimedOut = "desk_connect_timed_out",
        DeskTlsFailed = "desk_tls_failed",
        DeskTimedOut = "desk_timed_out",
        DeskCutOff = "desk_cut_off",
        DeskNoChatwoot = "desk_no_chatwoot",
        DeskDashboardAddress = "desk_dashboard_address",
        DeskRedirects = "desk_redirects",
        DeskRefuses = "desk_refuses",
        DeskLimitsCalls = "desk_limits_calls",
        DeskFailing = "desk_failing",
        DeskSlow = "desk_slow";
    "clock":
        ClockOff = "clock_off",
        ClockTooFarOff = "clock_too_far_off";
    "token":
        TokenBad = "token_bad",
        TokenDropped = "token_dropped",
        TokenHyphenDropped = "token_hyphen_dropped",
        TokenOfBot = "token_of_bot",
        TokenOfPlatform = "token_of_platform",
        TokenOtherAccount = "token_other_account",
        TokenNoAccount = "token_no_account",
        TokenAccountSuspended = "token_account_suspended",
        TokenApiClosed = "token_api_closed",
        TokenNotPermitted = "token_not_permitted",
        TokenRefused = "token_refused",
        TokenOfAgent = "token_of_agent";
    "webhook":
        WebhookMissing = "webhook_missing",
        WebhookOtherHost = "webhook_other_host",
        WebhookOtherScheme = "webhook_other_scheme",
        WebhookWrongPath = "webhook_wrong_path",
        WebhookWrongUrlToken = "webhook_wrong_url_token",
        WebhookTwice = "webhook_twice",
        WebhookEventsMissing = "webhook_events_missing",
        WebhookOfInbox = "webhook_of_inbox",
        WebhookAtInbox = "webhook_at_inbox",
        WebhookAtBot = "webhook_at_bot",
        WebhookPrivateAddress = "webhook_private_address",
        WebhookLoopbackAddress = "webhook_loopback_address",
        WebhookUnreadable = "webhook_unreadable";
    "secret":
        SecretNotSigning = "secret_not_signing",
        SecretEmpty = "secret_empty",
        SecretNotSet = "secret_not_set",
        SecretQuoted = "secret_quoted",
        SecretCut = "secret_cut",
        SecretIsAccessToken = "secret_is_access_token",
        SecretIsInboxSecret = "secret_is_inbox_secret",
        SecretIsHmacToken = "secret_is_hmac_token",
        SecretIsBots = "secret_is_bots",
        SecretIsOtherWebhooks = "secret_is_other_webhooks",
        SecretWrong = "secret_wrong",
        SecretLeftOver = "secret_left_over";
    "widget":
        WidgetUnknownToken = "widget_unknown_token",
        WidgetHmacTokenWrong = "widget_hmac_token_wrong",
        WidgetHmacTokenMissing = "widget_hmac_token_missing",
        WidgetDomainNotAllowed = "widget_domain_not_allowed",
        WidgetOtherColor = "widget_other_color",
        WidgetScriptMissing = "widget_script_missing",
        WidgetBlockedByPolicy = "widget_blocked_by_policy",
        WidgetUnreadable = "widget_unreadable";
    "bots":
        BotsAnswerFirst = "bots_answer_first",
        BotsUnreadable = "bots_unreadable";
    "agents":
        AgentsFileWrong = "agents_file_wrong",
        AgentsUnknown = "agents_unknown",
        AgentsUnreadable = "agents_unreadable";
    "delivery":
        DeliveryUnreadable = "delivery_unreadable",
        DeliveryNoSignature = "delivery_no_signature",
        DeliveryHeadersDropped = "delivery_headers_dropped",
        DeliveryNoTimestamp = "delivery_no_timestamp",
        DeliveryClockOff = "delivery_clock_off",
        DeliveryOtherSecret = "delivery_other_secret",
        DeliveryBodyOnly = "delivery_body_only",
        DeliveryOtherEncoding = "delivery_other_encoding",
        DeliveryRewritten = "delivery_rewritten",
        DeliveryLineEnd = "delivery_line_end",
        DeliveryWrongSecret = "delivery_wrong_secret";
}

/// One link of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The link's name.
    pub name: &'static str,
    /// The finding's code; `well` and `not_tried` are none.
    pub code: &'static str,
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// What to do; empty when all is well. A line that begins with two spaces is to be copied as it is.
    pub mend: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Well,
    /// `--fix` mended it just now.
    Mended,
    /// Works, but something should be done.
    Warning,
    Wrong,
    /// Could not be tried because an earlier link is broken.
    Unknown,
}

impl Check {
    pub(super) fn well(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, code: "well", verdict: Verdict::Well, found: found.into(), mend: String::new() }
    }

    pub(super) fn not_tried(name: &'static str, why: &str) -> Self {
        let found = format!("not tried: {why}");
        Self { name, code: "not_tried", verdict: Verdict::Unknown, found, mend: String::new() }
    }
}

impl Finding {
    pub(super) fn wrong(self, found: impl Into<String>, mend: impl Into<String>) -> Check {
        self.check(Verdict::Wrong, found, mend)
    }

    pub(super) fn warning(self, found: impl Into<String>, mend: impl Into<String>) -> Check {
        self.check(Verdict::Warning, found, mend)
    }

    /// What was wrong is right now.
    pub(super) fn mended(self, found: impl Into<String>) -> Check {
        self.check(Verdict::Mended, found, "")
    }

    fn check(self, verdict: Verdict, found: impl Into<String>, mend: impl Into<String>) -> Check {
        Check { name: self.link(), code: self.code(), verdict, found: found.into(), mend: mend.into() }
    }
}
