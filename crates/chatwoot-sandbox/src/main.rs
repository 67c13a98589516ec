//! The sandbox desk as a program.
fn main() {}
