//! Only people who may be given conversations of an inbox are, as the desk says it.

use super::{ADA, BEN, CLEO, Files, assignments, line, new_conversation, person, until};
use crate::support::house::House;
use crate::support::{Database, both_databases};
use chatwoot_sandbox::Faults;
use chatwoot_sandbox::model::Availability;
use hotdash::clock::Clock;
use hotdash::work::line::hand_out;
use hotdash::work::rules::explain::{Again, Explained, explain};
use hotdash_core::ids::{AgentId, ConversationId, InboxId};
use hotdash_core::routing::Assignable;

both_databases!(
    who_is_outside_the_inbox_is_never_chosen_not_even_from_the_line,
    a_rule_that_names_somebody_outside_the_inbox_gives_way_to_the_next,
    where_the_desk_does_not_tell_everybody_is_asked_and_the_decision_says_so,
);

const OUTSIDE: &str = "not a member of the inbox Website";

/// Nobody is in the inbox but these.
fn only(house: &House, users: &[i64]) {
    house.desk.act(|desk| {
        desk.inboxes.get_mut(&house.website).unwrap().members = users.iter().copied().collect();
    });
}

fn set(house: &House, users: &[i64], availability: Availability) {
    users.iter().for_each(|user| house.desk.set_availability(*user, availability).unwrap());
}

async fn explained(house: &House, conversation: i64) -> Vec<Explained> {
    let desk = &house.app.desks[0];
    let id = ConversationId(conversation);
    explain(&house.app.store, desk.id, id, &desk.rulebook.load()).await.unwrap()
}

async fn who_is_outside_the_inbox_is_never_chosen_not_even_from_the_line(database: &Database) {
    let house = House::start(database).await;
    only(&house, &[BEN]);
    // An administrator needs no membership.
    set(&house, &[ADA], Availability::Online);
    let conversations: Vec<i64> = (0..6).map(|number| new_conversation(&house, number)).collect();
    house.settle().await;
    let given = |who: i64| conversations.iter().filter(|one| person(&house, **one) == Some(who)).count();
    assert_eq!((given(ADA), given(BEN), given(CLEO)), (3, 3, 0));

    let told = explained(&house, conversations[0]).await.remove(0);
    assert_eq!(told.again, Again::Same);
    let choice = told.assignment.unwrap();
    let cleo = choice.excluded.iter().find(|one| one.agent == AgentId(CLEO)).unwrap();
    assert_eq!(cleo.why, OUTSIDE);
    assert!(choice.sentence.contains(&format!("Cleo Agent, {OUTSIDE}")), "{}", choice.sentence);
    let people = told.saw.iter().find(|(what, _)| *what == "people of the inbox");
    assert_eq!(people.unwrap().1, "Ada Admin, Ben Agent");

    // Only Cleo is there: who waits is offered again and again, and never to her.
    set(&house, &[ADA, BEN], Availability::Offline);
    let desk = &house.app.desks[0];
    let away = |who: i64, agents: &[hotdash_core::conversation::Agent]| {
        agents.iter().any(|agent| {
            agent.id.0 == who && agent.availability == hotdash_core::conversation::Availability::Offline
        })
    };
    until("it is seen who went", async || {
        let agents = desk.agents(&house.app.clock).await.unwrap();
        away(ADA, &agents) && away(BEN, &agents)
    })
    .await;
    let waits = new_conversation(&house, 7);
    house.settle().await;
    hand_out(&house.app, desk).await.unwrap();
    house.settle().await;
    assert_eq!(person(&house, waits), None);
    let because = line(&house).await.remove(0).because;
    assert!(because.starts_with("Waiting: nobody is available (Ada Admin is offline"), "{because}");
    assert!(because.contains(&format!("Cleo Agent is {OUTSIDE}")), "{because}");
    set(&house, &[BEN], Availability::Online);
    until("Ben takes it", async || person(&house, waits) == Some(BEN)).await;
    house.close().await;
}

async fn a_rule_that_names_somebody_outside_the_inbox_gives_way_to_the_next(database: &Database) {
    let rule = "[[rule]]\nid = 'cleo'\ngroup = 'assignment'\npriority = 90\nwhen = { always = true }\n\
        then = { assign = { agent = 'cleo@acme.test' } }\n";
    let files = Files::new().rules(rule);
    let house = House::start_with(database, &files.settings()).await;
    only(&house, &[BEN]);
    let conversation = new_conversation(&house, 1);
    house.settle().await;
    assert_eq!(person(&house, conversation), Some(BEN));
    let told = explained(&house, conversation).await.remove(0);
    let rule = told.rules.iter().find(|rule| rule.rule.as_str() == "cleo").unwrap();
    assert!(!rule.matched && rule.because.ends_with(&format!("; but Cleo Agent is {OUTSIDE}")), "{rule:?}");
    house.close().await;
}

async fn where_the_desk_does_not_tell_everybody_is_asked_and_the_decision_says_so(database: &Database) {
    let house = House::start(database).await;
    only(&house, &[]);
    house.desk.set_faults(Faults {
        refused_in_account: "You are not authorized to do this action".to_owned(),
        refused_path: "/assignable_agents".to_owned(),
        ..Faults::default()
    });
    let conversation = new_conversation(&house, 1);
    house.settle().await;
    assert_eq!(person(&house, conversation), Some(BEN));
    assert_eq!(assignments(&house, conversation).await.len(), 1);
    let told = explained(&house, conversation).await.remove(0);
    let people = told.saw.iter().find(|(what, _)| *what == "people of the inbox").unwrap();
    assert_eq!(people.1, "not told by the desk (the token's user may not do this): everybody was asked");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_joins_an_inbox_is_known_within_a_minute() {
    let house = House::start(&Database::sqlite()).await;
    let (desk, inbox) = (&house.app.desks[0], InboxId(house.website));
    let clock = Clock::manual("2026-11-23T12:00:00Z".parse().unwrap());
    only(&house, &[BEN]);
    let alone = Assignable::Only(vec![AgentId(BEN), AgentId(ADA)]);
    assert_eq!(*desk.assignable(inbox, &clock).await.unwrap(), alone);
    only(&house, &[BEN, CLEO]);
    clock.advance(59_000);
    let calls = house.desk.counts().calls;
    assert_eq!(*desk.assignable(inbox, &clock).await.unwrap(), alone);
    assert_eq!(house.desk.counts().calls, calls, "the desk is not asked every time");
    clock.advance(1_000);
    let both = Assignable::Only(vec![AgentId(BEN), AgentId(CLEO), AgentId(ADA)]);
    assert_eq!(*desk.assignable(inbox, &clock).await.unwrap(), both);
    let gone = desk.assignable(InboxId(999), &clock).await.unwrap();
    assert!(matches!(&*gone, Assignable::NotTold(_)), "{gone:?}");
    house.close().await;
}
