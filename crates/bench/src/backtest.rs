//! `bench backtest`: a database with a long past, and what other rules would have made of it. The clock runs from the first
//! read to the finished report, as it does for whoever asks on the page or on the command line.

use crate::load::count_as_f64;
use crate::rounded;
use anyhow::{Context, bail};
use clap::Args;
use hotdash::app::rules::{HoursText, Layers};
use hotdash::clock::first_id_at;
use hotdash::store::decisions::{Cause, NewDecision, keep_decision};
use hotdash::store::rulebooks::keep_rule_text;
use hotdash::store::{Batch, Store};
use hotdash::work::rules::backtest::{HANDLING_S, run};
use hotdash::work::rules::past::on_record;
use hotdash_core::analysis::{Analysis, Analyzer};
use hotdash_core::backtest::Model;
use hotdash_core::cases::ordinary;
use hotdash_core::conversation::{Agent, Availability};
use hotdash_core::ids::{AgentId, ContactId, ConversationId, DecisionId, DeskId, MessageId};
use hotdash_core::record::{Question, Record};
use hotdash_core::routing::Assignable;
use hotdash_core::rulebook::Rulebook;
use jiff::Timestamp;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Instant;

const DESK: DeskId = DeskId(1);
/// What was promised, on two cores.
const LIMIT_SECONDS: f64 = 10.0;
/// 2026-01-05, a Monday.
const BEGINS_MS: i64 = 1_767_571_200_000;
/// About forty an hour.
const APART_MS: i64 = 90_000;
const BATCH: usize = 2_000;

const WORDS: [&str; 24] = [
    "refund",
    "parcel",
    "invoice",
    "norway",
    "carburettor",
    "gasket",
    "warranty",
    "voucher",
    "pickup",
    "damaged",
    "exchange",
    "address",
    "cancel",
    "size",
    "colour",
    "shipping",
    "manual",
    "spare part",
    "wholesale",
    "delivery",
    "customs",
    "receipt",
    "payment",
    "catalogue",
];

#[derive(Debug, Args)]
pub(crate) struct Backtest {
    /// Print exactly one JSON object.
    #[arg(long)]
    json: bool,
    #[arg(long, default_value_t = 100_000)]
    conversations: usize,
    #[arg(long, default_value_t = 200)]
    rules: usize,
}

impl Backtest {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let home = tempfile::tempdir()?;
        let store = Store::open(&format!("sqlite:{}", home.path().join("past.sqlite").display())).await?;
        let text = HoursText { text: None, zone: "UTC".to_owned() };
        eprintln!("writing down {} conversations", self.conversations);
        fill(&store, &text, self.conversations).await?;
        let (rulebook, problems) = Rulebook::parse(&[("bench", &rules(self.rules))]);
        if let Some(problem) = problems.first() {
            bail!("a rule of the bench is wrong: {problem}");
        }
        eprintln!("reading and comparing");
        let begin = Instant::now();
        let past = on_record(&store, DESK, Analyzer::shipped(), &Arc::new(text.read()?), 0).await?;
        let read = begin.elapsed().as_secs_f64();
        let model = Model { handling_s: HANDLING_S, target_s: 1_800 };
        let report = run(Arc::new(past), None, Arc::new(rulebook), model).await?;
        let seconds = begin.elapsed().as_secs_f64();
        if report.conversations != self.conversations || report.changed == 0 {
            bail!("{} conversations were compared, {} changed", report.conversations, report.changed);
        }
        if self.json {
            let report = json!({
                "conversations": report.conversations,
                "rules": self.rules,
                "seconds": rounded(seconds, 2),
                "reading_seconds": rounded(read, 2),
                "limit_seconds": LIMIT_SECONDS,
                "ratio": rounded(LIMIT_SECONDS / seconds, 2),
                "changed": report.changed,
            });
            println!("{report}");
        } else {
            let each = seconds / count_as_f64(u64::try_from(report.conversations)?) * 1e6;
            println!("{} conversations by {} rules in {seconds:.1} s", report.conversations, self.rules);
            println!("  reading {read:.1} s, comparing {:.1} s, {each:.0} µs a conversation", seconds - read);
        }
        Ok(())
    }
}

