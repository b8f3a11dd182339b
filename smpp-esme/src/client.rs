//! The handle of a session.

mod sending;

use core::fmt;
use std::sync::{Arc, OnceLock};

use smpp_pdu::{BindType, Body, CommandId, EnquireLink, InterfaceVersion, SubmitSm};
use smpp_session::CloseReason;
use smpp_session::driver::drive_with;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tracing::{Instrument, info, info_span};

use crate::mailbox::{Command, Mailbox};
use crate::metrics::Metrics;
use crate::operations::operations;
use crate::task::Task;
use crate::{
    BindConfig, ClientBuilder, ConnectError, Inbound, Incoming, OwnedPdu, Pipeline, RequestError,
    RequestErrorKind, SmppUrl, SubmitResp,
};

pub use sending::Pending;
use sending::request_body;

/// A bound session with a message centre.
///
/// A handle: cheap to clone, and used from as many tasks as one likes. One task
/// behind it owns the connection. Every request ends in exactly one outcome: a
/// response, or a [`RequestError`] that says what is known.
///
/// Dropping the last handle starts an orderly end: what is outstanding gets its
/// responses, then the session unbinds. [`unbind`](Self::unbind) does the same
/// and waits for it.
///
/// # Cancel safety
/// The futures of all requests: before a place in the window is free, a dropped
/// future has sent nothing. After that the request goes out, and its place is
/// free again when its response, which nobody sees, has come or is overdue.
#[derive(Clone)]
pub struct Client {
    handle: Arc<Handle>,
}

/// The end of the last one ends the session.
struct Handle {
    mailbox: Arc<Mailbox>,
    window: Arc<Semaphore>,
    window_size: usize,
    reason: Arc<OnceLock<CloseReason>>,
    /// Becomes true when the connection is closed.
    closed: watch::Receiver<bool>,
    bind_type: BindType,
    bind_resp: OnceLock<OwnedPdu>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        let _ = self.mailbox.put(Command::Unbind, &[]);
    }
}

impl Client {
    /// Connects to the centre of `url` and binds, with the defaults of
    /// [`ClientBuilder`]. Where it names several hosts, they are tried in turn, see
    /// [`ClientBuilder::connect_any`].
    ///
    /// # Cancel safety
    /// See [`ClientBuilder::connect`].
    ///
    /// # Errors
    /// [`ConnectError`] when there is no connection, or no bind.
    pub async fn connect(url: &SmppUrl) -> Result<(Self, Incoming), ConnectError> {
        ClientBuilder::from(url).connect_any(&url.endpoints()).await
    }

    /// Binds over a stream that is connected already, with the defaults of
    /// [`ClientBuilder`].
    ///
    /// # Cancel safety
    /// See [`ClientBuilder::connect`].
    ///
    /// # Errors
    /// [`ConnectError`] when there is no bind.
    pub async fn over<T>(stream: T, bind: BindConfig) -> Result<(Self, Incoming), ConnectError>
    where
        T: AsyncRead + AsyncWrite + Send + 'static,
    {
        ClientBuilder::new(bind).over(stream).await
    }

