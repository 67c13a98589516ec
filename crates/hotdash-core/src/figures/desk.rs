//! The desk's own reports, answered from facts.
//!
//! A report is asked for by the path that Chatwoot has for it, so whatever was recorded or is asked live can be answered
//! here too. A path or parameter that is not known is refused by name: a figure is never compared with one of another
//! meaning.

mod ask;
mod series;
mod summary;

pub use ask::{Ask, NotAnswered};

use crate::conversation::{Channel, Status};
use crate::facts::{ConversationFacts, Fact, FactKind, Settings};
use crate::ids::{AgentId, InboxId, TeamId};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What a desk's figures are made of.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    pub facts: &'a [ConversationFacts],
    pub settings: &'a Settings,
    /// When the reports were asked for: a zone is chosen by its offset of that day.
    pub today: Timestamp,
}

/// Seconds since 1970, the end excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub since: i64,
    pub until: i64,
}

impl Period {
    fn has(&self, micros: i64) -> bool {
        (self.since..self.until).contains(&micros.div_euclid(1_000_000))
    }

    fn before(&self) -> Self {
        Self { since: self.since - (self.until - self.since), until: self.since }
    }
}

/// Of what a report is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    Account,
    Inbox(InboxId),
    Agent(AgentId),
    Team(TeamId),
    Label(String),
}

impl Scope {
    /// Conversations are an agent's or a team's by who has them **now**, whoever had them then.
    fn has(&self, c: &ConversationFacts) -> bool {
        match self {
            Self::Agent(agent) => c.assignee == Some(*agent),
            _ => self.could_have(c),
        }
    }

    fn could_have(&self, c: &ConversationFacts) -> bool {
        match self {
            Self::Account | Self::Agent(_) => true,
            Self::Inbox(inbox) => c.inbox == *inbox,
            Self::Team(team) => c.team == Some(*team),
            Self::Label(label) => c.labels.iter().any(|l| l == label),
        }
    }

    /// Events are an agent's by whom they were credited to, messages by who wrote them.
    fn credits(&self, fact: &Fact) -> bool {
        match self {
            Self::Agent(agent) => fact.agent == Some(*agent),
            _ => true,
        }
    }
}

impl<'a> Desk<'a> {
    /// What the desk's report of this path (with its query) should say.
    ///
    /// # Errors
    /// [`NotAnswered`] names what of the path is not known here.
    pub fn answer(&self, path: &str) -> Result<Value, NotAnswered> {
        let ask = Ask::read(path)?;
        let report = ask.report().to_owned();
        if let Some(by) = report.strip_prefix("summary_reports/") {
            return self.summaries(by, &ask);
        }
        match report.as_str() {
            "reports" => self.series(&ask),
            "reports/summary" => self.summary(&ask),
            "reports/bot_summary" => self.bot_summary(&ask),
            "reports/bot_metrics" => Ok(self.bot_metrics(ask.only(&[])?.period()?)),
            "reports/conversations" => self.live(&ask),
            "reports/first_response_time_distribution" => Ok(self.distribution(ask.only(&[])?.period()?)),
            "reports/inbox_label_matrix" => Ok(self.matrix(ask.only(&[])?.period()?)),
            "reports/outgoing_messages_count" => self.outgoing(&ask),
            "csat_survey_responses/metrics" => Ok(self.csat(ask.only(&[])?.period()?)),
            "conversations/meta" => self.meta(&ask),
            _ => Err(NotAnswered::Report(report)),
        }
    }

