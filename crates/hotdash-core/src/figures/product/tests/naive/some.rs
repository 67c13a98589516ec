//! Conversations and slices of all kinds.

use super::*;

const KINDS: [FactKind; 14] = [
    FactKind::Created,
    FactKind::MessageIn,
    FactKind::MessageOut,
    FactKind::FirstResponse,
    FactKind::ReplyTime,
    FactKind::Resolved,
    FactKind::BotResolved,
    FactKind::BotHandoff,
    FactKind::Opened,
    FactKind::WaitedForDesk,
    FactKind::WaitedForCustomer,
    FactKind::WaitedForBot,
    FactKind::SurveySent,
    FactKind::SurveyAnswered,
];

fn instant() -> impl Strategy<Value = i64> {
    // Around the change to summer time in Berlin, with fractions.
    (-200_000_i64..400_000, 0_i64..1_000_000).prop_map(|(at, part)| (1_774_742_400 + at) * 1_000_000 + part)
}

prop_compose! {
    fn some_fact()(
        kind in proptest::sample::select(&KINDS[..]),
        at in instant(),
        seconds in 0_i64..5000,
        business in proptest::option::weighted(0.97, 0_i64..3000),
        agent in proptest::option::of(1_i64..4),
        rating in 1_u8..=5,
    ) -> Fact {
        let rating = (kind == FactKind::SurveyAnswered).then_some(rating);
        let agent = agent.map(AgentId);
        Fact { kind, at, from: None, seconds: Some(seconds), business, agent, message: None, rating }
    }
}

prop_compose! {
    fn some_draft()(
        created_at in instant(),
        took in proptest::option::of(0_i64..60_000_000),
        outcome in 0_usize..7,
        ended in instant(),
        changed_permille in proptest::option::of(0_u16..=1000),
        grades in proptest::option::of([1_u8..=5, 1..=5, 1..=5]),
        findings in 0_u16..3,
        tokens in proptest::option::of(0_u32..9000),
        price in proptest::option::of(0_u64..3_000_000),
    ) -> DraftFact {
        use DraftOutcome::{Approved, Edited, Expired, Failed, Rejected, Superseded};
        let outcomes = [Approved, Edited, Rejected, Superseded, Expired, Failed];
        let ended = outcomes.get(outcome).map(|outcome| (*outcome, ended));
        let ready_at = took.map(|took| created_at + took);
        let cost = tokens.zip(price).map(|(tokens, price)| u64::from(tokens) * price);
        let blocking = findings / 2;
        DraftFact { created_at, ready_at, ended, changed_permille, grades, findings, blocking, tokens, cost }
    }
}

fn some_promise() -> impl Strategy<Value = SlaFact> {
    let outcome = prop_oneof![
        instant().prop_map(|at| SlaOutcome::Met { at }),
        instant().prop_map(|at| SlaOutcome::Breached { at }),
        proptest::option::of(instant()).prop_map(|due| SlaOutcome::Open { due }),
    ];
    (proptest::sample::select(&Kind::ALL[..]), outcome).prop_map(|(kind, outcome)| SlaFact { kind, outcome })
}

prop_compose! {
    pub(super) fn some_conversation()(
        (id, inbox, team, assignee) in (0_i64..12, 1_i64..3, proptest::option::of(1_i64..3), proptest::option::of(1_i64..4)),
        (is_email, is_resolved, is_answered) in any::<(bool, bool, bool)>(),
        created_at in instant(),
        waiting_since in proptest::option::of(instant()),
        labels in proptest::sample::subsequence(vec!["a", "b", "c"], 0..=3),
        facts in proptest::collection::vec(some_fact(), 0..12),
        categories in proptest::sample::subsequence(vec!["orders", "refunds", "praise"], 0..=3),
        seen in instant(),
        sla in proptest::collection::vec(some_promise(), 0..3),
        drafts in proptest::collection::vec(some_draft(), 0..3),
    ) -> Measured {
        Measured {
            facts: ConversationFacts {
                conversation: ConversationId(id),
                inbox: InboxId(inbox),
                channel: if is_email { Channel::Email } else { Channel::Other("Channel::Voice".into()) },
                status: if is_resolved { Status::Resolved } else { Status::Open },
                assignee: assignee.map(AgentId),
                team: team.map(TeamId),
                labels: labels.into_iter().map(str::to_owned).collect(),
                created_at,
                waiting_since,
                is_answered,
                facts,
                unknown: Vec::new(),
            },
            categories: categories.into_iter().map(|name| CategoryFact { name: name.into(), at: seen }).collect(),
            sla,
            drafts,
        }
    }
}

prop_compose! {
    pub(super) fn some_slice()(
        inbox in proptest::option::weighted(0.2, 1_i64..4),
        is_email in proptest::option::weighted(0.2, any::<bool>()),
        team in proptest::option::weighted(0.2, 1_i64..4),
        agent in proptest::option::weighted(0.3, 1_i64..5),
        label in proptest::option::weighted(0.2, proptest::sample::select(vec!["a", "b", "never"])),
        category in proptest::option::weighted(0.2, proptest::sample::select(vec!["orders", "never"])),
        hour in proptest::option::weighted(0.2, 0_i8..24),
    ) -> Slice {
        Slice {
            inbox: inbox.map(InboxId),
            channel: is_email.map(|is| if is { Channel::Email } else { Channel::Sms }),
            team: team.map(TeamId),
            agent: agent.map(AgentId),
            label: label.map(Into::into),
            category: category.map(Into::into),
            hour,
        }
    }
}
