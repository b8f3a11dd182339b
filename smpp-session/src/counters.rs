//! What a session has done so far.

use core::time::Duration;

use smpp_pdu::{CommandId, CommandStatus};

/// Counters of a session, readable at any time. Each is a plain addition to a
/// number in place: nothing is looked up, hashed or allocated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// PDUs of the peer, by operation.
    pub received: PduCounts,
    /// PDUs that were sent, by operation.
    pub sent: PduCounts,
    /// Octets of the peer.
    pub octets_received: u64,
    /// Octets that were sent.
    pub octets_sent: u64,
    /// Responses of the peer, by status.
    pub statuses: StatusCounts,
    /// Findings in PDUs of the peer.
    pub findings: u64,
    /// Faults of the peer.
    pub faults: u64,
    /// Requests that expired.
    pub expired: u64,
    /// Responses that came after their request had expired or was cancelled.
    pub late: u64,
    /// Most requests that were ever outstanding at once.
    pub most_outstanding: u32,
    /// Time from requests to their responses.
    pub latency: Latency,
}

/// Operations that are counted by name, requests; their responses stand beside them.
const OPERATIONS: [CommandId; 18] = [
    CommandId::BIND_RECEIVER,
    CommandId::BIND_TRANSMITTER,
    CommandId::BIND_TRANSCEIVER,
    CommandId::OUTBIND,
    CommandId::UNBIND,
    CommandId::ENQUIRE_LINK,
    CommandId::SUBMIT_SM,
    CommandId::SUBMIT_MULTI,
    CommandId::DELIVER_SM,
    CommandId::DATA_SM,
    CommandId::QUERY_SM,
    CommandId::CANCEL_SM,
    CommandId::REPLACE_SM,
    CommandId::ALERT_NOTIFICATION,
    CommandId::BROADCAST_SM,
    CommandId::QUERY_BROADCAST_SM,
    CommandId::CANCEL_BROADCAST_SM,
    CommandId::GENERIC_NACK,
];

/// PDUs by operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PduCounts {
    requests: [u32; OPERATIONS.len()],
    responses: [u32; OPERATIONS.len()],
    others: u32,
}

impl PduCounts {
    fn index(command_id: CommandId) -> Option<usize> {
        // A match, so that the compiler makes a jump table of it.
        Some(match command_id.0 & 0x7FFF_FFFF {
            0x01 => 0,
            0x02 => 1,
            0x09 => 2,
            0x0B => 3,
            0x06 => 4,
            0x15 => 5,
            0x04 => 6,
            0x21 => 7,
            0x05 => 8,
            0x103 => 9,
            0x03 => 10,
            0x08 => 11,
            0x07 => 12,
            0x102 => 13,
            0x111 => 14,
            0x112 => 15,
            0x113 => 16,
            // As a request, 0 is an operation like any that has no name.
            0 if command_id.is_response() => 17,
            _ => return None,
        })
    }

    fn place(&mut self, command_id: CommandId) -> &mut u32 {
        let list = if command_id.is_response() {
            &mut self.responses
        } else {
            &mut self.requests
        };
        Self::index(command_id)
            .and_then(|at| list.get_mut(at))
            .unwrap_or(&mut self.others)
    }

    #[inline]
    pub(crate) fn count(&mut self, command_id: CommandId) {
        let place = self.place(command_id);
        *place = place.saturating_add(1);
    }

    /// How many of one operation. Operations of 3.3 alone and unknown ones
    /// share one number, that of any of them.
    #[must_use]
    pub fn of(&self, command_id: CommandId) -> u32 {
        let list = if command_id.is_response() {
            &self.responses
        } else {
            &self.requests
        };
        Self::index(command_id)
            .and_then(|at| list.get(at).copied())
            .unwrap_or(self.others)
    }

    /// How many in all.
    #[must_use]
    pub fn total(&self) -> u64 {
        let sum = |list: &[u32]| list.iter().copied().map(u64::from).sum::<u64>();
        sum(&self.requests) + sum(&self.responses) + u64::from(self.others)
    }

    /// Those that are not zero, by operation.
    pub fn iter(&self) -> impl Iterator<Item = (CommandId, u32)> + '_ {
        let requests = OPERATIONS.into_iter().zip(self.requests);
        let responses = OPERATIONS
            .into_iter()
            .map(|id| CommandId(id.0 | 0x8000_0000))
            .zip(self.responses);
        requests.chain(responses).filter(|(_, count)| *count != 0)
    }
}

/// How many distinct error statuses are counted each on its own.
const STATUSES: usize = 12;

