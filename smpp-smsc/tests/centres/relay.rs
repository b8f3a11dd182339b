//! Messages from one centre to the next, and back.

use smpp_pdu::*;
use smpp_smsc::TlsServer;
use smpp_smsc::network::Outcome;
use smpp_smsc::network::Upstream;
use smpp_smsc::routes::{AddressPattern, Route, Target};
use smpp_smsc::scenario::{Fate, Scenario};
use smpp_smsc::{FailureClass, ListenOptions};

use crate::support::*;

#[tokio::test]
async fn a_message_is_passed_on_and_its_receipt_comes_back_under_the_own_id() {
    let (next, address) = serve(next_centre()).await;
    let (smsc, mut esme) = before(address).await;
    let tlvs = [Tlv::user_message_reference(7)];
    let sm = message(NUMBER).tlvs(Tlvs::from_slice(&tlvs));
    let id = esme.submit(&sm).await;
    let delivery = esme.delivery().await;
    let pdu = delivery.pdu();
    let receipt = smpp_codec::receipt::Receipt::read(&pdu).unwrap();
    assert_eq!(receipt.id(), Some(id.as_bytes()));
    assert_eq!(receipt.state(), Some(MessageState::DELIVERED));
    assert_eq!(receipt.user_message_reference, Some(7));
    assert_eq!(receipt.source_addr.addr.as_bytes(), NUMBER.as_bytes());
    delivery.ack();
    assert_eq!(state_of(&smsc, &id).await, MessageState::DELIVERED);
    assert_eq!(next.stats().requests, 1);
    smsc.shutdown().await;
    assert_eq!(esme.rest().await, []);
}

#[tokio::test]
async fn what_the_next_centre_could_not_deliver_fails_here_with_its_error() {
    let fates = [
        ("4477009001*", Fate::Undeliverable, 11),
        ("4477009002*", Fate::Rejected, 69),
        ("4477009003*", Fate::Expired, 27),
        ("4477009004*", Fate::Deleted, 0),
    ];
    let scenario = fates.iter().fold(Scenario::new(), |scenario, fate| {
        scenario.destination(fate.0, [(fate.1, 1.0, Some(fate.2))])
    });
    let (_next, address) = serve(next_centre().scenario(scenario, 1)).await;
    let (_smsc, mut esme) = before(address).await;
    for (number, state, error) in [
        ("447700900100", MessageState::UNDELIVERABLE, 11),
        ("447700900200", MessageState::REJECTED, 69),
        ("447700900300", MessageState::EXPIRED, 27),
        ("447700900400", MessageState::DELETED, 0),
        ("447700900500", MessageState::DELIVERED, 0),
    ] {
        assert_eq!(esme.sends(&message(number)).await, (state, error));
    }
}

#[tokio::test]
async fn a_refusal_for_good_ends_the_message_and_a_rule_of_ones_own_decides_which_is() {
    let refuse = |status| next_centre().scenario(Scenario::new().refuse(status, 1.0), 1);
    let (_next, address) = serve(refuse(CommandStatus::ESME_RINVDSTADR)).await;
    let (_smsc, mut esme) = before(address).await;
    let (state, error) = esme.sends(&message(NUMBER)).await;
    assert_eq!((state, error), (MessageState::UNDELIVERABLE, 0x0B));

    let (_next, address) = serve(refuse(CommandStatus(0x0410))).await;
    let link = link_to(&url(address)).on_status(|status| match status {
        CommandStatus(0x0410) => Outcome::Failed {
            state: MessageState::REJECTED,
            error: 4,
        },
        status => Upstream::outcome_of(status),
    });
    let builder = aggregator().centre("north", link.build());
    let (_smsc, mut esme) = start(builder.routes(all_to(["north"]))).await;
    let (state, error) = esme.sends(&message(NUMBER)).await;
    assert_eq!((state, error), (MessageState::REJECTED, 4));
}

