//! Binds.

use smpp_pdu::*;

use crate::support::*;

const BINDS: [BindType; 3] = [
    BindType::Transmitter,
    BindType::Receiver,
    BindType::Transceiver,
];

#[tokio::test]
async fn the_three_binds_are_accepted_in_every_version() {
    let (smsc, address) = serve(centre().system_id("centre")).await;
    for bind_type in BINDS {
        for (version, states_version) in [(0x00, false), (0x33, false), (0x34, true), (0x50, true)]
        {
            let version = InterfaceVersion(version);
            let mut client = Client::connect(address).await;
            let resp = client.bind(bind_type, version, ACCOUNT).await;
            let Body::BindResp(body) = resp.pdu().body else {
                panic!("{resp:?}");
            };
            assert_eq!(resp.status(), CommandStatus::ESME_ROK);
            assert_eq!(body.system_id.as_bytes(), b"centre");
            let stated = states_version.then_some(Ok(InterfaceVersion::V5_0));
            assert_eq!(body.tlvs.sc_interface_version(), stated, "{version}");
            assert_eq!(body.tlvs.is_empty(), !states_version);

            let sessions = smsc.sessions().await;
            let [session] = &sessions[..] else {
                panic!("{sessions:?}")
            };
            assert_eq!(session.bind_type, bind_type);
            assert_eq!(session.version, version.normalized());
            assert_eq!(&*session.system_id, "esme");
            client.leave().await;
            until(|| async { smsc.sessions().await.is_empty() }).await;
        }
    }
}

#[tokio::test]
async fn wrong_credentials_are_refused_with_a_body_and_may_be_corrected() {
    let (_smsc, address) = serve(centre()).await;
    for bind_type in BINDS {
        let mut client = Client::connect(address).await;
        for (credentials, status) in [
            (("esme", "wrong"), CommandStatus::ESME_RINVPASWD),
            (("esme", ""), CommandStatus::ESME_RINVPASWD),
            (("nobody", "secret"), CommandStatus::ESME_RINVSYSID),
            (("", ""), CommandStatus::ESME_RINVSYSID),
        ] {
            let resp = client
                .bind(bind_type, InterfaceVersion::V3_4, credentials)
                .await;
            assert_eq!(resp.status(), status);
            assert_eq!(resp.0.len(), 17, "a header and an empty system_id");
        }
        let resp = client
            .bind(bind_type, InterfaceVersion::V3_4, ACCOUNT)
            .await;
        assert_eq!(resp.status(), CommandStatus::ESME_ROK);
    }
}

#[tokio::test]
async fn an_account_may_bind_several_times_and_a_session_once() {
    let (smsc, address) = serve(centre()).await;
    let mut first = Client::bound(address, BindType::Transceiver).await;
    let _second = Client::bound(address, BindType::Transceiver).await;
    assert_eq!(smsc.sessions().await.len(), 2);
    let resp = first
        .bind(BindType::Receiver, InterfaceVersion::V3_4, ACCOUNT)
        .await;
    assert_eq!(resp.status(), CommandStatus::ESME_RALYBND);
    first.is_served().await;
}

#[tokio::test]
async fn what_a_bind_does_not_allow_is_refused() {
    let (_smsc, address) = serve(centre()).await;
    let mut unbound = Client::connect(address).await;
    let resp = unbound.ask(sm()).await;
    assert_eq!(resp.status(), CommandStatus::ESME_RINVBNDSTS);

    let mut receiver = Client::bound(address, BindType::Receiver).await;
    let resp = receiver.ask(sm()).await;
    assert_eq!(resp.status(), CommandStatus::ESME_RINVBNDSTS);
    let resp = receiver.ask(QuerySm::default()).await;
    assert_eq!(resp.status(), CommandStatus::ESME_RINVBNDSTS);
    let Body::QuerySmResp(body) = resp.pdu().body else {
        panic!("{resp:?}");
    };
    assert_eq!(body.message_state, MessageState::UNKNOWN);
}

#[tokio::test]
async fn a_bind_and_messages_in_one_write_are_answered_in_order() {
    let (_smsc, address) = serve(centre()).await;
    let mut client = Client::connect(address).await;
    let bind = Bind::new(BindType::Transceiver, text(ACCOUNT.0), text(ACCOUNT.1));
    let mut octets = client.encode(bind);
    octets.extend(client.encode(sm()));
    octets.extend(client.encode(sm()));
    client.write(&octets).await;
    for (number, id) in [
        (1, CommandId::BIND_TRANSCEIVER_RESP),
        (2, CommandId::SUBMIT_SM_RESP),
        (3, CommandId::SUBMIT_SM_RESP),
    ] {
        let received = client.receive().await;
        assert_eq!((received.number().0, received.id()), (number, id));
        assert_eq!(received.status(), CommandStatus::ESME_ROK);
    }
}
