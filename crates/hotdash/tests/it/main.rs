//! Integration tests: one binary, because linking is what costs on two cores.
// `cfg(test)` tells clippy that these are tests, helpers included.

#[cfg(test)]
mod analytics;
#[cfg(test)]
mod assignment;
#[cfg(test)]
mod authors;
#[cfg(test)]
mod automation;
#[cfg(test)]
mod backfill;
#[cfg(test)]
mod channels;
#[cfg(test)]
mod chatwoot;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod deliveries;
#[cfg(test)]
mod desks;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod figures;
#[cfg(test)]
mod house;
#[cfg(test)]
mod intake;
#[cfg(test)]
mod journey;
#[cfg(test)]
mod labels;
#[cfg(test)]
mod liquid;
#[cfg(test)]
mod model;
#[cfg(test)]
mod numbers;
#[cfg(test)]
mod older_desks;
#[cfg(test)]
mod opened;
#[cfg(test)]
mod ours;
#[cfg(test)]
mod recipes;
#[cfg(test)]
mod recommendations;
#[cfg(test)]
mod reconcile;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod sla;
#[cfg(test)]
mod store;
#[cfg(test)]
mod support;
#[cfg(test)]
mod topics;
#[cfg(test)]
mod ui;
#[cfg(test)]
mod watch;
#[cfg(test)]
mod widget;
