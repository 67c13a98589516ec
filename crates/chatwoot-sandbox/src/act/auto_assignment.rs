//! The desk hands out conversations by itself, where an inbox is set to.

use crate::desk::Desk;
use crate::dialect::since;
use crate::event::Actor;
use crate::model::{Assignee, Status};

/// The most conversations one run hands out.
const MOST: usize = 100;

impl Desk {
    /// Something happened in an inbox that makes it hand out what is open, soon.
    pub(super) fn hand_out_soon(&mut self, inbox: i64) {
        if self.assigns(inbox) && self.version >= since::ASSIGNMENT_JOB {
            self.hand_outs.insert(inbox);
        }
    }

    fn assigns(&self, inbox: i64) -> bool {
        self.auto_assignment && self.inboxes.get(&inbox).is_some_and(|inbox| inbox.enable_auto_assignment)
    }

    /// Older desks gave a new conversation to somebody in the very save that made it: no event tells of it.
    pub(super) fn assignee_from_the_start(&self, inbox: i64, status: Status) -> Option<Assignee> {
        let at_once = self.assigns(inbox) && self.version < since::ASSIGNMENT_JOB && status == Status::Open;
        at_once.then(|| self.next_member(inbox)).flatten().map(Assignee::User)
    }

    fn next_member(&self, inbox: i64) -> Option<i64> {
        let members = &self.inboxes.get(&inbox)?.members;
        self.pick_member(inbox, members)
    }

    /// The job: all that is open and nobody's, the oldest first, older conversations included.
    pub(crate) fn hand_out(&mut self) {
        for inbox in std::mem::take(&mut self.hand_outs) {
            let waits = self
                .conversations
                .values()
                .filter(|row| row.inbox_id == inbox && row.status == Status::Open && row.assignee.is_none());
            let waiting: Vec<i64> = waits.map(|row| row.id).take(MOST).collect();
            for id in waiting {
                let Some(user) = self.next_member(inbox) else { break };
                let name = self.users.get(&user).map(|user| user.name.clone()).unwrap_or_default();
                // The rows were just found, so there is nothing to refuse.
                let _ = self.assign_user(id, Some(user), Actor::System);
                let _ = self.note_activity(id, format!("Assigned to {name} by Default Policy"));
            }
        }
    }
}
