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
mod findings;
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
mod retries;
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
    Account, AccountTable, Accounts, Authenticator, BindAttempt, IdForm, NotAHash, NotAnAccount,
    Password, Quirks, ReceiptForm, Refusal, SourceRule, UnknownQuirk,
};
/// For [`Authenticator`], [`store::Store`] and [`network::Network`].
pub use async_trait::async_trait;
pub use clock::{Clock, Timestamp};
pub use engine::Queues;
pub use findings::FindingCount;
pub use life::{Claimed, Life, LifeRecord, TooLate};
pub use message::{Content, Message, MessageKey, NotAMessage};
pub use message_id::{InvalidId, MessageId};
pub use registry::{ConnectionId, SessionInfo};
pub use retries::{FailureClass, Retries};
pub use server::{Builder, DeliverError, ListenOptions, ReceiptState, Smsc};
#[cfg(feature = "tls")]
#[cfg_attr(docsrs, doc(cfg(feature = "tls")))]
pub use server::{TlsError, TlsServer};
/// For [`Quirks`].
pub use smpp_session::ErrorBodies;
pub use stats::{CommitTimes, Stats};
