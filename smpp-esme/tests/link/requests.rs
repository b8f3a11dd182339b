//! Which session takes a request, and what becomes of it.

use core::pin::Pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll};
use core::time::Duration;
use std::io;
use std::sync::Arc;

use metrics_util::debugging::DebuggingRecorder;
use smpp_esme::link::OnLost;
use smpp_esme::pdu::{BindType, Body, CommandId, CommandStatus, EnquireLink, QuerySm};
use smpp_esme::{
    ClientBuilder, CloseReason, Link, LinkBuilder, OutgoingMessage, OwnedPdu, RequestError,
    RequestErrorKind, Requester, SendErrorKind, Sender, SubmitResp,
};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::time::Instant;

use crate::centre::{Centre, Script, accept_binds, account, message, submitted};
use crate::support::*;

fn windows_of(window: u16) -> LinkBuilder {
    LinkBuilder::from(ClientBuilder::new(account()).window(window))
}

/// Answers the next message of this centre.
async fn answer_next(centre: &mut Centre) {
    let number = centre.request(CommandId::SUBMIT_SM).await;
    centre.order(move |centre| submitted(centre, number, "m"));
}

#[tokio::test(start_paused = true)]
async fn equal_sessions_take_turns() {
    let (place, mut behind) = silent("a");
    let (link, _incoming) = windows_of(10).host(place).sessions_per_host(3).start();
    let mut centres = Vec::new();
    for _ in 0..3 {
        centres.push(behind.centre().await);
    }
    while link.bound_sessions() < 3 {
        tokio::task::yield_now().await;
    }
    let mut pending = Vec::new();
    for _ in 0..9 {
        pending.push(link.start_submit_sm(&message()).await.unwrap());
    }
    assert_eq!(link.free_window(), 21);
    for centre in &mut centres {
        for _ in 0..3 {
            answer_next(centre).await;
        }
    }
    for pending in pending {
        pending.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn the_session_with_the_most_free_window_is_chosen() {
    let (place, mut behind) = silent("a");
    let (link, _incoming) = windows_of(10).host(place).sessions_per_host(2).start();
    let mut slow = behind.centre().await;
    let mut quick = behind.centre().await;
    while link.bound_sessions() < 2 {
        tokio::task::yield_now().await;
    }
    // Both have 5 outstanding, then one answers.
    let mut pending = Vec::new();
    for _ in 0..10 {
        pending.push(link.start_submit_sm(&message()).await.unwrap());
    }
    for _ in 0..5 {
        slow.request(CommandId::SUBMIT_SM).await;
        answer_next(&mut quick).await;
    }
    while link.free_window() < 15 {
        tokio::task::yield_now().await;
    }
    // The next five go where there is room.
    for _ in 0..5 {
        let pending = link.start_submit_sm(&message()).await.unwrap();
        quick.request(CommandId::SUBMIT_SM).await;
        drop(pending);
    }
}

#[tokio::test(start_paused = true)]
async fn a_centre_that_stalls_holds_up_no_request_that_another_could_take() {
    let (place, mut behind) = silent("a");
    let (link, _incoming) = windows_of(1).host(place).sessions_per_host(2).start();
    let mut one = behind.centre().await;
    let mut other = behind.centre().await;
    while link.bound_sessions() < 2 {
        tokio::task::yield_now().await;
    }
    let _held = link.start_submit_sm(&message()).await.unwrap();
    let _answered = link.start_submit_sm(&message()).await.unwrap();
    one.request(CommandId::SUBMIT_SM).await;
    let number = other.request(CommandId::SUBMIT_SM).await;
    let error = link.try_submit_sm(&message()).unwrap_err();
    assert_eq!(error.kind(), RequestErrorKind::WindowFull);
    // These wait for a place in any window. One centre never answers.
    let waiting: Vec<_> = (0..10)
        .map(|_| {
            let link = link.clone();
            tokio::spawn(async move { link.submit_sm(&message()).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(10)).await;
    other.order(move |centre| submitted(centre, number, "m"));
    for _ in 0..10 {
        answer_next(&mut other).await;
    }
    for waiting in waiting {
        waiting.await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn only_sessions_that_transmit_are_given_what_needs_one() {
    let receiver = ClientBuilder::new(account().bind_type(BindType::Receiver));
    let (place, mut behind) = silent("a");
    let (link, _incoming) = LinkBuilder::from(receiver).host(place).start();
    link.ready().await.unwrap();
    let error = link.submit_sm(&message()).await.unwrap_err();
    assert_eq!(error.kind(), RequestErrorKind::NotAllowed);
    let error = link.try_submit_sm(&message()).unwrap_err();
    assert_eq!(error.kind(), RequestErrorKind::NotAllowed);
    // What any session may send goes to it.
    link.request(EnquireLink::default()).await.unwrap();
    drop(behind.centre().await);
}

#[tokio::test(start_paused = true)]
async fn a_request_waits_for_a_session_as_long_as_it_may() {
    let nobody = || host("a", |_| Meets::Nobody).0;
    let (link, _incoming) = builder()
        .host(nobody())
        .wait_for_session(Some(Duration::from_secs(5)))
        .start();
    let start = Instant::now();
    let error = link.submit_sm(&message()).await.unwrap_err();
    assert_eq!(error.kind(), RequestErrorKind::NoSession);
    assert_eq!(start.elapsed().as_secs(), 5);
    assert!(!error.was_sent() && !error.is_outcome_unknown());
    assert_eq!(
        error.to_string(),
        "submit_sm was not sent, no session was bound in time"
    );
    let error = link.try_submit_sm(&message()).unwrap_err();
    assert_eq!(error.kind(), RequestErrorKind::NoSession);

    let (link, _incoming) = builder()
        .host(nobody())
        .wait_for_session(Some(Duration::ZERO))
        .start();
    let start = Instant::now();
    let error = link.start_submit_sm(&message()).await.unwrap_err();
    assert_eq!(error.kind(), RequestErrorKind::NoSession);
    assert!(start.elapsed().is_zero());

    let (link, _incoming) = builder().host(nobody()).wait_for_session(None).start();
    let message = message();
    let waiting = link.submit_sm(&message);
    let day = Duration::from_secs(86_400);
    assert!(tokio::time::timeout(day, waiting).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_request_that_waits_is_sent_once_a_session_is_bound() {
    for wait in [None, Some(Duration::MAX), Some(Duration::from_secs(4000))] {
        let hour = Instant::now() + Duration::from_secs(3600);
        let (place, _behind) = host("a", move |_| {
            if Instant::now() < hour {
                return Meets::Nobody;
            }
            Meets::Centre(crate::centre::accept_all())
        });
        let (link, _incoming) = builder().host(place).wait_for_session(wait).start();
        link.submit_sm(&message()).await.unwrap();
        assert!(Instant::now() >= hour);
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_and_lost_is_reported_and_not_sent_again() {
    let (place, mut behind) = silent("a");
    let (link, _incoming) = builder().host(place).start();
    let mut pending = link.start_submit_sm(&message()).await.unwrap();
    let mut centre = behind.centre().await;
    centre.request(CommandId::SUBMIT_SM).await;
    centre.order(|centre| centre.close());
    let error = (&mut pending).await.unwrap_err();
    assert!(matches!(error.kind(), RequestErrorKind::LinkLost(_)));
    assert!(error.is_outcome_unknown());
    assert_eq!((error.attempts(), pending.attempts()), (1, 1));
    // The next message is the first that the next session sees.
    let next = link.start_submit_sm(&message()).await.unwrap();
    answer_next(&mut behind.centre().await).await;
    next.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_and_lost_is_sent_again_where_that_is_wanted() {
    let (place, mut behind) = silent("a");
    let (link, _incoming) = builder()
        .host(place)
        .on_lost(OnLost::Resend { attempts: 2 })
        .start();
    // Over the second session it is answered.
    let mut pending = link.start_submit_sm(&message()).await.unwrap();
    let answering = async {
        let mut centre = behind.centre().await;
        centre.request(CommandId::SUBMIT_SM).await;
        centre.order(|centre| centre.close());
        let mut centre = behind.centre().await;
        answer_next(&mut centre).await;
        centre
    };
    let (outcome, mut centre) = tokio::join!(&mut pending, answering);
    outcome.unwrap();
    assert_eq!(pending.attempts(), 2);

    // A request that is awaited as a whole: three times lost, and no more.
    let message = message();
    let submitting = link.submit_sm(&message);
    let losing = async {
        for _ in 0..3 {
            centre.request(CommandId::SUBMIT_SM).await;
            centre.order(|centre| centre.close());
            centre = behind.centre().await;
        }
    };
    let (outcome, ()) = tokio::join!(submitting, losing);
    let error = outcome.unwrap_err();
    assert!(matches!(error.kind(), RequestErrorKind::LinkLost(_)));
    assert_eq!(error.attempts(), 3);
    assert!(
        error
            .to_string()
            .ends_with("; it had been sent 2 times before")
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_that_was_sent_once_is_never_reported_as_not_sent() {
    // After the first session there is nobody.
    let (place, mut behind) = host("a", |attempt| match attempt {
        0 => Meets::Centre(crate::centre::accept_binds()),
        _ => Meets::Nobody,
    });
    let (link, _incoming) = builder()
        .host(place)
        .on_lost(OnLost::Resend { attempts: 5 })
        .start();
    let pending = link.start_submit_sm(&message()).await.unwrap();
    let mut centre = behind.centre().await;
    centre.request(CommandId::SUBMIT_SM).await;
    centre.order(|centre| centre.close());
    let error = pending.await.unwrap_err();
    assert!(
        matches!(error.kind(), RequestErrorKind::LinkLost(_)),
        "{error}"
    );
    assert!(error.was_sent() && error.is_outcome_unknown());
    assert_eq!(error.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_request_in_the_hands_of_a_session_that_ends_goes_to_another() {
    let (place, mut behind) = silent("a");
    let (link, _incoming) = windows_of(1).host(place).start();
    let first = link.start_submit_sm(&message()).await.unwrap();
    let mut centre = behind.centre().await;
    centre.request(CommandId::SUBMIT_SM).await;
    // It waits for the place that the first one has.
    let second = {
        let link = link.clone();
        tokio::spawn(async move { link.submit_sm(&message()).await })
    };
    tokio::time::sleep(Duration::from_millis(10)).await;
    centre.order(|centre| centre.close());
    let error = first.await.unwrap_err();
    assert!(matches!(error.kind(), RequestErrorKind::LinkLost(_)));
    answer_next(&mut behind.centre().await).await;
    second.await.unwrap().unwrap();
}

/// A stream of which nothing comes any more once it is cut.
struct Cut {
    inner: DuplexStream,
    cut: Arc<AtomicBool>,
}

impl AsyncRead for Cut {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.cut.load(Ordering::Relaxed) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Pin::new(&mut self.inner).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Cut {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, octets)
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_a_dead_session_has_taken_and_not_sent_goes_to_another() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    let only_the_bind: Script = Box::new(|pdu| match pdu.body {
        Body::Bind(_) => Some(CommandStatus::ESME_ROK),
        _ => panic!("the link is cut, and {pdu:?} has come over it"),
    });
    let dead = Centre::over(ours, only_the_bind);
    let cut = Arc::<AtomicBool>::default();
    let mut first = Some(Cut {
        inner: theirs,
        cut: Arc::clone(&cut),
    });
    let (place, mut behind) = host("a", move |_| match first.take() {
        Some(first) => Meets::Stream(Box::pin(first)),
        None => Meets::Centre(accept_binds()),
    });
    let (link, _incoming) = builder().host(place).start();
    link.ready().await.unwrap();
    // Nobody has noticed yet: the session takes a request.
    cut.store(true, Ordering::Relaxed);
    let mut pending = link.start_submit_sm(&message()).await.unwrap();
    let answering = async {
        answer_next(&mut behind.centre().await).await;
    };
    let both = async { tokio::join!(&mut pending, answering) };
    let (outcome, ()) = tokio::time::timeout(Duration::from_secs(30), both)
        .await
        .unwrap();
    outcome.unwrap();
    assert_eq!(pending.attempts(), 1);
    assert_eq!(
        metrics_of(&snapshotter).get("smpp_link_requests_moved_total"),
        Some(&1.0)
    );
    assert_eq!(dead.ended().await.reason, CloseReason::ConnectionLost);
}

/// What a layer above is written against.
async fn ask(requester: &impl Requester) -> Result<OwnedPdu, RequestError> {
    let query = QuerySm::default().message_id("m1".try_into().unwrap());
    requester.request(Body::from(query)).await
}

#[tokio::test(start_paused = true)]
async fn a_link_is_a_requester_as_a_client_is() {
    let (place, _behind) = host("a", |_| binds_with(CommandStatus::ESME_ROK));
    let (link, _incoming) = Link::builder(account()).host(place).start();
    // This centre answers everything as if it were a message.
    let error = ask(&link).await.unwrap_err();
    assert_eq!(error.kind(), RequestErrorKind::Expired);
}

#[tokio::test(start_paused = true)]
async fn what_is_to_be_sent_at_once_does_not_wait() {
    let (place, mut behind) = silent("a");
    let (link, _incoming) = windows_of(1).host(place).start();
    let at_once = async || link.try_request(message().into()).await.unwrap_err().kind();
    assert_eq!(at_once().await, RequestErrorKind::NoSession);
    link.ready().await.unwrap();
    let mut centre = behind.centre().await;
    let answered = async {
        let number = centre.request(CommandId::SUBMIT_SM).await;
        assert_eq!(at_once().await, RequestErrorKind::WindowFull);
        // A sender over a link says it as one over a session does.
        let text = OutgoingMessage::text("Hi").from("BANK").to("+447700900123");
        let error = Sender::new(link.clone()).try_send(&text).await.unwrap_err();
        assert_eq!(error.kind(), SendErrorKind::Busy);
        centre.order(move |centre| submitted(centre, number, "m"));
    };
    let (sent, ()) = tokio::join!(link.try_request(message().into()), answered);
    let sent = SubmitResp::from(sent.unwrap());
    assert_eq!(sent.message_id().as_bytes(), b"m");
}
