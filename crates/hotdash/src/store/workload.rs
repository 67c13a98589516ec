//! What people have to do: the conversations they have, and those that were just given to them and do not show it yet.

use super::{Store, StoreError};
use crate::clock::first_id_at;
use crate::store::effects::Change;
use hotdash_core::conversation::{Priority, Status};
use hotdash_core::ids::{AgentId, ConversationId, DeskId};
use std::collections::BTreeMap;

/// A wish to assign is tried no longer than an hour; what is older is history.
const WISHES_MS: i64 = 2 * 3_600_000;
/// So long after an assignment its delivery, or our own look, has shown it.
const SHOWN_MS: i64 = 120_000;

/// Conversations of the same kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    pub status: Status,
    pub priority: Option<Priority>,
    pub count: u32,
}

/// What everybody has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Workload {
    pub of: BTreeMap<AgentId, Vec<Share>>,
    /// Assignments that are wanted and not known to the desk yet.
    pub under_way: BTreeMap<ConversationId, AgentId>,
}

impl Store {
    /// The open and pending conversations of everybody. Whoever gives out turns reads the rotation first: then a turn that
    /// is still the last one when it is taken had every earlier assignment in sight.
    pub async fn workload(&self, desk: DeskId, now_ms: i64) -> Result<Workload, StoreError> {
        let mut workload = Workload::default();
        let shares = self
            .read(
                "SELECT assignee, status, priority, CAST(count(*) AS BIGINT) FROM conversations
                 WHERE desk = $1 AND assignee IS NOT NULL AND status IN ('open', 'pending')
                 GROUP BY assignee, status, priority",
                vec![desk.0.into()],
            )
            .await?;
        for row in shares {
            let share = Share {
                status: status(&row.text(1)?),
                priority: priority(row.opt_text(2)?.as_deref()),
                count: u32::try_from(row.int(3)?).unwrap_or(u32::MAX),
            };
            workload.of.entry(AgentId(row.int(0)?)).or_default().push(share);
        }
        let given = self
            .read(
                "SELECT e.conversation, e.body, e.state, c.status, c.priority, c.assignee
                 FROM effects e LEFT JOIN conversations c ON c.desk = e.desk AND c.id = e.conversation
                 WHERE e.desk = $1 AND e.kind = 'assign_agent' AND e.id > $2
                   AND (e.state IN ('pending', 'sending')
                        OR (e.state = 'done' AND e.outcome = 'assigned' AND e.settled_at > $3))
                 ORDER BY e.id",
                vec![desk.0.into(), first_id_at(now_ms - WISHES_MS).into(), (now_ms - SHOWN_MS).into()],
            )
            .await?;
        let mut last: BTreeMap<ConversationId, (AgentId, Share)> = BTreeMap::new();
        for row in given {
            let conversation = ConversationId(row.int(0)?);
            let Change::AssignAgent { agent } = row.json(1)? else { continue };
            if row.text(2)? != "done" {
                workload.under_way.insert(conversation, agent);
            }
            let shown = row.opt_text(3)?;
            let is_over = shown.as_deref().is_some_and(|status| !matches!(status, "open" | "pending"));
            // Who has it by now counts already.
            if is_over || row.opt_int(5)?.is_some() {
                continue;
            }
            let share = Share {
                status: shown.as_deref().map_or(Status::Open, status),
                priority: priority(row.opt_text(4)?.as_deref()),
                count: 1,
            };
            last.insert(conversation, (agent, share));
        }
        for (agent, share) in last.into_values() {
            workload.of.entry(agent).or_default().push(share);
        }
        Ok(workload)
    }

    /// Choices that gave a conversation to somebody who got it, as the decisions keep them: behind an id, in their order.
    pub async fn choices<D: serde::de::DeserializeOwned>(
        &self,
        desk: DeskId,
        behind: &str,
        limit: i64,
    ) -> Result<Vec<(String, D)>, StoreError> {
        let rows = self
            .read(
                "SELECT e.id, d.body FROM effects e JOIN decisions d ON d.id = e.decision
                 WHERE e.desk = $1 AND e.kind = 'assign_agent' AND e.id > $2
                   AND e.state NOT IN ('refused', 'dropped') AND coalesce(e.outcome, '') <> 'somebody else has it'
                 ORDER BY e.id LIMIT $3",
                vec![desk.0.into(), behind.into(), limit.into()],
            )
            .await?;
        rows.iter().map(|row| Ok((row.text(0)?, row.json(1)?))).collect()
    }
}

fn status(name: &str) -> Status {
    if name == "pending" { Status::Pending } else { Status::Open }
}

fn priority(name: Option<&str>) -> Option<Priority> {
    [Priority::Low, Priority::Medium, Priority::High, Priority::Urgent]
        .into_iter()
        .find(|priority| Some(priority.name()) == name)
}
