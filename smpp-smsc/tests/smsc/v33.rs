//! The operations that only 3.3 has.

use smpp_pdu::*;
use smpp_session::Rate;
use smpp_smsc::{Account, Accounts, Builder, Password};
use tokio::net::TcpStream;

use crate::support::*;

const V3_3: InterfaceVersion = InterfaceVersion::V3_3;

fn bank() -> Account {
    Account::new("bank", Password::plain("secret")).unwrap()
}

/// With this account and the usual one.
fn with(account: Account) -> Builder {
    let mut accounts = Accounts::new();
    accounts.insert(ACCOUNT.0, ACCOUNT.1);
    accounts.add(account);
    centre().accounts(accounts)
}

fn from(source: &str) -> SubmitSm<'_> {
    sm().source_addr(Address::alphanumeric(source).unwrap())
}

fn last(source: &str, num_messages: u8) -> QueryLastMsgs<'_> {
    QueryLastMsgs::default()
        .source_addr(Address::alphanumeric(source).unwrap())
        .num_messages(num_messages)
}

async fn ids(client: &mut Client<TcpStream>, query: QueryLastMsgs<'_>) -> Vec<String> {
    let resp = client.ask(query).await;
    assert_eq!(resp.status(), CommandStatus::ESME_ROK);
    let Body::QueryLastMsgsResp(body) = resp.pdu().body else {
        panic!("{resp:?}");
    };
    let ids = body.message_ids.iter();
    ids.map(|id| id.as_str().unwrap().to_owned()).collect()
}

fn details<'a>(id: &'a str, source: &'a str) -> QueryMsgDetails<'a> {
    QueryMsgDetails::default()
        .message_id(text(id))
        .source_addr(Address::alphanumeric(source).unwrap())
        .sm_length(160)
}

