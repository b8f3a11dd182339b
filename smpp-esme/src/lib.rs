#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod address;
mod client;
mod config;
mod connect;
mod error;
mod futures;
mod incoming;
pub mod link;
mod mailbox;
pub mod metrics;
mod operations;
mod owned;
mod pipeline;
pub mod receiving;
#[cfg(unix)]
mod records;
mod reply;
mod secret;
mod sending;
mod task;
mod transport;
mod url;

#[cfg(feature = "tls")]
pub use rustls;
pub use smpp_codec as codec;
pub use smpp_pdu as pdu;
pub use smpp_session::{CloseReason, Rate, Stranger};

pub use address::OwnedAddress;
pub use client::{Client, Pending};
pub use config::{BindConfig, ClientBuilder};
pub use connect::{BoxStream, Connect, Requester, Stream};
pub use error::{ConnectError, ConnectErrorKind, RequestError, RequestErrorKind};
pub use incoming::{Delivery, Inbound, Incoming};
pub use link::{Link, LinkBuilder};
pub use owned::{OwnedPdu, SubmitResp};
pub use pipeline::Pipeline;
#[cfg(unix)]
pub use records::RecordSocket;
pub use sending::{
    MessageError, OutgoingMessage, PartInfo, Preview, ReceiptRequest, RetryPolicy, SendError,
    SendErrorKind, SendObserver, Sender, SenderBuilder, SenderCounts, Sent, SentPart, SentToMany,
    Split, Stray, Submitted, TimeForm, When,
};
pub use transport::{Endpoint, Keepalive, ProxyHeader, TlsFault};
#[cfg(feature = "tls")]
pub use transport::{TlsConfig, TlsVersion};
pub use url::{DEFAULT_PORT, DEFAULT_TLS_PORT, DEFAULT_WINDOW, SmppUrl, UrlError, UrlErrorKind};