#[tokio::test]
async fn what_waits_says_why_in_its_notifications() {
    let notified = |sm: SubmitSm<'static>| sm.registered_delivery(RegisteredDelivery(0x11));
    let (_next, address) = serve(next_centre()).await;
    let throttling = Scenario::new().refuse(CommandStatus::ESME_RTHROTTLED, 1.0);
    let (_throttling, throttles) = serve(next_centre().scenario(throttling, 1)).await;
    for (link, class) in [
        (link_to(&url(nobody())), FailureClass::Link),
        (link_to(&url(address)).queue(0), FailureClass::Congestion),
        (link_to(&url(throttles)), FailureClass::Congestion),
    ] {
        // Bound or not before the first attempt: there are more of them.
        let builder = aggregator().centre("north", link.build());
        let (_smsc, mut esme) = start(builder.routes(all_to(["north"]))).await;
        let id = esme.submit(&notified(message(NUMBER))).await;
        loop {
            let told = esme.receipt().await;
            assert_eq!((&*told.id, told.state), (&*id, MessageState::ENROUTE));
            let error = told.error;
            if error == u32::from(class.usual_error()) {
                break;
            }
            assert_eq!(error, u32::from(FailureClass::Link.usual_error()));
        }
    }
}

#[tokio::test]
async fn a_transaction_has_the_outcome_of_the_next_centre_in_its_response() {
    let scenario = Scenario::new().destination("4477009009*", [(Fate::Undeliverable, 1.0, None)]);
    let (_next, address) = serve(next_centre().scenario(scenario, 1)).await;
    let (smsc, mut esme) = before(address).await;
    // The link is bound.
    esme.sends(&message(NUMBER)).await;
    let transaction = |to| message(to).esm_class(EsmClass(0x02));
    let (state, _) = esme.sends(&transaction(NUMBER)).await;
    assert_eq!(state, MessageState::DELIVERED);
    let failed = esme.try_submit(&transaction("447700900900")).await;
    let status = failed.unwrap_err().status();
    assert_eq!(status, Some(CommandStatus::ESME_RDELIVERYFAILURE));
    smsc.shutdown().await;
}

#[tokio::test]
async fn a_data_sm_is_one_for_the_next_centre_too() {
    let (next, address) = serve(next_centre()).await;
    let (_smsc, mut esme) = before(address).await;
    let tlvs = [Tlv::message_payload(b"hello").unwrap()];
    let data = DataSm::default()
        .source_addr(message(NUMBER).source_addr)
        .destination_addr(message(NUMBER).destination_addr)
        .registered_delivery(RegisteredDelivery(0x01))
        .tlvs(Tlvs::from_slice(&tlvs));
    esme.client.data_sm(&data).await.unwrap();
    assert_eq!(esme.receipt().await.state, MessageState::DELIVERED);
    assert_eq!(next.stats().requests, 1);
}

#[tokio::test]
async fn a_next_centre_of_3_3_is_served_over_a_pair_of_sessions() {
    let (next, address) = serve(next_centre()).await;
    let link = link_to(&format!("{}?version=3.3", url(address))).build();
    let builder = aggregator().centre("north", link);
    let (_smsc, mut esme) = start(builder.routes(all_to(["north"]))).await;
    let (state, _) = esme.sends(&message(NUMBER)).await;
    assert_eq!(state, MessageState::DELIVERED);
    assert_eq!(next.sessions().await.len(), 2);
    let tlvs = [Tlv::message_payload(&[b'x'; 200]).unwrap()];
    let text = ShortMessage::default();
    let long = message(NUMBER)
        .short_message(text)
        .tlvs(Tlvs::from_slice(&tlvs));
    let (state, error) = esme.sends(&long).await;
    assert_eq!((state, error), (MessageState::REJECTED, 1));
}

#[tokio::test]
async fn a_message_of_a_subscriber_comes_through_two_centres() {
    let (next, address) = serve(next_centre()).await;
    let mut routes = all_to(["north"]);
    let code = [AddressPattern::exact("4711")];
    routes.add(
        Route::new("short code")
            .centres(["north"])
            .destinations(code)
            .to(Target::account("esme")),
    );
    let link = link_to(&url(address)).build();
    let (_smsc, mut esme) = start(aggregator().centre("north", link).routes(routes)).await;
    let mobile = |to, text: &'static [u8]| {
        DeliverSm::new(
            Address::international(NUMBER).unwrap(),
            Address::short_code(to).unwrap(),
            ShortMessage::new(text).unwrap(),
        )
    };
    let messages = [
        mobile("4712", b"nobody's"),
        mobile("4711", b"one"),
        mobile("4711", b"two"),
    ];
    next.deliver("us", &messages).await.unwrap();
    for text in [b"one", b"two"] {
        let delivery = esme.delivery().await;
        let Body::DeliverSm(deliver) = delivery.pdu().body else {
            panic!("no deliver_sm");
        };
        assert_eq!(deliver.short_message.as_bytes(), text);
        assert_eq!(deliver.source_addr.addr.as_bytes(), NUMBER.as_bytes());
        delivery.ack();
    }
}

