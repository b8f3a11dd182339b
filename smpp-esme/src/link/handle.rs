//! The handle of a link.

use core::fmt;
use core::future::Future;
use std::sync::Arc;

use smpp_pdu::{Body, SubmitSm};

use super::pending::Encoded;
use super::shared::Shared;
use super::{Events, LinkBuilder, LinkError, LinkPending, Report, RestartError};
use crate::operations::operations;
use crate::{BindConfig, Incoming, OwnedPdu, RequestError, Requester, SmppUrl, SubmitResp};

/// A handle over sessions that are kept up, see the [module](super).
///
/// Cheap to clone, and used from as many tasks as one likes. Dropping the last
/// handle starts an orderly end of all sessions, as [`unbind`](Self::unbind)
/// does.
///
/// ```no_run
/// # async fn send() -> Result<(), Box<dyn std::error::Error>> {
/// use smpp_esme::Link;
/// use smpp_esme::pdu::{Address, ShortMessage, SubmitSm};
///
/// let url = "smpp://esme:secret@127.0.0.1:2775".parse()?;
/// let (link, _incoming) = Link::connect(&url).await?;
/// let message = SubmitSm::new(
///     Address::alphanumeric("BANK")?,
///     Address::international("447700900123")?,
///     ShortMessage::new(b"Your code is 4711")?,
/// );
/// match link.submit_sm(&message).await {
///     Ok(resp) => println!("taken as {}", resp.message_id()),
///     Err(error) if !error.was_sent() => println!("not sent: {error}"),
///     Err(error) => println!("sent, but: {error}"),
/// }
/// link.unbind().await;
/// # Ok(())
/// # }
/// ```
///
/// # Cancel safety
/// The futures of all requests: as long as no session has taken the request, a
/// dropped future has sent nothing. After that the request goes out, and its
/// response is nobody's; it is not sent again, nor given to another session.
#[derive(Clone)]
pub struct Link {
    handle: Arc<Handle>,
}

/// The end of the last one ends the link.
struct Handle {
    shared: Arc<Shared>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shared.stop();
    }
}

