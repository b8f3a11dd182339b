//! `broadcast_sm`, `query_broadcast_sm`, `cancel_broadcast_sm`.

use core::time::Duration;

use smpp_pdu::*;
use smpp_session::{Config, Role};
use smpp_smsc::network::Outcome;
use smpp_smsc::{Clock, MessageId};
use tokio::net::TcpStream;

use crate::script::*;
use crate::support::*;

const V5_0: InterfaceVersion = InterfaceVersion::V5_0;

fn area(name: &'static [u8]) -> Tlv<'static> {
    Tlv::broadcast_area_identifier(BroadcastAreaIdentifier {
        format: BroadcastAreaFormat::ALIAS_NAME,
        details: name,
    })
    .unwrap()
}

/// Every hour, so often.
fn about(count: u16) -> [Tlv<'static>; 4] {
    [
        Tlv::broadcast_content_type(BroadcastContentType {
            network: BroadcastContentNetwork::GENERIC,
            content_type: BroadcastContentCategory::WEATHER.0,
        }),
        Tlv::broadcast_rep_num(count),
        Tlv::broadcast_frequency_interval(BroadcastFrequencyInterval {
            unit: BroadcastFrequencyUnit::HOURS,
            count: 1,
        }),
        Tlv::message_payload(b"Storm").unwrap(),
    ]
}

fn broadcast<'a>(tlvs: &'a [Tlv<'a>]) -> BroadcastSm<'a> {
    BroadcastSm::default()
        .source_addr(sm().source_addr)
        .tlvs(Tlvs::from_slice(tlvs))
}

fn query_broadcast(id: &str) -> QueryBroadcastSm<'_> {
    QueryBroadcastSm::default()
        .message_id(text(id))
        .source_addr(sm().source_addr)
}

fn cancel_broadcast(id: &str) -> CancelBroadcastSm<'_> {
    CancelBroadcastSm::default()
        .message_id(text(id))
        .source_addr(sm().source_addr)
}

/// What a broadcast needs, once.
pub(crate) fn to_an_area() -> [Tlv<'static>; 5] {
    let [content, count, interval, payload] = about(1);
    [content, count, interval, payload, area(b"north")]
}

#[track_caller]
pub(crate) fn broadcast_id(resp: &Received) -> String {
    assert_eq!(resp.status(), CommandStatus::ESME_ROK);
    let Body::BroadcastSmResp(body) = resp.pdu().body else {
        panic!("{resp:?}");
    };
    body.message_id.to_string()
}

/// The state, and the areas with how well they were reached.
#[track_caller]
fn told(resp: &Received) -> (MessageState, Vec<(String, u8)>) {
    assert_eq!(resp.status(), CommandStatus::ESME_ROK);
    let Body::QueryBroadcastSmResp(body) = resp.pdu().body else {
        panic!("{resp:?}");
    };
    let areas = body.tlvs.find_all(Tag::BROADCAST_AREA_IDENTIFIER);
    let success = body.tlvs.find_all(Tag::BROADCAST_AREA_SUCCESS);
    let areas = areas.zip(success).map(|(area, success)| {
        let area: BroadcastAreaIdentifier<'_> = area.read().unwrap();
        let success: BroadcastAreaSuccess = success.read().unwrap();
        (String::from_utf8(area.details.to_vec()).unwrap(), success.0)
    });
    let areas = areas.collect();
    (body.tlvs.message_state().unwrap().unwrap(), areas)
}

async fn until_final(client: &mut Client<TcpStream>, id: &str) -> Received {
    loop {
        let resp = client.ask(query_broadcast(id)).await;
        if told(&resp).0.is_final() {
            return resp;
        }
    }
}

