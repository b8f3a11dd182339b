//! Work on messages in the store: `query_sm` and `replace_sm`, and what they
//! have in common with other requests.

use std::sync::Arc;

use smpp_codec::decode;
use smpp_pdu::time::TimeText;
use smpp_pdu::{
    Address, Body, COctetStr, CommandStatus, MessageState, Pdu, QuerySm, ReplaceSm, Tag, Tlv, Tlvs,
};

use super::{Asked, Engine, Group};
use crate::address::is_meant;
use crate::answer::Reply;
use crate::submission::{Work, check_text, encoded};
use crate::times::validity_time;
use crate::{Message, MessageId, Timestamp};

impl Engine {
    /// Work that is more than to keep new messages.
    pub(super) async fn other_job(&mut self, asked: Asked, work: Work, group: &mut Group) {
        let reply = match work {
            Work::Pass {
                recipients,
                transaction,
            } => self.pass(asked, recipients, transaction),
            Work::Replace(recipients) => {
                if group.has_listed() {
                    self.flush(group).await;
                }
                let answer = self.replace_if_present(asked, recipients, group).await;
                return group.answer(asked.connection, answer);
            }
            Work::Broadcast {
                message,
                failed,
                replace,
            } => {
                self.flush(group).await;
                let reply = self.broadcast(asked, message, failed, replace, group).await;
                Some(reply.unwrap_or_else(Reply::Refused))
            }
            Work::Manage(octets) => {
                // What was submitted before is to be found.
                self.flush(group).await;
                self.manage(asked, &octets, group).await
            }
            Work::Retrieved(value) => Some(Reply::Parameter(value)),
            // Done before.
            Work::Refuse(_) | Work::Submit(_) | Work::SubmitMulti(_) => None,
        };
        if let Some(reply) = reply {
            group.answer(asked.connection, asked.answer(reply));
        }
    }

    /// Does what the PDU asks for, and says what is to be answered, unless that
    /// comes later.
    pub(super) async fn manage(
        &mut self,
        asked: Asked,
        octets: &[u8],
        group: &mut Group,
    ) -> Option<Reply> {
        let reply = match decode(octets).map(|pdu| pdu.body) {
            Ok(Body::QuerySm(query)) => self.query(asked, &query).await.map(Some),
            Ok(Body::CancelSm(cancel)) => self.cancel(asked, &cancel, group).await,
            Ok(Body::ReplaceSm(replace)) => self.replace(asked, &replace, group).await.map(Some),
            Ok(Body::QueryBroadcastSm(query)) => {
                self.query_broadcast(asked, &query).await.map(Some)
            }
            Ok(Body::CancelBroadcastSm(cancel)) => {
                self.cancel_broadcast(asked, &cancel, group).await
            }
            Ok(Body::QueryLastMsgs(query)) => self.last_messages(asked, &query).await.map(Some),
            Ok(Body::QueryMsgDetails(query)) => self.details(asked, &query).await.map(Some),
            // The session has decoded the same octets.
            _ => Err(CommandStatus::ESME_RSYSERR),
        };
        reply.unwrap_or_else(|status| Some(Reply::Refused(status)))
    }

