//! People are read as they were written, and every slip of the pen is told.

use super::*;
use crate::conversation::Availability;

fn agent(name: &str) -> Agent {
    Agent {
        id: AgentId(1),
        name: name.to_owned(),
        email: format!("{}@shop.test", name.to_lowercase()),
        availability: Availability::Online,
        is_administrator: false,
    }
}

fn read(text: &str) -> Staff {
    let (staff, problems) = Staff::parse(&[SHIPPED, ("agents.toml", text)]);
    assert_eq!(problems, [], "{text}");
    staff
}

fn standing(staff: &Staff, name: &str, at: &str) -> Standing {
    staff.standing(&agent(name), &Hours::shipped(), at.parse().unwrap())
}

const NOON: &str = "2026-11-23T12:00:00Z";

#[test]
fn who_is_in_no_file_has_no_limits() {
    assert_eq!(standing(&Staff::shipped(), "Ben", NOON), Standing::default());
    assert!(Staff::parse(&[SHIPPED]).1.is_empty());
}

#[test]
fn a_person_overrules_what_holds_for_all() {
    let staff = read(
        "[default]\ncapacity = 8\nlanguages = ['en']\n[[agent]]\nwho = 'Ben'\nlanguages = ['DE', 'en']\n\
         skills = ['Returns']\nweight = 0.5\n[[agent]]\nwho = 'cleo@shop.test'\ncapacity = 3\n",
    );
    let ben = standing(&staff, "Ben", NOON);
    assert_eq!((ben.capacity, ben.weight), (Some(8), 50));
    assert_eq!(
        (ben.languages, ben.skills),
        (vec!["de".to_owned(), "en".to_owned()], vec!["returns".to_owned()])
    );
    let cleo = standing(&staff, "Cleo", NOON);
    assert_eq!((cleo.capacity, cleo.weight, cleo.languages), (Some(3), 100, vec!["en".to_owned()]));
    let strangers = staff.strangers(&[agent("Ben")]);
    assert_eq!(strangers, [Stranger { who: "cleo@shop.test", nearest: None }]);
}

#[test]
fn an_absence_holds_on_both_its_days_where_the_person_is() {
    let staff = read(
        "[[agent]]\nwho = 'Ben'\nzone = 'Asia/Tokyo'\nabsent = ['2026-12-24..2026-12-26', '2027-01-04']\n",
    );
    let away = |at: &str| standing(&staff, "Ben", at).away;
    assert_eq!(away("2026-12-23T14:59:59Z"), None);
    assert_eq!(away("2026-12-23T15:00:00Z").as_deref(), Some("absent until 2026-12-26"));
    assert_eq!(away("2026-12-26T14:59:59Z").as_deref(), Some("absent until 2026-12-26"));
    assert_eq!(away("2026-12-26T15:00:00Z"), None);
    assert_eq!(away("2027-01-04T01:00:00Z").as_deref(), Some("absent until 2027-01-04"));
}

#[test]
fn working_hours_are_on_the_persons_own_clock() {
    let staff = read(
        "[[agent]]\nwho = 'Ben'\nzone = 'Europe/Berlin'\nhours = { monday = ['09:00-12:00', '13:00-17:00'] }\n",
    );
    let away = |at: &str| standing(&staff, "Ben", at).away;
    assert_eq!(away("2026-11-23T08:00:00Z"), None, "nine in Berlin");
    for at in ["2026-11-23T07:59:59Z", "2026-11-23T11:30:00Z", "2026-11-24T10:00:00Z"] {
        assert_eq!(away(at).as_deref(), Some("outside working hours"), "{at}");
    }
}

#[test]
fn work_is_weighed_by_priority() {
    let staff = read("[work]\nhigh = 3\n");
    let work = |priority| staff.work(Status::Open, priority);
    assert_eq!((work(None), work(Some(Priority::High)), work(Some(Priority::Low))), (100, 300, 50));
    assert_eq!(staff.work(Status::Pending, Some(Priority::Urgent)), 50);
    let half = Standing { weight: 50, work: 150, ..Standing::default() };
    assert_eq!(half.load(), 300);
}

#[test]
fn every_problem_names_file_person_key_and_the_word_that_was_meant() {
    let told = |text: &str| {
        let problems = Staff::parse(&[SHIPPED, ("team.toml", text)]).1;
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let ben = |line: &str| told(&format!("[[agent]]\nwho = 'ben@shop.test'\n{line}\n"));
    assert_eq!(
        ben("capacty = 5"),
        "team.toml, agent ben@shop.test, capacty: “capacty” is not known; possible: who, skills, languages, capacity, \
         weight, zone, hours, absent; did you mean “capacity”?"
    );
    assert_eq!(
        ben("languages = ['german']"),
        "team.toml, agent ben@shop.test, languages: “german” is no language; write two letters, such as \"de\""
    );
    assert_eq!(
        ben("absent = ['2026-12-24..2026-12-01']"),
        "team.toml, agent ben@shop.test, absent: “2026-12-24..2026-12-01” ends before it begins"
    );
    assert_eq!(
        ben("hours = { mondy = ['09:00-17:00'] }").lines().next().unwrap(),
        "team.toml, agent ben@shop.test, hours.mondy: “mondy” is not known; possible: monday, tuesday, wednesday, \
         thursday, friday, saturday, sunday; did you mean “monday”?"
    );
    assert!(ben("hours = { monday = ['9-5'] }").contains("hours.monday: “9-5” is no period"));
    for (line, part) in [
        ("capacity = -1", "capacity: expected a whole number"),
        ("weight = 0", "weight: expected a number from 0.1 to 10"),
        ("zone = 'Berlin'", "zone: expected an IANA time zone"),
        ("absent = 'christmas'", "absent: “christmas” is no time"),
        ("skills = 3", "skills: expected a text or a list of texts"),
        ("hours = 'always'", "hours: expected days with periods"),
    ] {
        let told = ben(line);
        assert!(told.starts_with("team.toml, agent ben@shop.test, ") && told.contains(part), "{told}");
    }
    for (text, part) in [
        ("[[agent]]\nskills = ['x']\n", "team.toml, agent 1, who: expected a name"),
        (
            "[[agent]]\nwho='a'\n[[agent]]\nwho='A'\n",
            "team.toml, agent A, who: this file names the same person twice",
        ),
        ("[default]\nwho = 'x'\n", "team.toml, default, who: what holds for everybody names nobody"),
        (
            "[wrok]\n",
            "team.toml, wrok: “wrok” is not known; possible: default, work, agent; did you mean “work”?",
        ),
        ("[work]\nurgent = 11\n", "team.toml, work, urgent: expected a number from 0 to 10"),
        ("agent = 3\n", "team.toml, agent: expected [[agent]] tables"),
        ("x", "team.toml, the file: "),
    ] {
        assert!(told(text).contains(part), "{}", told(text));
    }
}
