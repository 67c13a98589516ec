//! The Chatwoot port against recordings of a real 4.15.1 and older ones, and against a desk that misbehaves.

mod answers;
mod budget;
mod calls;
mod deliveries;
pub(crate) mod desk;
mod hostile;
mod lists;
pub(crate) mod recordings;
mod scenes;
mod versions;
