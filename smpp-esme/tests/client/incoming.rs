//! Messages and receipts of the centre.

use smpp_esme::{ClientBuilder, Delivery, Inbound};
use smpp_pdu::{
    Address, AlertNotification, Body, CommandId, CommandStatus, DataSm, Pdu, ShortMessage, Tlv,
};
use smpp_session::RequestId;

use crate::centre::{
    Seen, accept_all, accept_binds, account, bound, bound_raw, bound_with, message, read_pdu,
    receipt, submitted,
};

fn delivery(inbound: Option<Inbound>) -> Delivery {
    match inbound {
        Some(Inbound::Delivery(delivery)) => delivery,
        other => panic!("{other:?} where a delivery was expected"),
    }
}

fn text(delivery: &Delivery) -> Vec<u8> {
    match delivery.pdu().body {
        Body::DeliverSm(sm) => sm.short_message.as_bytes().to_vec(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_message_is_acknowledged_by_the_application() {
    let (_client, mut incoming, mut centre) = bound(accept_all()).await;
    centre.deliver(1, b"hello");
    let message = delivery(incoming.recv().await);
    assert_eq!(text(&message), b"hello");
    assert!(!message.esm_class().is_receipt());
    message.ack();
    assert_eq!(
        centre.seen().await,
        Seen::Answer(1, CommandId::DELIVER_SM_RESP, CommandStatus::ESME_ROK)
    );
}

#[tokio::test]
async fn a_refusal_carries_the_status_of_the_application() {
    let (_client, mut incoming, mut centre) = bound(accept_all()).await;
    centre.deliver(1, b"hello");
    delivery(incoming.recv().await).nack(CommandStatus::ESME_RX_P_APPN);
    assert_eq!(
        centre.seen().await,
        Seen::Answer(1, CommandId::DELIVER_SM_RESP, CommandStatus::ESME_RX_P_APPN)
    );
}

#[tokio::test]
async fn a_message_that_is_dropped_is_refused_so_that_it_comes_again() {
    let (_client, mut incoming, mut centre) = bound(accept_all()).await;
    centre.deliver(1, b"hello");
    drop(delivery(incoming.recv().await));
    assert_eq!(
        centre.seen().await,
        Seen::Answer(1, CommandId::DELIVER_SM_RESP, CommandStatus::ESME_RX_T_APPN)
    );
    // So is what nobody takes any more.
    drop(incoming);
    centre.deliver(2, b"hello");
    assert_eq!(
        centre.seen().await,
        Seen::Answer(2, CommandId::DELIVER_SM_RESP, CommandStatus::ESME_RX_T_APPN)
    );
}

#[tokio::test]
async fn a_data_sm_is_answered_by_its_own_response() {
    let (_client, mut incoming, mut centre) = bound(accept_all()).await;
    centre.order(|link| {
        let tlvs = [Tlv::message_payload(b"hello").unwrap()];
        let sm = DataSm::default()
            .destination_addr(Address::short_code("12345").unwrap())
            .tlvs(smpp_pdu::Tlvs::from_slice(&tlvs));
        link.request(RequestId(5), sm).unwrap();
    });
    delivery(incoming.recv().await).ack();
    assert_eq!(
        centre.seen().await,
        Seen::Answer(5, CommandId::DATA_SM_RESP, CommandStatus::ESME_ROK)
    );
}

#[tokio::test]
async fn beyond_the_buffer_the_centre_is_told_that_the_queue_is_full() {
    let builder = ClientBuilder::new(account()).incoming_buffer(2);
    let (client, mut incoming, mut centre) = bound_with(builder, accept_all()).await;
    for id in 1..=3 {
        centre.deliver(id, b"hello");
    }
    assert_eq!(
        centre.seen().await,
        Seen::Answer(3, CommandId::DELIVER_SM_RESP, CommandStatus::ESME_RMSGQFUL)
    );
    // Responses flow all the same.
    client.submit_sm(&message()).await.unwrap();
    for id in 1..=2 {
        delivery(incoming.recv().await).ack();
        assert_eq!(
            centre.seen().await,
            Seen::Answer(id, CommandId::DELIVER_SM_RESP, CommandStatus::ESME_ROK)
        );
    }
    centre.deliver(4, b"again");
    delivery(incoming.recv().await).ack();
}

#[tokio::test]
async fn with_auto_ack_the_session_acknowledges() {
    let builder = ClientBuilder::new(account()).auto_ack(true);
    let (_client, mut incoming, mut centre) = bound_with(builder, accept_all()).await;
    centre.deliver(1, b"hello");
    assert_eq!(
        centre.seen().await,
        Seen::Answer(1, CommandId::DELIVER_SM_RESP, CommandStatus::ESME_ROK)
    );
    drop(delivery(incoming.recv().await));
    centre.deliver(2, b"hello");
    assert_eq!(
        centre.seen().await,
        Seen::Answer(2, CommandId::DELIVER_SM_RESP, CommandStatus::ESME_ROK)
    );
}

#[tokio::test]
async fn a_receipt_may_overtake_the_response() {
    let (client, mut incoming, mut centre) = bound(accept_binds()).await;
    let pending = client.start_submit_sm(&message()).await.unwrap();
    let number = centre.request(CommandId::SUBMIT_SM).await;
    centre.order(move |link| {
        link.request(RequestId(1), receipt()).unwrap();
        submitted(link, number, "m1");
    });
    let receipt = delivery(incoming.recv().await);
    assert!(receipt.esm_class().is_receipt());
    receipt.ack();
    assert_eq!(pending.await.unwrap().message_id().as_bytes(), b"m1");
}

#[tokio::test]
async fn a_malformed_message_is_answered_and_the_session_goes_on() {
    use tokio::io::AsyncWriteExt;

    let (_client, mut incoming, mut ours) = bound_raw(ClientBuilder::new(account())).await;
    // A deliver_sm that ends inside its addresses, then a good one.
    let mut segment = b"\0\0\0\x12\0\0\0\x05\0\0\0\0\0\0\0\x07\0\0".to_vec();
    let good = receipt().short_message(ShortMessage::new(b"good").unwrap());
    let good = Pdu::request(smpp_pdu::SequenceNumber(8), good);
    segment.extend(crate::centre::octets(&good));
    ours.write_all(&segment).await.unwrap();
    let answer = read_pdu(&mut ours).await;
    let header = smpp_pdu::Header::from_octets(answer.first_chunk().unwrap());
    assert_eq!(header.command_id, CommandId::DELIVER_SM_RESP);
    assert_eq!(header.command_status, CommandStatus::ESME_RINVCMDLEN);
    assert_eq!(text(&delivery(incoming.recv().await)), b"good");
}

#[tokio::test]
async fn alert_notifications_arrive_and_have_no_answer() {
    let (_client, mut incoming, centre) = bound(accept_all()).await;
    centre.order(|link| {
        let alert = AlertNotification::default()
            .source_addr(Address::international("447700900123").unwrap());
        link.request(RequestId(1), alert).unwrap();
    });
    let Some(Inbound::Alert(alert)) = incoming.recv().await else {
        panic!("no alert");
    };
    assert_eq!(alert.command_id(), CommandId::ALERT_NOTIFICATION);
}
