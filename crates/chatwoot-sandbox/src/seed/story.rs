//! Tells single conversations: what is said, who acts, and how long each thing takes.

use jiff::{SignedDuration, Timestamp};
use rand::RngExt;
use rand::rngs::StdRng;

use super::calendar::Calendar;
use super::dice::{chance, pick, weighted};
use super::history::{Act, Conversation, Crew};
use super::people::Person;
use super::texts::{Channel, Lines, Open, Phrases, State, Texts, Topic};
use super::words::Words;

/// One conversation as it was told.
pub(super) struct Told {
    pub conversation: Conversation,
    pub acts: Acts,
}

pub(super) type Acts = Vec<(Timestamp, Act)>;

pub(super) struct Story<'a> {
    pub texts: &'a Texts,
    pub crew: &'a Crew,
    pub calendar: Calendar,
    pub now: Timestamp,
    pub rng: StdRng,
    pub people: &'a [Person],
    pub history: Vec<Told>,
}

/// What one conversation is about and who takes part.
struct Scene<'a> {
    topic: &'a Topic,
    lines: &'a Lines,
    phrases: &'a Phrases,
    channel: Channel,
    words: Words,
    conversation: Conversation,
    /// The agent who takes it, as a position in the crew.
    agent: usize,
}

impl<'a> Story<'a> {
    /// A conversation that began and ended in the past.
    pub(super) fn settled(&mut self) {
        // One that would not have ended by now is told anew from another moment.
        for _ in 0..100 {
            let Some(scene) = self.any_scene() else { continue };
            let began = self.calendar.arrival(&mut self.rng);
            let told = self.settle(scene, began);
            if told.acts.last().is_some_and(|(at, _)| *at + minutes(10) < self.now) {
                self.history.push(told);
                return;
            }
        }
    }