#[tokio::test]
async fn a_broadcast_goes_to_its_areas_and_tells_how_it_went() {
    let folder = tempfile::tempdir().unwrap();
    for builder in every_store(folder.path()) {
        let network = Script::holding();
        let (_smsc, address) = serve(builder.network(network.clone())).await;
        let mut client = Client::bound_as(address, BindType::Transceiver, V5_0).await;
        let reference = Tlv::user_message_reference(7);
        let tlvs = [&about(1)[..], &[area(b"north"), area(b"south"), reference]].concat();
        let resp = client.ask(broadcast(&tlvs)).await;
        let id = broadcast_id(&resp);
        let attempts = network.attempted(1).await;
        assert!(attempts[0].message.is_broadcast());
        assert_eq!(attempts[0].message.content().text, b"Storm");
        let resp = client.ask(query_broadcast(&id)).await;
        let unknown = BroadcastAreaSuccess::NOT_AVAILABLE.0;
        let areas = |north, south| vec![("north".to_owned(), north), ("south".to_owned(), south)];
        assert_eq!(
            told(&resp),
            (MessageState::ENROUTE, areas(unknown, unknown))
        );
        // It is on its way.
        let resp = client.ask(cancel_broadcast(&id)).await;
        assert_eq!(resp.status(), CommandStatus::ESME_RBCASTCANCELFAIL);

        network.report(attempts[0].reached(&[90]));
        let resp = until_final(&mut client, &id).await;
        assert_eq!(told(&resp), (MessageState::DELIVERED, areas(90, 0)));
        let Body::QueryBroadcastSmResp(body) = resp.pdu().body else {
            panic!("{resp:?}");
        };
        let end = body.tlvs.broadcast_end_time().unwrap().unwrap();
        assert_eq!(end.as_bytes().len(), 16, "{end}");
        assert_eq!(body.tlvs.user_message_reference(), Some(Ok(7)));

        // The same by its reference.
        let reference = [reference];
        let by_reference = query_broadcast("").tlvs(Tlvs::from_slice(&reference));
        assert_eq!(told(&client.ask(by_reference).await), told(&resp));
        // To other operations there is no such message.
        let resp = client.ask(query(&id, "BANK")).await;
        assert_eq!(resp.status(), CommandStatus::ESME_RINVMSGID);

        for (report, state, success) in [
            (Outcome::Delivered, MessageState::DELIVERED, 100),
            (NEVER, MessageState::UNDELIVERABLE, 0),
        ] {
            let before = network.attempts().len();
            let resp = client.ask(broadcast(&tlvs)).await;
            let id = broadcast_id(&resp);
            let attempts = network.attempted(before + 1).await;
            network.report(attempts[before].ended(report));
            let resp = until_final(&mut client, &id).await;
            assert_eq!(told(&resp), (state, areas(success, success)));
        }
    }
}

#[tokio::test]
async fn areas_that_cannot_be_are_told_and_the_others_are_served() {
    let network = Script::default();
    let (_smsc, address) = serve(centre().network(network.clone())).await;
    let mut client = Client::bound_as(address, BindType::Transmitter, V5_0).await;
    let odd = |octets| Tlv::new(Tag::BROADCAST_AREA_IDENTIFIER, octets).unwrap();
    let (bad, nameless) = (odd(b"\x07here"), odd(b"\x00"));
    let tlvs = [&about(1)[..], &[bad, area(b"north"), nameless]].concat();
    let resp = client.ask(broadcast(&tlvs)).await;
    let id = broadcast_id(&resp);
    let Body::BroadcastSmResp(body) = resp.pdu().body else {
        panic!("{resp:?}");
    };
    let tlvs: Vec<_> = body.tlvs.iter().collect();
    let status = |status| Tlv::broadcast_error_status(status);
    let expected = [
        bad,
        status(CommandStatus::ESME_RINVBCASTAREAFMT),
        nameless,
        status(CommandStatus::ESME_RINVBCASTALIAS_NAME),
    ];
    assert_eq!(tlvs, expected);
    let resp = until_final(&mut client, &id).await;
    assert_eq!(told(&resp).1, [("north".to_owned(), 100)]);

    let tlvs = [&about(1)[..], &[bad]].concat();
    let resp = client.ask(broadcast(&tlvs)).await;
    assert_eq!(resp.status(), CommandStatus::ESME_RINVBCASTAREAFMT);
}

