//! Time on a processor, which other programs disturb less than the clock on the wall.

use std::fs::{read_dir, read_to_string};

/// The name of the peers' threads.
pub(crate) const PEER: &str = "peer";

/// Nanoseconds that the threads of this process have run; both stay 0 where
/// the system does not say so.
#[derive(Clone, Copy, Default)]
pub(crate) struct Cpu {
    pub(crate) own: u64,
    pub(crate) peer: u64,
}

impl Cpu {
    pub(crate) fn now() -> Self {
        let mut cpu = Self::default();
        for task in read_dir("/proc/self/task").into_iter().flatten().flatten() {
            let read = |file| read_to_string(task.path().join(file)).unwrap_or_default();
            let ran = read("schedstat");
            let ran = ran.split(' ').next().and_then(|ran| ran.parse().ok());
            let place = match read("comm").trim() {
                PEER => &mut cpu.peer,
                _ => &mut cpu.own,
            };
            *place += ran.unwrap_or(0);
        }
        cpu
    }

    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            own: self.own.saturating_sub(earlier.own),
            peer: self.peer.saturating_sub(earlier.peer),
        }
    }
}
