//! Receipts, notifications and alerts, as the PDUs that carry them.

use smpp_codec::receipt::{ReceiptKind, ReceiptWriter};
use smpp_pdu::time::McLocalTime;
use smpp_pdu::{
    AlertNotification, DataCoding, DeliverSm, InterfaceVersion, MsAvailabilityStatus, ShortMessage,
    Tlv, Tlvs,
};

use crate::accounts::{Quirks, ReceiptForm};
use crate::message::Content;
use crate::store::{Delivery, DeliveryContent};
use crate::{Message, Timestamp};

/// Gives a receipt or an intermediate notification to `send`, in the form for a
/// peer of `version` with these quirks. Dates are in UTC. `None` when there is no such form: 3.3
/// knows no notifications.
pub(crate) fn with_receipt<R>(
    delivery: &Delivery,
    version: InterfaceVersion,
    quirks: &Quirks,
    send: impl FnOnce(DeliverSm<'_>) -> R,
) -> Option<R> {
    let message = delivery.content.message()?;
    let content = message.content();
    let intermediate = matches!(delivery.content, DeliveryContent::Notification(_));
    if intermediate && version < InterfaceVersion::V3_4 {
        return None;
    }
    let (kind, done) = if intermediate {
        (ReceiptKind::IntermediateNotification, delivery.created)
    } else {
        (ReceiptKind::DeliveryReceipt, message.life.done()?)
    };
    let state = message.life.state_for(done, version);
    let id = quirks.receipt_ids.apply(&message.key.id);
    let mut writer = ReceiptWriter::new(id.as_str(), state)
        .kind(kind)
        .err(message.life.error().into())
        .seconds(quirks.receipt_seconds);
    if !quirks.receipts_without_text {
        writer = writer.text(start_of_text(&content));
    }
    if let Some(date) = local(message.submitted) {
        writer = writer.submit_date(date);
    }
    if let Some(date) = local(done) {
        writer = writer.done_date(date);
    }
    if let Some(Ok(reference)) = content.tlvs.user_message_reference() {
        writer = writer.user_message_reference(reference);
    }
    let mut text = heapless::Vec::<u8, { ReceiptWriter::MAX_LEN }>::new();
    writer.write_text(&mut text).ok()?;
    let tlvs = writer.tlvs(version).ok()?;
    let mut tlvs = Tlvs::from_slice(&tlvs);
    match quirks.receipts {
        ReceiptForm::Text => tlvs = Tlvs::EMPTY,
        ReceiptForm::Tlvs if !tlvs.is_empty() => text.clear(),
        _ => {}
    }
    let deliver = DeliverSm::new(
        content.destination,
        content.source,
        ShortMessage::new(&text).ok()?,
    )
    .esm_class(writer.esm_class())
    .tlvs(tlvs);
    Some(send(deliver))
}

/// Gives the `alert_notification` that `message` asked for to `send`: its
/// recipient can be reached again. `None` for a peer of 3.3, which knows none.
pub(crate) fn with_alert<R>(
    message: &Message,
    version: InterfaceVersion,
    send: impl FnOnce(AlertNotification<'_>) -> R,
) -> Option<R> {
    if version < InterfaceVersion::V3_4 {
        return None;
    }
    let content = message.content();
    let tlvs = [Tlv::ms_availability_status(MsAvailabilityStatus::AVAILABLE)];
    let alert = AlertNotification::default()
        .source_addr(content.destination)
        .esme_addr(content.source)
        .tlvs(Tlvs::from_slice(&tlvs));
    Some(send(alert))
}

/// The text of a message, where readers of a receipt will take it for what it
/// is: receipts are ASCII, whatever the message was.
fn start_of_text<'a>(content: &Content<'a>) -> &'a [u8] {
    let readable = matches!(content.data_coding, DataCoding(0 | 1 | 3));
    if !readable || content.esm_class.has_udhi() {
        return &[];
    }
    let printable = |octet: &u8| matches!(octet, b' '..=b'~');
    let end = content
        .text
        .iter()
        .take(20)
        .take_while(|one| printable(one))
        .count();
    content.text.get(..end).unwrap_or_default()
}

/// The point on a clock in UTC.
fn local(at: Timestamp) -> Option<McLocalTime> {
    let at = at.to_absolute()?;
    McLocalTime::new(
        at.year(),
        at.month(),
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
    )
    .ok()
}
