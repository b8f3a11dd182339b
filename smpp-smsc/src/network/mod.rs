//! Where messages go: the network behind the message centre.

mod handsets;
#[cfg(feature = "scenario")]
mod simulated;

use std::sync::Arc;

use async_trait::async_trait;
use smpp_pdu::{Address, MessageState};
use tokio::sync::mpsc::UnboundedSender;

use crate::broadcast;
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
    /// Among them may be broadcasts ([`Message::is_broadcast`]): messages
    /// without a destination, which go to the areas that the parameters
    /// `broadcast_area_identifier` name. An attempt of these is one transmission
    /// to all areas; see [`Attempt::reached`].
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
            success: None,
        }
    }

    /// How a transmission of a broadcast ended: `success` tells for each area,
    /// in their order, what share of it was reached, in percent. Areas that it
    /// does not tell were not reached. The broadcast is delivered when any area
    /// was reached, and failed for good otherwise.
    ///
    /// A plain [`Outcome::Delivered`] says that all areas were reached.
    #[must_use]
    pub fn reached(&self, success: &[u8]) -> Report {
        let areas = broadcast::areas(self.message.content().tlvs);
        let told = success.iter().copied().map(|percent| percent.min(100));
        let success: Box<[u8]> = told.chain(core::iter::repeat(0)).take(areas).collect();
        let outcome = if success.iter().any(|percent| *percent > 0) {
            Outcome::Delivered
        } else {
            Outcome::Failed {
                state: MessageState::UNDELIVERABLE,
                error: 0,
            }
        };
        Report {
            success: Some(success),
            ..self.ended(outcome)
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
        /// The network's error, whose [class](crate::FailureClass) decides when
        /// that is.
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
    /// Of a broadcast: how well each area was reached, in percent.
    pub(crate) success: Option<Box<[u8]>>,
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
            self.tell(Input::Reports(reports));
        }
    }

    /// Says that a subscriber can be reached again, by the digits of the
    /// address. What waits for another attempt to deliver it there is tried at
    /// once; accounts whose message to it failed and asked for it with `set_dpf`
    /// get an `alert_notification`.
    ///
    /// The centre also sends alerts by itself when it delivers a message to that
    /// subscriber.
    pub fn available(&self, subscriber: Address<'_>) {
        self.tell(Input::Available(subscriber.addr.as_bytes().into()));
    }

    pub(crate) fn tell(&self, input: Input) {
        let _ = self.engine.send(input);
    }
}
