//! A text without its NUL can only end a PDU; anywhere else the NUL is written.

use smpp_codec::{encode_to_slice, encoded_len};
use smpp_pdu::{
    Address, Body, COctetStr, DestAddress, Pdu, Repeated, SubmitMulti, SubmitSm, SubmitSmResp, Tlv,
    Tlvs,
};

fn octets_of<'b>(pdu: &Pdu<'_>, out: &'b mut [u8; 256]) -> &'b [u8] {
    let len = encode_to_slice(pdu, out).unwrap();
    assert_eq!(encoded_len(pdu), len);
    &out[..len]
}

#[test]
fn the_last_text_of_a_pdu_may_go_without_its_nul() {
    let bare = COctetStr::unterminated(b"42").unwrap();
    let pdu = Pdu::request(1.into(), SubmitSmResp::default().message_id(bare));
    let mut out = [0; 256];
    assert_eq!(&octets_of(&pdu, &mut out)[16..], b"42");
}

#[test]
fn parameters_behind_it_bring_the_nul_back() {
    let bare = COctetStr::unterminated(b"42").unwrap();
    let tlvs = [Tlv::user_message_reference(7)];
    let resp = SubmitSmResp::default()
        .message_id(bare)
        .tlvs(Tlvs::from_slice(&tlvs));
    let pdu = Pdu::request(1.into(), resp);
    let mut out = [0; 256];
    let decoded = smpp_codec::decode(octets_of(&pdu, &mut out)).unwrap();
    let Body::SubmitSmResp(resp) = decoded.body else {
        panic!("another body");
    };
    assert_eq!(resp.message_id, COctetStr::new(b"42").unwrap());
    assert_eq!(resp.tlvs.user_message_reference(), Some(Ok(7)));
}

#[test]
fn a_text_in_the_middle_never_swallows_the_next_field() {
    let bare = COctetStr::unterminated(b"WAP").unwrap();
    let absent = Address {
        addr: COctetStr::ABSENT,
        ..Address::EMPTY
    };
    let submit = SubmitSm::default().service_type(bare).source_addr(absent);
    let pdu = Pdu::request(1.into(), submit);
    let mut out = [0; 256];
    let decoded = smpp_codec::decode(octets_of(&pdu, &mut out)).unwrap();
    let Body::SubmitSm(submit) = decoded.body else {
        panic!("another body");
    };
    assert_eq!(submit.service_type.as_str(), Some("WAP"));
    assert_eq!(submit.source_addr, Address::EMPTY);
}

#[test]
fn a_text_in_a_list_never_swallows_the_next_member() {
    let bare = COctetStr::unterminated(b"123").unwrap();
    let to = [
        DestAddress::Sme(Address {
            addr: bare,
            ..Address::EMPTY
        }),
        DestAddress::DistributionList(bare),
    ];
    let multi = SubmitMulti::default().dest_address(Repeated::from_slice(&to).unwrap());
    let pdu = Pdu::request(1.into(), multi);
    let mut out = [0; 256];
    let decoded = smpp_codec::decode(octets_of(&pdu, &mut out)).unwrap();
    let Body::SubmitMulti(multi) = decoded.body else {
        panic!("another body");
    };
    let texts = multi.dest_address.iter().map(|member| match member {
        DestAddress::Sme(address) => address.addr.as_str(),
        DestAddress::DistributionList(name) => name.as_str(),
    });
    assert!(texts.eq([Some("123"), Some("123")]));
}