/// Responses by status: success, the first few error statuses that occur, and
/// all further ones together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusCounts {
    ok: u32,
    errors: [(CommandStatus, u32); STATUSES],
    others: u32,
}

impl StatusCounts {
    #[inline]
    pub(crate) fn count(&mut self, status: CommandStatus) {
        if status == CommandStatus::ESME_ROK {
            self.ok = self.ok.saturating_add(1);
        } else {
            self.count_error(status);
        }
    }

    #[cold]
    fn count_error(&mut self, status: CommandStatus) {
        let place = self
            .errors
            .iter_mut()
            .find(|(of, count)| *of == status || *count == 0);
        let count = match place {
            Some((of, count)) => {
                *of = status;
                count
            }
            None => &mut self.others,
        };
        *count = count.saturating_add(1);
    }

    /// Responses without error.
    #[must_use]
    pub fn ok(&self) -> u32 {
        self.ok
    }

    /// Error statuses that occurred, and how often.
    pub fn errors(&self) -> impl Iterator<Item = (CommandStatus, u32)> + '_ {
        self.errors.iter().copied().filter(|(_, count)| *count != 0)
    }

    /// Error responses beyond the statuses that are counted on their own.
    #[must_use]
    pub fn others(&self) -> u32 {
        self.others
    }
}

/// Times, in classes that double: below 1 µs, below 2 µs, below 4 µs …
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    classes: [u32; 32],
}

impl Latency {
    #[inline]
    pub(crate) fn count(&mut self, micros: u64) {
        // 0 -> 0, 1 -> 1, 2..3 -> 2, 4..7 -> 3 ...
        let class = usize::try_from(u64::BITS - micros.leading_zeros()).unwrap_or(usize::MAX);
        let last = self.classes.len() - 1;
        if let Some(count) = self.classes.get_mut(class.min(last)) {
            *count = count.saturating_add(1);
        }
    }

    /// How many were measured.
    #[must_use]
    pub fn count_all(&self) -> u64 {
        self.classes.iter().copied().map(u64::from).sum()
    }

    /// How many took less than each bound, and not less than the one before:
    /// 1 µs, 2 µs, 4 µs … What took longer than the last bound counts with it.
    pub fn iter(&self) -> impl Iterator<Item = (Duration, u32)> + '_ {
        let bounds = (0..self.classes.len()).map(|class| Duration::from_micros(1_u64 << class));
        bounds.zip(self.classes)
    }

    /// An upper bound of the time that `percent` of all stayed below, within a
    /// factor of two; `None` when nothing was measured.
    #[must_use]
    pub fn percentile(&self, percent: u32) -> Option<Duration> {
        let all = self.count_all();
        if all == 0 {
            return None;
        }
        let wanted = (all * u64::from(percent.min(100))).div_ceil(100).max(1);
        let mut below = 0;
        for (class, count) in self.classes.iter().enumerate() {
            below += u64::from(*count);
            if below >= wanted {
                return Some(Duration::from_micros(1_u64 << class));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_a_place_of_its_own() {
        for (at, command_id) in OPERATIONS.into_iter().enumerate() {
            assert_eq!(PduCounts::index(command_id), Some(at), "{command_id}");
        }
        let mut counts = PduCounts::default();
        for (command_id, _) in CommandId::NAMED {
            counts.count(*command_id);
        }
        assert_eq!(counts.total(), CommandId::NAMED.len() as u64);
        assert_eq!(counts.of(CommandId::SUBMIT_SM), 1);
        assert_eq!(counts.of(CommandId::SUBMIT_SM_RESP), 1);
        assert_eq!(counts.of(CommandId::PARAM_RETRIEVE), 6);
    }

    #[test]
    fn statuses_beyond_the_table_are_counted_together() {
        let mut counts = StatusCounts::default();
        for status in 0..20 {
            counts.count(CommandStatus(status));
            counts.count(CommandStatus(status));
        }
        assert_eq!(counts.ok(), 2);
        assert_eq!(counts.errors().count(), STATUSES);
        assert!(counts.errors().all(|(_, count)| count == 2));
        assert_eq!(counts.others(), 2 * (19 - 12));
    }

    #[test]
    fn percentiles_bound_what_was_measured() {
        let mut latency = Latency::default();
        assert_eq!(latency.percentile(50), None);
        for micros in 1..=100 {
            latency.count(micros);
        }
        assert_eq!(latency.percentile(50), Some(Duration::from_micros(64)));
        assert_eq!(latency.percentile(100), Some(Duration::from_micros(128)));
        latency.count(u64::MAX);
        assert_eq!(latency.count_all(), 101);
    }
}
