//! Links to other message centres, over the client of `smpp-esme`.

mod builder;
mod incoming;
mod outgoing;
mod sending;
mod statuses;

use core::fmt;
use core::sync::atomic::Ordering;
use core::time::Duration;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use async_trait::async_trait;
use smpp_codec::receipt::ReceiptReader;
use smpp_esme::link::State;
use smpp_esme::{BindConfig, Link, LinkBuilder};
use smpp_pdu::CommandStatus;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tracing::info;

use super::{Attempt, Network, Outcome, Reports};
use crate::{Clock, FailureClass};

pub use builder::UpstreamBuilder;
use incoming::Receiving;
use outgoing::Form;
use sending::{Counts, Pump, Queued, until};
use statuses::NO_LINK;

/// What a status of the next centre means for a message.
type StatusRule = Arc<dyn Fn(CommandStatus) -> Outcome + Send + Sync>;

/// Another message centre, which takes messages from this one as from any ESME: a
/// [`Network`] for [`Builder::centre`](crate::Builder::centre), over sessions that
/// are kept up by a [`Link`].
///
/// ```
/// use smpp_smsc::Smsc;
/// use smpp_smsc::network::Upstream;
/// use smpp_smsc::routes::{AddressPattern, Route, Routes, Target};
///
/// # fn set() -> Result<(), smpp_esme::UrlError> {
/// let url = "smpps://us:secret@a.example,b.example?window=50".parse()?;
/// let north = Upstream::to(&url).sessions_per_host(2).build();
/// let mut routes = Routes::new();
/// let britain = [AddressPattern::prefix("44")];
/// routes.add(Route::new("britain").destinations(britain).to(Target::centre("north")));
/// let builder = Smsc::builder().centre("north", north).routes(routes);
/// # let _ = builder;
/// # Ok(())
/// # }
/// ```
///
/// It connects when the message centre starts, and again for ever, a refused bind
/// included, which it tries again after the longest wait of the back-off. When the
/// message centre ends, it waits for the responses that are outstanding, and unbinds.
///
/// # What the next centre gets
///
/// A `submit_sm`, or a `data_sm` where the message came as one:
///
/// | | |
/// | --- | --- |
/// | addresses, `service_type`, `protocol_id`, `priority_flag`, `data_coding`, text with its user data header, `esm_class` with its mode | as they came |
/// | `validity_period` | what is left of the validity; in a `data_sm` that is `qos_time_to_live` |
/// | `schedule_delivery_time`, `replace_if_present_flag` | none: both were seen to here |
/// | `registered_delivery` | always asks for a receipt, of success and failure, since this centre wants to know; for intermediate notifications where the sender did; acknowledgements between SMEs as they came |
/// | parameters (TLVs) | all others, unknown ones too. `user_message_reference` comes back in receipts, `set_dpf` brings an `alert_notification` |
///
/// In datagram and transaction mode no receipt is asked for, and the response is the
/// outcome. Broadcasts are not passed on: `REJECTED`.
///
/// To a centre of 3.3 no parameters go. What `message_payload` holds goes as
/// `short_message` where it fits (160 octets); what cannot do without parameters
/// (longer texts, segments by `sar_*`, ports), and transaction mode, is `REJECTED`.
///
/// # What becomes of an attempt
///
/// | the next centre | the attempt |
/// | --- | --- |
/// | takes the message under an id | [`handed_over`](Attempt::handed_over): its receipt decides, and the validity here |
/// | takes it with an empty or unreadable id, or sends no receipts ([`receipts`](UpstreamBuilder::receipts)) | [`Delivered`](Outcome::Delivered): nothing more will ever be known |
/// | refuses it | see [`outcome_of`](Self::outcome_of) |
/// | does not respond in time, or the session is lost first | [`NotNow`](Outcome::NotNow), class [`Link`](crate::FailureClass::Link): the message is sent again, here or over the next target of its route, and **may arrive twice** |
/// | has no session bound | `NotNow` at once, class `Link`, so that the next target gets it |
/// | is too slow: more attempts wait than [`queue`](UpstreamBuilder::queue) allows, or longer than [`queue_time`](UpstreamBuilder::queue_time) | `NotNow`, class [`Congestion`](crate::FailureClass::Congestion), as for a centre that throttles |
///
/// The class says when the message is attempted again ([`Retries`](crate::Retries)).
/// What was not sent for lack of a session or of room goes out as soon as there is
/// some ([`Reports::ready`]).
/// Other errors are numbers of `command_status`, as receipts show them in `err`.
///
/// An attempt takes no longer than `queue_time` and
/// [`response_timeout`](UpstreamBuilder::response_timeout) together. Over all
/// targets of a route, that should be less than
/// [`Builder::lease`](crate::Builder::lease), after which the attempt is made again;
/// what still waits then is not sent.
///
/// # What comes from it
///
/// Receipts, in whatever form ([`smpp_codec::receipt`]), are acknowledged once they
/// are kept here. One that is not understood because the response of its message is
/// still to come is held for a moment. One that speaks of no message is acknowledged
/// and logged. Messages of its subscribers go where their
/// [route](crate::routes) leads. When the store fails, both are refused with
/// `ESME_RX_T_APPN`, so that they come again. An `alert_notification` says that a
/// subscriber [can be reached](Reports::available).
pub struct Upstream {
    settings: Settings,
    /// Taken when it starts.
    link: Mutex<Option<LinkBuilder>>,
    running: OnceLock<Option<Running>>,
}