impl Link {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let handle = Arc::new(Handle { shared });
        Self { handle }
    }

    /// A builder with the defaults. One that keeps the settings of a session is
    /// made by `LinkBuilder::from` of a [`ClientBuilder`](crate::ClientBuilder).
    pub fn builder(bind: BindConfig) -> LinkBuilder {
        LinkBuilder::new(bind)
    }

    /// A link to the host of `url` with the defaults of [`LinkBuilder`], once it
    /// is [`ready`](Self::ready). A host that cannot be reached is tried for ever:
    /// put a timeout around it where that is too long.
    ///
    /// # Cancel safety
    /// A dropped future leaves nothing behind.
    ///
    /// # Errors
    /// [`LinkError`] when the host refuses the bind for good.
    pub async fn connect(url: &SmppUrl) -> Result<(Self, Incoming), LinkError> {
        let (link, incoming) = LinkBuilder::from(url).start();
        link.ready().await?;
        Ok((link, incoming))
    }

    /// Returns when a session is bound; where the link both transmits and
    /// receives by pairs, when one of each kind is.
    ///
    /// # Cancel safety
    /// Cancel-safe.
    ///
    /// # Errors
    /// [`LinkError`] when the link is over before that.
    pub async fn ready(&self) -> Result<(), LinkError> {
        self.shared().ready().await
    }

    /// Submits a message, and waits for a session, a place in its window, and the
    /// response.
    ///
    /// # Cancel safety
    /// As said of [`Link`]: a dropped future may leave a message that is sent.
    ///
    /// # Errors
    /// [`RequestError`], which says whether the message was sent.
    pub async fn submit_sm(&self, sm: &SubmitSm<'_>) -> Result<SubmitResp, RequestError> {
        self.request(*sm).await.map(SubmitResp::from)
    }

    /// Submits a message without waiting for a session or a place in its window.
    /// The message is sent whether its response is awaited or not.
    ///
    /// # Errors
    /// [`WindowFull`](crate::RequestErrorKind::WindowFull) when there is no place
    /// in any window, [`NoSession`](crate::RequestErrorKind::NoSession) when no
    /// session is bound, [`Closed`](crate::RequestErrorKind::Closed) when the link
    /// is over. Then nothing was sent.
    pub fn try_submit_sm(
        &self,
        sm: &SubmitSm<'_>,
    ) -> Result<LinkPending<SubmitResp>, RequestError> {
        let request = Encoded::new((*sm).into())?;
        let started = self.shared().try_start((*sm).into())?;
        Ok(LinkPending::new(
            Arc::clone(self.shared()),
            request,
            started,
        ))
    }

    /// Waits for a session and a place in its window, then submits a message. The
    /// response is awaited with the [`LinkPending`] that comes back: so one task
    /// keeps all windows busy.
    ///
    /// # Cancel safety
    /// A dropped future has sent nothing; a dropped [`LinkPending`] has.
    ///
    /// # Errors
    /// [`RequestError`], when nothing was sent.
    pub async fn start_submit_sm(
        &self,
        sm: &SubmitSm<'_>,
    ) -> Result<LinkPending<SubmitResp>, RequestError> {
        self.start_any((*sm).into()).await
    }

    /// Sends any request, such as one of a vendor's, and waits for its response.
    /// It goes to a session that transmits, where the link has such.
    ///
    /// # Cancel safety
    /// As said of [`Link`].
    ///
    /// # Errors
    /// [`RequestError`]; [`NotAllowed`](crate::RequestErrorKind::NotAllowed) for a
    /// bind, an `unbind` (see [`unbind`](Self::unbind)), what is no request, and
    /// what a link that only receives cannot send.
    pub async fn request<'p>(&self, body: impl Into<Body<'p>>) -> Result<OwnedPdu, RequestError> {
        self.shared().request(body.into()).await
    }

    /// Waits for a session and a place in its window, then sends any request. The
    /// response is awaited with the [`LinkPending`] that comes back.
    ///
    /// # Cancel safety
    /// A dropped future has sent nothing; a dropped [`LinkPending`] has.
    ///
    /// # Errors
    /// As [`request`](Self::request), when nothing was sent.
    pub async fn start<'p>(&self, body: impl Into<Body<'p>>) -> Result<LinkPending, RequestError> {
        self.start_any(body.into()).await
    }

    async fn start_any<T>(&self, body: Body<'_>) -> Result<LinkPending<T>, RequestError> {
        let request = Encoded::new(body)?;
        let started = self.shared().start(body).await?;
        Ok(LinkPending::new(
            Arc::clone(self.shared()),
            request,
            started,
        ))
    }

    /// Unbinds every session and binds it again, one after the other, such as
    /// after a change at the centre.
    ///
    /// Each is first left in order: it takes no more requests, and what is
    /// outstanding gets its responses. So there are never more sessions than were
    /// asked for, which a centre may refuse; and with two or more that transmit,
    /// traffic goes on over the others. With one, requests wait for it. Sessions
    /// that are not bound are left alone.
    ///
    /// # Cancel safety
    /// The session under way is still bound again; those after it are left alone.
    ///
    /// # Errors
    /// [`RestartError`] when a session is not bound again at once: the rest is
    /// not taken down as well.
    pub async fn restart(&self) -> Result<(), RestartError> {
        self.shared().restart().await
    }

    /// Ends all sessions in order: no more requests, the outstanding ones get
    /// their responses, then `unbind`. Returns when all connections are closed.
    ///
    /// # Cancel safety
    /// The end goes on without the future.
    pub async fn unbind(&self) {
        self.shared().stop();
        // Whether every host has refused meanwhile does not matter any more.
        let _ = self.shared().ended().await;
    }

    /// Returns when the link is over: all sessions were unbound by wish, or every
    /// host has refused its bind for good.
    ///
    /// # Cancel safety
    /// Cancel-safe.
    ///
    /// # Errors
    /// [`LinkError`] names each host and what it answered.
    pub async fn closed(&self) -> Result<(), LinkError> {
        self.shared().ended().await
    }

    /// How the link ended; `None` while it has not.
    #[must_use]
    pub fn end(&self) -> Option<Result<(), LinkError>> {
        self.shared().end()
    }

    /// What each session is doing now.
    #[must_use]
    pub fn states(&self) -> Vec<Report> {
        self.shared().board.states()
    }

    /// What each session will do from now on.
    #[must_use]
    pub fn events(&self) -> Events {
        self.shared().board.events()
    }

    /// How many sessions are bound now. The halves of a pair count as two.
    #[must_use]
    pub fn bound_sessions(&self) -> usize {
        self.shared().roster.borrow().sessions.len()
    }

    /// How many requests could be sent now without waiting, over all sessions.
    #[must_use]
    pub fn free_window(&self) -> usize {
        let roster = Arc::clone(&self.shared().roster.borrow());
        roster.free_window(self.shared().transmits)
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.handle.shared
    }
}

operations!(
    Link,
    "\n\nIt goes to any of the hosts: where these are centres of their own that do not know \
     each other's messages, use a link for each."
);

impl Requester for Link {
    fn request<'a>(
        &'a self,
        body: Body<'a>,
    ) -> impl Future<Output = Result<OwnedPdu, RequestError>> + Send + 'a {
        Link::request(self, body)
    }

    fn try_request<'a>(
        &'a self,
        body: Body<'a>,
    ) -> impl Future<Output = Result<OwnedPdu, RequestError>> + Send + 'a {
        self.shared().try_request(body)
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("hosts", &self.shared().hosts)
            .field("bound_sessions", &self.bound_sessions())
            .field("free_window", &self.free_window())
            .finish_non_exhaustive()
    }
}
