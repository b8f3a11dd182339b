//! Application ports.

use proptest::prelude::*;
use smpp_codec::services::ApplicationPorts;
use smpp_pdu::Tlvs;
use smpp_pdu::udh::{Iei, Udh, UdhBuf, UdhError};

#[test]
fn narrow_and_wide_ports_have_the_octets_of_the_standard() {
    let mut header = UdhBuf::new();
    ApplicationPorts::to_narrow(240)
        .from(241)
        .put(&mut header)
        .unwrap();
    ApplicationPorts::to(0x0B84).put(&mut header).unwrap();
    assert_eq!(
        header.as_bytes(),
        [10, 4, 2, 240, 241, 5, 4, 0x0B, 0x84, 0, 0]
    );
    let too_wide = ApplicationPorts::to_narrow(1).from(256);
    assert_eq!(too_wide.udh(), None);
    let refused = Err(UdhError::BadValue(Iei::PORT_8BIT));
    assert_eq!(too_wide.put(&mut UdhBuf::new()), refused);
}

#[test]
fn parameters_alone_are_ports_and_one_is_enough() {
    let octets = [0x02, 0x0A, 0, 2, 0x23, 0xF0];
    let read = ApplicationPorts::read(None, &Tlvs::from_octets(&octets)).unwrap();
    assert_eq!(
        (read.ports.source, read.ports.destination),
        (Some(9200), None)
    );
    assert_eq!(read.ports.tlvs().as_tlvs(), Tlvs::from_octets(&octets));
    assert_eq!(ApplicationPorts::read(None, &Tlvs::EMPTY), None);
    let narrow_value = Tlvs::from_octets(&[0x02, 0x0B, 0, 1, 0x23]);
    assert_eq!(ApplicationPorts::read(None, &narrow_value), None);
    assert!(ApplicationPorts::default().tlvs().is_empty());
}

#[test]
fn the_header_goes_first_and_other_parameters_are_told() {
    let mut header = UdhBuf::new();
    let ports = ApplicationPorts::to(2948).from(9200);
    ports.put(&mut header).unwrap();
    let (header, _) = Udh::split(&header).unwrap();
    let others = ApplicationPorts::to(2949);
    let tlvs = others.tlvs();
    let read = ApplicationPorts::read(Some(&header), &tlvs.as_tlvs()).unwrap();
    assert_eq!((read.ports, read.conflict), (ports, Some(others)));
    let same = ApplicationPorts::to(2948).tlvs();
    let read = ApplicationPorts::read(Some(&header), &same.as_tlvs()).unwrap();
    assert_eq!(read.conflict, None);
}

proptest! {
    #[test]
    fn ports_are_read_as_written(destination in any::<u16>(), source in any::<u16>(), narrow in any::<bool>()) {
        let limit = if narrow { 0xFF } else { 0xFFFF };
        let ports = ApplicationPorts {
            destination: Some(destination & limit),
            source: Some(source & limit),
            narrow,
        };
        let mut header = UdhBuf::new();
        ports.put(&mut header).unwrap();
        let (header, _) = Udh::split(&header).unwrap();
        let read = ApplicationPorts::read(Some(&header), &ports.tlvs().as_tlvs()).unwrap();
        prop_assert_eq!((read.ports, read.conflict), (ports, None));
        prop_assert_eq!(ports.udh(), header.ports());
        let parameters = ApplicationPorts::read(None, &ports.tlvs().as_tlvs()).unwrap().ports;
        prop_assert_eq!(parameters, ApplicationPorts { narrow: false, ..ports });
    }
}