    /// Binds; what the centre sends by itself goes to `incoming`, which several
    /// sessions may share.
    pub(crate) async fn bind<T>(
        stream: T,
        builder: ClientBuilder,
        incoming: mpsc::Sender<Inbound>,
    ) -> Result<Self, ConnectError>
    where
        T: AsyncRead + AsyncWrite + Send + 'static,
    {
        let bind = builder.bind.as_bind()?;
        let bind_type = bind.bind_type;
        let (mailbox, filled) = Mailbox::new();
        let mailbox = Arc::new(mailbox);
        let (closed_tx, closed) = watch::channel(false);
        let window_size = usize::from(builder.window);
        let window = Arc::new(Semaphore::new(window_size));
        let reason = Arc::new(OnceLock::new());
        let system_id = builder.bind.system_id_text().to_string();
        let span = info_span!("session", %system_id, peer = builder.peer_name());
        let mut task = Task::new(
            Arc::clone(&window),
            incoming,
            Arc::clone(&mailbox),
            builder.auto_ack,
            Arc::clone(&reason),
            Metrics::new(system_id.clone(), builder.peer_name().into()),
        );
        let (config, options) = (builder.session(), builder.drive_options());
        let (failed, failure) = oneshot::channel();
        let run = async move {
            let ended = drive_with(stream, config, &mut task, filled, options).await;
            match ended.error {
                Some(error) => {
                    info!(reason = %ended.reason, %error, "session over");
                    // Nobody asks for it once the session is bound.
                    let _ = failed.send(error);
                }
                None => info!(reason = %ended.reason, "session over"),
            }
            // Before anybody learns that it is over, every request has its outcome.
            drop(task);
            closed_tx.send_replace(true);
        };
        tokio::spawn(run.instrument(span.clone()));
        let client = Self {
            handle: Arc::new(Handle {
                mailbox,
                window,
                window_size,
                reason,
                closed,
                bind_type,
                bind_resp: OnceLock::new(),
            }),
        };
        match client.call::<OwnedPdu>(bind).await {
            Ok(response) => {
                span.in_scope(|| info!(bind = %bind_type.command_id(), "bound"));
                let _ = client.handle.bind_resp.set(response);
                Ok(client)
            }
            // The bind was never sent: the session ended before that.
            Err(error) if error.kind() == RequestErrorKind::Closed => {
                let reason = client.closed().await;
                Err(ConnectError::closed(reason).because(failure.await.ok()))
            }
            Err(error) => {
                let refused = ConnectError::from_bind(&error);
                match error.kind() {
                    RequestErrorKind::LinkLost(
                        CloseReason::ConnectionLost | CloseReason::NoOctets,
                    ) => Err(refused.because(failure.await.ok())),
                    _ => Err(refused),
                }
            }
        }
    }

    /// Submits a message, and waits for a place in the window and for the
    /// response.
    ///
    /// # Cancel safety
    /// As said of [`Client`]: a dropped future may leave a message that is sent.
    ///
    /// # Errors
    /// [`RequestError`]: refused, without response, or not sent.
    pub async fn submit_sm(&self, sm: &SubmitSm<'_>) -> Result<SubmitResp, RequestError> {
        self.start_submit_sm(sm).await?.await
    }

    /// Submits a message without waiting for a place in the window. The
    /// message is sent whether its response is awaited or not.
    ///
    /// # Errors
    /// [`RequestErrorKind::WindowFull`] when there is no place;
    /// [`RequestErrorKind::Closed`] when the session is over. Then nothing was sent.
    pub fn try_submit_sm(&self, sm: &SubmitSm<'_>) -> Result<Pending<SubmitResp>, RequestError> {
        self.try_start_any(*sm)
    }

    /// Waits for a place in the window, then submits a message. The response is
    /// awaited with the [`Pending`] that comes back: so one task keeps a whole
    /// window busy.
    ///
    /// # Cancel safety
    /// A dropped future has sent nothing; a dropped [`Pending`] has.
    ///
    /// # Errors
    /// [`RequestErrorKind::Closed`] when the session is over.
    pub async fn start_submit_sm(
        &self,
        sm: &SubmitSm<'_>,
    ) -> Result<Pending<SubmitResp>, RequestError> {
        self.place(CommandId::SUBMIT_SM).await?;
        self.start_now((*sm).into())
    }

    /// Submits many messages from one task, the fastest way to do so.
    #[must_use]
    pub fn pipeline<K>(&self) -> Pipeline<K> {
        Pipeline::new(self.clone())
    }

    /// Asks whether the centre lives. The session does so by itself, see
    /// [`ClientBuilder::enquire_link`].
    ///
    /// # Cancel safety
    /// Harmless to cancel, see [`Client`].
    ///
    /// # Errors
    /// [`RequestError`].
    pub async fn enquire_link(&self) -> Result<(), RequestError> {
        self.request(EnquireLink::default()).await.map(drop)
    }

