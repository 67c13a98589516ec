//! A stand-in for Chatwoot.
