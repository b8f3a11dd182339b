//! USSD.

use proptest::prelude::*;
use smpp_codec::services::Ussd;
use smpp_pdu::{Tlvs, UssdServiceOp};

#[test]
fn every_step_has_its_answer_and_its_sender() {
    for (question, answer, from_phone) in [
        (
            UssdServiceOp::PSSD_INDICATION,
            UssdServiceOp::PSSD_RESPONSE,
            true,
        ),
        (
            UssdServiceOp::PSSR_INDICATION,
            UssdServiceOp::PSSR_RESPONSE,
            true,
        ),
        (
            UssdServiceOp::USSR_REQUEST,
            UssdServiceOp::USSR_CONFIRM,
            false,
        ),
        (
            UssdServiceOp::USSN_REQUEST,
            UssdServiceOp::USSN_CONFIRM,
            false,
        ),
    ] {
        let question = Ussd::new(question);
        let answered = question.answer().unwrap();
        assert_eq!(answered.operation, answer);
        assert!(answered.is_answer() && !question.is_answer());
        assert_eq!(answered.answer(), None);
        assert_eq!(question.is_from_phone(), Some(from_phone));
        assert_eq!(answered.is_from_phone(), Some(!from_phone));
    }
    let vendor = Ussd::new(UssdServiceOp(0x20));
    assert_eq!((vendor.answer(), vendor.is_from_phone()), (None, None));
}

#[test]
fn the_parameters_have_the_octets_of_the_standard() {
    let step = Ussd::new(UssdServiceOp::USSR_REQUEST)
        .in_session(9, 127)
        .ended();
    let octets = [0x05, 0x01, 0, 1, 0x02, 0x13, 0x83, 0, 2, 9, 0xFF];
    assert_eq!(step.tlvs().as_tlvs(), Tlvs::from_octets(&octets));
    let next = step.next(UssdServiceOp::USSR_CONFIRM);
    assert_eq!((next.sequence(), next.ends_session()), (Some(0), false));
    let alone = Ussd::new(UssdServiceOp::USSR_REQUEST);
    assert_eq!(alone.tlvs().len(), 1);
    assert_eq!(alone.ended(), alone);
}

#[test]
fn what_is_odd_about_a_step_is_told() {
    let octets = [0x05, 0x01, 0, 1, 0x7F, 0x13, 0x83, 0, 1, 9];
    let tlvs = Tlvs::from_octets(&octets);
    let read = Ussd::read(b"CMT", &tlvs).unwrap();
    assert!(read.conflict && read.bad_session);
    assert_eq!(read.ussd, Ussd::new(UssdServiceOp(0x7F)));
    assert!(!Ussd::read(b"", &tlvs).unwrap().conflict);
    assert!(
        !Ussd::read(Ussd::SERVICE_TYPE.as_bytes(), &tlvs)
            .unwrap()
            .conflict
    );
    assert_eq!(Ussd::read(b"USSD", &Tlvs::EMPTY), None);
    assert_eq!(
        Ussd::read(b"USSD", &Tlvs::from_octets(&[0x05, 0x01, 0, 0])),
        None
    );
}

proptest! {
    #[test]
    fn a_step_is_read_as_written(
        operation in any::<u8>(),
        session in proptest::option::of((any::<u8>(), 0_u8..128, any::<bool>())),
    ) {
        let mut step = Ussd::new(UssdServiceOp(operation));
        if let Some((number, sequence, end)) = session {
            step = step.in_session(number, sequence);
            if end {
                step = step.ended();
            }
            prop_assert_eq!((step.session_number(), step.sequence()), (Some(number), Some(sequence)));
            prop_assert_eq!(step.ends_session(), end);
        }
        let tlvs = step.tlvs();
        let read = Ussd::read(b"USSD", &tlvs.as_tlvs()).unwrap();
        prop_assert_eq!(read.ussd, step);
        prop_assert!(!read.conflict && !read.bad_session);
    }
}
