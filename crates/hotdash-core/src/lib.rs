//! What hotdash decides.
//!
//! **The rule of purity:** data in, data out. Nothing here reads a clock, the environment, a file or a socket, and
//! nothing is asynchronous; the same arguments always give the same answer. Time comes in as an argument.
//!
//! | module | what it knows |
//! |---|---|
//! | [`ids`] | identifiers that cannot be mixed up |
//! | [`conversation`] | conversations, messages, contacts, agents in our words |
//! | [`event`] | everything that can happen on a desk |
//! | [`action`] | everything we may want to do there, and why |
//! | [`channel`] | what may be sent on a channel, how long, in which form |
//! | [`analysis`] | what a message is about, how it sounds, what it wants, how soon |
//! | [`learn`] | labels learned from a desk's own history, and how good any labelling is |
//! | [`hours`] | when the team works |
//! | [`automation`] | what rules do later, once, or in words written for the case |
//! | [`rulebook`] | the rules a lead writes |
//! | [`decide`] | rules + what is known → what to do, with reasons |
//! | [`record`] | what a decision saw, kept so that it can be made again |
//! | [`backtest`] | what other rules would have done |
//! | [`cases`] | messages a lead writes down, and what the rules must do with them |
//! | [`routing`] | who gets a conversation |
//! | [`staff`] | what the people know and take, and when they are there |
//! | [`fairness`] | whether everybody got a fair part |
//! | [`draft`] | replies: composed, asked of a model, checked, shown |
//! | [`sla`] | what is promised, and the clocks that watch it |
//! | [`grade`] | how good a reply was |
//! | [`facts`] | what was measured of a conversation, as Chatwoot measures it |
//! | [`figures`] | reports made of facts: the desk's own and ours |
//! | [`chance`] | tails and intervals, each by a named method |
//! | [`anomaly`] | what is not as usual, with a stated rate of false alarms |
//! | [`recommend`] | what a lead should do, with evidence |
//! | [`staffing`] | how many agents an hour needs |
//! | [`topics`] | what conversations are about, learned from their words |
//! | [`report`] | what a lead reads every morning, and every Monday |
//! | [`sheet`] | tables as CSV that no spreadsheet takes for formulas |

pub mod action;
pub mod analysis;
pub mod anomaly;
pub mod automation;
pub mod backtest;
pub mod cases;
pub mod chance;
pub mod channel;
pub mod conversation;
pub mod decide;
pub mod draft;
pub mod event;
pub mod facts;
pub mod fairness;
pub mod figures;
pub mod grade;
pub mod hours;
pub mod ids;
pub mod learn;
pub mod recommend;
pub mod record;
pub mod report;
pub mod routing;
pub mod rulebook;
pub mod sheet;
#[cfg(test)]
pub(crate) mod simulated;
pub mod sla;
pub mod staff;
pub mod staffing;
pub mod topics;

pub use analysis::analyze_conversation;
pub use automation::automations_for;
pub use decide::route_conversation;
pub use figures::report::{AnalyticsReport, generate_analytics_report};
pub use report::{format_report_as_markdown, generate_daily_report, generate_weekly_report};
pub use sla::check_sla_breach;
