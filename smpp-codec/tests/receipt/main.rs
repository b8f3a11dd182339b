//! Receipts as their users see them. What every set of features must do is
//! tested under every set of features: buffers and lists have a fixed size.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failing helper fails its test"
)]

mod support;

mod arbitrary;
mod findings;
mod matcher;
mod matcher_model;
mod no_alloc;
mod reconcile;
mod states;
mod vectors;
mod wild;
mod write;
