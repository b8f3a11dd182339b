//! One message after the other, for each destination.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as Line, OwnedMutexGuard};

type Lines = Mutex<HashMap<Box<[u8]>, Arc<Line<()>>>>;

/// A line of messages for each destination that has one under way.
#[derive(Debug, Default)]
pub(crate) struct Order {
    lines: Arc<Lines>,
}

/// The front of a line. Dropping it lets the next go.
#[derive(Debug)]
pub(crate) struct Turn {
    key: Box<[u8]>,
    lines: Arc<Lines>,
    guard: Option<OwnedMutexGuard<()>>,
}

impl Order {
    /// Waits for the turn of `destination`. Turns come in the order in which
    /// the futures were polled first; a dropped future leaves the line.
    pub(crate) async fn turn(&self, destination: &[u8]) -> Turn {
        // Before the wait, so that the last one of a line cleans up, whether it
        // came to its turn or not.
        let mut turn = self.enter(destination);
        let line = turn.line();
        turn.guard = Some(line.lock_owned().await);
        turn
    }

    /// The turn, if nobody is under way.
    pub(crate) fn try_turn(&self, destination: &[u8]) -> Option<Turn> {
        let mut turn = self.enter(destination);
        turn.guard = Some(turn.line().try_lock_owned().ok()?);
        Some(turn)
    }

    fn enter(&self, destination: &[u8]) -> Turn {
        Turn {
            key: destination.into(),
            lines: Arc::clone(&self.lines),
            guard: None,
        }
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.lines.lock().unwrap().len()
    }
}

impl Turn {
    fn line(&self) -> Arc<Line<()>> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(lines.entry(self.key.clone()).or_default())
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        drop(self.guard.take());
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let key = core::mem::take(&mut self.key);
        // Who waits holds the line too, and takes it under this lock only.
        if let Entry::Occupied(line) = lines.entry(key)
            && Arc::strong_count(line.get()) == 1
        {
            line.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_line_has_its_order_and_no_trace_is_left() {
        let order = Arc::new(Order::default());
        let first = order.turn(b"1").await;
        assert!(order.try_turn(b"1").is_none());
        assert!(order.try_turn(b"2").is_some());
        let waits = Arc::clone(&order);
        let second = tokio::spawn(async move { waits.turn(b"1").await });
        tokio::task::yield_now().await;
        let waits = Arc::clone(&order);
        let gives_up = tokio::spawn(async move { waits.turn(b"1").await });
        tokio::task::yield_now().await;
        gives_up.abort();
        assert!(gives_up.await.is_err());
        assert_eq!(order.len(), 1);
        drop(first);
        let second = second.await.unwrap();
        assert!(order.try_turn(b"1").is_none());
        drop(second);
        assert_eq!(order.len(), 0);
    }
}
