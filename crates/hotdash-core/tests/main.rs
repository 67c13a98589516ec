//! Cases as data: every `tests/cases/**/*.toml` is run by the part of the core it names. Support staff can add some.

mod analysis;
mod cases;
mod desk;
mod drafting;
mod routing;
