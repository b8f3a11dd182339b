#![cfg_attr(feature = "engine", doc = include_str!("../README.md"))]
#![cfg_attr(
    not(feature = "engine"),
    doc = "An SMPP protocol server on tokio, see [`handler`]. The message centre is behind the feature `engine`."
)]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "engine")]
mod accounts;
#[cfg(feature = "engine")]
mod address;
#[cfg(feature = "engine")]
mod answer;
#[cfg(feature = "engine")]
mod broadcast;
#[cfg(feature = "engine")]
mod clock;
#[cfg(feature = "config")]
#[cfg_attr(docsrs, doc(cfg(feature = "config")))]
pub mod config;
#[cfg(feature = "engine")]
mod connection;
#[cfg(feature = "engine")]
mod engine;
#[cfg(feature = "engine")]
mod findings;
#[cfg(feature = "engine")]
mod forward;
pub mod handler;
#[cfg(feature = "engine")]
mod hash;
#[cfg(feature = "http")]
#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
pub mod http;
mod hub;
#[cfg(feature = "engine")]
mod life;
#[cfg(feature = "engine")]
mod lists;
#[cfg(feature = "engine")]
mod message;
#[cfg(feature = "engine")]
mod message_id;
#[cfg(feature = "engine")]
#[cfg_attr(docsrs, doc(cfg(feature = "engine")))]
pub mod network;
#[cfg(feature = "engine")]
mod receipt;
#[cfg(feature = "engine")]
mod registry;
#[cfg(feature = "engine")]
mod retries;
#[cfg(feature = "engine")]
#[cfg_attr(docsrs, doc(cfg(feature = "engine")))]
pub mod routes;
#[cfg(feature = "scenario")]
#[cfg_attr(docsrs, doc(cfg(feature = "scenario")))]
pub mod scenario;
#[cfg(feature = "engine")]
mod server;
#[cfg(feature = "engine")]
mod stats;
#[cfg(feature = "engine")]
#[cfg_attr(docsrs, doc(cfg(feature = "engine")))]
pub mod store;
#[cfg(feature = "engine")]
mod submission;
#[cfg(feature = "engine")]
mod times;
#[cfg(feature = "engine")]
mod v33;

#[cfg(feature = "accounts")]
#[cfg_attr(docsrs, doc(cfg(feature = "accounts")))]
pub use accounts::hash_password;
#[cfg(feature = "engine")]
#[cfg_attr(docsrs, doc(cfg(feature = "engine")))]
pub use accounts::{
    Account, AccountTable, Accounts, Authenticator, BindAttempt, IdForm, NotAHash, NotAnAccount,
    Password, Quirks, ReceiptForm, Refusal, SourceRule, UnknownQuirk,
};
/// For the traits of this crate.
pub use async_trait::async_trait;
#[cfg(feature = "engine")]
#[cfg_attr(docsrs, doc(cfg(feature = "engine")))]
pub use clock::{Clock, Timestamp};
#[cfg(feature = "engine")]
#[cfg_attr(docsrs, doc(cfg(feature = "engine")))]
pub use engine::Queues;
#[cfg(feature = "engine")]
#[cfg_attr(docsrs, doc(cfg(feature = "engine")))]
pub use findings::FindingCount;
pub use hub::{ConnectionId, Limits, ListenOptions, OutbindError, Peer};
#[cfg(feature = "tls")]
#[cfg_attr(docsrs, doc(cfg(feature = "tls")))]
pub use hub::{TlsError, TlsServer};
#[cfg(feature = "engine")]
#[cfg_attr(docsrs, doc(cfg(feature = "engine")))]
pub use life::{Claimed, Life, LifeRecord, TooLate};
#[cfg(feature = "engine")]
#[cfg_attr(docsrs, doc(cfg(feature = "engine")))]
pub use message::{Content, Message, MessageKey, NotAMessage};
#[cfg(feature = "engine")]
#[cfg_attr(docsrs, doc(cfg(feature = "engine")))]
pub use message_id::{InvalidId, MessageId};
#[cfg(feature = "engine")]
#[cfg_attr(docsrs, doc(cfg(feature = "engine")))]
pub use registry::SessionInfo;
#[cfg(feature = "engine")]
#[cfg_attr(docsrs, doc(cfg(feature = "engine")))]
pub use retries::{FailureClass, Retries};
#[cfg(feature = "engine")]
#[cfg_attr(docsrs, doc(cfg(feature = "engine")))]
pub use server::{Builder, DeliverError, ReceiptState, Smsc};
/// For [`Quirks`].
#[cfg(feature = "engine")]
#[cfg_attr(docsrs, doc(cfg(feature = "engine")))]
pub use smpp_session::ErrorBodies;
#[cfg(feature = "engine")]
#[cfg_attr(docsrs, doc(cfg(feature = "engine")))]
pub use stats::{CommitTimes, Stats};
