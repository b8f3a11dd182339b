//! Where messages go: the network behind the message centre.

mod handsets;
#[cfg(feature = "scenario")]
mod simulated;

use std::sync::Arc;

use async_trait::async_trait;
use smpp_pdu::MessageState;
use tokio::sync::mpsc::UnboundedSender;

use crate::engine::Input;
use crate::{Message, MessageKey};

pub use handsets::Handsets;
#[cfg(feature = "scenario")]
pub(crate) use simulated::Simulated;

/// Takes messages towards their recipients.
#[async_trait]
pub trait Network: Send + Sync + 'static {
    /// Starts to deliver these messages. Returns soon, since nothing else is
    /// attempted before; how each attempt ended goes to `reports`, now or
    /// later, from any task, as many as possible at once.
    ///
    /// An attempt whose outcome does not come within the lease (see
    /// [`Builder::lease`](crate::Builder::lease)) is given up and made again.
    async fn attempt(&self, attempts: Vec<Attempt>, reports: &Reports);
}

/// A message that is to be delivered now.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attempt {
    /// The message.
    pub message: Arc<Message>,
    /// Which attempt it is, counted from 1.
    pub number: u32,
}

impl Attempt {
    pub(crate) const fn new(message: Arc<Message>, number: u32) -> Self {
        Self { message, number }
    }

    /// How this attempt ended.
    #[must_use]
    pub fn ended(&self, outcome: Outcome) -> Report {
        Report {
            key: self.message.key.clone(),
            number: self.number,
            outcome,
        }
    }
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The recipient has the message.
    Delivered,
    /// Not now; a later attempt may succeed.
    NotNow {
        /// The network's error.
        error: u8,
    },
    /// Never.
    Failed {
        /// The final state: `UNDELIVERABLE`, `REJECTED` …
        state: MessageState,
        /// The network's error.
        error: u8,
    },
}

/// The outcome of one attempt, see [`Attempt::ended`].
#[derive(Clone, Debug)]
pub struct Report {
    pub(crate) key: MessageKey,
    pub(crate) number: u32,
    pub(crate) outcome: Outcome,
}

/// Takes outcomes back to the message centre.
#[derive(Clone, Debug)]
pub struct Reports {
    engine: UnboundedSender<Input>,
}

impl Reports {
    pub(crate) const fn new(engine: UnboundedSender<Input>) -> Self {
        Self { engine }
    }

    /// Hands over how attempts ended. After the end of the message centre
    /// nobody is interested any more.
    pub fn send(&self, reports: Vec<Report>) {
        if !reports.is_empty() {
            let _ = self.engine.send(Input::Reports(reports));
        }
    }
}
