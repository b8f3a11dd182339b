//! The same for requests that speak of messages, and for broadcasts.

use smpp_pdu::*;
use tokio::net::TcpStream;

use crate::cell::Cell;
use crate::done::{absent, has_state, is_delivered, unknown, waits};
use crate::support::{Client, Received, TOMORROW, query, sm, text};

/// Long ago: a message that is scheduled for it is due at once.
const PAST: &str = "200101000000000+";

pub(crate) async fn done(operation: &str, cell: &Cell, mut client: Client<TcpStream>) {
    match operation {
        "query_sm" => query_sm(cell, &mut client).await,
        "cancel_sm" => {
            let id = waiting(&mut client).await;
            let cancel = CancelSm::default().message_id(text(&id));
            succeeds(&mut client, cancel.source_addr(sm().source_addr)).await;
            has_state(cell, &id, MessageState::DELETED).await;
        }
        "cancel_sm, without id" => {
            let ids = [waiting(&mut client).await, waiting(&mut client).await];
            let elsewhere = sm().schedule_delivery_time(text(TOMORROW));
            let elsewhere = elsewhere.destination_addr(absent());
            let other = client.ask(elsewhere).await.message_id();
            let cancel = CancelSm::default().source_addr(sm().source_addr);
            let cancel = cancel.destination_addr(sm().destination_addr);
            succeeds(&mut client, cancel).await;
            for id in ids {
                has_state(cell, &id, MessageState::DELETED).await;
            }
            waits(cell, &other).await;
        }
        "replace_sm" => {
            let id = waiting(&mut client).await;
            let replace = ReplaceSm::default()
                .message_id(text(&id))
                .source_addr(sm().source_addr)
                .schedule_delivery_time(text(PAST))
                .short_message(ShortMessage::new(b"other").unwrap());
            succeeds(&mut client, replace).await;
            is_delivered(cell, &id).await;
            let mut old = cell
                .bound(BindType::Transmitter, InterfaceVersion::V3_3)
                .await;
            let asked = QueryMsgDetails::default().message_id(text(&id));
            let resp = old.ask(asked.sm_length(160)).await;
            let Body::QueryMsgDetailsResp(body) = resp.pdu().body else {
                panic!("{resp:?}");
            };
            assert_eq!(body.short_message.as_bytes(), b"other");
        }
        "broadcast_sm" => {
            let id = broadcast(&mut client, "").await;
            until_broadcast(&mut client, &id, MessageState::DELIVERED).await;
        }
        "query_broadcast_sm" => {
            let id = broadcast(&mut client, TOMORROW).await;
            until_broadcast(&mut client, &id, MessageState::SCHEDULED).await;
        }
        "cancel_broadcast_sm" => {
            let id = broadcast(&mut client, TOMORROW).await;
            let cancel = CancelBroadcastSm::default().message_id(text(&id));
            succeeds(&mut client, cancel.source_addr(sm().source_addr)).await;
            until_broadcast(&mut client, &id, MessageState::DELETED).await;
        }
        "cancel_broadcast_sm, without id" => {
            let id = broadcast(&mut client, TOMORROW).await;
            let cancel = CancelBroadcastSm::default().source_addr(sm().source_addr);
            succeeds(&mut client, cancel).await;
            until_broadcast(&mut client, &id, MessageState::DELETED).await;
        }
        "param_retrieve" => {
            let asked = ParamRetrieve::default().param_name(text("system_id"));
            let resp = client.ask(asked).await;
            let Body::ParamRetrieveResp(body) = resp.pdu().body else {
                panic!("{resp:?}");
            };
            assert_eq!(body.param_value, text(&cell.account));
        }
        "query_last_msgs" => {
            let ids = [waiting(&mut client).await, waiting(&mut client).await];
            let asked = QueryLastMsgs::default().source_addr(sm().source_addr);
            let resp = client.ask(asked.num_messages(100)).await;
            let Body::QueryLastMsgsResp(body) = resp.pdu().body else {
                panic!("{resp:?}");
            };
            let newest_first = ids.iter().rev().map(|id| text(id));
            assert!(body.message_ids.iter().eq(newest_first));
        }
        "query_msg_details" => {
            let id = waiting(&mut client).await;
            let asked = QueryMsgDetails::default().message_id(text(&id));
            let asked = asked.source_addr(sm().source_addr).sm_length(4);
            let resp = client.ask(asked).await;
            let Body::QueryMsgDetailsResp(body) = resp.pdu().body else {
                panic!("{resp:?}");
            };
            assert_eq!(body.short_message.as_bytes(), b"Your");
            let to = DestAddress::Sme(sm().destination_addr);
            assert!(body.dest_address.iter().eq([to]));
            assert_eq!(body.message_state, MessageState::ENROUTE);
        }
        other => unknown(other),
    }
}

