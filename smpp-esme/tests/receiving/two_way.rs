//! The example of a two-way service, against the scripted centre.

use smpp_esme::receiving::Receiver;
use smpp_pdu::{Body, CommandStatus, Pdu};
use tokio::sync::mpsc;

use crate::centre::bound;
use crate::support::{LATER, OK, answer, receipt, segment};

#[allow(dead_code, reason = "it has a main of its own")]
#[path = "../../examples/two_way.rs"]
mod example;

#[tokio::test]
async fn keywords_are_answered() {
    let (told, mut answers) = mpsc::unbounded_channel();
    let mut refused = false;
    let script = move |pdu: &Pdu<'_>| {
        if let Body::SubmitSm(sm) = &pdu.body {
            let text = String::from_utf8(sm.short_message.as_bytes().to_vec()).unwrap();
            let to = sm.destination_addr.addr.to_string();
            assert_eq!(sm.source_addr.addr.as_bytes(), b"12345");
            if text.starts_with("Welcome") && !core::mem::replace(&mut refused, true) {
                return Some(CommandStatus::ESME_RTHROTTLED);
            }
            told.send((to, text)).unwrap();
        }
        Some(CommandStatus::ESME_ROK)
    };
    let (client, incoming, mut centre) = bound(Box::new(script)).await;
    let receiver = Receiver::new(incoming);
    let serving = tokio::spawn({
        let client = client.clone();
        async move { example::serve(&client, receiver).await }
    });
    for (id, text, expected) in [
        (
            1,
            &b"balance please"[..],
            Some("Your balance is 12.50 EUR."),
        ),
        (2, b"what?", Some("Send BALANCE")),
        (3, b" Stop", Some("You get no more messages.")),
        (4, b"stop", None),
        (5, b"HELP", None),
    ] {
        centre.deliver(id, text);
        assert_eq!(centre.seen().await, answer(id, OK));
        let got = answers.try_recv().ok();
        match expected {
            Some(expected) => {
                let (to, text) = got.expect(expected);
                assert_eq!(to, "447700900123");
                assert!(text.starts_with(expected), "{text}");
            }
            None => assert_eq!(got, None),
        }
    }
    // Refused by the centre for now: it comes again, and is answered then.
    centre.deliver(6, b"START");
    assert_eq!(centre.seen().await, answer(6, LATER));
    centre.deliver(7, b"START");
    assert_eq!(centre.seen().await, answer(7, OK));
    assert!(answers.recv().await.unwrap().1.starts_with("Welcome back"));
    // In two segments, and the receipt of an answer.
    segment(&centre, 8, 1, 2, 1, "BAL");
    assert_eq!(centre.seen().await, answer(8, OK));
    segment(&centre, 9, 1, 2, 2, "ANCE");
    assert_eq!(centre.seen().await, answer(9, OK));
    assert!(answers.recv().await.unwrap().1.contains("12.50"));
    receipt(&centre, 10, "m2", "DELIVRD");
    assert_eq!(centre.seen().await, answer(10, OK));
    client.unbind().await;
    serving.await.unwrap();
}
