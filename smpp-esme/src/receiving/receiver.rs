//! The stream that an application takes from.

use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll};

use futures_core::Stream;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::builder::ReceiverBuilder;
use super::received::Received;
use super::tracker::Tracker;
use crate::Incoming;

/// What the centre sends, as an application wants it: whole messages as text,
/// receipts with the messages that they speak of.
///
/// A stream of [`Received`], in the order of arrival, except that a message
/// comes with its last segment, and that a receipt which comes before the
/// response to its message waits for that for a short time. One task behind it
/// does the work.
///
/// What the application does not take piles up to
/// [`ReceiverBuilder::buffer`], then to the buffer of the session; beyond that
/// the centre is told `ESME_RMSGQFUL` and sends again later. Responses keep
/// flowing.
///
/// ```no_run
/// # async fn receive() -> Result<(), Box<dyn std::error::Error>> {
/// use smpp_esme::Client;
/// use smpp_esme::receiving::{Received, Receiver};
///
/// let url = "smpp://esme:secret@127.0.0.1:2775".parse()?;
/// let (client, incoming) = Client::connect(&url).await?;
/// let mut receiver = Receiver::new(incoming);
/// while let Some(received) = receiver.recv().await {
///     match &received {
///         Received::Message(message) => {
///             println!("{}: {:?}", message.source_addr(), message.text());
///         }
///         Received::Receipt(receipt) => {
///             println!("{:?} of {:?}", receipt.state(), receipt.message());
///         }
///         _ => {}
///     }
///     received.ack();
/// }
/// # drop(client);
/// # Ok(())
/// # }
/// ```
pub struct Receiver {
    queue: mpsc::Receiver<Received>,
    tracker: Tracker,
    /// Dropped with this, which ends the task.
    using: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Receiver {
    /// A receiver with the defaults of [`ReceiverBuilder`], which remembers
    /// submitted messages in memory.
    ///
    /// # Panics
    /// Outside of a tokio runtime, as [`tokio::spawn`] does.
    #[must_use]
    pub fn new(incoming: Incoming) -> Self {
        Self::builder().start(incoming)
    }

    /// The options.
    pub fn builder() -> ReceiverBuilder {
        ReceiverBuilder::default()
    }

    pub(super) fn of(
        queue: mpsc::Receiver<Received>,
        tracker: Tracker,
        using: oneshot::Sender<()>,
        task: JoinHandle<()>,
    ) -> Self {
        Self {
            queue,
            tracker,
            using,
            task,
        }
    }

    /// The handle for the sending side: what was submitted, and waiting for
    /// receipts.
    #[must_use]
    pub fn tracker(&self) -> Tracker {
        self.tracker.clone()
    }

    /// The next; `None` when the session is over and everything was taken.
    ///
    /// # Cancel safety
    /// Cancel-safe: what a dropped future did not return is still there.
    pub async fn recv(&mut self) -> Option<Received> {
        self.queue.recv().await
    }

    /// What is there now, without waiting.
    pub fn try_recv(&mut self) -> Option<Received> {
        self.queue.try_recv().ok()
    }

    /// Acknowledges everything, unseen, until the session is over: for programs
    /// that only send, and wait for receipts with [`Tracker::await_receipt`].
    pub async fn acknowledge_all(mut self) {
        while let Some(received) = self.recv().await {
            received.ack();
        }
    }

    /// Ends it: what was not answered is refused and comes again later, and
    /// what was acknowledged is settled in the store. Returns when nothing uses
    /// the store any more but trackers.
    ///
    /// # Cancel safety
    /// The end goes on without the future.
    pub async fn stop(self) {
        let Self {
            queue, using, task, ..
        } = self;
        drop((queue, using));
        let _ = task.await;
    }
}

impl Stream for Receiver {
    type Item = Received;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Received>> {
        self.queue.poll_recv(cx)
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("tracker", &self.tracker)
            .finish_non_exhaustive()
    }
}
