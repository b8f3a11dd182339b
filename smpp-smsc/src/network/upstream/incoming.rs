//! What the next centre sends by itself: receipts, messages of its subscribers,
//! alerts.

use core::sync::atomic::Ordering;
use core::time::Duration;
use std::sync::Arc;

use smpp_codec::receipt::{Receipt, ReceiptKind, ReceiptReader};
use smpp_esme::{Delivery, Inbound, Incoming};
use smpp_pdu::{Body, CommandStatus, DeliverSm, MessageState, ShortMessage};
use tokio::time::{Instant, sleep_until};
use tracing::{debug, info, warn};

use super::sending::{Counts, until};
use crate::network::{NextReceipt, Reports, Told};

/// What is taken from the sessions at once, at most.
const MAX_BATCH: usize = 512;

/// Receipts that may wait for the response of their message.
const MAX_HELD: usize = 10_000;

/// The longest text in UCS-2 that is read as one of a receipt, in characters.
const MAX_WIDE: usize = 512;

/// Takes what comes over the sessions of a link.
pub(super) struct Receiving {
    pub(super) incoming: Incoming,
    pub(super) reports: Reports,
    pub(super) counts: Arc<Counts>,
    pub(super) reader: ReceiptReader,
    /// How long a receipt is held that may have overtaken its response.
    pub(super) hold: Duration,
    pub(super) held: Vec<Held>,
}

/// A receipt without a message, as yet.
pub(super) struct Held {
    delivery: Delivery,
    receipt: NextReceipt,
    until: Instant,
}

/// What a delivery is.
enum Kind {
    Receipt(NextReceipt),
    /// A receipt that speaks of no message.
    WithoutId,
    Message,
}

impl Receiving {
    /// Returns when the link is over.
    pub(super) async fn run(mut self) {
        loop {
            let next = self.held.iter().map(|held| held.until).min();
            tokio::select! {
                inbound = self.incoming.recv() => {
                    let Some(inbound) = inbound else { return };
                    self.take(inbound).await;
                }
                () = self.counts.reported.notified(), if next.is_some() => self.ask_again().await,
                () = sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => {
                    self.ask_again().await;
                }
            }
        }
    }

    /// Takes this, and all that has come with it.
    async fn take(&mut self, first: Inbound) {
        let until = until(self.hold);
        let (mut receipts, mut messages) = (Vec::new(), Vec::new());
        let mut next = Some(first);
        while let Some(inbound) = next {
            match inbound {
                Inbound::Delivery(delivery) => match self.kind(&delivery) {
                    Kind::Receipt(receipt) => receipts.push(Held {
                        delivery,
                        receipt,
                        until,
                    }),
                    Kind::WithoutId => {
                        info!(centre = self.reports.name(), "a receipt without an id");
                        delivery.ack();
                    }
                    Kind::Message => messages.push(delivery),
                },
                Inbound::Alert(pdu) => {
                    if let Body::AlertNotification(alert) = pdu.body() {
                        self.reports.available(alert.source_addr);
                    }
                }
                // A bound session has no use for it.
                _ => {}
            }
            let more = receipts.len() + messages.len() < MAX_BATCH;
            next = more.then(|| self.incoming.try_recv()).flatten();
        }
        self.receipts(receipts).await;
        self.messages(messages).await;
    }

    fn kind(&self, delivery: &Delivery) -> Kind {
        let pdu = delivery.pdu();
        let mut scratch = [0; MAX_WIDE];
        let receipt = self.reader.read_wide(&pdu, &mut scratch, &mut ());
        match receipt.filter(|receipt| receipt.kind.is_from_centre()) {
            None => Kind::Message,
            Some(receipt) => next_receipt(&receipt).map_or(Kind::WithoutId, Kind::Receipt),
        }
    }

    /// Asks for receipts that have waited.
    async fn ask_again(&mut self) {
        let held = core::mem::take(&mut self.held);
        self.receipts(held).await;
    }

