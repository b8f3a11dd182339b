//! From a request to what the engine is to do: what can be checked without
//! looking at any other message is checked here, in the task of the connection.

use core::time::Duration;
use std::sync::Arc;

use bytes::Bytes;
use smpp_codec::encode;
use smpp_pdu::{
    Address, Body, BroadcastSm, COctetStr, CommandId, CommandStatus, DestAddress, EsmClass,
    InterfaceVersion, MessagingMode, Pdu, PriorityFlag, ReplaceIfPresentFlag, SequenceNumber,
    ShortMessage, SubmitMulti, SubmitSm, Tlvs,
};

use crate::answer::RefusedRecipient;
use crate::broadcast::{self, FailedArea};
use crate::lists::Lists;
use crate::message::Wishes;
use crate::message_id::Ids;
use crate::routes::{Origin, Routes, Sample};
use crate::times::{TimeRules, Times};
use crate::{Life, Message, MessageId, MessageKey, Timestamp};

/// One request, as the engine takes it.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) command_id: CommandId,
    pub(crate) sequence_number: SequenceNumber,
    pub(crate) work: Work,
}

#[derive(Debug)]
pub(crate) enum Work {
    /// Answered with this status in its turn: answers keep the order of requests.
    Refuse(CommandStatus),
    /// `submit_sm`, `data_sm`.
    Submit(Arc<Message>),
    /// `submit_multi`.
    SubmitMulti(Recipients),
    /// The same with `replace_if_present_flag`, or a `submit_sm` with it.
    Replace(Recipients),
    /// `submit_sm`, `data_sm` or `submit_multi` that is not kept; of transaction
    /// mode when the answer waits for the outcome.
    Pass {
        recipients: Recipients,
        transaction: bool,
    },
    /// `broadcast_sm`.
    Broadcast {
        message: Arc<Message>,
        failed: Vec<FailedArea>,
        /// Whether it takes the place of another one.
        replace: bool,
    },
    /// `param_retrieve`, with the value.
    Retrieved(Box<str>),
    /// The octets of another request that speaks of messages in the store.
    Manage(Bytes),
}

/// The messages of one submission, for one recipient each.
#[derive(Debug)]
pub(crate) struct Recipients {
    pub(crate) id: MessageId,
    pub(crate) messages: Vec<Arc<Message>>,
    pub(crate) refused: Vec<RefusedRecipient>,
}

impl Recipients {
    /// Those that were refused included.
    fn len(&self) -> usize {
        self.messages.len() + self.refused.len()
    }
}

/// The recipients that one `submit_multi` may have, members of lists included:
/// `submit_multi_resp` counts those that failed in one octet.
const MAX_RECIPIENTS: usize = 255;

/// What a submission is made a message with.
pub(crate) struct Submitter<'a> {
    pub(crate) account: &'a Arc<str>,
    pub(crate) version: InterfaceVersion,
    pub(crate) now: Timestamp,
    pub(crate) ids: &'a Ids,
    pub(crate) times: TimeRules,
    pub(crate) lists: &'a Lists,
    pub(crate) routes: &'a Routes,
}

