//! Comparing answers.

use super::*;
use crate::facts::Settings;
use jiff::Timestamp;
use serde_json::json;

fn compare(theirs: &Value, path: &str) -> Check {
    let settings = Settings::default();
    let desk = Desk { facts: &[], settings: &settings, today: Timestamp::UNIX_EPOCH };
    let mut check = Check::default();
    check.compare(Source::Deliveries, "report", path, theirs, desk, &Surroundings::default());
    check
}

const SUMMARY: &str = "/api/v2/accounts/1/reports/bot_summary?type=account&since=0&until=10";

#[test]
fn equal_is_equal_however_the_number_is_written() {
    let theirs = json!({ "bot_resolutions_count": "0", "bot_handoffs_count": 0.0, "previous": {} });
    let check = compare(&theirs, SUMMARY);
    assert_eq!((check.compared, check.equal), (4, 2));
    assert!(check.different.iter().all(|difference| difference.figure.starts_with("previous.")));
}

#[test]
fn a_difference_has_both_values_and_is_not_explained_without_a_cause() {
    let theirs = json!({ "bot_resolutions_count": 3, "bot_handoffs_count": 0,
        "previous": { "bot_resolutions_count": 0, "bot_handoffs_count": 0 } });
    let check = compare(&theirs, SUMMARY);
    let [difference] = check.different.as_slice() else { panic!("{check:?}") };
    assert_eq!((&difference.ours, &difference.theirs), (&json!(0), &json!(3)));
    assert!(!check.is_explained());
}

#[test]
fn rows_are_compared_by_their_number_and_not_by_their_order() {
    let rows = |order: [i64; 2]| json!(order.map(|id| json!({ "id": id, "count": id * 10, "name": "x" })));
    assert_eq!(figures(&rows([1, 2])), figures(&rows([2, 1])));
    assert_eq!(figures(&rows([1, 2])).keys().collect::<Vec<_>>(), ["1.count", "2.count"]);
}

#[test]
fn a_report_that_is_not_known_is_skipped_and_not_equal() {
    let check = compare(&json!([]), "/api/v2/accounts/1/reports/agents?since=0&until=10");
    assert_eq!((check.compared, check.skipped.len()), (0, 1));
}

#[test]
fn a_conversation_that_the_desk_deleted_explains_exactly_the_difference_it_makes() {
    let gone = crate::figures::desk::tests::conversation_with_a_handoff(7);
    let settings = Settings::default();
    let desk = Desk { facts: &[gone], settings: &settings, today: Timestamp::UNIX_EPOCH };
    let around = Surroundings { listed: Some(BTreeSet::new()) };
    let path = "/api/v2/accounts/1/reports/bot_summary?type=account&since=0&until=9999999999";
    let compare = |handoffs: usize| {
        let before = json!({ "bot_resolutions_count": 0, "bot_handoffs_count": 0 });
        let theirs =
            json!({ "bot_resolutions_count": 0, "bot_handoffs_count": handoffs, "previous": before });
        let mut check = Check::default();
        check.compare(Source::Deliveries, "bot-summary", path, &theirs, desk, &around);
        check
    };
    assert_eq!(compare(1).different, []);
    assert!(compare(0).different[0].why.contains("conversations 7"));
    assert!(!compare(2).is_explained());
}
