//! The way back from a network to the message centre.

use std::sync::Arc;

use smpp_codec::encode;
use smpp_pdu::{Address, CommandStatus, DeliverSm, Pdu, SequenceNumber};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

use super::{NextReceipt, Report, Told};
use crate::DeliverError;
use crate::engine::{Brought, Input, Ready, Receipts};
use crate::store::StoreError;

/// Takes outcomes back to the message centre, and what else a network has to say.
#[derive(Clone, Debug)]
pub struct Reports {
    engine: UnboundedSender<Input>,
    /// The name of the network, empty for [`Builder::network`](crate::Builder::network).
    centre: Arc<str>,
}

impl Reports {
    pub(crate) const fn new(engine: UnboundedSender<Input>, centre: Arc<str>) -> Self {
        Self { engine, centre }
    }

    pub(crate) const fn centre(&self) -> &Arc<str> {
        &self.centre
    }

    /// The same for another network.
    pub(crate) fn of(&self, centre: Arc<str>) -> Self {
        Self::new(self.engine.clone(), centre)
    }

    /// The name of the network, see [`Builder::centre`](crate::Builder::centre);
    /// empty for [`Builder::network`](crate::Builder::network).
    #[must_use]
    pub fn name(&self) -> &str {
        &self.centre
    }

    /// Hands over how attempts ended. After the end of the message centre
    /// nobody is interested any more.
    pub fn send(&self, reports: Vec<Report>) {
        if !reports.is_empty() {
            self.tell(Input::Reports(reports));
        }
    }

    /// Says that a subscriber can be reached again, by the digits of the
    /// address. What waits for another attempt to deliver it there is tried at
    /// once; accounts whose message to it failed and asked for it with `set_dpf`
    /// get an `alert_notification`.
    ///
    /// The centre also sends alerts by itself when it delivers a message to that
    /// subscriber.
    pub fn available(&self, subscriber: Address<'_>) {
        self.tell(Input::Available(subscriber.addr.as_bytes().into()));
    }

    /// Says that the next centre can take `room` more messages now. As many of those
    /// that wait for that ([`Attempt::not_ready`](super::Attempt::not_ready)) are tried
    /// at once, those that came first before others. 100,000 are remembered; the rest,
    /// and all after a restart, wait for their time.
    ///
    /// Gives how many of them come: when that is `room`, more may wait.
    ///
    /// To be said after room was missing, not for each message: it costs a look into
    /// the store. Not to be awaited within
    /// [`Network::attempt`](super::Network::attempt), which the message centre waits for.
    pub async fn ready(&self, room: usize) -> usize {
        let (reply, count) = oneshot::channel();
        let centre = self.centre.clone();
        self.tell(Input::Ready(Ready {
            centre,
            room,
            reply,
        }));
        // After its end nothing comes.
        count.await.unwrap_or(0)
    }

    /// Takes receipts for messages that were
    /// [handed over](super::Attempt::handed_over) by the network that these reports
    /// are of, and says of each, in their order, what became of it. They are durable,
    /// as far as the store is, when the call returns: only then the other centre is to
    /// be answered.
    ///
    /// A receipt speaks of messages whose hand-over was [sent](Self::send) before it.
    ///
    /// Not to be awaited within [`Network::attempt`](super::Network::attempt), which the
    /// message centre waits for.
    ///
    /// # Errors
    /// [`StoreError`] when the store does not keep them, or the centre has ended.
    /// Whoever sent them must send them again.
    ///
    /// # Cancel safety
    /// Whether a dropped call has kept them is not known. Told again, they are
    /// [`Told::Repeated`].
    pub async fn receipts(&self, receipts: Vec<NextReceipt>) -> Result<Vec<Told>, StoreError> {
        if receipts.is_empty() {
            return Ok(Vec::new());
        }
        let ended = || StoreError::Failed("the message centre has ended".into());
        let (reply, told) = oneshot::channel();
        let receipts = Receipts {
            centre: self.centre.clone(),
            receipts,
            reply,
        };
        let sent = self.engine.send(Input::Receipts(receipts));
        sent.map_err(|_| ended())?;
        told.await.map_err(|_| ended())?
    }

    /// Takes messages from subscribers of another centre, and says of each, in their
    /// order, whether it was taken. Those that were are kept, as well as the store
    /// keeps, when the call returns, and wait for a session of the account that their
    /// [route](crate::routes) names.
    ///
    /// One without a route to an account is refused with `ESME_RINVDSTADR`, one whose
    /// route [refuses](crate::routes::Target::Refuse) with the status that stands there.
    ///
    /// Not to be awaited within [`Network::attempt`](super::Network::attempt), which the
    /// message centre waits for.
    ///
    /// # Errors
    /// [`DeliverError`]; then none of them is kept.
    ///
    /// # Cancel safety
    /// Whether a dropped call has handed them over is not known.
    pub async fn deliver(
        &self,
        messages: &[DeliverSm<'_>],
    ) -> Result<Vec<Result<(), CommandStatus>>, DeliverError> {
        let mut encoded = Vec::with_capacity(messages.len());
        for message in messages {
            let mut octets = Vec::new();
            encode(&Pdu::request(SequenceNumber::FIRST, *message), &mut octets)
                .map_err(|error| DeliverError::NotAMessage(error.to_string()))?;
            encoded.push(octets.into());
        }
        let (reply, taken) = oneshot::channel();
        let brought = Brought {
            centre: self.centre.clone(),
            messages: encoded,
            reply,
        };
        let sent = self.engine.send(Input::Brought(brought));
        sent.map_err(|_| DeliverError::Ended)?;
        Ok(taken.await.map_err(|_| DeliverError::Ended)??)
    }

    pub(crate) fn tell(&self, input: Input) {
        let _ = self.engine.send(input);
    }
}
