//! How many connections there may be before they bind, and from one address.

use core::net::{IpAddr, Ipv6Addr};
use core::time::Duration;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::task::AbortHandle;

use super::Limits;

/// The least time between two warnings: a crowd must not fill the log.
const WARN_PAUSE: Duration = Duration::from_secs(1);

/// Counts connections.
#[derive(Debug)]
pub(crate) struct Gate {
    unbound: u32,
    per_address: Option<u32>,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    /// Those that have not bound, the one that waits longest first, with what ends
    /// them.
    unbound: BTreeMap<u64, Option<AbortHandle>>,
    next: u64,
    warned: Option<Instant>,
    by_address: HashMap<IpAddr, u32>,
}

/// Which limit was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    Unbound(u32),
    Address(u32),
}

/// The place of one connection among those that were counted. It is free again
/// when this is dropped.
#[derive(Debug)]
pub(crate) struct Pass {
    gate: Arc<Gate>,
    number: u64,
    address: Option<IpAddr>,
}

impl Gate {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            unbound: limits.most_unbound(),
            per_address: limits.per_address,
            counts: Mutex::default(),
        }
    }

    /// A place for a connection that has not bound. Where there is none, it is that
    /// of the connection that waits longest for its bind, which is ended: whoever
    /// holds all places and does not bind keeps nobody out. Says so, too.
    pub(crate) fn enter(self: &Arc<Self>) -> Result<(Pass, Option<Full>), Full> {
        let mut counts = self.lock();
        let mut ended = None;
        if counts.unbound.len() >= usize::try_from(self.unbound).unwrap_or(usize::MAX) {
            let full = Full::Unbound(self.unbound);
            // One that has just come cannot be ended yet.
            let first = counts.unbound.first_entry();
            let first = first.filter(|entry| entry.get().is_some()).ok_or(full)?;
            if let Some(task) = first.remove() {
                task.abort();
            }
            ended = Some(full);
        }
        let number = counts.next;
        counts.next += 1;
        counts.unbound.insert(number, None);
        drop(counts);
        let pass = Pass {
            gate: self.clone(),
            number,
            address: None,
        };
        Ok((pass, ended))
    }

    /// What ends a connection while it has not bound: its task, or before that the
    /// one of its handshake.
    pub(crate) fn is_ended_by(&self, number: u64, task: AbortHandle, is_handshake: bool) {
        if let Some(entry) = self.lock().unbound.get_mut(&number)
            && !(is_handshake && entry.is_some())
        {
            *entry = Some(task);
        }
    }

    /// Whether to warn of a connection that was refused; not of each in a crowd.
    pub(crate) fn warns(&self) -> bool {
        let mut counts = self.lock();
        let now = Instant::now();
        let lately = |last| now.saturating_duration_since(last) < WARN_PAUSE;
        let warns = !counts.warned.is_some_and(lately);
        if warns {
            counts.warned = Some(now);
        }
        warns
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass {
    /// The connection comes from here: once, when that is known.
    pub(crate) fn comes_from(&mut self, ip: IpAddr) -> Result<(), Full> {
        let ip = holder(ip);
        let Some(limit) = self.gate.per_address else {
            return Ok(());
        };
        let mut counts = self.gate.lock();
        let count = counts.by_address.entry(ip).or_default();
        if *count >= limit {
            return Err(Full::Address(limit));
        }
        *count += 1;
        drop(counts);
        self.address = Some(ip);
        Ok(())
    }

    /// Which connection it is, for [`Gate::is_ended_by`].
    pub(crate) const fn number(&self) -> u64 {
        self.number
    }

    /// The connection has bound.
    pub(crate) fn bound(&mut self) {
        self.gate.lock().unbound.remove(&self.number);
    }
}

/// The address that stands for all that one machine may have: however it is
/// written, and in IPv6 with the 64 bits that each network gives away freely.
fn holder(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => {
            let network = u128::from(ip) & !u128::from(u64::MAX);
            Ipv6Addr::from(network).into()
        }
        ip => ip,
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.bound();
        let Some(ip) = self.address else { return };
        let mut counts = self.gate.lock();
        if let Some(count) = counts.by_address.get_mut(&ip) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.by_address.remove(&ip);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_counted_for_whoever_holds_the_address_and_given_back() {
        let gate = Arc::new(Gate::new(&Limits::new().per_address(1)));
        let enter = |ip: &str| {
            let (mut pass, _) = gate.enter().unwrap();
            pass.comes_from(ip.parse().unwrap()).map(|()| pass)
        };
        let first = enter("192.0.2.1").unwrap();
        assert_eq!(enter("::ffff:192.0.2.1").unwrap_err(), Full::Address(1));
        let _other = enter("192.0.2.2").unwrap();
        let _network = enter("2001:db8:0:1::1").unwrap();
        assert!(enter("2001:db8:0:1:ffff::9").is_err());
        let _next = enter("2001:db8:0:2::1").unwrap();
        drop(first);
        let _again = enter("192.0.2.1").unwrap();
        assert_eq!(gate.lock().by_address.len(), 4);
        assert_eq!(gate.lock().unbound.len(), 4);
    }

    #[test]
    fn a_crowd_is_warned_of_once_a_second() {
        let gate = Gate::new(&Limits::new());
        assert!(gate.warns());
        assert!(!gate.warns());
        gate.lock().warned = Instant::now().checked_sub(WARN_PAUSE);
        assert!(gate.warns());
    }
}
