//! `replace_if_present_flag`: a new message takes the place of one that waits.
//!
//! The specifications do not say which id the new message has. Here it has one
//! of its own, so that no two responses ever carry the same; the old message
//! ends as `DELETED`, with its receipt if it asked for one.

use std::sync::Arc;

use smpp_pdu::{CommandId, CommandStatus};

use super::{Asked, Engine, Group};
use crate::Message;
use crate::answer::{Answer, Reply};
use crate::message::Content;
use crate::store::{Pair, Place};
use crate::submission::Recipients;

/// Messages that are looked at at once.
const PAGE: usize = 100;

/// Pages after which the search ends: between two addresses thousands may wait
/// that are not wanted, and everything else waits for this.
const MAX_PAGES: usize = 100;

impl Engine {
    /// Keeps messages, each in the place of the one that was submitted last and
    /// waits with the same addresses and service type, if there is one. Messages
    /// that replace nothing are new ones like all others of the group.
    pub(super) async fn replace_if_present(
        &mut self,
        asked: Asked,
        recipients: Recipients,
        group: &mut Group,
    ) -> Answer {
        let Recipients {
            id,
            messages,
            refused,
        } = recipients;
        let mut replaced = Vec::new();
        for message in &messages {
            match self.present(message, &replaced).await {
                Ok(old) => replaced.extend(old),
                Err(status) => return asked.answer(Reply::Refused(status)),
            }
        }
        messages.iter().for_each(|one| self.last.note(one));
        let accepted = !messages.is_empty();
        let promises = accepted && replaced.is_empty();
        if promises {
            messages.into_iter().for_each(|one| group.insert(one));
        } else if let Err(status) = self.put_in_place(messages, replaced, group).await {
            return asked.answer(Reply::Refused(status));
        }
        let reply = if asked.command_id == CommandId::SUBMIT_MULTI {
            Reply::Multi {
                id: accepted.then_some(id),
                refused,
            }
        } else {
            Reply::Accepted(id)
        };
        Answer {
            promises,
            ..asked.answer(reply)
        }
    }

    /// The old end and the new are kept, both or neither.
    async fn put_in_place(
        &mut self,
        new: Vec<Arc<Message>>,
        old: Vec<Arc<Message>>,
        group: &mut Group,
    ) -> Result<(), CommandStatus> {
        let mut own = Group::default();
        let now = self.now();
        for old in old {
            let mut old = Message::clone(&old);
            if old.life.cancel(now).is_ok() {
                self.changed_life(old.into(), &mut own);
            }
        }
        new.into_iter().for_each(|one| own.insert(one));
        own.commit_into(group, &*self.store).await?;
        Ok(())
    }

    /// The message that a new one takes the place of.
    async fn present(
        &self,
        new: &Message,
        taken: &[Arc<Message>],
    ) -> Result<Option<Arc<Message>>, CommandStatus> {
        let wanted = new.content();
        let is_wanted = |old: &Message| {
            old.life.waits(old.submitted)
                && !self.forwarding.has(&old.key)
                && is_alike(&old.content(), &wanted)
                && !taken.iter().any(|one| one.key == old.key)
        };
        self.find_listed(&Pair::of(new), is_wanted).await
    }

    /// The last message between two addresses that is wanted, among a bounded
    /// number of them.
    pub(super) async fn find_listed(
        &self,
        pair: &Pair,
        is_wanted: impl Fn(&Message) -> bool,
    ) -> Result<Option<Arc<Message>>, CommandStatus> {
        let mut behind = None;
        for _ in 0..MAX_PAGES {
            let page = self.listed(pair, behind, PAGE).await?;
            let last = page.len() < PAGE;
            behind = page.last().map(|message| Place::of(message));
            let found = page.into_iter().find(|message| is_wanted(message));
            if found.is_some() || last {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// A page of the messages between two addresses.
    pub(super) async fn listed(
        &self,
        pair: &Pair,
        behind: Option<Place>,
        limit: usize,
    ) -> Result<Vec<Arc<Message>>, CommandStatus> {
        let found = self.store.between(pair, behind, limit).await;
        found.map_err(|error| {
            tracing::error!(%error, "the store did not find messages");
            CommandStatus::ESME_RSYSERR
        })
    }
}

fn is_alike(old: &Content<'_>, new: &Content<'_>) -> bool {
    old.source == new.source
        && old.destination == new.destination
        && old.service_type == new.service_type
}
