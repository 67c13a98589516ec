//! What happened on the desk, told once more: from the bodies of deliveries, by code that hotdash does not have.

use super::{seconds_of, whole};
use serde_json::Value;
use std::collections::BTreeMap;

/// One thing that a delivery told. The order is that of things of one instant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Told {
    Began(String),
    Assigned(Option<i64>),
    Wrote { customer: bool, person: Option<i64>, private: bool, bot: bool },
    SurveySent,
    SurveyAnswered(i64),
    Status(String),
}

/// What was told of each conversation, in microseconds, in order.
pub(super) type Past = BTreeMap<i64, Vec<(i64, Told)>>;

/// Read the bodies of deliveries, and what the desk itself knows of surveys: no delivery of an answer tells its instant.
pub(super) fn read(bodies: &[Value], answers: &[(i64, i64, i64)]) -> Past {
    let mut past = Past::new();
    for (conversation, at, rating) in answers {
        past.entry(*conversation).or_default().push((*at, Told::SurveyAnswered(*rating)));
    }
    for body in bodies {
        let message = body["event"].as_str().is_some_and(|event| event.starts_with("message"));
        let id = if message { &body["conversation"]["id"] } else { &body["id"] };
        let Some(id) = id.as_i64() else { continue };
        for told in told(body) {
            past.entry(id).or_default().push(told);
        }
    }
    for all in past.values_mut() {
        all.sort();
        all.dedup();
    }
    past
}

fn instant(text: &Value) -> i64 {
    text.as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_microsecond()
}

fn micros(number: &Value) -> i64 {
    whole(number.as_f64().unwrap() * 1e6)
}

