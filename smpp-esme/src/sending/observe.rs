//! Who is told what is submitted.

use core::fmt;
use std::time::SystemTime;

use async_trait::async_trait;

use super::ReceiptRequest;
use crate::{OwnedAddress, RequestError, SubmitResp};

/// A part of a message, to one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PartInfo<'a> {
    /// `source_addr`.
    pub source: &'a OwnedAddress,
    /// `destination_addr`.
    pub destination: &'a OwnedAddress,
    /// The number of the part, from 1.
    pub part: u8,
    /// How many parts the message has.
    pub parts: u8,
    /// Which attempt at this part it is, from 1.
    pub attempt: u32,
    /// The caller's name of the message.
    pub tag: &'a str,
    /// The receipts that are asked for.
    pub receipt: ReceiptRequest,
}

/// A part that the centre has taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Submitted<'a> {
    /// Which part.
    pub part: PartInfo<'a>,
    /// The centre's id of it, as it stands in the response; may be empty.
    pub message_id: &'a [u8],
    /// When the response came.
    pub at: SystemTime,
    /// The whole response, such as for its parameters.
    pub response: &'a SubmitResp,
}

/// Is told of every attempt of a sender: so receipts find the messages that
/// they are about, also those that overtake the response.
///
/// The calls are made by the task that sends, and must not block. After each
/// [`sending`](Self::sending) exactly one of the others follows.
///
/// A [`Tracker`](crate::receiving::Tracker) is an observer that remembers what
/// was taken, so that receipts come with the message that they are about. A
/// closure of [`Submitted`] is an observer too, of what was taken:
///
/// ```
/// use smpp_esme::{Submitted, SenderBuilder};
///
/// let builder = SenderBuilder::new().observer(|submitted: &Submitted<'_>| {
///     println!("{:?} is {}", submitted.part.tag, submitted.message_id.escape_ascii());
/// });
/// # let _ = builder;
/// ```
#[async_trait]
pub trait SendObserver: Send + Sync + 'static {
    /// An attempt begins. What is returned comes back with its outcome.
    fn sending(&self, part: &PartInfo<'_>) -> u64 {
        let _ = part;
        0
    }

    /// The centre has taken it. The outcome of the message waits for this, so
    /// that what is written here is written when the sender returns; the window
    /// of the session does not.
    ///
    /// # Cancel safety
    /// The future is dropped with that of the message.
    async fn submitted(&self, token: u64, submitted: &Submitted<'_>);

    /// The centre has not taken it, or nobody knows; `None` when the caller has
    /// dropped the future of the message, and there is nobody to learn it.
    fn failed(&self, token: u64, part: &PartInfo<'_>, error: Option<&RequestError>) {
        let _ = (token, part, error);
    }
}

#[async_trait]
impl<F: Fn(&Submitted<'_>) + Send + Sync + 'static> SendObserver for F {
    async fn submitted(&self, _: u64, submitted: &Submitted<'_>) {
        self(submitted);
    }
}

/// The observer of a sender, if it has one.
#[derive(Default)]
pub(crate) struct Observer(pub(crate) Option<Box<dyn SendObserver>>);

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Some(_) => "Some(_)",
            None => "None",
        })
    }
}

impl Observer {
    pub(crate) fn sending<'a>(&'a self, part: PartInfo<'a>) -> Attempt<'a> {
        let observer = self.0.as_deref();
        Attempt {
            token: observer.map_or(0, |observer| observer.sending(&part)),
            observer,
            part,
        }
    }
}

/// An attempt whose outcome is owed to the observer.
pub(crate) struct Attempt<'a> {
    /// `None` once it is told.
    observer: Option<&'a dyn SendObserver>,
    token: u64,
    part: PartInfo<'a>,
}

impl Attempt<'_> {
    pub(crate) async fn submitted(mut self, response: &SubmitResp) {
        if let Some(observer) = self.observer.take() {
            let id = response.message_id();
            let submitted = Submitted {
                part: self.part,
                message_id: id.as_bytes(),
                at: SystemTime::now(),
                response,
            };
            observer.submitted(self.token, &submitted).await;
        }
    }

    pub(crate) fn failed(mut self, error: &RequestError) {
        if let Some(observer) = self.observer.take() {
            observer.failed(self.token, &self.part, Some(error));
        }
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if let Some(observer) = self.observer.take() {
            observer.failed(self.token, &self.part, None);
        }
    }
}
