//! The numbers of a sender.

use core::sync::atomic::AtomicBool;
use std::sync::Arc;

use smpp_session::Rate;

use super::observe::Observer;
use super::order::Order;
use super::pacing::Pacing;
use super::policy::Budget;
use super::reference::References;
use super::sender::{Counts, Shared, Stopped};
use super::{RetryPolicy, SendObserver, Sender};
use crate::Requester;

/// The most recipients of a `submit_multi` that 3.4 allows.
const RECIPIENTS_3_4: u8 = 254;

/// Makes a [`Sender`].
#[derive(Debug)]
#[must_use]
pub struct SenderBuilder {
    policy: RetryPolicy,
    rate: Option<Rate>,
    slow_down: bool,
    in_order: bool,
    recipients: u8,
    fall_back: bool,
    observer: Observer,
}

impl SenderBuilder {
    /// The defaults.
    pub fn new() -> Self {
        Self {
            policy: RetryPolicy::new(),
            rate: None,
            slow_down: true,
            in_order: false,
            recipients: RECIPIENTS_3_4,
            fall_back: false,
            observer: Observer::default(),
        }
    }

    /// What is sent again. Default: [`RetryPolicy::new`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// How fast requests may follow each other, over all sessions that the
    /// sender stands on. Each part counts, and each `submit_multi` counts once.
    /// Default: without limit. One session alone is limited by
    /// [`ClientBuilder::rate`](crate::ClientBuilder::rate).
    pub fn rate(mut self, rate: Rate) -> Self {
        self.rate = Some(rate);
        self
    }

    /// Whether to slow down when the centre says that it is too much: a pause,
    /// then half the rate that was reached, then a tenth more each second; after
    /// half a minute without a complaint the rate is free again. Default: yes.
    pub fn slow_down(mut self, slow_down: bool) -> Self {
        self.slow_down = slow_down;
        self
    }

    /// Whether a message waits until the outcome of the earlier one to the same
    /// destination is known, retries included. Messages to other destinations
    /// are not held up. Default: no.
    pub fn in_order(mut self, in_order: bool) -> Self {
        self.in_order = in_order;
        self
    }

    /// How many recipients a `submit_multi` has at most, 1 to 255. Default 254,
    /// which 3.4 allows; 5.0 allows 255.
    pub fn recipients_per_request(mut self, recipients: u8) -> Self {
        self.recipients = recipients.max(1);
        self
    }

    /// Whether to send `submit_sm` to each recipient once the centre has
    /// answered a `submit_multi` with `ESME_RINVCMDID`. Default: no.
    pub fn fall_back_to_submit_sm(mut self, fall_back: bool) -> Self {
        self.fall_back = fall_back;
        self
    }

    /// Who is told of every attempt. Default: nobody.
    pub fn observer(mut self, observer: impl SendObserver) -> Self {
        self.observer = Observer(Some(Box::new(observer)));
        self
    }

    /// A sender over a session, or over what stands over several.
    pub fn build<R: Requester>(self, requester: R) -> Sender<R> {
        Sender {
            requester,
            shared: Arc::new(Shared {
                pacing: Pacing::new(self.rate, self.slow_down),
                policy: self.policy,
                budget: Budget::default(),
                order: self.in_order.then(Order::default),
                references: References::new(),
                observer: self.observer,
                counts: Counts::default(),
                recipients: self.recipients,
                fall_back: self.fall_back,
                stopped: Stopped::default(),
                multi_unknown: AtomicBool::new(false),
            }),
        }
    }
}

impl Default for SenderBuilder {
    fn default() -> Self {
        Self::new()
    }
}
