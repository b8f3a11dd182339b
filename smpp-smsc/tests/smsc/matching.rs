//! Which messages `query_sm`, `cancel_sm` and `replace_sm` mean.

use smpp_pdu::*;

use crate::support::*;

fn waiting() -> SubmitSm<'static> {
    sm().schedule_delivery_time(text(TOMORROW))
}

fn cancel() -> CancelSm<'static> {
    CancelSm::default().source_addr(sm().source_addr)
}

#[tokio::test]
async fn type_and_plan_of_the_source_must_match_where_they_are_given() {
    let (_smsc, address) = serve(centre()).await;
    for version in VERSIONS {
        let mut client = Client::bound_as(address, BindType::Transmitter, version).await;
        let id = client.ask(waiting()).await.message_id();
        let source = |ton, npi, addr| Address::new(ton, npi, addr).unwrap();
        let (unknown, plan) = (Ton::UNKNOWN, Npi::UNKNOWN);
        let id = text(&id);
        for (source, found) in [
            (source(Ton::ALPHANUMERIC, plan, "BANK"), true),
            (source(unknown, plan, "BANK"), true),
            (source(Ton::INTERNATIONAL, plan, "BANK"), false),
            (source(Ton::ALPHANUMERIC, Npi::ISDN, "BANK"), false),
            (source(unknown, plan, "bank"), false),
        ] {
            let query = QuerySm::default().message_id(id).source_addr(source);
            let replace = ReplaceSm::default()
                .message_id(id)
                .source_addr(source)
                .short_message(sm().short_message);
            for (body, failed) in [
                (Body::from(query), CommandStatus::ESME_RQUERYFAIL),
                (replace.into(), CommandStatus::ESME_RREPLACEFAIL),
            ] {
                let expected = if found {
                    CommandStatus::ESME_ROK
                } else {
                    failed
                };
                let resp = client.ask(body).await;
                assert_eq!(resp.status(), expected, "{version} {source:?} {body:?}");
            }
        }
        // Only a query may leave the source out.
        let query = QuerySm::default().message_id(id);
        let replace = ReplaceSm::default().message_id(id);
        let cancel = CancelSm::default().message_id(id);
        for (body, status) in [
            (Body::from(query), CommandStatus::ESME_ROK),
            (replace.into(), CommandStatus::ESME_RREPLACEFAIL),
            (cancel.into(), CommandStatus::ESME_RCANCELFAIL),
        ] {
            assert_eq!(client.ask(body).await.status(), status, "{body:?}");
        }
    }
}

#[tokio::test]
async fn a_message_without_a_source_is_found_without_one() {
    let (_smsc, address) = serve(centre()).await;
    let mut client = Client::bound(address, BindType::Transmitter).await;
    let anonymous = waiting().source_addr(Address::EMPTY);
    let id = client.ask(anonymous).await.message_id();
    let replace = ReplaceSm::default()
        .message_id(text(&id))
        .short_message(sm().short_message);
    assert_eq!(client.ask(replace).await.status(), CommandStatus::ESME_ROK);
    let cancel = CancelSm::default().message_id(text(&id));
    assert_eq!(client.ask(cancel).await.status(), CommandStatus::ESME_ROK);
}

#[tokio::test]
async fn an_id_may_be_filled_up_with_spaces_in_front() {
    let (_smsc, address) = serve(centre()).await;
    let mut client = Client::bound_as(address, BindType::Transmitter, InterfaceVersion::V3_3).await;
    let id = client.ask(waiting()).await.message_id();
    let spaced = format!("  {id}");
    let resp = client.ask(query(&spaced, "BANK")).await;
    assert_eq!(state(&resp).0, MessageState::ENROUTE);
}

