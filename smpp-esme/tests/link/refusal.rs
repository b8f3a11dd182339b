//! Hosts that do not take the bind.

use core::time::Duration;

use smpp_esme::link::{Backoff, Jitter, LinkError, Refusal, State};
use smpp_esme::pdu::CommandStatus;
use smpp_esme::{BindConfig, ConnectErrorKind, Link, RequestErrorKind};
use tokio::time::Instant;

use crate::centre::{accept_all, message};
use crate::support::*;

#[tokio::test(start_paused = true)]
async fn a_wrong_password_is_tried_once_however_many_sessions_there_are() {
    let (place, behind) = host("a", |_| binds_with(CommandStatus::ESME_RINVPASWD));
    let (link, mut incoming) = builder().host(place).sessions_per_host(5).start();
    let waiting = {
        let link = link.clone();
        tokio::spawn(async move { link.submit_sm(&message()).await })
    };
    let error = link.closed().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "no host takes the bind: a: the centre refused the bind: \
         ESME_RINVPASWD (0x0000000E, Password refused)"
    );
    assert_eq!(error.status(), Some(CommandStatus::ESME_RINVPASWD));
    // Who waits for a session learns at once that there will be none.
    let error = waiting.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), RequestErrorKind::Closed);
    assert!(!error.was_sent());
    assert!(link.ready().await.is_err());
    assert!(incoming.recv().await.is_none());
    assert!(
        link.states()
            .iter()
            .all(|report| matches!(report.state, State::Stopped(Some(_))))
    );
    tokio::time::sleep(Duration::from_secs(86_400)).await;
    assert_eq!(behind.attempts().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_refuses_does_not_end_the_others() {
    let (first, first_behind) = host("first:2775", |_| binds_with(CommandStatus::ESME_RINVSYSID));
    let (second, mut second_behind) = host("second:2775", |attempt| match attempt {
        0 => Meets::Centre(accept_all()),
        _ => binds_with(CommandStatus::ESME_RINVSYSTYP),
    });
    let (link, _incoming) = builder().host(first).host(second).start();
    link.submit_sm(&message()).await.unwrap();
    assert!(link.end().is_none());
    second_behind.centre().await.order(|centre| centre.close());
    let Err(LinkError::Refused(hosts)) = link.closed().await else {
        panic!("the link lives");
    };
    let told: Vec<_> = hosts
        .iter()
        .map(|stopped| (&*stopped.host, stopped.error.status().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("first:2775", CommandStatus::ESME_RINVSYSID),
            ("second:2775", CommandStatus::ESME_RINVSYSTYP)
        ]
    );
    assert_eq!(first_behind.attempts().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_bound_outlives_the_refusal_of_another() {
    let (place, mut behind) = host("a", |attempt| match attempt {
        0 => Meets::Centre(accept_all()),
        _ => binds_with(CommandStatus::ESME_RINVPASWD),
    });
    let (link, _incoming) = builder().host(place).sessions_per_host(2).start();
    let mut events = link.events();
    until(&mut events, |state| matches!(state, State::Stopped(_))).await;
    link.submit_sm(&message()).await.unwrap();
    assert!(link.end().is_none());
    behind.centre().await.order(|centre| centre.close());
    assert!(link.closed().await.is_err());
    assert_eq!(behind.attempts().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_may_pass_is_tried_again() {
    let statuses = [
        CommandStatus::ESME_RALYBND,
        CommandStatus::ESME_RSYSERR,
        CommandStatus::ESME_RTHROTTLED,
        CommandStatus::ESME_RMSGQFUL,
        CommandStatus::ESME_RUNKNOWNERR,
    ];
    let (place, behind) = host("a", move |attempt| match statuses.get(attempt) {
        Some(status) => binds_with(*status),
        None => Meets::Centre(accept_all()),
    });
    let (link, _incoming) = builder().host(place).start();
    link.ready().await.unwrap();
    assert_eq!(behind.attempts().len(), statuses.len() + 1);
}

#[tokio::test(start_paused = true)]
async fn an_unclear_refusal_is_tried_rarely_and_not_for_ever() {
    let (place, behind) = host("a", |_| binds_with(CommandStatus::ESME_RBINDFAIL));
    let backoff = Backoff {
        jitter: Jitter::None,
        ..Backoff::default()
    };
    let start = Instant::now();
    let (link, _incoming) = builder().host(place).backoff(backoff).start();
    let error = link.closed().await.unwrap_err();
    assert_eq!(error.status(), Some(CommandStatus::ESME_RBINDFAIL));
    assert_eq!(behind.attempts().len(), 3);
    // Two waits of the longest kind.
    assert!(start.elapsed() >= 2 * backoff.max);
}

#[tokio::test(start_paused = true)]
async fn an_unclear_refusal_of_an_account_that_is_known_to_be_right_passes() {
    let (place, mut behind) = host("a", |attempt| match attempt {
        1..=10 => binds_with(CommandStatus(0x0000_0410)),
        _ => Meets::Centre(accept_all()),
    });
    let (link, _incoming) = builder().host(place).start();
    let mut events = link.events();
    behind.centre().await.order(|centre| centre.close());
    for _ in 0..2 {
        until(&mut events, |state| matches!(state, State::Bound)).await;
    }
    assert_eq!(behind.attempts().len(), 12);
}

#[tokio::test(start_paused = true)]
async fn a_rule_of_ones_own_decides() {
    let (place, behind) = host("a", |attempt| match attempt {
        0..3 => binds_with(CommandStatus::ESME_RINVPASWD),
        3 => Meets::Centre(accept_all()),
        _ => binds_with(CommandStatus::ESME_RALYBND),
    });
    // A centre that checks passwords at another place, which is sometimes away.
    let (link, _incoming) = builder()
        .host(place)
        .on_refusal(|status| match status {
            CommandStatus::ESME_RINVPASWD => Refusal::Retry,
            other => Refusal::of(other),
        })
        .start();
    link.ready().await.unwrap();
    assert_eq!(behind.attempts().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_link_without_a_host_says_so() {
    let (link, _incoming) = builder().start();
    let error = link.ready().await.unwrap_err();
    assert!(matches!(error, LinkError::NoHost), "{error}");
    let error = link.submit_sm(&message()).await.unwrap_err();
    assert_eq!(error.kind(), RequestErrorKind::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_bind_that_cannot_be_written_is_not_tried_again() {
    let (place, behind) = willing("a");
    let (link, _incoming) = Link::builder(BindConfig::new("es\0me", "secret"))
        .host(place)
        .start();
    let error = link.closed().await.unwrap_err();
    assert_eq!(
        error.hosts()[0].error.kind(),
        ConnectErrorKind::InvalidBind("system_id")
    );
    assert_eq!(behind.attempts().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_link_that_keeps_trying_gives_no_host_up() {
    let (place, behind) = host("a", |attempt| match attempt {
        0..6 => binds_with(CommandStatus::ESME_RINVPASWD),
        6..12 => binds_with(CommandStatus::ESME_RBINDFAIL),
        _ => Meets::Centre(accept_all()),
    });
    let max = Duration::from_secs(300);
    let backoff = Backoff {
        jitter: Jitter::None,
        max,
        ..Backoff::default()
    };
    let (link, _incoming) = builder()
        .host(place)
        .backoff(backoff)
        .keep_trying(true)
        .start();
    let started = Instant::now();
    link.ready().await.unwrap();
    assert_eq!(behind.attempts().len(), 13);
    assert_eq!(started.elapsed(), 12 * max);
}
