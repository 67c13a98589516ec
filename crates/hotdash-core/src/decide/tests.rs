//! Decisions are deterministic, storable, and never hand a conversation to somebody who is not there.

use super::*;
use crate::analysis::Analyzer;
use crate::cases::ordinary;
use crate::conversation::{Assignee, Availability};
use crate::ids::MessageId;
use crate::record::{Question, Record};
use proptest::prelude::*;

pub(crate) fn conversation() -> Conversation {
    let (mut conversation, _) = ordinary("", Timestamp::UNIX_EPOCH);
    conversation.contact.email = None;
    conversation
}

pub(crate) fn message(text: &str) -> Message {
    let (_, message) = ordinary(text, Timestamp::UNIX_EPOCH);
    Message { id: MessageId(5), ..message }
}

pub(crate) fn agent(id: i64, availability: Availability) -> Agent {
    Agent {
        id: AgentId(id),
        name: format!("Agent {id}"),
        email: String::new(),
        availability,
        is_administrator: false,
    }
}

fn decided(conversation: &Conversation, text: &str, agents: &[Agent], at: &str) -> Decision {
    let message = message(text);
    let analysis = Analyzer::shipped().analyze(text);
    let hours = Hours::shipped();
    let snapshot = Snapshot { agents, ..Snapshot::of(conversation, &message, &analysis, &hours) };
    decide(&Rulebook::shipped(), &snapshot, at.parse().unwrap())
}

const MONDAY_NOON: &str = "2026-11-23T12:00:00Z";

#[test]
fn a_bot_keeps_its_conversation() {
    let mut conversation = conversation();
    conversation.status = Status::Pending;
    conversation.assignee = Some(Assignee { id: AgentId(3), name: "Helper".to_owned(), is_bot: true });
    let decision = decided(&conversation, "Hello?", &[agent(1, Availability::Online)], MONDAY_NOON);
    assert!(!decision.draft);
    assert_eq!(
        decision.assignment.as_ref().unwrap().sentence,
        "Left with Helper: a bot has the conversation."
    );
    assert!(
        decision.sentence().ends_with("No draft: a bot has the conversation."),
        "{}",
        decision.sentence()
    );
}

#[test]
fn a_waiting_conversation_can_be_assigned_later_without_repeating_the_rest() {
    let conversation = conversation();
    let text = "URGENT: I will sue you";
    let asleep = decided(&conversation, text, &[agent(1, Availability::Offline)], MONDAY_NOON);
    assert!(asleep.actions.iter().any(|r| r.action == Action::AwaitAgent));
    let message = message(text);
    let (analysis, hours) = (Analyzer::shipped().analyze(text), Hours::shipped());
    let agents = [agent(1, Availability::Online)];
    let snapshot = Snapshot { agents: &agents, ..Snapshot::of(&conversation, &message, &analysis, &hours) };
    let awake = decide_assignment(&Rulebook::shipped(), &snapshot, MONDAY_NOON.parse().unwrap());
    let actions: Vec<&Action> = awake.actions.iter().map(|r| &r.action).collect();
    assert_eq!(actions, [&Action::AssignAgent { agent: AgentId(1), name: "Agent 1".to_owned() }]);
    assert!(!awake.hold);
}

#[test]
fn a_second_threat_repeats_neither_labels_nor_note_but_still_holds() {
    let mut conversation = conversation();
    conversation.labels = vec!["escalated".to_owned(), "needs_attention".to_owned()];
    let decision = decided(&conversation, "I will sue you", &[], MONDAY_NOON);
    assert!(decision.hold);
    assert!(
        !decision.actions.iter().any(|r| matches!(r.action, Action::Note { .. } | Action::AddLabels { .. }))
    );
}

#[test]
fn a_priority_is_never_lowered() {
    let mut conversation = conversation();
    conversation.priority = Some(Priority::Urgent);
    conversation.contact.custom_attributes.insert("vip".to_owned(), serde_json::Value::Bool(true));
    let decision = decided(&conversation, "Hello", &[], MONDAY_NOON);
    assert!(!decision.actions.iter().any(|r| matches!(r.action, Action::SetPriority { .. })));
    assert!(decision.sentence().contains("vip, high_value"), "{}", decision.sentence());
}

