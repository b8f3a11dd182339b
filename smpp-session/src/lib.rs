#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod answer;
mod asked;
mod config;
mod counters;
#[cfg(feature = "tokio")]
pub mod driver;
mod event;
mod machine;
mod pacer;
mod session;
mod state;
mod stranger;
mod time;
mod window;

pub use answer::{ErrorBodies, error_response, refuse, response_for};
pub use config::Config;
pub use counters::{Counters, Latency, PduCounts, StatusCounts};
pub use event::{CloseReason, Event, Fault, FaultKind, Request, RequestId, Response, SendError};
pub use machine::Machine;
pub use pacer::{Pacer, Rate};
#[cfg(feature = "alloc")]
pub use session::HeapSession;
pub use session::{FixedSession, Inbox, MIN_ROOM, Session};
pub use state::{Role, SessionState, may_send, may_take};
pub use stranger::Stranger;
pub use time::Instant;
pub use window::Slot;
