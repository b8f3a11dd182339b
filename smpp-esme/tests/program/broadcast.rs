//! `smpp-esme broadcast`, `query-broadcast` and `cancel-broadcast`.

use smpp_pdu::{
    BindResp, BindType, Body, BroadcastAreaFormat, BroadcastAreaIdentifier, BroadcastAreaSuccess,
    BroadcastSmResp, CancelBroadcastSmResp, CommandId, CommandStatus, InterfaceVersion,
    MessageState, Pdu, QueryBroadcastSmResp, Tlv, Tlvs,
};

use crate::centre::Script;
use crate::support::{Met, Ran, meet, run};

fn alias(name: &[u8]) -> BroadcastAreaIdentifier<'_> {
    BroadcastAreaIdentifier {
        format: BroadcastAreaFormat::ALIAS_NAME,
        details: name,
    }
}

/// Leaves everything to the test, behind a look at it.
fn looks(check: fn(&Body<'_>)) -> Script {
    Box::new(move |pdu| {
        check(&pdu.body);
        None
    })
}

/// Runs it against a centre that says it speaks this version.
async fn meet_version(args: &[&str], version: InterfaceVersion, script: Script) -> Met {
    let mut met = meet(args, "", script).await;
    let number = met.centre.request(CommandId::BIND_TRANSCEIVER).await;
    met.centre.order(move |link| {
        let tlvs = [Tlv::sc_interface_version(version)];
        let resp = BindResp::new(
            BindType::Transceiver,
            "centre".try_into().unwrap(),
            Tlvs::from_slice(&tlvs),
        );
        link.respond(&Pdu::response(CommandStatus::ESME_ROK, number, resp))
            .unwrap();
    });
    met
}

async fn meet_5_0(args: &[&str], script: Script) -> Met {
    meet_version(args, InterfaceVersion::V5_0, script).await
}

const BROADCAST: [&str; 17] = [
    "broadcast",
    "--from",
    "CIVIL",
    "--area",
    "Berlin",
    "--area",
    "polygon=45,-90;-45,90;0,0",
    "--content",
    "local-traffic",
    "--text",
    "A100 closed",
    "--repeat",
    "10",
    "--every",
    "2m",
    "--service-group",
    "0x0102",
];

async fn broadcast(more: &[&str], failed: &'static [(&'static str, CommandStatus)]) -> Ran {
    let script = looks(|body| {
        if let Body::Bind(bind) = body {
            assert_eq!(bind.interface_version, InterfaceVersion::V5_0);
        }
        let Body::BroadcastSm(sm) = body else {
            return;
        };
        let tlvs = sm.tlvs;
        let hex: Vec<String> = tlvs
            .iter()
            .map(|tlv| {
                let value = tlv.value().iter().map(|octet| format!("{octet:02x}"));
                format!("{:04X}={}", tlv.tag().0, value.collect::<String>())
            })
            .collect();
        assert_eq!(
            hex,
            [
                "0606=004265726c696e",
                "0606=0253400000c00000c00000400000000000000000",
                "0601=000030",
                "0604=000a",
                "0605=090002",
                "060A=0102",
                "0424=4131303020636c6f736564",
            ]
        );
        assert_eq!(sm.source_addr.addr.as_str(), Some("CIVIL"));
    });
    let args: Vec<&str> = BROADCAST.iter().chain(more).copied().collect();
    let mut met = meet_5_0(&args, script).await;
    let number = met.centre.request(CommandId::BROADCAST_SM).await;
    met.centre.order(move |link| {
        let areas = failed
            .iter()
            .map(|(name, _)| Tlv::broadcast_area_identifier(alias(name.as_bytes())).unwrap());
        let statuses = failed
            .iter()
            .map(|(_, status)| Tlv::broadcast_error_status(*status));
        let tlvs: Vec<_> = areas.chain(statuses).collect();
        let resp = BroadcastSmResp::default()
            .message_id("7F3A".try_into().unwrap())
            .tlvs(Tlvs::from_slice(&tlvs));
        link.respond(&Pdu::response(CommandStatus::ESME_ROK, number, resp))
            .unwrap();
    });
    met.ran().await
}

#[tokio::test]
async fn a_broadcast_is_accepted() {
    let ran = broadcast(&[], &[]).await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out.ends_with("\nbroadcast 7F3A  accepted\n"),
        "{}",
        ran.out
    );
    let ran = broadcast(&["--json"], &[]).await;
    assert_eq!(
        ran.out,
        "{\"event\":\"broadcast\",\"message_id\":\"7F3A\",\"failed_areas\":[]}\n"
    );
}

#[tokio::test]
async fn areas_that_fail_are_named() {
    let failed = &[("Berlin", CommandStatus::ESME_RINVBCASTAREAFMT)];
    let ran = broadcast(&["--json"], failed).await;
    assert_eq!(ran.code, 5, "{}", ran.err);
    let area = &ran.events()[0]["failed_areas"][0];
    assert_eq!(area["area"], "alias=Berlin");
    assert!(
        area["error"].as_str().unwrap().starts_with("ESME_R"),
        "{area}"
    );
    assert!(ran.err.contains("1 of the areas"), "{}", ran.err);
}