    async fn query(&self, asked: Asked, query: &QuerySm<'_>) -> Result<Reply, CommandStatus> {
        let (message, _) = self
            .queried(asked, query.message_id, query.source_addr)
            .await?;
        let now = self.now();
        let session = self.registry.get(asked.connection);
        let version = session.map(|session| session.info.version);
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

    /// The messages that a query means, and the one among them whose state it is
    /// told: of several recipients, one that is still to be reached.
    pub(super) async fn queried(
        &self,
        asked: Asked,
        id: COctetStr<'_>,
        source: Address<'_>,
    ) -> Result<(Arc<Message>, Vec<Arc<Message>>), CommandStatus> {
        let mut messages = self.kept_under(asked, id, false).await?;
        // Who does not know the source leaves it empty (SMPP 3.4, 4.8.1).
        if !source.addr.is_empty() {
            messages.retain(|message| is_meant(source, message.content().source));
        }
        let message = messages
            .iter()
            .find(|message| !message.life.is_final())
            .or(messages.last())
            .ok_or(CommandStatus::ESME_RQUERYFAIL)?;
        Ok((message.clone(), messages))
    }

    async fn replace(
        &mut self,
        asked: Asked,
        replace: &ReplaceSm<'_>,
        group: &mut Group,
    ) -> Result<Reply, CommandStatus> {
        check_text(
            replace.short_message,
            replace.sm_default_msg_id,
            replace.tlvs,
        )?;
        let now = self.now();
        let rules = self.settings.times;
        let scheduled = rules.schedule(now, replace.schedule_delivery_time)?;
        let expires = validity_time(now, replace.validity_period)?;
        if expires.is_some_and(|expires| expires <= now.max(scheduled.unwrap_or(now))) {
            return Err(CommandStatus::ESME_RINVEXPIRY);
        }
        let failed = CommandStatus::ESME_RREPLACEFAIL;
        let messages = self
            .messages_of(asked, replace.message_id, replace.source_addr)
            .await?
            .ok_or(failed)?;
        let mut own = Group::default();
        let mut changed = 0;
        for message in messages {
            if self.forwarding.has(&message.key) {
                continue;
            }
            let Some(mut message) = replaced(&message, replace, now) else {
                continue;
            };
            let from = scheduled.unwrap_or(message.life.record().scheduled);
            let expires = expires.or(scheduled.map(|_| message.life.expires()));
            let expires = expires.map(|expires| rules.cut(from.max(now), expires));
            if message.life.replace(scheduled, expires).is_ok() {
                self.changed_life(message.into(), &mut own);
                changed += 1;
            }
        }
        if changed == 0 {
            return Err(failed);
        }
        let committed = own.commit_into(group, &*self.store).await?;
        if committed.late.len() < changed {
            Ok(Reply::Done)
        } else {
            Err(failed)
        }
    }

    /// The messages that the account has under this id; `None` when they have
    /// another source. Those of other accounts are not there at all.
    pub(super) async fn messages_of(
        &self,
        asked: Asked,
        id: COctetStr<'_>,
        source: Address<'_>,
    ) -> Result<Option<Vec<Arc<Message>>>, CommandStatus> {
        let messages = self.kept_under(asked, id, false).await?;
        let first = messages.first();
        let same = first.is_some_and(|first| is_meant(source, first.content().source));
        Ok(same.then_some(messages))
    }

    /// The messages, or the broadcasts, that the account has under this id: at
    /// least one.
    pub(super) async fn kept_under(
        &self,
        asked: Asked,
        id: COctetStr<'_>,
        broadcasts: bool,
    ) -> Result<Vec<Arc<Message>>, CommandStatus> {
        let account = self.account_of(asked)?;
        let id = id
            .as_str()
            // 3.3 lets an id be filled up with spaces in front.
            .and_then(|text| MessageId::new(text.trim_start_matches(' ')).ok())
            .ok_or(CommandStatus::ESME_RINVMSGID)?;
        let mut messages = self.store.find(&id).await.map_err(|error| {
            tracing::error!(%error, "the store did not find a message");
            CommandStatus::ESME_RSYSERR
        })?;
        messages.retain(|one| one.account == account && one.is_broadcast() == broadcasts);
        if messages.is_empty() {
            return Err(CommandStatus::ESME_RINVMSGID);
        }
        Ok(messages)
    }

    pub(super) fn account_of(&self, asked: Asked) -> Result<Arc<str>, CommandStatus> {
        let session = self.registry.get(asked.connection);
        let session = session.ok_or(CommandStatus::ESME_RSYSERR)?;
        Ok(session.info.system_id.clone())
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
