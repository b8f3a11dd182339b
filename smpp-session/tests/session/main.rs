//! Behaviour of the session, seen from outside.

#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, its helpers too"
)]

mod answers;
mod bind;
mod corners;
mod counters;
mod encoded;
mod ending;
mod faults;
mod flow;
#[cfg(feature = "alloc")]
mod link_loss;
mod pair;
mod peer;
mod requests;
mod table;
mod timers;
mod version;