/// Submits a message that waits, and gives its id.
async fn waiting(client: &mut Client<TcpStream>) -> String {
    let waiting = sm().schedule_delivery_time(text(TOMORROW));
    client.ask(waiting).await.message_id()
}

/// Asks for what is answered with a header alone.
async fn succeeds<'p>(client: &mut Client<TcpStream>, body: impl Into<Body<'p>>) {
    let resp = client.ask(body).await;
    assert_eq!((resp.status(), resp.0.len()), (CommandStatus::ESME_ROK, 16));
}

async fn query_sm(cell: &Cell, client: &mut Client<TcpStream>) {
    let id = waiting(client).await;
    waits(cell, &id).await;
    let id = client.ask(sm()).await.message_id();
    is_delivered(cell, &id).await;
    let resp = client.ask(query(&id, "BANK")).await;
    let Body::QuerySmResp(body) = resp.pdu().body else {
        panic!("{resp:?}");
    };
    assert_eq!(body.message_id, text(&id));
    assert_eq!(body.message_state, MessageState::DELIVERED);
    assert_eq!((body.final_date.len(), body.error_code), (16, 0));
}

/// Submits a broadcast to one area, once, and gives its id.
async fn broadcast(client: &mut Client<TcpStream>, at: &str) -> String {
    let tlvs = [
        Tlv::broadcast_area_identifier(BroadcastAreaIdentifier {
            format: BroadcastAreaFormat::ALIAS_NAME,
            details: b"north",
        })
        .unwrap(),
        Tlv::broadcast_content_type(BroadcastContentType {
            network: BroadcastContentNetwork::GENERIC,
            content_type: BroadcastContentCategory::WEATHER.0,
        }),
        Tlv::broadcast_rep_num(1),
        Tlv::broadcast_frequency_interval(BroadcastFrequencyInterval {
            unit: BroadcastFrequencyUnit::HOURS,
            count: 1,
        }),
        Tlv::message_payload(b"Storm").unwrap(),
    ];
    let broadcast = BroadcastSm::default()
        .source_addr(sm().source_addr)
        .schedule_delivery_time(text(at))
        // The end that one transmission an hour has is before tomorrow.
        .validity_period(text("000002000000000R"))
        .tlvs(Tlvs::from_slice(&tlvs));
    let resp = client.ask(broadcast).await;
    assert_eq!(resp.status(), CommandStatus::ESME_ROK);
    let Body::BroadcastSmResp(body) = resp.pdu().body else {
        panic!("{resp:?}");
    };
    body.message_id.to_string()
}

/// Asks until the broadcast is in this state.
async fn until_broadcast(client: &mut Client<TcpStream>, id: &str, expected: MessageState) {
    loop {
        let asked = QueryBroadcastSm::default().message_id(text(id));
        let resp = client.ask(asked.source_addr(sm().source_addr)).await;
        let state = broadcast_state(&resp);
        if state == expected {
            return;
        }
        assert!(!state.is_final(), "{state}");
    }
}

#[track_caller]
fn broadcast_state(resp: &Received) -> MessageState {
    assert_eq!(resp.status(), CommandStatus::ESME_ROK);
    resp.pdu().body.tlvs().message_state().unwrap().unwrap()
}
