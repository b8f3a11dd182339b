//! Those who wait for the last receipt of a message.

use std::collections::{HashMap, VecDeque};

use tokio::sync::oneshot;

use super::receipt::ReceiptInfo;
use super::submitted::SubmissionKey;

/// How many receipts are known to those who ask a moment too late.
const RECENT: usize = 1024;

type Waiting = oneshot::Sender<ReceiptInfo>;

#[derive(Default)]
pub(super) struct Awaiting {
    by_key: HashMap<SubmissionKey, Vec<Waiting>>,
    by_id: HashMap<Box<[u8]>, Vec<Waiting>>,
    recent: VecDeque<ReceiptInfo>,
    ended: bool,
}

impl Awaiting {
    pub(super) fn key(&mut self, key: SubmissionKey, waiting: Waiting) {
        let mut recent = self.recent.iter().rev();
        let known = recent.find(|info| info.matched().is_some_and(|m| m.message.key == key));
        match known {
            Some(info) => answer(waiting, info),
            None if self.ended => {}
            None => self.by_key.entry(key).or_default().push(waiting),
        }
    }

    pub(super) fn id(&mut self, id: Box<[u8]>, waiting: Waiting) {
        let mut recent = self.recent.iter().rev();
        let known = recent.find(|info| info.message().is_some_and(|m| m.message_id() == &*id));
        match known {
            Some(info) => answer(waiting, info),
            None if self.ended => {}
            None => self.by_id.entry(id).or_default().push(waiting),
        }
    }

    /// A receipt was matched.
    pub(super) fn receipt(&mut self, info: &ReceiptInfo) {
        let Some(matched) = info.matched().filter(|_| info.is_final()) else {
            return;
        };
        let by_key = self.by_key.remove(&matched.message.key);
        let by_id = self.by_id.remove(matched.message.message.message_id());
        for waiting in by_key.into_iter().chain(by_id).flatten() {
            answer(waiting, info);
        }
        if self.recent.len() >= RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(info.clone());
    }

    /// No receipt will come any more.
    pub(super) fn end(&mut self) {
        self.ended = true;
        self.by_key.clear();
        self.by_id.clear();
    }

    /// Forgets those who wait no more.
    pub(super) fn sweep(&mut self) {
        let still_waits = |waiting: &mut Vec<Waiting>| {
            waiting.retain(|one| !one.is_closed());
            !waiting.is_empty()
        };
        self.by_key.retain(|_, waiting| still_waits(waiting));
        self.by_id.retain(|_, waiting| still_waits(waiting));
    }
}

fn answer(waiting: Waiting, info: &ReceiptInfo) {
    // Who no longer waits has dropped the other end.
    let _ = waiting.send(info.clone());
}
