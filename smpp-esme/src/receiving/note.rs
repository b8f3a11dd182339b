//! What the handles tell the task of a receiver.

use std::sync::Arc;

use smpp_pdu::CommandStatus;
use tokio::sync::oneshot;

use super::joining::JoinedKey;
use super::receipt::ReceiptInfo;
use super::submitted::{Remembered, SubmissionKey};
use crate::OwnedPdu;

pub(super) enum Note {
    /// A request is on its way.
    Sending(u64),
    /// It was refused, or nobody knows.
    NotSubmitted(u64),
    /// These are in the store; the numbers are those of their requests.
    Submitted(Vec<(Arc<Remembered>, Option<u64>)>),
    /// The last receipt of this message was acknowledged.
    Settled(SubmissionKey),
    /// A long message was answered.
    Answered {
        key: JoinedKey,
        generation: u64,
        status: CommandStatus,
        /// Segments that will not come again although the message will.
        kept: Vec<OwnedPdu>,
    },
    /// Somebody waits for the last receipt of a message.
    Await(SubmissionKey, oneshot::Sender<ReceiptInfo>),
    /// The same, by the id of the response.
    AwaitId(Box<[u8]>, oneshot::Sender<ReceiptInfo>),
}