fn word(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn told(body: &Value) -> Vec<(i64, Told)> {
    match body["event"].as_str().unwrap() {
        "conversation_created" => {
            let (created, updated) = (&body["created_at"], micros(&body["updated_at"]));
            assert_eq!(seconds_of(updated), created.as_i64().unwrap(), "it is told at once");
            vec![(updated, Told::Began(word(&body["status"])))]
        }
        "conversation_status_changed" => {
            vec![(micros(&body["updated_at"]), Told::Status(word(&body["status"])))]
        }
        "conversation_updated" => assignments(body),
        "message_created" => vec![(instant(&body["created_at"]), message(body))],
        _ => Vec::new(),
    }
}

fn changes(body: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let all = body["changed_attributes"].as_array().into_iter().flatten();
    all.flat_map(|change| {
        change.as_object().unwrap().iter().map(|(column, change)| (column.as_str(), change))
    })
}

fn assignments(body: &Value) -> Vec<(i64, Told)> {
    let changed = changes(body).find(|(column, _)| *column == "updated_at");
    let at =
        changed.map_or_else(|| micros(&body["updated_at"]), |(_, change)| instant(&change["current_value"]));
    let assigned = changes(body).filter(|(column, _)| *column == "assignee_id");
    assigned.map(|(_, change)| (at, Told::Assigned(change["current_value"].as_i64()))).collect()
}

fn message(body: &Value) -> Told {
    let survey = body["content_type"] == "input_csat";
    let sender =
        |kind: &str| (body["sender"]["type"] == kind).then(|| body["sender"]["id"].as_i64().unwrap());
    let private = body["private"].as_bool().unwrap();
    match body["message_type"].as_str().unwrap() {
        _ if survey => Told::SurveySent,
        "incoming" => Told::Wrote { customer: true, person: None, private, bot: false },
        "outgoing" => Told::Wrote {
            customer: false,
            person: sender("user"),
            private,
            bot: sender("agent_bot").is_some(),
        },
        // The desk's own lines and templates are nobody's.
        _ => Told::Wrote { customer: false, person: None, private: true, bot: false },
    }
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Began,
    In,
    Out,
    FirstResponse,
    Reply,
    Resolved,
    Reopened,
    HandedOver,
    ResolvedByBot,
    SurveySent,
    SurveyAnswered,
    DeskTurn,
    CustomerTurn,
    BotTurn,
}

/// One thing that was measured: when, how long it took, to whose credit.
#[derive(Debug, Clone)]
pub(super) struct Thing {
    pub(super) what: What,
    pub(super) at: i64,
    pub(super) length: i64,
    /// `None`: whoever has the conversation now; else who is credited, if anybody.
    pub(super) credit: Option<Option<i64>>,
    pub(super) rating: i64,
}

/// A conversation as far as it had come.
#[derive(Debug, Clone)]
pub(super) struct Course {
    pub(super) began: i64,
    pub(super) things: Vec<Thing>,
    pub(super) status: String,
    /// Microseconds.
    pub(super) waits_since: Option<i64>,
    pub(super) is_answered: bool,
    assignee: Option<i64>,
    turn: (Option<What>, i64),
}

impl Course {
    /// Follow what was told, before an instant in microseconds; `None` where it had not begun.
    pub(super) fn follow(told: &[(i64, Told)], before: i64, has_bot: bool) -> Option<Self> {
        let began = told.iter().find(|(_, told)| matches!(told, Told::Began(_)))?;
        let (began, Told::Began(status)) = began else { return None };
        if *began >= before {
            return None;
        }
        let mut course = Self {
            began: *began,
            things: Vec::new(),
            status: status.clone(),
            waits_since: Some(*began),
            is_answered: false,
            assignee: None,
            turn: (None, *began),
        };
        course.turn.0 = course.whose_turn();
        course.add(What::Began, *began, *began, None);
        let (mut person_wrote, mut was_resolved, mut handed_over) = (false, false, false);
        let mut clock_of_first = *began;
        for (at, now_told) in told.iter().filter(|(at, _)| *at < before) {
            let at = *at;
            match now_told {
                Told::Began(_) => {}
                Told::Assigned(agent) => course.assignee = *agent,
                Told::SurveySent => course.add(What::SurveySent, at, at, None),
                Told::SurveyAnswered(rating) => {
                    course.add(What::SurveyAnswered, at, at, Some(course.assignee));
                    course.things.last_mut().unwrap().rating = *rating;
                }
                Told::Wrote { customer: true, .. } => {
                    course.add(What::In, at, at, None);
                    course.waits_since = course.waits_since.or(Some(at));
                }
                Told::Wrote { person, private, bot, .. } => {
                    if person.is_some() || *bot {
                        course.add(What::Out, at, at, Some(*person));
                    }
                    if *bot && !private {
                        course.waits_since = None;
                    }
                    person_wrote |= person.is_some();
                    if person.is_some() && !private {
                        course.answer(at, *person, clock_of_first);
                    }
                }
                Told::Status(now) if *now == course.status => {}
                Told::Status(now) => {
                    let from_bot = course.status == "pending" && now == "open";
                    course.status.clone_from(now);
                    if now == "resolved" {
                        course.add(What::Resolved, course.began, at, Some(course.assignee));
                        if has_bot && !person_wrote {
                            course.add(What::ResolvedByBot, course.began, at, Some(course.assignee));
                        }
                        (was_resolved, course.waits_since) = (true, None);
                    }
                    if now == "open" {
                        if from_bot && !handed_over {
                            // Whoever gets it in the same instant, gets it because of this.
                            let earlier = told.iter().filter(|(then, _)| *then < at);
                            let mut had = earlier.filter_map(|(_, told)| match told {
                                Told::Assigned(agent) => Some(*agent),
                                _ => None,
                            });
                            course.add(What::HandedOver, course.began, at, Some(had.next_back().flatten()));
                            handed_over = true;
                        }
                        if from_bot {
                            course.waits_since = course.waits_since.or(Some(at));
                        }
                        if was_resolved {
                            course.add(What::Reopened, at, at, Some(course.assignee));
                        }
                        clock_of_first = at;
                    }
                }
            }
            course.pass(at);
        }
        Some(course)
    }

    fn answer(&mut self, at: i64, person: Option<i64>, clock_of_first: i64) {
        if !self.is_answered {
            self.add(What::FirstResponse, clock_of_first, at, Some(person));
        } else if let Some(since) = self.waits_since {
            self.add(What::Reply, since, at, Some(self.assignee));
        }
        (self.is_answered, self.waits_since) = (true, None);
    }

    fn add(&mut self, what: What, from: i64, at: i64, credit: Option<Option<i64>>) {
        let length = seconds_of(at) - seconds_of(from);
        self.things.push(Thing { what, at: seconds_of(at), length, credit, rating: 0 });
    }

    fn whose_turn(&self) -> Option<What> {
        match (self.status.as_str(), self.waits_since) {
            ("resolved", _) => None,
            ("pending", _) => Some(What::BotTurn),
            ("open", Some(_)) => Some(What::DeskTurn),
            _ => Some(What::CustomerTurn),
        }
    }

    fn pass(&mut self, at: i64) {
        let next = self.whose_turn();
        let (turn, since) = self.turn;
        if next != turn {
            if let Some(turn) = turn.filter(|_| since < at) {
                self.add(turn, since, at, Some(self.assignee));
            }
            self.turn = (next, at);
        }
    }
}

/// How a promise stands: its kind, and when it was kept or its time was up; `None` while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stand {
    Met(i64),
    Missed(i64),
    Running,
}

