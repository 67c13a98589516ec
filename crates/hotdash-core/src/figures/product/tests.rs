//! Our own figures on a handful of conversations.

use super::*;

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

fn question(facts: &[ConversationFacts]) -> Question<'_> {
    Question {
        facts,
        slice: Slice::default(),
        period: Period { since: START, until: START + 86_400 },
        clock: Clock::Wall,
        zone: TimeZone::UTC,
        now: Timestamp::from_second(START + 86_400).unwrap(),
    }
}

fn desk() -> Vec<ConversationFacts> {
    let answered = |id, seconds| {
        conversation(id, Status::Resolved, 0, vec![fact(FactKind::FirstResponse, seconds, seconds, 2)])
    };
    vec![
        answered(1, 100),
        answered(2, 200),
        answered(3, 400),
        conversation(4, Status::Open, 3600, Vec::new()),
    ]
}

#[test]
fn a_span_has_exact_percentiles_and_its_conversations_and_the_open_ones_apart() {
    let facts = desk();
    let Span { ended, open } = question(&facts).first_response();
    let spread = ended.value.unwrap();
    assert_eq!((spread.count, spread.p50, spread.min, spread.max), (3, 200.0, 100, 400));
    assert!((spread.p90 - 360.0).abs() < 1e-9);
    assert_eq!(ended.conversations, [1, 2, 3].map(ConversationId));
    assert_eq!((open.value.unwrap().max, open.conversations), (82_800, vec![ConversationId(4)]));
}

#[test]
fn nothing_is_none_with_its_reason_and_zero_is_zero() {
    let span = question(&[]).resolution();
    assert_eq!((span.ended.value, span.ended.reason), (None, Some(Reason::NothingHappened)));
    assert_eq!(question(&[]).count(FactKind::Resolved).value, Some(0));
    assert_eq!(question(&[]).csat().response_rate.reason, Some(Reason::NoSurveySent));
}

#[test]
fn working_time_that_is_partly_unknown_is_no_figure() {
    let mut facts = desk();
    let business = |facts: &[ConversationFacts]| {
        Question { clock: Clock::Business, ..question(facts) }.first_response().ended
    };
    assert_eq!(business(&facts).value.unwrap().max, 200);
    facts[0].facts[0].business = None;
    assert_eq!(business(&facts).reason, Some(Reason::WorkingHoursUnknown));
}

#[test]
fn slices_are_combined() {
    let facts = desk();
    let count = |slice: Slice| {
        let asked = Question { slice, ..question(&facts) };
        asked.first_response().ended.conversations.len()
    };
    assert_eq!(count(Slice { inbox: Some(InboxId(1)), ..Slice::default() }), 2);
    assert_eq!(count(Slice { inbox: Some(InboxId(1)), agent: Some(AgentId(9)), ..Slice::default() }), 0);
    assert_eq!(count(Slice { label: Some("orders".into()), hour: Some(0), ..Slice::default() }), 3);
    assert_eq!(count(Slice { hour: Some(1), ..Slice::default() }), 0);
    assert_eq!(count(Slice { channel: Some(Channel::Sms), ..Slice::default() }), 0);
    assert_eq!(count(Slice { team: Some(TeamId(1)), ..Slice::default() }), 3);
}

#[test]
fn shares_of_surveys_are_of_the_answers() {
    let rated =
        |rating, second| Fact { rating: Some(rating), ..fact(FactKind::SurveyAnswered, second, 0, 2) };
    let sent = |second| fact(FactKind::SurveySent, second, 0, 2);
    let facts = [
        conversation(1, Status::Resolved, 0, vec![sent(1), rated(5, 2)]),
        conversation(2, Status::Resolved, 0, vec![sent(1), rated(1, 2)]),
        conversation(3, Status::Resolved, 0, vec![sent(1)]),
        conversation(4, Status::Resolved, 0, vec![sent(1)]),
    ];
    let csat = question(&facts).csat();
    assert_eq!((csat.positive.value, csat.negative.value), (Some(0.5), Some(0.5)));
    assert_eq!(csat.response_rate.value, Some(0.5));
    assert_eq!(csat.ratings.value, Some([1, 0, 0, 0, 1]));
    assert_eq!(csat.ratings.conversations, [1, 2].map(ConversationId));
}

#[test]
fn arrivals_are_by_weekday_and_hour_of_the_zone() {
    let created = |second| vec![fact(FactKind::Created, second, 0, 2)];
    // Monday 2026-06-01, 22:30 in UTC is Tuesday in Berlin.
    let second = 22 * 3600 + 1800;
    let facts = [conversation(1, Status::Open, second, created(second))];
    let asked = Question { zone: TimeZone::get("Europe/Berlin").unwrap(), ..question(&facts) };
    assert_eq!(asked.peak_hours().value.unwrap()[1][0], 1);
    assert_eq!(question(&facts).peak_hours().value.unwrap()[0][22], 1);
}

#[test]
fn only_what_was_resolved_before_can_be_reopened() {
    let handoff = conversation(1, Status::Open, 0, vec![fact(FactKind::Opened, 5, 0, 2)]);
    let again = vec![fact(FactKind::Resolved, 5, 5, 2), fact(FactKind::Opened, 9, 4, 2)];
    let again = conversation(2, Status::Open, 0, again);
    assert_eq!(question(&[handoff, again]).reopened().conversations, [ConversationId(2)]);
}

#[test]
fn turns_are_summed_and_unknown_working_hours_are_no_zero() {
    let turn = |seconds| fact(FactKind::WaitedForDesk, 10, seconds, 2);
    let mut facts = [conversation(1, Status::Open, 0, vec![turn(30), turn(50)])];
    assert_eq!(question(&facts).turns().desk.value, Some(80));
    assert_eq!(question(&facts).turns().bot.value, Some(0));
    facts[0].facts[0].business = None;
    let business = Question { clock: Clock::Business, ..question(&facts) };
    assert_eq!(business.turns().desk.reason, Some(Reason::WorkingHoursUnknown));
}
