//! The handle through which the sending side tells what it has submitted.

use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use std::sync::Arc;

use smpp_codec::receipt::matcher::MAX_ID_LEN;
use tokio::sync::{mpsc, oneshot};

use super::clock::Clock;
use super::note::Note;
use super::receipt::ReceiptInfo;
use super::store::{MatcherStore, MatcherStoreError};
use super::submitted::{Remembered, Submission, SubmissionKey};

/// Remembers what was submitted, so that the [`Receiver`] finds the message of
/// each receipt, and waits for receipts. Cheap to clone; from
/// [`Receiver::tracker`].
///
/// ```no_run
/// # async fn send() -> Result<(), Box<dyn std::error::Error>> {
/// use core::time::Duration;
/// use smpp_esme::Client;
/// use smpp_esme::pdu::{Address, ShortMessage, SubmitSm};
/// use smpp_esme::receiving::{Receiver, Submission};
///
/// let url = "smpp://esme:secret@127.0.0.1:2775".parse()?;
/// let (client, incoming) = Client::connect(&url).await?;
/// let receiver = Receiver::new(incoming);
/// let tracker = receiver.tracker();
/// // Somebody has to take what comes; here nobody wants it.
/// tokio::spawn(receiver.acknowledge_all());
///
/// let message = SubmitSm::new(
///     Address::alphanumeric("BANK")?,
///     Address::international("447700900123")?,
///     ShortMessage::new(b"Your code is 4711")?,
/// )
/// .with_receipt();
/// let sending = tracker.sending();
/// let resp = client.submit_sm(&message).await?;
/// let key = sending.submitted(Submission::from_submit(&message, &resp)).await?;
/// let receipt = tracker.await_receipt(key, Duration::from_secs(30)).await?;
/// println!("{:?}", receipt.state());
/// # Ok(())
/// # }
/// ```
///
/// [`Receiver`]: super::Receiver
/// [`Receiver::tracker`]: super::Receiver::tracker
#[derive(Clone)]
pub struct Tracker {
    inner: Arc<Inner>,
}

struct Inner {
    scope: Arc<str>,
    store: Arc<dyn MatcherStore>,
    clock: Clock,
    notes: mpsc::UnboundedSender<Note>,
    requests: AtomicU64,
}

/// Why a message is not remembered. It was submitted all the same.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrackError {
    /// The id of the response is empty, or longer than any that is matched: a
    /// centre that sends none cannot send receipts that are told apart.
    #[error(
        "a message_id has 1 to {MAX_ID_LEN} octets, this one {len}: its receipts cannot be told"
    )]
    IdLength {
        /// Its length in octets.
        len: usize,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] MatcherStoreError),
}

/// Why there is no receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AwaitReceiptError {
    /// It did not come in time. It may still come.
    #[error("no final receipt within {0:?}")]
    TimedOut(Duration),
    /// The receiver has ended, so that none will come.
    #[error("the receiver has ended before the receipt came")]
    Closed,
}

/// By what a message is known that somebody waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Awaited {
    /// What [`Tracker::submitted`] gave.
    Key(SubmissionKey),
    /// The `message_id` of the response.
    MessageId(Box<[u8]>),
}

impl From<SubmissionKey> for Awaited {
    fn from(key: SubmissionKey) -> Self {
        Self::Key(key)
    }
}

impl From<&str> for Awaited {
    fn from(id: &str) -> Self {
        Self::MessageId(id.as_bytes().into())
    }
}

impl From<&[u8]> for Awaited {
    fn from(id: &[u8]) -> Self {
        Self::MessageId(id.into())
    }
}

