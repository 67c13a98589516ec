//! Everything that is kept, read from raw tables: deliveries, conversations, drafts with their reviews, decisions, names.

use super::advice::Heard;
use super::oracle::Oracle;
use super::past::{Course, Past, Told, read};
use hotdash::app::App;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A draft and what people made of it; seconds.
pub(super) struct Draft {
    pub(super) created: i64,
    pub(super) ready: Option<i64>,
    pub(super) ended: Option<(String, i64)>,
    pub(super) changed: Option<i64>,
    pub(super) grades: Option<[i64; 3]>,
    pub(super) findings: usize,
    pub(super) blocking: usize,
    pub(super) tokens: Option<(i64, i64)>,
}

/// A conversation as it is now.
pub(super) struct Now {
    pub(super) state: Value,
    pub(super) drafts: Vec<Draft>,
    /// Categories with when each was first seen.
    pub(super) seen: BTreeMap<String, i64>,
}

/// Everything that is kept.
pub(super) struct Kept {
    pub(super) past: Past,
    pub(super) now: BTreeMap<i64, Now>,
    bots: BTreeSet<i64>,
    /// By kind and number.
    names: BTreeMap<(String, i64), String>,
    pub(super) heard: Heard,
    pub(super) zone: TimeZone,
}

impl Kept {
    /// `answers` are those that the desk lists: conversation, instant in microseconds, rating.
    pub(super) async fn look(app: &App, least: f64, answers: &[(i64, i64, i64)]) -> Self {
        let read_all = async |sql: &'static str| app.store.read(sql, vec![]).await.unwrap();
        let rows = read_all("SELECT body FROM deliveries ORDER BY id").await;
        let bodies: Vec<Value> =
            rows.iter().map(|row| serde_json::from_slice(&row.bytes(0).unwrap()).unwrap()).collect();
        let rows = read_all("SELECT id, state FROM conversations").await;
        let now = |state| Now { state, drafts: Vec::new(), seen: BTreeMap::new() };
        let mut now: BTreeMap<i64, Now> =
            rows.iter().map(|row| (row.int(0).unwrap(), now(row.json(1).unwrap()))).collect();
        let sql = "SELECT d.conversation, d.created_at, d.ready_at, d.state, d.decided_at, d.settled_at, d.body,
                     d.prompt_tokens, d.completion_tokens, r.verdict, r.changed_permille, r.tone, r.accuracy, r.policy
                   FROM drafts d LEFT JOIN reviews r ON r.draft = d.id AND r.undone_at IS NULL";
        for row in read_all(sql).await {
            let second = |column| row.opt_int(column).unwrap().map(|at| at.div_euclid(1000));
            let state = row.text(3).unwrap();
            let verdict = row.opt_text(9).unwrap();
            let ended = match (state.as_str(), verdict.as_deref()) {
                ("sent", Some(verdict)) => Some((verdict.to_owned(), second(4).unwrap())),
                ("rejected", _) => Some(("reject".to_owned(), second(4).unwrap())),
                ("superseded", _) => Some(("superseded".to_owned(), second(5).unwrap())),
                ("ready", None) => None,
                other => panic!("a draft that is {other:?}"),
            };
            let body: Value = row.json(6).unwrap();
            let findings = body["findings"].as_array().map_or(&[][..], Vec::as_slice);
            let approved = matches!(verdict.as_deref(), Some("approve" | "edit"));
            let grade = |column| row.opt_int(column).unwrap();
            now.get_mut(&row.int(0).unwrap()).unwrap().drafts.push(Draft {
                created: second(1).unwrap(),
                ready: second(2),
                ended,
                changed: row.opt_int(10).unwrap().filter(|_| approved),
                grades: grade(11).map(|tone| [tone, grade(12).unwrap(), grade(13).unwrap()]),
                findings: findings.len(),
                blocking: findings.iter().filter(|found| found["severity"] != "warns").count(),
                tokens: row.opt_int(7).unwrap().zip(row.opt_int(8).unwrap()),
            });
        }
        for row in read_all("SELECT conversation, decided_at, analysis FROM decisions").await {
            let about: Value = row.json(2).unwrap();
            let seen = &mut now.get_mut(&row.int(0).unwrap()).unwrap().seen;
            let sure = |tag: &&Value| tag["confidence"].as_f64().unwrap() >= least;
            for tag in about["categories"].as_array().unwrap().iter().filter(sure) {
                let at = row.int(1).unwrap().div_euclid(1000);
                let first = seen.entry(tag["name"].as_str().unwrap().to_owned()).or_insert(at);
                *first = at.min(*first);
            }
        }
        let (mut bots, mut names) = (BTreeSet::new(), BTreeMap::new());
        for row in read_all("SELECT kind, id, body FROM roster").await {
            let (kind, id, body) = (row.text(0).unwrap(), row.int(1).unwrap(), row.json::<Value>(2).unwrap());
            if body["has_bot"] == true {
                bots.insert(id);
            }
            let name = body["name"].as_str().or(body["title"].as_str()).unwrap_or_default();
            names.insert((kind, id), name.to_owned());
        }
        let past = read(&bodies, answers);
        let began =
            |id: &i64| past.get(id).is_some_and(|all| all.iter().any(|(_, t)| matches!(t, Told::Began(_))));
        let untold: Vec<&i64> = now.keys().filter(|id| !began(id)).collect();
        let gaps = read_all("SELECT conversation, event, message FROM gaps").await;
        assert!(
            untold.is_empty() && gaps.is_empty(),
            "the desk's deliveries did not arrive: {untold:?}, {gaps:?}"
        );
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        Self { past, now, bots, names, heard: Heard::look(app).await, zone }
    }

    /// Whoever looks at an instant of seconds. `then`: as it stood then, as a report does; else as it stands now.
    pub(super) fn at(&self, now: i64, then: bool) -> Oracle<'_> {
        let before = if then { now * 1_000_000 } else { i64::MAX };
        let course = |(id, told): (&i64, &Vec<_>)| {
            let has_bot = self.bots.contains(&self.now[id].state["inbox"].as_i64().unwrap());
            Some((*id, Course::follow(told, before, has_bot)?))
        };
        Oracle { kept: self, now, then, courses: self.past.iter().filter_map(course).collect() }
    }

    /// As people call a group.
    pub(super) fn name(&self, dimension: &str, key: &str) -> String {
        match dimension {
            "inbox" | "agent" | "team" => self.names[&(dimension.to_owned(), key.parse().unwrap())].clone(),
            "channel" => key.replace('_', " "),
            "hour" => format!("{:0>2}:00", key),
            _ => key.to_owned(),
        }
    }

    pub(super) fn local(&self, second: i64) -> jiff::Zoned {
        Timestamp::from_second(second).unwrap().to_zoned(self.zone.clone())
    }
}
