//! What a run has come to, for people and as JSON.
//!
//! `--json` prints an object with `"event":"interval"` for each interval and one
//! with `"event":"bench"` at the end. Names that stand there keep their meaning;
//! more may be added. Times are milliseconds, shares are from 0 to 1, and what
//! was not measured is `null`:
//!
//! - `submitted` is `accepted` + `rejected` + `unknown`; `not_sent` comes on top.
//!   `statuses` has the refusals by name, `unknown_by` the reasons.
//! - `latency_ms` is that of accepted messages, in an open loop from the moment
//!   when they should have left; there, `response_ms` counts from when they left.
//!   `refusal_ms` is that of refused messages, `receipt_ms` that of last receipts.
//! - `scheduled`, `delayed` and `unsent` belong to an open loop: messages that
//!   should have left, that found the window full, that have not left.
//! - `client_busy` and `client_waiting` are the busiest thread's time on a
//!   processor and its wait for one; `connection_blocked` is the share of the time
//!   in which a connection took no octets.
//! - `limiter` is a word of [`Limiter::name`], `limited_by` the same as a sentence.

use core::fmt;
use core::time::Duration;

use serde_json::{Map, Value, json};
use smpp_esme::RequestError;
use smpp_pdu::CommandStatus;

use super::Plan;
use super::cpu::Busy;
use super::limiter::{Evidence, Limiter};
use super::point::{Percentiles, Point, percentiles, round};
use super::show::{Time, counted};
use super::tally::Tally;
use crate::cli::exit::{Failure, Kind, kind_of};
use crate::cli::output::Output;

/// What is sent, over what, and how.
pub(crate) fn heading(plan: &Plan) -> String {
    let extent = &plan.extent;
    let what = match (extent.messages, plan.duration) {
        (Some(messages), None) => counted(messages, "message"),
        (_, duration) => {
            let seconds = duration.unwrap_or_default().as_secs_f64();
            format!("{seconds} s of messages")
        }
    };
    let how = match extent.rate {
        Some(rate) => format!("open loop at {rate}"),
        None => "closed loop".into(),
    };
    format!(
        "{what} of {} octets, {} with window {} in {}, {how}",
        plan.template.octets(),
        counted(extent.sessions.into(), "session"),
        extent.window,
        counted(plan.threads.into(), "thread"),
    )
}

/// The whole run.
pub(crate) struct Report {
    pub(crate) total: Tally,
    pub(crate) warmup: Option<Tally>,
    pub(crate) points: Vec<Point>,
    /// From the start to the last answer.
    pub(crate) seconds: Duration,
    /// How many messages should have left, in an open loop.
    pub(crate) scheduled: Option<u64>,
    /// Shares of the time, as parts of a second; `None` where the system does
    /// not tell.
    pub(crate) threads: Option<Vec<Busy>>,
    /// Of the most blocked connection.
    pub(crate) blocked: Duration,
    /// Accepted messages without their last receipt.
    pub(crate) missing: u64,
    /// Accepted messages without an id that a receipt could name.
    pub(crate) untraceable: u64,
    pub(crate) troubles: Vec<RequestError>,
    pub(crate) interrupted: bool,
}

impl Report {
    pub(crate) fn new(total: Tally) -> Self {
        Self {
            total,
            warmup: None,
            points: Vec::new(),
            seconds: Duration::ZERO,
            scheduled: None,
            threads: None,
            blocked: Duration::ZERO,
            missing: 0,
            untraceable: 0,
            troubles: Vec::new(),
            interrupted: false,
        }
    }

    fn per_second(&self) -> f64 {
        self.total.accepted as f64 / self.seconds.as_secs_f64().max(1e-9)
    }

    /// Should have left, and have not.
    fn unsent(&self) -> Option<u64> {
        Some(self.scheduled?.saturating_sub(self.total.submitted()))
    }

    fn busiest(&self) -> Option<Busy> {
        let threads = self.threads.as_ref()?;
        threads.iter().copied().max_by_key(|busy| busy.running)
    }

