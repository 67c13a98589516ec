//! What the soak measured, beside what it checked.

use super::Shared;
use super::checks::Checked;
use super::house::House;
use crate::load::count_as_f64;
use crate::rounded;
use hotdash::store::gaps::Gap;
use hotdash::work::draft::DraftBody;
use hotdash_core::ids::ConversationId;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub(super) async fn figures(
    shared: &Shared,
    house: &House,
    checked: &Checked,
    database_bytes: u64,
) -> anyhow::Result<Value> {
    let counts = shared.desk.sandbox.counts();
    let stored = u64::try_from(shared.store.delivery_counts(shared.desk_id).await?.processed)?;
    let gaps = shared.store.gaps(shared.desk_id, i64::MAX).await?;
    let draft_ms = draft_times(shared).await?;
    let memory = house.memory();
    let conversations = shared.desk.sandbox.read(|desk| desk.conversations.len());
    let noted = shared.noted();
    let reviews: BTreeMap<String, u64> =
        noted.reviews.iter().map(|(status, count)| (status.to_string(), *count)).collect();
    Ok(json!({
        "conversations": conversations,
        "messages": checked.messages,
        "customers_messages": noted.wrote.len(),
        "deliveries": {
            "due": counts.deliveries,
            "dropped": counts.dropped,
            "posted": counts.posted,
            "answered_200": counts.accepted,
            "stored": stored,
            // What died between the disk and its answer is stored and was not answered.
            "duplicates": counts.accepted.saturating_sub(stored),
        },
        "gaps": gap_figures(&gaps, &noted.wrote),
        "kills": house.kills(),
        "died": house.died(),
        "outages": noted.outages,
        "turned_away": counts.turned_away,
        "calls": counts.calls,
        "refused_429": counts.rate_limited,
        "answers_lost": counts.answers_lost,
        "reviews_answered": reviews,
        "replies_sent": checked.replies,
        "overtaken": checked.overtaken,
        "notes": checked.notes,
        "resent": checked.resent,
        "waiting": checked.waiting,
        "draft_ms": draft_ms,
        "memory_mb": {
            "at_5_minutes": noted.at_5_minutes_mb.map(|mb| rounded(mb, 1)),
            "at_the_end": rounded(memory.last_mb, 1),
            "last_life_minutes": rounded(memory.lived.as_secs_f64() / 60.0, 1),
            "growth_in_it": rounded(memory.last_mb - memory.first_mb, 1),
        },
        "database_mb": rounded(count_as_f64(database_bytes) / 1_000_000.0, 1),
        "problems": checked.problems.len(),
    }))
}

/// From a customer's message to the draft that answers it, where nothing was wrong.
async fn draft_times(shared: &Shared) -> anyhow::Result<Value> {
    let (wrote, troubled) = {
        let noted = shared.noted();
        (noted.wrote.clone(), noted.troubled.clone())
    };
    // A message shortly before the next trouble would count only where it was quick.
    let is_calm = |at: i64| !troubled.iter().any(|(from, until)| (from - 10_000..*until).contains(&at));
    let mut times = Vec::new();
    for id in shared.desk.sandbox.read(|desk| desk.conversations.keys().copied().collect::<Vec<_>>()) {
        for draft in shared.store.drafts_of::<DraftBody>(shared.desk_id, ConversationId(id)).await? {
            if let (Some(ready), Some(at)) = (draft.ready_at, wrote.get(&draft.answers.0))
                && is_calm(*at)
            {
                times.push(ready - at);
            }
        }
    }
    Ok(quantiles(times))
}

fn gap_figures(gaps: &[Gap], wrote: &BTreeMap<i64, i64>) -> Value {
    let repaired = gaps.iter().filter_map(|gap| Some(gap.repaired_at? - gap.found_at)).collect();
    let late = |gap: &Gap| Some(gap.repaired_at? - wrote.get(&gap.message?.0)?);
    json!({
        "found": gaps.len(),
        "repaired": gaps.iter().filter(|gap| gap.repaired_at.is_some()).count(),
        "repair_ms": quantiles(repaired),
        // From the message that no delivery told of to what follows from it.
        "message_to_repair_ms": quantiles(gaps.iter().filter_map(late).collect()),
    })
}

fn quantiles(mut values: Vec<i64>) -> Value {
    values.sort_unstable();
    let at = |hundredths: usize| values.get(values.len().saturating_sub(1) * hundredths / 100);
    json!({"count": values.len(), "p50": at(50), "p95": at(95), "max": values.last()})
}

/// With what is not yet moved into the file itself.
pub(super) fn size_of(file: &Path) -> u64 {
    let wal = PathBuf::from(format!("{}-wal", file.display()));
    [file, wal.as_path()].iter().filter_map(|file| std::fs::metadata(file).ok()).map(|data| data.len()).sum()
}

/// How busy the machine was with this and everything else: one, five, fifteen minutes.
pub(super) fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}
