//! What is sent again, and when. The clock is paused: a wait takes no time.

use core::time::Duration;

use smpp_esme::{
    ClientBuilder, CloseReason, Rate, RequestErrorKind, RetryPolicy, SendErrorKind, Sender,
    SenderBuilder,
};
use smpp_pdu::{
    CommandId, CommandStatus, CongestionState, InterfaceVersion, Pdu, SubmitSmResp, Tlv, Tlvs,
};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::centre::{accept_binds, account, bound_with};
use crate::support::{answering, client, code, keeping};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn a_temporary_refusal_is_sent_again_with_growing_waits() {
    let busy = CommandStatus::ESME_RSYSERR;
    let (got, script) = answering(&[busy, busy, busy]);
    let (client, _incoming, _centre) = client(script).await;
    let policy = RetryPolicy::new().waits(seconds(1), seconds(30));
    let sender = SenderBuilder::new().retry(policy).build(client);
    let sent = sender.send(&code()).await.unwrap();
    assert_eq!(sent.parts()[0].attempts(), 4);
    let gaps = got.gaps();
    for (gap, most) in gaps.iter().zip([1, 2, 4]) {
        assert!(
            (seconds(most) / 2..=seconds(most) + seconds(1)).contains(gap),
            "{gaps:?}"
        );
    }
    let counts = sender.counts();
    assert_eq!(
        (counts.attempts, counts.retries, counts.accepted),
        (4, 3, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn attempts_and_time_are_bounded() {
    let (got, script) = keeping(|_, _| Some(CommandStatus::ESME_RSYSERR));
    let (client, _incoming, _centre) = client(script).await;
    let sender = SenderBuilder::new()
        .retry(RetryPolicy::new().attempts(3))
        .build(client.clone());
    let error = sender.send(&code()).await.unwrap_err();
    assert_eq!((error.kind(), got.len()), (SendErrorKind::Failed, 3));
    let status = error.request_error().unwrap().status();
    assert_eq!(status, Some(CommandStatus::ESME_RSYSERR));

    let policy = RetryPolicy::new().attempts(1000).within(seconds(20));
    let sender = SenderBuilder::new()
        .retry(policy.budget(100, 1000))
        .build(client);
    let started = Instant::now();
    sender.send(&code()).await.unwrap_err();
    assert!(started.elapsed() <= seconds(21), "{:?}", started.elapsed());
    assert!(got.len() > 6);
}

#[tokio::test(start_paused = true)]
async fn a_permanent_refusal_is_final() {
    for status in [
        CommandStatus::ESME_RINVDSTADR,
        CommandStatus::ESME_RINVBNDSTS,
        CommandStatus(0x0455),
    ] {
        let (got, script) = answering(&[status]);
        let (client, _incoming, _centre) = client(script).await;
        let error = Sender::new(client).send(&code()).await.unwrap_err();
        assert_eq!(error.request_error().unwrap().status(), Some(status));
        assert_eq!(got.len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_status_of_the_vendor_means_what_one_says() {
    let (got, script) = answering(&[CommandStatus(0x0455), CommandStatus(0x0450)]);
    let (client, _incoming, _centre) = client(script).await;
    let policy = RetryPolicy::new()
        .also_retry(CommandStatus(0x0455))
        .also_throttle(CommandStatus(0x0450));
    let sender = SenderBuilder::new().retry(policy).build(client);
    sender.send(&code()).await.unwrap();
    assert_eq!((got.len(), sender.counts().throttled), (3, 1));
    assert!(sender.slowed_to().is_some());
}

#[tokio::test(start_paused = true)]
async fn too_much_is_waited_out_beyond_the_attempts() {
    let (got, script) = keeping(|at, _| {
        Some(match at {
            0..4 => CommandStatus::ESME_RTHROTTLED,
            4..8 => CommandStatus::ESME_RMSGQFUL,
            _ => CommandStatus::ESME_ROK,
        })
    });
    let (client, _incoming, _centre) = client(script).await;
    let policy = RetryPolicy::new().attempts(1).waits(seconds(1), seconds(2));
    let sender = SenderBuilder::new()
        .retry(policy.budget(0, 0))
        .build(client);
    sender.send(&code()).await.unwrap();
    assert_eq!((got.len(), sender.counts().throttled), (9, 8));
}

#[tokio::test(start_paused = true)]
async fn a_complaint_slows_the_whole_sender_and_it_recovers() {
    let (got, script) = answering(&[CommandStatus::ESME_ROK, CommandStatus::ESME_RTHROTTLED]);
    let (client, _incoming, _centre) = client(script).await;
    let sender = SenderBuilder::new().build(client);
    sender.send(&code()).await.unwrap();
    let message = code();
    let throttled = sender.send(&message);
    let others = async {
        // The complaint has come when nothing is to be done but to wait.
        while sender.slowed_to().is_none() {
            tokio::task::yield_now().await;
        }
        let started = Instant::now();
        sender.send(&code().to("+447700900124")).await.unwrap();
        started.elapsed()
    };
    let (throttled, waited) = tokio::join!(throttled, others);
    throttled.unwrap();
    assert!(waited >= Duration::from_millis(100), "{waited:?}");
    assert_eq!(got.len(), 4);
    tokio::time::advance(seconds(31)).await;
    let started = Instant::now();
    for _ in 0..50 {
        sender.send(&code()).await.unwrap();
    }
    assert!(started.elapsed() < Duration::from_millis(100));
    assert_eq!(sender.slowed_to(), None);
}

#[tokio::test(start_paused = true)]
async fn what_nobody_knows_is_not_sent_again_unless_that_is_wanted() {
    for (resend, want) in [(false, 1), (true, 2)] {
        let (got, script) = keeping(|at, _| (at > 0).then_some(CommandStatus::ESME_ROK));
        let builder = ClientBuilder::new(account())
            .enquire_link(None)
            .response_timeout(seconds(5));
        let (client, _incoming, _centre) = bound_with(builder, script).await;
        let policy = RetryPolicy::new().resend_unknown(resend);
        let sender = SenderBuilder::new().retry(policy).build(client);
        let result = sender.send(&code()).await;
        assert_eq!((result.is_ok(), got.len()), (resend, want));
        if let Err(error) = result {
            assert_eq!(error.kind(), SendErrorKind::Unknown);
            assert!(error.may_be_sent());
            assert_eq!(sender.counts().unknown, 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_link_is_unknown_and_a_closed_one_is_not() {
    let (client, _incoming, mut centre) = client(accept_binds()).await;
    let sender = Sender::new(client);
    let message = code();
    let (result, ()) = tokio::join!(sender.send(&message), async {
        centre.request(CommandId::SUBMIT_SM).await;
        centre.order(|link| link.close());
    });
    let error = result.unwrap_err();
    assert_eq!(error.kind(), SendErrorKind::Unknown);
    let kind = error.request_error().unwrap().kind();
    assert_eq!(
        kind,
        RequestErrorKind::LinkLost(CloseReason::ConnectionLost)
    );
    let error = sender.send(&message).await.unwrap_err();
    assert_eq!(error.kind(), SendErrorKind::Failed);
    assert!(!error.may_be_sent());
}

#[tokio::test(start_paused = true)]
async fn retries_are_a_share_of_the_traffic() {
    let (got, script) = keeping(|_, _| Some(CommandStatus::ESME_RSYSERR));
    let (client, _incoming, _centre) = client(script).await;
    let policy = RetryPolicy::new()
        .attempts(10)
        .within(seconds(9))
        .budget(20, 5);
    let sender = SenderBuilder::new().retry(policy).build(client);
    let mut sends = JoinSet::new();
    for _ in 0..100 {
        let sender = sender.clone();
        sends.spawn(async move { sender.send(&code()).await.is_ok() });
    }
    assert!(sends.join_all().await.iter().all(|ok| !ok));
    // 100 first attempts, and 25 more instead of 900.
    assert_eq!(got.len(), 125);
}

#[tokio::test(start_paused = true)]
async fn a_rate_holds_over_all_that_send() {
    let (got, script) = answering(&[]);
    let (client, _incoming, _centre) = client(script).await;
    let rate = Rate {
        per_second: 10,
        burst: 1,
    };
    let sender = SenderBuilder::new().rate(rate).build(client);
    let started = Instant::now();
    let mut sends = JoinSet::new();
    for _ in 0..31 {
        let sender = sender.clone();
        sends.spawn(async move { sender.send(&code()).await.is_ok() });
    }
    sends.join_all().await;
    assert_eq!(got.len(), 31);
    assert_eq!(started.elapsed().as_millis() / 100, 30);
}

#[tokio::test(start_paused = true)]
async fn a_centre_that_says_it_is_congested_is_not_pressed() {
    let builder = ClientBuilder::new(account().version(InterfaceVersion::V5_0));
    let (client, _incoming, mut centre) = bound_with(builder, accept_binds()).await;
    let sender = Sender::new(client);
    let message = code();
    for (state, slowed) in [(89, false), (90, true)] {
        let (sent, ()) = tokio::join!(sender.send(&message), async {
            let number = centre.request(CommandId::SUBMIT_SM).await;
            centre.order(move |link| {
                let tlvs = [Tlv::congestion_state(CongestionState(state))];
                let resp = SubmitSmResp::default().tlvs(Tlvs::from_slice(&tlvs));
                link.respond(&Pdu::response(CommandStatus::ESME_ROK, number, resp))
                    .unwrap();
            });
        });
        assert!(sent.is_ok());
        assert_eq!(sender.slowed_to().is_some(), slowed, "{state}");
    }
}
