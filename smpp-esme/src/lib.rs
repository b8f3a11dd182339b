#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
mod config;
mod connect;
mod error;
mod incoming;
mod owned;
pub mod receiving;
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
pub use url::{DEFAULT_PORT, DEFAULT_WINDOW, SmppUrl, UrlError, UrlErrorKind};
