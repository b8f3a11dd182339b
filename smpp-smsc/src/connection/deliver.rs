//! What goes to the peer of a connection: receipts, notifications, alerts and
//! messages of subscribers.

use smpp_codec::decode;
use smpp_pdu::{Body, CommandStatus, InterfaceVersion};
use smpp_session::RequestId;
use smpp_session::driver::Link;
use tracing::debug;

use super::{Connection, DeliveryOutcome};
use crate::forward::with_forward;
use crate::receipt::{with_alert, with_receipt};
use crate::store::DeliveryContent;

impl Connection {
    /// Sends what waits, as far as the window allows.
    pub(super) fn deliver(&mut self, link: &mut Link<'_>) {
        let Some(bound) = &self.bound else {
            return;
        };
        while link.free_window() > 0
            && let Some(delivery) = self.waiting.pop_front()
        {
            let id = RequestId(delivery.key.0);
            let (command, sent) = match &delivery.content {
                DeliveryContent::Alert(message) => (
                    "alert_notification",
                    with_alert(message, bound.version, |alert| link.request(id, alert)),
                ),
                DeliveryContent::Receipt(_) | DeliveryContent::Notification(_) => (
                    "deliver_sm",
                    with_receipt(&delivery, bound.version, &bound.account.quirks, |deliver| {
                        link.request(id, deliver)
                    }),
                ),
                DeliveryContent::Forward(message) => (
                    "deliver_sm or data_sm",
                    with_forward(message, bound.version, |body| link.request(id, body)),
                ),
                DeliveryContent::Message(octets) => (
                    "deliver_sm",
                    body_for(bound.version, octets).map(|body| link.request(id, body)),
                ),
            };
            // An alert has no response.
            if matches!((command, &sent), ("alert_notification", Some(Ok(_)))) {
                self.counts.delivered += 1;
                self.outcomes
                    .push((delivery.key, DeliveryOutcome::Acknowledged));
            }
            match sent {
                Some(Ok(sequence_number)) => debug!(
                    connection = %self.id,
                    command,
                    %sequence_number,
                    "sent"
                ),
                Some(Err(error)) => {
                    debug!(connection = %self.id, %error, "not sent");
                    let key = delivery.key;
                    self.outcomes.push((key, DeliveryOutcome::Returned));
                }
                // Nothing that could ever be written.
                None => {
                    let status = CommandStatus::ESME_RX_P_APPN;
                    let key = delivery.key;
                    self.outcomes.push((key, DeliveryOutcome::Refused(status)));
                }
            }
        }
    }
}

/// What the octets of a `deliver_sm` are for a peer of this version; `None` when
/// it could not have them.
fn body_for(version: InterfaceVersion, octets: &[u8]) -> Option<Body<'_>> {
    let body = decode(octets).ok()?.body;
    if version.supports_tlvs() {
        return Some(body);
    }
    // A text in message_payload would be lost with it.
    let payload = body.tlvs().message_payload().is_some();
    (!payload).then(|| body.without_tlvs())
}
