//! `cancel_sm`, and `cancel_broadcast_sm` without an id: all that wait between
//! two addresses.

use std::sync::Arc;

use smpp_pdu::{Address, CancelSm, CommandStatus, Tag};

use super::{Asked, Engine, Group, Input};
use crate::Message;
use crate::address::{OwnedAddress, is_meant};
use crate::answer::Reply;
use crate::store::{Pair, Place};

/// Messages that are cancelled at once. Others get their turn in between.
const PAGE: usize = 1000;

/// A cancellation of all that match.
#[derive(Debug)]
pub(crate) struct Cancelling {
    asked: Asked,
    pair: Pair,
    behind: Option<Place>,
    any: bool,
    wanted: Wanted,
}

/// What a cancellation is about.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) source: OwnedAddress,
    /// None for broadcasts.
    pub(super) destination: Option<OwnedAddress>,
    /// Empty for all.
    pub(super) service_type: Box<[u8]>,
    /// Of broadcasts: the value of `broadcast_content_type`, if it was given.
    pub(super) content_type: Option<Box<[u8]>>,
    /// Of broadcasts: the value of `user_message_reference`, if it was given.
    pub(super) reference: Option<u16>,
}

impl Wanted {
    pub(super) fn is(&self, message: &Message) -> bool {
        let content = message.content();
        let addressed = match &self.destination {
            None => message.is_broadcast(),
            Some(destination) => {
                !message.is_broadcast() && is_meant(destination.as_address(), content.destination)
            }
        };
        let service =
            self.service_type.is_empty() || *self.service_type == *content.service_type.as_bytes();
        let of_type = self.content_type.as_ref().is_none_or(|wanted| {
            let tlv = content.tlvs.find(Tag::BROADCAST_CONTENT_TYPE);
            tlv.is_some_and(|tlv| tlv.value().iter().eq(wanted.iter().copied()))
        });
        let reference = content.tlvs.user_message_reference();
        let referred = self
            .reference
            .is_none_or(|wanted| reference == Some(Ok(wanted)));
        addressed
            && service
            && of_type
            && referred
            && is_meant(self.source.as_address(), content.source)
    }
}

impl Engine {
    pub(super) async fn cancel(
        &mut self,
        asked: Asked,
        cancel: &CancelSm<'_>,
        group: &mut Group,
    ) -> Result<Option<Reply>, CommandStatus> {
        let failed = CommandStatus::ESME_RCANCELFAIL;
        let destination = cancel.destination_addr;
        if cancel.message_id.is_empty() {
            let wanted = Wanted {
                source: cancel.source_addr.into(),
                destination: Some(destination.into()),
                service_type: cancel.service_type.as_bytes().into(),
                content_type: None,
                reference: None,
            };
            self.cancel_all(asked, wanted, group).await?;
            return Ok(None);
        }
        let messages = self
            .messages_of(asked, cancel.message_id, cancel.source_addr)
            .await?
            .ok_or(failed)?;
        let of_recipient = |message: &Message| {
            destination.addr.is_empty() || is_meant(destination, message.content().destination)
        };
        let messages: Vec<_> = messages
            .into_iter()
            .filter(|message| of_recipient(message))
            .collect();
        if self.cancel_each(&messages, group).await? {
            Ok(Some(Reply::Done))
        } else {
            Err(failed)
        }
    }

    /// Cancels those that still can be. Says whether there were any.
    pub(super) async fn cancel_each(
        &mut self,
        messages: &[Arc<Message>],
        group: &mut Group,
    ) -> Result<bool, CommandStatus> {
        let now = self.now();
        let mut own = Group::default();
        let mut cancelled = 0;
        for message in messages {
            if self.forwarding.has(&message.key) {
                continue;
            }
            let mut message = Message::clone(message);
            if message.life.cancel(now).is_ok() {
                self.changed_life(message.into(), &mut own);
                cancelled += 1;
            }
        }
        if cancelled == 0 {
            return Ok(false);
        }
        let committed = own.commit_into(group, &*self.store).await?;
        Ok(committed.late.len() < cancelled)
    }

    /// Cancels all that are wanted, and answers when that is done.
    pub(super) async fn cancel_all(
        &mut self,
        asked: Asked,
        wanted: Wanted,
        group: &mut Group,
    ) -> Result<(), CommandStatus> {
        let account = self.account_of(asked)?;
        let destination = wanted.destination.as_ref();
        let destination = destination.map_or(Address::EMPTY, OwnedAddress::as_address);
        let cancelling = Cancelling {
            asked,
            pair: Pair::new(&account, wanted.source.as_address(), destination),
            behind: None,
            any: false,
            wanted,
        };
        self.cancel_on(cancelling, group).await;
        Ok(())
    }

    /// Cancels the next page, and answers when it was the last one.
    pub(super) async fn cancel_on(&mut self, mut cancelling: Cancelling, group: &mut Group) {
        let asked = cancelling.asked;
        let reply = match self.cancel_page(&mut cancelling, group).await {
            Err(status) => Reply::Refused(status),
            Ok(false) => {
                let go_on = Input::Cancel(Box::new(cancelling));
                return self.reports.tell(go_on);
            }
            Ok(true) if cancelling.any => Reply::Done,
            Ok(true) if cancelling.wanted.destination.is_none() => {
                Reply::Refused(CommandStatus::ESME_RBCASTCANCELFAIL)
            }
            Ok(true) => Reply::Refused(CommandStatus::ESME_RCANCELFAIL),
        };
        group.answer(asked.connection, asked.answer(reply));
    }

    /// Says whether it was the last one.
    async fn cancel_page(
        &mut self,
        cancelling: &mut Cancelling,
        group: &mut Group,
    ) -> Result<bool, CommandStatus> {
        let behind = cancelling.behind.take();
        let mut page = self.listed(&cancelling.pair, behind, PAGE).await?;
        let last = page.len() < PAGE;
        cancelling.behind = page.last().map(|message| Place::of(message));
        page.retain(|message| cancelling.wanted.is(message));
        cancelling.any |= self.cancel_each(&page, group).await?;
        Ok(last)
    }
}
