//! From a message of this centre to the request that hands it over.

use core::time::Duration;

use smpp_pdu::time::{RelativeTime, TimeText};
use smpp_pdu::{
    Body, COctetStr, CommandStatus, DataSm, EsmClass, InterfaceVersion, McReceipt, MessagingMode,
    RegisteredDelivery, ReplaceIfPresentFlag, ShortMessage, SubmitSm, Tag, Tlv, Tlvs,
};

use super::statuses::rejected;
use crate::Timestamp;
use crate::network::Outcome;

/// The longest text of 3.3, in octets.
const V33_TEXT: usize = 160;

/// Parameters without which a text means something else.
const NEEDED: [Tag; 5] = [
    Tag::SAR_MSG_REF_NUM,
    Tag::SAR_TOTAL_SEGMENTS,
    Tag::SAR_SEGMENT_SEQNUM,
    Tag::SOURCE_PORT,
    Tag::DESTINATION_PORT,
];

/// What the next centre takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    pub(super) version: InterfaceVersion,
    /// Whether it sends receipts.
    pub(super) receipts: bool,
    /// Whether it knows `data_sm`.
    pub(super) data_sm: bool,
    /// Whether times are points in time.
    pub(super) absolute_times: bool,
}

/// A request, and what it borrows from.
#[derive(Debug)]
pub(super) struct Outgoing<'m> {
    request: Request<'m>,
    validity: TimeText,
    tlvs: Vec<Tlv<'m>>,
    /// Whether the next centre was asked for a receipt.
    pub(super) awaits_receipt: bool,
}

#[derive(Debug)]
enum Request<'m> {
    Submit(SubmitSm<'m>),
    Data(DataSm<'m>),
}

impl Form {
    fn is_v33(self) -> bool {
        self.version.normalized() < InterfaceVersion::V3_4
    }

    /// The request for this message, which has until `expires`.
    ///
    /// The error says how the attempt ends where there is none.
    pub(super) fn request<'m>(
        self,
        message: &Body<'m>,
        now: Timestamp,
        expires: Timestamp,
    ) -> Result<Outgoing<'m>, Outcome> {
        let left = expires.since(now);
        if left.is_zero() {
            return Err(Outcome::NotNow { error: 0 });
        }
        match message {
            Body::SubmitSm(sm) => self.submit(*sm, left, expires),
            Body::DataSm(sm) if self.is_v33() || !self.data_sm => {
                let text = ShortMessage::default();
                let submit = SubmitSm::new(sm.source_addr, sm.destination_addr, text)
                    .service_type(sm.service_type)
                    .esm_class(sm.esm_class)
                    .registered_delivery(sm.registered_delivery)
                    .data_coding(sm.data_coding)
                    .tlvs(sm.tlvs);
                self.submit(submit, left, expires)
            }
            Body::DataSm(sm) => {
                let (wanted, awaits_receipt) = self.wanted(sm.esm_class, sm.registered_delivery);
                // data_sm has no other place for it.
                let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
                let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
                let tlvs = kept(sm.tlvs).chain([Tlv::qos_time_to_live(seconds)]);
                Ok(Outgoing {
                    tlvs: tlvs.collect(),
                    request: Request::Data(sm.registered_delivery(wanted)),
                    validity: TimeText::EMPTY,
                    awaits_receipt,
                })
            }
            // Broadcasts go to areas, which are those of the own network.
            _ => Err(rejected(CommandStatus::ESME_RINVCMDID)),
        }
    }

    fn submit<'m>(
        self,
        mut sm: SubmitSm<'m>,
        left: Duration,
        expires: Timestamp,
    ) -> Result<Outgoing<'m>, Outcome> {
        let (wanted, awaits_receipt) = self.wanted(sm.esm_class, sm.registered_delivery);
        let mut tlvs: Vec<Tlv<'m>> = kept(sm.tlvs).collect();
        if self.is_v33() {
            if sm.esm_class.messaging_mode() == MessagingMode::FORWARD {
                // A response that does not say whether it was delivered.
                return Err(rejected(CommandStatus::ESME_RINVESMCLASS));
            }
            sm = without_tlvs(sm)?;
            tlvs.clear();
        }
        let relative = || RelativeTime::from_duration(left).ok();
        let validity = match relative().filter(|_| !self.absolute_times) {
            Some(span) => span.to_text(),
            None => expires.to_text(),
        };
        Ok(Outgoing {
            request: Request::Submit(
                sm.registered_delivery(wanted)
                    .schedule_delivery_time(COctetStr::EMPTY)
                    // What it replaces here was replaced already.
                    .replace_if_present_flag(ReplaceIfPresentFlag::DO_NOT_REPLACE),
            ),
            validity,
            tlvs,
            awaits_receipt,
        })
    }

    /// What the next centre is asked to report: the outcome, whatever the sender
    /// asked for, since this centre wants to know. Whether it is asked for it.
    fn wanted(self, esm_class: EsmClass, asked: RegisteredDelivery) -> (RegisteredDelivery, bool) {
        // What is not kept here has its outcome with the response.
        let kept = !matches!(
            esm_class.messaging_mode(),
            MessagingMode::DATAGRAM | MessagingMode::FORWARD
        );
        let receipt = kept && self.receipts;
        let mc_receipt = if receipt {
            McReceipt::SUCCESS_OR_FAILURE
        } else {
            McReceipt::NONE
        };
        let wanted = if self.is_v33() {
            RegisteredDelivery::NONE
        } else {
            asked.with_intermediate(asked.intermediate() && receipt)
        };
        (wanted.with_mc_receipt(mc_receipt), receipt)
    }
}

impl Outgoing<'_> {
    pub(super) fn body(&self) -> Body<'_> {
        let tlvs = Tlvs::from_slice(&self.tlvs);
        match self.request {
            Request::Submit(sm) => {
                // Digits hold no NUL.
                let validity = COctetStr::new(self.validity.as_bytes()).unwrap_or_default();
                sm.validity_period(validity).tlvs(tlvs).into()
            }
            Request::Data(sm) => sm.tlvs(tlvs).into(),
        }
    }
}

/// Parameters that go on: all but the validity, of which less is left.
fn kept<'m>(tlvs: Tlvs<'m>) -> impl Iterator<Item = Tlv<'m>> {
    tlvs.iter().filter(|tlv| tlv.tag() != Tag::QOS_TIME_TO_LIVE)
}

/// The message in the terms of 3.3.
fn without_tlvs(sm: SubmitSm<'_>) -> Result<SubmitSm<'_>, Outcome> {
    if sm.tlvs.iter().any(|tlv| NEEDED.contains(&tlv.tag())) {
        return Err(rejected(CommandStatus::ESME_RTLVNOTALLWD));
    }
    let text = match sm.tlvs.message_payload() {
        Some(Ok(payload)) if sm.short_message.as_bytes().is_empty() => {
            let short = ShortMessage::new(payload).ok();
            short
                .filter(|_| payload.len() <= V33_TEXT)
                .ok_or(rejected(CommandStatus::ESME_RINVMSGLEN))?
        }
        _ => sm.short_message,
    };
    let esm_class = sm.esm_class.with_messaging_mode(MessagingMode::DEFAULT);
    Ok(sm.short_message(text).esm_class(esm_class))
}

#[cfg(test)]
mod tests;