impl Tracker {
    pub(super) fn new(
        scope: Arc<str>,
        store: Arc<dyn MatcherStore>,
        clock: Clock,
        notes: mpsc::UnboundedSender<Note>,
    ) -> Self {
        let inner = Inner {
            scope,
            store,
            clock,
            notes,
            requests: AtomicU64::new(0),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The peer whose ids these are, see [`ReceiverBuilder::scope`].
    ///
    /// [`ReceiverBuilder::scope`]: super::ReceiverBuilder::scope
    #[must_use]
    pub fn scope(&self) -> &str {
        &self.inner.scope
    }

    /// Tells that a request is about to be sent. Call it before the request,
    /// and end it with [`Sending::submitted`]; dropped, it says that nothing
    /// came of the request.
    ///
    /// It is not needed, and makes two things better: a receipt that comes
    /// before its response waits for that response, and no receipt waits when
    /// no response is missing. A program that calls it for some requests must
    /// call it for all.
    pub fn sending(&self) -> Sending {
        let number = self.inner.requests.fetch_add(1, Ordering::Relaxed);
        self.note(Note::Sending(number));
        Sending {
            tracker: Some(self.clone()),
            number,
        }
    }

    /// The request that [`Sending::into_token`] gave away: for callers that can
    /// keep nothing but a number with a request.
    pub fn sending_of(&self, token: u64) -> Sending {
        Sending {
            tracker: Some(self.clone()),
            number: token,
        }
    }

    /// Remembers a message that the centre has taken. When it returns, the
    /// message is in the store, and its receipts are matched.
    ///
    /// # Errors
    /// [`TrackError`]: it is not remembered.
    ///
    /// # Cancel safety
    /// The message may or may not be remembered after the future was dropped.
    pub async fn submitted(&self, message: Submission) -> Result<SubmissionKey, TrackError> {
        let keys = self.remember(vec![(message, None)]).await?;
        keys.first().copied().ok_or(TrackError::IdLength { len: 0 })
    }

    /// Remembers many in one write, such as the parts of a long message. The
    /// keys are in the order of the messages.
    ///
    /// # Errors
    /// [`TrackError`]: none of them is remembered.
    ///
    /// # Cancel safety
    /// As [`submitted`](Self::submitted).
    pub async fn submitted_all(
        &self,
        messages: Vec<Submission>,
    ) -> Result<Vec<SubmissionKey>, TrackError> {
        let messages = messages.into_iter().map(|message| (message, None));
        self.remember(messages.collect()).await
    }

    async fn remember(
        &self,
        messages: Vec<(Submission, Option<u64>)>,
    ) -> Result<Vec<SubmissionKey>, TrackError> {
        let now = self.inner.clock.timestamp();
        let mut remembered = Vec::with_capacity(messages.len());
        for (message, request) in messages {
            let len = message.message_id.len();
            if !(1..=MAX_ID_LEN).contains(&len) {
                return Err(TrackError::IdLength { len });
            }
            let message = Arc::new(Remembered {
                key: SubmissionKey::new(now),
                scope: Arc::clone(&self.inner.scope),
                message,
                submitted: now,
                settled: None,
            });
            remembered.push((message, request));
        }
        let messages = remembered.iter().map(|(message, _)| Arc::clone(message));
        self.inner.store.remember(messages.collect()).await?;
        let keys = remembered.iter().map(|(message, _)| message.key).collect();
        self.note(Note::Submitted(remembered));
        Ok(keys)
    }

    /// Waits for the last receipt of a message: delivered, failed, or whatever
    /// the centre says for the end. `message` is the key that
    /// [`submitted`](Self::submitted) gave, or the `message_id` of the response.
    ///
    /// The receipt goes to the [`Receiver`] all the same, and somebody has to
    /// take it there, or nothing comes after it. Receipts that came shortly
    /// before the call are known too (the last 1,024).
    ///
    /// # Errors
    /// [`AwaitReceiptError`].
    ///
    /// # Cancel safety
    /// Cancel-safe.
    ///
    /// [`Receiver`]: super::Receiver
    pub async fn await_receipt(
        &self,
        message: impl Into<Awaited>,
        limit: Duration,
    ) -> Result<ReceiptInfo, AwaitReceiptError> {
        let (answer, answered) = oneshot::channel();
        self.note(match message.into() {
            Awaited::Key(key) => Note::Await(key, answer),
            Awaited::MessageId(id) => Note::AwaitId(id, answer),
        });
        match tokio::time::timeout(limit, answered).await {
            Ok(Ok(receipt)) => Ok(receipt),
            Ok(Err(_)) => Err(AwaitReceiptError::Closed),
            Err(_) => Err(AwaitReceiptError::TimedOut(limit)),
        }
    }

    /// Settles a message whose end is known without a receipt, such as from
    /// `query_sm`.
    pub fn settle(&self, key: SubmissionKey) {
        self.note(Note::Settled(key));
    }

    fn note(&self, note: Note) {
        // A receiver that has ended wants to know nothing more.
        let _ = self.inner.notes.send(note);
    }
}

impl fmt::Debug for Tracker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tracker")
            .field("scope", &self.inner.scope)
            .finish_non_exhaustive()
    }
}

/// A request that is on its way; see [`Tracker::sending`].
#[must_use = "dropped, it says that nothing came of the request"]
pub struct Sending {
    tracker: Option<Tracker>,
    number: u64,
}

impl Sending {
    /// A number for it, which [`Tracker::sending_of`] takes back. It must: until
    /// then the request counts as being under way.
    #[must_use]
    pub fn into_token(mut self) -> u64 {
        self.tracker = None;
        self.number
    }

    /// The response came: remembers the message, as [`Tracker::submitted`].
    ///
    /// # Errors
    /// [`TrackError`]: it is not remembered.
    ///
    /// # Cancel safety
    /// As [`Tracker::submitted`].
    pub async fn submitted(mut self, message: Submission) -> Result<SubmissionKey, TrackError> {
        let Some(tracker) = self.tracker.clone() else {
            return tracker_gone();
        };
        let messages = vec![(message, Some(self.number))];
        let keys = tracker.remember(messages).await?;
        self.tracker = None;
        let key = keys.first().copied();
        key.map_or_else(tracker_gone, Ok)
    }
}

/// For the compiler: a tracker leaves a `Sending` with the `Sending` only.
fn tracker_gone() -> Result<SubmissionKey, TrackError> {
    Err(TrackError::IdLength { len: 0 })
}

impl Drop for Sending {
    fn drop(&mut self) {
        if let Some(tracker) = self.tracker.take() {
            tracker.note(Note::NotSubmitted(self.number));
        }
    }
}

impl fmt::Debug for Sending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sending").field(&self.number).finish()
    }
}
