//! What a server asks of any of its connections.

use smpp_session::RequestId;
use smpp_session::driver::Link;
use tracing::debug;

/// What a server asks of a connection, whatever that does.
#[derive(Debug)]
pub(crate) enum Order {
    /// Take no more requests, and unbind once all is answered.
    Finish,
    /// Unbind now.
    Unbind,
    /// End the connection now.
    Close,
    /// Send this `outbind`, which is encoded.
    Outbind(Vec<u8>),
}

impl Order {
    /// Does it. A connection without a bind has nothing to finish: it is closed.
    pub(crate) fn carry_out(self, link: &mut Link<'_>) {
        let done = match self {
            Self::Finish => link.finish(),
            Self::Unbind => link.unbind(),
            Self::Close => {
                link.close();
                Ok(())
            }
            // It has no response, and so no outcome that needs a name.
            Self::Outbind(octets) => link.request_encoded(RequestId(0), &octets).map(|_| ()),
        };
        if let Err(error) = done {
            debug!(%error, "closed");
            link.close();
        }
    }
}
