//! The list of figures, section by section.

use super::{CsatPart, Definition, DraftPart, Good, Of, SlaPart, Stat, Unit};
use crate::facts::FactKind;
use crate::sla::Kind;

const fn figure(
    id: &'static str,
    label: &'static str,
    unit: Unit,
    good: Good,
    entry: &'static str,
    of: Of,
) -> Definition {
    Definition { id, label, unit, good, entry, of, goal: None }
}

const fn towards(goal: f64, figure: Definition) -> Definition {
    Definition { goal: Some(goal), ..figure }
}

const fn count(id: &'static str, label: &'static str, good: Good, entry: &'static str, of: Of) -> Definition {
    figure(id, label, Unit::Count, good, entry, of)
}

const fn time(id: &'static str, label: &'static str, entry: &'static str, of: Of) -> Definition {
    figure(id, label, Unit::Seconds, Good::Down, entry, of)
}

/// The figures of one span: `$id.p50` and so on, and of what has not ended `$id.open`, `$id.open_p50`, `$id.open_max`.
macro_rules! span {
    ($id:literal, $label:literal, $kind:expr, $entry:literal) => {
        &[
            time(concat!($id, ".p50"), concat!($label, ", median"), $entry, Of::Time($kind, Stat::P50)),
            time(concat!($id, ".mean"), concat!($label, ", average"), $entry, Of::Time($kind, Stat::Mean)),
            time(
                concat!($id, ".p75"),
                concat!($label, ", 75th percentile"),
                $entry,
                Of::Time($kind, Stat::P75),
            ),
            time(
                concat!($id, ".p90"),
                concat!($label, ", 90th percentile"),
                $entry,
                Of::Time($kind, Stat::P90),
            ),
            time(
                concat!($id, ".p95"),
                concat!($label, ", 95th percentile"),
                $entry,
                Of::Time($kind, Stat::P95),
            ),
            time(
                concat!($id, ".p99"),
                concat!($label, ", 99th percentile"),
                $entry,
                Of::Time($kind, Stat::P99),
            ),
            time(concat!($id, ".min"), concat!($label, ", shortest"), $entry, Of::Time($kind, Stat::Min)),
            time(concat!($id, ".max"), concat!($label, ", longest"), $entry, Of::Time($kind, Stat::Max)),
            count(
                concat!($id, ".count"),
                concat!($label, ", how many"),
                Good::Neither,
                $entry,
                Of::Time($kind, Stat::Count),
            ),
            count(
                concat!($id, ".open"),
                concat!($label, ", not ended"),
                Good::Down,
                "open",
                Of::Waiting($kind, Stat::Count),
            ),
            time(
                concat!($id, ".open_p50"),
                concat!($label, ", not ended, median so far"),
                "open",
                Of::Waiting($kind, Stat::P50),
            ),
            time(
                concat!($id, ".open_max"),
                concat!($label, ", not ended, longest so far"),
                "open",
                Of::Waiting($kind, Stat::Max),
            ),
        ]
    };
}

const OVERVIEW: &[Definition] = &[
    count(
        "overview.conversations",
        "Conversations",
        Good::Neither,
        "conversations",
        Of::Count(FactKind::Created),
    ),
    count(
        "overview.incoming_messages",
        "Messages of customers",
        Good::Neither,
        "incoming messages",
        Of::Count(FactKind::MessageIn),
    ),
    count(
        "overview.outgoing_messages",
        "Messages of the desk",
        Good::Neither,
        "outgoing messages",
        Of::Count(FactKind::MessageOut),
    ),
    count("overview.resolutions", "Resolutions", Good::Up, "resolutions", Of::Count(FactKind::Resolved)),
    count("overview.reopened", "Reopened", Good::Down, "reopened", Of::Reopened),
    count(
        "overview.open",
        "Open conversations",
        Good::Down,
        "open",
        Of::Waiting(FactKind::Resolved, Stat::Count),
    ),
    count(
        "overview.bot_handoffs",
        "Handed over by a bot",
        Good::Neither,
        "bot handoffs",
        Of::Count(FactKind::BotHandoff),
    ),
    count(
        "overview.bot_resolutions",
        "Resolved by a bot",
        Good::Up,
        "bot resolutions",
        Of::Count(FactKind::BotResolved),
    ),
];

