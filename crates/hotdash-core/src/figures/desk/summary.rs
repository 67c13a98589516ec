//! Summaries: of one scope with the period before, and of all inboxes, agents, teams, labels or channels at once.

use super::{Ask, Desk, NotAnswered, Period, Scope};
use crate::conversation::Status;
use crate::facts::{ConversationFacts, Fact, FactKind};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A plain mean; `None` of nothing.
pub(super) fn mean(values: impl Iterator<Item = i64>) -> Option<f64> {
    let (mut count, mut sum) = (0_i64, 0_i64);
    for value in values {
        count += 1;
        sum += value;
    }
    #[expect(clippy::cast_precision_loss, reason = "sums of seconds stay far below 2^53")]
    let mean = sum as f64 / count as f64;
    (count > 0).then_some(mean)
}

/// A span's seconds by the wanted clock; unknown working hours count as the desk counts missing ones.
pub(super) fn seconds(fact: &Fact, business: bool) -> i64 {
    if business { fact.business.unwrap_or(0) } else { fact.seconds.unwrap_or(0) }
}

impl Desk<'_> {
    pub(super) fn summary(&self, ask: &Ask) -> Result<Value, NotAnswered> {
        ask.only(&["type", "id", "business_hours", "group_by", "timezone_offset"])?;
        let (scope, period) = (ask.scope(self.settings)?, ask.period()?);
        let mut answer = self.summary_of(&scope, period, ask.is_business());
        answer["previous"] = self.summary_of(&scope, period.before(), ask.is_business());
        Ok(answer)
    }

    fn summary_of(&self, scope: &Scope, period: Period, business: bool) -> Value {
        let average = |kind| self.average(kind, scope, period, business);
        json!({
            "conversations_count": self.began(scope, period).count(),
            "incoming_messages_count": self.events(FactKind::MessageIn, scope, period).count(),
            "outgoing_messages_count": self.events(FactKind::MessageOut, scope, period).count(),
            "avg_first_response_time": average(FactKind::FirstResponse),
            "avg_resolution_time": average(FactKind::Resolved),
            "resolutions_count": self.events(FactKind::Resolved, scope, period).count(),
            "reply_time": average(FactKind::ReplyTime),
        })
    }

    fn average(&self, kind: FactKind, scope: &Scope, period: Period, business: bool) -> Option<f64> {
        mean(self.events(kind, scope, period).map(|(_, fact)| seconds(fact, business)))
    }

    pub(super) fn summaries(&self, by: &str, ask: &Ask) -> Result<Value, NotAnswered> {
        ask.only(&["business_hours"])?;
        let (period, business) = (ask.period()?, ask.is_business());
        let settings = self.settings;
        let row = |id: i64, scope: &Scope| {
            let average = |kind| self.average(kind, scope, period, business);
            json!({
                "id": id,
                "conversations_count": self.began(scope, period).count(),
                "resolved_conversations_count": self.events(FactKind::Resolved, scope, period).count(),
                "avg_resolution_time": average(FactKind::Resolved),
                "avg_first_response_time": average(FactKind::FirstResponse),
                "avg_reply_time": average(FactKind::ReplyTime),
            })
        };
        Ok(match by {
            "inbox" => settings.inboxes.keys().map(|id| row(id.0, &Scope::Inbox(*id))).collect(),
            "agent" => settings.agents.keys().map(|id| row(id.0, &Scope::Agent(*id))).collect(),
            "team" => settings.teams.keys().map(|id| row(id.0, &Scope::Team(*id))).collect(),
            "label" => {
                let labels = settings.labels.iter();
                labels.map(|(id, title)| self.label_row(*id, title, period, business)).collect()
            }
            "channel" => self.channels(period),
            other => return Err(NotAnswered::Report(format!("summary_reports/{other}"))),
        })
    }

    /// Of labels the desk averages whatever happened, whenever, in conversations that began in the period; resolutions
    /// are counted by when they happened. Nothing to average is 0 here.
    fn label_row(&self, id: i64, title: &str, period: Period, business: bool) -> Value {
        let scope = Scope::Label(title.to_owned());
        let average = |kind| {
            let facts = self.began(&scope, period).flat_map(|c| c.of(kind));
            mean(facts.map(|fact| seconds(fact, business))).unwrap_or(0.0)
        };
        json!({
            "id": id,
            "name": title,
            "conversations_count": self.began(&scope, period).count(),
            "avg_resolution_time": average(FactKind::Resolved),
            "avg_first_response_time": average(FactKind::FirstResponse),
            "avg_reply_time": average(FactKind::ReplyTime),
            "resolved_conversations_count": self.events(FactKind::Resolved, &scope, period).count(),
        })
    }

    /// Conversations that began in the period, by the status they have now.
    fn channels(&self, period: Period) -> Value {
        let mut channels: BTreeMap<String, Vec<&ConversationFacts>> = BTreeMap::new();
        for c in self.began(&Scope::Account, period) {
            channels.entry(self.channel_type(c)).or_default().push(c);
        }
        let row = |all: Vec<&ConversationFacts>| {
            let count = |status| all.iter().filter(|c| c.status == status).count();
            json!({
                "open": count(Status::Open),
                "resolved": count(Status::Resolved),
                "pending": count(Status::Pending),
                "snoozed": count(Status::Snoozed),
                "total": all.len(),
            })
        };
        let rows: Map<String, Value> = channels.into_iter().map(|(name, all)| (name, row(all))).collect();
        Value::Object(rows)
    }
}