proptest! {
    #[test]
    fn any_message_is_decided_the_same_way_twice_and_survives_storage(
        text in ".{0,120}",
        states in prop::collection::vec(0_u8..3, 0..5),
        hour in 0_i64..(24 * 14),
        assigned in any::<bool>(),
    ) {
        let mut conversation = conversation();
        conversation.assignee =
            assigned.then(|| Assignee { id: AgentId(77), name: "Cleo".to_owned(), is_bot: false });
        let agents: Vec<Agent> = (1..)
            .zip(&states)
            .map(|(id, state)| agent(id, [Availability::Online, Availability::Busy, Availability::Offline][usize::from(*state)]))
            .collect();
        let at = ("2026-11-23T00:00:00Z".parse::<Timestamp>().unwrap() + jiff::SignedDuration::from_hours(hour)).to_string();
        let first = decided(&conversation, &text, &agents, &at);
        prop_assert_eq!(&first, &decided(&conversation, &text, &agents, &at));
        let stored = serde_json::to_string(&first).unwrap();
        prop_assert_eq!(&first, &serde_json::from_str::<Decision>(&stored).unwrap());
        let assigns: Vec<AgentId> = first.actions.iter().filter_map(|r| match &r.action {
            Action::AssignAgent { agent, .. } => Some(*agent),
            _ => None,
        }).collect();
        let waits = first.actions.iter().any(|r| r.action == Action::AwaitAgent);
        let open = Hours::shipped().is_open(at.parse().unwrap());
        let anybody = agents.iter().any(|a| a.availability == Availability::Online);
        prop_assert_eq!(!assigns.is_empty(), !assigned && open && anybody);
        prop_assert_eq!(waits, !(assigned || open && anybody), "nothing is dropped silently");
        prop_assert!(assigns.iter().all(|id| agents.iter().any(|a| a.id == *id && a.availability == Availability::Online)));
        prop_assert!(first.trace.iter().all(|t| t.matched || waits), "only what matched is kept");
    }
}

fn by_rules(text: &str, conversation: &Conversation, words: &str, agents: &[Agent]) -> Decision {
    let (rules, problems) = Rulebook::parse(&[("own.toml", text)]);
    assert_eq!(problems, [], "{text}");
    let message = message(words);
    let (analysis, hours) = (Analyzer::shipped().analyze(words), Hours::shipped());
    let seen = Snapshot { agents, ..Snapshot::of(conversation, &message, &analysis, &hours) };
    decide(&rules, &seen, MONDAY_NOON.parse().unwrap())
}

#[test]
fn a_team_that_somebody_chose_keeps_it_unless_it_is_escalated_for_the_first_time() {
    let given = "[[rule]]\nid='a'\ngroup='assignment'\nwhen={always=true}\nthen={assign={team=3}}\n";
    let escalated = "[[rule]]\nid='a'\ngroup='tags'\nwhen={always=true}\nthen={escalate={team=3}}\n";
    let team = |decision: &Decision| {
        decision.actions.iter().any(|r| r.action == Action::AssignTeam { team: crate::ids::TeamId(3) })
    };
    let mut conversation = conversation();
    assert!(team(&by_rules(given, &conversation, "Hello", &[])));
    conversation.team =
        Some(crate::conversation::TeamRef { id: crate::ids::TeamId(5), name: "Sales".to_owned() });
    let stays = by_rules(given, &conversation, "Hello", &[]);
    assert!(!team(&stays) && stays.sentence().contains("Left with the team Sales"), "{}", stays.sentence());
    assert!(team(&by_rules(escalated, &conversation, "Hello", &[])), "it goes where it is dealt with");
    conversation.labels.push("escalated".to_owned());
    assert!(!team(&by_rules(escalated, &conversation, "Hello", &[])), "and stays where people put it then");
}

