//! The way of PDUs, without a stream.

use core::time::Duration;
use std::sync::Arc;

use smpp_codec::encode;
use smpp_codec::receipt::ReceiptWriter;
use smpp_pdu::*;
use tokio::time::Instant;

use super::frames;
use super::session::WireSession;
use crate::scenario::{Decisions, Scenario};

fn session(scenario: Scenario) -> WireSession {
    WireSession::new(Arc::new(Decisions::new(scenario, 1)), 1)
}

fn octets(pdu: &Pdu<'_>) -> Vec<u8> {
    let mut octets = Vec::new();
    encode(pdu, &mut octets).unwrap();
    octets
}

fn receipt(id: &str, number: u32) -> Vec<u8> {
    let writer = ReceiptWriter::new(id, MessageState::DELIVERED);
    let mut text = Vec::new();
    writer.write_text(&mut text).unwrap();
    let tlvs = writer.tlvs(InterfaceVersion::V3_4).unwrap();
    let (from, to) = (Address::EMPTY, Address::EMPTY);
    let deliver = DeliverSm::new(from, to, ShortMessage::new(&text).unwrap())
        .esm_class(writer.esm_class())
        .tlvs(Tlvs::from_slice(&tlvs));
    octets(&Pdu::request(SequenceNumber(number), deliver))
}

fn response(id: &str, number: u32) -> Vec<u8> {
    let id = COctetStr::try_from(id).unwrap();
    let resp = SubmitSmResp::default().message_id(id);
    octets(&Pdu::request(SequenceNumber(number), resp))
}

#[test]
fn answers_to_what_the_scenario_sent_do_not_reach_the_centre() {
    let mut session = session(Scenario::new().doubled_receipts(1.0));
    session.centre_says(&receipt("1f", 5), Instant::now());
    let len = session.to_client.len() / 2;
    let numbers = session.to_client.chunks(len).map(|frame| {
        let header = frames::header(frame).unwrap();
        header.sequence_number.0
    });
    let numbers: Vec<u32> = numbers.collect();
    assert_eq!(numbers[0], 5);
    let answer = |number| frames::response(CommandId::DELIVER_SM_RESP, number);
    session.client_says(&answer(numbers[1]));
    assert!(session.to_centre.is_empty());
    session.client_says(&answer(5));
    assert_eq!(session.to_centre, answer(5));
    // A second answer to the same is the client's own mistake.
    session.client_says(&answer(numbers[1]));
    assert_eq!(session.to_centre, [answer(5), answer(numbers[1])].concat());
}

#[test]
fn pieces_make_no_difference() {
    let scenario = Scenario::named("chaos").unwrap();
    let (mut whole, mut pieces) = (session(scenario.clone()), session(scenario));
    let mut said = Vec::new();
    for number in 1..200 {
        said.extend(response(&format!("{number:x}"), number));
        said.extend(receipt(&format!("{number:x}"), number));
    }
    let start = Instant::now();
    whole.centre_says(&said, start);
    for octet in &said {
        pieces.centre_says(&[*octet], start);
    }
    assert_eq!(whole.to_client, pieces.to_client);
    assert_eq!(whole.to_centre, pieces.to_centre);
    let later = start + Duration::from_secs(100);
    whole.handle_time(later);
    pieces.handle_time(later);
    assert!(!whole.to_client.is_empty());
    assert_eq!(whole.to_client, pieces.to_client);
    assert_eq!((whole.next(), pieces.next()), (None, None));
}

#[test]
fn what_is_no_smpp_passes_as_it_is() {
    let mut session = session(Scenario::named("chaos").unwrap());
    let request = b"GET / HTTP/1.1\r\n\r\n";
    for octet in request {
        session.client_says(&[*octet]);
    }
    assert_eq!(session.to_centre, request);
    session.centre_says(b"Goodbye, stranger", Instant::now());
    assert_eq!(session.to_client, b"Goodbye, stranger");
}

#[test]
fn what_ends_in_the_middle_of_a_pdu_passes_at_the_end() {
    let mut session = session(Scenario::new());
    session.client_says(&[0, 0, 0, 16, 0]);
    assert!(session.to_centre.is_empty());
    session.client_ended();
    assert_eq!(session.to_centre, [0, 0, 0, 16, 0]);
}

#[test]
fn receipts_wait_for_the_responses_of_their_messages() {
    let second = Duration::from_secs(1);
    let mut session = session(Scenario::new().response_delay(second));
    let start = Instant::now();
    let (resp, receipt) = (response("1f", 2), receipt("1f", 5));
    session.centre_says(&resp, start);
    session.centre_says(&receipt, start);
    assert!(session.to_client.is_empty());
    assert_eq!(session.next(), Some(start + second));
    session.handle_time(start + second);
    assert_eq!(session.to_client, [resp, receipt].concat());
}
