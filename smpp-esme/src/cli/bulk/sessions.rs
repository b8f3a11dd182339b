//! Several sessions as one.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use smpp_esme::{Client, OwnedPdu, RequestError, Requester, SmppUrl};
use smpp_pdu::Body;

use crate::cli::connect;
use crate::cli::exit::Failure;

/// Sessions that take requests in turn; those that are over are left out.
#[derive(Clone, Debug)]
pub(super) struct Sessions {
    clients: Arc<[Client]>,
    next: Arc<AtomicUsize>,
}

impl Sessions {
    /// Binds so many.
    pub(super) async fn connect(
        url: &SmppUrl,
        sessions: usize,
        window: Option<u16>,
    ) -> Result<Self, Failure> {
        let mut clients = Vec::with_capacity(sessions);
        for _ in 0..sessions {
            // What the centre delivers is for another program: it is refused,
            // and comes again.
            let (client, _) = connect::connect_with(url, window).await?;
            clients.push(client);
        }
        Ok(Self {
            clients: clients.into(),
            next: Arc::default(),
        })
    }

    /// The one whose turn it is, or the next that lives and has room.
    fn pick(&self) -> Option<&Client> {
        let count = self.clients.len();
        let start = self.next.fetch_add(1, Ordering::Relaxed) % count.max(1);
        let (late, early) = self.clients.split_at_checked(start)?;
        let mut living = early
            .iter()
            .chain(late)
            .filter(|client| client.close_reason().is_none());
        let first = living.next();
        match first {
            Some(client) if client.free_window() == 0 => {
                living.find(|client| client.free_window() > 0).or(first)
            }
            _ => first.or(self.clients.first()),
        }
    }

    /// Whether any session lives.
    pub(super) fn are_alive(&self) -> bool {
        self.clients
            .iter()
            .any(|client| client.close_reason().is_none())
    }

    /// Ends them in order.
    pub(super) async fn unbind(&self) {
        for client in self.clients.iter() {
            client.unbind().await;
        }
    }
}

impl Requester for Sessions {
    async fn request<'a>(&'a self, body: Body<'a>) -> Result<OwnedPdu, RequestError> {
        match self.pick() {
            Some(client) => client.request(body).await,
            // Not reached: there is at least one.
            None => core::future::pending().await,
        }
    }
}
