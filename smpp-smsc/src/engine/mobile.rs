//! Messages from mobile subscribers, on their way to an ESME.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::oneshot;

use super::{Engine, Group};
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

impl Engine {
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