#[tokio::test]
async fn a_cancellation_by_id_looks_at_the_destination_if_it_is_given() {
    let (_smsc, address) = serve(centre()).await;
    let mut client = Client::bound(address, BindType::Transmitter).await;
    let id = client.ask(waiting()).await.message_id();
    let national = Address::new(Ton::NATIONAL, Npi::ISDN, "447700900123").unwrap();
    let open = Address::new(Ton::UNKNOWN, Npi::UNKNOWN, "447700900123").unwrap();
    let by_id = cancel().message_id(text(&id));
    for (destination, status) in [
        (national, CommandStatus::ESME_RCANCELFAIL),
        (open, CommandStatus::ESME_ROK),
        (open, CommandStatus::ESME_RCANCELFAIL),
    ] {
        let resp = client.ask(by_id.destination_addr(destination)).await;
        assert_eq!(resp.status(), status, "{destination:?}");
    }
}

#[tokio::test]
async fn without_an_id_all_between_two_addresses_are_cancelled() {
    for version in VERSIONS {
        let (_smsc, address) = serve(centre().account("other", "secret")).await;
        let mut client = Client::bound_as(address, BindType::Transmitter, version).await;
        let mut other = Client::connect(address).await;
        other
            .bind(BindType::Transmitter, version, ("other", "secret"))
            .await;
        let number = |digits| Address::international(digits).unwrap();
        let mut ids = Vec::new();
        for submit in [
            waiting(),
            waiting().service_type(text("WAP")),
            waiting().destination_addr(number("447700900124")),
            waiting().source_addr(Address::alphanumeric("SHOP").unwrap()),
        ] {
            ids.push(client.ask(submit).await.message_id());
        }
        let foreign = other.ask(waiting()).await.message_id();
        let is_there = async |client: &mut Client<_>, id: &str, source| {
            let resp = client.ask(query(id, source)).await;
            state(&resp).0.is_intermediate()
        };
        let all = cancel().destination_addr(sm().destination_addr);

        let resp = client.ask(all.service_type(text("USSD"))).await;
        assert_eq!(resp.status(), CommandStatus::ESME_RCANCELFAIL);
        let resp = client.ask(all.service_type(text("WAP"))).await;
        assert_eq!(resp.status(), CommandStatus::ESME_ROK);
        assert_eq!(resp.0.len(), 16);
        assert!(is_there(&mut client, &ids[0], "BANK").await);
        assert!(!is_there(&mut client, &ids[1], "BANK").await);
        let resp = client.ask(all).await;
        assert_eq!(resp.status(), CommandStatus::ESME_ROK);
        assert!(!is_there(&mut client, &ids[0], "BANK").await);
        let resp = client.ask(all).await;
        assert_eq!(resp.status(), CommandStatus::ESME_RCANCELFAIL);
        assert!(is_there(&mut client, &ids[2], "BANK").await);
        assert!(is_there(&mut client, &ids[3], "SHOP").await);
        assert!(is_there(&mut other, &foreign, "BANK").await);
        let nobody = client.ask(cancel()).await;
        assert_eq!(nobody.status(), CommandStatus::ESME_RCANCELFAIL);
    }
}

#[tokio::test]
async fn a_cancellation_of_thousands_is_answered_once_and_lets_others_through() {
    const COUNT: usize = 2500;
    let (_smsc, address) = serve(centre()).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let mut octets = Vec::new();
    for _ in 0..COUNT {
        octets.extend(client.encode(waiting().with_receipt()));
    }
    client.write(&octets).await;
    for _ in 0..COUNT {
        client.receive().await.message_id();
    }
    let all = cancel().destination_addr(sm().destination_addr);
    let mut octets = client.encode(all);
    octets.extend(client.encode(sm()));
    octets.extend(client.encode(all));
    client.write(&octets).await;
    let (mut receipts, mut answers, mut submitted) = (0, Vec::new(), 0);
    while receipts < COUNT || answers.len() < 2 || submitted < 1 {
        let received = client.receive().await;
        match received.id() {
            CommandId::DELIVER_SM => {
                client.acknowledge(&received).await;
                assert_eq!(received.receipt().1, MessageState::DELETED);
                receipts += 1;
            }
            CommandId::CANCEL_SM_RESP => answers.push(received.status()),
            CommandId::SUBMIT_SM_RESP => {
                received.message_id();
                submitted += 1;
            }
            other => panic!("{other}"),
        }
    }
    assert!(answers.contains(&CommandStatus::ESME_ROK), "{answers:?}");
    client.is_served().await;
}
