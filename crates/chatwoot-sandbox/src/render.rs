//! The desk's rows as JSON. One row has several shapes: who asks, and through which door, decides.
//!
//! Key order is part of the contract; `serde_json` keeps the order in which keys are written here.

pub(crate) mod contact;
pub(crate) mod conversation;
pub(crate) mod inbox;
pub(crate) mod message;
pub(crate) mod people;
pub(crate) mod settings;

use serde_json::{Value, json};

use crate::desk::Desk;

/// `{id, name}`.
pub(crate) fn account(desk: &Desk) -> Value {
    json!({"id": desk.account.id, "name": desk.account.name})
}
