//! Distribution lists.

use std::collections::BTreeSet;

use smpp_pdu::*;

use crate::support::*;

fn multi<'a>(to: &'a [DestAddress<'a>]) -> SubmitMulti<'a> {
    SubmitMulti::default()
        .source_addr(sm().source_addr)
        .dest_address(Repeated::from_slice(to).unwrap())
        .registered_delivery(RegisteredDelivery(1))
}

fn refused(resp: &Received) -> Vec<(String, CommandStatus)> {
    let Body::SubmitMultiResp(body) = resp.pdu().body else {
        panic!("{resp:?}");
    };
    let list = body.unsuccess_sme.iter();
    list.map(|one| {
        let address = one.destination_addr.addr.to_string();
        (address, one.error_status_code)
    })
    .collect()
}

#[tokio::test]
async fn a_list_stands_for_its_members() {
    for version in VERSIONS {
        let number = |digits| Address::international(digits).unwrap();
        let (one, two, three) = (number("4477001"), number("4477002"), number("4477003"));
        let builder = centre()
            .distribution_list("staff", [one, two, Address::EMPTY])
            .distribution_list("nobody", []);
        let (_smsc, address) = serve(builder).await;
        let mut client = Client::bound_as(address, BindType::Transceiver, version).await;
        let list = |name| DestAddress::DistributionList(text(name));
        let to = [
            list("staff"),
            DestAddress::Sme(three),
            list("clients"),
            list("nobody"),
        ];
        let resp = client.ask(multi(&to)).await;
        let id = resp.message_id();
        let expected = [
            ("clients".to_owned(), CommandStatus::ESME_RINVDLNAME),
            ("nobody".to_owned(), CommandStatus::ESME_RCNTSUBDL),
        ];
        assert_eq!(refused(&resp), expected);
        let mut from = BTreeSet::new();
        for _ in 0..3 {
            let receipt = client.receive().await;
            client.acknowledge(&receipt).await;
            assert_eq!(receipt.receipt(), (id.clone(), MessageState::DELIVERED));
            from.insert(receipt.deliver().source_addr.addr.to_string());
        }
        let from: Vec<_> = from.iter().map(String::as_str).collect();
        assert_eq!(from, ["4477001", "4477002", "4477003"]);
    }
}

#[tokio::test]
async fn lists_with_too_many_members_are_refused() {
    let numbers: Vec<String> = (0..255).map(|one| format!("44770{one:03}")).collect();
    let members = || {
        let numbers = numbers.iter();
        numbers.map(|digits| Address::international(digits).unwrap())
    };
    let (_smsc, address) = serve(centre().distribution_list("all", members())).await;
    let mut client = Client::bound(address, BindType::Transceiver).await;
    let all = DestAddress::DistributionList(text("all"));
    let one = DestAddress::Sme(sm().destination_addr);
    let nobody = DestAddress::Sme(Address::EMPTY);
    for other in [one, nobody, all] {
        let resp = client.ask(multi(&[all, other])).await;
        assert_eq!(resp.status(), CommandStatus::ESME_RINVNUMDESTS);
    }
    let id = client.ask(multi(&[all])).await.message_id();
    for _ in 0..255 {
        let receipt = client.take_receipt().await;
        assert_eq!(receipt, (id.clone(), MessageState::DELIVERED));
    }
}