#[test]
fn a_rule_that_names_somebody_outside_the_inbox_gives_way_to_the_next_and_says_why() {
    let rules = "[[rule]]\nid='a'\ngroup='assignment'\npriority=90\nwhen={always=true}\n\
        then={assign={agent='Agent 1'}}\n\
        [[rule]]\nid='b'\ngroup='assignment'\npriority=80\nwhen={always=true}\nthen={assign='round_robin'}\n";
    let (rules, problems) = Rulebook::parse(&[("own.toml", rules)]);
    assert_eq!(problems, []);
    let (conversation, message) = (conversation(), message("Hello"));
    let (analysis, hours) = (Analyzer::shipped().analyze("Hello"), Hours::shipped());
    let agents = [agent(1, Availability::Online), agent(2, Availability::Online)];
    let decided = |assignable: &Assignable| {
        let seen = Snapshot {
            agents: &agents,
            assignable,
            inbox_name: Some("Support"),
            ..Snapshot::of(&conversation, &message, &analysis, &hours)
        };
        let decision = decide(&rules, &seen, MONDAY_NOON.parse().unwrap());
        // As it is kept, it is decided again.
        let at = MONDAY_NOON.parse().unwrap();
        let record = Record::of(&seen, Question::Message, "", at);
        let kept: Record = serde_json::from_value(serde_json::to_value(&record).unwrap()).unwrap();
        assert_eq!((&kept, &kept.decide(&rules, &analysis, &hours)), (&record, &decision));
        decision
    };
    let decision = decided(&Assignable::Only(vec![AgentId(2)]));
    assert_eq!(decision.assignment.as_ref().unwrap().chosen, Some(AgentId(2)));
    assert_eq!((decision.trace[0].matched, decision.trace[1].matched), (false, true));
    assert!(
        decision.trace[0].because.ends_with("; but Agent 1 is not a member of the inbox Support"),
        "{:?}",
        decision.trace[0]
    );
    for anybody in [Assignable::Unasked, Assignable::NotTold("the token's user may not do this".to_owned())] {
        let decision = decided(&anybody);
        assert_eq!(decision.assignment.unwrap().chosen, Some(AgentId(1)), "{anybody:?}");
    }
}

#[test]
fn a_record_from_before_inboxes_were_asked_is_read_as_it_was() {
    let (conversation, message) = (conversation(), message("Hello"));
    let (analysis, hours) = (Analyzer::shipped().analyze("Hello"), Hours::shipped());
    let seen = Snapshot::of(&conversation, &message, &analysis, &hours);
    let record = Record::of(&seen, Question::Message, "", MONDAY_NOON.parse().unwrap());
    let kept = serde_json::to_value(&record).unwrap();
    assert!(kept.get("assignable").is_none(), "{kept}");
    assert_eq!(serde_json::from_value::<Record>(kept).unwrap().assignable, Assignable::Unasked);
}

#[test]
fn an_escalation_tells_people_with_the_words_that_led_to_it_and_no_others() {
    let decision = decided(&conversation(), "My secret is 4711. I will sue you tomorrow.", &[], MONDAY_NOON);
    let notices: Vec<&Action> =
        decision.actions.iter().map(|r| &r.action).filter(|a| matches!(a, Action::Notify { .. })).collect();
    let [Action::Notify { to, subject, text }] = notices.as_slice() else { panic!("{notices:?}") };
    assert_eq!(to, &[Target::Leads, Target::Webhook]);
    assert_eq!(subject, "Legal threat, fraud or danger: conversation 1");
    assert!(text.contains("escalation is legal (“sue”)"), "{text}");
    assert!(!text.contains("4711") && !text.contains("tomorrow"), "{text}");
    let calm = decided(&conversation(), "I am not suing anyone", &[], MONDAY_NOON);
    assert!(!calm.hold && !calm.actions.iter().any(|r| matches!(r.action, Action::Notify { .. })));
    assert!(!Rulebook::shipped().has_automations(), "it is told with the decision");
}

#[test]
fn a_strategy_with_a_slip_of_the_pen_is_told_with_the_right_word() {
    let told = |assign: &str| {
        let rule =
            format!("[[rule]]\nid='a'\ngroup='assignment'\nwhen={{always=true}}\nthen={{assign={assign}}}\n");
        let problems = Rulebook::parse(&[("own.toml", &rule)]).1;
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    for (assign, message) in [
        (
            "'least_loadd'",
            "own.toml, rule a, then.assign: “least_loadd” is not known; possible: round_robin, least_loaded, skills; did \
             you mean “least_loaded”?",
        ),
        (
            "{ strategy = 'skills', skils = ['x'] }",
            "own.toml, rule a, then.assign.skils: “skils” is not known; possible: strategy, team, skills, language; did \
             you mean “skills”?",
        ),
        (
            "{ strategy = 'skills', language = 'german' }",
            "own.toml, rule a, then.assign.language: expected \"match\", or two letters such as \"de\"",
        ),
        (
            "{ strategy = 'skills', team = 'returns' }",
            "own.toml, rule a, then.assign.team: expected the number of a team",
        ),
        (
            "{ skills = ['x'] }",
            "own.toml, rule a, then.assign.strategy: say how to choose among them: \"round_robin\", \"least_loaded\" or \
             \"skills\"",
        ),
    ] {
        assert!(told(assign).starts_with(message), "{}", told(assign));
    }
    assert_eq!(told("{ strategy = 'least_loaded', team = 3, skills = 'x', language = 'match' }"), "");
}
