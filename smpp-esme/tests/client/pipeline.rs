//! Many messages of one task.

use core::time::Duration;

use smpp_esme::{ClientBuilder, CloseReason, RequestErrorKind};
use smpp_pdu::{BindType, CommandId, CommandStatus};
use tokio::task::JoinSet;

use crate::centre::{accept_all, accept_binds, account, bound, bound_with, message, submitted};

#[tokio::test]
async fn outcomes_come_with_their_keys_in_the_order_of_the_responses() {
    let (client, _incoming, mut centre) = bound(accept_binds()).await;
    let mut pipeline = client.pipeline();
    pipeline.submit_sm("a", &message()).await.unwrap();
    pipeline.submit_sm("b", &message()).await.unwrap();
    let a = centre.request(CommandId::SUBMIT_SM).await;
    let b = centre.request(CommandId::SUBMIT_SM).await;
    centre.order(move |link| {
        submitted(link, b, "second");
        let status = CommandStatus::ESME_RTHROTTLED;
        let refused = smpp_session::error_response(CommandId::SUBMIT_SM, status, a);
        link.respond(&refused).unwrap();
    });
    let (key, outcome) = pipeline.next().await.unwrap();
    assert_eq!(
        (key, outcome.unwrap().message_id().as_bytes()),
        ("b", &b"second"[..])
    );
    assert_eq!(pipeline.len(), 1);
    let (key, outcome) = pipeline.next().await.unwrap();
    let status = outcome.unwrap_err().status();
    assert_eq!((key, status), ("a", Some(CommandStatus::ESME_RTHROTTLED)));
    assert!(pipeline.next().await.is_none());
    assert!(pipeline.is_empty());
}

#[tokio::test]
async fn a_full_pipeline_takes_nothing_until_an_outcome_is_taken() {
    let builder = ClientBuilder::new(account()).window(2);
    let (client, _incoming, _centre) = bound_with(builder, accept_all()).await;
    let mut pipeline = client.pipeline();
    for number in 0..2 {
        pipeline.submit_sm(number, &message()).await.unwrap();
    }
    assert!(pipeline.is_full());
    let error = pipeline.submit_sm(2, &message()).await.unwrap_err();
    assert_eq!(error.kind(), RequestErrorKind::WindowFull);
    // The window itself is free again: what is not taken counts.
    client.submit_sm(&message()).await.unwrap();
    assert!(pipeline.is_full());
    assert_eq!(pipeline.next().await.unwrap().0, 0);
    pipeline.submit_sm(3, &message()).await.unwrap();
    assert_eq!(pipeline.next().await.unwrap().0, 1);
    assert_eq!(pipeline.next().await.unwrap().0, 3);
    assert!(pipeline.next().await.is_none());
}

#[tokio::test]
async fn each_message_has_one_outcome_when_the_link_is_lost() {
    let (client, _incoming, mut centre) = bound(accept_binds()).await;
    let mut pipeline = client.pipeline();
    for number in 0..5 {
        pipeline.submit_sm(number, &message()).await.unwrap();
    }
    let first = centre.request(CommandId::SUBMIT_SM).await;
    centre.order(move |link| {
        submitted(link, first, "m1");
        link.close();
    });
    let mut outcomes = Vec::new();
    while let Some((number, outcome)) = pipeline.next().await {
        outcomes.push((number, outcome.map(drop).map_err(|error| error.kind())));
    }
    let lost = RequestErrorKind::LinkLost(CloseReason::ConnectionLost);
    let mut expected = vec![(0, Ok(()))];
    expected.extend((1..5).map(|number| (number, Err(lost))));
    assert_eq!(outcomes, expected);
    let error = pipeline.submit_sm(5, &message()).await.unwrap_err();
    assert_eq!(error.kind(), RequestErrorKind::Closed);
    assert!(pipeline.next().await.is_none(), "it was told at once");
}

#[tokio::test]
async fn what_the_session_refuses_has_that_outcome_and_leaves_its_place() {
    let builder = ClientBuilder::new(account().bind_type(BindType::Receiver)).window(1);
    let (client, _incoming, _centre) = bound_with(builder, accept_all()).await;
    let mut pipeline = client.pipeline();
    for _ in 0..2 {
        pipeline.submit_sm("a", &message()).await.unwrap();
        let (key, outcome) = pipeline.next().await.unwrap();
        let kind = outcome.unwrap_err().kind();
        assert_eq!((key, kind), ("a", RequestErrorKind::NotAllowed));
    }
    assert_eq!(client.free_window(), 1);
}

#[tokio::test(start_paused = true)]
async fn whoever_has_a_place_in_the_window_is_never_refused_by_the_session() {
    let builder = ClientBuilder::new(account())
        .window(3)
        .response_timeout(Duration::from_secs(5));
    let (client, _incoming, mut centre) = bound_with(builder, accept_binds()).await;
    let mut set = JoinSet::new();
    for _ in 0..40 {
        let client = client.clone();
        set.spawn(async move { client.submit_sm(&message()).await.map(drop) });
    }
    // Of each three, the first is never answered, the others the wrong way round.
    let answers = tokio::spawn(async move {
        for _ in 0..20 {
            let _never = centre.request(CommandId::SUBMIT_SM).await;
            let a = centre.request(CommandId::SUBMIT_SM).await;
            centre.order(move |link| submitted(link, a, "m"));
        }
        centre
    });
    let (mut good, mut expired) = (0, 0);
    while let Some(outcome) = set.join_next().await {
        match outcome.unwrap().map_err(|error| error.kind()) {
            Ok(()) => good += 1,
            Err(RequestErrorKind::Expired) => expired += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!((good, expired), (20, 20));
    drop(answers.await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_lone_message_waits_for_no_other() {
    let builder = ClientBuilder::new(account()).enquire_link(None);
    let (client, _incoming, mut centre) = bound_with(builder, accept_binds()).await;
    let start = tokio::time::Instant::now();
    let mut pipeline = client.pipeline();
    for _ in 0..3 {
        pipeline.submit_sm((), &message()).await.unwrap();
        // Nobody asks for outcomes yet.
        let number = centre.request(CommandId::SUBMIT_SM).await;
        centre.order(move |link| submitted(link, number, "m"));
    }
    let pending = client.start_submit_sm(&message()).await.unwrap();
    let number = centre.request(CommandId::SUBMIT_SM).await;
    centre.order(move |link| submitted(link, number, "m"));
    pending.await.unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO, "no timer had to go off");
}
