//! Automations are pure: the same thread always gives the same answer.
