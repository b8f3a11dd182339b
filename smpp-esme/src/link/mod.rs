//! What stays up: a handle over several sessions to several hosts.
//!
//! A [`Client`](crate::Client) is one session, and over when its connection is.
//! A [`Link`] holds as many sessions as it is told to, connects each again when
//! it is lost, and gives every request to the one with the most free window.
//!
//! # What becomes of a request
//!
//! It ends in exactly one outcome, as at a client. When its session is lost,
//!
//! - a request that was **never sent** goes to another session, and waits for
//!   one as long as [`LinkBuilder::wait_for_session`] says;
//! - a request that **was sent** and has no response is reported as
//!   [`LinkLost`](crate::RequestErrorKind::LinkLost), or sent again where
//!   [`OnLost::Resend`] asks for it, with the chance that the centre takes it
//!   twice.
//!
//! | kind of the error | was it sent? |
//! | --- | --- |
//! | `Rejected`, `Unreadable`, `Expired`, `LinkLost` | yes |
//! | `NoSession`, `Closed`, `WindowFull`, `NotAllowed`, `TooLong` | no |
//!
//! [`RequestError::was_sent`](crate::RequestError::was_sent) says it for each.
//!
//! # When a session is lost
//!
//! It connects again after a [`Backoff`], which begins anew once a session has
//! held for [`LinkBuilder::settled_after`]. Sessions to the same host connect one
//! after the other. A refusal that will not change, such as a wrong password,
//! stops the host: it is tried once, by one session, and not again ([`Refusal`]),
//! unless the link is told to [keep trying](LinkBuilder::keep_trying).
//! When every host has stopped, the link is over, and [`Link::closed`] says what
//! each of them answered.
//!
//! A centre that unbinds is left in order, and connected again after the back-off.
//!
//! # Metrics
//!
//! Through the facade `metrics`, which costs next to nothing where no recorder is
//! installed. `host` is the name of the host.
//!
//! | name | kind | labels | counts |
//! | --- | --- | --- | --- |
//! | `smpp_link_sessions_bound` | gauge | `host` | sessions that are bound now |
//! | `smpp_link_binds_total` | counter | `host` | binds that were taken |
//! | `smpp_link_reconnects_total` | counter | `host` | those of them that were not the first of their session |
//! | `smpp_link_bind_failures_total` | counter | `host` | attempts without a bind, refused ones too |
//! | `smpp_link_sessions_lost_total` | counter | `host` | sessions that ended without being asked to |
//! | `smpp_link_hosts_stopped_total` | counter | `host` | hosts that were given up |
//! | `smpp_link_requests_moved_total` | counter | | requests that were not sent and went to another session |
//! | `smpp_link_requests_resent_total` | counter | | requests that were sent again after a lost session |
//! | `smpp_link_requests_unknown_total` | counter | | requests whose fate was reported as unknown |
//! | `smpp_link_requests_without_session_total` | counter | | requests that found no session in time |

mod backoff;
mod builder;
mod error;
mod handle;
mod host;
mod keeper;
mod metric;
mod pending;
mod refusal;
mod request;
mod roster;
mod shared;
mod state;

use std::sync::Arc;

use smpp_pdu::CommandStatus;

pub use backoff::{Backoff, Delays, Jitter};
pub use builder::{LinkBuilder, OnLost, Pairs};
pub use error::{LinkError, RestartError, StoppedHost};
pub use handle::Link;
pub use pending::LinkPending;
pub use refusal::Refusal;
pub use state::{Events, Report, Setback, State};

/// What a refused bind means.
type RefusalRule = Arc<dyn Fn(CommandStatus) -> Refusal + Send + Sync>;
