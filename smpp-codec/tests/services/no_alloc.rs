//! Writing and reading allocate nothing, seen by an allocator that counts.

use allocation_counter::measure;
use smpp_codec::SliceBuf;
use smpp_codec::services::{ApplicationPorts, Flash, MessageWaiting, Ussd};
use smpp_codec::wap::{MediaType, Push, PushContent, ReceivedPush, ServiceIndication};
use smpp_pdu::{DataCoding, MessageWaitingKind, UssdServiceOp};

#[test]
fn a_push_allocates_nothing() {
    let mut storage = [0; 200];
    let mut href = String::with_capacity(100);
    let seen = measure(|| {
        let mut out = SliceBuf::new(&mut storage);
        let document = ServiceIndication::new("https://www.example.com/a", "Grüße");
        let len = Push::new(1, MediaType::SIC)
            .write(&document, &mut out)
            .unwrap();
        let push = ReceivedPush::read(&storage[..len]).unwrap();
        let Ok(PushContent::Indication(read)) = push.content(&mut |_| {}) else {
            return;
        };
        read.href.unwrap().decode(&mut href);
    });
    assert_eq!(href, "https://www.example.com/a");
    assert_eq!(seen.count_total, 0, "{seen:?}");
}

#[test]
fn the_other_services_allocate_nothing() {
    let seen = measure(|| {
        let waiting = MessageWaiting::on(MessageWaitingKind::FAX).count(2).tlvs();
        let ports = ApplicationPorts::to(1).from(2).tlvs();
        let ussd = Ussd::new(UssdServiceOp::USSR_REQUEST)
            .in_session(1, 2)
            .tlvs();
        for tlvs in [waiting, ports, ussd] {
            let tlvs = tlvs.as_tlvs();
            core::hint::black_box((
                MessageWaiting::read(DataCoding(0xC8), None, &tlvs),
                ApplicationPorts::read(None, &tlvs),
                Ussd::read(b"USSD", &tlvs),
                Flash::read(DataCoding(0x10), &tlvs),
            ));
        }
    });
    assert_eq!(seen.count_total, 0, "{seen:?}");
}
