//! What is left of futures that are dropped.

use core::time::Duration;

use smpp_esme::link::{OnLost, State};
use smpp_esme::pdu::{CommandId, CommandStatus};

use crate::centre::{Seen, message, submitted};
use crate::support::*;

#[tokio::test(start_paused = true)]
async fn a_request_that_is_dropped_while_it_waits_was_never_sent() {
    let (place, mut behind) = host("a", |attempt| match attempt {
        0 => Meets::Nobody,
        _ => Meets::Centre(crate::centre::accept_binds()),
    });
    let (link, _incoming) = builder().host(place).start();
    let dropped = message();
    let dropped = link.submit_sm(&dropped);
    let soon = Duration::from_millis(10);
    assert!(tokio::time::timeout(soon, dropped).await.is_err());
    let pending = link.start_submit_sm(&message()).await.unwrap();
    let mut centre = behind.centre().await;
    let number = centre.request(CommandId::SUBMIT_SM).await;
    centre.order(move |centre| submitted(centre, number, "m"));
    pending.await.unwrap();
    link.unbind().await;
    // There was one, and no other.
    assert_eq!(link.free_window(), 0);
    assert_eq!(
        centre.ended().await.reason,
        smpp_esme::CloseReason::PeerUnbound
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_whose_future_is_dropped_is_not_sent_again() {
    let (place, mut behind) = silent("a");
    let (link, _incoming) = builder()
        .host(place)
        .on_lost(OnLost::Resend { attempts: 5 })
        .start();
    drop(link.start_submit_sm(&message()).await.unwrap());
    let mut centre = behind.centre().await;
    centre.request(CommandId::SUBMIT_SM).await;
    centre.order(|centre| centre.close());
    // The first that the next session sees is another operation.
    let mut centre = behind.centre().await;
    let cancel = smpp_esme::pdu::CancelSm::default();
    let cancelling = link.start(cancel).await.unwrap();
    assert!(matches!(
        centre.seen().await,
        Seen::Request(CommandId::CANCEL_SM, _)
    ));
    drop(cancelling);
}

#[tokio::test(start_paused = true)]
async fn a_restart_that_is_dropped_finishes_with_the_session_under_way() {
    let (place, mut behind) = silent("a");
    let (link, _incoming) = builder().host(place).sessions_per_host(2).start();
    let mut first = behind.centre().await;
    let _second = behind.centre().await;
    while link.bound_sessions() < 2 {
        tokio::task::yield_now().await;
    }
    let pending = link.start_submit_sm(&message()).await.unwrap();
    let number = first.request(CommandId::SUBMIT_SM).await;
    let mut events = link.events();
    let limit = Duration::from_secs(1);
    assert!(tokio::time::timeout(limit, link.restart()).await.is_err());
    first.order(move |centre| submitted(centre, number, "m"));
    pending.await.unwrap();
    until(&mut events, |state| matches!(state, State::Bound)).await;
    assert_eq!(link.bound_sessions(), 2);
    assert_eq!(behind.attempts().len(), 3);
    // Another restart does not wait for the one that was dropped.
    link.restart().await.unwrap();
    assert_eq!(behind.attempts().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn sessions_to_one_host_bind_one_after_the_other() {
    // The first bind is not answered until the test says so.
    let (place, mut behind) = host("a", |attempt| match attempt {
        0 => Meets::Centre(Box::new(|_| None)),
        _ => binds_with(CommandStatus::ESME_ROK),
    });
    let (link, _incoming) = builder().host(place).sessions_per_host(3).start();
    let mut centre = behind.centre().await;
    let number = centre.request(CommandId::BIND_TRANSCEIVER).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(behind.attempts().len(), 1);
    centre.order(move |centre| {
        let resp = smpp_esme::pdu::BindResp::default();
        let resp = smpp_esme::pdu::Pdu::response(CommandStatus::ESME_ROK, number, resp);
        centre.respond(&resp).unwrap();
    });
    while link.bound_sessions() < 3 {
        tokio::task::yield_now().await;
    }
    assert_eq!(behind.attempts().len(), 3);
}
