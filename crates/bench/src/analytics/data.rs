//! Conversations that look like a support desk's, the same with every run; and the same rows for the peers.

use hotdash_core::conversation::{Channel, Status};
use hotdash_core::facts::{ConversationFacts, Fact, FactKind};
use hotdash_core::figures::desk::Period;
use hotdash_core::figures::measured::Measured;
use hotdash_core::ids::{AgentId, ConversationId, InboxId, TeamId};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Two years.
pub(super) const PERIOD: Period = Period { since: 1_704_067_200, until: 1_767_225_600 };
const CHANNELS: [Channel; 4] = [Channel::WebWidget, Channel::Email, Channel::Api, Channel::Whatsapp];
const LABELS: i64 = 40;

/// Each conversation in the order of its beginning; ten messages each on average.
pub(super) fn generate(
    conversations: u32,
    mut each: impl FnMut(&Measured) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut dice = StdRng::seed_from_u64(6);
    let step = (PERIOD.until - PERIOD.since - 40 * 86_400) / i64::from(conversations.max(1));
    for number in 0..i64::from(conversations) {
        let created = PERIOD.since + number * step.max(1) + dice.random_range(0..60);
        each(&conversation(number + 1, created, &mut dice).into())?;
    }
    Ok(())
}

fn conversation(number: i64, created: i64, dice: &mut StdRng) -> ConversationFacts {
    let inbox = dice.random_range(1..=12_i64);
    let agent = AgentId(dice.random_range(1..=60));
    let mut facts = vec![fact(FactKind::Created, created, None, None)];
    let mut at = created;
    facts.push(fact(FactKind::MessageIn, at, None, None));
    for exchange in 0..dice.random_range(1..=8_i64) {
        let wait = long(dice, 1_800.0);
        at += wait;
        let kind = if exchange == 0 { FactKind::FirstResponse } else { FactKind::ReplyTime };
        facts.push(fact(FactKind::MessageOut, at, None, Some(agent)));
        facts.push(fact(kind, at, Some(wait), Some(agent)));
        facts.push(fact(FactKind::WaitedForDesk, at, Some(wait), Some(agent)));
        let pause = long(dice, 3_600.0);
        at += pause;
        facts.push(fact(FactKind::MessageIn, at, None, None));
        facts.push(fact(FactKind::WaitedForCustomer, at, Some(pause), Some(agent)));
    }
    let is_resolved = dice.random_bool(0.95);
    if is_resolved {
        facts.push(fact(FactKind::Resolved, at, Some(at - created), Some(agent)));
        if dice.random_bool(0.3) {
            facts.push(fact(FactKind::SurveySent, at, None, None));
            let rating = Some(dice.random_range(1..=5));
            facts.push(Fact { rating, ..fact(FactKind::SurveyAnswered, at + 60, None, Some(agent)) });
        }
    }
    let labels = (0..dice.random_range(0..3)).map(|_| format!("label-{}", dice.random_range(0..LABELS)));
    let mut labels: Vec<String> = labels.collect();
    labels.sort();
    labels.dedup();
    ConversationFacts {
        conversation: ConversationId(number),
        inbox: InboxId(inbox),
        channel: CHANNELS[usize::try_from(inbox % 4).unwrap_or(0)].clone(),
        status: if is_resolved { Status::Resolved } else { Status::Open },
        assignee: Some(agent),
        team: Some(TeamId(agent.0 % 6 + 1)),
        labels,
        created_at: created * 1_000_000,
        waiting_since: None,
        is_answered: true,
        facts,
        unknown: Vec::new(),
    }
}

/// Most are short, some are very long; at most a day and a half.
fn long(dice: &mut StdRng, mean: f64) -> i64 {
    let seconds = -mean * (1.0 - dice.random::<f64>()).ln();
    #[expect(clippy::cast_possible_truncation, reason = "hours, in seconds")]
    let seconds = seconds as i64;
    seconds.min(130_000)
}

fn fact(kind: FactKind, at: i64, seconds: Option<i64>, agent: Option<AgentId>) -> Fact {
    Fact {
        kind,
        at: at * 1_000_000,
        from: None,
        seconds,
        business: seconds,
        agent,
        message: None,
        rating: None,
    }
}

/// The columns of the peers, as 32-bit numbers in files of their own.
pub(super) struct Export {
    columns: [BufWriter<File>; 8],
    labels: [BufWriter<File>; 2],
}

const COLUMNS: [&str; 8] = ["conversation", "kind", "second", "value", "inbox", "channel", "team", "agent"];

impl Export {
    pub(super) fn to(folder: &Path) -> anyhow::Result<Self> {
        let open = |name: &str| {
            Ok::<_, std::io::Error>(BufWriter::new(File::create(folder.join(format!("{name}.i32")))?))
        };
        let columns: Vec<_> = COLUMNS.into_iter().map(open).collect::<Result<_, _>>()?;
        let columns = columns.try_into().map_err(|_| anyhow::anyhow!("a column is missing"))?;
        Ok(Self { columns, labels: [open("label_conversation")?, open("label")?] })
    }

    pub(super) fn add(&mut self, measured: &Measured) -> anyhow::Result<()> {
        let f = &measured.facts;
        let channel = CHANNELS.iter().position(|channel| *channel == f.channel).unwrap_or(0);
        let id = |id: Option<i64>| id.unwrap_or(-1);
        for fact in &f.facts {
            let agent = fact.agent.or(f.assignee).map(|agent| agent.0);
            let row = [
                f.conversation.0,
                fact.kind as i64,
                fact.at / 1_000_000,
                fact.seconds.or(fact.rating.map(i64::from)).unwrap_or(0),
                f.inbox.0,
                i64::try_from(channel)?,
                id(f.team.map(|team| team.0)),
                id(agent),
            ];
            for (column, value) in self.columns.iter_mut().zip(row) {
                column.write_all(&i32::try_from(value)?.to_le_bytes())?;
            }
        }
        for label in &f.labels {
            let label: i32 = label.trim_start_matches("label-").parse()?;
            self.labels[0].write_all(&i32::try_from(f.conversation.0)?.to_le_bytes())?;
            self.labels[1].write_all(&label.to_le_bytes())?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> anyhow::Result<()> {
        for file in self.columns.iter_mut().chain(&mut self.labels) {
            file.flush()?;
        }
        Ok(())
    }
}