    pub(crate) fn limiter(&self, plan: &Plan) -> Limiter {
        let total = &self.total;
        let seconds = self.seconds.as_secs_f64().max(1e-9);
        let places = u32::from(plan.extent.sessions) * u32::from(plan.extent.window);
        // Only an open loop tells the time from leaving apart.
        let response = match total.response.is_empty() {
            true => &total.latency,
            false => &total.response,
        };
        let times = Percentiles::of(response).or_else(|| Percentiles::of(&total.refusal));
        let warm = self.warmup.as_ref().filter(|warm| !warm.latency.is_empty());
        let fastest = times.map_or(Duration::ZERO, |times| times.min);
        let fastest_before = warm.map(|warm| Duration::from_nanos(warm.latency.min()));
        let late = self.unsent().map(|unsent| unsent + total.delayed);
        let share = |late: u64| late as f64 / self.scheduled.unwrap_or(0).max(1) as f64;
        let busy = self.busiest();
        Limiter::of(&Evidence {
            answered: total.answered(),
            throttled: total.throttled(),
            delayed: late.map(share),
            busy: busy.map(|busy| busy.running.as_secs_f64()),
            waiting: busy.map(|busy| busy.waiting.as_secs_f64()),
            blocked: self.blocked.as_secs_f64() / seconds,
            occupied: total.outstanding.as_secs_f64() / (seconds * f64::from(places)),
            places,
            fastest: fastest_before.map_or(fastest, |before| before.min(fastest)),
            median: times.map_or(Duration::ZERO, |times| times.p50),
        })
    }

    pub(crate) fn print(&self, plan: &Plan, output: &mut Output) -> Result<(), Failure> {
        if output.is_json() {
            output.object(&self.to_json(plan))?;
            return output.flush();
        }
        let total = &self.total;
        output.line(format_args!(
            "accepted   {} in {}, {}/s",
            output.bold(total.accepted),
            Time(self.seconds),
            output.bold(format_args!("{:.1}", self.per_second())),
        ))?;
        if total.rejections() > 0 {
            output.line(format_args!(
                "rejected   {}: {}",
                output.bad(total.rejections()),
                statuses(total)
            ))?;
        }
        if total.unknown() > 0 {
            output.line(format_args!(
                "unknown    {}: {}",
                output.bad(total.unknown()),
                unknown(total)
            ))?;
        }
        if total.not_sent > 0 {
            let not_sent = output.bad(total.not_sent);
            output.line(format_args!("not sent   {not_sent}: the session was over"))?;
        }
        if let Some(scheduled) = self.scheduled {
            output.line(format_args!(
                "schedule   {scheduled} should have left; {} found the window full, {} have not \
                 left",
                total.delayed,
                self.unsent().unwrap_or(0),
            ))?;
        }
        if plan.receipts {
            output.line(format_args!(
                "receipts   {} delivered, {} undelivered, {} missing",
                total.delivered, total.undelivered, self.missing
            ))?;
        }
        self.print_latencies(output)?;
        match self.busiest() {
            Some(busy) => output.line(format_args!(
                "client     {} % of a processor, {} % waiting for one",
                busy.running.as_millis() / 10,
                busy.waiting.as_millis() / 10,
            ))?,
            None => output.line(format_args!("client     use of processors unknown"))?,
        }
        output.line(format_args!("limited by {}", self.limiter(plan)))?;
        output.flush()
    }

    fn print_latencies(&self, output: &mut Output) -> Result<(), Failure> {
        let total = &self.total;
        let names = ["p50", "p90", "p99", "p99.9", "max"];
        let [p50, p90, p99, p99_9, max] = names;
        output.line(format_args!(
            "{:<22}{p50:>10}{p90:>10}{p99:>10}{p99_9:>10}{max:>10}",
            "latency"
        ))?;
        let response = match self.scheduled {
            Some(_) => "  since it was due",
            None => "  response",
        };
        for (name, latencies) in [
            (response, &total.latency),
            ("  since it left", &total.response),
            ("  refusal", &total.refusal),
            ("  receipt", &total.receipt),
        ] {
            if let Some(times) = Percentiles::of(latencies) {
                output.line(format_args!(
                    "{name:<22}{:>10}{:>10}{:>10}{:>10}{:>10}",
                    Time(times.p50),
                    Time(times.p90),
                    Time(times.p99),
                    Time(times.p99_9),
                    Time(times.max),
                ))?;
            }
        }
        Ok(())
    }

