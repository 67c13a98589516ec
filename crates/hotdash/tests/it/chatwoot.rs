//! The Chatwoot port against recordings of a real 4.15.1, and against a desk that misbehaves.

mod answers;
mod calls;
mod deliveries;
pub(crate) mod desk;
mod hostile;
pub(crate) mod recordings;
mod scenes;