impl Submitter<'_> {
    /// The work that a request is.
    pub(crate) fn work(&self, pdu: &Pdu<'_>, octets: &[u8]) -> Work {
        let work = match &pdu.body {
            Body::SubmitSm(sm) => self.submit_sm(&pdu.body, sm, octets),
            Body::SubmitMulti(sm) => self.submit_multi(sm, pdu.sequence_number),
            Body::DataSm(sm) => {
                let times = Times::read(self, COctetStr::EMPTY, COctetStr::EMPTY, sm.tlvs);
                times.and_then(|times| {
                    let message = self.one(
                        times,
                        (sm.source_addr, sm.destination_addr),
                        &pdu.body,
                        octets,
                    )?;
                    let mode = self.mode(sm.esm_class);
                    self.in_mode(mode, ReplaceIfPresentFlag::DO_NOT_REPLACE, times, message)
                })
            }
            Body::BroadcastSm(sm) if self.version >= InterfaceVersion::V5_0 => {
                self.broadcast_sm(sm, pdu.sequence_number)
            }
            Body::QueryBroadcastSm(_) | Body::CancelBroadcastSm(_)
                if self.version < InterfaceVersion::V5_0 =>
            {
                Err(CommandStatus::ESME_RINVCMDID)
            }
            Body::QueryLastMsgs(_) | Body::QueryMsgDetails(_)
                if self.version >= InterfaceVersion::V3_4 =>
            {
                Err(CommandStatus::ESME_RINVCMDID)
            }
            Body::QuerySm(_)
            | Body::QueryLastMsgs(_)
            | Body::QueryMsgDetails(_)
            | Body::CancelSm(_)
            | Body::ReplaceSm(_)
            | Body::QueryBroadcastSm(_)
            | Body::CancelBroadcastSm(_) => Ok(Work::Manage(Bytes::copy_from_slice(octets))),
            _ => Err(CommandStatus::ESME_RINVCMDID),
        };
        work.unwrap_or_else(Work::Refuse)
    }

    fn submit_sm(
        &self,
        body: &Body<'_>,
        sm: &SubmitSm<'_>,
        octets: &[u8],
    ) -> Result<Work, CommandStatus> {
        check_text(sm.short_message, sm.sm_default_msg_id, sm.tlvs)?;
        check_flags(sm.priority_flag, sm.replace_if_present_flag)?;
        let times = Times::read(self, sm.schedule_delivery_time, sm.validity_period, sm.tlvs)?;
        let message = self.one(times, (sm.source_addr, sm.destination_addr), body, octets)?;
        let mode = self.mode(sm.esm_class);
        self.in_mode(mode, sm.replace_if_present_flag, times, message)
    }

    fn one(
        &self,
        times: Times,
        (source, destination): (Address<'_>, Address<'_>),
        body: &Body<'_>,
        octets: &[u8],
    ) -> Result<Arc<Message>, CommandStatus> {
        check_destination(destination)?;
        self.check_route(source, destination)?;
        let id = self.ids.next(self.version);
        // A copy of its own: a slice of what was read with it would keep all of
        // that in memory for as long as this message waits.
        let octets = Bytes::copy_from_slice(octets);
        let wishes = Wishes::of(body).unwrap_or_default();
        Ok(self.message(id, 0, times, octets, wishes))
    }

    /// What its route refuses is not taken.
    #[inline]
    fn check_route(
        &self,
        source: Address<'_>,
        destination: Address<'_>,
    ) -> Result<(), CommandStatus> {
        if self.routes.is_empty() {
            return Ok(());
        }
        let sample = Sample::new(Origin::Account(self.account), source, destination);
        self.routes.refusal(&sample).map_or(Ok(()), Err)
    }

    /// How the message goes: 3.3 has one way only.
    #[inline]
    fn mode(&self, esm_class: EsmClass) -> MessagingMode {
        if self.version < InterfaceVersion::V3_4 {
            MessagingMode::DEFAULT
        } else {
            esm_class.messaging_mode()
        }
    }

    #[inline]
    fn in_mode(
        &self,
        mode: MessagingMode,
        replace: ReplaceIfPresentFlag,
        times: Times,
        message: Arc<Message>,
    ) -> Result<Work, CommandStatus> {
        let kept = !matches!(mode, MessagingMode::DATAGRAM | MessagingMode::FORWARD);
        if kept && replace == ReplaceIfPresentFlag::DO_NOT_REPLACE {
            return Ok(Work::Submit(message));
        }
        let recipients = Recipients {
            id: message.key.id.clone(),
            messages: vec![message],
            refused: Vec::new(),
        };
        self.several_in_mode(mode, replace, times, recipients)
    }

    fn several_in_mode(
        &self,
        mode: MessagingMode,
        replace: ReplaceIfPresentFlag,
        times: Times,
        recipients: Recipients,
    ) -> Result<Work, CommandStatus> {
        let replace = replace == ReplaceIfPresentFlag::REPLACE;
        match mode {
            MessagingMode::DATAGRAM | MessagingMode::FORWARD => {
                if replace {
                    // What is not kept takes nothing's place.
                    return Err(CommandStatus::ESME_RINVSUBREP);
                }
                if self.now < times.scheduled {
                    return Err(CommandStatus::ESME_RINVSCHED);
                }
                Ok(Work::Pass {
                    recipients,
                    transaction: mode == MessagingMode::FORWARD,
                })
            }
            _ if replace => Ok(Work::Replace(recipients)),
            _ => Ok(Work::SubmitMulti(recipients)),
        }
    }

    /// A message for each recipient, all under one id. The recipients that
    /// cannot be are told apart.
    fn submit_multi(
        &self,
        sm: &SubmitMulti<'_>,
        number: SequenceNumber,
    ) -> Result<Work, CommandStatus> {
        if sm.dest_address.is_empty() {
            return Err(CommandStatus::ESME_RINVNUMDESTS);
        }
        check_text(sm.short_message, sm.sm_default_msg_id, sm.tlvs)?;
        check_flags(sm.priority_flag, sm.replace_if_present_flag)?;
        let replaces = sm.replace_if_present_flag == ReplaceIfPresentFlag::REPLACE;
        let several = sm.dest_address.iter().nth(1).is_some();
        if replaces && several && self.version < InterfaceVersion::V3_4 {
            return Err(CommandStatus::ESME_RINVSUBREP);
        }
        let times = Times::read(self, sm.schedule_delivery_time, sm.validity_period, sm.tlvs)?;
        let mut recipients = Recipients {
            id: self.ids.next(self.version),
            messages: Vec::new(),
            refused: Vec::new(),
        };
        for destination in sm.dest_address {
            match destination {
                DestAddress::Sme(address) => {
                    if let Err(status) = check_destination(address) {
                        let refused = RefusedRecipient::new(address, status);
                        recipients.refused.push(refused);
                    } else {
                        self.add(&mut recipients, sm, number, times, address)?;
                    }
                }
                DestAddress::DistributionList(name) => {
                    let members = self.lists.members(name);
                    let refused = match &members {
                        None => Some(CommandStatus::ESME_RINVDLNAME),
                        Some(members) if members.len() == 0 => Some(CommandStatus::ESME_RCNTSUBDL),
                        Some(_) => None,
                    };
                    if let Some(status) = refused {
                        let list = Address {
                            addr: name,
                            ..Address::EMPTY
                        };
                        let refused = RefusedRecipient::new(list, status);
                        recipients.refused.push(refused);
                    }
                    for member in members.into_iter().flatten() {
                        self.add(&mut recipients, sm, number, times, member)?;
                    }
                }
            }
        }
        if recipients.len() > MAX_RECIPIENTS {
            return Err(CommandStatus::ESME_RINVNUMDESTS);
        }
        let mode = self.mode(sm.esm_class);
        self.several_in_mode(mode, sm.replace_if_present_flag, times, recipients)
    }

    fn add(
        &self,
        recipients: &mut Recipients,
        sm: &SubmitMulti<'_>,
        number: SequenceNumber,
        times: Times,
        address: Address<'_>,
    ) -> Result<(), CommandStatus> {
        if recipients.len() >= MAX_RECIPIENTS {
            return Err(CommandStatus::ESME_RINVNUMDESTS);
        }
        if let Err(status) = self.check_route(sm.source_addr, address) {
            let refused = RefusedRecipient::new(address, status);
            recipients.refused.push(refused);
            return Ok(());
        }
        let part = u8::try_from(recipients.messages.len()).unwrap_or(u8::MAX);
        let body = for_one(sm, address).into();
        let octets = encoded(&Pdu::request(number, body))?;
        let wishes = Wishes::of(&body).unwrap_or_default();
        let message = self.message(recipients.id.clone(), part, times, octets, wishes);
        recipients.messages.push(message);
        Ok(())
    }

    fn broadcast_sm(
        &self,
        sm: &BroadcastSm<'_>,
        number: SequenceNumber,
    ) -> Result<Work, CommandStatus> {
        let failed = broadcast::check(sm)?;
        check_flags(PriorityFlag::LEVEL_0, sm.replace_if_present_flag)?;
        let repetition = broadcast::repetition(sm);
        let mut times = TimeRules {
            // It is not tried that long, but shown.
            max_validity: Duration::MAX,
            ..self.times
        };
        if let Some((interval, count)) = repetition
            && count > 0
        {
            times.validity = interval.saturating_mul(count.into());
        }
        let submitter = Submitter { times, ..*self };
        let (schedule, end) = (sm.schedule_delivery_time, sm.validity_period);
        let times = Times::read(&submitter, schedule, end, sm.tlvs)?;
        let tlvs = broadcast::kept_tlvs(sm);
        let body = sm.tlvs(Tlvs::from_slice(&tlvs)).into();
        let octets = encoded(&Pdu::request(number, body))?;
        let wishes = Wishes::of(&body).unwrap_or_default();
        Ok(Work::Broadcast {
            message: self.message(self.ids.next(self.version), 0, times, octets, wishes),
            failed,
            replace: sm.replace_if_present_flag == ReplaceIfPresentFlag::REPLACE,
        })
    }

    fn message(
        &self,
        id: MessageId,
        part: u8,
        times: Times,
        octets: Bytes,
        wishes: Wishes,
    ) -> Arc<Message> {
        Arc::new(Message::decoded(
            MessageKey { id, part },
            self.account.clone(),
            self.now,
            Life::new(times.scheduled, times.expires),
            octets,
            wishes,
        ))
    }
}

