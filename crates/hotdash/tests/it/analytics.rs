//! Figures as programs get them, beside the desk's own rows and beside questions to the tables.

mod api;
mod costs;

use crate::chatwoot::recordings::history_file;
use crate::support::{Database, both_databases};
use hotdash::store::facts::{touch, want_facts};
use hotdash::store::measured::Counting;
use hotdash::store::{Statement, Store};
use hotdash::work::facts::refresh;
use hotdash::work::figures::recording::Recording;
use hotdash::work::measures::{Asked, Measures};
use hotdash_core::figures::check::Source;
use hotdash_core::figures::definition::Definition;
use hotdash_core::figures::desk::Period;
use hotdash_core::figures::percentile::percentile;
use hotdash_core::figures::product::{Answers, Clock, Dimension, Key, Slice};
use hotdash_core::ids::{AgentId, ConversationId, DeskId, InboxId};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;
use std::collections::BTreeMap;

both_databases!(
    figures_are_those_of_the_desks_own_rows,
    what_one_replica_writes_another_counts_and_what_is_deleted_drops_out,
);

const DESK: DeskId = DeskId(1);

/// The four recorded weeks, heard in deliveries and measured.
async fn history(database: &Database) -> Store {
    let store = database.open().await;
    let text = |name: &str| {
        let zipped = ["deliveries", "conversations", "messages"].contains(&name);
        Some(history_file(&if zipped { format!("{name}.jsonl.gz") } else { format!("{name}.json") }))
    };
    Recording { text }.take(&store, DESK, Source::Deliveries).await.unwrap();
    refresh(&store, DESK, 5).await.unwrap();
    store
}

fn ever(clock: Clock) -> Asked {
    Asked {
        key: String::new(),
        period: Period { since: 0, until: 4_000_000_000 },
        slice: Slice::default(),
        clock,
        zone: TimeZone::UTC,
        now: Timestamp::from_second(1_800_000_000).unwrap(),
    }
}

fn value(answers: &Answers<'_>, id: &str) -> Option<f64> {
    answers.value(Definition::find(id).unwrap()).ok()
}

/// A row of the desk's own table.
struct Row {
    name: String,
    hour: i64,
    agent: Option<i64>,
    inbox: i64,
    lengths: [i64; 2],
}

fn rows() -> Vec<Row> {
    let text = history_file("reporting_events.jsonl");
    let read = |line: &str| {
        let row: Value = serde_json::from_str(line).unwrap();
        let end: Timestamp = row["event_end_time"].as_str().unwrap().parse().unwrap();
        #[expect(clippy::cast_possible_truncation, reason = "whole seconds")]
        let whole = |key: &str| row[key].as_f64().unwrap() as i64;
        Row {
            name: row["name"].as_str().unwrap().to_owned(),
            hour: end.as_second().rem_euclid(86_400) / 3600,
            agent: row["user_id"].as_i64(),
            inbox: row["inbox_id"].as_i64().unwrap(),
            lengths: [whole("value"), whole("value_in_business_hours")],
        }
    };
    text.lines().map(read).collect()
}

async fn figures_are_those_of_the_desks_own_rows(database: &Database) {
    let store = history(database).await;
    let measures = Measures::default();
    assert!(measures.refresh(&store, DESK, Counting::default(), 5).await.unwrap() > 0);
    let rows = rows();
    let names = [("frt", "first_response"), ("reply", "reply_time"), ("resolution", "conversation_resolved")];
    for (at, clock) in [Clock::Wall, Clock::Business].into_iter().enumerate() {
        for (section, name) in names {
            let theirs: Vec<&Row> = rows.iter().filter(|row| row.name == name).collect();
            let lengths: Vec<i64> = theirs.iter().map(|row| row.lengths[at]).collect();
            assert!(lengths.len() > 100, "{name}");
            measures.answer(&ever(clock), |answers| {
                #[expect(clippy::cast_precision_loss, reason = "small numbers")]
                let mean = lengths.iter().sum::<i64>() as f64 / lengths.len() as f64;
                assert!((value(answers, &format!("{section}.mean")).unwrap() - mean).abs() < 1e-6, "{name}");
                for (stat, share) in [("min", 0.0), ("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0)] {
                    let ours = value(answers, &format!("{section}.{stat}"));
                    assert_eq!(ours, percentile(&lengths, share), "{name} {stat} {clock:?}");
                }
                let figure = Definition::find(Box::leak(format!("{section}.p90").into_boxed_str())).unwrap();
                for dimension in [Dimension::Inbox, Dimension::Agent, Dimension::Hour] {
                    let mut groups: BTreeMap<Key, Vec<i64>> = BTreeMap::new();
                    for row in &theirs {
                        let key = match dimension {
                            Dimension::Inbox => Some(Key::Inbox(InboxId(row.inbox))),
                            Dimension::Agent => row.agent.map(|id| Key::Agent(AgentId(id))),
                            _ => Some(Key::Hour(i8::try_from(row.hour).unwrap())),
                        };
                        if let Some(key) = key {
                            groups.entry(key).or_default().push(row.lengths[at]);
                        }
                    }
                    let ours = answers.figure_by(dimension, figure);
                    let ours: BTreeMap<Key, f64> =
                        ours.into_iter().filter_map(|(key, value)| Some((key, value.ok()?))).collect();
                    let theirs: BTreeMap<Key, f64> =
                        groups.into_iter().map(|(key, all)| (key, percentile(&all, 0.9).unwrap())).collect();
                    assert_eq!(ours, theirs, "{name} by {dimension:?}");
                }
            });
        }
    }
}

async fn what_one_replica_writes_another_counts_and_what_is_deleted_drops_out(database: &Database) {
    let store = history(database).await;
    let (one, other) = (Measures::default(), Measures::default());
    let all = one.refresh(&store, DESK, Counting::default(), 10).await.unwrap();
    assert_eq!(other.refresh(&store, DESK, Counting::default(), 10).await.unwrap(), all);
    let count = |measures: &Measures| {
        let ids = |answers: &Answers<'_>| {
            answers.conversations(Definition::find("overview.conversations").unwrap()).len()
        };
        measures.answer(&ever(Clock::Wall), ids)
    };
    let before = count(&one);
    // Whatever was taken up at the start is looked at once more, and then never again.
    one.refresh(&store, DESK, Counting::default(), 11).await.unwrap();
    assert_eq!(one.refresh(&store, DESK, Counting::default(), 12).await.unwrap(), 0);
    let gone = one.answer(&ever(Clock::Wall), |answers| {
        answers.conversations(Definition::find("overview.conversations").unwrap())[0]
    });
    let delete = Statement::new(
        "DELETE FROM conversations WHERE desk = $1 AND id = $2",
        vec![DESK.0.into(), gone.0.into()],
    );
    store.commit(delete.into()).await.unwrap();
    store.commit(want_facts(DESK, gone).into()).await.unwrap();
    assert_eq!(refresh(&store, DESK, 20).await.unwrap(), 1);
    for replica in [&one, &other] {
        replica.refresh(&store, DESK, Counting::default(), 21).await.unwrap();
        assert_eq!(count(replica), before - 1);
    }
    // A replica whose clock is half a minute behind writes what the others find nevertheless.
    store.commit(touch(DESK, ConversationId(gone.0 + 1), -29_000).into()).await.unwrap();
    assert_eq!(one.refresh(&store, DESK, Counting::default(), 22).await.unwrap(), 1);
    assert_eq!(one.refresh(&store, DESK, Counting::default(), 23).await.unwrap(), 0);
}
