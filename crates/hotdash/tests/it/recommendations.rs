//! What a lead is advised, from a desk where each kind of advice was planted, and from one where nothing happened.

use crate::support::house::{House, Person};
use crate::support::{Database, both_databases};
use chatwoot_sandbox::model::Availability;
use hotdash::clock::Clock;
use hotdash::store::alerts::{end_alert, keep_alert, renew_alert};
use hotdash::store::drafts::DraftState;
use hotdash::store::facts::{keep_facts, want_facts};
use hotdash::store::users::Role;
use hotdash::store::{Batch, Statement};
use hotdash::work::measures::take_up;
use hotdash::work::report::{Rebuilt, ask, kept, make, rebuild};
use hotdash_core::anomaly::{Alert, Direction, Kind as Watched, LocalHour};
use hotdash_core::chance::Interval;
use hotdash_core::conversation::{Channel, Status};
use hotdash_core::facts::{ConversationFacts, Fact, FactKind};
use hotdash_core::figures::desk::Period;
use hotdash_core::ids::{AgentId, ConversationId, InboxId};
use hotdash_core::report::{Advice, Kind, Part, Report};
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};
use reqwest::StatusCode;

both_databases!(what_was_planted_is_advised_with_its_numbers_and_links, of_an_empty_desk_nothing_is_advised,);

const WEEKS: usize = 7;
const SETTINGS: [(&str, &str); 2] = [("HOTDASH_REPORT_DAILY", "off"), ("HOTDASH_REPORT_WEEKLY", "off")];
const SAID: [&str; 8] = [
    "I want a refund for my jacket",
    "Refund the scarf",
    "How do I get a refund for boots",
    "Do you teach hovercraft piloting?",
    "Where do you teach hovercraft piloting?",
    "How long does shipping to Norway take?",
    "How long does shipping to Norway take, and what does it cost?",
    "What does shipping to Norway cost?",
];

/// Conversations by what they show.
pub(crate) struct Planted {
    refunds: Vec<i64>,
    hovercrafts: Vec<i64>,
    shipping: Vec<i64>,
    /// The last Monday at midnight, in seconds since 1970.
    monday: i64,
}

/// A house whose hands can be set forward, without reports of its own.
pub(crate) async fn start(database: &Database) -> (House, Clock) {
    let clock = Clock::running();
    (House::start_at(database, &SETTINGS, clock.clone()).await, clock)
}

fn pass(house: &House, clock: &Clock, until: i64) {
    let ms = until * 1000 - clock.now_ms();
    house.desk.clock().set_forward(SignedDuration::from_millis(ms));
    clock.advance(ms);
}

/// A session is older than it may be once the hands were set forward by weeks: its end is put off.
pub(crate) async fn stay_signed_in(house: &House) {
    let far = house.app.clock.now_ms() + 100 * 86_400_000;
    let statement = Statement::new("UPDATE sessions SET expires_at = $1", vec![far.into()]);
    house.app.store.commit(statement.into()).await.unwrap();
}

async fn get(house: &House, person: &Person, path: &str) -> String {
    stay_signed_in(house).await;
    let (status, page) = person.get(path).await;
    assert_eq!(status, StatusCode::OK, "{path}");
    page
}

/// Seven Mondays: eight customers after ten, answered after eleven. Refunds get a label from a person, of hovercrafts nothing
/// is known, and the drafts on shipping are approved as they are. Then it is Tuesday, one o'clock.
pub(crate) async fn plant(house: &House, clock: &Clock) -> Planted {
    let today = clock.now().to_zoned(TimeZone::UTC).date();
    let first = today.nth_weekday(1, Weekday::Monday).unwrap();
    let second = |week: usize, hours: i64| {
        let day = first.checked_add((7 * i64::try_from(week).unwrap()).days()).unwrap();
        day.to_zoned(TimeZone::UTC).unwrap().timestamp().as_second() + hours * 3600
    };
    stay_signed_in(house).await;
    // Nobody is online, so nobody is chosen, and eight at once are decided without waiting for each other.
    for agent in [2, 3] {
        house.desk.set_availability(agent, Availability::Offline).unwrap();
    }
    let (mut refunds, mut hovercrafts, mut shipping) = (Vec::new(), Vec::new(), Vec::new());
    for week in 0..WEEKS {
        pass(house, clock, second(week, 10) + 300);
        let mut new = Vec::new();
        for (number, said) in SAID.iter().enumerate() {
            let email = format!("c{week}-{number}@example.test");
            new.push(house.desk.customer_says(house.website, ("Kim", email.as_str()), said).unwrap());
        }
        house.settle().await;
        for refund in &new[..3] {
            let own = house.desk.conversation(*refund).unwrap().labels;
            let labels: Vec<&str> = own.iter().map(String::as_str).chain(["money"]).collect();
            house.desk.set_labels(*refund, &labels, 3).unwrap();
        }
        pass(house, clock, second(week, 11) + 300);
        let reviewer = house.sign_in(&format!("Rita{week}"), Role::Reviewer).await;
        for conversation in &new[..5] {
            house.desk.agent_replies(*conversation, 2, "We look into it.").unwrap();
        }
        for conversation in &new[5..] {
            let draft = house.draft(*conversation, DraftState::Ready).await;
            stay_signed_in(house).await;
            assert_eq!(reviewer.approve(&draft, None).await, StatusCode::SEE_OTHER);
        }
        house.settle().await;
        assert!(new.iter().all(|id| house.public_replies(*id).len() == 1), "everybody got an answer");
        refunds.extend(&new[..3]);
        hovercrafts.extend(&new[3..5]);
        shipping.extend(&new[5..]);
    }
    rate(house, second(0, 27)).await;
    pass(house, clock, second(WEEKS - 1, 25));
    house.settle().await;
    Planted { refunds, hovercrafts, shipping, monday: second(WEEKS - 1, 0) }
}