/// So many rules as a busy desk might collect: words, phrases, patterns, the clock, the channel, groups.
fn rules(count: usize) -> String {
    let mut text = String::new();
    for (number, word) in (0..count).zip(WORDS.iter().cycle()) {
        let other = WORDS[(number * 7 + 3) % WORDS.len()];
        let when = match number % 5 {
            0 => format!("{{ type = \"keyword\", any_of = [\"{word} {number}\", \"{other}\"] }}"),
            1 => format!("{{ type = \"regex\", matches = '\\b{word}\\s+[A-Z]-{number}\\b' }}"),
            2 => format!(
                "{{ all = [{{ type = \"keyword\", contains = \"{word}\" }}, {{ type = \"time\", equals = \"after_hours\" }}] }}"
            ),
            3 => format!(
                "{{ any = [{{ type = \"tag\", equals = \"{word}\" }}, {{ type = \"keyword\", contains = \"{word} and {other}\" }}] }}"
            ),
            _ => format!(
                "{{ all = [{{ type = \"sentiment\", equals = \"negative\" }}, {{ type = \"keyword\", contains = \"{other}\" }}] }}"
            ),
        };
        let priority = count - number;
        // Writing to a text cannot fail.
        let _ = write!(
            text,
            "[[rule]]\nid = \"rule-{number}\"\ngroup = \"tags\"\npriority = {priority}\nwhen = {when}\n\
             then = {{ tag = [\"label-{}\"] }}\n",
            number % 40
        );
    }
    text.push_str(
        "[[rule]]\nid = \"assign\"\ngroup = \"assignment\"\npriority = 1\n\
         when = { type = \"agent_availability\", equals = \"online\" }\nthen = { assign = \"round_robin\" }\n",
    );
    text
}

/// Decisions of the shipped rules about so many conversations.
async fn fill(store: &Store, hours: &HoursText, conversations: usize) -> anyhow::Result<()> {
    let opening = hours.read()?;
    let shipped = Layers::of_files([]).parse().map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
    store.commit(keep_rule_text(DESK, &hours.hash(), hours, 0)?.into()).await?;
    let agents: Vec<Agent> = (1..=8)
        .map(|id| Agent {
            id: AgentId(id),
            name: format!("Agent {id}"),
            email: format!("agent{id}@shop.test"),
            availability: Availability::Online,
            is_administrator: false,
        })
        .collect();
    let texts: Vec<String> = (0..997).map(message).collect();
    let analyses: Vec<Analysis> = texts.iter().map(|text| Analyzer::shipped().analyze(text)).collect();
    let mut turns: BTreeMap<AgentId, i64> = BTreeMap::new();
    let mut batch = Batch::new();
    for number in 0..conversations {
        let id = i64::try_from(number)? + 1;
        let at_ms = BEGINS_MS + id * APART_MS;
        let at = Timestamp::from_millisecond(at_ms)?;
        let (mut conversation, mut said) = ordinary(&texts[number % texts.len()], at);
        (conversation.id, said.id, said.conversation) =
            (ConversationId(id), MessageId(id), ConversationId(id));
        conversation.contact.id = ContactId(id % 20_000);
        let record = Record {
            question: Question::Message,
            at,
            hours: hours.hash(),
            conversation,
            message: said,
            agents: agents.clone(),
            assignable: Assignable::Unasked,
            turns: turns.clone(),
            standings: BTreeMap::new(),
            message_count: 1,
            earlier_conversations: number / 20_000,
            inbox_name: Some("Website".to_owned()),
            sla: None,
        };
        let analysis = &analyses[number % analyses.len()];
        let decision = record.decide(&shipped.rulebook, analysis, &opening);
        if let Some(chosen) = decision.assignment.as_ref().and_then(|a| a.chosen) {
            turns.insert(chosen, id);
        }
        batch.push(keep_decision(&NewDecision {
            id: &DecisionId(format!("{}-{number:012}", first_id_at(at_ms))),
            desk: DESK,
            conversation: ConversationId(id),
            message: MessageId(id),
            cause: Cause::Message,
            rulebook: &decision.rulebook,
            analysis,
            body: &decision,
            seen: &record,
            decided_at: at_ms,
        })?);
        if number % BATCH == BATCH - 1 {
            store.commit(std::mem::take(&mut batch)).await.context("a decision could not be kept")?;
        }
    }
    store.commit(batch).await?;
    Ok(())
}

/// A message of some hundred characters.
fn message(number: usize) -> String {
    let word = |step: usize| WORDS[(number * step + step) % WORDS.len()];
    format!(
        "Hello, I ordered a {} with a {} last week (order A-{number}). The {} is still not here and nobody told me \
         anything about the {}. Please tell me when I can expect it, I am getting rather unhappy. Also, can I get a {} \
         for the {}? Thank you very much, best regards",
        word(1),
        word(5),
        word(7),
        word(11),
        word(13),
        word(17)
    )
}
