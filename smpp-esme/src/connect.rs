//! The seams between a session and what carries it or uses it.

use core::future::Future;
use core::pin::Pin;
use core::time::Duration;

use async_trait::async_trait;
use smpp_pdu::Body;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::{Client, ConnectError, ConnectErrorKind, OwnedPdu, RequestError};

/// Any stream that a session can be bound over.
pub trait Stream: AsyncRead + AsyncWrite + Send {}

impl<T: AsyncRead + AsyncWrite + Send> Stream for T {}

/// A stream of whatever kind.
pub type BoxStream = Pin<Box<dyn Stream>>;

/// Makes connections to one place, again and again: what stays up reconnects
/// through it.
///
/// It is called once per connection, so that the box that `async-trait` makes of
/// each call costs nothing.
#[async_trait]
pub trait Connect: Send + Sync + 'static {
    /// A new connection. The caller bounds its time.
    ///
    /// # Errors
    /// [`ConnectError`] when there is none.
    async fn connect(&self) -> Result<BoxStream, ConnectError>;

    /// A new connection within this time. A transport that knows more than that
    /// it took too long, such as [`Endpoint`](crate::Endpoint), divides the time
    /// itself, and its error says what it waited for.
    ///
    /// # Cancel safety
    /// A dropped future closes what it has opened.
    ///
    /// # Errors
    /// [`ConnectError`] when there is none by then.
    async fn connect_within(&self, limit: Duration) -> Result<BoxStream, ConnectError> {
        match tokio::time::timeout(limit, self.connect()).await {
            Ok(connected) => connected,
            Err(_) => Err(ConnectError::new(ConnectErrorKind::TimedOut(limit))),
        }
    }

    /// What logs call the place, without a password.
    fn name(&self) -> &str;
}

/// What takes requests towards a message centre: one session ([`Client`]), or
/// something that stands over several.
pub trait Requester: Clone + Send + Sync + 'static {
    /// Sends a request when there is room for it, and waits for its outcome.
    ///
    /// # Errors
    /// [`RequestError`]; see [`Client::request`].
    fn request<'a>(
        &'a self,
        body: Body<'a>,
    ) -> impl Future<Output = Result<OwnedPdu, RequestError>> + Send + 'a;

    /// As [`request`](Self::request), but when there is no room for it now, it
    /// ends at once with [`RequestErrorKind::WindowFull`], and nothing was sent; a
    /// [`Link`](crate::Link) without a bound session ends it with
    /// [`RequestErrorKind::NoSession`].
    ///
    /// The default waits for room: what knows better overrides it.
    ///
    /// # Errors
    /// [`RequestError`].
    ///
    /// [`RequestErrorKind::NoSession`]: crate::RequestErrorKind::NoSession
    /// [`RequestErrorKind::WindowFull`]: crate::RequestErrorKind::WindowFull
    fn try_request<'a>(
        &'a self,
        body: Body<'a>,
    ) -> impl Future<Output = Result<OwnedPdu, RequestError>> + Send + 'a {
        self.request(body)
    }
}

impl Requester for Client {
    fn request<'a>(
        &'a self,
        body: Body<'a>,
    ) -> impl Future<Output = Result<OwnedPdu, RequestError>> + Send + 'a {
        Client::request(self, body)
    }

    async fn try_request<'a>(&'a self, body: Body<'a>) -> Result<OwnedPdu, RequestError> {
        self.try_start(body)?.await
    }
}
