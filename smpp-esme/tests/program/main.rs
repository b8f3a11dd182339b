//! The program `smpp-esme`, run as people run it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests may panic"
)]

mod bench;
mod broadcast;
mod bulk;
mod capture;
#[path = "../support/centre.rs"]
mod centre;
#[path = "../support/certificates.rs"]
mod certificates;
mod complete;
mod decode;
mod encode;
mod listen;
mod manage;
mod probe;
mod send;
mod support;
mod tls;
mod usage;