#[tokio::test]
async fn what_is_missing_or_wrong_decides_the_status() {
    let (_smsc, address) = serve(centre()).await;
    let mut client = Client::bound_as(address, BindType::Transmitter, V5_0).await;
    let all = [&about(1)[..], &[area(b"north")]].concat();
    for missing in 0..5 {
        let mut tlvs = all.clone();
        tlvs.remove(missing);
        let expected = if missing == 4 {
            CommandStatus::ESME_RINVNUMBCAST_AREAS
        } else {
            CommandStatus::ESME_RMISSINGTLV
        };
        let resp = client.ask(broadcast(&tlvs)).await;
        assert_eq!(resp.status(), expected, "{missing}");
        assert_eq!(resp.0.len(), 16);
    }
    let with = |tag, octets| {
        let mut tlvs = all.clone();
        tlvs.retain(|tlv| tlv.tag() != tag);
        tlvs.push(Tlv::new(tag, octets).unwrap());
        tlvs
    };
    for (tlvs, status) in [
        (
            with(Tag::BROADCAST_CONTENT_TYPE, b"\x09\x00\x00"),
            CommandStatus::ESME_RINVBCASTCNTTYPE,
        ),
        (
            with(Tag::BROADCAST_FREQUENCY_INTERVAL, b"\x01\x00\x01"),
            CommandStatus::ESME_RINVBCASTFREQINT,
        ),
        (
            with(Tag::BROADCAST_MESSAGE_CLASS, b"\x04"),
            CommandStatus::ESME_RINVBCASTMSGCLASS,
        ),
        (
            with(Tag::BROADCAST_CHANNEL_INDICATOR, b"\x02"),
            CommandStatus::ESME_RINVBCASTCHANIND,
        ),
    ] {
        let resp = client.ask(broadcast(&tlvs)).await;
        assert_eq!(resp.status(), status);
    }
    let named = broadcast(&all).sm_default_msg_id(1);
    let resp = client.ask(named).await;
    assert_eq!(resp.status(), CommandStatus::ESME_RINVDFTMSGID);
    for version in [InterfaceVersion::V3_3, InterfaceVersion::V3_4] {
        let mut old = Client::bound_as(address, BindType::Transmitter, version).await;
        let bodies: [Body<'_>; 3] = [
            broadcast(&all).into(),
            query_broadcast("1").into(),
            cancel_broadcast("1").into(),
        ];
        for body in bodies {
            let resp = old.ask(body).await;
            assert_eq!(resp.status(), CommandStatus::ESME_RINVCMDID, "{version}");
        }
        old.is_served().await;
    }
}

#[tokio::test]
async fn broadcasts_that_wait_are_cancelled_and_replaced() {
    let (_smsc, address) = serve(centre().account("other", "secret")).await;
    let mut client = Client::bound_as(address, BindType::Transmitter, V5_0).await;
    let reference = |number| Tlv::user_message_reference(number);
    let tlvs = |number| [&about(1)[..], &[area(b"north"), reference(number)]].concat();
    let (seven, eight) = (tlvs(7), tlvs(8));
    let later = |tlvs| broadcast(tlvs).schedule_delivery_time(text(TOMORROW));
    let mut ids = Vec::new();
    for tlvs in [&seven, &eight, &eight, &seven] {
        ids.push(broadcast_id(&client.ask(later(tlvs)).await));
    }
    let is = async |client: &mut Client<_>, id: &str, state| {
        let resp = client.ask(query_broadcast(id)).await;
        assert_eq!(told(&resp).0, state, "{id}");
    };
    is(&mut client, &ids[0], MessageState::SCHEDULED).await;

    let (failed, not_found) = (
        CommandStatus::ESME_RBCASTCANCELFAIL,
        CommandStatus::ESME_RINVMSGID,
    );
    let shop = Address::alphanumeric("SHOP").unwrap();
    let resp = client
        .ask(cancel_broadcast(&ids[0]).source_addr(shop))
        .await;
    assert_eq!(resp.status(), failed);
    let query = query_broadcast(&ids[0]).source_addr(shop);
    let resp = client.ask(query).await;
    assert_eq!(resp.status(), CommandStatus::ESME_RBCASTQUERYFAIL);
    assert_eq!(client.ask(cancel_broadcast("1")).await.status(), not_found);
    assert_eq!(client.ask(query_broadcast("1")).await.status(), not_found);
    assert_eq!(client.ask(query_broadcast("")).await.status(), not_found);
    let mut other = Client::connect(address).await;
    let transmitter = BindType::Transmitter;
    other.bind(transmitter, V5_0, ("other", "secret")).await;
    let resp = other.ask(cancel_broadcast(&ids[0])).await;
    assert_eq!(resp.status(), not_found);

    // By its id.
    let resp = client.ask(cancel_broadcast(&ids[0])).await;
    assert_eq!(resp.status(), CommandStatus::ESME_ROK);
    assert_eq!(resp.0.len(), 16);
    is(&mut client, &ids[0], MessageState::DELETED).await;
    // By its reference.
    let of_eight = [reference(8)];
    let cancel = cancel_broadcast("").tlvs(Tlvs::from_slice(&of_eight));
    let resp = client.ask(cancel).await;
    assert_eq!(resp.status(), CommandStatus::ESME_ROK);
    for (id, state) in [
        (&ids[1], MessageState::DELETED),
        (&ids[2], MessageState::DELETED),
        (&ids[3], MessageState::SCHEDULED),
    ] {
        is(&mut client, id, state).await;
    }
    assert_eq!(client.ask(cancel).await.status(), failed);

    // A new one takes the place of another, by reference and by id.
    let replace = |tlvs| later(tlvs).replace_if_present_flag(ReplaceIfPresentFlag::REPLACE);
    let new = broadcast_id(&client.ask(replace(&seven)).await);
    is(&mut client, &ids[3], MessageState::DELETED).await;
    let named = replace(&eight).message_id(text(&new));
    let last = broadcast_id(&client.ask(named).await);
    is(&mut client, &new, MessageState::DELETED).await;
    let resp = client.ask(named).await;
    assert_eq!(resp.status(), CommandStatus::ESME_RBCASTFAIL);

    // All of a source, of one content type.
    let of_type = |content_type| {
        [Tlv::broadcast_content_type(BroadcastContentType {
            network: BroadcastContentNetwork::GENERIC,
            content_type,
        })]
    };
    let (news, weather) = (of_type(0x10), of_type(0x33));
    let cancel = cancel_broadcast("").tlvs(Tlvs::from_slice(&news));
    assert_eq!(client.ask(cancel).await.status(), failed);
    let cancel = cancel_broadcast("").tlvs(Tlvs::from_slice(&weather));
    let resp = client.ask(cancel).await;
    assert_eq!(resp.status(), CommandStatus::ESME_ROK);
    is(&mut client, &last, MessageState::DELETED).await;
}

