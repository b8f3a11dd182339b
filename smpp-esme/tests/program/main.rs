//! The program `smpp-esme`, run as people run it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests may panic"
)]

mod bulk;
#[path = "../support/centre.rs"]
mod centre;
#[path = "../support/certificates.rs"]
mod certificates;
mod decode;
mod listen;
mod manage;
mod send;
mod support;
mod tls;
mod usage;
