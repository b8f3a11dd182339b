//! Long messages.

use core::time::Duration;

use smpp_codec::long::JoinLimits;
use smpp_esme::receiving::{Incomplete, Receiver, SegmentAck};
use smpp_pdu::{Address, CommandId, CommandStatus, DataCoding, DataSm, EsmClass, Tlv, Tlvs};
use smpp_session::RequestId;

use crate::centre::{Seen, accept_all, bound};
use crate::support::{LATER, OK, answer, deliver, message, segment};

#[tokio::test]
async fn segments_are_joined_in_whatever_order_they_come() {
    for order in [[1, 2, 3], [3, 1, 2], [2, 3, 1], [3, 2, 1]] {
        let (_client, incoming, mut centre) = bound(accept_all()).await;
        let mut receiver = Receiver::new(incoming);
        for part in order {
            let text = ["", "one ", "two ", "three"][usize::from(part)];
            segment(&centre, part.into(), 7, 3, part, text);
        }
        let whole = message(&mut receiver).await;
        assert_eq!(whole.text(), Some("one two three"));
        assert!(whole.is_exact());
        assert_eq!(whole.missing(), None);
        assert_eq!((whole.segments().len(), whole.total()), (3, 3));
        assert_eq!(whole.source_addr().addr.as_bytes(), b"447700900123");
        assert_eq!(whole.destination_addr().addr.as_bytes(), b"12345");
        // All but the one that made it whole are acknowledged by now.
        let [first, second, last] = order.map(u64::from);
        assert_eq!(centre.seen().await, answer(first, OK));
        assert_eq!(centre.seen().await, answer(second, OK));
        whole.ack();
        assert_eq!(centre.seen().await, answer(last, OK));
    }
}

#[tokio::test]
async fn sar_parameters_join_like_a_header() {
    let (_client, incoming, centre) = bound(accept_all()).await;
    let mut receiver = Receiver::new(incoming);
    for part in [2_u8, 1] {
        centre.order(move |link| {
            let tlvs = [
                Tlv::sar_msg_ref_num(300),
                Tlv::sar_total_segments(2),
                Tlv::sar_segment_seqnum(part),
            ];
            let text: &[u8] = if part == 1 { b"\x00O\x00n" } else { b"\x00e" };
            let sm = deliver(text)
                .data_coding(DataCoding::UCS2)
                .tlvs(Tlvs::from_slice(&tlvs));
            link.request(RequestId(part.into()), sm).unwrap();
        });
    }
    let whole = message(&mut receiver).await;
    assert_eq!(whole.text(), Some("One"));
    assert_eq!(whole.data_coding(), DataCoding::UCS2);
    whole.ack();
}

#[tokio::test]
async fn a_payload_is_a_message_of_its_own() {
    let (_client, incoming, mut centre) = bound(accept_all()).await;
    let mut receiver = Receiver::new(incoming);
    centre.order(|link| {
        let text = b"long ".repeat(100);
        let tlvs = [
            Tlv::message_payload(&text).unwrap(),
            Tlv::destination_port(5000),
        ];
        let sm = DataSm::default()
            .source_addr(Address::international("447700900123").unwrap())
            .data_coding(DataCoding(0x10))
            .tlvs(Tlvs::from_slice(&tlvs));
        link.request(RequestId(1), sm).unwrap();
    });
    let whole = message(&mut receiver).await;
    assert_eq!(whole.text().map(str::len), Some(500));
    assert!(whole.is_flash());
    assert_eq!(
        whole.ports().and_then(|ports| ports.destination),
        Some(5000)
    );
    whole.ack();
    assert_eq!(
        centre.seen().await,
        Seen::Answer(1, CommandId::DATA_SM_RESP, OK)
    );
}