/// Fifty surveys: Ben's customers are less content than Cleo's.
async fn rate(house: &House, at: i64) {
    let (desk, at) = (house.app.desks[0].id, at * 1_000_000);
    let mut batch = Batch::new();
    for number in 0..50 {
        let is_low = number % 2 == 0;
        let fact = |kind| Fact {
            kind,
            at,
            from: None,
            seconds: None,
            business: None,
            agent: None,
            message: None,
            rating: None,
        };
        let rating = Some(if is_low { 2 } else { 4 } + u8::from(number % 10 < 5));
        let agent = Some(AgentId(if is_low { 2 } else { 3 }));
        let answered = Fact { rating, agent, at: at + 1_000_000, ..fact(FactKind::SurveyAnswered) };
        let facts = ConversationFacts {
            conversation: ConversationId(1_000_000 + number),
            inbox: InboxId(house.website),
            channel: Channel::WebWidget,
            status: Status::Resolved,
            assignee: agent,
            team: None,
            labels: Vec::new(),
            created_at: at,
            waiting_since: None,
            is_answered: true,
            facts: vec![fact(FactKind::Created), answered],
            unknown: Vec::new(),
        };
        batch.push(want_facts(desk, facts.conversation));
        batch.push(keep_facts(desk, facts.conversation, 1, Some(&facts), house.app.clock.now_ms()).unwrap());
    }
    house.app.store.commit(batch).await.unwrap();
    take_up(&house.app, &house.app.desks[0]).await.unwrap();
}

/// What stands in the page's item of this id, where there is one.
fn item<'p>(page: &'p str, id: &str) -> Option<&'p str> {
    let (_, rest) = page.split_once(&format!("data-advice=\"{id}\""))?;
    rest.split("<li id=").next()
}

fn assert_links(house: &House, item: &str, ids: &[i64]) {
    for id in ids {
        let href = house.app.desks[0].link_to(ConversationId(*id));
        assert!(item.contains(&format!("href=\"{href}\"")), "{href} is missing: {item}");
    }
    assert_eq!(item.matches("<a href").count(), ids.len(), "{item}");
}

fn advised<'r>(report: &'r Report, section: &str) -> Vec<&'r Advice> {
    let section = report.sections.iter().filter(|one| one.id == section);
    let parts = section.flat_map(|section| &section.parts);
    parts
        .flat_map(|part| if let Part::Advice(all) = part { all.iter().collect() } else { Vec::new() })
        .collect()
}

async fn what_was_planted_is_advised_with_its_numbers_and_links(database: &Database) {
    let (house, clock) = start(database).await;
    let planted = plant(&house, &clock).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let vera = house.sign_in("Vera", Role::Viewer).await;
    let page = get(&house, &ada, "/recommendations").await;
    let found = |id: &str| item(&page, id).unwrap_or_else(|| panic!("nothing of {id}: {page}"));

    // The first Monday is known in part only, so six count: 48 conversations, none answered within the half hour.
    let staffing = found("staffing/0/10");
    assert!(staffing.contains("Mondays 10:00: one agent for 8.0 conversations (range 1)"), "{staffing}");
    assert!(staffing.contains("0.0 were seen answering. 0 of 48 were answered within 30 min"), "{staffing}");
    assert!(staffing.contains("Expected: 8.0 conversations a week answered in time"), "{staffing}");
    let mut late = [planted.refunds.clone(), planted.hovercrafts.clone(), planted.shipping.clone()].concat();
    late.sort_unstable();
    assert_links(&house, staffing, &late[8..]);
    let rule = found("rule/money/refund");
    assert!(rule.contains("People set it on 21 of 21 conversations with this word (85–100 %)"), "{rule}");
    assert_links(&house, rule, &planted.refunds);
    let article = page.split("data-advice=\"article/").nth(1).unwrap().split("<li id=").next().unwrap();
    assert!(
        article.contains("hovercraft") && article.contains("for 14 of 14 questions nothing"),
        "{article}"
    );
    assert_links(&house, article, &planted.hovercrafts);
    let canned = page.split("data-advice=\"canned/").nth(1).unwrap().split("<li id=").next().unwrap();
    assert!(canned.contains("Norway"), "{canned}");
    let backlog = found("backlog");
    assert!(backlog.contains("The backlog grows by 1.1 conversations a day"), "{backlog}");
    let coaching = found("coaching/2/rating");
    assert!(
        coaching.contains("together with agent 2: rating is 2.6") && coaching.contains("over 25 cases"),
        "{coaching}"
    );
    assert!(page.contains("id=\"hours\"") && page.contains("hour=10"), "{page}");

    let seen = get(&house, &vera, "/recommendations").await;
    assert_eq!(item(&seen, "coaching/2/rating"), None, "people are for leads");
    assert!(item(&seen, "rule/money/refund").is_some() && !seen.contains("With colleagues"), "{seen}");
    for (query, told) in [("from=x&to=y", "Write both days like"), ("since=1&until=0", "names no period")] {
        let seen = get(&house, &vera, &format!("/recommendations?{query}")).await;
        assert!(seen.contains(told), "{query}: {seen}");
    }
    for path in ["/dashboard", "/reports"] {
        assert!(get(&house, &vera, path).await.contains("href=\"/recommendations\""), "{path} leads there");
    }
    the_report_says_the_same_and_stays(&house, &clock, &planted).await;
    house.close().await;
}

