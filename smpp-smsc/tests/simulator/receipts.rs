//! Receipts that are missing, doubled, too early, or of another form.

use smpp_codec::receipt::Receipt;
use smpp_pdu::*;
use smpp_smsc::scenario::{IdForm, Scenario};

use crate::bound;
use crate::support::*;

/// Id in the response, and the receipt, which is acknowledged.
async fn receipted(scenario: Scenario) -> (String, Received) {
    let (_simulator, mut client) = bound(scenario).await;
    let id = client.ask(sm().with_receipt()).await.message_id();
    let received = client.receive().await;
    client.acknowledge(&received).await;
    (id, received)
}

#[tokio::test]
async fn missing_receipts_are_done_with_as_far_as_the_centre_knows() {
    let (simulator, mut client) = bound(Scenario::new().missing_receipts(1.0)).await;
    let id = client.ask(sm().with_receipt()).await.message_id();
    let query = QuerySm::default()
        .message_id(text(&id))
        .source_addr(sm().source_addr);
    let delivered = async || {
        let sessions = simulator.smsc().sessions().await;
        sessions.iter().all(|session| session.in_flight == 0)
    };
    loop {
        let resp = client.ask(query).await;
        if let Body::QuerySmResp(resp) = resp.pdu().body
            && resp.message_state == MessageState::DELIVERED
        {
            break;
        }
    }
    until(delivered).await;
    client.ask(EnquireLink::default()).await;
}

#[tokio::test]
async fn doubled_receipts_have_numbers_of_their_own_and_both_are_answered() {
    let (simulator, mut client) = bound(Scenario::new().doubled_receipts(1.0)).await;
    let id = client.ask(sm().with_receipt()).await.message_id();
    let (first, second) = (client.receive().await, client.receive().await);
    assert_ne!(first.number(), second.number());
    for received in [&second, &first] {
        assert_eq!(received.receipt().0, id);
        client.acknowledge(received).await;
    }
    until(async || simulator.smsc().sessions().await[0].in_flight == 0).await;
    client.leave().await;
}

#[tokio::test]
async fn early_receipts_come_before_the_response() {
    let (_simulator, mut client) = bound(Scenario::new().early_receipts(1.0)).await;
    for _ in 0..3 {
        let number = client.send(sm().with_receipt()).await;
        let (id, _) = client.take_receipt().await;
        let resp = client.receive().await;
        assert_eq!((resp.number(), resp.message_id()), (number, id));
    }
    // Where no receipt was asked for, there is nothing to wait for.
    client.ask(sm()).await.message_id();
}

#[tokio::test]
async fn ids_of_receipts_take_another_form_in_text_and_tlv() {
    for form in [IdForm::Upper, IdForm::Decimal, IdForm::Padded, IdForm::Uuid] {
        let (id, received) = receipted(Scenario::new().receipt_ids(form)).await;
        let new = form.apply(&id);
        // The id may have no letters.
        assert!(new != id || form == IdForm::Upper);
        let pdu = received.pdu();
        let receipt = Receipt::read(&pdu).unwrap();
        let ids: Vec<&[u8]> = receipt.ids().collect();
        assert_eq!(ids, [new.as_bytes()], "{form:?}");
        assert_eq!(receipt.text.unwrap().id, Some(new.as_bytes()));
        assert_eq!(receipt.state(), Some(MessageState::DELIVERED));
    }
}

#[tokio::test]
async fn receipts_lack_tlvs_or_text_but_never_both() {
    let (id, received) = receipted(Scenario::new().receipts_without_tlvs(1.0)).await;
    assert!(received.deliver().tlvs.is_empty());
    assert_eq!(received.receipt().0, id);

    let (id, received) = receipted(Scenario::new().receipts_without_text(1.0)).await;
    assert!(received.deliver().short_message.as_bytes().is_empty());
    assert_eq!(received.receipt(), (id, MessageState::DELIVERED));

    let (id, received) = receipted(Scenario::new().receipts_without_nul(1.0)).await;
    let tlvs = received.deliver().tlvs;
    let tlv = tlvs.find(Tag::RECEIPTED_MESSAGE_ID).unwrap();
    assert_eq!(tlv.octets(), Some(id.as_bytes()));

    let both = Scenario::new()
        .receipts_without_tlvs(1.0)
        .receipts_without_text(1.0);
    let (id, received) = receipted(both).await;
    assert_eq!(received.receipt().0, id);
}
