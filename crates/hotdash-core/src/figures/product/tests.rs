//! Our own figures on a handful of conversations.

mod behind;
mod naive;

use super::*;
use crate::conversation::Status;
use crate::facts::{ConversationFacts, Fact, FactKind};
use crate::figures::definition::Definition;
use crate::figures::measured::{CategoryFact, DraftFact, DraftOutcome, Measured, Price, SlaFact, SlaOutcome};
use crate::ids::ConversationId;
use crate::sla::Kind;

const START: i64 = 1_780_272_000;

fn fact(kind: FactKind, second: i64, seconds: i64, agent: i64) -> Fact {
    Fact {
        kind,
        at: (START + second) * 1_000_000,
        from: Some(0),
        seconds: Some(seconds),
        business: Some(seconds / 2),
        agent: Some(AgentId(agent)),
        message: None,
        rating: None,
    }
}

fn conversation(id: i64, status: Status, created: i64, facts: Vec<Fact>) -> ConversationFacts {
    ConversationFacts {
        conversation: ConversationId(id),
        inbox: InboxId(id % 2),
        channel: Channel::Email,
        status,
        assignee: Some(AgentId(2)),
        team: Some(TeamId(1)),
        labels: vec!["orders".into()],
        created_at: (START + created) * 1_000_000,
        waiting_since: None,
        is_answered: !facts.is_empty(),
        facts,
        unknown: Vec::new(),
    }
}

fn columns(facts: &[ConversationFacts]) -> Columns {
    let all: Vec<Measured> = facts.iter().cloned().map(Measured::from).collect();
    all.iter().collect()
}

fn question(columns: &Columns) -> Question<'_> {
    let period = Period { since: START, until: START + 86_400 };
    Question::new(columns, period, TimeZone::UTC, Timestamp::from_second(START + 86_400).unwrap())
}

fn value(question: &Question<'_>, id: &str) -> Value {
    question.answers().value(Definition::find(id).unwrap())
}

fn behind(question: &Question<'_>, id: &str) -> Vec<i64> {
    let found = question.answers().conversations(Definition::find(id).unwrap());
    found.into_iter().map(|id| id.0).collect()
}

fn desk() -> Columns {
    let answered = |id, seconds| {
        conversation(id, Status::Resolved, 0, vec![fact(FactKind::FirstResponse, seconds, seconds, 2)])
    };
    columns(&[
        answered(1, 100),
        answered(2, 200),
        answered(3, 400),
        conversation(4, Status::Open, 3600, Vec::new()),
    ])
}

#[test]
fn a_span_has_exact_percentiles_and_its_conversations_and_the_open_ones_apart() {
    let desk = desk();
    let asked = question(&desk);
    assert_eq!(value(&asked, "frt.count"), Ok(3.0));
    assert_eq!((value(&asked, "frt.p50"), value(&asked, "frt.max")), (Ok(200.0), Ok(400.0)));
    assert!((value(&asked, "frt.p90").unwrap() - 360.0).abs() < 1e-9);
    assert_eq!(behind(&asked, "frt.p90"), [1, 2, 3]);
    assert_eq!((value(&asked, "frt.open"), value(&asked, "frt.open_max")), (Ok(1.0), Ok(82_800.0)));
    assert_eq!(behind(&asked, "frt.open"), [4]);
}

#[test]
fn nothing_is_none_with_its_reason_and_zero_is_zero() {
    let nothing = Columns::new();
    let asked = question(&nothing);
    assert_eq!(value(&asked, "resolution.p50"), Err(Reason::NothingHappened));
    assert_eq!(value(&asked, "overview.resolutions"), Ok(0.0));
    assert_eq!(value(&asked, "csat.response_rate"), Err(Reason::NoSurveySent));
    assert_eq!(value(&asked, "sla.compliance"), Err(Reason::NothingHappened));
    assert_eq!(value(&asked, "drafts.tokens"), Err(Reason::NoUsageTold));
    assert_eq!(value(&asked, "drafts.tone"), Err(Reason::NoGrades));
}

#[test]
fn working_time_that_is_partly_unknown_is_no_figure() {
    let mut facts = [conversation(1, Status::Resolved, 0, vec![fact(FactKind::FirstResponse, 400, 400, 2)])];
    let longest =
        |columns: &Columns| value(&Question { clock: Clock::Business, ..question(columns) }, "frt.max");
    assert_eq!(longest(&columns(&facts)), Ok(200.0));
    facts[0].facts[0].business = None;
    assert_eq!(longest(&columns(&facts)), Err(Reason::WorkingHoursUnknown));
}

#[test]
fn slices_are_combined() {
    let desk = desk();
    let count = |slice: Slice| behind(&Question { slice, ..question(&desk) }, "frt.count").len();
    assert_eq!(count(Slice { inbox: Some(InboxId(1)), ..Slice::default() }), 2);
    assert_eq!(count(Slice { inbox: Some(InboxId(1)), agent: Some(AgentId(9)), ..Slice::default() }), 0);
    assert_eq!(count(Slice { label: Some("orders".into()), hour: Some(0), ..Slice::default() }), 3);
    assert_eq!(count(Slice { hour: Some(1), ..Slice::default() }), 0);
    assert_eq!(count(Slice { channel: Some(Channel::Sms), ..Slice::default() }), 0);
    assert_eq!(count(Slice { team: Some(TeamId(1)), ..Slice::default() }), 3);
    assert_eq!(count(Slice { category: Some("orders".into()), ..Slice::default() }), 0);
}

