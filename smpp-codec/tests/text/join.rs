//! Putting parts together.

use smpp_codec::SliceBuf;
use smpp_codec::long::{Incoming, Joiner, Method, Missing, Outcome, PartRef, Route};
use smpp_codec::text::Encoding;
use smpp_pdu::udh::{NationalLanguage, UdhBuf};
use smpp_pdu::{Address, CommandStatus, EsmClass, Tag, Tlv, Tlvs};

type Small = Joiner<3, 4, 100, u8>;

fn part(reference: u16, total: u8, part: u8, data: &[u8]) -> Incoming<'_> {
    Incoming {
        place: PartRef {
            method: Method::Udh8,
            reference,
            total,
            part,
        },
        header: &[],
        data,
    }
}

/// A line about an outcome.
fn told<K: core::fmt::Debug>(outcome: &Outcome<'_, K>) -> String {
    match outcome {
        Outcome::Complete(message) => {
            let mut text = String::new();
            message.decode(Encoding::Gsm7, &mut text);
            format!("complete: {text}")
        }
        Outcome::Stored(missing) => format!("stored, missing {missing}"),
        Outcome::Duplicate(missing) => format!("duplicate, missing {missing}"),
        Outcome::Restarted { missing, given_up } => {
            format!("restarted, missing {missing}, given up {given_up}")
        }
        Outcome::Full => "full".to_owned(),
        Outcome::TooLong => "too long".to_owned(),
        other => panic!("{other:?}"),
    }
}

