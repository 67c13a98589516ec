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

pub mod action;
pub mod conversation;
pub mod event;
pub mod ids;
