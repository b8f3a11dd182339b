#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod accounts;
mod address;
mod answer;
mod broadcast;
mod clock;
#[cfg(feature = "config")]
#[cfg_attr(docsrs, doc(cfg(feature = "config")))]
pub mod config;
mod connection;
mod engine;
mod forward;
mod hash;
#[cfg(feature = "http")]
#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
pub mod http;
mod life;
mod lists;
mod message;
mod message_id;
pub mod network;
mod receipt;
mod registry;
pub mod routes;
#[cfg(feature = "scenario")]
#[cfg_attr(docsrs, doc(cfg(feature = "scenario")))]
pub mod scenario;
mod server;
mod stats;
pub mod store;
mod submission;
mod times;

#[cfg(feature = "accounts")]
#[cfg_attr(docsrs, doc(cfg(feature = "accounts")))]
pub use accounts::hash_password;
pub use accounts::{
    Account, AccountTable, Accounts, Authenticator, BindAttempt, NotAHash, NotAnAccount, Password,
    Refusal, SourceRule,
};
/// For [`Authenticator`], [`store::Store`] and [`network::Network`].
pub use async_trait::async_trait;
pub use clock::{Clock, Timestamp};
pub use life::{Claimed, Life, LifeRecord, Retries, TooLate};
pub use message::{Content, Message, MessageKey, NotAMessage};
pub use message_id::{InvalidId, MessageId};
pub use registry::{ConnectionId, SessionInfo};
pub use server::{Builder, DeliverError, ListenOptions, Smsc};
#[cfg(feature = "tls")]
#[cfg_attr(docsrs, doc(cfg(feature = "tls")))]
pub use server::{TlsError, TlsServer};
pub use stats::Stats;
