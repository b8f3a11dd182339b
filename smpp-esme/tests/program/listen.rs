//! `smpp-esme listen`.

use smpp_pdu::{CommandId, CommandStatus};
use smpp_session::{CloseReason, RequestId};

use crate::centre::{Seen, accept_all, accept_binds, receipt};
use crate::support::meet;

#[tokio::test]
async fn messages_and_receipts_are_printed_and_acknowledged() {
    let mut met = meet(&["listen", "--count", "2"], "", accept_all()).await;
    met.centre.when_bound().await;
    met.centre.deliver(1, b"hello\x1b[31m");
    met.centre.order(|link| {
        link.request(RequestId(2), receipt()).unwrap();
    });
    for id in 1..=2 {
        assert_eq!(
            met.centre.seen().await,
            Seen::Answer(id, CommandId::DELIVER_SM_RESP, CommandStatus::ESME_ROK)
        );
    }
    let ran = met.ran().await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert!(
        lines[0].starts_with("listening on smpp://esme:***@127.0.0.1:"),
        "{}",
        lines[0]
    );
    assert!(
        lines[1].starts_with("message 447700900123 -> 12345: hello"),
        "{}",
        lines[1]
    );
    assert!(!lines[1].contains('\x1b'), "control characters are escaped");
    assert_eq!(lines[2], "receipt 447700900123  message m1  DELIVRD");
}

#[tokio::test]
async fn json_lines_have_the_fields_of_the_message() {
    let met = meet(&["listen", "--count", "2", "--json"], "", accept_all()).await;
    met.centre.when_bound().await;
    met.centre.deliver(1, b"hello");
    met.centre.order(|link| {
        link.request(RequestId(2), receipt()).unwrap();
    });
    let ran = met.ran().await;
    let events = ran.events();
    assert_eq!(
        events[0].to_string(),
        r#"{"event":"message","source_addr":"447700900123","destination_addr":"12345","text":"hello","user_data":"68656c6c6f","data_coding":0,"encoding":"GSM 7-bit","part":null}"#
    );
    assert_eq!(events[1]["event"], "receipt");
    assert_eq!(events[1]["message_id"], "m1");
    assert_eq!(events[1]["state"], "DELIVERED");
    assert_eq!(events[1]["source_addr"], "447700900123");
}

#[tokio::test]
async fn an_interrupt_ends_it_in_good_order() {
    let mut met = meet(&["listen"], "?bind=rx", accept_binds()).await;
    met.centre.when_bound().await;
    met.centre.deliver(1, b"hello");
    met.centre.seen().await;
    let killed = std::process::Command::new("kill")
        .args(["-INT", &met.id().to_string()])
        .status();
    assert!(killed.unwrap().success());
    let (centre, ran) = met.ended().await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(centre.reason, CloseReason::PeerUnbound);
}

#[tokio::test]
async fn the_end_of_the_session_is_exit_code_1() {
    let met = meet(&["listen"], "", accept_all()).await;
    met.centre.when_bound().await;
    met.centre.order(|link| link.unbind().unwrap());
    let ran = met.ran().await;
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("unbound by the peer"), "{}", ran.err);
}