#[test]
fn shares_of_surveys_are_of_the_answers() {
    let rated =
        |rating, second| Fact { rating: Some(rating), ..fact(FactKind::SurveyAnswered, second, 0, 2) };
    let sent = |second| fact(FactKind::SurveySent, second, 0, 2);
    let desk = columns(&[
        conversation(1, Status::Resolved, 0, vec![sent(1), rated(5, 2)]),
        conversation(2, Status::Resolved, 0, vec![sent(1), rated(1, 2)]),
        conversation(3, Status::Resolved, 0, vec![sent(1)]),
        conversation(4, Status::Resolved, 0, vec![sent(1)]),
    ]);
    let asked = question(&desk);
    assert_eq!((value(&asked, "csat.positive"), value(&asked, "csat.negative")), (Ok(0.5), Ok(0.5)));
    assert_eq!((value(&asked, "csat.response_rate"), value(&asked, "csat.mean")), (Ok(0.5), Ok(3.0)));
    assert_eq!(asked.answers().whole().ratings(), [1, 0, 0, 0, 1]);
    assert_eq!((behind(&asked, "csat.answers"), behind(&asked, "csat.negative")), (vec![1, 2], vec![2]));
}

#[test]
fn arrivals_are_by_weekday_and_hour_of_the_zone() {
    let created = |second| vec![fact(FactKind::Created, second, 0, 2)];
    // Monday 2026-06-01, 22:30 in UTC is Tuesday in Berlin.
    let second = 22 * 3600 + 1800;
    let desk = columns(&[conversation(1, Status::Open, second, created(second))]);
    let asked = Question { zone: TimeZone::get("Europe/Berlin").unwrap(), ..question(&desk) };
    assert_eq!(asked.answers().peak_hours()[1][0], 1);
    assert_eq!(question(&desk).answers().peak_hours()[0][22], 1);
}

#[test]
fn only_what_was_resolved_before_can_be_reopened() {
    let handoff = conversation(1, Status::Open, 0, vec![fact(FactKind::Opened, 5, 0, 2)]);
    let again = vec![fact(FactKind::Resolved, 5, 5, 2), fact(FactKind::Opened, 9, 4, 2)];
    let again = conversation(2, Status::Open, 0, again);
    assert_eq!(behind(&question(&columns(&[handoff, again])), "overview.reopened"), [2]);
}

#[test]
fn turns_are_summed_and_unknown_working_hours_are_no_zero() {
    let turn = |seconds| fact(FactKind::WaitedForDesk, 10, seconds, 2);
    let mut facts = [conversation(1, Status::Open, 0, vec![turn(30), turn(50)])];
    let desk = columns(&facts);
    assert_eq!(value(&question(&desk), "turns.desk"), Ok(80.0));
    assert_eq!(value(&question(&desk), "turns.bot"), Ok(0.0));
    facts[0].facts[0].business = None;
    let desk = columns(&facts);
    let business = Question { clock: Clock::Business, ..question(&desk) };
    assert_eq!(value(&business, "turns.desk"), Err(Reason::WorkingHoursUnknown));
}

fn second(second: i64) -> i64 {
    (START + second) * 1_000_000
}

#[test]
fn a_promise_is_broken_once_its_time_is_up_and_running_ones_are_apart() {
    let promise = |outcome| SlaFact { kind: Kind::FirstResponse, outcome };
    let with = |id, outcome| Measured {
        sla: vec![promise(outcome)],
        ..conversation(id, Status::Open, 0, Vec::new()).into()
    };
    let all = [
        with(1, SlaOutcome::Met { at: second(10) }),
        with(2, SlaOutcome::Breached { at: second(10) }),
        with(3, SlaOutcome::Open { due: Some(second(20)) }),
        with(4, SlaOutcome::Open { due: Some(second(100_000)) }),
        with(5, SlaOutcome::Open { due: None }),
    ];
    let desk: Columns = all.iter().collect();
    let asked = question(&desk);
    assert_eq!(value(&asked, "sla.first_response.compliance"), Ok(1.0 / 3.0));
    assert_eq!(behind(&asked, "sla.first_response.breached"), [2, 3]);
    assert_eq!(behind(&asked, "sla.running"), [4, 5]);
    assert_eq!(value(&asked, "sla.resolution.compliance"), Err(Reason::NothingHappened));
}

fn draft(outcome: DraftOutcome, changed_permille: Option<u16>) -> DraftFact {
    DraftFact {
        created_at: second(0),
        ready_at: Some(second(4)),
        ended: Some((outcome, second(60))),
        changed_permille,
        grades: changed_permille.map(|_| [5, 4, 3]),
        findings: 2,
        blocking: 0,
        tokens: None,
        cost: None,
    }
}

