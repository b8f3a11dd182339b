//! The end by wish.

use core::time::Duration;

use smpp_esme::link::{Backoff, State};
use smpp_esme::pdu::CommandId;
use smpp_esme::{CloseReason, RequestErrorKind};

use crate::centre::{message, submitted};
use crate::support::*;

#[tokio::test(start_paused = true)]
async fn an_unbind_waits_for_what_is_outstanding_on_all_sessions() {
    let (place, mut behind) = silent("a");
    let (link, mut incoming) = builder().host(place).sessions_per_host(2).start();
    let mut centres = [behind.centre().await, behind.centre().await];
    while link.bound_sessions() < 2 {
        tokio::task::yield_now().await;
    }
    let pending = [
        link.start_submit_sm(&message()).await.unwrap(),
        link.start_submit_sm(&message()).await.unwrap(),
    ];
    let unbinding = {
        let link = link.clone();
        tokio::spawn(async move { link.unbind().await })
    };
    tokio::time::sleep(Duration::from_secs(1)).await;
    let error = link.submit_sm(&message()).await.unwrap_err();
    assert_eq!(error.kind(), RequestErrorKind::Closed);
    let error = link.try_submit_sm(&message()).unwrap_err();
    assert_eq!(error.kind(), RequestErrorKind::Closed);
    for centre in &mut centres {
        let number = centre.request(CommandId::SUBMIT_SM).await;
        centre.order(move |centre| submitted(centre, number, "m"));
    }
    for pending in pending {
        pending.await.unwrap();
    }
    unbinding.await.unwrap();
    link.closed().await.unwrap();
    assert!(matches!(link.end(), Some(Ok(()))));
    assert!(incoming.recv().await.is_none());
    for centre in centres {
        assert_eq!(centre.ended().await.reason, CloseReason::PeerUnbound);
    }
    // Nothing connects again.
    tokio::time::sleep(Duration::from_secs(3600)).await;
    assert_eq!(behind.attempts().len(), 2);
    assert!(
        link.states()
            .iter()
            .all(|report| matches!(report.state, State::Stopped(None)))
    );
}

#[tokio::test(start_paused = true)]
async fn dropping_the_last_handle_lets_everything_come_to_its_end() {
    let (place, mut behind) = silent("a");
    let (link, mut incoming) = builder().host(place).start();
    let other = link.clone();
    let pending = link.start_submit_sm(&message()).await.unwrap();
    drop(link);
    let second = other.start_submit_sm(&message()).await.unwrap();
    drop(other);
    let mut centre = behind.centre().await;
    for _ in 0..2 {
        let number = centre.request(CommandId::SUBMIT_SM).await;
        centre.order(move |centre| submitted(centre, number, "m"));
    }
    pending.await.unwrap();
    second.await.unwrap();
    assert_eq!(centre.ended().await.reason, CloseReason::PeerUnbound);
    assert!(incoming.recv().await.is_none());
    assert_eq!(behind.attempts().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_link_that_waits_or_connects_ends_at_once() {
    let (place, behind) = host("a", |_| Meets::Nobody);
    let backoff = Backoff {
        first: Duration::from_secs(1000),
        max: Duration::from_secs(1000),
        ..Backoff::default()
    };
    let (link, mut incoming) = builder().host(place).backoff(backoff).start();
    let mut events = link.events();
    until(&mut events, |state| matches!(state, State::Waiting { .. })).await;
    let start = tokio::time::Instant::now();
    link.unbind().await;
    assert!(start.elapsed().is_zero());
    assert!(incoming.recv().await.is_none());
    assert_eq!(behind.attempts().len(), 1);
    assert!(link.ready().await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_request_of_a_link_without_handles_is_not_sent_again() {
    let (place, mut behind) = silent("a");
    let (link, _incoming) = builder()
        .host(place)
        .on_lost(smpp_esme::link::OnLost::Resend { attempts: 3 })
        .start();
    let pending = link.start_submit_sm(&message()).await.unwrap();
    let mut centre = behind.centre().await;
    centre.request(CommandId::SUBMIT_SM).await;
    drop(link);
    centre.order(|centre| centre.close());
    let error = pending.await.unwrap_err();
    assert!(matches!(error.kind(), RequestErrorKind::LinkLost(_)));
    assert_eq!(behind.attempts().len(), 1);
}
