//! The sending layer against scripted message centres, and a real one.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests may panic"
)]

#[path = "../support/centre.rs"]
mod centre;
mod chance;
mod many;
mod message;
mod order;
mod real;
mod retry;
mod support;
mod whole;
