//! The program `smpp-esme`, run as people run it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests may panic"
)]

mod bench;
#[path = "../support/centre.rs"]
mod centre;
mod decode;
mod listen;
mod manage;
mod send;
mod support;
mod usage;
