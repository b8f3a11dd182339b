//! `smpp-esme send`.

use std::sync::{Arc, Mutex};

use smpp_codec::encode;
use smpp_pdu::{
    Address, Body, CommandId, CommandStatus, DeliverSm, EsmClass, MessageState, ShortMessage, Tlv,
    Tlvs,
};
use smpp_session::RequestId;
use smpp_session::driver::Link;

use crate::centre::{Script, Seen, accept_all, accept_binds, submitted};
use crate::support::{Met, Ran, meet, run};

const SEND: [&str; 5] = ["send", "--from", "BANK", "--to", "447700900123"];

fn args<'a>(more: &[&'a str]) -> Vec<&'a str> {
    SEND.iter().chain(more).copied().collect()
}

/// Sends the receipt of a message.
fn receipt(link: &mut Link<'_>, id: &str, stat: &str, state: Option<MessageState>) {
    let text = format!(
        "id:{id} sub:001 dlvrd:001 submit date:2607261200 done date:2607261205 stat:{stat} err:011 text:Hi"
    );
    let tlvs: Vec<Tlv<'_>> = state.map(Tlv::message_state).into_iter().collect();
    let sm = DeliverSm::new(
        Address::international("447700900123").unwrap(),
        Address::alphanumeric("BANK").unwrap(),
        ShortMessage::new(text.as_bytes()).unwrap(),
    )
    .esm_class(EsmClass(0x04))
    .tlvs(Tlvs::from_slice(&tlvs));
    link.request(RequestId(1), sm).unwrap();
}

/// Takes one message, and reports on it.
async fn report(met: &mut Met, id: &'static str, receipt_id: &'static str, stat: &'static str) {
    let number = met.centre.request(CommandId::SUBMIT_SM).await;
    met.centre.order(move |link| {
        submitted(link, number, id);
        receipt(link, receipt_id, stat, None);
    });
    let acknowledged = Seen::Answer(1, CommandId::DELIVER_SM_RESP, CommandStatus::ESME_ROK);
    assert_eq!(met.centre.seen().await, acknowledged);
}

#[tokio::test]
async fn a_message_is_submitted_and_its_encoding_told() {
    let ran = meet(&args(&["--text", "Hi"]), "", accept_all())
        .await
        .ran()
        .await;
    assert_eq!(
        ran.out,
        "GSM 7-bit, 1 part: 2 septets, room for 158 more\n447700900123  submitted  message m2\n"
    );
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
}

#[tokio::test]
async fn json_lines_say_what_happened() {
    let mut met = meet(
        &args(&["--text", "Hi", "--receipt", "--json"]),
        "",
        accept_binds(),
    )
    .await;
    report(&mut met, "7F", "7F", "DELIVRD").await;
    let ran = met.ran().await;
    let events = ran.events();
    assert_eq!(
        events[0].to_string(),
        r#"{"event":"submitted","message_id":"7F","destination_addr":"447700900123","part":1,"parts":1}"#
    );
    assert_eq!(events[1]["event"], "receipt");
    assert_eq!(events[1]["message_id"], "7F");
    assert_eq!(events[1]["state"], "DELIVERED");
    assert_eq!(events[1]["stat"], "DELIVRD");
    assert_eq!(events[1]["done_date"], "2026-07-26T12:05:00");
    assert_eq!((events.len(), ran.code), (2, 0));
}

#[tokio::test]
async fn a_receipt_is_waited_for_under_whatever_form_of_the_id() {
    let mut met = meet(&args(&["--text", "Hi", "--receipt"]), "", accept_binds()).await;
    report(&mut met, "16FEE0E525", "98765432101", "DELIVRD").await;
    let ran = met.ran().await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out.contains("DELIVRD  message 16FEE0E525 after "),
        "{}",
        ran.out
    );
}

