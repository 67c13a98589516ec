//! Makes up four weeks of a support desk: who wrote when, what agents did, and what is still open now.
//!
//! Pure: the same texts, people and moment give the same history. Nothing here touches the desk.

use jiff::Timestamp;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::calendar::Calendar;
use super::people::{self, Person};
use super::story::{Story, Told};
use super::texts::{Channel, Language, Texts};

/// Any number will do; another one gives another history.
const SEED: u64 = 20_417;

pub(super) struct History {
    pub people: Vec<Person>,
    pub conversations: Vec<Conversation>,
    /// What happened, in order of time.
    pub steps: Vec<Step>,
}

pub(super) struct Conversation {
    pub person: usize,
    pub channel: Channel,
    pub language: Language,
    pub subject: String,
}

pub(super) struct Step {
    pub at: Timestamp,
    pub conversation: usize,
    pub act: Act,
}

/// `by` and `to` are positions in the crew.
pub(super) enum Act {
    /// The first one of a conversation opens it.
    Customer(String),
    Reply {
        by: usize,
        text: String,
    },
    Note {
        by: usize,
        text: String,
    },
    Team {
        by: usize,
        name: String,
    },
    Assign {
        by: usize,
        to: usize,
    },
    Labels {
        by: usize,
        titles: Vec<String>,
    },
    Priority {
        by: usize,
        word: String,
    },
    Resolve {
        by: usize,
    },
    Snooze {
        by: usize,
        until: Timestamp,
    },
    Rate {
        rating: i64,
        feedback: String,
    },
}

/// The people at the desk: the lead first, then agents, by first name.
pub(super) type Crew = Vec<String>;

/// Plays the four weeks before `now`.
pub(super) fn imagine(texts: &Texts, crew: &Crew, now: Timestamp) -> anyhow::Result<History> {
    anyhow::ensure!(crew.len() > 1, "the sample desk needs a lead and at least one agent");
    let mut rng = StdRng::seed_from_u64(SEED);
    let people = people::invent(texts, &mut rng);
    let calendar = Calendar::new(now, &texts.mix)?;
    let mut story = Story { texts, crew, calendar, now, rng, people: &people, history: Vec::new() };
    for _ in 0..texts.mix.settled {
        story.settled();
    }
    for open in &texts.open {
        story.open(open)?;
    }
    let (conversations, steps) = in_order(story.history);
    Ok(History { people, conversations, steps })
}

/// Numbers conversations by their first step and puts all steps on one line of time.
fn in_order(mut told: Vec<Told>) -> (Vec<Conversation>, Vec<Step>) {
    told.sort_by_key(|one| one.acts.first().map(|(at, _)| *at));
    let mut conversations = Vec::new();
    let mut steps = Vec::new();
    for (n, Told { conversation, acts }) in told.into_iter().enumerate() {
        conversations.push(conversation);
        steps.extend(acts.into_iter().map(|(at, act)| Step { at: whole_millis(at), conversation: n, act }));
    }
    steps.sort_by_key(|step| step.at);
    (conversations, steps)
}

fn whole_millis(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}
