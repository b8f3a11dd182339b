//! Tagged parameters from any octets.

use smpp_codec::{encode, encoded_len};
use smpp_pdu::{
    AlertOnMessageDelivery, BillingIdentification, BroadcastAreaIdentifier, BroadcastContentType,
    BroadcastFrequencyInterval, COctetStr, CallbackNum, CallbackNumAtag, CommandStatus,
    ItsSessionInfo, MessageState, MsValidity, NetworkErrorCode, Pdu, SequenceNumber,
    SourceTelematicsId, Subaddress, Tlv, TlvTailKind, TlvValue, Tlvs, UnbindResp,
};

/// Any octets are a list of parameters and a tail, which together are all of
/// the octets; no value of any tag makes a typed read or `Debug` panic.
pub fn tlvs(data: &[u8]) {
    let list = Tlvs::from_octets(data);
    let mut walk = list.iter();
    let mut at = 0;
    let mut members = Vec::new();
    while let Some(tlv) = walk.next() {
        assert_eq!(tlv.octets(), data.get(at + 4..at + tlv.encoded_len()));
        at += tlv.encoded_len();
        assert_eq!(walk.offset(), at);
        read_as_everything(&tlv);
        members.push(tlv);
    }
    assert_eq!(walk.tail(), list.tail());
    match list.tail() {
        None => assert_eq!(at, data.len()),
        Some(tail) => {
            assert_eq!((tail.offset, tail.octets), (at, &data[at..]));
            match tail.kind {
                TlvTailKind::HeaderTruncated => assert!(tail.octets.len() < 4),
                TlvTailKind::LengthOverrun { length, left, .. } => {
                    assert!(usize::from(length) > left);
                    assert_eq!(left + 4, tail.octets.len());
                }
            }
        }
    }
    assert_eq!(list.encoded_len(), data.len());
    assert!(!format!("{list:?}").is_empty());

    for tlv in &members {
        let first = members.iter().find(|other| other.tag() == tlv.tag());
        assert_eq!(list.find(tlv.tag()).as_ref(), first);
        let count = members
            .iter()
            .filter(|other| other.tag() == tlv.tag())
            .count();
        assert_eq!(list.find_all(tlv.tag()).count(), count);
    }
    built_and_received_are_equal(&members, &data[..at]);
}

/// A list of the same parameters that was built here is equal, and is written
/// as the same octets.
fn built_and_received_are_equal(members: &[Tlv<'_>], octets: &[u8]) {
    let received = Tlvs::from_octets(octets);
    let built = Tlvs::from_slice(members);
    assert_eq!(received, built);
    let written = |tlvs| {
        let pdu = Pdu::request(SequenceNumber(1), UnbindResp::default().tlvs(tlvs));
        let mut out = Vec::new();
        assert_eq!(encode(&pdu, &mut out), Ok(encoded_len(&pdu)));
        out
    };
    assert_eq!(written(received), written(built));
}

fn read_as_everything<'a>(tlv: &Tlv<'a>) {
    assert_eq!(tlv.value().iter().count(), tlv.value().len());
    assert!(!format!("{tlv:?}").is_empty());
    let kind = tlv.tag().definition();
    assert_eq!(kind.map(|kind| kind.name), tlv.tag().name());
    let bounds = kind.map(|kind| kind.allows_len(tlv.value().len()));
    assert!(bounds.is_some() || tlv.tag().name().is_none());

    read::<u8>(tlv, Tlv::sar_total_segments);
    read::<u16>(tlv, Tlv::user_message_reference);
    read::<u32>(tlv, Tlv::qos_time_to_live);
    read::<MessageState>(tlv, Tlv::message_state);
    read::<CommandStatus>(tlv, Tlv::broadcast_error_status);
    read::<NetworkErrorCode>(tlv, Tlv::network_error_code);
    read::<BroadcastContentType>(tlv, Tlv::broadcast_content_type);
    read::<BroadcastFrequencyInterval>(tlv, Tlv::broadcast_frequency_interval);
    read::<ItsSessionInfo>(tlv, Tlv::its_session_info);
    read::<MsValidity>(tlv, Tlv::ms_validity);
    read::<&[u8]>(tlv, |value| Tlv::message_payload(value).expect("it fitted"));
    read::<COctetStr<'_>>(tlv, |value| {
        Tlv::receipted_message_id(value).expect("it fitted")
    });
    read::<Subaddress<'_>>(tlv, |value| Tlv::dest_subaddress(value).expect("it fitted"));
    read::<CallbackNum<'_>>(tlv, |value| Tlv::callback_num(value).expect("it fitted"));
    read::<CallbackNumAtag<'_>>(tlv, |value| {
        Tlv::callback_num_atag(value).expect("it fitted")
    });
    read::<BroadcastAreaIdentifier<'_>>(tlv, |value| {
        Tlv::broadcast_area_identifier(value).expect("it fitted")
    });
    read::<BillingIdentification<'_>>(tlv, |value| {
        Tlv::billing_identification(value).expect("it fitted")
    });
    // Two values have a second form that is read and never written: the default
    // alert as 0, and source_telematics_id in two octets.
    for error in [
        tlv.read::<AlertOnMessageDelivery>().err(),
        tlv.read::<SourceTelematicsId>().err(),
    ] {
        assert!(error.is_none_or(|error| !error.to_string().is_empty()));
    }
}

/// What can be read as a `T` is written as the octets that it was read from.
fn read<'a, T: TlvValue<'a>>(tlv: &Tlv<'a>, build: impl FnOnce(T) -> Tlv<'a>) {
    match tlv.read::<T>() {
        Ok(value) => {
            let built = build(value);
            assert!(built.value().iter().eq(tlv.value().iter()));
            assert!(!format!("{built:?}").is_empty());
        }
        Err(error) => {
            assert_eq!((error.tag, error.length), (tlv.tag(), tlv.value().len()));
            assert!(!error.to_string().is_empty());
        }
    }
}