#[tokio::test]
async fn a_receipt_may_overtake_the_response() {
    let mut met = meet(&args(&["--text", "Hi", "--receipt"]), "", accept_binds()).await;
    let number = met.centre.request(CommandId::SUBMIT_SM).await;
    met.centre.order(move |link| {
        receipt(link, "m1", "DELIVRD", None);
        submitted(link, number, "m1");
    });
    assert_eq!(met.ran().await.code, 0);
}

#[tokio::test]
async fn an_undelivered_message_is_exit_code_5() {
    let mut met = meet(&args(&["--text", "Hi", "--receipt"]), "", accept_binds()).await;
    report(&mut met, "m1", "m1", "UNDELIV").await;
    let ran = met.ran().await;
    assert_eq!(ran.code, 5);
    assert!(
        ran.out.contains("UNDELIV  message m1 after "),
        "{}",
        ran.out
    );
    assert!(ran.out.contains(", error 011"), "{}", ran.out);
}

#[tokio::test]
async fn a_message_that_is_on_its_way_is_waited_for_further() {
    let mut met = meet(&args(&["--text", "Hi", "--receipt"]), "", accept_binds()).await;
    let number = met.centre.request(CommandId::SUBMIT_SM).await;
    met.centre.order(move |link| {
        submitted(link, number, "m1");
        receipt(link, "m1", "ACCEPTD", None);
        receipt(link, "m1", "EXPIRED", Some(MessageState::EXPIRED));
    });
    let ran = met.ran().await;
    assert_eq!(ran.code, 5);
    assert!(
        ran.out.contains("ACCEPTD") && ran.out.contains("EXPIRED"),
        "{}",
        ran.out
    );
}

#[tokio::test]
async fn a_receipt_that_does_not_come_is_exit_code_6() {
    let sent = ["--text", "Hi", "--wait", "0.2", "--json"];
    let met = meet(&args(&sent), "", accept_all()).await;
    let ran = met.ran().await;
    assert_eq!(ran.code, 6);
    assert_eq!(ran.events()[1]["event"], "timeout");
}

#[tokio::test]
async fn without_waiting_the_receipt_is_asked_for_all_the_same() {
    let (seen, script) = recording();
    let ran = meet(&args(&["--text", "Hi", "--wait", "0"]), "", script)
        .await
        .ran()
        .await;
    assert_eq!(ran.code, 0);
    let Body::SubmitSm(sm) = decoded(&seen)[0] else {
        panic!("no submit_sm");
    };
    assert_eq!(sm.registered_delivery.0, 1);
}

#[tokio::test]
async fn a_rejected_message_is_exit_code_4_and_says_why() {
    let script: Script = Box::new(|pdu| {
        Some(match pdu.body {
            Body::SubmitSm(_) => CommandStatus::ESME_RINVDSTADR,
            _ => CommandStatus::ESME_ROK,
        })
    });
    let ran = meet(&args(&["--text", "Hi", "--json"]), "", script)
        .await
        .ran()
        .await;
    assert_eq!(ran.code, 4);
    let event = &ran.events()[0];
    assert_eq!(event["event"], "rejected");
    assert_eq!(event["status"], "ESME_RINVDSTADR");
    assert_eq!(event["command_status"], 11);
}

#[tokio::test]
async fn a_refused_bind_is_exit_code_3_whatever_the_status() {
    for status in [
        CommandStatus::ESME_RINVPASWD,
        CommandStatus::ESME_RINVSYSID,
        CommandStatus::ESME_RBINDFAIL,
        CommandStatus::ESME_RALYBND,
        CommandStatus::ESME_RINVSYSTYP,
        CommandStatus::ESME_RTHROTTLED,
        CommandStatus(0x0410),
    ] {
        let ran = meet(
            &args(&["--text", "Hi"]),
            "",
            Box::new(move |_| Some(status)),
        )
        .await
        .ran()
        .await;
        assert_eq!(ran.code, 3, "{status}");
        assert!(
            ran.err.contains("the centre refused the bind: "),
            "{}",
            ran.err
        );
        assert!(ran.err.contains(&status.to_string()), "{}", ran.err);
        assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
        assert!(!ran.err.contains("hunter2"), "{}", ran.err);
    }
}