/// The message of a `submit_multi` for one of its recipients.
fn for_one<'a>(sm: &SubmitMulti<'a>, destination: Address<'a>) -> SubmitSm<'a> {
    SubmitSm::new(sm.source_addr, destination, sm.short_message)
        .service_type(sm.service_type)
        .esm_class(sm.esm_class)
        .protocol_id(sm.protocol_id)
        .priority_flag(sm.priority_flag)
        .schedule_delivery_time(sm.schedule_delivery_time)
        .validity_period(sm.validity_period)
        .registered_delivery(sm.registered_delivery)
        .replace_if_present_flag(sm.replace_if_present_flag)
        .data_coding(sm.data_coding)
        .tlvs(sm.tlvs)
}

/// The octets of a PDU.
pub(crate) fn encoded(pdu: &Pdu<'_>) -> Result<Bytes, CommandStatus> {
    let mut octets = Vec::new();
    match encode(pdu, &mut octets) {
        Ok(_) => Ok(octets.into()),
        Err(_) => Err(CommandStatus::ESME_RSYSERR),
    }
}

fn check_destination(address: Address<'_>) -> Result<(), CommandStatus> {
    if address.addr.is_empty() {
        Err(CommandStatus::ESME_RINVDSTADR)
    } else {
        Ok(())
    }
}

fn check_flags(priority: PriorityFlag, replace: ReplaceIfPresentFlag) -> Result<(), CommandStatus> {
    if priority > PriorityFlag::LEVEL_3 {
        Err(CommandStatus::ESME_RINVPRTFLG)
    } else if replace > ReplaceIfPresentFlag::REPLACE {
        Err(CommandStatus::ESME_RINVREPFLAG)
    } else {
        Ok(())
    }
}

/// One text, from one place: of two, nobody could say which was meant.
pub(crate) fn check_text(
    short_message: ShortMessage<'_>,
    sm_default_msg_id: u8,
    tlvs: Tlvs<'_>,
) -> Result<(), CommandStatus> {
    if short_message.is_cut_short() {
        return Err(CommandStatus::ESME_RINVMSGLEN);
    }
    let payload = matches!(tlvs.message_payload(), Some(Ok(octets)) if !octets.is_empty());
    if payload && !short_message.as_bytes().is_empty() {
        return Err(CommandStatus::ESME_RTLVNOTALLWD);
    }
    if sm_default_msg_id != 0 {
        return Err(CommandStatus::ESME_RINVDFTMSGID);
    }
    Ok(())
}