#[tokio::test]
async fn a_refused_broadcast_is_exit_code_4() {
    let mut met = meet_5_0(&BROADCAST, looks(|_| {})).await;
    let number = met.centre.request(CommandId::BROADCAST_SM).await;
    met.centre.order(move |link| {
        let status = CommandStatus::ESME_RBCASTFAIL;
        let resp = smpp_session::error_response(CommandId::BROADCAST_SM, status, number);
        link.respond(&resp).unwrap();
    });
    let ran = met.ran().await;
    assert_eq!(ran.code, 4);
    assert!(ran.err.contains("ESME_RBCASTFAIL"), "{}", ran.err);
}

#[tokio::test]
async fn a_query_shows_state_and_areas() {
    for json in [true, false] {
        let mut args = vec!["query-broadcast", "--id", "7F3A", "--from", "CIVIL"];
        args.extend(json.then_some("--json"));
        let mut met = meet_5_0(&args, looks(|_| {})).await;
        let number = met.centre.request(CommandId::QUERY_BROADCAST_SM).await;
        met.centre.order(move |link| {
            let tlvs = [
                Tlv::message_state(MessageState::ENROUTE),
                Tlv::broadcast_area_identifier(alias(b"Berlin")).unwrap(),
                Tlv::broadcast_area_success(BroadcastAreaSuccess(87)),
                Tlv::broadcast_area_identifier(alias(b"Potsdam")).unwrap(),
                Tlv::broadcast_area_success(BroadcastAreaSuccess::NOT_AVAILABLE),
            ];
            let resp = QueryBroadcastSmResp::default()
                .message_id("7F3A".try_into().unwrap())
                .tlvs(Tlvs::from_slice(&tlvs));
            link.respond(&Pdu::response(CommandStatus::ESME_ROK, number, resp))
                .unwrap();
        });
        let ran = met.ran().await;
        assert_eq!(ran.code, 0, "{}", ran.err);
        let expected = if json {
            "{\"event\":\"broadcast_state\",\"message_id\":\"7F3A\",\"state\":\"ENROUTE\",\
             \"end_time\":null,\"areas\":[{\"area\":\"alias=Berlin\",\"success_percent\":87},\
             {\"area\":\"alias=Potsdam\",\"success_percent\":null}]}\n"
        } else {
            "broadcast 7F3A  ENROUTE\n  alias=Berlin: 87 %\n  alias=Potsdam: not known\n"
        };
        assert_eq!(ran.out, expected);
    }
}

#[tokio::test]
async fn a_cancellation_says_when_it_is_done() {
    let args = ["cancel-broadcast", "--id", "7F3A"];
    let mut met = meet_5_0(&args, looks(|_| {})).await;
    let number = met.centre.request(CommandId::CANCEL_BROADCAST_SM).await;
    met.centre.order(move |link| {
        let resp = CancelBroadcastSmResp::default();
        link.respond(&Pdu::response(CommandStatus::ESME_ROK, number, resp))
            .unwrap();
    });
    let ran = met.ran().await;
    assert_eq!(ran.out, "broadcast 7F3A  cancelled\n", "{}", ran.err);
}

#[tokio::test]
async fn a_centre_of_3_4_is_not_asked() {
    let args = ["cancel-broadcast", "--id", "7F3A"];
    let met = meet_version(&args, InterfaceVersion::V3_4, looks(|_| {})).await;
    // The end of the session is the next that the centre sees.
    let ran = met.ran().await;
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("broadcasts are of 5.0"), "{}", ran.err);
}

#[tokio::test]
async fn wrong_usage_says_what_would_be_right() {
    let with = |area: &'static str, content: &'static str, more: &[&'static str]| {
        let mut args = vec!["broadcast", "--area", area, "--content", content];
        args.extend(more);
        args
    };
    let text = &["--text", "Hi"];
    for (args, right) in [
        (with("Berlin", "weather", &[]), "--text"),
        (with("Berlin", "wether", text), "local-traffic"),
        (with("polygon=1,2;3,4", "weather", text), "3 to 15"),
        (with("circle=1", "weather", text), "alias=NAME"),
        (
            with("Berlin", "weather", &["--text", "Hi", "--every", "often"]),
            "10m",
        ),
        (vec!["query-broadcast"], "--id"),
        (
            vec![
                "query-broadcast",
                "--id",
                "1",
                "--url",
                "smpp://a:b@h?version=3.4",
            ],
            "say version=5.0",
        ),
    ] {
        let ran = run(&args).await;
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.err);
        assert!(ran.err.contains(right), "{args:?}: {}", ran.err);
    }
}