    fn to_json(&self, plan: &Plan) -> Value {
        let total = &self.total;
        let extent = &plan.extent;
        let limiter = self.limiter(plan);
        let rejected = total.rejected.iter();
        let statuses: Map<String, Value> = rejected
            .map(|(status, count)| (status_name(*status), (*count).into()))
            .collect();
        let busy = self.busiest();
        let share = |part: Option<Duration>| part.map(|part| round(part.as_secs_f64(), 1e3));
        let receipts = plan.receipts.then(|| {
            json!({
                "delivered": total.delivered,
                "undelivered": total.undelivered,
                "missing": self.missing,
                "without_id": self.untraceable,
            })
        });
        let blocked = self.blocked.as_secs_f64() / self.seconds.as_secs_f64().max(1e-9);
        json!({
            "event": "bench",
            "loop": if extent.rate.is_some() { "open" } else { "closed" },
            "rate": extent.rate.map(|rate| rate.per_second()),
            "sessions": extent.sessions,
            "window": extent.window,
            "threads": plan.threads,
            "octets": plan.template.octets(),
            "seconds": round(self.seconds.as_secs_f64(), 1e6),
            "submitted": total.submitted(),
            "accepted": total.accepted,
            "rejected": total.rejections(),
            "unknown": total.unknown(),
            "not_sent": total.not_sent,
            "per_second": round(self.per_second(), 10.0),
            "statuses": statuses,
            "unknown_by": {
                "expired": total.expired,
                "link_lost": total.link_lost,
                "unreadable": total.unreadable,
                "broken_off": total.left_open,
            },
            "scheduled": self.scheduled,
            "delayed": self.scheduled.map(|_| total.delayed),
            "unsent": self.unsent(),
            "latency_ms": percentiles(&total.latency),
            "response_ms": percentiles(&total.response),
            "refusal_ms": percentiles(&total.refusal),
            "receipt_ms": percentiles(&total.receipt),
            "receipts": receipts,
            "client_busy": share(busy.map(|busy| busy.running)),
            "client_waiting": share(busy.map(|busy| busy.waiting)),
            "connection_blocked": round(blocked, 1e3),
            "limiter": limiter.name(),
            "limited_by": limiter.to_string(),
            "interrupted": self.interrupted,
        })
    }

    /// The exit code: the worst that any message has come to, in the order
    /// that `send` has.
    pub(crate) fn verdict(&self) -> Result<(), Failure> {
        let total = &self.total;
        let trouble = |kind: Kind| {
            let mut troubles = self.troubles.iter();
            let first = troubles.find(|error| kind_of(error) == kind);
            first.map_or_else(String::new, |error| error.to_string())
        };
        for (bad, kind) in [
            (total.link_lost + total.not_sent, Kind::Other),
            (total.unreadable + total.left_open, Kind::Other),
            (total.rejections(), Kind::Rejected),
            (total.undelivered, Kind::Undelivered),
            (total.expired + self.missing, Kind::TimedOut),
        ] {
            if bad > 0 {
                return Err(Failure::new(kind, trouble(kind)));
            }
        }
        Ok(())
    }
}

fn status_name(status: u32) -> String {
    match CommandStatus(status).name() {
        Some(name) => name.into(),
        None => format!("0x{status:08X}"),
    }
}

/// `ESME_RTHROTTLED 12, ESME_RMSGQFUL 3`, the most frequent first.
fn statuses(total: &Tally) -> String {
    let mut all: Vec<_> = total.rejected.iter().collect();
    all.sort_by_key(|(_, count)| core::cmp::Reverse(**count));
    let named = all
        .into_iter()
        .map(|(status, count)| format!("{} {count}", status_name(*status)));
    named.collect::<Vec<_>>().join(", ")
}

fn unknown(total: &Tally) -> impl fmt::Display {
    let reasons = [
        (total.expired, "without an answer in time"),
        (total.link_lost, "lost with the session"),
        (total.unreadable, "with an answer that cannot be read"),
        (total.left_open, "outstanding when it was broken off"),
    ];
    let told = reasons.iter().filter(|(count, _)| *count > 0);
    let told = told.map(|(count, what)| format!("{count} {what}"));
    told.collect::<Vec<_>>().join(", ")
}
