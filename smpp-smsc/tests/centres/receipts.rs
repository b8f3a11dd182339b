//! Receipts of the next centre in the forms that are met.

use smpp_pdu::MessageState;
use smpp_smsc::scenario::{IdForm, Scenario};

use crate::support::*;

/// Sends so many messages through a next centre with this scenario: each has one
/// receipt, under its own id.
async fn passes(scenario: Scenario, count: usize) {
    let (_next, address) = serve(next_centre().scenario(scenario, 1)).await;
    let (smsc, mut esme) = before(address).await;
    let mut sent = Vec::new();
    for _ in 0..count {
        sent.push(esme.submit(&message(NUMBER)).await);
    }
    let mut told = Vec::new();
    for _ in 0..count {
        let receipt = esme.receipt().await;
        assert_eq!(receipt.state, MessageState::DELIVERED);
        told.push(receipt.id);
    }
    sent.sort();
    told.sort();
    assert_eq!(sent, told);
    smsc.shutdown().await;
    assert_eq!(esme.rest().await, []);
}

#[tokio::test]
async fn ids_may_take_another_form_in_receipts() {
    for form in [
        IdForm::Decimal,
        IdForm::Upper,
        IdForm::Padded,
        IdForm::Trimmed,
    ] {
        passes(Scenario::new().receipt_ids(form), 5).await;
    }
    passes(Scenario::new().response_ids(IdForm::Decimal), 5).await;
}

#[tokio::test]
async fn a_receipt_that_overtakes_its_response_waits_for_it() {
    passes(Scenario::new().early_receipts(1.0), 20).await;
}

#[tokio::test]
async fn receipts_may_have_text_or_parameters_alone_and_come_twice() {
    passes(Scenario::new().receipts_without_text(1.0), 5).await;
    passes(Scenario::new().receipts_without_tlvs(1.0), 5).await;
    passes(Scenario::new().doubled_receipts(1.0), 20).await;
}

#[tokio::test]
async fn what_is_taken_without_an_id_counts_as_delivered() {
    passes(Scenario::new().response_ids(IdForm::Empty), 5).await;
}

#[tokio::test]
async fn where_no_receipts_come_what_is_taken_counts_as_delivered() {
    let (next, address) = serve(next_centre()).await;
    let link = link_to(&format!("{}?bind=tx", url(address))).build();
    let builder = aggregator().centre("north", link);
    let (_smsc, mut esme) = start(builder.routes(all_to(["north"]))).await;
    let (state, _) = esme.sends(&message(NUMBER)).await;
    assert_eq!(state, MessageState::DELIVERED);
    assert_eq!(next.stats().requests, 1);
}
