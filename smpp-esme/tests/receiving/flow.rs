//! Acknowledgement, order, and what happens when nobody takes anything.

use futures_util::StreamExt;
use smpp_esme::ClientBuilder;
use smpp_esme::receiving::{Received, Receiver};
use smpp_pdu::{Address, AlertNotification, CommandStatus};
use smpp_session::RequestId;

use crate::centre::{accept_all, account, bound, bound_with, message as submit};
use crate::support::{LATER, OK, answer, message, receipt, segment};

#[tokio::test]
async fn everything_comes_in_order_as_a_stream() {
    let (_client, incoming, mut centre) = bound(accept_all()).await;
    let mut receiver = Receiver::builder()
        .hold_receipts(core::time::Duration::ZERO)
        .start(incoming);
    centre.deliver(1, b"first");
    centre.order(|link| {
        let alert = AlertNotification::default()
            .source_addr(Address::international("447700900123").unwrap());
        link.request(RequestId(2), alert).unwrap();
    });
    segment(&centre, 3, 1, 2, 1, "sec");
    receipt(&centre, 6, "17", "DELIVRD");
    segment(&centre, 4, 1, 2, 2, "ond");
    centre.deliver(5, b"third");
    let mut kinds = Vec::new();
    while kinds.len() < 5 {
        let received = receiver.next().await.unwrap();
        kinds.push(match &received {
            Received::Message(message) => message.text().unwrap().to_owned(),
            other => other.kind().to_owned(),
        });
        received.ack();
    }
    assert_eq!(kinds, ["first", "alert", "receipt", "second", "third"]);
    for id in [3, 1, 6, 4, 5] {
        assert_eq!(centre.seen().await, answer(id, OK));
    }
}

#[tokio::test]
async fn refusals_carry_their_status_and_what_is_dropped_comes_again() {
    let (_client, incoming, mut centre) = bound(accept_all()).await;
    let mut receiver = Receiver::new(incoming);
    let refused = CommandStatus::ESME_RX_P_APPN;
    centre.deliver(1, b"hello");
    receiver.recv().await.unwrap().nack(refused);
    assert_eq!(centre.seen().await, answer(1, refused));
    centre.deliver(2, b"hello");
    drop(receiver.recv().await.unwrap());
    assert_eq!(centre.seen().await, answer(2, LATER));
    // So is what nobody takes any more.
    centre.deliver(3, b"hello");
    receiver.stop().await;
    assert_eq!(centre.seen().await, answer(3, LATER));
    centre.deliver(4, b"hello");
    assert_eq!(centre.seen().await, answer(4, LATER));
}

#[tokio::test]
async fn with_auto_ack_nothing_waits_for_the_application() {
    let (_client, incoming, mut centre) = bound(accept_all()).await;
    let mut receiver = Receiver::builder()
        .auto_ack(true)
        .hold_receipts(core::time::Duration::ZERO)
        .start(incoming);
    centre.deliver(1, b"hello");
    segment(&centre, 2, 7, 2, 1, "one ");
    segment(&centre, 3, 7, 2, 2, "two");
    for id in 1..=3 {
        assert_eq!(centre.seen().await, answer(id, OK));
    }
    drop(message(&mut receiver).await);
    drop(message(&mut receiver).await);
    centre.deliver(4, b"hello");
    assert_eq!(centre.seen().await, answer(4, OK));
}

#[tokio::test]
async fn a_flood_is_refused_and_memory_stays_bounded() {
    const SENT: u64 = 900;
    // The items, the batch behind them, and the buffer of the session.
    const BUFFERS: usize = 20 + 20 + 30;
    let builder = ClientBuilder::new(account()).incoming_buffer(30);
    let (client, incoming, mut centre) = bound_with(builder, accept_all()).await;
    let mut receiver = Receiver::builder().buffer(20).start(incoming);
    for id in 1..=SENT {
        centre.deliver(id, b"hello");
    }
    // Nobody takes anything: what the buffers have no room for is refused.
    let full = CommandStatus::ESME_RMSGQFUL;
    let mut refused = 0;
    while refused < SENT as usize - BUFFERS {
        let seen = centre.seen().await;
        assert!(
            matches!(seen, crate::centre::Seen::Answer(_, _, status) if status == full),
            "{seen:?}"
        );
        refused += 1;
    }
    // Responses flow all the same.
    client.submit_sm(&submit()).await.unwrap();
    // What was not refused is there, in its order, and nothing else.
    let mut taken = 0;
    while let Some(received) = receiver.try_recv() {
        received.ack();
        taken += 1;
        tokio::task::yield_now().await;
    }
    assert!(taken > 0 && taken <= BUFFERS, "{taken}");
    // And there is room again.
    centre.deliver(SENT + 1, b"again");
    loop {
        let next = message(&mut receiver).await;
        let is_last = next.text() == Some("again");
        next.ack();
        if is_last {
            break;
        }
    }
}

#[tokio::test]
async fn what_is_received_is_counted_and_no_text_is_shown() {
    let recorder = metrics_util::debugging::DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    // One thread: everything is counted here.
    let _guard = metrics::set_default_local_recorder(&recorder);
    let (_client, incoming, centre) = bound(accept_all()).await;
    let mut receiver = Receiver::builder()
        .hold_receipts(core::time::Duration::ZERO)
        .start(incoming);
    centre.deliver(1, b"secret");
    segment(&centre, 2, 7, 2, 1, "secret");
    segment(&centre, 3, 7, 2, 1, "secret");
    segment(&centre, 4, 7, 2, 2, "secret");
    receipt(&centre, 5, "17", "DELIVRD");
    for _ in 0..3 {
        let received = receiver.recv().await.unwrap();
        assert!(!format!("{received:?}").contains("secret"));
        received.ack();
    }
    let counted: std::collections::HashMap<String, String> = snapshotter
        .snapshot()
        .into_vec()
        .into_iter()
        .map(|(key, _, _, value)| {
            let labels: Vec<_> = key.key().labels().map(|label| label.value()).collect();
            let name = format!("{} {}", key.key().name(), labels.join(" "));
            (name.trim().to_owned(), format!("{value:?}"))
        })
        .collect();
    for (name, value) in [
        ("smpp_esme_received_total message", 2),
        ("smpp_esme_received_total receipt", 1),
        ("smpp_esme_segments_total kept", 2),
        ("smpp_esme_segments_total duplicate", 1),
        ("smpp_esme_messages_joined_total", 1),
        ("smpp_esme_receipts_unmatched_total unknown", 1),
    ] {
        let expected = format!("Counter({value})");
        assert_eq!(counted.get(name), Some(&expected), "{name} in {counted:?}");
    }
    // Nothing is left over.
    for name in [
        "smpp_esme_messages_open",
        "smpp_esme_messages_open_octets",
        "smpp_esme_receipts_held",
    ] {
        let value = counted.get(name).map(String::as_str);
        assert_eq!(value, Some("Gauge(0.0)"), "{name} in {counted:?}");
    }
}
