//! Integration tests.

mod chatwoot;
