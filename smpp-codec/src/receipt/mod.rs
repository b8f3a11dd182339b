//! Delivery receipts: read, reconciled, written, and matched to messages.
//!
//! A receipt comes in two forms that may stand side by side in one
//! `deliver_sm` or `data_sm`: a text (SMPP 3.4, Appendix B, where it is called
//! vendor specific) and tagged parameters (SMPP 3.4, 4.6.1; 5.0, 4.3.1).
//! [`ReceiptText`] reads the text in every variant seen in the field,
//! [`Receipt`] reads a whole PDU and reconciles both forms, [`ReceiptWriter`]
//! writes the form that every reader takes, and [`matcher`] finds the message
//! that a receipt speaks of. None of them allocates, except the growing table
//! of the matcher.
//!
//! | | |
//! | --- | --- |
//! | What a `deliver_sm` reports | [`Receipt::read`], [`ReceiptReader`] |
//! | A text alone, from a log or a test | [`ReceiptText::parse`] |
//! | What was off | [`ReceiptFinding`] |
//! | A receipt to be sent | [`ReceiptWriter`] |
//! | Which states may follow each other | [`may_follow`], [`transition`] |
//! | The message that a receipt speaks of | [`matcher::Matcher`] |
//!
//! # Examples
//!
//! ```
//! use smpp_codec::receipt::{Receipt, ReceiptKind};
//! use smpp_pdu::{DeliverSm, EsmClass, MessageState, Pdu, SequenceNumber, ShortMessage};
//!
//! let text = b"id:0123456789 sub:001 dlvrd:001 submit date:1005232039 \
//!              done date:1005242339 stat:DELIVRD err:000 text:hello";
//! let deliver = DeliverSm::default()
//!     .esm_class(EsmClass(0x04))
//!     .short_message(ShortMessage::new(text)?);
//! let pdu = Pdu::request(SequenceNumber(1), deliver);
//!
//! let receipt = Receipt::read(&pdu).expect("esm_class says so");
//! assert_eq!(receipt.kind, ReceiptKind::DeliveryReceipt);
//! assert_eq!(receipt.id(), Some(&b"0123456789"[..]));
//! assert_eq!(receipt.state(), Some(MessageState::DELIVERED));
//! # Ok::<(), smpp_pdu::ShortMessageTooLong>(())
//! ```

mod date;
mod finding;
mod kind;
pub mod matcher;
mod read;
mod scan;
mod state;
mod text;
mod write;

pub use date::read_date;
pub use finding::{ReceiptFinding, ReceiptFindingKind, ReceiptFindings};
pub use kind::ReceiptKind;
pub use read::{ErrorCode, Receipt, ReceiptReader, RecognisedBy};
pub use state::{Outcome, Transition, may_follow, stat_word, transition};
pub use text::{ReceiptKey, ReceiptText};
pub use write::{ReceiptTlvs, ReceiptWriteError, ReceiptWriter};