    /// Sends any request, such as one of a vendor's, and waits for its response.
    ///
    /// # Cancel safety
    /// As said of [`Client`].
    ///
    /// # Errors
    /// [`RequestError`]; [`RequestErrorKind::NotAllowed`] for a bind, an
    /// `unbind` (see [`Client::unbind`]) and what is no request.
    pub async fn request<'p>(&self, body: impl Into<Body<'p>>) -> Result<OwnedPdu, RequestError> {
        self.start(body).await?.await
    }

    /// Waits for a place in the window, then sends any request. The response is
    /// awaited with the [`Pending`] that comes back.
    ///
    /// # Cancel safety
    /// A dropped future has sent nothing; a dropped [`Pending`] has.
    ///
    /// # Errors
    /// As [`request`](Self::request), when nothing was sent.
    pub async fn start<'p>(&self, body: impl Into<Body<'p>>) -> Result<Pending, RequestError> {
        self.start_any(request_body(body.into())?).await
    }

    /// As [`start`](Self::start), without waiting for a place in the window.
    ///
    /// # Errors
    /// As [`start`](Self::start); [`RequestErrorKind::WindowFull`] when there is
    /// no place. Then nothing was sent.
    pub fn try_start<'p>(&self, body: impl Into<Body<'p>>) -> Result<Pending, RequestError> {
        self.try_start_any(request_body(body.into())?)
    }

    async fn call<'p, T: From<OwnedPdu>>(
        &self,
        body: impl Into<Body<'p>>,
    ) -> Result<T, RequestError> {
        self.start_any::<T>(body).await?.await
    }

    async fn start_any<'p, T>(
        &self,
        body: impl Into<Body<'p>>,
    ) -> Result<Pending<T>, RequestError> {
        let body = body.into();
        self.place(body.command_id()).await?;
        self.start_now(body)
    }

    /// Ends the session in order: no more requests, the outstanding ones get
    /// their responses, then `unbind`. Returns when the connection is closed,
    /// with [`CloseReason::Unbound`] when all went well.
    ///
    /// # Cancel safety
    /// The end goes on without the future.
    pub async fn unbind(&self) -> CloseReason {
        let _ = self.handle.mailbox.put(Command::Unbind, &[]);
        self.closed().await
    }

    /// Returns when the session is over and its connection closed.
    ///
    /// # Cancel safety
    /// Cancel-safe.
    pub async fn closed(&self) -> CloseReason {
        let mut closed = self.handle.closed.clone();
        // An error: the task of the session has gone without a word.
        let _ = closed.wait_for(|closed| *closed).await;
        self.close_reason().unwrap_or(CloseReason::ConnectionLost)
    }

    /// Why the session is over; `None` while it is not.
    #[must_use]
    pub fn close_reason(&self) -> Option<CloseReason> {
        self.handle.reason.get().copied()
    }

    /// What the session is bound as.
    #[must_use]
    pub fn bind_type(&self) -> BindType {
        self.handle.bind_type
    }

    /// The response to the bind, with the name of the centre and its parameters.
    #[must_use]
    pub fn bind_resp(&self) -> Option<&OwnedPdu> {
        self.handle.bind_resp.get()
    }

    /// The version that the centre says it speaks. Many centres say nothing,
    /// which by the standard means 3.3, and in the field means nothing.
    #[must_use]
    pub fn centre_version(&self) -> Option<InterfaceVersion> {
        self.bind_resp()?.tlvs().sc_interface_version()?.ok()
    }

    /// How many requests may wait for their responses.
    pub(crate) fn window(&self) -> usize {
        self.handle.window_size
    }

    /// How many requests could be sent now without waiting.
    #[must_use]
    pub fn free_window(&self) -> usize {
        self.handle.window.available_permits()
    }
}

operations!(Client, "");

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("bind_type", &self.handle.bind_type)
            .field("free_window", &self.free_window())
            .field("close_reason", &self.close_reason())
            .finish_non_exhaustive()
    }
}
