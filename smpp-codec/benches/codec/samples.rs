//! The PDUs that are measured: what a busy link carries, and one long message.

use smpp_codec::encode;
use smpp_pdu::{
    Address, COctetStr, DeliverSm, EnquireLink, EsmClass, MessageState, Pdu, SequenceNumber,
    ShortMessage, SubmitSm, Tlv, Tlvs,
};

/// A name for the rows, and the octets.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) octets: Vec<u8>,
}

impl Sample {
    fn new(name: &'static str, pdu: &Pdu<'_>) -> Self {
        let mut octets = Vec::new();
        encode(pdu, &mut octets).expect("a Vec takes everything");
        Self { name, octets }
    }
}

/// A receipt as most centres write it.
const RECEIPT: &[u8] = b"id:0123456789 sub:001 dlvrd:001 submit date:2401020304 \
done date:2401020305 stat:DELIVRD err:000 text:";

pub(crate) fn all() -> Vec<Sample> {
    let text = [b'x'; 140];
    let payload = [b'y'; 1_000];
    let long = [Tlv::message_payload(&payload).expect("below 65,536 octets")];
    let id = COctetStr::new(b"0123456789").expect("without NUL");
    let of_receipt = [
        Tlv::receipted_message_id(id).expect("below 65,536 octets"),
        Tlv::message_state(MessageState::DELIVERED),
    ];

    let bank = Address::alphanumeric("BANK").expect("without NUL");
    let subscriber = Address::international("447700900123").expect("without NUL");
    let short = |octets| ShortMessage::new(octets).expect("below 256 octets");

    let submit = SubmitSm::new(bank, subscriber, short(&text)).with_receipt();
    let receipt = DeliverSm::default()
        .source_addr(subscriber)
        .destination_addr(bank)
        .esm_class(EsmClass(0x04))
        .short_message(short(RECEIPT))
        .tlvs(Tlvs::from_slice(&of_receipt));
    let submit_long = SubmitSm::new(bank, subscriber, short(b""))
        .with_receipt()
        .tlvs(Tlvs::from_slice(&long));

    let request = SequenceNumber(4_711);
    vec![
        Sample::new(
            "enquire_link",
            &Pdu::request(request, EnquireLink::default()),
        ),
        Sample::new("submit_sm 140", &Pdu::request(request, submit)),
        Sample::new("deliver_sm receipt", &Pdu::request(request, receipt)),
        Sample::new(
            "submit_sm payload 1000",
            &Pdu::request(request, submit_long),
        ),
    ]
}
