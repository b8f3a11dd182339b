//! Planned restarts.

use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::sync::Arc;

use smpp_esme::link::{RestartError, State};
use smpp_esme::pdu::{CommandId, CommandStatus};
use smpp_esme::{ClientBuilder, LinkBuilder};

use crate::centre::{accept_all, account, message, submitted};
use crate::support::*;

#[tokio::test(start_paused = true)]
async fn traffic_flows_while_the_sessions_are_restarted() {
    let (place, behind) = willing("a");
    let session = ClientBuilder::new(account()).window(5);
    let (link, _incoming) = LinkBuilder::from(session)
        .host(place)
        .sessions_per_host(3)
        // Nobody waits: there is a session at any time.
        .wait_for_session(Some(Duration::ZERO))
        .start();
    while link.bound_sessions() < 3 {
        tokio::task::yield_now().await;
    }
    let over = Arc::new(AtomicBool::new(false));
    let senders: Vec<_> = (0..40)
        .map(|_| {
            let (link, over) = (link.clone(), Arc::clone(&over));
            tokio::spawn(async move {
                let mut sent = 0;
                while !over.load(Ordering::Relaxed) {
                    link.submit_sm(&message()).await.unwrap();
                    sent += 1;
                }
                sent
            })
        })
        .collect();
    let mut events = link.events();
    for _ in 0..5 {
        link.restart().await.unwrap();
    }
    over.store(true, Ordering::Relaxed);
    let mut sent = 0;
    for sender in senders {
        sent += sender.await.unwrap();
    }
    assert!(sent > 100, "{sent}");
    assert_eq!(behind.attempts().len(), 3 + 5 * 3);
    // One at a time is down, and none too many is up.
    let mut bound = 3;
    while let Some(report) = events.try_next() {
        match report.state {
            State::Bound => bound += 1,
            State::Unbinding => bound -= 1,
            _ => {}
        }
        assert!((2..=3).contains(&bound));
    }
    assert_eq!(bound, 3);
}

#[tokio::test(start_paused = true)]
async fn what_is_outstanding_is_answered_before_a_session_is_restarted() {
    let (place, mut behind) = silent("a");
    let (link, _incoming) = builder().host(place).start();
    let pending = link.start_submit_sm(&message()).await.unwrap();
    let mut before = behind.centre().await;
    let number = before.request(CommandId::SUBMIT_SM).await;
    let restarting = {
        let link = link.clone();
        tokio::spawn(async move { link.restart().await })
    };
    let mut events = link.events();
    until(&mut events, |state| matches!(state, State::Unbinding)).await;
    // It does not go to the session that is about to end, and waits.
    let next = {
        let link = link.clone();
        tokio::spawn(async move { link.submit_sm(&message()).await })
    };
    tokio::time::sleep(Duration::from_secs(1)).await;
    before.order(move |centre| submitted(centre, number, "m1"));
    pending.await.unwrap();
    restarting.await.unwrap().unwrap();
    let mut after = behind.centre().await;
    let number = after.request(CommandId::SUBMIT_SM).await;
    after.order(move |centre| submitted(centre, number, "m2"));
    assert_eq!(next.await.unwrap().unwrap().message_id().as_bytes(), b"m2");
}

#[tokio::test(start_paused = true)]
async fn a_restart_stops_where_the_centre_takes_no_bind() {
    let (place, behind) = host("a", |attempt| match attempt {
        0..3 => Meets::Centre(accept_all()),
        3 => binds_with(CommandStatus::ESME_RSYSERR),
        _ => Meets::Centre(accept_all()),
    });
    let (link, _incoming) = builder().host(place).sessions_per_host(3).start();
    while link.bound_sessions() < 3 {
        tokio::task::yield_now().await;
    }
    let error = link.restart().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the restart stopped at session 1 to a, which was not bound again: the centre refused \
         the bind: ESME_RSYSERR (0x00000008, Fault inside the message centre)"
    );
    // The others still stand, and the one comes back by itself.
    assert_eq!(link.bound_sessions(), 2);
    let mut events = link.events();
    until(&mut events, |state| matches!(state, State::Bound)).await;
    assert_eq!(link.bound_sessions(), 3);
    assert_eq!(behind.attempts().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_restart_leaves_alone_what_is_not_bound() {
    let (place, behind) = host("a", |_| Meets::Nobody);
    let (link, _incoming) = builder().host(place).start();
    let mut events = link.events();
    until(&mut events, |state| matches!(state, State::Waiting { .. })).await;
    link.restart().await.unwrap();
    assert_eq!(behind.attempts().len(), 1);
    link.unbind().await;
    let error = link.restart().await.unwrap_err();
    assert!(matches!(error, RestartError::Over));
}

#[tokio::test(start_paused = true)]
async fn a_restart_stops_when_the_host_refuses_for_good() {
    let (place, behind) = host("a", |attempt| match attempt {
        0..2 => Meets::Centre(accept_all()),
        _ => binds_with(CommandStatus::ESME_RINVPASWD),
    });
    let (link, _incoming) = builder().host(place).sessions_per_host(2).start();
    while link.bound_sessions() < 2 {
        tokio::task::yield_now().await;
    }
    let error = link.restart().await.unwrap_err();
    let RestartError::NotBoundAgain { error, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(error.status(), Some(CommandStatus::ESME_RINVPASWD));
    // The other is still bound, and takes what there is.
    link.submit_sm(&message()).await.unwrap();
    assert_eq!(behind.attempts().len(), 3);
}