    /// Hands receipts to the message centre, and answers those that are settled.
    async fn receipts(&mut self, receipts: Vec<Held>) {
        if receipts.is_empty() {
            return;
        }
        // Before it is asked: a response that comes meanwhile counts as missing.
        let open = self.counts.open.load(Ordering::Acquire) > 0;
        let now = Instant::now();
        let asked = receipts.iter().map(|held| held.receipt.clone()).collect();
        let told = match self.reports.receipts(asked).await {
            Ok(told) => told,
            Err(error) => {
                warn!(centre = self.reports.name(), %error, "receipts are not kept, and refused");
                for held in receipts {
                    held.delivery.nack(CommandStatus::ESME_RX_T_APPN);
                }
                return;
            }
        };
        for (held, told) in receipts.into_iter().zip(told) {
            let may_come = told == Told::Unknown && open && now < held.until;
            if may_come && self.held.len() < MAX_HELD {
                self.held.push(held);
                continue;
            }
            if let Told::Unknown | Told::Ambiguous = told {
                let ids = held
                    .receipt
                    .ids
                    .iter()
                    .map(|id| id.escape_ascii().to_string());
                let ids = ids.collect::<Vec<_>>().join(", ");
                let state = held.receipt.state;
                let centre = self.reports.name();
                info!(centre, ids, %state, ?told, "a receipt that no message was found for");
            }
            held.delivery.ack();
        }
    }

    /// Hands messages of subscribers to the message centre.
    async fn messages(&self, messages: Vec<Delivery>) {
        if messages.is_empty() {
            return;
        }
        let delivers: Vec<DeliverSm<'_>> = messages.iter().map(deliver_sm).collect();
        let taken = self.reports.deliver(&delivers).await;
        drop(delivers);
        match taken {
            Ok(taken) => {
                for (delivery, taken) in messages.into_iter().zip(taken) {
                    match taken {
                        Ok(()) => delivery.ack(),
                        Err(status) => {
                            debug!(centre = self.reports.name(), %status, "a message is refused");
                            delivery.nack(status);
                        }
                    }
                }
            }
            Err(error) => {
                warn!(centre = self.reports.name(), %error, "messages are not kept, and refused");
                for delivery in messages {
                    delivery.nack(CommandStatus::ESME_RX_T_APPN);
                }
            }
        }
    }
}

/// What a receipt says; `None` without an id.
fn next_receipt(receipt: &Receipt<'_>) -> Option<NextReceipt> {
    let mut ids = receipt.ids();
    let state = match (receipt.kind, receipt.likely_state()) {
        // A notification ends nothing, whatever state it names.
        (ReceiptKind::IntermediateNotification, _) => MessageState::ENROUTE,
        (_, Some(state)) => state,
        // A receipt is about an outcome, even one in words that nobody knows.
        (_, None) => MessageState::UNKNOWN,
    };
    let error = receipt.error().and_then(|error| error.number());
    let error = u8::try_from(error.unwrap_or(0)).unwrap_or(u8::MAX);
    let mut next = NextReceipt::new(ids.next()?, state).error(error);
    for id in ids {
        next = next.id(id);
    }
    let source = receipt.source_addr.addr.as_bytes();
    if !source.is_empty() {
        next = next.destination(source);
    }
    Some(next)
}

/// A message of a subscriber, in the operation that accounts get it in.
fn deliver_sm(delivery: &Delivery) -> DeliverSm<'_> {
    match delivery.pdu().body {
        Body::DeliverSm(sm) => sm,
        Body::DataSm(sm) => {
            DeliverSm::new(sm.source_addr, sm.destination_addr, ShortMessage::default())
                .service_type(sm.service_type)
                .esm_class(sm.esm_class)
                .registered_delivery(sm.registered_delivery)
                .data_coding(sm.data_coding)
                .tlvs(sm.tlvs)
        }
        // A delivery is one of the two.
        _ => DeliverSm::default(),
    }
}
