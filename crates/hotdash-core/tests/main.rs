//! Cases as data: every `tests/cases/**/*.toml` is run by the part of the core it names. Support staff can add some.

#![expect(clippy::unwrap_used, reason = "a case that cannot be read must fail loudly")]

mod analysis;
mod assignment;
mod cases;
mod desk;
mod drafting;
mod fresh;
mod guide;
mod routing;