/// The promises of this test: so many minutes on the wall clock.
const PROMISED: [(&str, i64); 3] = [("first_response", 30), ("next_response", 60), ("resolution", 2880)];

/// How each promise of a conversation stands at an instant in microseconds, told by what happened until then.
pub(super) fn promises(told: &[(i64, Told)], now: i64) -> Vec<(&'static str, Stand)> {
    let found = PROMISED.iter().filter_map(|(kind, minutes)| {
        let mut runs = Runs::default();
        let (mut replied, mut status) = (false, String::new());
        for (at, told) in told {
            match told {
                Told::Began(began) => {
                    status.clone_from(began);
                    if *kind != "next_response" && (status == "open" || *kind == "resolution") {
                        runs.begin(*at);
                    }
                }
                Told::Wrote { customer: true, .. }
                    if *kind == "next_response" && replied && !runs.goes_on =>
                {
                    runs.begin(*at);
                    runs.stands_still(*at, status == "snoozed");
                }
                Told::Wrote { person: Some(_), private: false, .. } => {
                    match *kind {
                        "first_response" if !replied => runs.end(*at, true),
                        "next_response" => runs.end(*at, true),
                        _ => {}
                    }
                    replied = true;
                }
                Told::Status(next) if *next != status => {
                    let before = std::mem::replace(&mut status, next.clone());
                    match (*kind, next.as_str()) {
                        ("resolution", "resolved") => runs.end(*at, true),
                        ("resolution", "open" | "pending") if before == "resolved" => runs.go_on(*at),
                        ("resolution", "pending") => {}
                        (_, "resolved" | "pending") => runs.end(*at, false),
                        ("first_response", "open") if !replied && before != "snoozed" => runs.begin(*at),
                        (_, next) => runs.stands_still(*at, next == "snoozed"),
                    }
                }
                _ => {}
            }
        }
        runs.stand(minutes * 60_000_000, now).map(|stand| (*kind, stand))
    });
    found.collect()
}

/// A clock: the stretches in which it ran, and how it ended.
#[derive(Default)]
struct Runs {
    ran: Vec<(i64, Option<i64>)>,
    goes_on: bool,
    is_done: bool,
}

impl Runs {
    fn begin(&mut self, at: i64) {
        *self = Self { ran: vec![(at, None)], goes_on: true, is_done: false };
    }

    fn go_on(&mut self, at: i64) {
        self.ran.push((at, None));
        (self.goes_on, self.is_done) = (true, false);
    }

    fn pause(&mut self, at: i64) {
        if let Some((_, until)) = self.ran.last_mut() {
            until.get_or_insert(at);
        }
    }

    fn stands_still(&mut self, at: i64, still: bool) {
        if still && self.goes_on {
            self.pause(at);
        } else if self.goes_on && self.ran.last().is_some_and(|(_, until)| until.is_some()) {
            self.ran.push((at, None));
        }
    }

    fn end(&mut self, at: i64, is_done: bool) {
        if self.goes_on {
            self.pause(at);
            (self.goes_on, self.is_done) = (false, is_done);
        }
    }

    fn stand(&self, allowed: i64, now: i64) -> Option<Stand> {
        let (mut left, last) = (allowed, self.ran.last()?);
        let mut due = None;
        for (from, until) in &self.ran {
            let length = until.map_or(i64::MAX, |until| until - from);
            if length >= left {
                due = Some(from + left);
                break;
            }
            left -= length;
        }
        match due.filter(|due| *due <= now) {
            Some(due) => Some(Stand::Missed(seconds_of(due))),
            None if self.goes_on => Some(Stand::Running),
            None => self.is_done.then(|| Stand::Met(seconds_of(last.1.unwrap()))),
        }
    }
}