    fn any_scene(&mut self) -> Option<Scene<'a>> {
        let mix = &self.texts.mix;
        let channel =
            *weighted(&mut self.rng, mix.channels.iter().map(|(channel, share)| (channel, *share)))?;
        let any = weighted(&mut self.rng, mix.languages.iter().map(|(language, share)| (language, *share)))?;
        // Short messages and the app are English only.
        let language = if matches!(channel, Channel::Sms | Channel::App) { "en" } else { any };
        let fits = |topic: &&Topic| {
            topic.lines.get(language).is_some_and(|lines| channel != Channel::Sms || !lines.short.is_empty())
        };
        let topics = self.texts.topics.iter().filter(fits).map(|topic| (topic, topic.weight));
        let topic = weighted(&mut self.rng, topics)?;
        self.scene(topic, channel, language, self.crew.len())
    }

    /// Only the first `agents` of the crew take part: what is open now is in the hands of those who are at work.
    fn scene(
        &mut self,
        topic: &'a Topic,
        channel: Channel,
        language: &str,
        agents: usize,
    ) -> Option<Scene<'a>> {
        let lines = topic.lines.get(language)?;
        let phrases = self.texts.phrases.get(language)?;
        let speakers: Vec<usize> = (0..self.people.len())
            .filter(|n| self.people[*n].language == language && self.people[*n].vip == (topic.name == "vip"))
            .collect();
        let person = *pick(&mut self.rng, &speakers)?;
        // Complaints go to the lead; the others are spread over the agents.
        let agent = if topic.unhappy { 0 } else { self.rng.random_range(1..agents) };
        let words = Words::draw(&mut self.rng, self.texts, &self.people[person], &self.crew[agent]);
        let subject = topic.subject.get(language).map(|text| words.fill(text)).unwrap_or_default();
        let conversation = Conversation { person, channel, language: language.to_owned(), subject };
        Some(Scene { topic, lines, phrases, channel, words, conversation, agent })
    }

    fn settle(&mut self, scene: Scene<'a>, began: Timestamp) -> Told {
        let mut acts = vec![(began, Act::Customer(self.opening(&scene)))];
        if scene.topic.silent {
            let closed = self.calendar.after_working(began, minutes(self.rng.random_range(15..400)));
            acts.push((closed, Act::Labels { by: scene.agent, titles: labels(&scene) }));
            acts.push((closed, Act::Resolve { by: scene.agent }));
            return Told { conversation: scene.conversation, acts };
        }
        let work = self.delay(&scene);
        let answered = self.calendar.after_working(began, work);
        self.impatience(&scene, began, answered, &mut acts);
        self.triage(&scene, began, answered, &mut acts);
        acts.push((answered, self.reply(&scene, &scene.lines.reply)));
        let mut at = answered;
        if chance(&mut self.rng, 42) && !scene.lines.ask.is_empty() {
            let n = self.rng.random_range(0..scene.lines.ask.len());
            at = self.later(at, 3, 150);
            acts.push((at, Act::Customer(self.say(&scene, &scene.lines.ask[n..=n]))));
            let work = self.delay(&scene) * 2 / 3;
            at = self.calendar.after_working(at, work);
            acts.push((at, self.reply(&scene, &scene.lines.answer[n..=n])));
        }
        let thanked = chance(&mut self.rng, 46);
        if thanked {
            at = self.later(at, 2, 90);
            acts.push((at, Act::Customer(self.say(&scene, &scene.phrases.thanks))));
        }
        at = self
            .calendar
            .after_working(at, minutes(self.rng.random_range(2..if thanked { 60 } else { 900 })));
        acts.push((at, Act::Resolve { by: scene.agent }));
        at = self.rating(&scene, at, answered.duration_since(began), &mut acts);
        if chance(&mut self.rng, 8) {
            self.reopening(&scene, at, &mut acts);
        }
        Told { conversation: scene.conversation, acts }
    }

    /// A customer who has waited long asks once more.
    fn impatience(&mut self, scene: &Scene<'a>, began: Timestamp, answered: Timestamp, acts: &mut Acts) {
        let wait = answered.duration_since(began);
        if wait > minutes(50) && chance(&mut self.rng, 22) {
            let at = began + wait.mul_f64(0.4 + 0.4 * self.rng.random::<f64>());
            acts.push((at, Act::Customer(self.say(scene, &scene.phrases.nudge))));
        }
    }

    /// What the team does before it answers: team, agent, labels, priority, sometimes a note.
    fn triage(&mut self, scene: &Scene<'a>, began: Timestamp, answered: Timestamp, acts: &mut Acts) {
        let start = acts.last().map_or(began, |(at, _)| *at).max(began);
        let room = answered.duration_since(start);
        // The desk is looked at only while it is open, so all of it happens in the last part of the wait.
        let busy = room.min(SignedDuration::from_secs(self.rng.random_range(90..600)));
        let step = busy.checked_div(8).unwrap_or(SignedDuration::ZERO);
        let by = scene.agent;
        let mut at = answered - busy;
        let mut next = |act| {
            at += step;
            acts.push((at, act));
        };
        if let Some(name) = scene.topic.team.clone() {
            next(Act::Team { by, name });
        }
        next(Act::Assign { by: if chance(&mut self.rng, 30) { 0 } else { by }, to: by });
        let titles = labels(scene);
        if !titles.is_empty() && chance(&mut self.rng, 92) {
            next(Act::Labels { by, titles });
        }
        if let Some(word) = scene.topic.priority.clone() {
            next(Act::Priority { by, word });
        }
        if chance(&mut self.rng, 24)
            && let Some(note) = pick(&mut self.rng, &scene.topic.notes)
        {
            next(Act::Note { by, text: scene.words.fill_note(note) });
        }
    }

    fn rating(
        &mut self,
        scene: &Scene<'a>,
        resolved: Timestamp,
        wait: SignedDuration,
        acts: &mut Acts,
    ) -> Timestamp {
        if !chance(&mut self.rng, 34) {
            return resolved;
        }
        let slow = wait > minutes(300);
        let shares = match (scene.topic.unhappy, scene.topic.happy, slow) {
            (true, _, _) => [38, 30, 20, 8, 4],
            (_, true, _) => [0, 0, 0, 8, 92],
            (_, _, true) => [6, 10, 18, 30, 36],
            _ => [2, 4, 8, 26, 60],
        };
        let rating = weighted(&mut self.rng, (1i64..).zip(shares)).unwrap_or(5);
        let said = if rating > 3 { &scene.phrases.feedback } else { &scene.phrases.complaint };
        let feedback = self.say(scene, said);
        let at = self.later(resolved, 1, 170);
        acts.push((at, Act::Rate { rating, feedback }));
        at
    }

    fn reopening(&mut self, scene: &Scene<'a>, since: Timestamp, acts: &mut Acts) {
        let by = scene.agent;
        let came_back = self.later(since, 180, 2400);
        acts.push((came_back, Act::Customer(self.say(scene, &scene.phrases.reopen))));
        let work = self.delay(scene);
        let answered = self.calendar.after_working(came_back, work);
        acts.push((answered, self.reply(scene, &scene.phrases.again)));
        let closed = self.calendar.after_working(answered, minutes(self.rng.random_range(20..600)));
        acts.push((closed, Act::Resolve { by }));
    }

    /// One of the conversations that are open now.
    pub(super) fn open(&mut self, open: &Open) -> anyhow::Result<()> {
        let found = self.texts.topics.iter().find(|topic| topic.name == open.topic);
        let at_work = self.crew.len().min(3);
        let Some(scene) = found.and_then(|topic| self.scene(topic, open.channel, &open.language, at_work))
        else {
            anyhow::bail!(
                "src/seed/texts.toml: [[open]] {:?} in {:?} names no such topic",
                open.topic,
                open.language
            )
        };
        let began =
            self.now - minutes(open.minutes) - SignedDuration::from_millis(self.rng.random_range(0..50_000));
        let age = self.now.duration_since(began);
        let part = |share: f64| began + age.mul_f64(share);
        let mut acts = vec![(began, Act::Customer(self.opening(&scene)))];
        match open.state {
            State::New if open.minutes > 60 => {
                acts.push((part(0.55), Act::Customer(self.say(&scene, &scene.phrases.nudge))));
            }
            State::New => {}
            State::Noted => {
                self.triage(&scene, began, part(0.5), &mut acts);
                let text = pick(&mut self.rng, &scene.topic.notes).map(|note| scene.words.fill_note(note));
                acts.retain(|(_, act)| !matches!(act, Act::Note { .. }));
                acts.push((part(0.6), Act::Note { by: scene.agent, text: text.unwrap_or_default() }));
            }
            State::Asked | State::Answered | State::Snoozed => {
                self.triage(&scene, began, part(0.35), &mut acts);
                acts.push((part(0.36), self.reply(&scene, &scene.lines.reply)));
            }
        }
        match open.state {
            State::Asked => acts.push((part(0.7), Act::Customer(self.say(&scene, &scene.lines.ask)))),
            State::Snoozed => {
                let until = self.now + minutes(20 * 60);
                acts.push((part(0.4), Act::Snooze { by: scene.agent, until }));
            }
            State::New | State::Noted | State::Answered => {}
        }
        self.history.push(Told { conversation: scene.conversation, acts });
        Ok(())
    }

    /// The first message, in the manner of its channel.
    fn opening(&mut self, scene: &Scene<'a>) -> String {
        let from = if scene.channel == Channel::Sms { &scene.lines.short } else { &scene.lines.open };
        let text = self.say(scene, from);
        if scene.topic.silent {
            return text;
        }
        match scene.channel {
            Channel::Mail => {
                let (hello, bye) =
                    (self.say(scene, &scene.phrases.hello), self.say(scene, &scene.phrases.bye));
                format!("{hello}\n\n{text}\n\n{bye}")
            }
            Channel::Website if chance(&mut self.rng, 35) => {
                format!("{}\n{text}", self.say(scene, &scene.phrases.hello))
            }
            Channel::Website | Channel::App | Channel::Sms => capitalised(&text),
        }
    }

    fn reply(&mut self, scene: &Scene<'a>, from: &[String]) -> Act {
        let mut text = self.say(scene, from);
        if scene.channel == Channel::Mail {
            let sign = self.say(scene, &scene.phrases.sign);
            text = format!("{text}\n\n{sign}");
        }
        Act::Reply { by: scene.agent, text }
    }

    fn say(&mut self, scene: &Scene<'a>, from: &[String]) -> String {
        pick(&mut self.rng, from).map(|text| scene.words.fill(text)).unwrap_or_default()
    }

    /// How long an answer takes in opening hours: usual for the channel, different for each agent, with a long tail.
    fn delay(&mut self, scene: &Scene<'a>) -> SignedDuration {
        let usual = f64::from(self.texts.mix.first_answer.get(&scene.channel).copied().unwrap_or(1800));
        let agent = [1.2, 0.75, 1.0, 1.5][scene.agent % 4];
        let bell: f64 = (0..12).map(|_| self.rng.random::<f64>()).sum::<f64>() - 6.0;
        SignedDuration::from_secs_f64((usual * agent * (0.85 * bell).exp()).clamp(25.0, 60_000.0))
    }

    /// A customer's pause, in minutes: they keep no opening hours.
    fn later(&mut self, from: Timestamp, least: i64, most: i64) -> Timestamp {
        let spread = self.rng.random::<f64>().powi(2);
        from + minutes(least) + minutes(most - least).mul_f64(spread)
    }
}

fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}

fn labels(scene: &Scene<'_>) -> Vec<String> {
    let mut titles = scene.topic.labels.clone();
    if scene.words.high
        && !scene.topic.silent
        && !titles.is_empty()
        && !titles.iter().any(|title| title == "high_value")
    {
        titles.push("high_value".to_owned());
    }
    if scene.topic.priority.as_deref() == Some("urgent") {
        titles.push("urgent".to_owned());
    }
    titles
}

fn capitalised(text: &str) -> String {
    let Some((at, letter)) = text.char_indices().find(|(_, c)| c.is_alphabetic()) else {
        return text.to_owned();
    };
    let rest = &text[at + letter.len_utf8()..];
    format!("{}{}{rest}", &text[..at], letter.to_uppercase())
}
