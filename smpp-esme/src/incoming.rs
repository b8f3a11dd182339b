//! What a centre sends by itself: messages, receipts, notifications.

use core::task::{Context, Poll};
use std::sync::Arc;

use smpp_pdu::{Body, CommandId, CommandStatus, EsmClass, Pdu, SequenceNumber};
use tokio::sync::mpsc;

use crate::OwnedPdu;
use crate::mailbox::{Command, Mailbox};

/// What the centre sends by itself, in the order of its arrival.
///
/// At most as many as [`ClientBuilder::incoming_buffer`] says wait here; what
/// comes beyond that is refused with `ESME_RMSGQFUL`, and the centre sends it
/// again later. The session never stops reading for it, so responses and
/// `enquire_link` keep flowing. Once this is dropped, everything is refused with
/// `ESME_RX_T_APPN`.
///
/// [`ClientBuilder::incoming_buffer`]: crate::ClientBuilder::incoming_buffer
#[derive(Debug)]
pub struct Incoming {
    queue: mpsc::Receiver<Inbound>,
}

impl Incoming {
    pub(crate) fn new(queue: mpsc::Receiver<Inbound>) -> Self {
        Self { queue }
    }

    /// The next; `None` when the session is over and everything was taken.
    ///
    /// # Cancel safety
    /// Cancel-safe: what a dropped future did not return is still there.
    pub async fn recv(&mut self) -> Option<Inbound> {
        self.queue.recv().await
    }

    /// As [`recv`](Self::recv), for implementations of `Stream`.
    pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<Inbound>> {
        self.queue.poll_recv(cx)
    }

    /// What is there now, without waiting.
    pub fn try_recv(&mut self) -> Option<Inbound> {
        self.queue.try_recv().ok()
    }
}

/// One thing that a centre sends by itself.
#[derive(Debug)]
#[non_exhaustive]
pub enum Inbound {
    /// A message or a receipt (`deliver_sm` or `data_sm`).
    Delivery(Delivery),
    /// `alert_notification`: a subscriber can be reached again.
    Alert(OwnedPdu),
    /// `outbind`, which a bound session has no use for.
    Outbind(OwnedPdu),
}

impl Inbound {
    /// The PDU.
    #[must_use]
    pub fn pdu(&self) -> &OwnedPdu {
        match self {
            Self::Delivery(delivery) => delivery.owned(),
            Self::Alert(pdu) | Self::Outbind(pdu) => pdu,
        }
    }

    /// Drops it without an answer, for those who answer in its place.
    pub(crate) fn forget(self) {
        if let Self::Delivery(mut delivery) = self {
            delivery.answer = None;
        }
    }
}

/// A message or receipt that waits for its acknowledgement.
///
/// Dropped without one, it is refused with `ESME_RX_T_APPN`, a temporary error:
/// the centre keeps the message, and sends it again later.
#[derive(Debug)]
#[must_use = "a delivery that is not acknowledged is refused, and comes again"]
pub struct Delivery {
    pdu: OwnedPdu,
    answer: Option<Answer>,
}

impl Delivery {
    pub(crate) fn new(pdu: OwnedPdu, answer: Option<Answer>) -> Self {
        Self { pdu, answer }
    }

    /// The values: [`Body::DeliverSm`] or [`Body::DataSm`].
    #[must_use]
    pub fn pdu(&self) -> Pdu<'_> {
        self.pdu.pdu()
    }

    /// The PDU, to be kept: cloning it copies nothing.
    #[must_use]
    pub fn owned(&self) -> &OwnedPdu {
        &self.pdu
    }

    /// What the message is, and how it is carried.
    #[must_use]
    pub fn esm_class(&self) -> EsmClass {
        match self.pdu.body() {
            Body::DeliverSm(sm) => sm.esm_class,
            Body::DataSm(sm) => sm.esm_class,
            _ => EsmClass::DEFAULT,
        }
    }

    /// Acknowledges it: the centre forgets it.
    pub fn ack(self) {
        self.answer_with(CommandStatus::ESME_ROK);
    }

    /// Refuses it. What the centre does then depends on `status` and on the
    /// centre: most send again after `ESME_RX_T_APPN`, and drop the message
    /// after `ESME_RX_P_APPN` or `ESME_RX_R_APPN`.
    pub fn nack(self, status: CommandStatus) {
        self.answer_with(status);
    }

    fn answer_with(mut self, status: CommandStatus) {
        if let Some(answer) = self.answer.take() {
            answer.send(status);
        }
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        if let Some(answer) = self.answer.take() {
            answer.send(CommandStatus::ESME_RX_T_APPN);
        }
    }
}

/// How a delivery is answered.
#[derive(Debug)]
pub(crate) struct Answer {
    mailbox: Arc<Mailbox>,
    command_id: CommandId,
    sequence_number: SequenceNumber,
}

impl Answer {
    pub(crate) fn new(
        mailbox: Arc<Mailbox>,
        command_id: CommandId,
        sequence_number: SequenceNumber,
    ) -> Self {
        Self {
            mailbox,
            command_id,
            sequence_number,
        }
    }

    fn send(self, status: CommandStatus) {
        // Without a session there is nobody to answer.
        let answer = Command::Answer {
            command_id: self.command_id,
            sequence_number: self.sequence_number,
            status,
        };
        let _ = self.mailbox.put(answer, &[]);
    }
}