#[tokio::test]
async fn a_closed_port_and_a_stranger_are_exit_code_3() {
    use tokio::io::AsyncWriteExt;

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smpp://esme:secret@{}", listener.local_addr().unwrap());
    let web = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .unwrap();
        stream
    });
    let args = args(&["--text", "Hi", "--url", &url]);
    let ran = run(&args).await;
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("speaks HTTP, not SMPP"), "{}", ran.err);
    drop(web.await.unwrap());

    let ran = run(&args).await;
    assert_eq!(ran.code, 3);
    assert!(
        ran.err.contains("is a centre listening there?"),
        "{}",
        ran.err
    );
}

/// Accepts everything, and keeps what it saw.
fn recording() -> (Arc<Mutex<Vec<Vec<u8>>>>, Script) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    let script: Script = Box::new(move |pdu| {
        if !matches!(pdu.body, Body::Bind(_)) {
            let mut octets = Vec::new();
            encode(pdu, &mut octets).unwrap();
            kept.lock().unwrap().push(octets);
        }
        Some(CommandStatus::ESME_ROK)
    });
    (seen, script)
}

/// What was seen, as values that live as long as the test.
fn decoded(seen: &Arc<Mutex<Vec<Vec<u8>>>>) -> Vec<Body<'static>> {
    let seen = core::mem::take(&mut *seen.lock().unwrap());
    seen.into_iter()
        .map(|octets| smpp_codec::decode(octets.leak()).unwrap().body)
        .collect()
}

async fn sent(more: &[&str]) -> (Ran, Vec<Body<'static>>) {
    let (seen, script) = recording();
    let ran = meet(&args(more), "", script).await.ran().await;
    (ran, decoded(&seen))
}

#[tokio::test]
async fn a_long_text_goes_in_parts_to_every_recipient() {
    let text = "0123456789".repeat(20);
    let more = ["--to", "+447700900456", "--text", &text, "--json"];
    let (ran, bodies) = sent(&more).await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!((bodies.len(), ran.events().len()), (4, 4));
    for (at, body) in bodies.iter().enumerate() {
        let Body::SubmitSm(sm) = body else {
            panic!("{body:?}");
        };
        assert!(sm.esm_class.has_udhi());
        let header = sm.short_message.as_bytes();
        assert_eq!((header[0], header[4], header[5]), (5, 2, at as u8 % 2 + 1));
    }

    let (_, bodies) = sent(&["--text", &text, "--split", "sar"]).await;
    assert_eq!(bodies.len(), 2);
    assert_eq!(bodies[1].tlvs().sar_segment_seqnum(), Some(Ok(2)));

    let (ran, bodies) = sent(&["--text", &text, "--split", "payload"]).await;
    assert!(ran.out.starts_with("GSM 7-bit, 1 part"), "{}", ran.out);
    let Body::SubmitSm(sm) = bodies[0] else {
        panic!("{bodies:?}");
    };
    assert_eq!((sm.short_message.sm_length(), bodies.len()), (0, 1));
    assert_eq!(sm.tlvs.message_payload(), Some(Ok(text.as_bytes())));
}

#[tokio::test]
async fn the_encoding_follows_the_text_and_the_reason_is_told() {
    let (ran, bodies) = sent(&["--text", "It’s 5"]).await;
    let first = ran.out.lines().next().unwrap();
    assert!(
        first.starts_with("UCS-2 because of one character: ’ at 2"),
        "{first}"
    );
    let Body::SubmitSm(sm) = bodies[0] else {
        panic!("{bodies:?}");
    };
    assert_eq!(sm.data_coding.0, 8);
    assert_eq!(sm.short_message.as_bytes()[..4], [0, b'I', 0, b't']);
}

