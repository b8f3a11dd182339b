//! The protocol server, against scripted clients.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failing helper fails its test"
)]

mod cost;
mod limits;
mod outbind;
mod push;
mod replies;
mod shutdown;
mod support;