const FRT: &[Definition] = span!("frt", "First response", FactKind::FirstResponse, "first response time");
const REPLY: &[Definition] = span!("reply", "Reply time", FactKind::ReplyTime, "reply time");
const RESOLUTION: &[Definition] =
    span!("resolution", "Resolution time", FactKind::Resolved, "resolution time");

const TURNS: &[Definition] = &[
    time("turns.desk", "Waited for the desk", "waited for the desk", Of::Turn(FactKind::WaitedForDesk)),
    figure(
        "turns.customer",
        "Waited for the customer",
        Unit::Seconds,
        Good::Neither,
        "waited for the customer",
        Of::Turn(FactKind::WaitedForCustomer),
    ),
    figure(
        "turns.bot",
        "Waited for a bot",
        Unit::Seconds,
        Good::Neither,
        "waited for a bot",
        Of::Turn(FactKind::WaitedForBot),
    ),
];

macro_rules! promise {
    ($id:literal, $label:literal, $kind:expr) => {
        [
            figure(
                concat!("sla.", $id, "compliance"),
                concat!($label, " kept"),
                Unit::Share,
                Good::Up,
                "sla compliance",
                Of::Sla($kind, SlaPart::Compliance),
            ),
            count(
                concat!("sla.", $id, "met"),
                concat!($label, " met"),
                Good::Up,
                "sla met",
                Of::Sla($kind, SlaPart::Met),
            ),
            count(
                concat!("sla.", $id, "breached"),
                concat!($label, " missed"),
                Good::Down,
                "sla breached",
                Of::Sla($kind, SlaPart::Breached),
            ),
            count(
                concat!("sla.", $id, "running"),
                concat!($label, " still running"),
                Good::Neither,
                "sla running",
                Of::Sla($kind, SlaPart::Running),
            ),
        ]
    };
}

const ALL_SLA: [Definition; 4] = promise!("", "Promises", None);
const FIRST_SLA: [Definition; 4] =
    promise!("first_response.", "First response promises", Some(Kind::FirstResponse));
const NEXT_SLA: [Definition; 4] =
    promise!("next_response.", "Next response promises", Some(Kind::NextResponse));
const LAST_SLA: [Definition; 4] = promise!("resolution.", "Resolution promises", Some(Kind::Resolution));

const CSAT: &[Definition] = &[
    figure(
        "csat.positive",
        "Satisfied customers",
        Unit::Share,
        Good::Up,
        "csat positive",
        Of::Csat(CsatPart::Positive),
    ),
    figure(
        "csat.negative",
        "Dissatisfied customers",
        Unit::Share,
        Good::Down,
        "csat negative",
        Of::Csat(CsatPart::Negative),
    ),
    figure("csat.mean", "Rating, average", Unit::Grade, Good::Up, "csat average", Of::Csat(CsatPart::Mean)),
    count("csat.answers", "Surveys answered", Good::Up, "ratings", Of::Csat(CsatPart::Answers)),
    count("csat.sent", "Surveys sent", Good::Neither, "surveys sent", Of::Count(FactKind::SurveySent)),
    figure(
        "csat.response_rate",
        "Surveys answered, share",
        Unit::Share,
        Good::Up,
        "csat response rate",
        Of::Csat(CsatPart::ResponseRate),
    ),
];

const fn draft(
    id: &'static str,
    label: &'static str,
    unit: Unit,
    good: Good,
    entry: &'static str,
    part: DraftPart,
) -> Definition {
    figure(id, label, unit, good, entry, Of::Draft(part))
}

