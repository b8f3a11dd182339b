//! What must come of a request that the standard allows.

use smpp_pdu::*;
use tokio::net::TcpStream;

use crate::cell::{Cell, State};
use crate::manage;
use crate::request;
use crate::support::{Client, Received, TOMORROW, query, sm, state, text};

/// Nobody ever reaches this one.
pub(crate) fn absent() -> Address<'static> {
    Address::international("447708000001").unwrap()
}

/// Does it, and looks at what came of it.
pub(crate) async fn done(operation: &str, cell: &Cell, mut client: Client<TcpStream>) {
    match operation {
        "bind_receiver" => bind(cell, client, BindType::Receiver).await,
        "bind_transmitter" => bind(cell, client, BindType::Transmitter).await,
        "bind_transceiver" => bind(cell, client, BindType::Transceiver).await,
        "unbind" => client.leave().await,
        "enquire_link" => {
            let resp = client.ask(EnquireLink::default()).await;
            assert_eq!((resp.status(), resp.0.len()), (CommandStatus::ESME_ROK, 16));
        }
        "submit_sm" => {
            let id = client.ask(sm()).await.message_id();
            let longest = if cell.version == InterfaceVersion::V3_3 {
                8
            } else {
                64
            };
            assert!((1..=longest).contains(&id.len()), "{id}");
            is_delivered(cell, &id).await;
        }
        "submit_sm, store and forward" => {
            let resp = client.ask(sm().esm_class(EsmClass(0x03))).await;
            is_delivered(cell, &resp.message_id()).await;
        }
        "submit_sm, datagram" => {
            let resp = client.ask(sm().esm_class(EsmClass(0x01))).await;
            is_kept_by_3_3_alone(cell, &resp.message_id()).await;
        }
        "submit_sm, transaction" => {
            let submit = sm().esm_class(EsmClass(0x02));
            let resp = client.ask(submit).await;
            is_kept_by_3_3_alone(cell, &resp.message_id()).await;
            let resp = client.ask(submit.destination_addr(absent())).await;
            is_not_delivered(cell, &resp);
        }
        "submit_sm, replacing" => {
            let waiting = sm().schedule_delivery_time(text(TOMORROW));
            let old = client.ask(waiting).await.message_id();
            let new = waiting.replace_if_present_flag(ReplaceIfPresentFlag::REPLACE);
            let new = client.ask(new).await.message_id();
            assert_ne!(old, new);
            has_state(cell, &old, MessageState::DELETED).await;
            waits(cell, &new).await;
        }
        "submit_multi" => submit_multi(cell, &mut client).await,
        "data_sm" => {
            let id = client.ask(data(0x00)).await.message_id();
            is_delivered(cell, &id).await;
        }
        "data_sm, datagram" => {
            let id = client.ask(data(0x01)).await.message_id();
            is_kept_by_3_3_alone(cell, &id).await;
        }
        "data_sm, transaction" => {
            let id = client.ask(data(0x02)).await.message_id();
            is_kept_by_3_3_alone(cell, &id).await;
            let resp = client.ask(data(0x02).destination_addr(absent())).await;
            is_not_delivered(cell, &resp);
        }
        other => manage::done(other, cell, client).await,
    }
}

async fn bind(cell: &Cell, mut client: Client<TcpStream>, bind_type: BindType) {
    assert_eq!(cell.state, State::Open);
    let account = (&*cell.account, "guess");
    let resp = client.bind(bind_type, cell.version, account).await;
    assert_eq!(resp.status(), CommandStatus::ESME_RINVPASWD);
    let account = (&*cell.account, "secret");
    let resp = client.bind(bind_type, cell.version, account).await;
    assert_eq!(resp.status(), CommandStatus::ESME_ROK);
    let Body::BindResp(body) = resp.pdu().body else {
        panic!("{resp:?}");
    };
    assert_eq!(body.system_id, text("smpp-smsc"));
    let stated = body.tlvs.sc_interface_version().map(Result::unwrap);
    let expected = cell.version.supports_tlvs();
    assert_eq!(stated, expected.then_some(InterfaceVersion::V5_0));
    client.leave().await;
}

