//! Addresses of the dashboard.

use super::*;

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

fn read(query: &[(&str, &str)], now: &str) -> Pick {
    let mut asked = Asked::default();
    for (name, value) in query {
        let field = match *name {
            "period" => &mut asked.period,
            "from" => &mut asked.from,
            "to" => &mut asked.to,
            "since" => &mut asked.since,
            "until" => &mut asked.until,
            "clock" => &mut asked.clock,
            "inbox" => &mut asked.inbox,
            "label" => &mut asked.label,
            other => panic!("{other}"),
        };
        *field = (*value).to_owned();
    }
    Pick::read(&asked, &Settings::default(), berlin(), now.parse().unwrap())
}

fn instants(period: Period) -> (String, String) {
    let text = |second| Timestamp::from_second(second).unwrap().to_string();
    (text(period.since), text(period.until))
}

#[test]
fn seven_days_begin_at_the_desks_midnight_six_days_ago() {
    let pick = read(&[], "2026-11-22T22:30:00Z");
    assert_eq!(instants(pick.period), ("2026-11-15T23:00:00Z".into(), "2026-11-22T22:30:01Z".into()));
    assert_eq!(
        (pick.days(), pick.title(), pick.words()),
        (7, "Last 7 days".into(), "16 – 22 November 2026".into())
    );
}

#[test]
fn a_period_of_ones_own_has_its_last_day_in_it() {
    let pick =
        read(&[("period", "custom"), ("from", "2026-03-28"), ("to", "2026-03-29")], "2026-11-22T22:30:00Z");
    assert_eq!(instants(pick.period), ("2026-03-27T23:00:00Z".into(), "2026-03-29T22:00:00Z".into()));
    assert!(pick.problems.is_empty());
}

#[test]
fn what_cannot_be_read_is_said_and_the_week_is_shown() {
    for (query, word) in [
        (vec![("period", "custom"), ("from", "2026-13-01"), ("to", "")], "2026-13-01"),
        (vec![("period", "custom"), ("from", "2026-05-02"), ("to", "2026-05-01")], "before it begins"),
        (vec![("period", "yesterday")], "yesterday"),
        (vec![("since", "20"), ("until", "10")], "the earlier of them"),
        (vec![("since", "1"), ("until", "99999999999999999")], "the earlier of them"),
        (vec![("clock", "sun")], "sun"),
        (vec![("inbox", "Website")], "Website"),
    ] {
        let pick = read(&query, "2026-11-22T22:30:00Z");
        assert!(pick.problems.join(" ").contains(word), "{query:?}: {:?}", pick.problems);
        assert_eq!(pick.days(), 7, "{query:?}");
    }
}

#[test]
fn an_address_leads_to_the_same_period_and_slice() {
    let query = [("period", "28d"), ("clock", "business"), ("inbox", "3"), ("label", "a&b c")];
    let pick = read(&query, "2026-11-22T22:30:00Z");
    assert!(pick.query().ends_with("&clock=business&inbox=3&label=a%26b%20c"), "{}", pick.query());
    let (since, until) = (pick.period.since.to_string(), pick.period.until.to_string());
    let again = read(
        &[("since", &since), ("until", &until), ("clock", "business"), ("inbox", "3"), ("label", "a&b c")],
        "2027-01-01T00:00:00Z",
    );
    assert_eq!((again.period, again.clock, again.slice), (pick.period, pick.clock, pick.slice));
}
