//! One interval of a run, and the percentiles of its latencies.

use core::time::Duration;

use serde_json::{Value, json};

use super::tally::{Latencies, Tally};

/// The percentiles that are told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Percentiles {
    count: u64,
    pub(crate) min: Duration,
    mean: Duration,
    pub(crate) p50: Duration,
    pub(crate) p90: Duration,
    pub(crate) p99: Duration,
    pub(crate) p99_9: Duration,
    pub(crate) max: Duration,
}

impl Percentiles {
    /// `None` of nothing.
    pub(crate) fn of(latencies: &Latencies) -> Option<Self> {
        let at = |quantile| Duration::from_nanos(latencies.value_at_quantile(quantile));
        (!latencies.is_empty()).then(|| Self {
            count: latencies.len(),
            min: Duration::from_nanos(latencies.min()),
            mean: Duration::from_secs_f64(latencies.mean() / 1e9),
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p99_9: at(0.999),
            max: Duration::from_nanos(latencies.max()),
        })
    }

    fn to_json(self) -> Value {
        json!({
            "count": self.count,
            "min": millis(self.min),
            "mean": millis(self.mean),
            "p50": millis(self.p50),
            "p90": millis(self.p90),
            "p99": millis(self.p99),
            "p99_9": millis(self.p99_9),
            "max": millis(self.max),
        })
    }
}

/// Milliseconds, to the microsecond.
fn millis(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

pub(crate) fn percentiles(latencies: &Latencies) -> Value {
    Percentiles::of(latencies).map_or(Value::Null, Percentiles::to_json)
}

/// One interval.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    since: Duration,
    pub(crate) until: Duration,
    accepted: u64,
    rejected: u64,
    unknown: u64,
    outstanding: u64,
    receipts: u64,
    pub(crate) latency: Option<Percentiles>,
}

impl Point {
    pub(crate) fn new(part: &Tally, since: Duration, until: Duration, outstanding: u64) -> Self {
        Self {
            since,
            until,
            accepted: part.accepted,
            rejected: part.rejections(),
            unknown: part.unknown(),
            outstanding,
            receipts: part.delivered + part.undelivered,
            latency: Percentiles::of(&part.latency),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.accepted + self.rejected + self.unknown + self.receipts == 0
    }

    fn seconds(&self) -> f64 {
        let length = self.until.saturating_sub(self.since);
        length.as_secs_f64().max(1e-9)
    }

    /// Accepted messages.
    pub(crate) fn per_second(&self) -> f64 {
        self.accepted as f64 / self.seconds()
    }

    pub(crate) fn rejected_per_second(&self) -> f64 {
        self.rejected as f64 / self.seconds()
    }

    pub(crate) fn receipts_per_second(&self) -> f64 {
        self.receipts as f64 / self.seconds()
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            "event": "interval",
            "at": round(self.until.as_secs_f64(), 1e3),
            "seconds": round(self.seconds(), 1e3),
            "accepted": self.accepted,
            "rejected": self.rejected,
            "unknown": self.unknown,
            "outstanding": self.outstanding,
            "receipts": self.receipts,
            "per_second": round(self.per_second(), 10.0),
            "latency_ms": self.latency.map(Percentiles::to_json),
        })
    }
}

pub(crate) fn round(number: f64, parts: f64) -> f64 {
    (number * parts).round() / parts
}
