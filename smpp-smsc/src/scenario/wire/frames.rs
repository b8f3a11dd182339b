//! PDUs that are not as they should be.

use std::borrow::Cow;

use smpp_codec::receipt::Receipt;
use smpp_codec::{decode, encode};
use smpp_pdu::{Body, CommandId, Header, Pdu, ShortMessage, Tag, Tlv, Tlvs};

use crate::scenario::decisions::ReceiptPlan;

/// Where `sequence_number` stands.
const NUMBER: core::ops::Range<usize> = 12..16;

/// The header of a whole PDU.
pub(super) fn header(frame: &[u8]) -> Option<Header> {
    frame.first_chunk().map(Header::from_octets)
}

/// The `message_id` of a response to a message, which is its first field; empty
/// when there is none.
pub(super) fn message_id(frame: &[u8]) -> &str {
    let body = frame.get(Header::LEN..).unwrap_or_default();
    let id = body.split(|octet| *octet == 0).next().unwrap_or_default();
    core::str::from_utf8(id).unwrap_or_default()
}

/// The same response with another id.
pub(super) fn with_message_id(frame: &[u8], id: &str) -> Vec<u8> {
    let old = message_id(frame).len();
    let (head, body) = frame.split_at_checked(Header::LEN).unwrap_or((frame, &[]));
    let mut octets = head.to_vec();
    octets.extend_from_slice(id.as_bytes());
    octets.extend_from_slice(body.get(old..).unwrap_or_default());
    set_length(&mut octets);
    octets
}

/// The same PDU under another number.
pub(super) fn with_number(frame: &[u8], number: u32) -> Vec<u8> {
    let mut octets = frame.to_vec();
    if let Some(place) = octets.get_mut(NUMBER) {
        place.copy_from_slice(&number.to_be_bytes());
    }
    octets
}

/// The same response with a parameter that says that it goes on behind the end
/// of the PDU. Framing stays right: worse would cost the connection.
pub(super) fn malformed(frame: &[u8]) -> Vec<u8> {
    let mut octets = frame.to_vec();
    if octets.len() == Header::LEN {
        // The end of an empty id.
        octets.push(0);
    }
    let tag = Tag::ADDITIONAL_STATUS_INFO_TEXT.0.to_be_bytes();
    octets.extend_from_slice(&tag);
    octets.extend_from_slice(&[0, 200]);
    octets.extend_from_slice(b"cut");
    set_length(&mut octets);
    octets
}

/// A header without a body.
pub(super) fn response(command_id: CommandId, number: u32) -> Vec<u8> {
    let words = [16, command_id.0, 0, number];
    let mut octets: Vec<u8> = words.into_iter().flat_map(u32::to_be_bytes).collect();
    if command_id == CommandId::DELIVER_SM_RESP {
        // An empty message_id.
        octets.push(0);
        set_length(&mut octets);
    }
    octets
}

fn set_length(octets: &mut [u8]) {
    let length = u32::try_from(octets.len()).unwrap_or(u32::MAX);
    if let Some(place) = octets.first_chunk_mut() {
        *place = length.to_be_bytes();
    }
}

/// The id in a receipt, as the centre wrote it; `None` when this is none.
pub(super) fn receipted_id(frame: &[u8]) -> Option<String> {
    let pdu = decode(frame).ok()?;
    let id = Receipt::read(&pdu)?.id_str()?.to_owned();
    Some(id)
}

/// A receipt as its plan wants it.
pub(super) fn receipt<'f>(frame: &'f [u8], id: &str, plan: &ReceiptPlan) -> Cow<'f, [u8]> {
    let new = plan.id_form.apply(id);
    let other_form = plan.without_tlvs || plan.without_text || plan.without_nul;
    if new == id && !other_form {
        return Cow::Borrowed(frame);
    }
    rewritten(frame, id, &new, plan).map_or(Cow::Borrowed(frame), Cow::Owned)
}

fn rewritten(frame: &[u8], old: &str, new: &str, plan: &ReceiptPlan) -> Option<Vec<u8>> {
    let pdu = decode(frame).ok()?;
    let Body::DeliverSm(deliver) = pdu.body else {
        return None;
    };
    let text = core::str::from_utf8(deliver.short_message.as_bytes()).ok()?;
    let text = text.replacen(&format!("id:{old} "), &format!("id:{new} "), 1);
    let end = if plan.without_nul { "" } else { "\0" };
    let receipted = format!("{new}{end}");
    let mut tlvs: Vec<Tlv<'_>> = Vec::new();
    if !plan.without_tlvs {
        for tlv in deliver.tlvs.iter() {
            tlvs.push(if tlv.tag() == Tag::RECEIPTED_MESSAGE_ID {
                Tlv::new(Tag::RECEIPTED_MESSAGE_ID, receipted.as_bytes()).ok()?
            } else {
                tlv
            });
        }
    }
    // A receipt says something in any case.
    let text = if plan.without_text && !tlvs.is_empty() {
        ""
    } else {
        &text
    };
    let deliver = deliver
        .short_message(ShortMessage::new(text.as_bytes()).ok()?)
        .tlvs(Tlvs::from_slice(&tlvs));
    let mut octets = Vec::new();
    encode(&Pdu::request(pdu.sequence_number, deliver), &mut octets).ok()?;
    Some(octets)
}
