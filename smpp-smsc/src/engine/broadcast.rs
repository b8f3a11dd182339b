//! `broadcast_sm`, `query_broadcast_sm` and `cancel_broadcast_sm`.

use std::collections::BTreeSet;
use std::sync::Arc;

use smpp_codec::decode;
use smpp_pdu::{
    Address, Body, COctetStr, CancelBroadcastSm, CommandStatus, QueryBroadcastSm, Tag, Tlvs,
};

use super::cancel::Wanted;
use super::{Asked, Engine, Group};
use crate::Message;
use crate::address::is_meant;
use crate::answer::Reply;
use crate::broadcast::{FailedArea, areas, repetition, with_success};
use crate::network::{Outcome, Report};
use crate::store::Pair;

impl Engine {
    /// Keeps a broadcast, perhaps in the place of another one, which then ends
    /// as `DELETED`.
    pub(super) async fn broadcast(
        &mut self,
        asked: Asked,
        message: Arc<Message>,
        failed: Vec<FailedArea>,
        replace: bool,
        group: &mut Group,
    ) -> Result<Reply, CommandStatus> {
        let mut own = Group::default();
        if replace {
            let pdu = decode(message.octets()).map_err(|_| CommandStatus::ESME_RSYSERR)?;
            let Body::BroadcastSm(sm) = pdu.body else {
                return Err(CommandStatus::ESME_RSYSERR);
            };
            let source = sm.source_addr;
            let old = self
                .find_broadcast(asked, sm.message_id, source, sm.tlvs)
                .await?;
            let mut old = Message::clone(&*old.ok_or(CommandStatus::ESME_RBCASTFAIL)?);
            if old.life.cancel(self.now()).is_err() {
                return Err(CommandStatus::ESME_RBCASTFAIL);
            }
            self.changed_life(old.into(), &mut own);
        }
        let id = message.key.id.clone();
        own.insert(message);
        own.commit_into(group, &*self.store).await?;
        Ok(Reply::Broadcast { id, failed })
    }

    pub(super) async fn query_broadcast(
        &self,
        asked: Asked,
        query: &QueryBroadcastSm<'_>,
    ) -> Result<Reply, CommandStatus> {
        let (id, source) = (query.message_id, query.source_addr);
        let found = self.find_broadcast(asked, id, source, query.tlvs).await?;
        let message = found.ok_or(CommandStatus::ESME_RBCASTQUERYFAIL)?;
        Ok(Reply::BroadcastState(message, self.now()))
    }

    /// One by its id or reference; without either all of the source, of a
    /// service type and content type if these are given.
    pub(super) async fn cancel_broadcast(
        &mut self,
        asked: Asked,
        cancel: &CancelBroadcastSm<'_>,
        group: &mut Group,
    ) -> Result<Option<Reply>, CommandStatus> {
        let failed = CommandStatus::ESME_RBCASTCANCELFAIL;
        let reference = reference(cancel.tlvs)?;
        if cancel.message_id.is_empty() {
            let content_type = cancel.tlvs.find(Tag::BROADCAST_CONTENT_TYPE);
            let wanted = Wanted {
                source: cancel.source_addr.into(),
                destination: None,
                service_type: cancel.service_type.as_bytes().into(),
                content_type: content_type.map(|tlv| tlv.value().iter().collect()),
                reference,
            };
            self.cancel_all(asked, wanted, group).await?;
            return Ok(None);
        }
        let (id, source) = (cancel.message_id, cancel.source_addr);
        let found = self.find_broadcast(asked, id, source, Tlvs::EMPTY).await?;
        let found = found.ok_or(failed)?;
        if self.cancel_each(&[found], group).await? {
            Ok(Some(Reply::Done))
        } else {
            Err(failed)
        }
    }

    /// The broadcast of this id, or else with this `user_message_reference`:
    /// the last one. `None` when it has another source, or there is none.
    async fn find_broadcast(
        &self,
        asked: Asked,
        id: COctetStr<'_>,
        source: Address<'_>,
        tlvs: Tlvs<'_>,
    ) -> Result<Option<Arc<Message>>, CommandStatus> {
        if !id.is_empty() {
            let found = self.kept_under(asked, id, true).await?;
            let mut found = found.into_iter();
            return Ok(found.find(|one| is_meant(source, one.content().source)));
        }
        let Some(reference) = reference(tlvs)? else {
            return Err(CommandStatus::ESME_RINVMSGID);
        };
        let wanted = Wanted {
            source: source.into(),
            destination: None,
            service_type: [].into(),
            content_type: None,
            reference: Some(reference),
        };
        let pair = Pair::new(&self.account_of(asked)?, source, Address::EMPTY);
        self.find_listed(&pair, |message| wanted.is(message)).await
    }

    /// Transmissions of broadcasts have ended.
    pub(super) fn transmitted(&mut self, reports: Vec<(Report, Arc<Message>)>, group: &mut Group) {
        let mut seen = BTreeSet::new();
        for (report, message) in reports {
            // Of two reports of one attempt the first one counts.
            if seen.insert(report.key.clone()) {
                self.one_transmitted(report, &message, group);
            }
        }
    }

    fn one_transmitted(&mut self, report: Report, message: &Message, group: &mut Group) {
        let now = self.now();
        let Ok(pdu) = decode(message.octets()) else {
            return;
        };
        let Body::BroadcastSm(sm) = pdu.body else {
            return;
        };
        let (number, outcome) = (report.number, report.outcome);
        let mut after = message.clone();
        let next = repetition(&sm)
            .filter(|(_, count)| *count == 0 || number < u32::from(*count))
            .map(|(interval, _)| now.after(interval))
            .filter(|next| outcome == Outcome::Delivered && *next < after.life.expires());
        let news = match next {
            Some(next) => after.life.repeat(number, next),
            None => {
                let retries = &self.settings.retries;
                let news = after.life.report(now, number, outcome, retries);
                if let (true, Outcome::NotNow { error }) = (news, outcome) {
                    self.settings.counters.failed(retries.class(error));
                }
                news
            }
        };
        if !news {
            return;
        }
        let success = report.success.or_else(|| {
            let all = vec![100; areas(sm.tlvs)];
            (outcome == Outcome::Delivered).then(|| all.into())
        });
        let told = success.and_then(|success| with_success(&after, &success));
        self.trails.forget(&after.key);
        self.changed_life(told.unwrap_or(after).into(), group);
    }
}

/// The `user_message_reference` of a request.
fn reference(tlvs: Tlvs<'_>) -> Result<Option<u16>, CommandStatus> {
    match tlvs.user_message_reference() {
        None => Ok(None),
        Some(Ok(reference)) => Ok(Some(reference)),
        Some(Err(_)) => Err(CommandStatus::ESME_RINVTLVVAL),
    }
}