#[tokio::test]
async fn a_link_over_tls_is_an_address_with_its_options() {
    let key = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, pem: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, pem).unwrap();
        path
    };
    let certificate = file("cert.pem", key.cert.pem());
    let private = file("key.pem", key.signing_key.serialize_pem());
    let tls = TlsServer::from_files(&certificate, private, None).unwrap();
    let next = next_centre().start();
    let options = ListenOptions::new().tls(tls);
    let address = next.listen_with("127.0.0.1:0", options).await.unwrap();
    let url = format!(
        "smpps://us:secret@{address}?sni=localhost&ca={}",
        certificate.display()
    );
    let builder = aggregator().centre("north", link_to(&url).build());
    let (_smsc, mut esme) = start(builder.routes(all_to(["north"]))).await;
    let (state, _) = esme.sends(&message(NUMBER)).await;
    assert_eq!(state, MessageState::DELIVERED);
}

#[tokio::test]
async fn a_centre_that_ends_unbinds_its_links() {
    let (next, address) = serve(next_centre()).await;
    let (smsc, mut esme) = before(address).await;
    esme.sends(&message(NUMBER)).await;
    assert_eq!(next.sessions().await.len(), 1);
    smsc.shutdown().await;
    // Nothing is left that would have to be told to end.
    patiently(async {
        while next.connections() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(next.stats().faults, 0);
}

#[tokio::test]
async fn an_alert_of_the_next_centre_reaches_who_asked_for_it() {
    let (asked, mut attempts) = tokio::sync::mpsc::unbounded_channel();
    let (_next, address) = serve(next_centre().network(Asked(asked))).await;
    let (_smsc, mut esme) = before(address).await;
    let tlvs = [Tlv::set_dpf(SetDpf::REQUESTED)];
    let sm = message(NUMBER).tlvs(Tlvs::from_slice(&tlvs));
    let id = esme.submit(&sm).await;
    let (handed, reports) = patiently(attempts.recv()).await.unwrap();
    let (state, error) = (MessageState::UNDELIVERABLE, 27);
    reports.send(vec![handed[0].ended(Outcome::Failed { state, error })]);
    let told = esme.receipt().await;
    assert_eq!((told.id, told.state, told.error), (id, state, 27));
    reports.available(Address::international(NUMBER).unwrap());
    let Some(smpp_esme::Inbound::Alert(alert)) = patiently(esme.incoming.recv()).await else {
        panic!("no alert");
    };
    let Body::AlertNotification(alert) = alert.body() else {
        panic!("no alert_notification");
    };
    assert_eq!(alert.source_addr.addr.as_bytes(), NUMBER.as_bytes());
}

#[tokio::test]
async fn what_was_given_up_while_it_waited_is_not_sent_any_more() {
    let (asked, mut attempts) = tokio::sync::mpsc::unbounded_channel();
    let (_next, address) = serve(next_centre().network(Asked(asked))).await;
    let link = link_to(&url(address)).window(1).build();
    let limit = core::time::Duration::from_millis(500);
    let builder = aggregator().transaction_limit(limit);
    let builder = builder.centre("north", link).routes(all_to(["north"]));
    let (_smsc, esme) = start(builder).await;
    let transaction = |to| message(to).esm_class(EsmClass(0x02));
    // The link is bound, and its window full.
    let (first, reports) = loop {
        let (client, sm) = (esme.client.clone(), transaction("447700900001"));
        let asked = tokio::spawn(async move { client.submit_sm(&sm).await.map(drop) });
        tokio::select! {
            attempt = attempts.recv() => break attempt.unwrap(),
            _ = asked => {}
        }
    };
    let failed = esme.try_submit(&transaction("447700900002")).await;
    let status = failed.unwrap_err().status();
    assert_eq!(status, Some(CommandStatus::ESME_RDELIVERYFAILURE));
    // There is a place for the next.
    reports.send(vec![first[0].ended(Outcome::Delivered)]);
    esme.submit(&message("447700900003")).await;
    let (next, _) = patiently(attempts.recv()).await.unwrap();
    let destination = next[0].message.content().destination.addr;
    assert_eq!(destination.as_bytes(), b"447700900003");
}
