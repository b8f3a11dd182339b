//! From a request to what the engine is to do: what can be checked without
//! looking at any other message is checked here, in the task of the connection.

use core::time::Duration;
use std::sync::Arc;

use bytes::Bytes;
use smpp_codec::encode;
use smpp_pdu::time::{SmppTime, TimeOptions};
use smpp_pdu::{
    Address, Body, COctetStr, CommandId, CommandStatus, DestAddress, InterfaceVersion, Pdu,
    RegisteredDelivery, SequenceNumber, ShortMessage, SubmitMulti, SubmitSm, Tlvs,
};

use crate::answer::RefusedRecipient;
use crate::message_id::Ids;
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
    SubmitMulti {
        id: MessageId,
        messages: Vec<Arc<Message>>,
        refused: Vec<RefusedRecipient>,
    },
    /// The octets of a `query_sm`, `cancel_sm` or `replace_sm`.
    Manage(Bytes),
}

/// What a submission is made a message with.
pub(crate) struct Submitter<'a> {
    pub(crate) account: &'a Arc<str>,
    pub(crate) version: InterfaceVersion,
    pub(crate) now: Timestamp,
    pub(crate) ids: &'a Ids,
    pub(crate) validity: Duration,
}

impl Submitter<'_> {
    /// The work that a request is.
    pub(crate) fn work(&self, pdu: &Pdu<'_>, octets: &[u8]) -> Work {
        let work = match &pdu.body {
            Body::SubmitSm(sm) => self.submit_sm(sm, octets),
            Body::SubmitMulti(sm) => self.submit_multi(sm, pdu.sequence_number),
            Body::DataSm(sm) => {
                let times = Times::read(self, COctetStr::EMPTY, COctetStr::EMPTY, sm.tlvs);
                times.and_then(|times| {
                    self.one(times, sm.destination_addr, sm.registered_delivery, octets)
                })
            }
            Body::QuerySm(_) | Body::CancelSm(_) | Body::ReplaceSm(_) => {
                Ok(Work::Manage(Bytes::copy_from_slice(octets)))
            }
            _ => Err(CommandStatus::ESME_RINVCMDID),
        };
        work.unwrap_or_else(Work::Refuse)
    }

    fn submit_sm(&self, sm: &SubmitSm<'_>, octets: &[u8]) -> Result<Work, CommandStatus> {
        check_text(sm.short_message, sm.sm_default_msg_id, sm.tlvs)?;
        let times = Times::read(self, sm.schedule_delivery_time, sm.validity_period, sm.tlvs)?;
        self.one(times, sm.destination_addr, sm.registered_delivery, octets)
    }

    fn one(
        &self,
        times: Times,
        destination: Address<'_>,
        registered_delivery: RegisteredDelivery,
        octets: &[u8],
    ) -> Result<Work, CommandStatus> {
        check_destination(destination)?;
        let id = self.ids.next(self.version);
        // A copy of its own: a slice of what was read with it would keep all of
        // that in memory for as long as this message waits.
        let octets = Bytes::copy_from_slice(octets);
        let message = self.message(id, 0, times, octets, registered_delivery);
        Ok(Work::Submit(message))
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
        let times = Times::read(self, sm.schedule_delivery_time, sm.validity_period, sm.tlvs)?;
        let id = self.ids.next(self.version);
        let (mut messages, mut refused) = (Vec::new(), Vec::new());
        let mut part = 0;
        for destination in sm.dest_address {
            let address = match destination {
                DestAddress::Sme(address) => address,
                DestAddress::DistributionList(addr) => {
                    let list = Address {
                        addr,
                        ..Address::EMPTY
                    };
                    let status = CommandStatus::ESME_RINVDLNAME;
                    refused.push(RefusedRecipient::new(list, status));
                    continue;
                }
            };
            if let Err(status) = check_destination(address) {
                refused.push(RefusedRecipient::new(address, status));
                continue;
            }
            let octets = encoded(&Pdu::request(number, for_one(sm, address)))?;
            messages.push(self.message(id.clone(), part, times, octets, sm.registered_delivery));
            // At most 255 recipients: the last addition may stand at the limit.
            part = part.saturating_add(1);
        }
        Ok(Work::SubmitMulti {
            id,
            messages,
            refused,
        })
    }

    fn message(
        &self,
        id: MessageId,
        part: u8,
        times: Times,
        octets: Bytes,
        registered_delivery: RegisteredDelivery,
    ) -> Arc<Message> {
        Arc::new(Message::decoded(
            MessageKey { id, part },
            self.account.clone(),
            self.now,
            Life::new(times.scheduled, times.expires),
            octets,
            registered_delivery,
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

/// From when and until when a message is to be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Times {
    scheduled: Timestamp,
    expires: Timestamp,
}

impl Times {
    /// A schedule that has passed means at once; a validity that has passed, or
    /// ends before the schedule, is refused.
    fn read(
        submitter: &Submitter<'_>,
        schedule: COctetStr<'_>,
        validity: COctetStr<'_>,
        tlvs: Tlvs<'_>,
    ) -> Result<Self, CommandStatus> {
        let now = submitter.now;
        let scheduled = schedule_time(now, schedule)?.unwrap_or(now).max(now);
        let expires = match tlvs.qos_time_to_live() {
            // 5.0, 4.8.4.50: it takes the place of validity_period.
            Some(Ok(seconds)) => Some(now.after(Duration::from_secs(seconds.into()))),
            _ => validity_time(now, validity)?,
        };
        let expires = expires.unwrap_or_else(|| scheduled.after(submitter.validity));
        if expires <= scheduled {
            return Err(CommandStatus::ESME_RINVEXPIRY);
        }
        Ok(Self { scheduled, expires })
    }
}

/// A `schedule_delivery_time`; `None` when it is not given.
pub(crate) fn schedule_time(
    now: Timestamp,
    text: COctetStr<'_>,
) -> Result<Option<Timestamp>, CommandStatus> {
    read_time(now, text).map_err(|NoTime| CommandStatus::ESME_RINVSCHED)
}

/// A `validity_period`; `None` when it is not given.
pub(crate) fn validity_time(
    now: Timestamp,
    text: COctetStr<'_>,
) -> Result<Option<Timestamp>, CommandStatus> {
    read_time(now, text).map_err(|NoTime| CommandStatus::ESME_RINVEXPIRY)
}

struct NoTime;

fn read_time(now: Timestamp, text: COctetStr<'_>) -> Result<Option<Timestamp>, NoTime> {
    // Real clients write 48 hours as 48 hours.
    let options = TimeOptions::new().lenient(true);
    let time = SmppTime::parse_with(text.as_bytes(), options).map_err(|_| NoTime)?;
    match time {
        None => Ok(None),
        Some(SmppTime::Absolute(time)) => Ok(Some(time.into())),
        Some(SmppTime::Relative(span)) => {
            let end = match span.to_duration() {
                Some(duration) => Some(now.after(duration)),
                None => now
                    .to_absolute()
                    .and_then(|start| span.after(start))
                    .map(Timestamp::from),
            };
            end.map(Some).ok_or(NoTime)
        }
        // Only a centre may write times without a zone.
        Some(SmppTime::McLocal(_)) => Err(NoTime),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400_000;
    /// 2023-11-14T22:13:20Z
    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    fn read(schedule: &str, validity: &str) -> Result<(u64, u64), CommandStatus> {
        let submitter = Submitter {
            account: &"esme".into(),
            version: InterfaceVersion::V3_4,
            now: NOW,
            ids: &Ids::new(NOW),
            validity: Duration::from_secs(3 * 86_400),
        };
        let text = |text: &'static str| COctetStr::new(text.as_bytes()).unwrap();
        let (schedule, validity) = (schedule.to_owned().leak(), validity.to_owned().leak());
        Times::read(&submitter, text(schedule), text(validity), Tlvs::EMPTY)
            .map(|times| (times.scheduled.0 - NOW.0, times.expires.0 - NOW.0))
    }

    #[test]
    fn times_of_a_submission_are_read_and_refused() {
        let bad_schedule = Err(CommandStatus::ESME_RINVSCHED);
        let bad_expiry = Err(CommandStatus::ESME_RINVEXPIRY);
        for (schedule, validity, expected) in [
            ("", "", Ok((0, 3 * DAY))),
            ("", "000001000000000R", Ok((0, DAY))),
            ("", "000000480000000R", Ok((0, 2 * DAY))),
            ("", "000100000000000R", Ok((0, 30 * DAY))),
            ("000001000000000R", "", Ok((DAY, 4 * DAY))),
            ("231115221320000+", "231116221320000+", Ok((DAY, 2 * DAY))),
            ("231115231320004+", "", Ok((DAY, 4 * DAY))),
            // Past: at once.
            ("231113221320000+", "", Ok((0, 3 * DAY))),
            ("000002000000000R", "000001000000000R", bad_expiry),
            ("", "231113221320000+", bad_expiry),
            ("", "000000000000000R", bad_expiry),
            ("", "tomorrow", bad_expiry),
            ("", "231116221320", bad_expiry),
            ("tomorrow", "", bad_schedule),
            ("231315221320000+", "", bad_schedule),
            ("231115221320049+", "", bad_schedule),
        ] {
            assert_eq!(
                read(schedule, validity),
                expected,
                "{schedule:?} {validity:?}"
            );
        }
    }
}
