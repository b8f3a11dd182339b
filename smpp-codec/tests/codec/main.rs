//! The codec as its users see it. What every set of features must do is tested
//! under every set of features: where there is no allocator in the crate, the
//! tests bring buffers of fixed size.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failing helper fails its test"
)]

mod support;

mod arbitrary;
mod errors;
mod findings;
mod framer;
#[cfg(feature = "json")]
mod json;
#[cfg(feature = "json")]
mod json_build;
mod open_end;
mod round_trip;
mod sizes;
mod truncation;
mod vectors;
