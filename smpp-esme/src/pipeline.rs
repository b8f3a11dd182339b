//! Many messages of one task.

use core::fmt;
use core::future::poll_fn;
use core::task::{Context, Poll, ready};
use std::collections::VecDeque;
use std::sync::Arc;

use smpp_pdu::{Body, CommandId, DataSm, SubmitMulti, SubmitSm};

use crate::reply::{Outcome, Outcomes, Reply};
use crate::{Client, RequestError, RequestErrorKind, SubmitResp};

/// Submits many messages from one task and gives their outcomes as they come,
/// each with the key that its message was submitted under.
///
/// It is the fastest way to use a session: no future, no channel and no
/// allocation for each message. Nothing is held back for a batch: a message is
/// on its way when [`submit_sm`](Self::submit_sm) returns, and a lone one leaves
/// at once.
///
/// It holds at most as many messages as the window of the client has places,
/// outcomes that were not taken included. Other handles of the same client may
/// be used beside it; they share the window. Dropping it takes nothing back.
///
/// ```no_run
/// # async fn send(client: smpp_esme::Client) -> Result<(), smpp_esme::RequestError> {
/// use smpp_esme::pdu::{Address, ShortMessage, SubmitSm};
///
/// let from = Address::alphanumeric("BANK").unwrap();
/// let to = ["447700900123", "447700900124", "447700900125"];
/// let mut pipeline = client.pipeline();
/// for number in to {
///     let address = Address::international(number).unwrap();
///     let sm = SubmitSm::new(from, address, ShortMessage::new(b"Hello").unwrap());
///     if pipeline.is_full()
///         && let Some((number, outcome)) = pipeline.next().await
///     {
///         println!("{number}: {outcome:?}");
///     }
///     pipeline.submit_sm(number, &sm).await?;
/// }
/// while let Some((number, outcome)) = pipeline.next().await {
///     println!("{number}: {outcome:?}");
/// }
/// # Ok(())
/// # }
/// ```
pub struct Pipeline<K> {
    client: Client,
    outcomes: Arc<Outcomes>,
    /// Outcomes that were taken from there, and not from here.
    taken: VecDeque<(usize, Outcome)>,
    /// The keys of what has no outcome yet or one that was not taken.
    keys: Vec<Option<K>>,
    /// Places in it.
    free: Vec<usize>,
}

impl<K> Pipeline<K> {
    pub(crate) fn new(client: Client) -> Self {
        Self {
            client,
            outcomes: Arc::default(),
            taken: VecDeque::new(),
            keys: Vec::new(),
            free: Vec::new(),
        }
    }

    /// Waits for a place in the window, then submits a message. Its outcome
    /// comes out of [`next`](Self::next) with `key`.
    ///
    /// # Cancel safety
    /// A dropped future has sent nothing.
    ///
    /// # Errors
    /// [`RequestErrorKind::WindowFull`] when this [is full](Self::is_full): take
    /// an outcome first. Otherwise as of [`Client::start`]. Nothing was sent, and no outcome
    /// follows.
    pub async fn submit_sm(&mut self, key: K, sm: &SubmitSm<'_>) -> Result<(), RequestError> {
        self.place(CommandId::SUBMIT_SM).await?;
        self.hand_over(key, (*sm).into())
    }

    /// As [`submit_sm`](Self::submit_sm), for a message in `data_sm`.
    ///
    /// # Cancel safety
    /// A dropped future has sent nothing.
    ///
    /// # Errors
    /// As [`submit_sm`](Self::submit_sm).
    pub async fn data_sm(&mut self, key: K, sm: &DataSm<'_>) -> Result<(), RequestError> {
        self.place(CommandId::DATA_SM).await?;
        self.hand_over(key, (*sm).into())
    }

    /// As [`submit_sm`](Self::submit_sm), for a message to several recipients.
    ///
    /// # Cancel safety
    /// A dropped future has sent nothing.
    ///
    /// # Errors
    /// As [`submit_sm`](Self::submit_sm).
    pub async fn submit_multi(&mut self, key: K, sm: &SubmitMulti<'_>) -> Result<(), RequestError> {
        self.place(CommandId::SUBMIT_MULTI).await?;
        self.hand_over(key, (*sm).into())
    }

    async fn place(&self, command_id: CommandId) -> Result<(), RequestError> {
        if self.is_full() {
            let kind = RequestErrorKind::WindowFull;
            return Err(RequestError::new(command_id, kind));
        }
        self.client.place(command_id).await
    }

    fn hand_over(&mut self, key: K, body: Body<'_>) -> Result<(), RequestError> {
        let at = self.free.pop().unwrap_or(self.keys.len());
        let outcomes = &self.outcomes;
        let reply = |command_id| Reply::many(command_id, outcomes, at);
        let sent = self.client.hand_over(body, reply);
        if sent.is_err() {
            if at < self.keys.len() {
                self.free.push(at);
            }
            return sent;
        }
        match self.keys.get_mut(at) {
            Some(place) => *place = Some(key),
            None => self.keys.push(Some(key)),
        }
        Ok(())
    }

    /// The next outcome, of whichever message has one first; `None` when no
    /// message is without one.
    ///
    /// # Cancel safety
    /// Cancel-safe: what a dropped future did not return is still there.
    pub async fn next(&mut self) -> Option<(K, Result<SubmitResp, RequestError>)> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// As [`next`](Self::next), for implementations of `Stream`.
    pub fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<(K, Result<SubmitResp, RequestError>)>> {
        while !self.is_empty() {
            if self.taken.is_empty() {
                ready!(self.outcomes.poll_take(cx, &mut self.taken));
            }
            let Some((at, outcome)) = self.taken.pop_front() else {
                continue;
            };
            if let Some(key) = self.keys.get_mut(at).and_then(Option::take) {
                self.free.push(at);
                return Poll::Ready(Some((key, outcome.map(SubmitResp::from))));
            }
        }
        Poll::Ready(None)
    }

    /// How many messages have no outcome yet, or one that was not taken.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len() - self.free.len()
    }

    /// Whether nothing is left to wait for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it holds as many messages as the window of the client has places.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.len() >= self.client.window()
    }
}

impl<K> fmt::Debug for Pipeline<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipeline")
            .field("client", &self.client)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