/// The same story for both joiners.
trait Accept {
    fn accept_at(&mut self, route: u8, part: &Incoming<'_>, now: u64) -> String;
    fn expired(&mut self, now: u64) -> Vec<String>;
    fn is_missing(&self, route: u8, part: &Incoming<'_>) -> Option<Missing>;
    fn expiry(&self) -> Option<u64>;
    fn open_count(&self) -> usize;
}

macro_rules! accept {
    ($Type:ty) => {
        impl Accept for $Type {
            fn accept_at(&mut self, route: u8, part: &Incoming<'_>, now: u64) -> String {
                told(&self.accept(route, part, now))
            }

            fn expired(&mut self, now: u64) -> Vec<String> {
                let mut lost = Vec::new();
                let count = self.expire(now, |message| {
                    let there: Vec<_> = message.parts().map(|part| part.part).collect();
                    lost.push(format!(
                        "{} of {}: there {there:?}, missing {}",
                        message.reference(),
                        message.route(),
                        message.missing()
                    ));
                });
                assert_eq!(count, lost.len());
                lost
            }

            fn is_missing(&self, route: u8, part: &Incoming<'_>) -> Option<Missing> {
                self.missing(&route, part.place)
            }

            fn expiry(&self) -> Option<u64> {
                self.next_expiry()
            }

            fn open_count(&self) -> usize {
                self.open()
            }
        }
    };
}

accept!(Small);

#[cfg(feature = "alloc")]
mod growing {
    use super::*;
    use smpp_codec::long::{GrowingJoiner, JoinLimits};

    accept!(GrowingJoiner<u8>);

    /// As small as [`Small`].
    const LIMITS: JoinLimits = JoinLimits {
        messages: 3,
        memory: 1 << 20,
        message_octets: 100,
    };

    pub(super) fn joiner() -> GrowingJoiner<u8> {
        GrowingJoiner::new(1000, LIMITS)
    }

    pub(super) fn remembering(milliseconds: u64) -> GrowingJoiner<u8> {
        joiner().remembering(milliseconds)
    }

    #[test]
    fn memory_is_bounded_and_given_back() {
        let limits = JoinLimits {
            messages: usize::MAX,
            memory: 20_000,
            message_octets: 1000,
        };
        let mut joiner = GrowingJoiner::<u8>::new(1000, limits);
        let mut stored = 0;
        for reference in 0..1000 {
            let outcome = joiner.accept_at(1, &part(reference, 3, 1, &[b'x'; 100]), 0);
            match outcome.as_str() {
                "stored, missing 2-3 of 3" => stored += 1,
                "full" => {}
                other => panic!("{other}"),
            }
            assert!(joiner.memory() <= limits.memory);
        }
        assert_eq!(joiner.open(), stored);
        assert!((20..=150).contains(&stored), "{stored}");
        // One of the open ones goes on as long as its octets fit.
        assert_eq!(joiner.expired(1000).len(), stored);
        assert_eq!(joiner.memory(), 0);
        assert_eq!(
            joiner.accept_at(1, &part(0, 1, 1, b"a"), 2000),
            "complete: a"
        );
        assert_eq!(joiner.expired(2000).len(), 0);
        assert_eq!(joiner.memory(), 0);
    }

    #[test]
    fn a_restart_gives_memory_back() {
        let mut joiner = joiner();
        joiner.accept_at(1, &part(1, 3, 1, &[b'a'; 40]), 0);
        let one = joiner.memory();
        joiner.accept_at(1, &part(1, 3, 2, &[b'b'; 40]), 0);
        assert_eq!(joiner.memory(), one + 40);
        joiner.accept_at(1, &part(1, 3, 1, &[b'c'; 40]), 0);
        assert_eq!(joiner.memory(), one);
    }

    #[test]
    fn a_remembered_message_that_was_begun_anew_is_not_forgotten_early() {
        let mut joiner = remembering(100);
        assert_eq!(joiner.accept_at(1, &part(1, 1, 1, b"a"), 0), "complete: a");
        assert_eq!(joiner.accept_at(1, &part(1, 1, 1, b"b"), 50), "complete: b");
        let late = joiner.accept_at(1, &part(1, 1, 1, b"b"), 120);
        assert_eq!(late, "duplicate, missing none of 1");
    }
}

/// Runs a story with each joiner that there is.
fn each(remember: u64, mut story: impl FnMut(&mut dyn Accept)) {
    story(&mut Small::new(1000).remembering(remember));
    #[cfg(feature = "alloc")]
    story(&mut growing::remembering(remember));
}

#[test]
fn parts_in_any_order_make_a_message() {
    let order = [
        [1, 2, 3],
        [1, 3, 2],
        [2, 1, 3],
        [2, 3, 1],
        [3, 1, 2],
        [3, 2, 1],
    ];
    for order in order {
        each(0, |joiner| {
            let data = |number: u8| [b"one ", &b"two "[..], b"three"][usize::from(number) - 1];
            let mut outcome = String::new();
            for number in order {
                outcome = joiner.accept_at(1, &part(7, 3, number, data(number)), 0);
            }
            assert_eq!(outcome, "complete: one two three");
            assert_eq!(joiner.open_count(), 0);
        });
    }
}

#[test]
fn what_is_missing_is_said() {
    each(0, |joiner| {
        let last = part(7, 4, 4, b"d");
        assert_eq!(joiner.is_missing(1, &last), None);
        assert_eq!(joiner.accept_at(1, &last, 0), "stored, missing 1-3 of 4");
        assert_eq!(
            joiner.accept_at(1, &part(7, 4, 2, b"b"), 0),
            "stored, missing 1, 3 of 4"
        );
        let missing = joiner.is_missing(1, &last).unwrap();
        assert_eq!(missing.iter().collect::<Vec<_>>(), [1, 3]);
        assert_eq!(joiner.is_missing(2, &last), None, "another sender");
    });
}

#[test]
fn a_part_that_comes_twice_is_a_duplicate() {
    each(0, |joiner| {
        joiner.accept_at(1, &part(7, 2, 1, b"a"), 0);
        let again = joiner.accept_at(1, &part(7, 2, 1, b"a"), 5);
        assert_eq!(again, "duplicate, missing 2 of 2");
        assert_eq!(joiner.accept_at(1, &part(7, 2, 2, b"b"), 9), "complete: ab");
    });
}

#[test]
fn a_duplicate_after_the_end_is_known_for_the_time_asked() {
    each(50, |joiner| {
        joiner.accept_at(1, &part(7, 2, 1, b"a"), 0);
        joiner.accept_at(1, &part(7, 2, 2, b"b"), 10);
        let late = joiner.accept_at(1, &part(7, 2, 2, b"b"), 59);
        assert_eq!(late, "duplicate, missing none of 2");
        assert_eq!(joiner.open_count(), 0);
        let too_late = joiner.accept_at(1, &part(7, 2, 2, b"b"), 60);
        assert_eq!(too_late, "stored, missing 1 of 2");
    });
    each(0, |joiner| {
        joiner.accept_at(1, &part(7, 1, 1, b"a"), 0);
        assert_eq!(joiner.accept_at(1, &part(7, 1, 1, b"a"), 0), "complete: a");
    });
}

#[test]
fn a_remembered_message_makes_way() {
    each(1_000_000, |joiner| {
        for reference in 0..20 {
            let outcome = joiner.accept_at(1, &part(reference, 1, 1, b"a"), 0);
            assert_eq!(outcome, "complete: a");
        }
        // The same reference again with another text.
        assert_eq!(joiner.accept_at(1, &part(19, 1, 1, b"b"), 1), "complete: b");
    });
}

#[test]
fn references_are_kept_apart() {
    each(0, |joiner| {
        joiner.accept_at(1, &part(7, 2, 1, b"a"), 0);
        joiner.accept_at(2, &part(7, 2, 1, b"A"), 0);
        joiner.accept_at(1, &part(8, 2, 1, b"x"), 0);
        assert_eq!(joiner.open_count(), 3);
        assert_eq!(joiner.accept_at(2, &part(7, 2, 2, b"B"), 0), "complete: AB");
        assert_eq!(joiner.accept_at(1, &part(8, 2, 2, b"y"), 0), "complete: xy");
        assert_eq!(joiner.accept_at(1, &part(7, 2, 2, b"b"), 0), "complete: ab");
    });
}

#[test]
fn methods_and_totals_are_kept_apart() {
    each(0, |joiner| {
        let udh8 = part(7, 2, 1, b"a");
        let mut udh16 = part(7, 2, 2, b"b");
        udh16.place.method = Method::Udh16;
        let mut sar = udh16;
        sar.place.method = Method::Sar;
        assert_eq!(joiner.accept_at(1, &udh8, 0), "stored, missing 2 of 2");
        assert_eq!(joiner.accept_at(1, &udh16, 0), "stored, missing 1 of 2");
        assert_eq!(joiner.accept_at(1, &sar, 0), "stored, missing 1 of 2");
    });
    each(0, |joiner| {
        joiner.accept_at(1, &part(7, 2, 1, b"a"), 0);
        let other = joiner.accept_at(1, &part(7, 3, 2, b"b"), 0);
        assert_eq!(other, "stored, missing 1, 3 of 3");
    });
}

#[test]
fn a_reference_used_anew_gives_the_old_message_up() {
    each(0, |joiner| {
        joiner.accept_at(1, &part(7, 3, 1, b"old"), 0);
        joiner.accept_at(1, &part(7, 3, 2, b"old"), 0);
        let outcome = joiner.accept_at(1, &part(7, 3, 1, b"new "), 500);
        assert_eq!(outcome, "restarted, missing 2-3 of 3, given up 3 of 3");
        assert_eq!(joiner.expiry(), Some(1500), "its time begins anew");
        joiner.accept_at(1, &part(7, 3, 2, b"new "), 0);
        assert_eq!(
            joiner.accept_at(1, &part(7, 3, 3, b"new"), 0),
            "complete: new new new"
        );
    });
}

#[test]
fn another_header_makes_another_part() {
    each(0, |joiner| {
        let mut first = part(7, 2, 1, b"same");
        joiner.accept_at(1, &first, 0);
        first.header = b"\x03\x25\x01\x01";
        let outcome = joiner.accept_at(1, &first, 0);
        assert_eq!(outcome, "restarted, missing 2 of 2, given up 2 of 2");
    });
}

#[test]
fn what_does_not_come_in_time_is_handed_over() {
    each(0, |joiner| {
        assert_eq!(joiner.expiry(), None);
        joiner.accept_at(1, &part(7, 3, 2, b"b"), 100);
        joiner.accept_at(2, &part(8, 2, 1, b"a"), 300);
        joiner.accept_at(1, &part(7, 3, 3, b"c"), 900);
        assert_eq!(joiner.expiry(), Some(1100), "from the first part on");
        assert!(joiner.expired(1099).is_empty());
        assert_eq!(
            joiner.expired(1100),
            ["7 of 1: there [2, 3], missing 1 of 3"]
        );
        assert_eq!(joiner.expiry(), Some(1300));
        assert_eq!(
            joiner.accept_at(2, &part(8, 2, 2, b"b"), 1200),
            "complete: ab"
        );
        assert!(joiner.expired(u64::MAX).is_empty());
    });
}

#[test]
fn a_full_joiner_refuses_new_messages_and_goes_on_with_old_ones() {
    each(0, |joiner| {
        for reference in 1..=3 {
            joiner.accept_at(1, &part(reference, 2, 1, b"a"), 0);
        }
        assert_eq!(joiner.accept_at(1, &part(4, 2, 1, b"a"), 0), "full");
        assert_eq!(joiner.accept_at(1, &part(2, 2, 2, b"b"), 0), "complete: ab");
        assert_eq!(
            joiner.accept_at(1, &part(4, 2, 1, b"a"), 0),
            "stored, missing 2 of 2"
        );
    });
}

#[test]
fn a_message_longer_than_its_room_is_refused() {
    each(0, |joiner| {
        let half = [b'x'; 60];
        joiner.accept_at(1, &part(7, 2, 1, &half), 0);
        assert_eq!(joiner.accept_at(1, &part(7, 2, 2, &half), 0), "too long");
        assert_eq!(
            joiner.accept_at(1, &part(8, 1, 1, &[b'x'; 101]), 0),
            "too long"
        );
        assert_eq!(joiner.open_count(), 1, "only the half that fitted");
    });
    let mut joiner = Small::new(1000);
    assert_eq!(
        joiner.accept_at(1, &part(7, 5, 1, b"a"), 0),
        "too long",
        "more than 4 parts"
    );
}

#[test]
fn every_outcome_has_an_answer() {
    let mut joiner = Joiner::<1, 4, 100, u8>::new(1000);
    let mut status = |reference, total, number, data| {
        let part = part(reference, total, number, data);
        joiner.accept(1, &part, 0).suggested_status()
    };
    assert_eq!(status(7, 2, 1, b"a"), CommandStatus::ESME_ROK);
    assert_eq!(status(7, 2, 1, b"a"), CommandStatus::ESME_ROK);
    assert_eq!(status(8, 2, 1, b"a"), CommandStatus::ESME_RMSGQFUL);
    assert_eq!(status(8, 9, 1, b"a"), CommandStatus::ESME_RINVMSGLEN);
    assert_eq!(status(7, 2, 2, b"b"), CommandStatus::ESME_ROK);
}

#[test]
fn the_octets_are_handed_over_without_headers() {
    let mut joiner = Joiner::<2, 4, 100, u8>::new(1000);
    let class = EsmClass::DEFAULT.with_udhi(true);
    let read = |octets| Incoming::read(class, octets, &Tlvs::default()).unwrap();
    joiner.accept(1, &read(b"\x05\0\x03\x42\x02\x02cd"), 0);
    let outcome = joiner.accept(1, &read(b"\x05\0\x03\x42\x02\x01ab"), 0);
    let Outcome::Complete(message) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!((message.len(), message.missing().is_empty()), (4, true));
    let mut octets = [0; 4];
    assert_eq!(message.write(&mut SliceBuf::new(&mut octets)), Ok(4));
    assert_eq!(&octets, b"abcd");
    assert!(message.write(&mut SliceBuf::new(&mut [0; 3])).is_err());
    let headers: Vec<_> = message.parts().map(|part| part.header.len()).collect();
    assert_eq!(headers, [6, 6]);
    assert_eq!(
        (message.reference(), message.method()),
        (0x42, Method::Udh8)
    );
}

#[test]
fn a_character_parted_by_its_sender_is_read_whole() {
    let mut joiner = Joiner::<2, 4, 100, u8>::new(1000);
    joiner.accept(1, &part(1, 2, 1, b"5 \x1B"), 0);
    assert_eq!(
        joiner.accept_at_wide(&part(1, 2, 2, b"e"), Encoding::Gsm7),
        "5 €"
    );
    joiner.accept(1, &part(2, 2, 1, b"\xD8\x3D"), 0);
    assert_eq!(
        joiner.accept_at_wide(&part(2, 2, 2, b"\xDE\0"), Encoding::Ucs2),
        "😀"
    );
}

trait Wide {
    fn accept_at_wide(&mut self, part: &Incoming<'_>, encoding: Encoding) -> String;
}

impl Wide for Joiner<2, 4, 100, u8> {
    fn accept_at_wide(&mut self, part: &Incoming<'_>, encoding: Encoding) -> String {
        let outcome = self.accept(1, part, 0);
        let Outcome::Complete(message) = outcome else {
            panic!("{outcome:?}");
        };
        let mut text = String::new();
        assert!(message.decode(encoding, &mut text).is_exact());
        text
    }
}

#[test]
fn each_part_is_read_with_its_own_national_tables() {
    let mut first = UdhBuf::new();
    first.concat8(1, 2, 1).unwrap();
    first.single_shift(NationalLanguage::TURKISH).unwrap();
    let mut second = UdhBuf::new();
    second.concat8(1, 2, 2).unwrap();
    let class = EsmClass::DEFAULT.with_udhi(true);
    let parts = [
        [&first[..], b"\x1Bs"].concat(),
        [&second[..], b"\x1B<"].concat(),
    ];
    let [first, second] = parts
        .each_ref()
        .map(|octets| Incoming::read(class, octets, &Tlvs::default()).unwrap());
    let mut joiner = Joiner::<2, 4, 100, u8>::new(1000);
    joiner.accept(1, &second, 0);
    assert_eq!(joiner.accept_at_wide(&first, Encoding::Gsm7), "ş[");
}

fn sar<'a>(
    storage: &'a mut Vec<Tlv<'a>>,
    reference: &'a [u8],
    total: &'a [u8],
    part: &'a [u8],
) -> Tlvs<'a> {
    *storage = vec![
        Tlv::new(Tag::SAR_MSG_REF_NUM, reference).unwrap(),
        Tlv::new(Tag::SAR_TOTAL_SEGMENTS, total).unwrap(),
        Tlv::new(Tag::SAR_SEGMENT_SEQNUM, part).unwrap(),
    ];
    Tlvs::from_slice(storage)
}

#[test]
fn the_place_is_read_from_the_parameters() {
    let mut storage = Vec::new();
    let tlvs = sar(&mut storage, &[0x12, 0x34], &[3], &[2]);
    let part = Incoming::read(EsmClass::DEFAULT, b"text", &tlvs).unwrap();
    assert_eq!(
        part.place,
        PartRef {
            method: Method::Sar,
            reference: 0x1234,
            total: 3,
            part: 2,
        }
    );
    assert_eq!((part.header, part.data), (&b""[..], &b"text"[..]));
}

#[test]
fn a_header_goes_before_the_parameters_and_without_place_beside_them() {
    let class = EsmClass::DEFAULT.with_udhi(true);
    let mut storage = Vec::new();
    let tlvs = sar(&mut storage, &[0, 9], &[3], &[2]);
    let both = Incoming::read(class, b"\x05\0\x03\x42\x02\x01a", &tlvs).unwrap();
    assert_eq!(
        (both.place.method, both.place.reference),
        (Method::Udh8, 0x42)
    );
    let ports = b"\x06\x05\x04\x0B\x84\0\0a";
    let beside = Incoming::read(class, ports, &tlvs).unwrap();
    assert_eq!(
        (beside.place.method, beside.header.len(), beside.data),
        (Method::Sar, 7, &b"a"[..])
    );
}

#[test]
fn a_message_complete_in_itself_is_no_part() {
    let class = EsmClass::DEFAULT.with_udhi(true);
    let none = Tlvs::default();
    assert_eq!(
        Incoming::read(EsmClass::DEFAULT, b"\x05\0\x03\x42\x02\x01a", &none),
        None
    );
    for octets in [
        &b""[..],
        b"\x06\x05\x04\x0B\x84\0\0a",
        b"\x05\0\x03\x42\x02\x03a",
        b"\x05\0\x03\x42\x02\x00a",
        b"\x05\0\x03\x42\x00\x00a",
        b"\x05\0\x03\x42",
    ] {
        assert_eq!(Incoming::read(class, octets, &none), None, "{octets:02x?}");
    }
    for (total, part) in [([0], [0]), ([2], [0]), ([2], [3])] {
        let mut storage = Vec::new();
        let tlvs = sar(&mut storage, &[0, 9], &total, &part);
        assert_eq!(Incoming::read(EsmClass::DEFAULT, b"a", &tlvs), None);
    }
}

#[test]
fn a_route_is_both_addresses_with_type_and_plan() {
    let name = Address::alphanumeric("1234").unwrap();
    let code = Address::short_code("1234").unwrap();
    let routes = [
        Route::new(&name, &code),
        Route::new(&code, &name),
        Route::new(&name, &name),
        Route::new(&code, &code),
    ];
    for (at, a) in routes.iter().enumerate() {
        for (bt, b) in routes.iter().enumerate() {
            assert_eq!(a == b, at == bt);
        }
    }
    assert_eq!((routes[0].source(), routes[0].destination()), (name, code));
}

#[test]
fn all_255_parts_can_be_missing() {
    let mut missing = Missing::all(255);
    assert_eq!(missing.len(), 255);
    assert_eq!(missing.iter().len(), 255);
    assert!(missing.iter().eq(1..=255));
    for part in 1..=255 {
        assert!(missing.remove(part) && !missing.remove(part));
    }
    assert!(missing.is_empty());
    assert_eq!(missing.to_string(), "none of 255");
    assert!(!Missing::all(3).remove(0) && !Missing::all(3).remove(4));
}
