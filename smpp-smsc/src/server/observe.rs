//! What can be seen of a centre from outside: totals, sizes, queues.

use tokio::sync::oneshot;

use super::{ReceiptState, Smsc, receipts};
use crate::engine::{Input, Queues};
use crate::stats::{CommitTimes, Stats};
use crate::store::{Sizes, StoreError};
use crate::{FailureClass, FindingCount, Message};

impl Smsc {
    /// What was done since the start.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.inner.shared.counters.read()
    }

    /// How long the store took for groups of changes, since the start.
    #[must_use]
    pub fn commit_times(&self) -> CommitTimes {
        self.inner.shared.counters.commit_times.read()
    }

    /// What waits inside of the engine now.
    ///
    /// # Cancel safety
    /// It may be dropped at any time.
    pub async fn queues(&self) -> Queues {
        let (reply, queues) = oneshot::channel();
        match self.inner.shared.engine.send(Input::Queues(reply)) {
            Ok(()) => queues.await.unwrap_or_default(),
            Err(_) => Queues::default(),
        }
    }

    /// How much there is in the store; `None` when it does not tell.
    ///
    /// # Errors
    /// [`StoreError`] when the store does not answer.
    pub async fn sizes(&self) -> Result<Option<Sizes>, StoreError> {
        self.inner.store.0.sizes().await
    }

    /// What was off-spec in the PDUs of clients since the start, by account. Each
    /// of them was understood, or refused as `malformed`; the
    /// [quirks](crate::Quirks) of an account say how it is treated.
    #[must_use]
    pub fn findings(&self) -> Vec<FindingCount> {
        self.inner.shared.findings.list()
    }

    /// What became of the receipt of a message, or of the last of its receipts.
    /// Looks through the outbox of the account, of a long one at the first
    /// thousands.
    ///
    /// # Errors
    /// [`StoreError`] when the store does not say.
    pub async fn receipt_of(&self, message: &Message) -> Result<ReceiptState, StoreError> {
        receipts::of(&*self.inner.store.0, message).await
    }

    /// The class that an error of the network has for this centre.
    #[must_use]
    pub fn failure_class(&self, error: u8) -> FailureClass {
        self.inner.retries.class(error)
    }
}
