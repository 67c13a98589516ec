//! What hotdash decides.
