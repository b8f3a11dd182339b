//! Writes of many tasks in one commit.

use core::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::tables::Tables;
use crate::receiving::store::{MatcherStoreError, Sweep};
use crate::receiving::submitted::{Remembered, SubmissionKey, Timestamp};

/// One call that writes.
pub(super) enum Writes {
    Remember(Vec<Arc<Remembered>>),
    Settle(Vec<SubmissionKey>, Timestamp),
    Sweep(Sweep),
}

type Answer = oneshot::Sender<Result<usize, MatcherStoreError>>;

/// What waits for the next commit.
#[derive(Default)]
pub(super) struct Group {
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: Vec<(Writes, Answer)>,
    /// A thread is at it, and looks again before it ends.
    writing: bool,
}

impl Group {
    /// Writes together with all that others write meanwhile, and returns when
    /// it is on disk.
    pub(super) async fn write(
        group: &Arc<Self>,
        tables: &Arc<Tables>,
        writes: Writes,
    ) -> Result<usize, MatcherStoreError> {
        let (answer, answered) = oneshot::channel();
        let start = {
            let mut queue = group.lock();
            queue.waiting.push((writes, answer));
            !mem::replace(&mut queue.writing, true)
        };
        if start {
            let (group, tables) = (Arc::clone(group), Arc::clone(tables));
            tokio::task::spawn_blocking(move || group.run(tables));
        }
        answered
            .await
            .unwrap_or_else(|_| Err(MatcherStoreError::new("the writing thread has gone")))
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, tables: Arc<Tables>) {
        let _ends = Ends(self);
        let mut tables = Some(tables);
        while let Some(open) = &tables {
            let (writes, answers): (Vec<_>, Vec<_>) =
                mem::take(&mut self.lock().waiting).into_iter().unzip();
            let done = open.write(&writes).map_err(MatcherStoreError::new);
            let is_last = {
                let mut queue = self.lock();
                queue.writing = !queue.waiting.is_empty();
                !queue.writing
            };
            if is_last {
                // Before anybody learns of it: who was the last to write may
                // close the file and open it again.
                tables = None;
            }
            let counts = match done {
                Ok(counts) => counts.into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error); answers.len()],
            };
            for (answer, done) in answers.into_iter().zip(counts) {
                let _ = answer.send(done);
            }
        }
    }
}

/// When the writing thread panics, the next call starts another one.
struct Ends<'g>(&'g Group);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            *self.0.lock() = Queue::default();
        }
    }
}