#[tokio::test]
async fn octets_are_no_text() {
    let (_client, incoming, centre) = bound(accept_all()).await;
    let mut receiver = Receiver::new(incoming);
    centre.order(|link| {
        let sm = deliver(b"\x00\xFF").data_coding(DataCoding::OCTET_UNSPECIFIED);
        link.request(RequestId(1), sm).unwrap();
    });
    let binary = message(&mut receiver).await;
    assert_eq!(
        (binary.text(), &binary.data()[..]),
        (None, &b"\x00\xFF"[..])
    );
    binary.ack();
}

#[tokio::test]
async fn the_default_alphabet_is_that_of_the_centre() {
    let (_client, incoming, centre) = bound(accept_all()).await;
    let mut receiver = Receiver::builder()
        .default_alphabet(smpp_codec::text::DefaultAlphabet::Latin1)
        .start(incoming);
    centre.deliver(1, b"na\xEFve @");
    let read = message(&mut receiver).await;
    assert_eq!(read.text(), Some("naïve @"));
    read.ack();
}

#[tokio::test]
async fn messages_that_differ_in_anything_are_apart() {
    let (_client, incoming, centre) = bound(accept_all()).await;
    let mut receiver = Receiver::new(incoming);
    segment(&centre, 1, 7, 2, 1, "a1 ");
    segment(&centre, 2, 8, 2, 1, "b1 ");
    segment(&centre, 3, 7, 3, 2, "c2 ");
    segment(&centre, 4, 8, 2, 2, "b2");
    segment(&centre, 5, 7, 2, 2, "a2");
    for expected in ["b1 b2", "a1 a2"] {
        let whole = message(&mut receiver).await;
        assert_eq!(whole.text(), Some(expected));
        whole.ack();
    }
}

#[tokio::test]
async fn without_joining_each_segment_is_a_message() {
    let (_client, incoming, centre) = bound(accept_all()).await;
    let mut receiver = Receiver::builder().join(false).start(incoming);
    segment(&centre, 1, 7, 2, 2, "world");
    let part = message(&mut receiver).await;
    assert_eq!(part.text(), Some("world"));
    let place = part.place().unwrap();
    assert_eq!((place.reference, place.part, place.total), (7, 2, 2));
    part.ack();
}

#[tokio::test]
async fn a_segment_that_comes_twice_counts_once() {
    let (_client, incoming, mut centre) = bound(accept_all()).await;
    let mut receiver = Receiver::new(incoming);
    segment(&centre, 1, 7, 2, 1, "one ");
    segment(&centre, 2, 7, 2, 1, "one ");
    assert_eq!(centre.seen().await, answer(1, OK));
    assert_eq!(centre.seen().await, answer(2, OK));
    segment(&centre, 3, 7, 2, 2, "two");
    let whole = message(&mut receiver).await;
    assert_eq!(whole.text(), Some("one two"));
    // The last one again, while the application still has the message.
    segment(&centre, 4, 7, 2, 2, "two");
    whole.ack();
    assert_eq!(centre.seen().await, answer(3, OK));
    assert_eq!(centre.seen().await, answer(4, OK));
    // And after that.
    segment(&centre, 5, 7, 2, 1, "one ");
    assert_eq!(centre.seen().await, answer(5, OK));
    centre.deliver(6, b"next");
    let next = message(&mut receiver).await;
    assert_eq!(next.text(), Some("next"), "nothing of the old one is left");
    next.ack();
}

