//! `query_sm`, `cancel_sm` and `replace_sm`.

use std::sync::Arc;

use smpp_codec::decode;
use smpp_pdu::time::TimeText;
use smpp_pdu::{
    Address, Body, COctetStr, CancelSm, CommandStatus, MessageState, Pdu, QuerySm, ReplaceSm, Tag,
    Tlv, Tlvs,
};

use super::{Engine, Group};
use crate::answer::Reply;
use crate::registry::ConnectionId;
use crate::submission::{check_text, encoded, schedule_time, validity_time};
use crate::{Message, MessageId, Timestamp};

impl Engine {
    /// Does what the PDU asks for, and says what is to be answered.
    pub(super) async fn manage(
        &mut self,
        connection: ConnectionId,
        octets: &[u8],
        group: &mut Group,
    ) -> Reply {
        let reply = match decode(octets).map(|pdu| pdu.body) {
            Ok(Body::QuerySm(query)) => self.query(connection, &query).await,
            Ok(Body::CancelSm(cancel)) => self.cancel(connection, &cancel, group).await,
            Ok(Body::ReplaceSm(replace)) => self.replace(connection, &replace, group).await,
            // The session has decoded the same octets.
            _ => Err(CommandStatus::ESME_RSYSERR),
        };
        reply.unwrap_or_else(Reply::Refused)
    }

    async fn query(
        &self,
        connection: ConnectionId,
        query: &QuerySm<'_>,
    ) -> Result<Reply, CommandStatus> {
        let messages = self
            .messages_of(connection, query.message_id, query.source_addr)
            .await?
            .ok_or(CommandStatus::ESME_RQUERYFAIL)?;
        let now = self.now();
        let session = self.registry.get(connection);
        let version = session.map(|session| session.info.version);
        // Of several recipients, one that is still to be reached.
        let message = messages
            .iter()
            .find(|message| !message.life.is_final())
            .or(messages.last())
            .ok_or(CommandStatus::ESME_RINVMSGID)?;
        let life = &message.life;
        Ok(Reply::State {
            id: message.key.id.clone(),
            final_date: life.done().map_or(TimeText::EMPTY, Timestamp::to_text),
            state: version.map_or(MessageState::UNKNOWN, |version| {
                life.state_for(now, version)
            }),
            error: life.error(),
        })
    }

    async fn cancel(
        &mut self,
        connection: ConnectionId,
        cancel: &CancelSm<'_>,
        group: &mut Group,
    ) -> Result<Reply, CommandStatus> {
        let messages = self
            .messages_of(connection, cancel.message_id, cancel.source_addr)
            .await?
            .ok_or(CommandStatus::ESME_RCANCELFAIL)?;
        let now = self.now();
        let mut any = false;
        for message in messages {
            let destination = cancel.destination_addr.addr;
            if !destination.is_empty() && destination != message.content().destination.addr {
                continue;
            }
            let mut message = Message::clone(&message);
            if message.life.cancel(now).is_ok() {
                self.changed_life(message, group);
                any = true;
            }
        }
        if any {
            Ok(Reply::Done)
        } else {
            Err(CommandStatus::ESME_RCANCELFAIL)
        }
    }

    async fn replace(
        &mut self,
        connection: ConnectionId,
        replace: &ReplaceSm<'_>,
        group: &mut Group,
    ) -> Result<Reply, CommandStatus> {
        check_text(
            replace.short_message,
            replace.sm_default_msg_id,
            replace.tlvs,
        )?;
        let now = self.now();
        let scheduled = schedule_time(now, replace.schedule_delivery_time)?;
        let expires = validity_time(now, replace.validity_period)?;
        if expires.is_some_and(|expires| expires <= now.max(scheduled.unwrap_or(now))) {
            return Err(CommandStatus::ESME_RINVEXPIRY);
        }
        let messages = self
            .messages_of(connection, replace.message_id, replace.source_addr)
            .await?
            .ok_or(CommandStatus::ESME_RREPLACEFAIL)?;
        let mut any = false;
        for message in messages {
            let Some(mut message) = replaced(&message, replace, now) else {
                continue;
            };
            if message.life.replace(scheduled, expires).is_ok() {
                self.changed_life(message, group);
                any = true;
            }
        }
        if any {
            Ok(Reply::Done)
        } else {
            Err(CommandStatus::ESME_RREPLACEFAIL)
        }
    }

    /// The messages that the account has under this id; `None` when they have
    /// another source. Those of other accounts are not there at all.
    async fn messages_of(
        &self,
        connection: ConnectionId,
        id: COctetStr<'_>,
        source: Address<'_>,
    ) -> Result<Option<Vec<Arc<Message>>>, CommandStatus> {
        let session = self
            .registry
            .get(connection)
            .ok_or(CommandStatus::ESME_RSYSERR)?;
        let account = session.info.system_id.clone();
        let id = id
            .as_str()
            .and_then(|text| MessageId::new(text).ok())
            .ok_or(CommandStatus::ESME_RINVMSGID)?;
        let mut messages = self.store.find(&id).await.map_err(|error| {
            tracing::error!(%error, "the store did not find a message");
            CommandStatus::ESME_RSYSERR
        })?;
        messages.retain(|message| message.account == account);
        let first = messages.first().ok_or(CommandStatus::ESME_RINVMSGID)?;
        let same_source = first.content().source.addr == source.addr;
        Ok(same_source.then_some(messages))
    }
}

/// The message with the text and the wishes of a `replace_sm`; `None` when it
/// was no `submit_sm`.
fn replaced(message: &Message, replace: &ReplaceSm<'_>, now: Timestamp) -> Option<Message> {
    let old = decode(message.octets()).ok()?;
    let Body::SubmitSm(submit) = old.body else {
        return None;
    };
    // The text is in one place only; every other parameter stays.
    let payload = |tlv: &Tlv<'_>| tlv.tag() == Tag::MESSAGE_PAYLOAD;
    let tlvs: Vec<Tlv<'_>> = submit
        .tlvs
        .iter()
        .filter(|tlv| !payload(tlv))
        .chain(replace.tlvs.iter().filter(payload))
        .collect();
    let new = submit
        .short_message(replace.short_message)
        .registered_delivery(replace.registered_delivery)
        .tlvs(Tlvs::from_slice(&tlvs));
    let octets = encoded(&Pdu::request(old.sequence_number, new)).ok()?;
    message.with_pdu(now, octets).ok()
}
