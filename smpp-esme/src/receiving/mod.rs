//! Receiving: whole messages, and receipts that know their messages.
//!
//! A [`Receiver`] stands over [`Incoming`](crate::Incoming) and gives
//! [`Received`] items: messages joined from their segments and read as text,
//! receipts matched to what was sent, notifications, alerts. Each is
//! acknowledged by the application, or comes again.
//!
//! A [`Tracker`] is told what was submitted, and waits for receipts. What it is
//! told stands in a [`MatcherStore`](store::MatcherStore): in memory, or in a
//! file, so that receipts which come after a restart find their messages.
//!
//! # Order and loss
//!
//! A message is lost only where that is said: segments that were acknowledged
//! before their message was whole are lost when the process ends
//! ([`SegmentAck`]). A receipt is never dropped: one whose message is not known
//! is handed over as [`Unmatched`], one whose id may mean several messages as
//! [`Matching::Ambiguous`].
//!
//! # Metrics
//!
//! Through the facade of the crate `metrics`; a program that installs no
//! recorder pays next to nothing.
//!
//! | name | kind | labels | counts |
//! | --- | --- | --- | --- |
//! | `smpp_esme_received_total` | counter | `kind`: `message`, `receipt`, `notification`, `acknowledgement`, `alert`, `other` | what was handed over |
//! | `smpp_esme_segments_total` | counter | `outcome`: `kept`, `duplicate`, `refused` | segments of long messages |
//! | `smpp_esme_messages_joined_total` | counter | | long messages that were made whole |
//! | `smpp_esme_messages_incomplete_total` | counter | | long messages that were given up |
//! | `smpp_esme_messages_open` | gauge | | long messages of which segments are missing |
//! | `smpp_esme_messages_open_octets` | gauge | | memory that they take |
//! | `smpp_esme_receipts_matched_total` | counter | `by`: `exact`, `letter_case`, `leading_zeros`, `dashes`, `decimal_of_hex`, `hex_of_decimal` | receipts, by how the id was found |
//! | `smpp_esme_receipts_unmatched_total` | counter | `reason`: `no_id`, `unknown`, `ambiguous`, `store_failed` | receipts without their message |
//! | `smpp_esme_receipts_repeated_total` | counter | | receipts that came although the last one was acknowledged |
//! | `smpp_esme_receipts_held` | gauge | | receipts that wait for the response of their message |
//! | `smpp_esme_submissions_not_remembered_total` | counter | | messages that a sender with a [`Tracker`] as its observer has sent, and that could not be remembered |
//! | `smpp_esme_submissions_forgotten_total` | counter | | messages that a [`MemoryMatcherStore`](store::MemoryMatcherStore) had no room for before their receipt came |

mod awaiting;
mod builder;
mod clock;
mod joining;
mod matching;
mod message;
mod metric;
mod note;
mod observing;
mod receipt;
mod received;
mod receiver;
pub mod store;
mod submitted;
mod tracker;
mod worker;

pub use builder::ReceiverBuilder;
pub use joining::{Incomplete, SegmentAck};
pub use message::ReceivedMessage;
pub use receipt::{Matched, Matching, ReceiptInfo, ReceivedReceipt, Unmatched};
pub use received::Received;
pub use receiver::Receiver;
pub use submitted::{Lookup, Remembered, Submission, SubmissionKey, Timestamp};
pub use tracker::{AwaitReceiptError, Awaited, Sending, TrackError, Tracker};
