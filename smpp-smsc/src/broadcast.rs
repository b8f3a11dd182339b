//! Broadcasts of SMPP 5.0: what a `broadcast_sm` must bring, and what became of
//! its areas.
//!
//! How well each area was reached stands in the kept PDU itself, as the
//! parameter `broadcast_area_success` with which `query_broadcast_sm_resp`
//! tells it, one for each area in their order.

use core::time::Duration;

use smpp_codec::decode;
use smpp_pdu::{
    Body, BroadcastAreaFormat, BroadcastAreaIdentifier, BroadcastAreaSuccess,
    BroadcastContentNetwork, BroadcastFrequencyInterval, BroadcastFrequencyUnit,
    BroadcastMessageClass, BroadcastSm, CommandStatus, MessageState, Pdu, PriorityFlag, Tag, Tlv,
    Tlvs,
};

use crate::Message;
use crate::submission::encoded;

/// An area that a broadcast does not go to, as it was named, and why.
#[derive(Clone, Debug)]
pub(crate) struct FailedArea {
    pub(crate) identifier: Box<[u8]>,
    pub(crate) status: CommandStatus,
}

impl FailedArea {
    /// The parameters of `broadcast_sm_resp` that tell it.
    pub(crate) fn tlvs(&self) -> impl Iterator<Item = Tlv<'_>> {
        let area = Tlv::new(Tag::BROADCAST_AREA_IDENTIFIER, &self.identifier).ok();
        let status = Tlv::broadcast_error_status(self.status);
        area.into_iter().chain([status])
    }
}

/// Looks for what is mandatory, and whether it makes sense. Gives the areas
/// that the broadcast cannot go to.
pub(crate) fn check(sm: &BroadcastSm<'_>) -> Result<Vec<FailedArea>, CommandStatus> {
    let missing = CommandStatus::ESME_RMISSINGTLV;
    let tlvs = sm.tlvs;
    if sm.priority_flag > PriorityFlag::LEVEL_4 {
        return Err(CommandStatus::ESME_RINVPRTFLG);
    }
    if sm.sm_default_msg_id != 0 {
        return Err(CommandStatus::ESME_RINVDFTMSGID);
    }
    match tlvs.broadcast_content_type() {
        Some(Ok(content)) if content.network <= BroadcastContentNetwork::CDMA => {}
        None => return Err(missing),
        _ => return Err(CommandStatus::ESME_RINVBCASTCNTTYPE),
    }
    match tlvs.broadcast_rep_num() {
        Some(Ok(_)) => {}
        None => return Err(missing),
        _ => return Err(CommandStatus::ESME_RINVBCAST_REP),
    }
    match tlvs.broadcast_frequency_interval() {
        Some(Ok(interval)) if seconds_of(interval).is_some() => {}
        None => return Err(missing),
        _ => return Err(CommandStatus::ESME_RINVBCASTFREQINT),
    }
    if tlvs.message_payload().is_none() {
        return Err(missing);
    }
    if let Some(class) = tlvs.broadcast_message_class()
        && class.is_ok_and(|class| class > BroadcastMessageClass::CLASS3_TERMINAL_EQUIPMENT)
    {
        return Err(CommandStatus::ESME_RINVBCASTMSGCLASS);
    }
    if let Some(indicator) = tlvs.broadcast_channel_indicator()
        && indicator.is_ok_and(|indicator| indicator.0 > 1)
    {
        return Err(CommandStatus::ESME_RINVBCASTCHANIND);
    }
    let areas: Vec<Tlv<'_>> = tlvs.find_all(Tag::BROADCAST_AREA_IDENTIFIER).collect();
    // broadcast_sm_resp and query_broadcast_sm_resp name them all again.
    if areas.is_empty() || areas.len() > MAX_AREAS {
        return Err(CommandStatus::ESME_RINVNUMBCAST_AREAS);
    }
    let failed: Vec<FailedArea> = areas.iter().filter_map(failed_area).collect();
    match failed.first() {
        Some(first) if failed.len() == areas.len() => Err(first.status),
        _ => Ok(failed),
    }
}

/// The areas that one broadcast may go to.
pub(crate) const MAX_AREAS: usize = 255;