struct Settings {
    form: Form,
    rule: StatusRule,
    queue: usize,
    queue_time: Duration,
    hold: Duration,
    reader: ReceiptReader,
    clock: Clock,
}

/// A link that was started.
struct Running {
    link: Link,
    counts: Arc<Counts>,
    tasks: Mutex<Tasks>,
}

#[derive(Default)]
struct Tasks {
    /// `None` once it is to end.
    queue: Option<UnboundedSender<Queued>>,
    reporting: Option<JoinHandle<()>>,
    receiving: Option<JoinHandle<()>>,
}

impl Upstream {
    /// A link to the host, or the hosts, of this address.
    pub fn to(url: &smpp_esme::SmppUrl) -> UpstreamBuilder {
        UpstreamBuilder::new(LinkBuilder::from(url))
    }

    /// A link to hosts that are named with [`UpstreamBuilder::host`].
    pub fn builder(bind: BindConfig) -> UpstreamBuilder {
        UpstreamBuilder::new(LinkBuilder::new(bind))
    }

    /// What a status means where no [`on_status`](UpstreamBuilder::on_status) says
    /// otherwise.
    ///
    /// | status | outcome |
    /// | --- | --- |
    /// | `ESME_RINVDSTADR`, `ESME_RINVDSTTON`, `ESME_RINVDSTNPI`, `ESME_RINVDSTADDRSUBUNIT`, `ESME_RX_P_APPN` | failed, `UNDELIVERABLE` |
    /// | every other status that stays the same ([`StatusClass::Permanent`](smpp_pdu::StatusClass::Permanent)), such as `ESME_RINVSRCADR`, `ESME_RINVMSGLEN`, `ESME_RX_R_APPN` | failed, `REJECTED` |
    /// | `ESME_RTHROTTLED`, `ESME_RMSGQFUL`, those of vendors (0x400 to 0x4FF), which some throttle with | not now, class [`Congestion`](crate::FailureClass::Congestion) |
    /// | `ESME_RSYSERR`, `ESME_RX_T_APPN`, `ESME_RDELIVERYFAILURE`, those that concern the session, reserved numbers | not now |
    ///
    /// The error is the number of the status, 255 for greater ones; of congestion it
    /// is that of its class.
    #[must_use]
    pub fn outcome_of(status: CommandStatus) -> Outcome {
        statuses::outcome_of(status)
    }

    /// The link, started if it is not yet. `None` when it cannot be.
    fn running(&self, reports: &Reports) -> Option<&Running> {
        let running = self.running.get_or_init(|| {
            let link = lock(&self.link).take()?;
            Some(self.settings.run(link, reports))
        });
        running.as_ref()
    }
}

