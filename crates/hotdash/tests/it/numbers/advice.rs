//! How little is known where a report gives no advice.

use super::oracle::{Oracle, Period};
use super::past::What;
use super::real;
use hotdash::app::App;
use hotdash_core::report::Advice;
use jiff::ToSpan;
use jiff::civil::Weekday;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// When a draft was ready, in seconds; whether it cites anything; and what it answers.
struct Drafted {
    at: i64,
    cites: bool,
    question: String,
}

/// What advice is made of beside figures.
pub(super) struct Heard {
    /// Labels that hotdash asked for, by conversation.
    wanted: BTreeMap<i64, BTreeSet<String>>,
    /// The first draft of each conversation.
    drafted: BTreeMap<i64, Drafted>,
    /// When replies were approved, in seconds.
    approved: Vec<i64>,
}

impl Heard {
    pub(super) async fn look(app: &App) -> Self {
        let read_all = async |sql: &'static str| app.store.read(sql, vec![]).await.unwrap();
        let mut wanted: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
        for row in read_all("SELECT conversation, body FROM effects WHERE kind = 'add_labels'").await {
            let body: Value = row.json(1).unwrap();
            let labels =
                body["labels"].as_array().unwrap().iter().map(|label| label.as_str().unwrap().to_owned());
            wanted.entry(row.int(0).unwrap()).or_default().extend(labels);
        }
        let mut drafted: BTreeMap<i64, Drafted> = BTreeMap::new();
        let sql = "SELECT d.conversation, d.ready_at, d.body, m.body FROM drafts d
                   JOIN messages m ON m.id = d.answers WHERE d.ready_at IS NOT NULL ORDER BY d.id";
        for row in read_all(sql).await {
            let (body, message): (Value, Value) = (row.json(2).unwrap(), row.json(3).unwrap());
            drafted.entry(row.int(0).unwrap()).or_insert(Drafted {
                at: row.int(1).unwrap().div_euclid(1000),
                cites: body["evidence"].as_array().is_some_and(|all| !all.is_empty()),
                question: message["content"].as_str().unwrap().to_lowercase(),
            });
        }
        let sql = "SELECT draft, max(reviewed_at) FROM reviews
                   WHERE undone_at IS NULL AND verdict IN ('approve', 'edit') GROUP BY draft";
        let approved = read_all(sql).await.iter().map(|row| row.int(1).unwrap().div_euclid(1000)).collect();
        Self { wanted, drafted, approved }
    }
}

/// The sentence on a kind of advice that is not given, with its numbers found once more.
pub(super) fn silent(text: &str, oracle: &Oracle<'_>, period: Period) -> String {
    let (kind, _) = text.split_once(": ").unwrap();
    let is_then = |second: &i64| *second < period.until;
    let why = match kind {
        "Who is there when" => {
            let count = handled(oracle, period.until);
            format!("how long the work takes is known of {count} conversations, 30 are needed")
        }
        "Rules to add" => {
            let count = oracle.courses.keys().filter(|id| by_hand(oracle, **id)).count();
            format!("{count} conversations have a label that people set, 8 are needed")
        }
        "Articles to write" => {
            let cite_nothing =
                oracle.kept.heard.drafted.values().filter(|one| is_then(&one.at) && !one.cites);
            format!("{} drafts found nothing in the knowledge base, 5 are needed", cite_nothing.count())
        }
        "Canned replies" => {
            let count = oracle.kept.heard.approved.iter().filter(|at| is_then(at)).count();
            format!("{count} replies were approved, 5 are needed")
        }
        other => panic!("nobody recomputes {other:?}: {text}"),
    };
    format!("{kind}: too little is known; {why}.")
}

/// What an article that is advised rests on and should bring: these questions have words that name its topic, and no others do.
pub(super) fn article(advice: &Advice, oracle: &Oracle<'_>, period: Period) -> (String, String) {
    assert!(advice.id.starts_with("article/"), "nobody recomputes {advice:?}");
    let (_, name) = advice.evidence.split_once('“').unwrap();
    let (name, _) = name.split_once('”').unwrap();
    let is_of_topic = |question: &str| name.split(", ").any(|word| question.contains(word));
    let drafted = || {
        let then = oracle.kept.heard.drafted.iter().filter(|(_, one)| one.at < period.until);
        then.filter(|(_, one)| is_of_topic(&one.question))
    };
    let open: BTreeSet<i64> = drafted().filter(|(_, one)| !one.cites).map(|(id, _)| *id).collect();
    assert_eq!(advice.conversations.iter().copied().collect::<BTreeSet<_>>(), open);
    let count = |count: usize| real(i64::try_from(count).unwrap());
    let (found_nothing, asked) = (count(open.len()), count(drafted().count()));
    // Wilson's interval at 95 %.
    let (share, z) = (found_nothing / asked, 1.959_964_f64);
    let spread = z * (share * (1.0 - share) / asked + z * z / (4.0 * asked * asked)).sqrt();
    let end = |sign: f64| (share + z * z / (2.0 * asked) + sign * spread) / (1.0 + z * z / asked) * asked;
    let evidence = format!(
        "Write an article on “{name}”: for {found_nothing} of {asked} questions nothing was found in the knowledge base. \
         ({:.0} to {:.0} conversations, 95 % sure.)",
        end(-1.0),
        end(1.0)
    );
    assert_eq!(advice.evidence, evidence);
    let weeks = real(period.until - oracle.known_since()) / (7.0 * 86_400.0);
    let gain = format!("{:.1} conversations a week for which drafts find an answer.", end(-1.0) / weeks);
    assert_eq!(advice.gain.as_deref(), Some(gain.as_str()));
    (evidence, gain)
}

/// Whether a conversation has a label that hotdash did not ask for.
fn by_hand(oracle: &Oracle<'_>, id: i64) -> bool {
    let labels = oracle.kept.now[&id].state["labels"].as_array().unwrap();
    let wanted = oracle.kept.heard.wanted.get(&id);
    labels.iter().any(|label| !wanted.is_some_and(|wanted| wanted.contains(label.as_str().unwrap())))
}

/// Replies in the opening hours of the whole weeks before an instant: those that took less than half an hour since the
/// customer wrote or the agent last replied, or their conversations, whichever are fewer.
fn handled(oracle: &Oracle<'_>, until: i64) -> usize {
    let day = |second: i64| oracle.kept.local(second).date();
    let (known, end) = (day(oracle.known_since()).tomorrow().unwrap(), day(until));
    let weeks = known.until(end).unwrap().get_days() / 7;
    let start = end - (weeks * 7).days();
    let is_open = |second: i64| {
        let then = oracle.kept.local(second);
        !matches!(then.weekday(), Weekday::Saturday | Weekday::Sunday) && (9..17).contains(&then.hour())
    };
    let mut replies = Vec::new();
    for (id, course) in &oracle.courses {
        for thing in course.things.iter().filter(|t| matches!(t.what, What::FirstResponse | What::Reply)) {
            let Some(Some(agent)) = thing.credit else { continue };
            if (start..end).contains(&day(thing.at)) && is_open(thing.at) {
                replies.push((agent, thing.at, thing.at - thing.length, *id));
            }
        }
    }
    replies.sort_unstable();
    let (mut quick, mut conversations, mut before) = (0, BTreeSet::new(), None);
    for (agent, at, from, id) in replies {
        let last = before.filter(|(other, _)| *other == agent).map_or(i64::MIN, |(_, last)| last);
        quick += usize::from(at - from.max(last) < 30 * 60);
        conversations.insert(id);
        before = Some((agent, at));
    }
    quick.min(conversations.len())
}
