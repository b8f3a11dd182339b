//! The message centre over sockets, against scripted clients.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failing helper fails its test"
)]

mod accounts;
mod alerts;
mod bind;
mod broadcast;
mod careless;
mod forwarded;
mod forwarding;
mod handed_over;
#[cfg(feature = "http")]
mod http;
mod listeners;
mod lists;
mod matching;
mod mobile;
mod modes;
mod operations;
mod outbind;
mod present;
mod priority;
mod quirks;
mod receipts;
mod redelivery;
mod routing;
mod script;
mod shutdown;
mod stores;
mod strangers;
mod support;
mod time;
mod v33;
