//! WAP push, message waiting, flash, ports and USSD: against octets that others
//! published, back and forth, and with octets of any kind.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failing helper fails its test"
)]

mod arbitrary;
mod flash;
mod no_alloc;
mod ports;
mod push;
mod reader;
mod support;
mod ussd;
mod waiting;
mod wap_vectors;
