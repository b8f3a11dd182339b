#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod accounts;
mod address;
mod answer;
mod broadcast;
mod clock;
mod connection;
mod engine;
mod hash;
mod life;
mod lists;
mod message;
mod message_id;
pub mod network;
mod receipt;
mod registry;
#[cfg(feature = "scenario")]
#[cfg_attr(docsrs, doc(cfg(feature = "scenario")))]
pub mod scenario;
mod server;
pub mod store;
mod submission;
mod times;

pub use accounts::Accounts;
pub use clock::{Clock, Timestamp};
pub use life::{Claimed, Life, LifeRecord, Retries, TooLate};
pub use message::{Content, Message, MessageKey, NotAMessage};
pub use message_id::{InvalidId, MessageId};
pub use registry::{ConnectionId, SessionInfo};
pub use server::{Builder, Smsc};
