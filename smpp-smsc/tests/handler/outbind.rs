//! A server that asks an ESME to bind.

use smpp_pdu::*;
use smpp_smsc::handler::*;
use tokio::net::TcpListener;

use crate::support::*;

#[tokio::test]
async fn an_esme_that_is_asked_binds_on_that_connection() {
    let (server, mut calls) = relay(Options::new());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let id = server.outbind(address, "centre", "hush").await.unwrap();
    let mut esme = Client::over(listener.accept().await.unwrap().0);
    let asked = esme.receive().await;
    let Body::Outbind(outbind) = asked.pdu().body else {
        panic!("{asked:?}");
    };
    assert_eq!(outbind.system_id, text("centre"));
    assert_eq!(outbind.password.0, text("hush"));
    esme.bind_as(BindType::Receiver, "esme").await;
    let session = calls.session().await;
    assert_eq!(session.connection(), id);
    assert_eq!(session.peer().address(), Some(address));
    let pushed = tokio::spawn(async move { session.deliver_sm(deliver()).await });
    let request = esme.receive().await;
    let ok = CommandStatus::ESME_ROK;
    esme.respond(&request, ok, DeliverSmResp::default()).await;
    soon(pushed).await.unwrap().unwrap();
}
