//! Clocks against stories whose ends can be reckoned by hand, and against themselves.

use super::*;
use crate::conversation::Priority;
use crate::ids::InboxId;
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    format!("2026-11-{text}:00Z").parse().unwrap()
}

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

const PROMISES: &str = "
    [[target]]
    id = 'all'
    first_response = '30m'
    next_response = '1h'
    resolution = '4h'
    [[warning]]
    at = 50
    [[warning]]
    at = 150
    clock = 'next_response'
";

fn policy(text: &str) -> SlaPolicy {
    SlaPolicy::parse("sla.toml", text, minutes(30)).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// Monday, 23 November 2026, 09:00.
fn story(happened: &[(&str, Happened)]) -> SlaFacts {
    let mut facts = SlaFacts::new(at("23T09:00"));
    for (when, what) in happened {
        facts.history.add(at(when), *what);
    }
    facts
}

fn clock(facts: &SlaFacts, kind: Kind) -> Option<Clock> {
    let all =
        Clock::all(&facts.history, &facts.about, facts.created_at, &policy(PROMISES), &Hours::shipped());
    all.into_iter().find(|clock| clock.kind == kind)
}

use Happened::{CustomerWrote, Open, Pending, Resolved, Snoozed, TeamReplied};

#[test]
fn a_first_response_is_met_or_missed() {
    let asked = story(&[("23T09:00", CustomerWrote), ("23T09:00", Open)]);
    let running = clock(&asked, Kind::FirstResponse).unwrap();
    assert_eq!(running.due(), Some(at("23T09:30")));
    assert_eq!(
        running.marks,
        [Mark { share: 50, at: Some(at("23T09:15")) }, Mark { share: 100, at: running.due() }]
    );
    assert_eq!(running.at(at("23T09:29")), ClockState::Running);
    assert_eq!(running.at(at("23T09:30")), ClockState::Breached, "at the instant");
    for (reply, state) in [("23T09:29", ClockState::Met), ("23T09:31", ClockState::Breached)] {
        let mut answered = asked.clone();
        answered.history.add(at(reply), TeamReplied);
        let ended = clock(&answered, Kind::FirstResponse).unwrap();
        assert_eq!(ended.at(at("24T00:00")), state, "{reply}");
        assert_eq!(ended.elapsed(Time::Wall, at("24T00:00")), at(reply).duration_since(at("23T09:00")));
    }
}

#[test]
fn a_first_response_begins_anew_where_chatwoot_counts_anew() {
    let bot = story(&[("23T09:00", CustomerWrote), ("23T09:00", Pending)]);
    assert_eq!(clock(&bot, Kind::FirstResponse), None, "a bot has it");
    let handed = story(&[("23T09:00", Pending), ("23T09:40", Open)]);
    assert_eq!(clock(&handed, Kind::FirstResponse).unwrap().due(), Some(at("23T10:10")));
    let closed = story(&[("23T09:00", Open), ("23T09:10", Resolved)]);
    assert_eq!(clock(&closed, Kind::FirstResponse).unwrap().at(at("24T00:00")), ClockState::Stopped);
    let reopened = story(&[("23T09:00", Open), ("23T09:10", Resolved), ("23T12:00", Open)]);
    assert_eq!(clock(&reopened, Kind::FirstResponse).unwrap().due(), Some(at("23T12:30")));
    let answered = story(&[("23T09:10", TeamReplied), ("23T09:20", Resolved), ("23T12:00", Open)]);
    assert_eq!(
        clock(&answered, Kind::FirstResponse).unwrap().at(at("24T00:00")),
        ClockState::Met,
        "only once"
    );
}

#[test]
fn a_snoozed_conversation_stands_still() {
    let facts = story(&[("23T09:00", Open), ("23T09:10", Snoozed)]);
    let still = clock(&facts, Kind::FirstResponse).unwrap();
    assert_eq!((still.due(), still.at(at("25T00:00"))), (None, ClockState::Paused(Pause::Snoozed)));
    let facts = story(&[("23T09:00", Open), ("23T09:10", Snoozed), ("24T08:00", Open)]);
    let woken = clock(&facts, Kind::FirstResponse).unwrap();
    assert_eq!(woken.due(), Some(at("24T08:20")));
    assert_eq!(woken.start, at("23T09:00"), "the same clock");
    let proof = woken.proof(Time::Wall);
    assert_eq!(proof.iter().map(Interval::length).collect::<Vec<_>>(), [minutes(10), minutes(20)]);
    assert_eq!(
        woken.because(100, Time::Wall),
        "First response: 30 min of the 30 min of target all were up Tue 24 Nov 2026 08:20:00 (UTC), 100 %. \
         Counted: Mon 23 Nov 09:00 to 09:10, Tue 24 Nov 08:00 to 08:20."
    );
}

#[test]
fn a_next_response_is_owed_from_the_first_unanswered_message() {
    let begun = [("23T09:00", CustomerWrote), ("23T09:10", TeamReplied)];
    assert_eq!(clock(&story(&begun[..1]), Kind::NextResponse), None, "that is the first");
    assert_eq!(clock(&story(&begun), Kind::NextResponse), None, "nobody waits");
    let owed = [&begun[..], &[("23T10:00", CustomerWrote), ("23T10:30", CustomerWrote)]].concat();
    let next = clock(&story(&owed), Kind::NextResponse).unwrap();
    assert_eq!((next.start, next.due()), (at("23T10:00"), Some(at("23T11:00"))));
    assert_eq!(next.marks.last(), Some(&Mark { share: 150, at: Some(at("23T11:30")) }), "its own warning");
    let resolved = [&owed[..], &[("23T10:40", Resolved)]].concat();
    let over = clock(&story(&resolved), Kind::NextResponse).unwrap();
    assert_eq!(over.at(at("24T00:00")), ClockState::Stopped);
    let again = [&resolved[..], &[("24T09:00", CustomerWrote), ("24T09:00", Open)]].concat();
    assert_eq!(clock(&story(&again), Kind::NextResponse).unwrap().start, at("24T09:00"));
    let bot = [&begun[..], &[("23T09:20", Pending), ("23T09:30", CustomerWrote)]].concat();
    assert_eq!(clock(&story(&bot), Kind::NextResponse), None);
    let handed = [&bot[..], &[("23T09:50", Open)]].concat();
    assert_eq!(clock(&story(&handed), Kind::NextResponse).unwrap().start, at("23T09:50"));
}

#[test]
fn a_resolution_stops_and_goes_on() {
    let worked = [("23T09:00", Open), ("23T10:00", TeamReplied), ("23T12:00", CustomerWrote)];
    assert_eq!(
        clock(&story(&worked), Kind::Resolution).unwrap().due(),
        Some(at("23T15:00")),
        "two hours were the customer's"
    );
    let done = [&worked[..], &[("23T13:00", Resolved)]].concat();
    let met = clock(&story(&done), Kind::Resolution).unwrap();
    assert_eq!((met.at(at("30T00:00")), met.due()), (ClockState::Met, None));
    let reopened = [&done[..], &[("24T09:00", Open)]].concat();
    let goes_on = clock(&story(&reopened), Kind::Resolution).unwrap();
    assert_eq!((goes_on.start, goes_on.due()), (at("23T09:00"), Some(at("24T11:00"))));
    let late = story(&[("23T09:00", Open), ("23T14:00", Resolved)]);
    let missed = clock(&late, Kind::Resolution).unwrap();
    assert_eq!((missed.at(at("30T00:00")), missed.due()), (ClockState::Breached, Some(at("23T13:00"))));
    let counts_on =
        policy("pause_while_waiting_for_customer = false\n[[target]]\nid = 'all'\nresolution = '4h'");
    let facts = story(&worked);
    let all = Clock::all(&facts.history, &facts.about, facts.created_at, &counts_on, &Hours::shipped());
    assert_eq!(all.last().unwrap().due(), Some(at("23T13:00")));
}

#[test]
fn business_hours_leave_out_the_weekend_and_follow_the_clocks() {
    let policy = policy("calendar = 'hours'\n[[target]]\nid = 'all'\nfirst_response = '2h'");
    let hours = Hours::shipped();
    let friday = SlaFacts::new(at("20T16:00"));
    let check = check_sla_breach(&friday, &policy, &hours, at("22T12:00"));
    assert_eq!(check.next_due, Some(at("23T10:00")));
    assert_eq!((check.clocks[0].elapsed, check.clocks[0].left), (minutes(60), minutes(60)));
    assert_eq!(check.reason, "First response: 1 h left.");
    let berlin = hours.in_zone("Europe/Berlin").unwrap();
    // Friday 16:00 in summer, Monday 10:00 in winter.
    let october = SlaFacts::new("2026-10-23T14:00:00Z".parse().unwrap());
    let check = check_sla_breach(&october, &policy, &berlin, "2026-10-23T14:00:00Z".parse().unwrap());
    assert_eq!(check.next_due, Some("2026-10-26T09:00:00Z".parse().unwrap()));
}

#[test]
fn the_most_specific_target_decides_for_each_clock() {
    let policy = policy(
        "tier_attribute = 'plan'
         [[target]]
         id = 'everybody'
         next_response = '3h'
         [[target]]
         id = 'site'
         when = { inbox = [3, 4] }
         first_response = '20m'
         [[target]]
         id = 'returns'
         when = { label = 'returns', inbox = 3, desk = 'main' }
         first_response = '15m'
         [[target]]
         id = 'urgent'
         when = { priority = ['urgent', 'high'] }
         first_response = '10m'
         [[target]]
         id = 'gold'
         when = { tier = 'Gold' }
         first_response = '5m'
         [[target]]
         id = 'gold too'
         when = { tier = 'gold' }
         first_response = '1m'",
    );
    let mut about = About { desk: "main".into(), ..About::default() };
    let first = |about: &About| policy.promise(Kind::FirstResponse, about).unwrap().target.id.clone();
    assert_eq!(first(&about), "standard");
    about.inbox = Some(InboxId(3));
    assert_eq!(first(&about), "site");
    about.labels = vec!["returns".into()];
    assert_eq!(first(&about), "returns");
    about.priority = Some(Priority::High);
    assert_eq!(first(&about), "urgent");
    about.attributes.insert("plan".into(), "gold".into());
    assert_eq!(first(&about), "gold", "of equals the first");
    assert_eq!(policy.promise(Kind::NextResponse, &about).unwrap().target.id, "everybody");
    assert_eq!(policy.promise(Kind::Resolution, &about), None);
    about.desk = "other".into();
    (about.attributes, about.priority) = (Default::default(), None);
    assert_eq!(first(&about), "site", "the label's target is for another desk");
}

#[test]
fn warnings_ask_for_what_the_file_says() {
    let policy = policy(
        "[[warning]]\nat = 90\ntag = 'late'\npriority = 'high'\nnote = 'Look at once.'\nassign = { team = 3 }
         [[target]]\nid = 'gold'\nwhen = { tier = 'gold' }\nfirst_response = '5m'
         [[target.warning]]\nat = 20\nnote = true\nassign = { agent = 7 }",
    );
    let warning = policy.warning("standard", Kind::FirstResponse, 90).unwrap();
    let actions = warning.actions(Kind::FirstResponse, "because.");
    assert_eq!(actions.len(), 4);
    assert!(actions.iter().all(|a| a.rule.as_str() == "sla/first-response/90" && a.because == "because."));
    let note = crate::action::Action::Note { text: "Look at once.\n\nbecause.".into() };
    assert!(actions.iter().any(|a| a.action == note));
    assert_eq!(policy.warning("gold", Kind::FirstResponse, 90), None, "its own list replaces the file's");
    assert_eq!(
        policy.warning("gold", Kind::FirstResponse, 20).unwrap().actions(Kind::FirstResponse, "x").len(),
        2
    );
}

#[test]
fn the_shipped_file_is_read_and_not_the_fallback() {
    let shipped = SlaPolicy::shipped(minutes(30));
    let promise = shipped.promise(Kind::FirstResponse, &About::default()).unwrap();
    assert_eq!(promise.allowed, minutes(30));
    assert_eq!(promise.warnings.iter().map(|w| w.at).collect::<Vec<_>>(), [50, 75, 90, 100]);
    assert_ne!(shipped.hash(), SlaPolicy::shipped(minutes(31)).hash());
}

#[test]
fn wrong_targets_say_what_is_wrong() {
    let wrong = |text: &str| {
        let problems = SlaPolicy::parse("team.toml", text, minutes(30)).unwrap_err();
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let cases = [
        (
            "calender = 'hours'",
            "team.toml, calender: “calender” is not known; possible: calendar, tier_attribute, pause_while_waiting_for_customer, warning, target, calendars; did you mean “calendar”?",
        ),
        (
            "calendar = 'hour'",
            "team.toml, calendar: “hour” is not known; possible: always, hours; did you mean “hours”?",
        ),
        ("[[target]]\nfirst_response = '5m'", "team.toml, target 1, id: a target needs a name of its own"),
        (
            "[[target]]\nid = 'a'\nfirst_reponse = '5m'\nresolution = '1h'",
            "team.toml, target a, first_reponse: “first_reponse” is not known; possible: id, when, first_response, next_response, resolution, calendar, warning; did you mean “first_response”?",
        ),
        (
            "[[target]]\nid = 'a'",
            "team.toml, target a, first_response: a target promises something: first_response, next_response or resolution",
        ),
        (
            "[[target]]\nid = 'a'\nfirst_response = '2d'",
            "team.toml, target a, first_response: expected hours and minutes within a year, e.g. \"45m\", \"8h\" or \"1h30m\"",
        ),
        (
            "[[target]]\nid = 'a'\nfirst_response = '0m'",
            "team.toml, target a, first_response: expected hours and minutes within a year, e.g. \"45m\", \"8h\" or \"1h30m\"",
        ),
        (
            "[[target]]\nid = 'a'\nresolution = '1h'\nwhen = { prority = 'high' }",
            "team.toml, target a, when.prority: “prority” is not known; possible: tier, priority, label, inbox, desk; did you mean “priority”?",
        ),
        (
            "[[target]]\nid = 'a'\nresolution = '1h'\nwhen = { priority = 'hihg' }",
            "team.toml, target a, when.priority: “hihg” is not known; possible: low, medium, high, urgent; did you mean “high”?",
        ),
        (
            "[[target]]\nid = 'a'\nresolution = '1h'\nwhen = { inbox = 'Web' }",
            "team.toml, target a, when.inbox: “Web” is no number of an inbox",
        ),
        (
            "[[target]]\nid = 'a'\nresolution = '1h'\n[[target]]\nid = 'a'\nresolution = '2h'",
            "team.toml, target a, id: another target has this name",
        ),
        (
            "[[warning]]\nat = 0",
            "team.toml, warning 1, at: expected a share of the target in percent, 1 to 1000; 100 is the breach",
        ),
        (
            "[[warning]]\nat = 90\n[[warning]]\nat = 90\nclock = 'resolution'",
            "team.toml, warning 2, at: another warning stands at this share for the same clock",
        ),
        (
            "[[warning]]\nat = 90\ntag = 'too late'",
            "team.toml, warning 1, tag: “too late”: a label has no spaces or commas",
        ),
        (
            "[[warning]]\nat = 90\nassign = 'Ben'",
            "team.toml, warning 1, assign: expected { agent = number } or { team = number }",
        ),
        (
            "[[warning]]\nat = 90\nnotify = ['leads', 'webhok']",
            "team.toml, warning 1, notify: “webhok” is neither \"leads\" nor \"webhook\" nor a mail address; did you mean “webhook”?",
        ),
        (
            "[calendars.night]\nzone = 'Mars'\n[calendars.night.weekdays]",
            "team.toml, calendars.night.zone: “Mars” is no IANA time zone; write for example Europe/Berlin",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(wrong(text), message);
    }
    assert!(wrong("calendar = ").starts_with("team.toml, the file: "));
}

const WHAT: [Happened; 6] = [CustomerWrote, TeamReplied, Open, Pending, Snoozed, Resolved];

fn raw(facts: &[(Timestamp, Happened)]) -> History {
    let mut sorted = facts.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    serde_json::from_value(serde_json::to_value(sorted).unwrap()).unwrap()
}

proptest! {
    /// What is left out of an old history changes no clock, and neither does the order of telling.
    #[test]
    fn what_a_history_forgets_matters_to_no_clock(
        steps in prop::collection::vec((1_i64..90, prop::sample::select(&[0_usize, 0, 0, 1, 1, 2, 2, 2, 2, 3, 4, 5][..])), 1..250),
        swaps in prop::collection::vec(0_usize..250, 0..60),
    ) {
        let mut now = at("01T00:00");
        let facts: Vec<_> = steps.iter().map(|(step, what)| {
            now += minutes(*step);
            (now, WHAT[*what])
        }).collect();
        let mut told = facts.clone();
        for place in swaps {
            if place + 1 < told.len() {
                told.swap(place, place + 1);
            }
        }
        let policy = policy(&format!("calendar = 'hours'\n{PROMISES}"));
        let hours = Hours::shipped().in_zone("Europe/Berlin").unwrap();
        let kept: History = told.into_iter().collect();
        let (about, created) = (About::default(), at("01T00:00"));
        let from_all = Clock::all(&raw(&facts), &about, created, &policy, &hours);
        let from_kept = Clock::all(&kept, &about, created, &policy, &hours);
        prop_assert_eq!(&from_all, &from_kept);
        let again: History = serde_json::from_str(&serde_json::to_string(&kept).unwrap()).unwrap();
        prop_assert_eq!(&again, &kept, "kept and read again");

        for clock in &from_all {
            let time = Time::Working(&hours);
            prop_assert!(clock.marks.is_sorted_by_key(|mark| mark.at.unwrap_or(Timestamp::MAX)));
            prop_assert!(clock.spans.windows(2).all(|pair| pair[0].until == Some(pair[1].from)), "no gaps");
            for mark in &clock.marks {
                let Some(at) = mark.at else { continue };
                let so_much = SignedDuration::from_millis_i128(clock.allowed.as_millis() * i128::from(mark.share) / 100);
                prop_assert_eq!(clock.elapsed(time, at), so_much, "{} % at {}", mark.share, at);
            }
            if clock.due().is_some() {
                let proven: SignedDuration = clock.proof(time).iter().map(Interval::length).sum();
                prop_assert_eq!(proven, clock.allowed);
            }
        }
    }

    #[test]
    fn no_text_makes_parsing_panic(text in "(\\[\\[target\\]\\]|\\[\\[warning\\]\\]|id|at|=|'[a-z0-9]{0,9}'|[0-9]{1,5}|\\{|\\}|\\n| ){0,40}") {
        let _ = SlaPolicy::parse("x", &text, minutes(30));
    }
}

use crate::hours::Interval;