const DRAFTS: &[Definition] = &[
    draft("drafts.ready", "Drafts ready", Unit::Count, Good::Neither, "drafts ready", DraftPart::Ready),
    draft(
        "drafts.ready_p50",
        "Time until a draft is ready, median",
        Unit::Seconds,
        Good::Down,
        "draft ready time",
        DraftPart::ReadyTime(Stat::P50),
    ),
    draft(
        "drafts.ready_p90",
        "Time until a draft is ready, 90th percentile",
        Unit::Seconds,
        Good::Down,
        "draft ready time",
        DraftPart::ReadyTime(Stat::P90),
    ),
    draft("drafts.decided", "Drafts decided", Unit::Count, Good::Up, "drafts decided", DraftPart::Decided),
    towards(
        0.80,
        draft(
            "drafts.approved",
            "Approved as written",
            Unit::Share,
            Good::Up,
            "drafts approved",
            DraftPart::Approved,
        ),
    ),
    towards(
        0.15,
        draft(
            "drafts.edited",
            "Approved with changes",
            Unit::Share,
            Good::Down,
            "drafts edited",
            DraftPart::Edited,
        ),
    ),
    towards(
        0.05,
        draft("drafts.rejected", "Rejected", Unit::Share, Good::Down, "drafts rejected", DraftPart::Rejected),
    ),
    draft(
        "drafts.superseded",
        "Given up before a decision",
        Unit::Share,
        Good::Down,
        "drafts superseded",
        DraftPart::Superseded,
    ),
    draft(
        "drafts.edit_distance",
        "Changed by reviewers",
        Unit::Share,
        Good::Down,
        "draft edit distance",
        DraftPart::EditDistance,
    ),
    draft("drafts.tone", "Grade for tone", Unit::Grade, Good::Up, "draft grades", DraftPart::Tone),
    draft(
        "drafts.accuracy",
        "Grade for accuracy",
        Unit::Grade,
        Good::Up,
        "draft grades",
        DraftPart::Accuracy,
    ),
    draft("drafts.policy", "Grade for policy", Unit::Grade, Good::Up, "draft grades", DraftPart::Policy),
    draft(
        "drafts.findings",
        "Findings of the checks",
        Unit::Count,
        Good::Down,
        "draft findings",
        DraftPart::Findings,
    ),
    draft(
        "drafts.blocked",
        "Drafts with a finding that blocks",
        Unit::Share,
        Good::Down,
        "drafts blocked",
        DraftPart::Blocked,
    ),
    draft(
        "drafts.tokens",
        "Tokens of the model",
        Unit::Tokens,
        Good::Down,
        "draft tokens",
        DraftPart::Tokens,
    ),
    draft("drafts.cost", "Cost of the model", Unit::Money, Good::Down, "draft cost", DraftPart::Cost),
    draft(
        "drafts.cost_mean",
        "Cost of a draft, average",
        Unit::Money,
        Good::Down,
        "draft cost",
        DraftPart::CostMean,
    ),
];

const SLA: &[Definition] = &[
    ALL_SLA[0],
    ALL_SLA[1],
    ALL_SLA[2],
    ALL_SLA[3],
    FIRST_SLA[0],
    FIRST_SLA[1],
    FIRST_SLA[2],
    FIRST_SLA[3],
    NEXT_SLA[0],
    NEXT_SLA[1],
    NEXT_SLA[2],
    NEXT_SLA[3],
    LAST_SLA[0],
    LAST_SLA[1],
    LAST_SLA[2],
    LAST_SLA[3],
];

/// Every figure by section, in the order in which people read them.
pub const SECTIONS: &[(&str, &[Definition])] = &[
    ("overview", OVERVIEW),
    ("frt", FRT),
    ("reply", REPLY),
    ("resolution", RESOLUTION),
    ("turns", TURNS),
    ("sla", SLA),
    ("csat", CSAT),
    ("drafts", DRAFTS),
];