fn failed_area(area: &Tlv<'_>) -> Option<FailedArea> {
    let status = match area.read::<BroadcastAreaIdentifier<'_>>() {
        Ok(area) if area.format > BroadcastAreaFormat::POLYGON => {
            CommandStatus::ESME_RINVBCASTAREAFMT
        }
        Ok(area) if area.details.is_empty() => match area.format {
            BroadcastAreaFormat::ALIAS_NAME => CommandStatus::ESME_RINVBCASTALIAS_NAME,
            _ => CommandStatus::ESME_RINVBCASTAREAFMT,
        },
        Ok(_) => return None,
        Err(_) => CommandStatus::ESME_RINVBCASTAREAFMT,
    };
    Some(FailedArea {
        identifier: area.value().iter().collect(),
        status,
    })
}

/// The PDU as it is kept: only with areas that it goes to, and without what
/// only the centre says.
pub(crate) fn kept_tlvs<'a>(sm: &BroadcastSm<'a>) -> Vec<Tlv<'a>> {
    sm.tlvs
        .iter()
        .filter(|tlv| match tlv.tag() {
            Tag::BROADCAST_AREA_IDENTIFIER => failed_area(tlv).is_none(),
            Tag::BROADCAST_AREA_SUCCESS => false,
            _ => true,
        })
        .collect()
}

/// The time from one transmission to the next, and how many there are; `None`
/// for one only. 0 of them means until the validity is over.
pub(crate) fn repetition(sm: &BroadcastSm<'_>) -> Option<(Duration, u16)> {
    let count = sm.tlvs.broadcast_rep_num()?.ok()?;
    let interval = sm.tlvs.broadcast_frequency_interval()?.ok()?;
    let seconds = seconds_of(interval)?;
    let at_once = sm.priority_flag == PriorityFlag::GSM_CBS_IMMEDIATE_BROADCAST;
    // An immediate broadcast ignores the number (5.0, 4.8.4.12); without a
    // pause, repeating is left to the network.
    (!at_once && seconds > 0 && count != 1).then_some((Duration::from_secs(seconds), count))
}

/// An interval in seconds, 0 for as often as possible; a month has 30 days and a
/// year 365. `None` for units that 5.0 does not have.
fn seconds_of(interval: BroadcastFrequencyInterval) -> Option<u64> {
    const DAY: u64 = 86_400;
    let unit = match interval.unit {
        BroadcastFrequencyUnit::AS_OFTEN_AS_POSSIBLE => 0,
        BroadcastFrequencyUnit::SECONDS => 1,
        BroadcastFrequencyUnit::MINUTES => 60,
        BroadcastFrequencyUnit::HOURS => 3600,
        BroadcastFrequencyUnit::DAYS => DAY,
        BroadcastFrequencyUnit::WEEKS => 7 * DAY,
        BroadcastFrequencyUnit::MONTHS => 30 * DAY,
        BroadcastFrequencyUnit::YEARS => 365 * DAY,
        _ => return None,
    };
    Some(unit * u64::from(interval.count))
}

/// The broadcast with how well its areas were reached, in percent.
pub(crate) fn with_success(message: &Message, success: &[u8]) -> Option<Message> {
    let old = decode(message.octets()).ok()?;
    let Body::BroadcastSm(sm) = old.body else {
        return None;
    };
    let mut tlvs = kept_tlvs(&sm);
    let percent = success.iter().map(|one| BroadcastAreaSuccess(*one));
    tlvs.extend(percent.map(Tlv::broadcast_area_success));
    let new = sm.tlvs(Tlvs::from_slice(&tlvs));
    let octets = encoded(&Pdu::request(old.sequence_number, new)).ok()?;
    message.with_pdu(message.submitted, octets).ok()
}

/// How many areas a broadcast goes to.
pub(crate) fn areas(tlvs: Tlvs<'_>) -> usize {
    tlvs.find_all(Tag::BROADCAST_AREA_IDENTIFIER).count()
}

/// The areas of a broadcast in `state`, each followed by how well it was
/// reached, as `query_broadcast_sm_resp` tells them.
pub(crate) fn told_areas<'a>(tlvs: Tlvs<'a>, state: MessageState) -> Vec<Tlv<'a>> {
    let unknown = BroadcastAreaSuccess::NOT_AVAILABLE;
    let otherwise = if state.is_final() {
        BroadcastAreaSuccess(0)
    } else {
        unknown
    };
    let mut success = tlvs
        .find_all(Tag::BROADCAST_AREA_SUCCESS)
        .map(|one| one.read().unwrap_or(unknown));
    tlvs.find_all(Tag::BROADCAST_AREA_IDENTIFIER)
        .flat_map(|area| {
            let success = success.next().unwrap_or(otherwise);
            [area, Tlv::broadcast_area_success(success)]
        })
        .collect()
}
