//! What advice is made of beside figures: what customers asked, which labels hotdash wanted, what drafts found, and what
//! people approved.

use super::effects::Change;
use super::{Store, StoreError, Value};
use hotdash_core::ids::{ConversationId, DeskId};
use hotdash_core::recommend::{Drafted, Heard};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;

const MICROS: i64 = 1000;

/// Of what a drafter says about its text what advice needs.
#[derive(Deserialize)]
struct Found {
    #[serde(default)]
    evidence: Vec<IgnoredAny>,
}

/// Of a message what advice needs, as [`hotdash_core::conversation::Message::text`] has it.
#[derive(Deserialize)]
struct Said {
    content: Option<String>,
    new_text: Option<String>,
}

impl Store {
    /// What was heard since then (milliseconds since 1970), by conversation.
    pub async fn heard(&self, desk: DeskId, since_ms: i64) -> Result<Vec<Heard>, StoreError> {
        let mut all: BTreeMap<ConversationId, Heard> = BTreeMap::new();
        for (id, message) in self.first_words(desk, since_ms).await? {
            of(&mut all, id).asked = message.text().to_owned();
        }
        let args = || -> Vec<Value> { vec![desk.0.into(), since_ms.into()] };
        let sql = "SELECT conversation, body FROM effects
                   WHERE desk = $1 AND kind = 'add_labels' AND created_at >= $2 ORDER BY id";
        for row in self.read(sql, args()).await? {
            if let Change::AddLabels { labels } = row.json(1)? {
                of(&mut all, ConversationId(row.int(0)?)).ours.extend(labels);
            }
        }
        let sql = "SELECT d.conversation, d.ready_at, d.body, m.body FROM drafts d
                   JOIN messages m ON m.desk = d.desk AND m.id = d.answers
                   WHERE d.desk = $1 AND d.created_at >= $2 AND d.ready_at IS NOT NULL ORDER BY d.id";
        for row in self.read(sql, args()).await? {
            let heard = of(&mut all, ConversationId(row.int(0)?));
            // What comes later in a conversation is seldom a question of its own.
            let (None, Some(found)) = (&heard.drafted, row.opt_json::<Option<Found>>(2)?.flatten()) else {
                continue;
            };
            let said: Said = row.json(3)?;
            let question = said.new_text.or(said.content).unwrap_or_default();
            let has_evidence = !found.evidence.is_empty();
            heard.drafted = Some(Drafted { at: row.int(1)? * MICROS, question, has_evidence });
        }
        // Where two people approved one draft, the second one's words were sent.
        let sql = "SELECT d.conversation, r.reviewed_at, r.final_text FROM reviews r JOIN drafts d ON d.id = r.draft
                   WHERE r.desk = $1 AND r.reviewed_at >= $2 AND r.undone_at IS NULL
                     AND r.verdict IN ('approve', 'edit')
                     AND r.id = (SELECT max(l.id) FROM reviews l WHERE l.draft = r.draft AND l.undone_at IS NULL)
                   ORDER BY r.id";
        for row in self.read(sql, args()).await? {
            of(&mut all, ConversationId(row.int(0)?)).approved.push((row.int(1)? * MICROS, row.text(2)?));
        }
        Ok(all.into_values().collect())
    }
}

fn of(all: &mut BTreeMap<ConversationId, Heard>, id: ConversationId) -> &mut Heard {
    all.entry(id).or_insert_with(|| Heard::nothing(id))
}
