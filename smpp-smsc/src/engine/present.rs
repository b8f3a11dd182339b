//! `replace_if_present_flag`: a new message takes the place of one that waits.
//!
//! The specifications do not say which id the new message has. Here it has one
//! of its own, so that no two responses ever carry the same; the old message
//! ends as `DELETED`, with its receipt if it asked for one.

use std::sync::Arc;

use smpp_pdu::{CommandId, CommandStatus};

use super::{Asked, Engine, Group};
use crate::Message;
use crate::answer::Reply;
use crate::message::Content;
use crate::store::{Pair, Place};
use crate::submission::Recipients;

/// Messages that are looked at at once.
const PAGE: usize = 100;

impl Engine {
    /// Keeps messages, each in the place of the one that was submitted last and
    /// waits with the same addresses and service type, if there is one.
    pub(super) async fn replace_if_present(
        &mut self,
        asked: Asked,
        recipients: Recipients,
        group: &mut Group,
    ) -> Reply {
        let mut own = Group::default();
        let now = self.now();
        let accepted = !recipients.messages.is_empty();
        let mut replaced = Vec::new();
        for message in recipients.messages {
            match self.present(&message, &replaced).await {
                Ok(Some(old)) => {
                    let mut old = Message::clone(&old);
                    replaced.push(old.key.clone());
                    if old.life.cancel(now).is_ok() {
                        self.changed_life(old, &mut own);
                    }
                }
                Ok(None) => {}
                Err(status) => return Reply::Refused(status),
            }
            own.insert(message);
        }
        if let Err(status) = own.commit_into(group, &*self.store).await {
            return Reply::Refused(status);
        }
        if asked.command_id == CommandId::SUBMIT_MULTI {
            Reply::Multi {
                id: accepted.then_some(recipients.id),
                refused: recipients.refused,
            }
        } else {
            Reply::Accepted(recipients.id)
        }
    }

    /// The message that a new one takes the place of.
    async fn present(
        &self,
        new: &Message,
        taken: &[crate::MessageKey],
    ) -> Result<Option<Arc<Message>>, CommandStatus> {
        let wanted = new.content();
        let pair = Pair::of(new);
        let mut behind = None;
        loop {
            let page = self.listed(&pair, behind, PAGE).await?;
            let last = page.len() < PAGE;
            behind = page.last().map(|message| Place::of(message));
            let found = page.into_iter().find(|old| {
                old.life.waits(old.submitted)
                    && is_alike(&old.content(), &wanted)
                    && !taken.contains(&old.key)
            });
            if found.is_some() || last {
                return Ok(found);
            }
        }
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
