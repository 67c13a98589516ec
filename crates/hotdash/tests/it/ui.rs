//! The pages: over plain HTTP, and in a real browser without a mouse.

mod browser;
mod dashboard;
mod deliveries;
mod driver;
mod fairness;
mod pages;
mod recommendations;
mod rules;
mod sending;
mod sla;
mod widget;
