//! Integration tests: one binary, because linking is what costs on two cores.
// `cfg(test)` tells clippy that these are tests, helpers included.

#[cfg(test)]
mod chatwoot;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod house;
#[cfg(test)]
mod intake;
#[cfg(test)]
mod journey;
#[cfg(test)]
mod model;
#[cfg(test)]
mod ours;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod store;
#[cfg(test)]
mod support;
#[cfg(test)]
mod ui;