fn data(esm_class: u8) -> DataSm<'static> {
    DataSm::default()
        .source_addr(sm().source_addr)
        .destination_addr(sm().destination_addr)
        .esm_class(EsmClass(esm_class))
}

async fn submit_multi(cell: &Cell, client: &mut Client<TcpStream>) {
    let to = [
        DestAddress::Sme(sm().destination_addr),
        DestAddress::DistributionList(text("staff")),
        DestAddress::Sme(Address::international("447700900124").unwrap()),
    ];
    let multi = SubmitMulti::default()
        .source_addr(sm().source_addr)
        .dest_address(Repeated::from_slice(&to).unwrap())
        .short_message(ShortMessage::new(b"to all").unwrap());
    let resp = client.ask(multi).await;
    let Body::SubmitMultiResp(body) = resp.pdu().body else {
        panic!("{resp:?}");
    };
    let refused = body.unsuccess_sme.iter();
    let refused: Vec<_> = refused
        .map(|one| (one.destination_addr.addr, one.error_status_code))
        .collect();
    assert_eq!(refused, [(text("staff"), CommandStatus::ESME_RINVDLNAME)]);
    is_delivered(cell, &resp.message_id()).await;
}

/// Of what is asked about a message, the state.
async fn state_of(client: &mut Client<TcpStream>, id: &str) -> MessageState {
    state(&client.ask(query(id, "BANK")).await).0
}

pub(crate) async fn is_delivered(cell: &Cell, id: &str) {
    let mut client = cell.transmitter().await;
    let state = loop {
        let state = state_of(&mut client, id).await;
        if state.is_final() {
            break state;
        }
    };
    assert_eq!(state, MessageState::DELIVERED);
}

pub(crate) async fn has_state(cell: &Cell, id: &str, expected: MessageState) {
    let mut client = cell.transmitter().await;
    assert_eq!(state_of(&mut client, id).await, expected);
}

/// `SCHEDULED` is a state of 5.0.
pub(crate) async fn waits(cell: &Cell, id: &str) {
    let expected = if cell.version < InterfaceVersion::V5_0 {
        MessageState::ENROUTE
    } else {
        MessageState::SCHEDULED
    };
    has_state(cell, id, expected).await;
}

/// 3.3 has no modes: there every message is kept.
async fn is_kept_by_3_3_alone(cell: &Cell, id: &str) {
    if cell.version == InterfaceVersion::V3_3 {
        return is_delivered(cell, id).await;
    }
    let mut client = cell.transmitter().await;
    let resp = client.ask(query(id, "BANK")).await;
    assert_eq!(resp.status(), CommandStatus::ESME_RINVMSGID);
}

/// The outcome of a transaction. 3.3 has none; only 5.0 tells the reason in a
/// `submit_sm_resp`.
fn is_not_delivered(cell: &Cell, resp: &Received) {
    if cell.version == InterfaceVersion::V3_3 {
        assert_eq!(resp.status(), CommandStatus::ESME_ROK);
        return;
    }
    assert_eq!(resp.status(), CommandStatus::ESME_RDELIVERYFAILURE);
    let reason = resp.pdu().body.tlvs().delivery_failure_reason();
    let told = resp.id() == CommandId::DATA_SM_RESP || cell.version == InterfaceVersion::V5_0;
    let expected = told.then_some(Ok(DeliveryFailureReason::DESTINATION_UNAVAILABLE));
    assert_eq!(reason, expected);
}

/// For the operations that nobody has said what must come of.
pub(crate) fn unknown(operation: &str) -> ! {
    panic!(
        "nobody has said what must come of {operation}, or of {}",
        request::plain(operation)
    )
}
