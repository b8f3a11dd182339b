//! Messages of one ESME as the PDUs that bring them to another.

use smpp_codec::decode;
use smpp_pdu::{
    Body, DataSm, DeliverSm, EsmClass, InterfaceVersion, MessageType, MessagingMode,
    RegisteredDelivery, ShortMessage, SubmitSm, Tag, Tlv, Tlvs,
};

use crate::Message;

/// Gives a message to `send` as a `deliver_sm`, or a `data_sm` where it came as one
/// and the peer knows those. `None` when a peer of `version` could not have it: 3.3
/// has no place for a text that is longer than a `short_message`.
pub(crate) fn with_forward<R>(
    message: &Message,
    version: InterfaceVersion,
    send: impl FnOnce(Body<'_>) -> R,
) -> Option<R> {
    let pdu = decode(message.octets()).ok()?;
    let tlvs = pdu.body.tlvs();
    let kept: Vec<Tlv<'_>> = tlvs
        .iter()
        .filter(|tlv| goes_on(tlv.tag(), version))
        .collect();
    let kept = Tlvs::from_slice(&kept);
    Some(match pdu.body {
        Body::SubmitSm(sm) if version.supports_tlvs() => send(deliver_sm(&sm).tlvs(kept).into()),
        Body::SubmitSm(sm) => {
            let text = text_for_3_3(sm.short_message, tlvs)?;
            send(deliver_sm(&sm).short_message(text).into())
        }
        Body::DataSm(sm) if version.supports_tlvs() => {
            let data = DataSm {
                esm_class: esm_class(sm.esm_class),
                registered_delivery: registered_delivery(sm.registered_delivery),
                ..sm
            };
            send(data.tlvs(kept).into())
        }
        Body::DataSm(sm) => {
            let text = text_for_3_3(ShortMessage::EMPTY, tlvs)?;
            let deliver = DeliverSm::new(sm.source_addr, sm.destination_addr, text)
                .service_type(sm.service_type)
                .esm_class(esm_class(sm.esm_class))
                .registered_delivery(registered_delivery(sm.registered_delivery))
                .data_coding(sm.data_coding);
            send(deliver.into())
        }
        _ => return None,
    })
}

fn deliver_sm<'a>(sm: &SubmitSm<'a>) -> DeliverSm<'a> {
    DeliverSm::new(sm.source_addr, sm.destination_addr, sm.short_message)
        .service_type(sm.service_type)
        .esm_class(esm_class(sm.esm_class))
        .protocol_id(sm.protocol_id)
        .priority_flag(sm.priority_flag)
        .registered_delivery(registered_delivery(sm.registered_delivery))
        .data_coding(sm.data_coding)
}

/// Without the mode, which is between sender and centre, and without types that say
/// that the centre wrote it: nobody is to send false receipts through it.
fn esm_class(submitted: EsmClass) -> EsmClass {
    let class = submitted.with_messaging_mode(MessagingMode::DEFAULT);
    match class.message_type() {
        MessageType::DELIVERY_ACKNOWLEDGEMENT | MessageType::MANUAL_USER_ACKNOWLEDGEMENT => class,
        _ => class.with_message_type(MessageType::DEFAULT),
    }
}

/// Only the acknowledgements of the receiving side: receipts are the centre's.
fn registered_delivery(submitted: RegisteredDelivery) -> RegisteredDelivery {
    RegisteredDelivery::NONE.with_sme_ack(submitted.sme_ack())
}

/// The text of a message for a peer that knows no parameters.
fn text_for_3_3<'a>(text: ShortMessage<'a>, tlvs: Tlvs<'a>) -> Option<ShortMessage<'a>> {
    match tlvs.message_payload() {
        Some(Ok(payload)) if text.as_bytes().is_empty() => {
            let fits = payload.len() <= MAX_SHORT_MESSAGE;
            fits.then(|| ShortMessage::new(payload).ok()).flatten()
        }
        _ => Some(text),
    }
}

/// Octets of the longest `short_message` (SMPP 3.4, 5.2.21).
const MAX_SHORT_MESSAGE: usize = 254;

/// Whether a parameter of a submission goes on to the recipient: those that a
/// `deliver_sm` may have and that do not speak of a receipt (SMPP 3.4, 4.6.1; 5.0,
/// 4.3.1), and those that the specifications do not know.
fn goes_on(tag: Tag, version: InterfaceVersion) -> bool {
    match tag {
        Tag::PAYLOAD_TYPE
        | Tag::PRIVACY_INDICATOR
        | Tag::SOURCE_SUBADDRESS
        | Tag::DEST_SUBADDRESS
        | Tag::USER_MESSAGE_REFERENCE
        | Tag::USER_RESPONSE_CODE
        | Tag::SOURCE_PORT
        | Tag::DESTINATION_PORT
        | Tag::SAR_MSG_REF_NUM
        | Tag::SAR_TOTAL_SEGMENTS
        | Tag::SAR_SEGMENT_SEQNUM
        | Tag::LANGUAGE_INDICATOR
        | Tag::CALLBACK_NUM
        | Tag::MESSAGE_PAYLOAD
        | Tag::ITS_SESSION_INFO => true,
        Tag::DEST_ADDR_SUBUNIT
        | Tag::SOURCE_ADDR_SUBUNIT
        | Tag::CALLBACK_NUM_PRES_IND
        | Tag::CALLBACK_NUM_ATAG
        | Tag::USSD_SERVICE_OP
        | Tag::SOURCE_NETWORK_ID
        | Tag::DEST_NETWORK_ID
        | Tag::SOURCE_NODE_ID
        | Tag::DEST_NODE_ID
        | Tag::DEST_ADDR_NP_RESOLUTION
        | Tag::DEST_ADDR_NP_INFORMATION
        | Tag::DEST_ADDR_NP_COUNTRY
        | Tag::ITS_REPLY_TYPE => version >= InterfaceVersion::V5_0,
        _ => tag.definition().is_none(),
    }
}