/// Nothing panics half-way through a change.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Settings {
    fn run(&self, link: LinkBuilder, reports: &Reports) -> Running {
        let (link, incoming) = link.start();
        let (queue, queued) = unbounded_channel();
        let (outcomes, ended) = unbounded_channel();
        let counts = Arc::new(Counts::default());
        let pump = Pump {
            link: link.clone(),
            form: self.form,
            clock: self.clock,
            rule: self.rule.clone(),
            counts: counts.clone(),
            outcomes,
            reports: reports.clone(),
            limit: self.queue,
        };
        let receiving = Receiving {
            incoming,
            reports: reports.clone(),
            counts: counts.clone(),
            reader: self.reader,
            hold: self.hold,
            held: Vec::new(),
        };
        let watch = watch(link.clone(), counts.clone(), self.queue, reports.clone());
        tokio::spawn(watch);
        tokio::spawn(pump.run(queued));
        let reporting = sending::report(ended, reports.clone(), counts.clone());
        let tasks = Tasks {
            queue: Some(queue),
            reporting: Some(tokio::spawn(reporting)),
            receiving: Some(tokio::spawn(receiving.run())),
        };
        Running {
            link,
            counts,
            tasks: Mutex::new(tasks),
        }
    }
}

#[async_trait]
impl Network for Upstream {
    fn start(&self, reports: &Reports) {
        self.running(reports);
    }

    async fn attempt(&self, attempts: Vec<Attempt>, reports: &Reports) {
        let running = self.running(reports);
        let queue = running.and_then(|running| lock(&running.tasks).queue.clone());
        let (Some(running), Some(queue)) = (running, queue) else {
            let over = attempts.iter();
            reports.send(over.map(|one| one.ended(NO_LINK)).collect());
            return;
        };
        let until = until(self.settings.queue_time);
        let mut refused = Vec::new();
        let started = running.counts.started.load(Ordering::Acquire);
        for attempt in attempts {
            if running.counts.queued.load(Ordering::Acquire) >= self.settings.queue {
                refused.push(attempt.not_ready(FailureClass::Congestion));
                continue;
            }
            running.counts.queued.fetch_add(1, Ordering::Release);
            // It is taken from until the last of its senders is gone.
            let _ = queue.send(Queued { attempt, until });
        }
        let any = !refused.is_empty();
        reports.send(refused);
        if any {
            running.counts.refused.store(true, Ordering::Relaxed);
            // Perhaps the last that waited went out in this very moment.
            if running.counts.started.load(Ordering::Acquire) != started {
                let limit = self.settings.queue;
                running.counts.call_back(limit, &running.link, reports);
            }
        }
    }

    async fn stop(&self) {
        let Some(Some(running)) = self.running.get() else {
            return;
        };
        // Without a sender the queue ends, and with it the outcomes.
        let tasks = core::mem::take(&mut *lock(&running.tasks));
        drop(tasks.queue);
        running.link.unbind().await;
        for task in [tasks.reporting, tasks.receiving].into_iter().flatten() {
            // A task that has ended by a defect has ended.
            let _ = task.await;
        }
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let running = self.running.get().and_then(Option::as_ref);
        f.debug_struct("Upstream")
            .field("form", &self.settings.form)
            .field("link", &running.map(|running| &running.link))
            .finish_non_exhaustive()
    }
}

/// The log of a link. What it says itself does not name the centre. What had no
/// session comes again when there is one.
async fn watch(link: Link, counts: Arc<Counts>, limit: usize, reports: Reports) {
    let centre = reports.name();
    let mut events = link.events();
    while let Some(report) = events.next().await {
        let (host, number) = (report.host, report.number);
        match report.state {
            State::Bound => {
                info!(%centre, %host, number, "bound to the centre");
                counts.call_back(limit, &link, &reports);
            }
            State::Waiting { because, .. } => {
                info!(%centre, %host, number, %because, "not bound to the centre, will try again");
            }
            State::Stopped(_) => info!(%centre, %host, number, "no longer bound to the centre"),
            _ => {}
        }
    }
}
