//! History for a desk that should not look empty.
