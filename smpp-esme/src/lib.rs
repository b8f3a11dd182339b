#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
mod config;
mod connect;
mod error;
mod incoming;
mod mailbox;
pub mod metrics;
mod owned;
mod pipeline;
#[cfg(unix)]
mod records;
mod reply;
mod task;
mod url;

pub use smpp_codec as codec;
pub use smpp_pdu as pdu;
pub use smpp_session::{CloseReason, Stranger};

pub use client::{Client, Pending};
pub use config::{BindConfig, ClientBuilder};
pub use connect::{BoxStream, Connect, Requester, Stream};
pub use error::{ConnectError, ConnectErrorKind, RequestError, RequestErrorKind};
pub use incoming::{Delivery, Inbound, Incoming};
pub use owned::{OwnedPdu, SubmitResp};
pub use pipeline::Pipeline;
#[cfg(unix)]
pub use records::RecordSocket;
pub use url::{DEFAULT_PORT, DEFAULT_WINDOW, SmppUrl, UrlError, UrlErrorKind};