    /// Facts of a kind in a period and scope. Nobody of the desk writes to the desk, so of an agent nothing comes in.
    fn events<'s>(
        &self,
        kind: FactKind,
        scope: &'s Scope,
        period: Period,
    ) -> impl Iterator<Item = (&'s ConversationFacts, &'s Fact)> + use<'s>
    where
        'a: 's,
    {
        let facts: &'s [ConversationFacts] = self.facts;
        let conversations = facts.iter().filter(move |c| scope.could_have(c));
        let facts = conversations.flat_map(move |c| c.of(kind).map(move |fact| (c, fact)));
        facts.filter(move |(_, fact)| period.has(fact.at) && scope.credits(fact))
    }

    /// Conversations that began in a period.
    fn began<'s>(
        &self,
        scope: &'s Scope,
        period: Period,
    ) -> impl Iterator<Item = &'s ConversationFacts> + use<'s>
    where
        'a: 's,
    {
        let facts: &'s [ConversationFacts] = self.facts;
        facts.iter().filter(move |c| scope.has(c) && period.has(c.created_at))
    }

    /// Chatwoot's name of a conversation's channel.
    fn channel_type(&self, c: &ConversationFacts) -> String {
        let told = self.settings.inboxes.get(&c.inbox).and_then(|inbox| inbox.channel_type.clone());
        told.unwrap_or_else(|| channel_type(&c.channel).to_owned())
    }

    fn has_bot(&self, c: &ConversationFacts) -> bool {
        self.settings.inboxes.get(&c.inbox).is_some_and(|inbox| inbox.has_bot == Some(true))
    }

    fn bot_summary(&self, ask: &Ask) -> Result<Value, NotAnswered> {
        ask.only(&["type", "id", "business_hours"])?;
        let (scope, period) = (ask.scope(self.settings)?, ask.period()?);
        let counts = |period| {
            let count = |kind| self.events(kind, &scope, period).count();
            json!({
                "bot_resolutions_count": self.bot_resolutions(&scope, period).count(),
                "bot_handoffs_count": count(FactKind::BotHandoff),
            })
        };
        let mut answer = counts(period);
        answer["previous"] = counts(period.before());
        Ok(answer)
    }

    /// What a bot resolved, without conversations that it also gave to people in the period (4.14.0 and later).
    fn bot_resolutions<'s>(
        &self,
        scope: &'s Scope,
        period: Period,
    ) -> impl Iterator<Item = (&'s ConversationFacts, &'s Fact)> + use<'s>
    where
        'a: 's,
    {
        let resolved = self.events(FactKind::BotResolved, scope, period);
        resolved.filter(move |(c, _)| !c.of(FactKind::BotHandoff).any(|fact| period.has(fact.at)))
    }

    /// Conversations of inboxes that have a bot now; what bots did is counted wherever they did it.
    fn bot_metrics(&self, period: Period) -> Value {
        let (mut count, mut messages) = (0_usize, 0_usize);
        for c in self.began(&Scope::Account, period).filter(|c| self.has_bot(c)) {
            count += 1;
            messages += c.of(FactKind::MessageOut).filter(|fact| period.has(fact.at)).count();
        }
        let resolved = self.bot_resolutions(&Scope::Account, period).filter(|(c, _)| self.has_bot(c)).count();
        let handoffs = self.events(FactKind::BotHandoff, &Scope::Account, period);
        let handoffs = handoffs.filter(|(c, _)| self.has_bot(c)).count();
        let rate = |part: usize| (part * 100).checked_div(count).unwrap_or(0);
        json!({
            "conversation_count": count,
            "message_count": messages,
            "resolution_rate": rate(resolved),
            "handoff_rate": rate(handoffs),
        })
    }

    /// How it stands now, whatever the period.
    fn live(&self, ask: &Ask) -> Result<Value, NotAnswered> {
        ask.only(&["type", "since", "until"])?;
        let is_unattended = |c: &&ConversationFacts| !c.is_answered || c.waiting_since.is_some();
        let open = || self.facts.iter().filter(|c| c.status == Status::Open);
        match ask.value("type") {
            Some("account") => Ok(json!({
                "open": open().count(),
                "unattended": open().filter(is_unattended).count(),
                "unassigned": open().filter(|c| c.assignee.is_none()).count(),
                "pending": self.facts.iter().filter(|c| c.status == Status::Pending).count(),
            })),
            Some("agent") => {
                let agents = self.settings.agents.keys().map(|agent| {
                    let mine = || open().filter(|c| c.assignee == Some(*agent));
                    let unattended = mine().filter(is_unattended).count();
                    json!({ "id": agent, "metric": { "open": mine().count(), "unattended": unattended } })
                });
                Ok(agents.collect())
            }
            other => Err(NotAnswered::Value("type", other.unwrap_or_default().to_owned())),
        }
    }

    fn distribution(&self, period: Period) -> Value {
        const BUCKETS: [(&str, i64); 5] =
            [("0-1h", 3600), ("1-4h", 14_400), ("4-8h", 28_800), ("8-24h", 86_400), ("24h+", i64::MAX)];
        let mut channels: BTreeMap<String, [usize; 5]> = BTreeMap::new();
        for (c, fact) in self.events(FactKind::FirstResponse, &Scope::Account, period) {
            let seconds = fact.seconds.unwrap_or(0);
            let bucket = BUCKETS.iter().position(|(_, end)| seconds < *end).unwrap_or(4);
            channels.entry(self.channel_type(c)).or_default()[bucket] += 1;
        }
        let names = BUCKETS.map(|(name, _)| name);
        let named = |counts: [usize; 5]| -> Value {
            names.iter().zip(counts).map(|(name, count)| ((*name).to_owned(), json!(count))).collect()
        };
        channels.into_iter().map(|(channel, counts)| (channel, named(counts))).collect()
    }

    fn matrix(&self, period: Period) -> Value {
        let mut inboxes: Vec<(&str, InboxId)> =
            self.settings.inboxes.iter().map(|(id, inbox)| (inbox.name.as_str(), *id)).collect();
        inboxes.sort_unstable();
        let mut labels: Vec<(&str, i64)> =
            self.settings.labels.iter().map(|(id, title)| (title.as_str(), *id)).collect();
        labels.sort_unstable();
        let cell = |inbox: InboxId, label: &str| {
            let mine = |c: &&ConversationFacts| c.inbox == inbox && c.labels.iter().any(|l| l == label);
            self.began(&Scope::Account, period).filter(mine).count()
        };
        let row = |inbox| labels.iter().map(|(label, _)| cell(inbox, label)).collect::<Vec<_>>();
        json!({
            "inboxes": inboxes.iter().map(|(name, id)| json!({"id": id, "name": name})).collect::<Vec<_>>(),
            "labels": labels.iter().map(|(title, id)| json!({"id": id, "title": title})).collect::<Vec<_>>(),
            "matrix": inboxes.iter().map(|(_, id)| row(*id)).collect::<Vec<_>>(),
        })
    }

    /// Notes and bots' messages included; of an agent what they wrote themselves.
    fn outgoing(&self, ask: &Ask) -> Result<Value, NotAnswered> {
        ask.only(&["group_by"])?;
        let period = ask.period()?;
        let by = ask.value("group_by").unwrap_or_default().to_owned();
        let scopes: Vec<(i64, Scope)> = match by.as_str() {
            "agent" => self.settings.agents.keys().map(|id| (id.0, Scope::Agent(*id))).collect(),
            "inbox" => self.settings.inboxes.keys().map(|id| (id.0, Scope::Inbox(*id))).collect(),
            "team" => self.settings.teams.keys().map(|id| (id.0, Scope::Team(*id))).collect(),
            "label" => {
                let labels = self.settings.labels.iter();
                labels.map(|(id, title)| (*id, Scope::Label(title.clone()))).collect()
            }
            _ => return Err(NotAnswered::Value("group_by", by)),
        };
        let counted =
            scopes.iter().map(|(id, scope)| (id, self.events(FactKind::MessageOut, scope, period).count()));
        // Who wrote nothing is left out.
        let counted = counted.filter(|(_, count)| *count > 0);
        Ok(counted.map(|(id, count)| json!({ "id": id, "outgoing_messages_count": count })).collect())
    }

    fn csat(&self, period: Period) -> Value {
        let mut ratings: BTreeMap<u8, usize> = BTreeMap::new();
        for (_, fact) in self.events(FactKind::SurveyAnswered, &Scope::Account, period) {
            *ratings.entry(fact.rating.unwrap_or(0)).or_default() += 1;
        }
        let counts: Map<String, Value> =
            ratings.iter().map(|(rating, count)| (rating.to_string(), json!(count))).collect();
        json!({
            "total_count": ratings.values().sum::<usize>(),
            "ratings_count": counts,
            "total_sent_messages_count": self.events(FactKind::SurveySent, &Scope::Account, period).count(),
        })
    }

    /// How many conversations there are now. How many are "mine" depends on whose token asked, so it is left out.
    fn meta(&self, ask: &Ask) -> Result<Value, NotAnswered> {
        ask.only(&["status"])?;
        let status = ask.value("status").unwrap_or("open").to_owned();
        let wanted = match status.as_str() {
            "all" => None,
            "open" => Some(Status::Open),
            "resolved" => Some(Status::Resolved),
            "pending" => Some(Status::Pending),
            "snoozed" => Some(Status::Snoozed),
            _ => return Err(NotAnswered::Value("status", status)),
        };
        let listed = || self.facts.iter().filter(|c| wanted.is_none_or(|wanted| c.status == wanted));
        let assigned = listed().filter(|c| c.assignee.is_some()).count();
        let all = listed().count();
        Ok(json!({ "meta": {
            "assigned_count": assigned, "unassigned_count": all - assigned, "all_count": all,
        }}))
    }
}

fn channel_type(channel: &Channel) -> &str {
    match channel {
        Channel::WebWidget => "Channel::WebWidget",
        Channel::Email => "Channel::Email",
        Channel::Api => "Channel::Api",
        Channel::Sms => "Channel::Sms",
        Channel::Whatsapp => "Channel::Whatsapp",
        Channel::Facebook => "Channel::FacebookPage",
        Channel::Instagram => "Channel::Instagram",
        Channel::Telegram => "Channel::Telegram",
        Channel::Line => "Channel::Line",
        Channel::Twitter => "Channel::TwitterProfile",
        Channel::Tiktok => "Channel::Tiktok",
        Channel::Other(name) => name,
    }
}

#[cfg(test)]
pub(super) mod tests;