#[tokio::test]
async fn a_reference_that_is_used_again_gives_the_older_message_up() {
    let (_client, incoming, centre) = bound(accept_all()).await;
    let mut receiver = Receiver::new(incoming);
    segment(&centre, 1, 7, 2, 1, "old");
    segment(&centre, 2, 7, 2, 1, "new ");
    segment(&centre, 3, 7, 2, 2, "one");
    let old = message(&mut receiver).await;
    assert_eq!(old.text(), Some("old"));
    assert_eq!(old.missing().unwrap().to_string(), "2 of 2");
    old.ack();
    let new = message(&mut receiver).await;
    assert_eq!(new.text(), Some("new one"));
    new.ack();
    // Once more the same reference, after the message was whole.
    segment(&centre, 4, 7, 2, 1, "third ");
    segment(&centre, 5, 7, 2, 2, "one");
    let third = message(&mut receiver).await;
    assert_eq!(third.text(), Some("third one"));
    third.ack();
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_after_the_time_is_listed() {
    let (_client, incoming, mut centre) = bound(accept_all()).await;
    let mut receiver = Receiver::builder()
        .join_within(Duration::from_secs(60))
        .start(incoming);
    segment(&centre, 1, 7, 5, 2, "two ");
    segment(&centre, 2, 7, 5, 4, "four");
    let part = message(&mut receiver).await;
    assert_eq!(part.text(), Some("two four"));
    assert_eq!(
        part.missing().unwrap().iter().collect::<Vec<_>>(),
        [1, 3, 5]
    );
    assert_eq!((part.segments().len(), part.total()), (2, 5));
    part.ack();
    for id in [1, 2] {
        assert_eq!(centre.seen().await, answer(id, OK));
    }
}

#[tokio::test(start_paused = true)]
async fn an_incomplete_message_may_be_refused_instead() {
    let (_client, incoming, mut centre) = bound(accept_all()).await;
    let refused = CommandStatus::ESME_RX_P_APPN;
    let mut receiver = Receiver::builder()
        .join_within(Duration::from_secs(20))
        .segment_ack(SegmentAck::WithMessage {
            at_most: 10,
            within: Duration::from_secs(90),
        })
        .incomplete(Incomplete::Refuse(refused))
        .start(incoming);
    segment(&centre, 1, 7, 2, 1, "one");
    assert_eq!(centre.seen().await, answer(1, refused));
    centre.deliver(2, b"next");
    message(&mut receiver).await.ack();
}

#[tokio::test(start_paused = true)]
async fn segments_may_wait_for_their_message() {
    let (_client, incoming, mut centre) = bound(accept_all()).await;
    let mut receiver = Receiver::builder()
        .segment_ack(SegmentAck::WithMessage {
            at_most: 2,
            within: Duration::from_secs(5),
        })
        .start(incoming);
    segment(&centre, 1, 7, 3, 1, "one ");
    segment(&centre, 2, 7, 3, 2, "two ");
    segment(&centre, 3, 7, 3, 3, "three");
    let whole = message(&mut receiver).await;
    whole.nack(LATER);
    for id in 1..=3 {
        assert_eq!(centre.seen().await, answer(id, LATER));
    }
    // All come again, and one at a time: each is acknowledged after its time.
    segment(&centre, 4, 7, 3, 1, "one ");
    assert_eq!(centre.seen().await, answer(4, OK));
    segment(&centre, 5, 7, 3, 2, "two ");
    assert_eq!(centre.seen().await, answer(5, OK));
    segment(&centre, 6, 7, 3, 3, "three");
    let whole = message(&mut receiver).await;
    assert_eq!(whole.text(), Some("one two three"));
    whole.ack();
    assert_eq!(centre.seen().await, answer(6, OK));
    // Of more than may wait, the oldest is acknowledged.
    for part in 1..=3 {
        segment(&centre, 10 + u64::from(part), 9, 4, part, "x");
    }
    assert_eq!(centre.seen().await, answer(11, OK));
}

#[tokio::test]
async fn a_refused_message_is_whole_again_when_its_last_segment_comes_again() {
    let (_client, incoming, mut centre) = bound(accept_all()).await;
    let mut receiver = Receiver::new(incoming);
    segment(&centre, 1, 7, 3, 1, "one ");
    segment(&centre, 2, 7, 3, 3, "three");
    segment(&centre, 3, 7, 3, 2, "two ");
    // Dropped: the same as refused for now.
    drop(message(&mut receiver).await);
    assert_eq!(centre.seen().await, answer(1, OK));
    assert_eq!(centre.seen().await, answer(2, OK));
    assert_eq!(centre.seen().await, answer(3, LATER));
    for id in [4, 5] {
        segment(&centre, id, 7, 3, 2, "two ");
        let again = message(&mut receiver).await;
        assert_eq!(again.text(), Some("one two three"));
        again.nack(LATER);
        assert_eq!(centre.seen().await, answer(id, LATER));
    }
    // For good: nothing is kept.
    segment(&centre, 6, 7, 3, 2, "two ");
    let refused = CommandStatus::ESME_RX_R_APPN;
    message(&mut receiver).await.nack(refused);
    assert_eq!(centre.seen().await, answer(6, refused));
    segment(&centre, 7, 7, 3, 2, "two ");
    assert_eq!(centre.seen().await, answer(7, refused));
}

#[tokio::test(start_paused = true)]
async fn a_message_that_was_refused_and_does_not_come_again_is_not_seen_again() {
    let (_client, incoming, centre) = bound(accept_all()).await;
    let mut receiver = Receiver::builder()
        .keep_refused(Duration::from_secs(600))
        .start(incoming);
    segment(&centre, 1, 7, 2, 1, "one ");
    segment(&centre, 2, 7, 2, 2, "two");
    drop(message(&mut receiver).await);
    tokio::time::sleep(Duration::from_secs(601)).await;
    centre.deliver(3, b"next");
    let next = message(&mut receiver).await;
    assert_eq!(next.text(), Some("next"));
    next.ack();
}

#[tokio::test]
async fn beyond_the_limits_segments_are_refused() {
    let (_client, incoming, mut centre) = bound(accept_all()).await;
    let mut receiver = Receiver::builder()
        .join_limits(JoinLimits {
            messages: 2,
            memory: 16 * 1024,
            message_octets: 100,
        })
        .start(incoming);
    let full = CommandStatus::ESME_RMSGQFUL;
    segment(&centre, 1, 1, 2, 1, "a1 ");
    segment(&centre, 2, 2, 2, 1, "b1 ");
    segment(&centre, 3, 3, 2, 1, "c1 ");
    for (id, status) in [(1, OK), (2, OK), (3, full)] {
        assert_eq!(centre.seen().await, answer(id, status));
    }
    let long: String = "x".repeat(110);
    segment(&centre, 4, 1, 2, 2, &long);
    let too_long = CommandStatus::ESME_RINVMSGLEN;
    assert_eq!(centre.seen().await, answer(4, too_long));
    // What is open goes on.
    segment(&centre, 5, 2, 2, 2, "b2");
    let whole = message(&mut receiver).await;
    assert_eq!(whole.text(), Some("b1 b2"));
    whole.ack();
    assert_eq!(centre.seen().await, answer(5, OK));
    segment(&centre, 6, 3, 2, 1, "c1 ");
    assert_eq!(centre.seen().await, answer(6, OK));
}

#[tokio::test]
async fn a_message_of_255_segments_is_joined() {
    let (_client, incoming, centre) = bound(accept_all()).await;
    let mut receiver = Receiver::new(incoming);
    for part in (1..=255).rev() {
        segment(&centre, part.into(), 7, 255, part, &format!("{part:03}"));
    }
    let whole = message(&mut receiver).await;
    let text = whole.text().unwrap().to_owned();
    whole.ack();
    assert_eq!(text.len(), 3 * 255);
    assert!(text.starts_with("001002") && text.ends_with("254255"));
}

#[tokio::test]
async fn the_end_of_the_session_hands_over_what_there_is() {
    let (client, incoming, centre) = bound(accept_all()).await;
    let mut receiver = Receiver::new(incoming);
    segment(&centre, 1, 7, 2, 1, "one");
    centre.order(|link| {
        let sm = deliver(b"\x03\x01\x01\x00text").esm_class(EsmClass(0x40));
        link.request(RequestId(2), sm).unwrap();
    });
    let other = message(&mut receiver).await;
    assert_eq!(other.text(), Some("text"), "a header without a place");
    other.ack();
    client.unbind().await;
    let part = message(&mut receiver).await;
    assert_eq!(part.missing().unwrap().to_string(), "2 of 2");
    part.ack();
    assert!(receiver.recv().await.is_none());
    receiver.stop().await;
}
