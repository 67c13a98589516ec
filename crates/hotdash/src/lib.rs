//! The shell around hotdash-core.
