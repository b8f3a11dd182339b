//! `query_last_msgs` and `query_msg_details`, which only 3.3 has.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use smpp_pdu::{Address, CommandStatus, QueryLastMsgs, QueryMsgDetails};

use super::{Asked, Engine};
use crate::address::is_meant;
use crate::answer::Reply;
use crate::v33::Details;
use crate::{Message, MessageId, MessageKey};

/// The most ids that a `query_last_msgs` is answered with (SMPP 3.3).
const MAX_IDS: usize = 100;

/// Messages that are remembered in all. Beyond that the oldest are forgotten.
const MAX_REMEMBERED: usize = 100_000;

/// The ids of the last messages of each account and source.
///
/// Only those that fit into a `query_last_msgs_resp`, which are the ids that
/// sessions of 3.3 get: messages of all others cost a look at the length of their
/// id. It is in memory only, and begins with the process.
#[derive(Debug)]
pub(super) struct LastMessages {
    /// The oldest first, each with its number in the order of all.
    senders: HashMap<Arc<[u8]>, VecDeque<(u64, MessageId)>>,
    /// Whose each message was, the oldest first.
    order: VecDeque<Arc<[u8]>>,
    /// The number of the first of them.
    first: u64,
    limit: usize,
}

impl Default for LastMessages {
    fn default() -> Self {
        Self {
            senders: HashMap::new(),
            order: VecDeque::new(),
            first: 0,
            limit: MAX_REMEMBERED,
        }
    }
}

impl LastMessages {
    /// Remembers a message that was submitted just now; of several under one id
    /// the first.
    #[inline]
    pub(super) fn note(&mut self, message: &Message) {
        let MessageKey { id, part } = &message.key;
        if *part == 0 && id.fits_3_3() {
            self.remember(&message.account, message.content().source, id);
        }
    }

    #[cold]
    fn remember(&mut self, account: &str, source: Address<'_>, id: &MessageId) {
        let number = self.first + u64::try_from(self.order.len()).unwrap_or(u64::MAX);
        let name = name(account, source);
        // The name that is there already is shared.
        let name = match self.senders.get_key_value(&*name) {
            Some((known, _)) => known.clone(),
            None => name.into(),
        };
        let ids = self.senders.entry(name.clone()).or_default();
        if ids.len() == MAX_IDS {
            ids.pop_front();
        }
        ids.push_back((number, id.clone()));
        self.order.push_back(name);
        if self.order.len() > self.limit {
            self.forget_one();
        }
    }

    fn forget_one(&mut self) {
        let Some(name) = self.order.pop_front() else {
            return;
        };
        let number = self.first;
        self.first += 1;
        if let Some(ids) = self.senders.get_mut(&name) {
            // One that newer ones have displaced is not there any more.
            if ids.front().is_some_and(|(first, _)| *first == number) {
                ids.pop_front();
            }
            if ids.is_empty() {
                self.senders.remove(&name);
            }
        }
    }

    /// The ids of a sender, the last one first.
    fn of(&self, account: &str, source: Address<'_>) -> impl Iterator<Item = &MessageId> {
        let ids = self.senders.get(&*name(account, source));
        ids.into_iter().flatten().rev().map(|(_, id)| id)
    }
}

/// Neither part has a NUL.
fn name(account: &str, source: Address<'_>) -> Vec<u8> {
    [account.as_bytes(), source.addr.as_bytes()].join(&0)
}

impl Engine {
    /// The ids of the last messages of a source, the last one first: of those that
    /// are remembered and still kept, at most as many as are asked for, and at most
    /// [`MAX_IDS`].
    pub(super) async fn last_messages(
        &self,
        asked: Asked,
        query: &QueryLastMsgs<'_>,
    ) -> Result<Reply, CommandStatus> {
        if query.num_messages == 0 {
            return Err(CommandStatus::ESME_RINVNUMMSGS);
        }
        let account = self.account_of(asked)?;
        let keys = self.last.of(&account, query.source_addr);
        let keys: Vec<_> = keys
            .map(|id| MessageKey {
                id: id.clone(),
                part: 0,
            })
            .collect();
        let found = self.store.messages(keys).await.map_err(|error| {
            tracing::error!(%error, "the store did not give messages");
            CommandStatus::ESME_RSYSERR
        })?;
        let is_wanted = |message: &Arc<Message>| {
            message.account == account && is_meant(query.source_addr, message.content().source)
        };
        let ids = found.into_iter().flatten().filter(is_wanted);
        let ids = ids.map(|message| message.key.id.clone());
        Ok(Reply::LastMessages(
            ids.take(query.num_messages.into()).collect(),
        ))
    }

    pub(super) async fn details(
        &self,
        asked: Asked,
        query: &QueryMsgDetails<'_>,
    ) -> Result<Reply, CommandStatus> {
        let (message, all) = self
            .queried(asked, query.message_id, query.source_addr)
            .await?;
        Ok(Reply::Details(Box::new(Details {
            message,
            all,
            sm_length: query.sm_length,
            now: self.now(),
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Address<'_> {
        Address::alphanumeric(text).unwrap()
    }

    fn id(number: usize) -> MessageId {
        MessageId::new(&format!("{number:08x}")).unwrap()
    }

    #[test]
    fn of_each_sender_the_last_hundred_are_remembered() {
        let mut last = LastMessages::default();
        for number in 0..250 {
            last.remember("bank", source("A"), &id(number));
        }
        last.remember("bank", source("B"), &id(250));
        last.remember("shop", source("A"), &id(251));
        let found: Vec<_> = last.of("bank", source("A")).cloned().collect();
        let expected: Vec<_> = (150..250).rev().map(id).collect();
        assert_eq!(found, expected);
        assert!(last.of("bank", source("B")).eq([&id(250)]));
        assert!(last.of("shop", source("A")).eq([&id(251)]));
        assert_eq!(last.of("shop", source("B")).count(), 0);
    }

    #[test]
    fn the_oldest_of_all_are_forgotten_with_their_senders() {
        let mut last = LastMessages {
            limit: 1000,
            ..LastMessages::default()
        };
        for number in 0..500 {
            last.remember("bank", source("A"), &id(number));
        }
        for number in 500..1450 {
            let name = format!("{number}");
            last.remember("bank", source(&name), &id(number));
        }
        // 450 of all are forgotten; of A's last hundred these are the first 50.
        let left: Vec<_> = last.of("bank", source("A")).cloned().collect();
        assert_eq!(left, (450..500).rev().map(id).collect::<Vec<_>>());
        for number in 1450..2450 {
            last.remember("shop", source("B"), &id(number));
        }
        assert_eq!(last.senders.len(), 1);
        assert_eq!(last.order.len(), 1000);
        assert_eq!(last.of("shop", source("B")).count(), MAX_IDS);
    }
}
