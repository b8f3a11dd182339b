//! Text and long messages: against the tables of the standard, against other
//! implementations, and back and forth. What works without an allocator in the
//! crate is tested without one.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failing helper fails its test"
)]

mod choose;
#[cfg(feature = "cjk")]
mod cjk;
mod coding;
mod decode;
mod join;
mod no_alloc;
mod packed;
mod peers;
mod round_trip;
mod split;
mod support;
mod tables;
