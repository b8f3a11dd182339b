//! The settings of a link to another centre.

use core::fmt;
use core::time::Duration;
use std::sync::{Arc, Mutex, OnceLock};

use smpp_codec::receipt::ReceiptReader;
use smpp_esme::link::{Backoff, OnLost};
use smpp_esme::{Connect, LinkBuilder, Rate};
use smpp_pdu::CommandStatus;

use super::outgoing::Form;
use super::{Settings, Upstream, statuses};
use crate::Clock;
use crate::network::Outcome;

/// Makes an [`Upstream`]. Every setting has a default.
///
/// ```
/// use core::time::Duration;
/// use smpp_esme::{BindConfig, Endpoint};
/// use smpp_pdu::CommandStatus;
/// use smpp_smsc::network::{Outcome, Upstream};
///
/// // A centre that throttles with a status of its own, and for which this error
/// // of a subscriber is final.
/// let upstream = Upstream::builder(BindConfig::new("us", "secret").system_type("GW"))
///     .host(Endpoint::new("a.example", 2775))
///     .host(Endpoint::new("b.example", 2775))
///     .window(100)
///     .queue_time(Duration::from_secs(5))
///     .on_status(|status| match status {
///         CommandStatus(0x0410) => Upstream::outcome_of(CommandStatus::ESME_RINVDSTADR),
///         status => Upstream::outcome_of(status),
///     })
///     .build();
/// # let _ = upstream;
/// ```
#[must_use = "a builder does nothing until it is built"]
pub struct UpstreamBuilder {
    link: LinkBuilder,
    settings: Settings,
    receipts: Option<bool>,
}

impl UpstreamBuilder {
    pub(super) fn new(link: LinkBuilder) -> Self {
        let link = link
            .session(|session| {
                session
                    .response_timeout(Duration::from_secs(20))
                    .slow_down(true)
            })
            .wait_for_session(Some(Duration::ZERO))
            .keep_trying(true);
        Self {
            settings: Settings {
                form: Form {
                    version: link.interface_version(),
                    receipts: true,
                    data_sm: true,
                    absolute_times: false,
                },
                rule: Arc::new(statuses::outcome_of),
                queue: 10_000,
                queue_time: Duration::from_secs(10),
                hold: Duration::from_secs(5),
                reader: ReceiptReader::new(),
                clock: Clock::system(),
            },
            receipts: None,
            link,
        }
    }

    /// One more host of the same centre.
    pub fn host(mut self, host: impl Connect) -> Self {
        self.link = self.link.host(host);
        self
    }

    /// How many sessions to each host. Default 1.
    pub fn sessions_per_host(mut self, sessions: usize) -> Self {
        self.link = self.link.sessions_per_host(sessions);
        self
    }

    /// How many messages each session may have sent without a response. Default:
    /// that of the address, or 10.
    pub fn window(mut self, window: u16) -> Self {
        self.link = self.link.session(|session| session.window(window));
        self
    }

    /// How fast messages may follow each other on each session. Default: without
    /// limit.
    pub fn rate(mut self, rate: Rate) -> Self {
        self.link = self.link.session(|session| session.rate(rate));
        self
    }

    /// Whether a session slows down when the next centre throttles, see
    /// [`ClientBuilder::slow_down`](smpp_esme::ClientBuilder::slow_down). Default:
    /// yes.
    pub fn slow_down(mut self, slow_down: bool) -> Self {
        self.link = self.link.session(|session| session.slow_down(slow_down));
        self
    }

    /// How long to wait for a response. Default 20 s.
    pub fn response_timeout(mut self, limit: Duration) -> Self {
        self.link = self.link.session(|session| session.response_timeout(limit));
        self
    }

    /// How long to wait before a session that was lost, or not bound, is connected
    /// again. Default: from 1 s to 60 s, and 60 s after a refusal that will stay
    /// the same.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.link = self.link.backoff(backoff);
        self
    }

    /// How long an attempt waits while no session is bound. Default: not at all,
    /// so that the next target of its route gets it.
    pub fn wait_for_session(mut self, limit: Duration) -> Self {
        self.link = self.link.wait_for_session(Some(limit));
        self
    }

    /// Changes other settings of the link: pairs of transmitter and receiver, timers
    /// of its sessions.
    pub fn link(mut self, change: impl FnOnce(LinkBuilder) -> LinkBuilder) -> Self {
        self.link = change(self.link);
        self
    }

    /// How many attempts may wait for a place in the windows. Default 10,000.
    pub fn queue(mut self, attempts: usize) -> Self {
        self.settings.queue = attempts;
        self
    }

    /// How long each may wait. Default 10 s.
    pub fn queue_time(mut self, limit: Duration) -> Self {
        self.settings.queue_time = limit;
        self
    }

    /// What a status of the next centre means. Default: [`Upstream::outcome_of`].
    pub fn on_status(
        mut self,
        rule: impl Fn(CommandStatus) -> Outcome + Send + Sync + 'static,
    ) -> Self {
        self.settings.rule = Arc::new(rule);
        self
    }

    /// Whether the next centre sends receipts over this link. Otherwise none are
    /// asked for, and what it takes counts as delivered. Default: yes, unless the
    /// link only transmits (`bind=tx`).
    pub fn receipts(mut self, receipts: bool) -> Self {
        self.receipts = Some(receipts);
        self
    }

    /// Whether a message is also taken for a receipt that only looks like one, for
    /// centres that forget `esm_class`. Subscribers can write such texts. Default:
    /// no.
    pub fn receipts_by_shape(mut self, by_shape: bool) -> Self {
        self.settings.reader = self.settings.reader.by_shape(by_shape);
        self
    }

    /// How long a receipt may wait for the response of its message, which it has
    /// overtaken. Less than the next centre waits for its acknowledgement. Default
    /// 5 s.
    pub fn hold_receipts(mut self, limit: Duration) -> Self {
        self.settings.hold = limit;
        self
    }

    /// Whether the validity is sent as a point in time in UTC, for centres that
    /// take no spans. Default: as a span, up to 32 days.
    pub fn absolute_times(mut self, absolute: bool) -> Self {
        self.settings.form.absolute_times = absolute;
        self
    }

    /// Whether the next centre takes `data_sm`. Otherwise it gets a `submit_sm` with
    /// the same content. Default: yes, but never from 3.3.
    pub fn data_sm(mut self, data_sm: bool) -> Self {
        self.settings.form.data_sm = data_sm;
        self
    }

    /// The clock, which should be that of the message centre. Default:
    /// [`Clock::system`].
    pub fn clock(mut self, clock: Clock) -> Self {
        self.settings.clock = clock;
        self
    }

    /// The link. It connects when the message centre starts.
    #[must_use]
    pub fn build(self) -> Upstream {
        let mut settings = self.settings;
        settings.form.version = self.link.interface_version();
        settings.form.receipts = self.receipts.unwrap_or_else(|| self.link.receives());
        // Whether a message is sent again is for the message centre to decide.
        let link = self.link.on_lost(OnLost::Report);
        Upstream {
            settings,
            link: Mutex::new(Some(link)),
            running: OnceLock::new(),
        }
    }
}

impl fmt::Debug for UpstreamBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpstreamBuilder")
            .field("link", &self.link)
            .field("form", &self.settings.form)
            .field("queue", &self.settings.queue)
            .finish_non_exhaustive()
    }
}
