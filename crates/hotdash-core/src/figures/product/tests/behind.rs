//! Parts of what is behind a figure add up to the whole.

use super::*;

fn ids(found: &[(ConversationId, i64)]) -> Vec<(i64, i64)> {
    found.iter().map(|(id, length)| (id.0, *length)).collect()
}

#[test]
fn the_lengths_behind_a_percentile_are_those_of_its_spread() {
    let answered = |id, seconds| {
        conversation(id, Status::Resolved, 0, vec![fact(FactKind::FirstResponse, seconds, seconds, 2)])
    };
    let waiting = conversation(9, Status::Open, 86_000, vec![]);
    let columns = columns(&[answered(1, 100), answered(2, 900), answered(3, 200), waiting]);
    let question = question(&columns);
    let answers = question.answers();
    let lengths = |id: &str| answers.lengths_of(Definition::find(id).unwrap());
    assert_eq!(ids(&lengths("frt.p50").unwrap()), [(2, 900), (3, 200), (1, 100)]);
    assert_eq!(ids(&lengths("frt.open").unwrap()), [(9, 400)]);
    assert_eq!(lengths("overview.conversations"), None);
    let business = Question { clock: Clock::Business, ..question.clone() };
    let longest = business.answers().lengths_of(Definition::find("frt.max").unwrap()).unwrap();
    assert_eq!(ids(&longest)[0], (2, 450));
}

#[test]
fn weekdays_and_ratings_part_what_is_behind() {
    let created = |id, second: i64| {
        let began = Fact {
            from: None,
            seconds: None,
            business: None,
            agent: None,
            ..fact(FactKind::Created, second, 0, 1)
        };
        conversation(id, Status::Open, second, vec![began])
    };
    let rated = |id, rating| {
        let answer = Fact { rating: Some(rating), seconds: None, ..fact(FactKind::SurveyAnswered, 60, 0, 2) };
        conversation(id, Status::Resolved, 0, vec![answer])
    };
    // 2026-06-01 is a Monday.
    let columns = columns(&[created(1, 10), created(2, 90_000), created(3, 20), rated(4, 5), rated(5, 2)]);
    let week = Period { since: START, until: START + 7 * 86_400 };
    let question = question(&columns).over(week);
    let answers = question.answers();
    assert_eq!(answers.begun_on(0), [ConversationId(1), ConversationId(3)]);
    assert_eq!(answers.begun_on(1), [ConversationId(2)]);
    assert_eq!(answers.begun_on(6), []);
    assert_eq!((answers.rated(5), answers.rated(1)), (vec![ConversationId(4)], vec![]));
}
