//! The link against scripted message centres that come and go.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests may panic"
)]

#[path = "../support/centre.rs"]
mod centre;
mod dropped;
mod ending;
mod ledger;
mod pair;
mod race;
mod reconnect;
mod refusal;
mod requests;
mod restart;
mod smsc;
mod support;
