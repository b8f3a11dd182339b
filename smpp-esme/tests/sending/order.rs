//! Whose turn it is, and what need not wait.

use core::time::Duration;

use smpp_esme::{
    ClientBuilder, OutgoingMessage, Rate, RequestErrorKind, SendErrorKind, Sender, SenderBuilder,
    SenderCounts,
};
use smpp_pdu::{CommandId, CommandStatus};

use crate::centre::{accept_binds, account, bound_with, submitted};
use crate::support::{answering, client, code, keeping, long};

fn text(text: &str, to: &str) -> OutgoingMessage {
    OutgoingMessage::text(text).to(to)
}

#[tokio::test(start_paused = true)]
async fn a_later_message_waits_for_the_retries_of_the_earlier_one() {
    for in_order in [true, false] {
        let (got, script) = answering(&[CommandStatus::ESME_RSYSERR]);
        let (client, _incoming, _centre) = client(script).await;
        let sender = SenderBuilder::new().in_order(in_order).build(client);
        let [first, second, other] = [
            text("first", "+447700900123"),
            text("second", "+44 7700 900123"),
            text("other", "+447700900124"),
        ];
        let (a, b, c) = tokio::join!(
            sender.send(&first),
            sender.send(&second),
            sender.send(&other)
        );
        assert!(a.is_ok() && b.is_ok() && c.is_ok());
        let got = got.submits();
        let texts: Vec<&[u8]> = got.iter().map(|sm| sm.short_message.as_bytes()).collect();
        let want: [&[u8]; 4] = match in_order {
            true => [b"first", b"other", b"first", b"second"],
            false => [b"first", b"second", b"other", b"first"],
        };
        assert_eq!(texts, want);
    }
}

#[tokio::test]
async fn try_send_waits_for_no_place_in_the_window() {
    let builder = ClientBuilder::new(account()).window(1);
    let (client, _incoming, mut centre) = bound_with(builder, accept_binds()).await;
    let sender = Sender::new(client);
    let message = code();
    let waiting = sender.send(&message);
    tokio::pin!(waiting);
    let number = tokio::select! {
        biased;
        _ = &mut waiting => panic!("nobody answers"),
        number = centre.request(CommandId::SUBMIT_SM) => number,
    };
    let error = sender.try_send(&long()).await.unwrap_err();
    assert_eq!(error.kind(), SendErrorKind::Busy);
    assert!(!error.may_be_sent());
    assert_eq!(sender.counts(), SenderCounts::default());
    centre.order(move |link| submitted(link, number, "m1"));
    waiting.await.unwrap();

    let sending = sender.try_send(&message);
    let (sent, ()) = tokio::join!(sending, async {
        let number = centre.request(CommandId::SUBMIT_SM).await;
        centre.order(move |link| submitted(link, number, "m2"));
    });
    let sent = sent.unwrap();
    assert_eq!(sent.message_ids().next().unwrap().as_bytes(), b"m2");
}

#[tokio::test(start_paused = true)]
async fn try_send_waits_neither_for_the_rate_nor_for_a_turn() {
    let (got, script) = keeping(|_, _| Some(CommandStatus::ESME_ROK));
    let (client, _incoming, _centre) = client(script).await;
    let rate = Rate {
        per_second: 1,
        burst: 1,
    };
    let sender = SenderBuilder::new().rate(rate).in_order(true).build(client);
    sender.try_send(&code()).await.unwrap();
    let error = sender.try_send(&code()).await.unwrap_err();
    assert_eq!((error.kind(), got.len()), (SendErrorKind::Busy, 1));
    tokio::time::advance(Duration::from_secs(1)).await;
    sender.try_send(&code()).await.unwrap();

    // One waits for the rate, and has the turn.
    let message = code();
    let waiting = sender.send(&message);
    tokio::pin!(waiting);
    assert!(futures_util::poll!(&mut waiting).is_pending());
    let error = sender.try_send(&code()).await.unwrap_err();
    assert_eq!((error.kind(), got.len()), (SendErrorKind::Busy, 2));
    waiting.await.unwrap();

    // Only the beginning is tried: the other parts wait.
    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(sender.try_send(&long()).await.unwrap().is_complete());
    assert_eq!(got.len(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_given_up_while_it_waits_was_not_sent() {
    let (got, script) = keeping(|_, _| Some(CommandStatus::ESME_ROK));
    let (client, _incoming, _centre) = client(script).await;
    let rate = Rate {
        per_second: 1,
        burst: 1,
    };
    let sender = SenderBuilder::new().rate(rate).in_order(true).build(client);
    sender.send(&code()).await.unwrap();
    let second = Duration::from_secs(1);
    let message = code();
    let given_up = tokio::time::timeout(second / 2, sender.send(&message)).await;
    assert!(given_up.is_err());
    // Neither its turn nor its place is lost.
    tokio::time::timeout(second, sender.send(&message))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(got.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_waits_ends_at_once_when_the_sender_is_stopped() {
    let (got, script) = answering(&[CommandStatus::ESME_RSYSERR]);
    let (client, _incoming, _centre) = client(script).await;
    let sender = SenderBuilder::new().in_order(true).build(client);
    let message = code();
    // One waits for its retry, one for its turn.
    let mut retrying = Box::pin(sender.send(&message));
    let mut in_line = Box::pin(sender.send(&message));
    while got.len() == 0 || sender.counts().attempts == 0 {
        assert!(futures_util::poll!(&mut retrying).is_pending());
        assert!(futures_util::poll!(&mut in_line).is_pending());
        tokio::task::yield_now().await;
    }
    let started = tokio::time::Instant::now();
    sender.stop();
    let refused = in_line.await.unwrap_err();
    let kind = refused.request_error().unwrap().kind();
    assert_eq!(kind, RequestErrorKind::Closed);
    let refused = retrying.await.unwrap_err();
    let status = refused.request_error().unwrap().status();
    assert_eq!(status, Some(CommandStatus::ESME_RSYSERR));
    assert_eq!((started.elapsed(), got.len()), (Duration::ZERO, 1));
    assert!(sender.try_send(&message).await.is_err());
    assert_eq!(got.len(), 1);
}
