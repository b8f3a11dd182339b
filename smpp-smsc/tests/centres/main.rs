//! Message centres that are linked to each other.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failing helper fails its test"
)]

mod outages;
mod receipts;
mod relay;
mod routes;
mod stores;
mod support;
