//! Messages from mobile subscribers, on their way to an ESME.

use std::sync::Arc;

use bytes::Bytes;
use smpp_codec::decode;
use smpp_pdu::{Body, CommandStatus};
use tokio::sync::oneshot;

use super::{Engine, Group};
use crate::routes::{Origin, Routes, Sample, Target};
use crate::store::{DeliveryContent, StoreError};

/// Messages for one account, in their order.
#[derive(Debug)]
pub(crate) struct Mobile {
    pub(crate) account: Arc<str>,
    /// The octets of each `deliver_sm`.
    pub(crate) messages: Vec<Bytes>,
    /// Told once they are kept.
    pub(crate) reply: oneshot::Sender<Result<(), StoreError>>,
}

/// Messages from subscribers of another centre, in their order.
#[derive(Debug)]
pub(crate) struct Brought {
    /// Which brought them.
    pub(crate) centre: Arc<str>,
    /// The octets of each `deliver_sm`.
    pub(crate) messages: Vec<Bytes>,
    /// Told once they are kept.
    pub(crate) reply: oneshot::Sender<Result<Taken, StoreError>>,
}

/// Whether each message was taken.
pub(crate) type Taken = Vec<Result<(), CommandStatus>>;

impl Engine {
    /// Messages that their routes lead to accounts; others are refused.
    pub(super) async fn brought(&mut self, brought: Brought, group: &mut Group) {
        // A commit of its own, whose outcome is that of these messages.
        self.flush(group).await;
        let routes = self.directory.routes.current();
        let mut taken = Vec::with_capacity(brought.messages.len());
        for octets in brought.messages {
            let account = self.account_for(&routes, &brought.centre, &octets);
            taken.push(account.map(|account| {
                self.enqueue(account, DeliveryContent::Message(octets), group);
            }));
        }
        let kept = group.commit(&*self.store).await;
        self.flush(group).await;
        // Whoever asked may have gone.
        let _ = brought.reply.send(kept.map(|()| taken));
    }

    /// The account that the route of a message from another centre leads to.
    fn account_for(
        &self,
        routes: &Routes,
        centre: &str,
        octets: &[u8],
    ) -> Result<Arc<str>, CommandStatus> {
        let nowhere = CommandStatus::ESME_RINVDSTADR;
        let Ok(Body::DeliverSm(deliver)) = decode(octets).map(|pdu| pdu.body) else {
            return Err(CommandStatus::ESME_RSYSERR);
        };
        let (source, destination) = (deliver.source_addr, deliver.destination_addr);
        let sample = Sample::new(Origin::Centre(centre), source, destination);
        let route = routes.find(&sample).ok_or(nowhere)?;
        if let Some(status) = route.refusal() {
            return Err(status);
        }
        let mut accounts = route.targets().filter_map(|target| match target {
            Target::Account(account) if self.directory.has_account(account) => Some(account),
            _ => None,
        });
        accounts.next().cloned().ok_or(nowhere)
    }

    pub(super) async fn mobile(&mut self, mobile: Mobile, group: &mut Group) {
        // A commit of its own, whose outcome is that of these messages.
        self.flush(group).await;
        for octets in mobile.messages {
            let account = mobile.account.clone();
            self.enqueue(account, DeliveryContent::Message(octets), group);
        }
        let kept = group.commit(&*self.store).await;
        self.flush(group).await;
        // Whoever asked may have gone.
        let _ = mobile.reply.send(kept);
    }
}
