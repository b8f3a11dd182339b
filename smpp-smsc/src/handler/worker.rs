//! The task in which a handler is called.

use smpp_pdu::{Bind, CommandStatus};
use smpp_session::CloseReason;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use super::connection::Command;
use super::request::{Owned, Requests};
use super::{Handler, SessionHandle};

/// What a handler is called for.
#[derive(Debug)]
pub(super) enum Work {
    Bind(Owned<Bind<'static>>, SessionHandle),
    Requests(Requests),
    Closed(CloseReason),
}

/// Tells the connection of a panic.
struct Watch(UnboundedSender<Command>);

impl Drop for Watch {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // A connection that is over needs no word.
            let _ = self.0.send(Command::Failed);
        }
    }
}

/// Calls the handler for all that happens, in this order.
pub(super) async fn work(
    mut handler: Box<dyn Handler>,
    mut queue: UnboundedReceiver<Work>,
    commands: UnboundedSender<Command>,
) {
    // Dropped last, when the replies of a panic have answered.
    let watch = Watch(commands);
    while let Some(work) = queue.recv().await {
        match work {
            Work::Bind(bind, session) => {
                let answer: Result<(), CommandStatus> = handler.bind(bind, session).await;
                let _ = watch.0.send(Command::Bind(answer));
            }
            Work::Requests(requests) => handler.requests(requests).await,
            Work::Closed(reason) => return handler.closed(reason).await,
        }
    }
}