#[track_caller]
fn told(received: &Received) -> QueryMsgDetailsResp<'_> {
    assert_eq!(received.status(), CommandStatus::ESME_ROK);
    match received.pdu().body {
        Body::QueryMsgDetailsResp(body) => body,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn query_last_msgs_tells_the_last_ids_of_a_source_newest_first() {
    let (_smsc, address) = serve(centre().account("other", "secret")).await;
    let mut client = Client::bound_as(address, BindType::Transmitter, V3_3).await;
    assert!(ids(&mut client, last("BANK", 10)).await.is_empty());
    let mut sent = Vec::new();
    for source in ["BANK", "SHOP", "BANK", "BANK"] {
        sent.push(client.ask(from(source)).await.message_id());
    }
    // Both have an entry of their own: one id, and a message in another's place.
    let to = ["4477001", "4477002"].map(|to| Address::international(to).unwrap());
    let to = to.map(DestAddress::Sme);
    let multi = SubmitMulti::default()
        .source_addr(Address::alphanumeric("BANK").unwrap())
        .dest_address(Repeated::from_slice(&to).unwrap());
    sent.push(client.ask(multi).await.message_id());
    let replacing = from("BANK").replace_if_present_flag(ReplaceIfPresentFlag::REPLACE);
    sent.push(client.ask(replacing).await.message_id());

    let of_bank: Vec<_> = [5, 4, 3, 2, 0].map(|at: usize| sent[at].clone()).into();
    assert_eq!(ids(&mut client, last("BANK", 10)).await, of_bank);
    assert_eq!(ids(&mut client, last("BANK", 255)).await, of_bank);
    assert_eq!(ids(&mut client, last("BANK", 2)).await, of_bank[..2]);
    assert_eq!(ids(&mut client, last("SHOP", 1)).await, sent[1..2]);
    let other_type = last("BANK", 9).source_addr(Address::short_code("BANK").unwrap());
    assert!(ids(&mut client, other_type).await.is_empty());

    let resp = client.ask(last("BANK", 0)).await;
    assert_eq!(resp.status(), CommandStatus::ESME_RINVNUMMSGS);
    let mut other = Client::connect(address).await;
    let as_other = ("other", "secret");
    other.bind(BindType::Transmitter, V3_3, as_other).await;
    assert!(ids(&mut other, last("BANK", 10)).await.is_empty());
}

#[tokio::test]
async fn query_last_msgs_leaves_out_ids_that_are_too_long_for_3_3() {
    let (_smsc, address) = serve(centre()).await;
    let mut client = Client::bound_as(address, BindType::Transmitter, V3_3).await;
    let old = client.ask(from("BANK")).await.message_id();
    let mut newer = Client::bound(address, BindType::Transmitter).await;
    newer.ask(from("BANK")).await.message_id();
    assert_eq!(ids(&mut client, last("BANK", 10)).await, [old]);
}

#[tokio::test]
async fn query_msg_details_tells_everything_about_a_message_that_waits() {
    let (_smsc, address) = serve(centre()).await;
    let mut client = Client::bound_as(address, BindType::Transmitter, V3_3).await;
    let waiting = sm()
        .service_type(text("CMT"))
        .protocol_id(0x41)
        .priority_flag(PriorityFlag::LEVEL_1)
        .data_coding(DataCoding(3))
        .schedule_delivery_time(text(TOMORROW))
        .with_receipt();
    let id = client.ask(waiting).await.message_id();
    let resp = client.ask(details(&id, "BANK")).await;
    let body = told(&resp);
    assert_eq!(body.service_type, text("CMT"));
    assert_eq!(body.source_addr, waiting.source_addr);
    let to = DestAddress::Sme(waiting.destination_addr);
    assert!(body.dest_address.iter().eq([to]));
    assert_eq!(body.protocol_id, 0x41);
    assert_eq!(body.priority_flag, PriorityFlag::LEVEL_1);
    let (schedule, validity) = (body.schedule_delivery_time, body.validity_period);
    assert_eq!((schedule.len(), validity.len()), (16, 16));
    assert!(schedule.as_bytes() < validity.as_bytes());
    let receipt = RegisteredDelivery::V33_RECEIPT_REQUESTED;
    assert_eq!(body.registered_delivery, receipt);
    assert_eq!(body.data_coding, DataCoding(3));
    assert_eq!(body.short_message, waiting.short_message);
    assert_eq!(body.message_id, text(&id));
    assert_eq!(body.final_date, text(""));
    assert_eq!(body.message_state, MessageState::ENROUTE);
    assert_eq!(body.error_code, 0);

    for (sm_length, expected) in [(0, &b""[..]), (4, b"Your"), (255, b"Your code is 4711")] {
        let resp = client.ask(details(&id, "BANK").sm_length(sm_length)).await;
        assert_eq!(told(&resp).short_message.as_bytes(), expected);
    }
}

#[tokio::test]
async fn query_msg_details_tells_every_recipient_and_how_it_ended() {
    let (_smsc, address) = serve(centre()).await;
    let mut client = Client::bound_as(address, BindType::Transceiver, V3_3).await;
    let to = ["4477001", "4477002"].map(|to| Address::international(to).unwrap());
    let to = to.map(DestAddress::Sme);
    let multi = SubmitMulti::default()
        .source_addr(Address::alphanumeric("BANK").unwrap())
        .dest_address(Repeated::from_slice(&to).unwrap())
        .registered_delivery(RegisteredDelivery(1))
        .short_message(ShortMessage::new(&[b'x'; 255]).unwrap());
    let id = client.ask(multi).await.message_id();
    client.take_receipt().await;
    client.take_receipt().await;
    let asked = details(&id, "BANK").sm_length(200);
    let resp = client.ask(asked).await;
    let body = told(&resp);
    assert!(body.dest_address.iter().eq(to));
    assert_eq!(body.message_state, MessageState::DELIVERED);
    assert_eq!(body.final_date.len(), 16);
    assert_eq!(body.schedule_delivery_time, text(""));
    // 3.3 has no longer texts.
    assert_eq!(body.short_message.as_bytes(), [b'x'; 160]);
}

#[tokio::test]
async fn query_msg_details_is_refused_like_query_sm() {
    let (_smsc, address) = serve(centre().account("other", "secret")).await;
    let mut client = Client::bound_as(address, BindType::Transmitter, V3_3).await;
    let id = client.ask(sm()).await.message_id();
    let mut other = Client::connect(address).await;
    let as_other = ("other", "secret");
    other.bind(BindType::Transmitter, V3_3, as_other).await;
    for (resp, status) in [
        (
            client.ask(details(&id, "SHOP")).await,
            CommandStatus::ESME_RQUERYFAIL,
        ),
        (
            client.ask(details("1", "BANK")).await,
            CommandStatus::ESME_RINVMSGID,
        ),
        (
            other.ask(details(&id, "BANK")).await,
            CommandStatus::ESME_RINVMSGID,
        ),
    ] {
        assert_eq!(resp.status(), status);
        assert_eq!(resp.0.len(), 16);
    }
    // Who does not know the source leaves it empty, and ids may be filled up.
    let padded = format!("  {id}");
    let asked = details(&padded, "BANK").source_addr(Address::EMPTY);
    told(&client.ask(asked).await);
}

#[tokio::test]
async fn an_empty_source_is_the_default_one_of_the_account() {
    let account = bank().default_source("BANK").unwrap();
    let (_smsc, address) = serve(with(account)).await;
    let mut client = Client::connect(address).await;
    let as_bank = ("bank", "secret");
    client.bind(BindType::Transmitter, V3_3, as_bank).await;
    let id = client
        .ask(sm().source_addr(Address::EMPTY))
        .await
        .message_id();
    let asked = last("", 1).source_addr(Address::EMPTY);
    assert_eq!(ids(&mut client, asked).await, [&*id]);
    let asked = details(&id, "").source_addr(Address::EMPTY);
    let resp = client.ask(asked).await;
    assert_eq!(told(&resp).source_addr.addr, text("BANK"));
}

#[tokio::test]
async fn param_retrieve_tells_the_settings_of_the_account() {
    let account = bank()
        .max_binds(4)
        .window(50)
        .delivery_window(7)
        .rate(Rate::per_second(20))
        .daily_quota(1000)
        .default_source("BANK")
        .unwrap()
        .default_data_coding(DataCoding(3));
    let (_smsc, address) = serve(with(account)).await;
    let mut bank = Client::connect(address).await;
    bank.bind(BindType::Transmitter, V3_3, ("bank", "secret"))
        .await;
    let mut plain = Client::bound_as(address, BindType::Transmitter, V3_3).await;
    for (name, of_bank, of_plain) in [
        ("system_id", "bank", "esme"),
        ("max_binds", "4", ""),
        ("window", "50", "10000"),
        ("delivery_window", "7", "100"),
        ("rate", "20", ""),
        ("daily_quota", "1000", ""),
        ("default_source", "BANK", ""),
        ("default_data_coding", "3", ""),
        ("validity", "259200", "259200"),
    ] {
        for (client, expected) in [(&mut bank, of_bank), (&mut plain, of_plain)] {
            let asked = ParamRetrieve::default().param_name(text(name));
            let resp = client.ask(asked).await;
            assert_eq!(resp.status(), CommandStatus::ESME_ROK);
            let Body::ParamRetrieveResp(body) = resp.pdu().body else {
                panic!("{resp:?}");
            };
            assert_eq!(body.param_value, text(expected), "{name}");
        }
    }
    for name in ["", "password", "Window"] {
        let asked = ParamRetrieve::default().param_name(text(name));
        let resp = plain.ask(asked).await;
        assert_eq!(resp.status(), CommandStatus::ESME_RINVPARAM, "{name}");
    }
}

#[tokio::test]
async fn later_versions_do_not_have_the_operations_of_3_3() {
    let (_smsc, address) = serve(centre()).await;
    for version in [InterfaceVersion::V3_4, InterfaceVersion::V5_0] {
        let mut client = Client::bound_as(address, BindType::Transceiver, version).await;
        let id = client.ask(sm()).await.message_id();
        for body in [
            Body::from(ParamRetrieve::default().param_name(text("window"))),
            last("BANK", 1).into(),
            details(&id, "BANK").into(),
        ] {
            let resp = client.ask(body).await;
            assert_eq!(resp.status(), CommandStatus::ESME_RINVCMDID, "{body:?}");
        }
    }
}