#[tokio::test(start_paused = true)]
async fn a_broadcast_is_repeated_and_can_be_stopped_in_between() {
    let network = Script::default();
    let session = Config {
        enquire_link: None,
        ..Config::new(Role::MessageCentre)
    };
    let smsc = centre()
        .network(network.clone())
        .clock(Clock::runtime())
        .session(session)
        .start();
    let mut client = Client::within(&smsc);
    client.bind(BindType::Transceiver, V5_0, ACCOUNT).await;
    let tlvs = [&about(3)[..], &[area(b"north")]].concat();
    let id = broadcast_id(&client.ask(broadcast(&tlvs)).await);
    network.attempted(1).await;
    let resp = client.ask(query_broadcast(&id)).await;
    let reached = vec![("north".to_owned(), 100)];
    assert_eq!(told(&resp), (MessageState::ENROUTE, reached.clone()));
    let start = tokio::time::Instant::now();
    tokio::time::sleep(Duration::from_secs(9000)).await;
    assert_eq!(network.attempts().len(), 3);
    assert!(start.elapsed() >= Duration::from_secs(7200));
    let resp = client.ask(query_broadcast(&id)).await;
    assert_eq!(told(&resp), (MessageState::DELIVERED, reached.clone()));

    // Without an end.
    let tlvs = [&about(0)[..], &[area(b"north")]].concat();
    let id = broadcast_id(&client.ask(broadcast(&tlvs)).await);
    tokio::time::sleep(Duration::from_secs(9000)).await;
    assert_eq!(network.attempts().len(), 6);
    let resp = client.ask(cancel_broadcast(&id)).await;
    assert_eq!(resp.status(), CommandStatus::ESME_ROK);
    tokio::time::sleep(Duration::from_secs(9000)).await;
    assert_eq!(network.attempts().len(), 6);
    let resp = client.ask(query_broadcast(&id)).await;
    assert_eq!(told(&resp), (MessageState::DELETED, reached));
}

#[tokio::test]
async fn a_broadcast_is_shown_for_as_long_as_it_says() {
    let (smsc, address) = serve(centre().max_validity(Duration::from_secs(60))).await;
    let mut client = Client::bound_as(address, BindType::Transmitter, V5_0).await;
    let tlvs = [&about(1)[..], &[area(b"north")]].concat();
    let day = broadcast(&tlvs).validity_period(text(TOMORROW));
    let id = broadcast_id(&client.ask(day).await);
    let found = smsc.find(&MessageId::new(&id).unwrap()).await.unwrap();
    let shown = found[0].life.expires().since(found[0].submitted);
    assert_eq!(shown, Duration::from_secs(86_400));
}
