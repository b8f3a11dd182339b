//! A centre that asks an ESME to bind.

use smpp_pdu::*;
use smpp_smsc::OutbindError;
use tokio::net::TcpListener;

use crate::support::*;

#[tokio::test]
async fn an_esme_that_is_asked_binds_on_that_connection_and_is_served() {
    let smsc = centre().start();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let id = smsc.outbind(address, "centre", "hush").await.unwrap();
    let mut esme = Client::over(listener.accept().await.unwrap().0);
    let asked = esme.receive().await;
    let Body::Outbind(outbind) = asked.pdu().body else {
        panic!("{asked:?}");
    };
    assert_eq!(outbind.system_id, text("centre"));
    assert_eq!(outbind.password.0, text("hush"));
    let version = InterfaceVersion::V5_0;
    let resp = esme.bind(BindType::Transceiver, version, ACCOUNT).await;
    assert_eq!(resp.status(), CommandStatus::ESME_ROK);
    let sessions = smsc.sessions().await;
    assert_eq!(sessions.len(), 1);
    assert_eq!(sessions[0].connection, id);
    esme.is_served().await;
    esme.leave().await;
}

#[tokio::test]
async fn an_outbind_that_cannot_be_leaves_no_connection_behind() {
    let smsc = centre().max_connections(1).start();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let wrong = smsc.outbind(address, "centre", "nine octets").await;
    assert!(
        matches!(wrong, Err(OutbindError::NotAnOutbind(_))),
        "{wrong:?}"
    );
    drop(listener);
    let refused = smsc.outbind(address, "centre", "hush").await;
    assert!(
        matches!(refused, Err(OutbindError::Connect(_))),
        "{refused:?}"
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    smsc.outbind(address, "centre", "hush").await.unwrap();
    let full = smsc.outbind(address, "centre", "hush").await;
    assert!(matches!(full, Err(OutbindError::Full)), "{full:?}");
    assert_eq!(smsc.connections(), 1);
}