#[test]
fn a_draft_costs_what_its_tokens_cost_and_nothing_is_guessed() {
    let price = Price { prompt: 150_000, completion: 600_000 };
    let of = |prompt, completion| DraftFact {
        tokens: Some(prompt + completion),
        cost: Some(price.of(prompt, completion)),
        ..draft(DraftOutcome::Approved, None)
    };
    let cost = |drafts: Vec<DraftFact>| {
        let one = Measured { drafts, ..conversation(1, Status::Open, 0, Vec::new()).into() };
        let desk: Columns = [one].iter().collect();
        let asked = question(&desk);
        assert_eq!(behind(&asked, "drafts.cost"), behind(&asked, "drafts.cost_mean"));
        (value(&asked, "drafts.cost"), value(&asked, "drafts.cost_mean"))
    };
    // 0.15 for a million that are read, 0.60 for a million that are written.
    assert_eq!(cost(vec![of(1_000_000, 0), of(0, 1_000_000)]), (Ok(0.75), Ok(0.375)));
    // The one that no model wrote costs nothing, and is none of those that cost something on average.
    assert_eq!(cost(vec![of(2_000, 500), draft(DraftOutcome::Approved, None)]), (Ok(0.0006), Ok(0.0006)));
    let unpriced = DraftFact { tokens: Some(700), ..draft(DraftOutcome::Approved, None) };
    assert_eq!(cost(vec![unpriced]), (Err(Reason::NoPriceSet), Err(Reason::NoPriceSet)));
    assert_eq!(cost(Vec::new()), (Err(Reason::NoUsageTold), Err(Reason::NoUsageTold)));
}

#[test]
fn shares_of_drafts_are_of_those_that_a_person_decided() {
    let drafts = vec![
        draft(DraftOutcome::Approved, Some(0)),
        draft(DraftOutcome::Approved, Some(0)),
        draft(DraftOutcome::Edited, Some(300)),
        draft(DraftOutcome::Rejected, None),
        draft(DraftOutcome::Superseded, None),
        DraftFact {
            ended: None,
            blocking: 1,
            tokens: Some(700),
            cost: Some(2_500_000),
            ..draft(DraftOutcome::Failed, None)
        },
    ];
    let one = Measured { drafts, ..conversation(1, Status::Open, 0, Vec::new()).into() };
    let desk: Columns = [one].iter().collect();
    let asked = question(&desk);
    assert_eq!((value(&asked, "drafts.ready"), value(&asked, "drafts.decided")), (Ok(6.0), Ok(4.0)));
    assert_eq!((value(&asked, "drafts.approved"), value(&asked, "drafts.edited")), (Ok(0.5), Ok(0.25)));
    assert_eq!((value(&asked, "drafts.rejected"), value(&asked, "drafts.superseded")), (Ok(0.25), Ok(0.2)));
    assert_eq!(
        (value(&asked, "drafts.edit_distance"), value(&asked, "drafts.ready_p50")),
        (Ok(0.1), Ok(4.0))
    );
    assert_eq!((value(&asked, "drafts.accuracy"), value(&asked, "drafts.tokens")), (Ok(4.0), Ok(700.0)));
    assert_eq!(
        (value(&asked, "drafts.cost"), value(&asked, "drafts.cost_mean")),
        (Ok(0.0000025), Ok(0.0000025))
    );
    assert_eq!(
        (value(&asked, "drafts.findings"), value(&asked, "drafts.blocked")),
        (Ok(12.0), Ok(1.0 / 6.0))
    );
}

#[test]
fn a_category_counts_once_in_each_conversation_when_it_was_first_seen() {
    let about = |id, names: &[&str], at| Measured {
        categories: names.iter().map(|name| CategoryFact { name: (*name).into(), at: second(at) }).collect(),
        ..conversation(id, Status::Open, 0, Vec::new()).into()
    };
    let all = [about(1, &["orders", "refunds"], 5), about(2, &["orders"], 6), about(3, &["orders"], -5)];
    let desk: Columns = all.iter().collect();
    let answers = question(&desk).answers();
    assert_eq!(answers.categories(), (vec![("orders".into(), 2), ("refunds".into(), 1)], 2));
    assert_eq!(answers.conversations_of_category("orders"), [1, 2].map(ConversationId));
}

#[test]
fn a_conversation_that_is_put_in_again_replaces_itself_and_one_removed_is_gone() {
    let mut desk = desk();
    let again = vec![fact(FactKind::FirstResponse, 50, 50, 3)];
    desk.put(&conversation(1, Status::Resolved, 0, again).into());
    desk.remove(ConversationId(2));
    let check = |desk: &Columns| {
        assert_eq!(behind(&question(desk), "frt.count"), [1, 3]);
        assert_eq!(value(&question(desk), "frt.min"), Ok(50.0));
    };
    check(&desk);
    desk.compact();
    check(&desk);
    assert_eq!((desk.len(), desk.fact_rows()), (3, 2));
}