async fn the_report_says_the_same_and_stays(house: &House, clock: &Clock, planted: &Planted) {
    let (app, desk) = (&house.app, &house.app.desks[0]);
    let hour = LocalHour(planted.monday / 3600 + 12);
    let alert = |until: LocalHour, ids: &[i64]| Alert {
        kind: Watched::Volume,
        series: "All conversations".into(),
        direction: Direction::Above,
        since: hour,
        until,
        observed: 8.0,
        usual: Interval { lower: 0.0, upper: 2.0 },
        p: 1e-9,
        conversations: ids.iter().map(|id| ConversationId(*id)).collect(),
        sentence: format!("All conversations: {} conversations, usually 0–2", ids.len()),
    };
    let found = alert(hour, &planted.refunds[18..]);
    app.store
        .commit(keep_alert(desk.id, "flood", &found, (hour.0 + 1) * 3_600_000).unwrap().into())
        .await
        .unwrap();
    let period = Period { since: planted.monday, until: planted.monday + 86_400 };
    let report = make(app, desk, Kind::Period, period).await.unwrap();
    let alerts = advised(&report, "alerts");
    assert_eq!(alerts.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["flood"]);
    assert!(alerts[0].evidence.starts_with("All conversations: 3 conversations, usually 0–2. Found"));
    assert!(planted.refunds[18..].iter().all(|id| alerts[0].conversations.contains(id)), "{alerts:?}");
    let kinds: Vec<&str> =
        advised(&report, "advice").iter().map(|one| one.id.split('/').next().unwrap()).collect();
    assert_eq!(kinds, ["backlog", "staffing", "article", "rule", "canned"]);
    assert_eq!(advised(&report, "coaching")[0].id, "coaching/2/rating");
    let rule = advised(&report, "advice").into_iter().find(|one| one.id == "rule/money/refund").unwrap();
    assert_eq!(rule.conversations, planted.refunds[..8]);
    let all = rule.page.clone().unwrap();
    let lead = house.sign_in("Lena", Role::Lead).await;
    let page = get(house, &lead, all.split('#').next().unwrap()).await;
    assert_links(house, item(&page, "rule/money/refund").unwrap(), &planted.refunds);

    let asked = ask(app, desk, Kind::Period, period, false).await.unwrap();
    house.settle().await;
    assert_eq!(kept(app, desk, &asked.report).await.unwrap().unwrap().1, report);
    // What goes on afterwards changes nothing of it.
    let later = alert(LocalHour(hour.0 + 20), &planted.shipping);
    app.store.commit(renew_alert("flood", &later).unwrap().into()).await.unwrap();
    app.store.commit(end_alert("flood", clock.now_ms()).into()).await.unwrap();
    let new = house.desk.customer_says(house.website, ("Lou", "lou@example.test"), "Refund my hat").unwrap();
    house.settle().await;
    house.desk.agent_replies(new, 2, "Done.").unwrap();
    house.settle().await;
    assert_eq!(rebuild(app, desk, &asked.report).await.unwrap(), Some(Rebuilt::Same));
}

async fn of_an_empty_desk_nothing_is_advised(database: &Database) {
    let house = House::start_with(database, &SETTINGS).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let (status, page) = ada.get("/recommendations").await;
    assert_eq!(status, StatusCode::OK);
    assert!(!page.contains("data-advice"), "{page}");
    assert_eq!(page.matches("Too little is known to say anything").count(), 6, "{page}");
    let now = house.app.clock.now().as_second();
    let period = Period { since: now - 7 * 86_400, until: now };
    let report = make(&house.app, &house.app.desks[0], Kind::Weekly, period).await.unwrap();
    let parts = report.sections.iter().flat_map(|section| &section.parts);
    assert!(parts.clone().all(|part| !matches!(part, Part::Advice(_))), "{report:?}");
    let told = format!("{report:?}");
    assert!(told.contains("Who is there when: too little is known; nothing is known yet."), "{told}");
    house.close().await;
}
