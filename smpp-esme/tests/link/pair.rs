//! A transmitter and a receiver in place of a transceiver.

use smpp_esme::link::{Pairs, Setback, State};
use smpp_esme::pdu::{
    BindType, Body, CommandId, CommandStatus, EnquireLink, InterfaceVersion, Pdu,
};
use smpp_esme::{ClientBuilder, Inbound, Link, LinkBuilder, SmppUrl};

use crate::centre::{Centre, Script, accept_all, account, message};
use crate::support::*;

const PAIR: [BindType; 2] = [BindType::Transmitter, BindType::Receiver];

fn v3_3() -> LinkBuilder {
    LinkBuilder::from(ClientBuilder::new(
        account().version(InterfaceVersion::V3_3),
    ))
}

#[tokio::test(start_paused = true)]
async fn a_transceiver_of_3_3_is_a_pair() {
    let (place, mut behind) = willing("a");
    let (link, mut incoming) = v3_3().host(place).start();
    link.ready().await.unwrap();
    assert_eq!(bound_as(&link), PAIR);
    // The halves of a pair have the same number.
    assert!(link.states().iter().all(|report| report.number == 1));
    let _transmitter = behind.centre().await;
    let receiver = behind.centre().await;
    for _ in 0..4 {
        link.submit_sm(&message()).await.unwrap();
    }
    receiver.deliver(1, b"hello");
    let Some(Inbound::Delivery(delivery)) = incoming.recv().await else {
        panic!("no message");
    };
    delivery.ack();
    // What either half may send goes to the one that transmits.
    link.request(EnquireLink::default()).await.unwrap();
    assert_eq!(link.bound_sessions(), 2);
    assert_eq!(link.free_window(), 10);
}

#[tokio::test]
async fn an_address_of_3_3_that_names_no_bind_means_a_pair() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = tokio::spawn(async move {
        let mut centres = Vec::new();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            centres.push(Centre::over(stream, accept_all()));
        }
    });
    let url: SmppUrl = format!("smpp://esme:secret@127.0.0.1:{port}?version=3.3")
        .parse()
        .unwrap();
    let (link, _incoming) = Link::connect(&url).await.unwrap();
    assert_eq!(bound_as(&link), PAIR);
    // One that names a bind means that.
    let url = url.with_bind(BindType::Transmitter);
    let (link, _incoming) = Link::connect(&url).await.unwrap();
    assert_eq!(bound_as(&link), [BindType::Transmitter]);
    serving.abort();
}

#[tokio::test(start_paused = true)]
async fn one_half_goes_on_while_the_other_is_lost() {
    let (place, mut behind) = host("a", |attempt| match attempt {
        2..=5 => Meets::Nobody,
        _ => Meets::Centre(accept_all()),
    });
    let (link, _incoming) = v3_3().host(place).start();
    link.ready().await.unwrap();
    let _transmitter = behind.centre().await;
    let mut events = link.events();
    behind.centre().await.order(|centre| centre.close());
    let report = until(&mut events, |state| matches!(state, State::Waiting { .. })).await;
    assert_eq!(report.bind_type, BindType::Receiver);
    assert!(matches!(
        report.state,
        State::Waiting {
            because: Setback::Lost(_),
            ..
        }
    ));
    link.submit_sm(&message()).await.unwrap();
    assert_eq!(bound_as(&link), [BindType::Transmitter]);
    link.ready().await.unwrap();
    assert_eq!(bound_as(&link), PAIR);
}

/// A centre of 3.4 that knows no transceiver.
fn without_transceiver(status: CommandStatus) -> Script {
    Box::new(move |pdu: &Pdu<'_>| {
        Some(match pdu.body {
            Body::Bind(bind) if bind.bind_type == BindType::Transceiver => status,
            _ => CommandStatus::ESME_ROK,
        })
    })
}

#[tokio::test(start_paused = true)]
async fn a_centre_that_refuses_a_transceiver_gets_a_pair_where_that_is_asked_for() {
    for status in [CommandStatus::ESME_RINVCMDID, CommandStatus::ESME_RBINDFAIL] {
        let (place, behind) = host("a", move |_| Meets::Centre(without_transceiver(status)));
        let (link, _incoming) = builder()
            .host(place)
            .pairs(Pairs::WhenRefused)
            .sessions_per_host(2)
            .start();
        link.submit_sm(&message()).await.unwrap();
        while link.bound_sessions() < 4 {
            tokio::task::yield_now().await;
        }
        assert_eq!(bound_as(&link), [PAIR, PAIR].concat());
        // It was asked for a transceiver once.
        assert_eq!(behind.attempts().len(), 5);
        link.unbind().await;
    }
    // Nobody asked for it.
    let (place, _behind) = host("a", |_| {
        Meets::Centre(without_transceiver(CommandStatus::ESME_RINVCMDID))
    });
    let (link, _incoming) = builder().host(place).start();
    assert!(link.closed().await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_centre_that_takes_transceivers_gets_no_pair() {
    let (place, behind) = willing("a");
    let (link, _incoming) = builder()
        .host(place)
        .pairs(Pairs::WhenRefused)
        .sessions_per_host(2)
        .start();
    while link.bound_sessions() < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(bound_as(&link), [BindType::Transceiver; 2]);
    assert_eq!(link.states().len(), 2);
    link.restart().await.unwrap();
    assert_eq!(behind.attempts().len(), 4);
    // The halves that were never wanted do not keep the link from ending.
    link.unbind().await;
    assert!(
        link.states()
            .iter()
            .all(|report| report.bind_type == BindType::Transceiver)
    );
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_of_a_pair_stops_it() {
    let (place, behind) = host("a", |_| binds_with(CommandStatus::ESME_RINVPASWD));
    let (link, _incoming) = builder()
        .host(place)
        .pairs(Pairs::WhenRefused)
        .sessions_per_host(2)
        .start();
    let error = link.closed().await.unwrap_err();
    assert_eq!(error.status(), Some(CommandStatus::ESME_RINVPASWD));
    assert_eq!(behind.attempts().len(), 1);
    assert_eq!(
        CommandId::BIND_TRANSCEIVER,
        BindType::Transceiver.command_id()
    );
}
