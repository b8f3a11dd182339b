//! A tracker as the observer of a sender.

use async_trait::async_trait;
use tracing::warn;

use super::metric;
use super::submitted::Submission;
use super::tracker::Tracker;
use crate::{PartInfo, RequestError, SendObserver, Submitted};

/// A [`Sender`](crate::Sender) that is told to observe with a tracker needs
/// nothing else: receipts come with the message that they are about, under the
/// tag of its [`OutgoingMessage`](crate::OutgoingMessage).
///
/// Each part is in the store when the sender returns: with a store on disk, a
/// message that was reported as sent has its receipts matched after a crash too.
/// That costs a wait for the disk, in which the place in the window is free
/// again; parts that are sent at the same time are written together.
///
/// Parts without a receipt are not remembered. A part that cannot be remembered
/// was sent all the same: it is written to the log at `warn`, counted in
/// `smpp_esme_submissions_not_remembered_total`, and its receipts come as
/// unmatched.
///
/// ```no_run
/// # async fn send(client: smpp_esme::Client, incoming: smpp_esme::Incoming)
/// # -> Result<(), Box<dyn std::error::Error>> {
/// use smpp_esme::receiving::{Received, Receiver};
/// use smpp_esme::{OutgoingMessage, ReceiptRequest, SenderBuilder};
///
/// let mut receiver = Receiver::new(incoming);
/// let sender = SenderBuilder::new().observer(receiver.tracker()).build(client);
/// let message = OutgoingMessage::text("Your code is 4711")
///     .from("BANK")
///     .to("+447700900123")
///     .receipt(ReceiptRequest::Final)
///     .tag("order 17");
/// sender.send(&message).await?;
/// while let Some(received) = receiver.recv().await {
///     if let Received::Receipt(receipt) = &received
///         && let Some(message) = receipt.message()
///     {
///         println!("{}: {:?}", message.caller_tag().escape_ascii(), receipt.state());
///     }
///     received.ack();
/// }
/// # Ok(())
/// # }
/// ```
#[async_trait]
impl SendObserver for Tracker {
    fn sending(&self, _: &PartInfo<'_>) -> u64 {
        Tracker::sending(self).into_token()
    }

    async fn submitted(&self, token: u64, submitted: &Submitted<'_>) {
        let sending = self.sending_of(token);
        let part = &submitted.part;
        if !part.receipt.is_wanted() {
            return;
        }
        let message = Submission::new(submitted.message_id)
            .source(part.source)
            .destination(part.destination)
            .part(part.part, part.parts)
            .tag(part.tag);
        if let Err(error) = sending.submitted(message).await {
            metric::not_remembered();
            let id = submitted.message_id.escape_ascii();
            warn!(message_id = %id, %error, "a message was sent and is not remembered");
        }
    }

    fn failed(&self, token: u64, _: &PartInfo<'_>, _: Option<&RequestError>) {
        drop(self.sending_of(token));
    }
}
