//! The pages: over plain HTTP, and in a real browser without a mouse.

mod browser;
mod driver;
mod pages;
