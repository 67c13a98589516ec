//! Integration tests: one binary, because linking is what costs on two cores.

#[cfg(test)]
mod chatwoot;
#[cfg(test)]
mod store;
#[cfg(test)]
mod support;
