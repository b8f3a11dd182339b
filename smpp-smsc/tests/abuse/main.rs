//! The message centre against peers and disks that do their worst: everything that
//! they can make it keep is bounded, others are served meanwhile, and nothing that
//! was acknowledged is lost.
//!
//! Memory is counted by the allocator, for one thread: the centre runs on the thread
//! of the test, and its sessions ride on streams in memory.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failing helper fails its test"
)]

mod crowd;
mod deaf;
#[cfg(feature = "redb")]
mod disk;
mod idle;
mod lengths;
mod loris;
mod memory;
#[cfg(feature = "redb")]
#[allow(dead_code, reason = "other tests use the rest of it")]
#[path = "../shared/memory_disk.rs"]
mod memory_disk;
#[cfg(feature = "redb")]
mod restart;
#[cfg(feature = "redb")]
mod room;
#[cfg(feature = "redb")]
#[allow(dead_code, reason = "other tests use the rest of it")]
#[path = "../smsc/script.rs"]
mod script;
mod stall;
#[allow(dead_code, reason = "other tests use the rest of it")]
#[path = "../smsc/support.rs"]
mod support;
