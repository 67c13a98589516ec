//! Integration tests: one binary, so that linking is paid once.

mod chatwoot;
mod model;
mod store;
mod support;
