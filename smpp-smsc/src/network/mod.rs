//! Where messages go: the network behind the message centre.

mod handsets;
mod receipts;
mod reports;
#[cfg(feature = "scenario")]
mod simulated;
#[cfg(feature = "centres")]
mod upstream;

use std::sync::Arc;

use async_trait::async_trait;
use smpp_pdu::MessageState;

use crate::broadcast;
use crate::{FailureClass, Message, MessageKey};

pub use handsets::Handsets;
pub use receipts::{NextReceipt, Told};
pub use reports::Reports;
#[cfg(feature = "scenario")]
pub(crate) use simulated::Simulated;
#[cfg(feature = "centres")]
#[cfg_attr(docsrs, doc(cfg(feature = "centres")))]
pub use upstream::{Upstream, UpstreamBuilder};

/// Takes messages towards their recipients.
#[async_trait]
pub trait Network: Send + Sync + 'static {
    /// The message centre starts: whatever needs a while before messages can go,
    /// such as a connection, may begin now. Called once, within the runtime, before
    /// the first attempt. Default: nothing.
    fn start(&self, reports: &Reports) {
        let _ = reports;
    }

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

    /// The message centre ends: all its sessions are over, and it still takes
    /// reports until this returns, or until the limit is over (see
    /// [`Builder::shutdown_limit`](crate::Builder::shutdown_limit)). Attempts that
    /// come after this are to end with [`Outcome::NotNow`]. Default: nothing.
    async fn stop(&self) {}
}

/// A message that is to be delivered now.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attempt {
    /// The message.
    pub message: Arc<Message>,
    /// Which attempt it is, counted from 1.
    pub number: u32,
    /// Who makes it.
    via: Via,
}

/// Who makes an attempt: which target of its route, and the name of that, if it is
/// a centre.
#[derive(Clone, Debug, Default)]
pub(crate) struct Via {
    pub(crate) place: u32,
    pub(crate) centre: Option<Arc<str>>,
}

impl Attempt {
    pub(crate) fn new(message: Arc<Message>, number: u32) -> Self {
        let via = Via::default();
        Self {
            message,
            number,
            via,
        }
    }

    pub(crate) const fn by(message: Arc<Message>, number: u32, via: Via) -> Self {
        Self {
            message,
            number,
            via,
        }
    }

    /// How this attempt ended.
    #[must_use]
    pub fn ended(&self, outcome: Outcome) -> Report {
        Report {
            key: self.message.key.clone(),
            number: self.number,
            place: self.via.place,
            outcome,
            success: None,
            handed: None,
            awaits_room: false,
        }
    }

    /// The next centre is not there, or has no room, and nothing was sent: where this
    /// was the last target of its route, the message waits until
    /// [`Reports::ready`] says that there is room, or for its time.
    #[must_use]
    pub fn not_ready(&self, class: FailureClass) -> Report {
        let error = class.usual_error();
        Report {
            awaits_room: true,
            ..self.ended(Outcome::NotNow { error })
        }
    }

    /// The next centre has the message under this id, and will tell what becomes of
    /// it: see [`Reports::receipts`]. Until then, or until its validity is over, the
    /// message is not attempted again, after a restart either where the store keeps
    /// through one, and is neither cancelled nor replaced.
    ///
    /// A broadcast, and a message that is not kept (datagram and transaction mode),
    /// count as delivered. An id that is empty or longer than 64 octets is never found again:
    /// then, or where no receipts come, [`Outcome::Delivered`] is the better word.
    ///
    /// ```
    /// use smpp_pdu::MessageState;
    /// use smpp_smsc::async_trait;
    /// use smpp_smsc::network::{Attempt, Network, NextReceipt, Report, Reports, Told};
    ///
    /// /// A centre that takes every message, and delivers it at once.
    /// struct North;
    ///
    /// #[async_trait]
    /// impl Network for North {
    ///     async fn attempt(&self, attempts: Vec<Attempt>, reports: &Reports) {
    ///         let id = |attempt: &Attempt| format!("n-{}", attempt.message.key.id);
    ///         let ids: Vec<String> = attempts.iter().map(id).collect();
    ///         let taken = attempts.iter().zip(&ids);
    ///         let taken = taken.map(|(attempt, id)| attempt.handed_over(id.as_bytes()));
    ///         reports.send(taken.collect::<Vec<Report>>());
    ///
    ///         let delivered = |id: &String| NextReceipt::new(id.as_bytes(), MessageState::DELIVERED);
    ///         let receipts = ids.iter().map(delivered).collect();
    ///         let reports = reports.clone();
    ///         // Not here: the centre waits until this returns.
    ///         tokio::spawn(async move {
    ///             let told = reports.receipts(receipts).await;
    ///             assert!(told.is_ok_and(|told| told.iter().all(|one| *one == Told::Known)));
    ///         });
    ///     }
    /// }
    ///
    /// let builder = smpp_smsc::Smsc::builder().centre("north", North);
    /// # let _ = builder;
    /// ```
    #[must_use]
    pub fn handed_over(&self, id: &[u8]) -> Report {
        let centre = self.via.centre.clone().unwrap_or_else(|| "".into());
        let handed = HandedOver {
            centre,
            id: id.into(),
        };
        Report {
            handed: Some(Box::new(handed)),
            ..self.ended(Outcome::Delivered)
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
    /// Not now; a later attempt may succeed, and before it the next target of the
    /// [route](crate::routes::Route), if there is one.
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
    /// Which target of the route made the attempt.
    pub(crate) place: u32,
    pub(crate) outcome: Outcome,
    /// Of a broadcast: how well each area was reached, in percent.
    pub(crate) success: Option<Box<[u8]>>,
    /// The attempt goes on elsewhere.
    pub(crate) handed: Option<Box<HandedOver>>,
    /// It failed for now, and `Reports::ready` says when it is to be tried again.
    pub(crate) awaits_room: bool,
}

/// Under which id which centre has a message.
#[derive(Clone, Debug)]
pub(crate) struct HandedOver {
    pub(crate) centre: Arc<str>,
    pub(crate) id: Box<[u8]>,
}
