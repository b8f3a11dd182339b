//! What the centre of these tests sends, and what is expected of the receiver.

use core::time::Duration;

use smpp_esme::receiving::{
    ReceiptInfo, Received, ReceivedMessage, ReceivedReceipt, Receiver, Submission, Tracker,
};
use smpp_pdu::{
    Address, CommandId, CommandStatus, DeliverSm, EsmClass, MessageState, ShortMessage, Tlv, Tlvs,
};
use smpp_session::RequestId;

use crate::centre::{Centre, Seen};

pub(crate) const SUBSCRIBER: &str = "447700900123";

pub(crate) fn deliver(text: &[u8]) -> DeliverSm<'_> {
    DeliverSm::new(
        Address::international(SUBSCRIBER).unwrap(),
        Address::short_code("12345").unwrap(),
        ShortMessage::new(text).unwrap(),
    )
}

/// Sends a segment with a reference of 8 bits in its user data header.
pub(crate) fn segment(centre: &Centre, id: u64, reference: u8, total: u8, part: u8, text: &str) {
    let mut octets = vec![5, 0, 3, reference, total, part];
    octets.extend_from_slice(text.as_bytes());
    centre.order(move |link| {
        let sm = deliver(&octets).esm_class(EsmClass::DEFAULT.with_udhi(true));
        link.request(RequestId(id), sm).unwrap();
    });
}

/// Sends a receipt with a text only.
pub(crate) fn receipt(centre: &Centre, id: u64, message_id: &str, stat: &str) {
    let text = format!("id:{message_id} sub:001 dlvrd:001 stat:{stat} err:000 text:");
    centre.order(move |link| {
        let sm = deliver(text.as_bytes()).esm_class(EsmClass(0x04));
        link.request(RequestId(id), sm).unwrap();
    });
}

/// Sends a receipt with parameters only.
pub(crate) fn tlv_receipt(centre: &Centre, id: u64, message_id: &'static str) {
    centre.order(move |link| {
        let tlvs = [
            Tlv::receipted_message_id(message_id.try_into().unwrap()).unwrap(),
            Tlv::message_state(MessageState::DELIVERED),
        ];
        let sm = deliver(b"")
            .esm_class(EsmClass(0x04))
            .tlvs(Tlvs::from_slice(&tlvs));
        link.request(RequestId(id), sm).unwrap();
    });
}

/// The answer to a delivery.
pub(crate) const fn answer(id: u64, status: CommandStatus) -> Seen {
    Seen::Answer(id, CommandId::DELIVER_SM_RESP, status)
}

pub(crate) const OK: CommandStatus = CommandStatus::ESME_ROK;
pub(crate) const LATER: CommandStatus = CommandStatus::ESME_RX_T_APPN;

pub(crate) async fn message(receiver: &mut Receiver) -> ReceivedMessage {
    match receiver.recv().await {
        Some(Received::Message(message)) => message,
        other => panic!("{other:?} where a message was expected"),
    }
}

pub(crate) async fn a_receipt(receiver: &mut Receiver) -> ReceivedReceipt {
    match receiver.recv().await {
        Some(Received::Receipt(receipt)) => receipt,
        other => panic!("{other:?} where a receipt was expected"),
    }
}

/// Longer than any test waits.
pub(crate) const LONG: Duration = Duration::from_secs(3600);

pub(crate) fn sent(id: &str, tag: &str) -> Submission {
    Submission::new(id)
        .destination(Address::international(SUBSCRIBER).unwrap())
        .tag(tag)
}

pub(crate) async fn remember(tracker: &Tracker, id: &str, tag: &str) {
    tracker.submitted(sent(id, tag)).await.unwrap();
}

pub(crate) fn tag(receipt: &ReceiptInfo) -> &[u8] {
    receipt.message().unwrap().caller_tag()
}