#[tokio::test]
async fn the_options_reach_their_fields() {
    let (ran, bodies) = sent(&[
        "--hex",
        "01 02 ff",
        "--validity",
        "2h",
        "--at",
        "+10m",
        "--tlv",
        "source_port=5000",
        "--tlv",
        "0x1400=1201159",
        "--service-type",
        "CMT",
    ])
    .await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    let Body::SubmitSm(sm) = bodies[0] else {
        panic!("{bodies:?}");
    };
    assert_eq!(sm.short_message.as_bytes(), [1, 2, 255]);
    assert_eq!(sm.data_coding.0, 4);
    assert_eq!(sm.validity_period.as_bytes(), b"000000020000000R");
    assert_eq!(sm.schedule_delivery_time.as_bytes(), b"000000001000000R");
    assert_eq!(sm.service_type.as_bytes(), b"CMT");
    assert_eq!(sm.tlvs.source_port(), Some(Ok(5000)));
    let vendor = sm.tlvs.find(smpp_pdu::Tag(0x1400)).unwrap();
    assert_eq!(vendor.octets(), Some(&b"1201159"[..]));

    let (_, bodies) = sent(&["--text", "Hi", "--flash"]).await;
    let Body::SubmitSm(sm) = bodies[0] else {
        panic!("{bodies:?}");
    };
    assert_eq!(
        sm.data_coding.message_class(),
        Some(smpp_pdu::MessageClass::Class0)
    );

    let (ran, bodies) = sent(&["--text", "Hi", "--data-sm", "--validity", "2h"]).await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    let Body::DataSm(sm) = bodies[0] else {
        panic!("{bodies:?}");
    };
    assert_eq!(sm.tlvs.message_payload(), Some(Ok(&b"Hi"[..])));
    assert_eq!(sm.tlvs.qos_time_to_live(), Some(Ok(7200)));
}

#[tokio::test]
async fn every_encoding_can_be_asked_for() {
    for (encoding, data_coding, octets) in [
        ("gsm7", 0, &b"\x04a"[..]),
        ("gsm7-packed", 0, &[0x84, 0x30]),
        ("latin1", 3, b"\xE8a"),
        ("ucs2", 8, &[0, 0xE8, 0, b'a']),
    ] {
        let (ran, bodies) = sent(&["--text", "èa", "--encoding", encoding]).await;
        assert_eq!(ran.code, 0, "{}", ran.err);
        let Body::SubmitSm(sm) = bodies[0] else {
            panic!("{bodies:?}");
        };
        assert_eq!(sm.data_coding.0, data_coding);
        assert_eq!(sm.short_message.as_bytes(), octets, "{encoding}");
    }
}

#[tokio::test]
async fn a_lost_session_is_exit_code_1() {
    let mut met = meet(&args(&["--text", "Hi"]), "", accept_binds()).await;
    met.centre.request(CommandId::SUBMIT_SM).await;
    met.centre.order(|link| link.close());
    let ran = met.ran().await;
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("the centre may have acted on it"),
        "{}",
        ran.err
    );
}

#[tokio::test]
async fn what_is_for_another_session_is_left_to_it() {
    let mut met = meet(&args(&["--text", "Hi", "--wait", "5"]), "", accept_binds()).await;
    let number = met.centre.request(CommandId::SUBMIT_SM).await;
    met.centre.deliver(9, b"a message of a subscriber");
    let refused = Seen::Answer(9, CommandId::DELIVER_SM_RESP, CommandStatus::ESME_RX_T_APPN);
    assert_eq!(met.centre.seen().await, refused);
    met.centre.order(move |link| {
        submitted(link, number, "m1");
        receipt(link, "m1", "DELIVRD", None);
    });
    assert_eq!(met.ran().await.code, 0);
}

#[tokio::test]
async fn neither_text_nor_password_is_logged() {
    let sent = ["--text", "very private", "--verbose"];
    let ran = meet(&args(&sent), "", accept_all()).await.ran().await;
    assert_eq!(ran.code, 0);
    assert!(ran.err.contains("bound"), "{}", ran.err);
    assert!(
        !ran.err.contains("private") && !ran.err.contains("hunter2"),
        "{}",
        ran.err
    );
}
