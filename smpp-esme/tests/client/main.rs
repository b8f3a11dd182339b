//! The client against a scripted message centre.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests may panic"
)]

mod binding;
#[path = "../support/centre.rs"]
mod centre;
mod ending;
mod incoming;
mod metrics;
mod pipeline;
#[cfg(target_os = "linux")]
mod records;
mod requests;
mod stalls;
