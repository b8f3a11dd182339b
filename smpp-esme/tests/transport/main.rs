//! What carries a session: TCP, TLS, PROXY headers, and the addresses that ask
//! for them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests may panic"
)]

#[path = "../support/centre.rs"]
mod centre;
#[path = "../support/certificates.rs"]
mod certificates;
mod hosts;
mod proxy;
mod tls;
mod url;
