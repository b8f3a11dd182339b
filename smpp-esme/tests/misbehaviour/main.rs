//! Centres that do what no centre should: each is named in an error, nothing
//! hangs, no memory grows with it, and the client's account of every message
//! agrees with what the centre saw.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests may panic"
)]

#[path = "../support/centre.rs"]
mod centre;
mod flood;
mod habits;
mod peer;
