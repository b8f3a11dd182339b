//! Sessions that are lost and come back.

use core::time::Duration;

use metrics_util::debugging::DebuggingRecorder;
use smpp_esme::link::{Backoff, Jitter, OnLost, Setback, State};
use smpp_esme::pdu::{BindType, CommandId, CommandStatus};
use smpp_esme::{ClientBuilder, CloseReason, Inbound, Link, LinkBuilder};
use tokio::time::Instant;

use crate::centre::{Seen, accept_all, accept_binds, account, message, submitted};
use crate::support::*;

/// Every pause of a link that finds nobody, as its events tell it.
#[tokio::test(start_paused = true)]
async fn the_waits_are_those_of_the_back_off_with_the_same_seed() {
    for jitter in [Jitter::None, Jitter::Equal, Jitter::Full] {
        let backoff = Backoff {
            first: Duration::from_millis(100),
            factor: 3,
            max: Duration::from_secs(5),
            jitter,
        };
        let (place, behind) = host("a", |_| Meets::Nobody);
        let (link, _incoming) = builder().host(place).backoff(backoff).seed(7).start();
        let mut events = link.events();
        let mut waits = Vec::new();
        while waits.len() < 12 {
            let report = until(&mut events, |state| matches!(state, State::Waiting { .. })).await;
            let State::Waiting { until, because } = report.state else {
                unreachable!()
            };
            assert!(matches!(because, Setback::NotBound(_)), "{because}");
            // The clock stands still until the link has nothing to do.
            waits.push(until - Instant::now());
        }
        assert_eq!(waits, backoff.delays(7).take(12).collect::<Vec<_>>());
        let attempts = behind.attempts();
        assert_eq!(attempts.len(), 12);
        for (pair, wait) in attempts.windows(2).zip(&waits) {
            let gap = pair[1] - pair[0];
            // A timer of the runtime is up to a millisecond late.
            assert!(gap >= *wait && gap <= *wait + Duration::from_millis(2));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_that_held_for_a_while_starts_the_back_off_anew() {
    let backoff = Backoff {
        jitter: Jitter::None,
        ..Backoff::default()
    };
    let (place, mut behind) = willing("a");
    let (link, _incoming) = builder()
        .host(place)
        .backoff(backoff)
        .settled_after(Duration::from_secs(30))
        .start();
    let mut events = link.events();
    let mut waits = Vec::new();
    for lived in [0, 29, 10, 31, 0] {
        until(&mut events, |state| matches!(state, State::Bound)).await;
        tokio::time::sleep(Duration::from_secs(lived)).await;
        behind.centre().await.order(|centre| centre.close());
        let report = until(&mut events, |state| matches!(state, State::Waiting { .. })).await;
        let State::Waiting { until, because } = report.state else {
            unreachable!()
        };
        assert!(matches!(
            because,
            Setback::Lost(CloseReason::ConnectionLost)
        ));
        waits.push((until - Instant::now()).as_secs());
    }
    assert_eq!(waits, [1, 2, 4, 1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_receiver_survives_a_restart_of_the_server() {
    // The server is away for some attempts.
    let (place, mut behind) = host("a", |attempt| match attempt {
        1..=4 => Meets::Nobody,
        _ => Meets::Centre(accept_all()),
    });
    let session = ClientBuilder::new(account().bind_type(BindType::Receiver));
    let (link, mut incoming) = LinkBuilder::from(session).host(place).start();
    for text in [b"before", b"behind"] {
        let mut centre = behind.centre().await;
        centre.when_bound().await;
        centre.deliver(1, text);
        let Some(Inbound::Delivery(delivery)) = incoming.recv().await else {
            panic!("no message");
        };
        delivery.ack();
        assert_eq!(
            centre.seen().await,
            Seen::Answer(1, CommandId::DELIVER_SM_RESP, CommandStatus::ESME_ROK)
        );
        centre.order(|centre| centre.close());
    }
    assert!(behind.attempts().len() >= 6);
    assert!(link.end().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_centre_that_unbinds_has_answered_before_and_is_met_again() {
    let (place, mut behind) = silent("a");
    let (link, _incoming) = builder().host(place).start();
    let mut events = link.events();
    let mut centre = behind.centre().await;
    let pending = link.start_submit_sm(&message()).await.unwrap();
    let number = centre.request(CommandId::SUBMIT_SM).await;
    // The planned end of a centre: what is under way is answered, then it unbinds.
    centre.order(|centre| centre.finish().unwrap());
    centre.order(move |centre| submitted(centre, number, "m1"));
    assert_eq!(pending.await.unwrap().message_id().as_bytes(), b"m1");
    let report = until(&mut events, |state| matches!(state, State::Waiting { .. })).await;
    assert!(matches!(
        report.state,
        State::Waiting {
            because: Setback::Lost(CloseReason::PeerUnbound),
            ..
        }
    ));
    assert_eq!(centre.ended().await.reason, CloseReason::Unbound);
    until(&mut events, |state| matches!(state, State::Bound)).await;
    let mut centre = behind.centre().await;
    let pending = link.start_submit_sm(&message()).await.unwrap();
    let number = centre.request(CommandId::SUBMIT_SM).await;
    centre.order(move |centre| submitted(centre, number, "m2"));
    assert_eq!(pending.await.unwrap().message_id().as_bytes(), b"m2");
}

#[tokio::test(start_paused = true)]
async fn events_and_states_tell_what_a_session_does() {
    let (place, mut behind) = willing("smsc.example:2775");
    let (link, _incoming) = builder().host(place).start();
    let mut events = link.events();
    assert!(link.states().is_empty());
    let kind = |state: &State| match state {
        State::Connecting => "connecting",
        State::Bound => "bound",
        State::Unbinding => "unbinding",
        State::Waiting { .. } => "waiting",
        State::Stopped(None) => "stopped",
        _ => "?",
    };
    let mut seen = Vec::new();
    for _ in 0..2 {
        let report = events.next().await.unwrap();
        assert_eq!((&*report.host, report.number), ("smsc.example:2775", 1));
        seen.push(kind(&report.state));
    }
    link.ready().await.unwrap();
    assert_eq!(link.bound_sessions(), 1);
    behind.centre().await.order(|centre| centre.close());
    for _ in 0..3 {
        seen.push(kind(&events.next().await.unwrap().state));
    }
    link.unbind().await;
    while let Some(report) = events.next().await {
        seen.push(kind(&report.state));
    }
    assert_eq!(
        seen,
        [
            "connecting",
            "bound",
            "waiting",
            "connecting",
            "bound",
            "unbinding",
            "stopped"
        ]
    );
    assert!(matches!(link.states()[0].state, State::Stopped(None)));
    // Of a link that is over there is nothing to tell.
    assert!(link.events().next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_watcher_that_is_late_misses_old_events_and_no_more() {
    let (place, _behind) = host("a", |_| Meets::Nobody);
    let backoff = Backoff {
        first: Duration::from_millis(1),
        factor: 1,
        ..Backoff::default()
    };
    let (link, _incoming) = builder().host(place).backoff(backoff).start();
    let mut events = link.events();
    tokio::time::sleep(Duration::from_secs(10)).await;
    let waiting = core::iter::from_fn(|| events.try_next()).count();
    assert_eq!(waiting, 1024);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_does_not_take_the_connection_is_tried_again() {
    struct Nowhere;
    #[async_trait::async_trait]
    impl smpp_esme::Connect for Nowhere {
        async fn connect(&self) -> Result<smpp_esme::BoxStream, smpp_esme::ConnectError> {
            core::future::pending().await
        }
        fn name(&self) -> &str {
            "nowhere"
        }
    }
    let session = ClientBuilder::new(account()).connect_timeout(Duration::from_secs(3));
    let (link, _incoming) = LinkBuilder::from(session).host(Nowhere).start();
    let start = Instant::now();
    let mut events = link.events();
    let report = until(&mut events, |state| matches!(state, State::Waiting { .. })).await;
    assert_eq!(start.elapsed().as_secs(), 3);
    let State::Waiting { because, .. } = report.state else {
        unreachable!()
    };
    assert_eq!(because.to_string(), "no connection within 3 s");
}

#[tokio::test(start_paused = true)]
async fn the_metrics_are_those_of_the_table() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let (place, mut behind) = host("a", |attempt| match attempt {
        1 => Meets::Nobody,
        2 => binds_with(CommandStatus::ESME_RALYBND),
        _ => Meets::Centre(accept_all()),
    });
    let (link, _incoming) = builder().host(place).start();
    link.ready().await.unwrap();
    let centre = behind.centre().await;
    let mut events = link.events();
    centre.order(|centre| centre.close());
    until(&mut events, |state| matches!(state, State::Bound)).await;
    let expected = [
        ("smpp_link_bind_failures_total", 2.0),
        ("smpp_link_binds_total", 2.0),
        ("smpp_link_reconnects_total", 1.0),
        ("smpp_link_sessions_bound", 1.0),
        ("smpp_link_sessions_lost_total", 1.0),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value));
    assert_eq!(metrics_of(&snapshotter), expected.into());
}

#[tokio::test(start_paused = true)]
async fn the_metrics_tell_what_became_of_requests_that_lost_their_session() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let (place, mut behind) = host("a", |attempt| match attempt {
        0 | 1 => Meets::Centre(accept_binds()),
        _ => binds_with(CommandStatus::ESME_RINVPASWD),
    });
    let (link, _incoming) = builder()
        .host(place)
        .on_lost(OnLost::Resend { attempts: 1 })
        .wait_for_session(Some(Duration::from_secs(2)))
        .start();
    let message = message();
    let losing = async {
        for _ in 0..2 {
            let mut centre = behind.centre().await;
            centre.request(CommandId::SUBMIT_SM).await;
            centre.order(|centre| centre.close());
        }
    };
    let (outcome, ()) = tokio::join!(link.submit_sm(&message), losing);
    outcome.unwrap_err();
    link.closed().await.unwrap_err();
    let expected = [
        ("smpp_link_bind_failures_total", 1.0),
        ("smpp_link_binds_total", 2.0),
        ("smpp_link_hosts_stopped_total", 1.0),
        ("smpp_link_reconnects_total", 1.0),
        ("smpp_link_requests_resent_total", 1.0),
        ("smpp_link_requests_unknown_total", 1.0),
        ("smpp_link_sessions_bound", 0.0),
        ("smpp_link_sessions_lost_total", 2.0),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value));
    assert_eq!(metrics_of(&snapshotter), expected.into());
}

#[tokio::test]
async fn a_link_connects_to_the_host_of_an_address() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        crate::centre::Centre::over(stream, accept_all())
            .ended()
            .await
            .reason
    });
    let url = format!("smpp://esme:secret@127.0.0.1:{port}")
        .parse()
        .unwrap();
    let (link, _incoming) = Link::connect(&url).await.unwrap();
    assert_eq!(link.bound_sessions(), 1);
    link.submit_sm(&message()).await.unwrap();
    drop(link);
    assert_eq!(serving.await.unwrap(), CloseReason::PeerUnbound);
}
