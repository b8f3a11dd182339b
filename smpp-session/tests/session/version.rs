use smpp_pdu::{
    Bind, BindResp, BindType, BroadcastSm, CommandId, CommandStatus, InterfaceVersion, Pdu,
    SubmitSm, SubmitSmResp, Tlv, Tlvs,
};
use smpp_session::{Config, RequestId, Role, SendError};

use crate::pair::{End, Pair, octets};

/// An ESME that has bound as `ours`, to a centre that states `theirs`.
fn esme(ours: InterfaceVersion, theirs: Option<InterfaceVersion>) -> End {
    let mut esme = End::new(Config::new(Role::Esme));
    let bind = Bind::default().interface_version(ours);
    let now = Default::default();
    let number = esme
        .session
        .request(now, RequestId(0), bind, &mut esme.out)
        .unwrap();
    let stated = theirs.map(Tlv::sc_interface_version);
    let tlvs: &[Tlv<'_>] = stated.as_slice();
    let resp = BindResp::new(BindType::Transceiver, Default::default(), tlvs.into());
    esme.read(now, &octets(&Pdu::request(number, resp)), usize::MAX);
    esme.take_events();
    esme.out.clear();
    esme
}

#[test]
fn the_lower_version_of_both_sides_is_in_use() {
    use InterfaceVersion as V;
    for (ours, theirs, used) in [
        (V::V3_4, Some(V::V3_4), V::V3_4),
        (V::V3_4, Some(V::V5_0), V::V3_4),
        (V::V5_0, Some(V::V3_4), V::V3_4),
        (V::V5_0, Some(V::V5_0), V::V5_0),
        (V::V5_0, Some(V(0x33)), V::V3_3),
        (V(0x00), Some(V::V5_0), V::V3_3),
        // Not stated: most centres of 3.4 leave it out.
        (V::V5_0, None, V::V3_4),
        (V::V3_3, None, V::V3_3),
    ] {
        let esme = esme(ours, theirs);
        assert_eq!(
            esme.session.machine().version(),
            used,
            "{ours} and {theirs:?}"
        );
    }
}

#[test]
fn the_centre_knows_the_version_from_the_bind() {
    for (stated, used) in [
        (0x00, InterfaceVersion::V3_3),
        (0x33, InterfaceVersion::V3_3),
        (0x34, InterfaceVersion::V3_4),
        (0x50, InterfaceVersion::V5_0),
    ] {
        let mut pair = Pair::new();
        let bind = Bind::default().interface_version(InterfaceVersion(stated));
        pair.esme
            .session
            .request(pair.now, RequestId(0), bind, &mut pair.esme.out)
            .unwrap();
        pair.carry();
        assert_eq!(pair.centre.session.machine().version(), used);
    }
}

#[test]
fn parameters_are_not_sent_to_a_peer_of_33() {
    let reference = [Tlv::user_message_reference(7)];
    let submit = SubmitSm::default().tlvs(Tlvs::from_slice(&reference));
    let mut old = esme(InterfaceVersion::V3_3, None);
    let sent = old
        .session
        .request(Default::default(), RequestId(1), submit, &mut old.out);
    assert_eq!(
        sent,
        Err(SendError::NotInVersion {
            command_id: CommandId::SUBMIT_SM,
            version: InterfaceVersion::V3_3
        })
    );
    assert!(old.out.is_empty());
    let mut new = esme(InterfaceVersion::V3_4, None);
    new.session
        .request(Default::default(), RequestId(1), submit, &mut new.out)
        .unwrap();
}

#[test]
fn a_broadcast_is_not_sent_to_a_peer_of_34() {
    let mut esme = esme(InterfaceVersion::V5_0, Some(InterfaceVersion::V3_4));
    let sent = esme.session.request(
        Default::default(),
        RequestId(1),
        BroadcastSm::default(),
        &mut esme.out,
    );
    assert!(matches!(sent, Err(SendError::NotInVersion { .. })));
}

#[test]
fn whoever_wants_to_sends_it_all_the_same() {
    let config = Config {
        enforce_version: false,
        ..Config::new(Role::Esme)
    };
    let mut pair = Pair::with(config, Config::new(Role::MessageCentre));
    pair.bind(BindType::Transceiver);
    pair.esme
        .session
        .request(
            pair.now,
            RequestId(1),
            BroadcastSm::default(),
            &mut pair.esme.out,
        )
        .unwrap();
}

#[test]
fn responses_to_an_old_peer_have_no_parameters_and_no_new_status() {
    let mut pair = Pair::new();
    pair.centre.answer = None;
    let bind = Bind::default().interface_version(InterfaceVersion::V3_3);
    let bind = octets(&Pdu::request(1.into(), bind));
    pair.centre.read(pair.now, &bind, usize::MAX);
    let version = [Tlv::sc_interface_version(InterfaceVersion::V5_0)];
    let accepted = BindResp::new(
        BindType::Transceiver,
        Default::default(),
        Tlvs::from_slice(&version),
    );
    let (centre, out) = (&mut pair.centre.session, &mut pair.centre.out);
    centre
        .respond(pair.now, &Pdu::request(1.into(), accepted), out)
        .unwrap();
    assert_eq!(out.len(), 17, "a header and one NUL");
    out.clear();
    let submit = octets(&Pdu::request(2.into(), SubmitSm::default()));
    pair.centre.read(pair.now, &submit, usize::MAX);
    let (centre, out) = (&mut pair.centre.session, &mut pair.centre.out);
    let text = [Tlv::additional_status_info_text("no".try_into().unwrap()).unwrap()];
    let refused = Pdu::response(
        CommandStatus::ESME_RSERTYPDENIED,
        2.into(),
        SubmitSmResp::default().tlvs(Tlvs::from_slice(&text)),
    );
    centre.respond(pair.now, &refused, out).unwrap();
    let sent = smpp_codec::decode(out).unwrap();
    assert_eq!(sent.command_status, CommandStatus::ESME_RINVSERTYP);
    assert!(sent.body.tlvs().is_empty());
}
