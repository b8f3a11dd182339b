//! The message centre over sockets, against scripted clients.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failing helper fails its test"
)]

mod accounts;
mod bind;
#[cfg(feature = "http")]
mod http;
mod listeners;
mod mobile;
mod operations;
mod receipts;
mod redelivery;
mod shutdown;
mod stores;
mod strangers;
mod support;
mod time;
