//! Everything hotdash knows about Chatwoot: proof of origin, its JSON, its events, its REST calls.
//!
//! **Invariant:** only [`wire`] knows Chatwoot's JSON; what leaves this module are the core's types.
//!
//! | module | what it does |
//! |---|---|
//! | [`signature`] | believes a delivery or says why not |
//! | [`event`] | turns a delivery's body into an event of the core |
//! | [`identity`] | proves to the live chat who looks at a page |
//! | [`wire`] | Chatwoot's JSON, in both its shapes |
//! | [`recording`] | reads what was written down of a desk, to play it again |
//! | [`api`] | calls the desk and names every refusal |

pub mod api;
pub mod event;
pub mod identity;
pub mod recording;
pub mod signature;
pub mod wire;

pub use api::{CallError, Chatwoot};
pub use event::{Malformed, Misread, Peek, peek, understand};
pub use signature::{Proof, Refusal, Secrets, Verified, verify};
