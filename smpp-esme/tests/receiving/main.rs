//! The receiving layer against a scripted message centre, and against a real one.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests may panic"
)]

#[path = "../support/centre.rs"]
mod centre;
mod flow;
mod joining;
mod real;
mod receipts;
mod sender;
mod store;
mod support;
mod tracking;
mod two_way;
