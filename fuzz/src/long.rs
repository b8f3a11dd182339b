//! Long messages, taken apart and put together.

use std::collections::BTreeMap;

use smpp_codec::long::{
    Content, GrowingJoiner, Incoming, JoinLimits, Joined, Joiner, Method, Outcome, PartRef,
    Segment, Segments, SplitError, SplitOptions, segments,
};
use smpp_codec::text::{Encoding, NationalShift, TextDecoder};
use smpp_pdu::udh::{Iei, InformationElement, Ports, SegmentUnit, Udh, UdhBuf, room};
use smpp_pdu::{EsmClass, Tag, Tlv, Tlvs};

use crate::source::Source;
use crate::text::encoding;

/// The longest content that is split.
const MOST_OCTETS: usize = 60_000;

/// What is split fits part for part, and gives itself back whatever the order
/// and repetition of the parts; and no parts, however they were made, lead a
/// joiner beyond its bounds or make it hand over what nobody sent.
///
/// The input starts with the encoding, the options and the order; the rest is
/// the text, or octets, and also a list of parts of foreign make.
pub fn long(data: &[u8]) {
    let mut source = Source::new(data);
    let encoding = encoding(&mut source);
    let options = options(&mut source);
    let kind = source.u8();
    let times = 1 << (source.u8() % 8);
    let order: Vec<usize> = (0..source.below(12)).map(|_| source.u8().into()).collect();
    let rest = source.rest();
    if kind.is_multiple_of(4) {
        let octets = rest.repeat(times.min(MOST_OCTETS / rest.len().max(1)).max(1));
        split_octets(encoding, &octets, options, &order);
    } else {
        let text = match kind % 4 {
            // Characters that the encoding has.
            1 => encoding.decode_to_string(rest).0.replace('\u{FFFD}', ""),
            _ => String::from_utf8_lossy(rest).into_owned(),
        };
        let text = text.repeat(times.min(MOST_OCTETS / text.len().max(1)).max(1));
        split_text(encoding, &text, options, &order);
    }
    foreign_parts(data);
}

fn options(source: &mut Source<'_>) -> SplitOptions {
    let methods = [Method::Udh8, Method::Udh16, Method::Sar, Method::Payload];
    let mut options = SplitOptions::new(source.one_of(&methods), source.u16());
    let flags = source.u8();
    options.whole_clusters = flags & 1 == 1;
    options.sar_room = methods[usize::from(flags >> 1 & 1)];
    if flags & 4 != 0 {
        options.ports = Some(Ports {
            destination: source.u16() >> (flags >> 4),
            originator: source.u16() >> (flags >> 4),
            wide: flags & 8 != 0,
        });
    }
    if flags >> 6 == 3 {
        let mut elements = UdhBuf::new();
        let element = InformationElement {
            // For use by the terminals: it means nothing here.
            identifier: Iei(0x70),
            data: source.octets(),
        };
        // One that is too long is left out.
        if elements.push(element).is_ok() {
            options.elements = elements;
        }
    }
    options
}

fn split_text(encoding: Encoding, text: &str, options: SplitOptions, order: &[usize]) {
    let parts = match segments(encoding, text, options) {
        Ok(parts) => parts,
        Err(error) => return refused(error, encoding, text.into(), options),
    };
    assert_eq!(encoding.encoded_len(text).err(), None);
    let texts: Option<String> = parts.iter().map(|part| part.text()).collect();
    assert_eq!(texts.as_deref(), Some(text));
    look_at(&parts, encoding, options);
    let read = join(&parts, encoding, order);
    assert_eq!(read.text, text, "{encoding}, {options:?}");
    assert!(read.is_exact, "{encoding}, {options:?}");
}

fn split_octets(encoding: Encoding, octets: &[u8], options: SplitOptions, order: &[usize]) {
    let parts = match segments(encoding, octets, options) {
        Ok(parts) => parts,
        Err(error) => return refused(error, encoding, octets.into(), options),
    };
    look_at(&parts, encoding, options);
    let read = join(&parts, encoding, order);
    // Packed septets start anew in each part; what they say is the same.
    if !encoding.is_packed() {
        assert_eq!(read.octets, octets, "{encoding}, {options:?}");
    }
    let (text, decoded) = encoding.decode_to_string(octets);
    assert_eq!(read.text, text, "{encoding}, {options:?}");
    assert_eq!(read.is_exact, decoded.is_exact());
}

/// Each refusal has its reason.
fn refused(error: SplitError, encoding: Encoding, content: Content<'_>, options: SplitOptions) {
    assert!(!error.to_string().is_empty());
    let (len, text) = match content {
        Content::Text(text) => (text.len(), text),
        Content::Octets(octets) => (octets.len(), ""),
    };
    match error {
        SplitError::Unencodable(reason) => {
            assert_eq!(encoding.encoded_len(text), Err(reason));
        }
        // A character takes at least one of the units that its part has room
        // for, and half an octet of UTF-8.
        SplitError::TooManyParts => assert!(len > 255),
        SplitError::PayloadTooLong { octets } => {
            assert!(octets > 65_535 && options.method == Method::Payload);
        }
        SplitError::HeaderTooLong => {
            assert!(!options.elements.is_empty());
        }
        other => panic!("an error that is new: {other}"),
    }
}

/// Every part fits, and there are no more of them than are said.
fn look_at(parts: &Segments<'_>, encoding: Encoding, options: SplitOptions) {
    let count = parts.count();
    assert_eq!(parts.iter().len(), count);
    assert_eq!(parts.iter().count(), count);
    assert!(count == 1 || options.method != Method::Payload);
    let mut units = 0;
    for (index, part) in parts.iter().enumerate() {
        assert_eq!(usize::from(part.part()), index + 1);
        assert_eq!(usize::from(part.total()), count);
        assert_eq!(part.place().is_some(), count > 1);
        assert_eq!(
            part.sar().is_some(),
            count > 1 && options.method == Method::Sar
        );
        assert_eq!(part.is_payload(), options.method == Method::Payload);
        assert_eq!(part.has_header(), !part.header().is_empty());
        if !part.is_payload() {
            fits(&part, encoding, options);
            assert!(part.units() <= parts.room());
        }
        assert!(count == 1 || part.units() > 0, "a part without text");
        units += part.units();
    }
    let shown = parts.part_count();
    assert_eq!((shown.parts, shown.units), (count, units));
    assert!(!shown.to_string().is_empty() && !format!("{parts:?}").is_empty());
    // What fits into one message is one.
    let elements = options.elements.len().saturating_sub(1)
        + encoding.national().header_octets()
        + options.ports.map_or(0, |ports| {
            let narrow = ports.destination.max(ports.originator) <= 255 && !ports.wide;
            if narrow { 4 } else { 6 }
        });
    let header = elements + usize::from(elements > 0) /* UDHL */;
    // Packed text needs septets more for its filler, with many returns at the
    // end up to one for seven.
    let filler = if encoding.is_packed() {
        1 + units / 7
    } else {
        0
    };
    if units + filler <= room(header, encoding.unit()) {
        // Clusters do not count where there is nothing to cut.
        assert_eq!(count, 1, "{units} units behind {header} octets");
    }
}

/// A message has 140 octets, with the header that it has, or that the message
/// centre will make for it.
fn fits(part: &Segment<'_>, encoding: Encoding, options: SplitOptions) {
    let header = match part.sar() {
        Some(_) if options.sar_room == Method::Udh16 => part.header().len().max(1) + 6,
        Some(_) => part.header().len().max(1) + 5,
        None => part.header().len(),
    };
    match encoding.unit() {
        SegmentUnit::Septets => assert!((header * 8).div_ceil(7) + part.units() <= 160),
        SegmentUnit::Octets => assert!(header + part.units() <= 140),
        SegmentUnit::Ucs2 => assert!(header + part.units() * 2 <= 140),
    }
    if encoding.is_packed() {
        assert!(part.len() <= 140);
    }
}

/// What a receiver makes of the parts.
struct Received {
    octets: Vec<u8>,
    text: String,
    is_exact: bool,
}

impl Received {
    fn of<K>(message: &Joined<'_, K>, encoding: Encoding) -> Self {
        let mut octets = Vec::new();
        assert_eq!(message.write(&mut octets), Ok(message.len()));
        assert_eq!(octets.len(), message.len());
        let (text, decoded) = message.decode_to_string(encoding);
        Self {
            octets,
            text,
            is_exact: decoded.is_exact(),
        }
    }
}

/// Writes the parts, and reads them in this order, with both joiners.
fn join(parts: &Segments<'_>, encoding: Encoding, order: &[usize]) -> Received {
    let base = encoding.with_national(NationalShift::NONE);
    let written: Vec<Part> = parts.iter().map(|part| Part::written(&part)).collect();
    let [single] = written.as_slice() else {
        return join_parts(&written, base, order);
    };
    let tlvs = Tlvs::EMPTY;
    assert_eq!(Incoming::read(single.class, &single.user_data, &tlvs), None);
    let (mut data, mut encoding) = (single.user_data.as_slice(), base);
    if single.class.has_udhi() {
        let (header, rest) = Udh::split(data).expect("it was written here");
        (data, encoding) = (rest, base.with_header(&header));
    }
    let mut text = String::new();
    let mut decoder = TextDecoder::new(encoding);
    decoder.push_behind(single.user_data.len() - data.len(), data, &mut text);
    Received {
        octets: data.to_vec(),
        is_exact: decoder.finish(&mut text).is_exact(),
        text,
    }
}

fn join_parts(parts: &[Part], base: Encoding, swaps: &[usize]) -> Received {
    let mut order: Vec<usize> = (0..parts.len()).collect();
    for (at, swap) in swaps.iter().enumerate() {
        let len = order.len();
        // Every other one comes twice.
        if at % 2 == 1 {
            order.insert(swap * 31 % len, swap % parts.len());
        } else {
            order.swap(at * 7 % len, swap % len);
        }
    }
    let mut fixed: Box<Joiner<1, 255, { 255 * 160 }, u8>> = Box::new(Joiner::new(1));
    *fixed = fixed.clone().remembering(1);
    let mut growing = GrowingJoiner::new(1, JoinLimits::default()).remembering(1);
    let mut seen = vec![false; parts.len()];
    let mut received = None;
    for index in order {
        parts[index].with_tlvs(|class, user_data, tlvs| {
            let part = Incoming::read(class, user_data, tlvs).expect("a part");
            let was_there = std::mem::replace(&mut seen[index], true);
            let missing = seen.iter().filter(|seen| !**seen).count();
            let read = match fixed.accept(1, &part, 0) {
                Outcome::Complete(message) => Some(Received::of(&message, base)),
                outcome => {
                    expect_stored(&outcome, was_there, missing);
                    None
                }
            };
            match growing.accept(1, &part, 0) {
                Outcome::Complete(message) => {
                    let same = Received::of(&message, base);
                    let read = read.as_ref().expect("both are complete");
                    assert_eq!((&same.octets, &same.text), (&read.octets, &read.text));
                }
                outcome => {
                    assert!(read.is_none(), "one joiner is complete");
                    expect_stored(&outcome, was_there, missing);
                }
            }
            if read.is_some() {
                assert!(missing == 0 && received.is_none());
                received = read;
            }
        });
    }
    received.expect("all parts have come")
}

fn expect_stored(outcome: &Outcome<'_, u8>, was_there: bool, missing: usize) {
    match outcome {
        Outcome::Stored(left) => assert_eq!((left.len(), was_there), (missing, false)),
        Outcome::Duplicate(left) => assert_eq!((left.len(), was_there), (missing, true)),
        other => panic!("{other:?}"),
    }
}

/// A part as it is in a PDU.
struct Part {
    class: EsmClass,
    user_data: Vec<u8>,
    sar: Option<(u16, u8, u8)>,
}

impl Part {
    fn written(part: &Segment<'_>) -> Self {
        let mut user_data = Vec::new();
        assert_eq!(part.write(&mut user_data), Ok(part.len()));
        assert_eq!(user_data.len(), part.len());
        assert!(user_data.starts_with(part.header()));
        Self {
            class: EsmClass::DEFAULT.with_udhi(part.has_header()),
            user_data,
            sar: part.sar().map(|sar| (sar.reference, sar.total, sar.part)),
        }
    }

    fn read(source: &mut Source<'_>) -> Self {
        let flags = source.u8();
        let sar = flags & 1 == 1;
        let mut user_data = Vec::new();
        // A header that is right in its form, now and then.
        if flags & 2 == 2 {
            user_data.extend_from_slice(&[5, 0, 3, source.u8() % 2]);
            user_data.extend_from_slice(&[source.u8() % 6, source.u8() % 6]);
        }
        let data = source.octets();
        user_data.extend_from_slice(data);
        Self {
            class: EsmClass::DEFAULT.with_udhi(flags & 6 != 0),
            user_data,
            sar: sar.then(|| (source.u16(), source.u8(), source.u8())),
        }
    }

    fn with_tlvs(&self, use_it: impl FnOnce(EsmClass, &[u8], &Tlvs<'_>)) {
        let Some((reference, total, part)) = self.sar else {
            return use_it(self.class, &self.user_data, &Tlvs::EMPTY);
        };
        let (reference, total, part) = (reference.to_be_bytes(), [total], [part]);
        let tlv = |tag, value| Tlv::new(tag, value).expect("it is short");
        let tlvs = [
            tlv(Tag::SAR_MSG_REF_NUM, &reference),
            tlv(Tag::SAR_TOTAL_SEGMENTS, &total),
            tlv(Tag::SAR_SEGMENT_SEQNUM, &part),
        ];
        use_it(self.class, &self.user_data, &Tlvs::from_slice(&tlvs));
    }
}

const OPEN: usize = 2;
const PARTS: usize = 4;
const OCTETS: usize = 64;
const LIMITS: JoinLimits = JoinLimits {
    messages: 3,
    memory: 4_000,
    message_octets: 100,
};
const LIFETIME: u64 = 50;

/// Parts of any make, from two senders, with time going by.
fn foreign_parts(data: &[u8]) {
    let mut source = Source::new(data);
    let remember = u64::from(source.u8() % 100);
    let mut fixed = Joiner::<OPEN, PARTS, OCTETS, u8>::new(LIFETIME).remembering(remember);
    let mut growing = GrowingJoiner::new(LIFETIME, LIMITS).remembering(remember);
    let mut taken = [Taken::default(), Taken::default()];
    let mut now = 0;
    while !source.is_empty() {
        now += u64::from(source.u8() % 20);
        let route = source.u8() % 2;
        let part = Part::read(&mut source);
        part.with_tlvs(|class, user_data, tlvs| {
            let Some(part) = Incoming::read(class, user_data, tlvs) else {
                return;
            };
            assert_eq!([part.header, part.data].concat(), user_data);
            assert!(part.place.part >= 1 && part.place.part <= part.place.total);
            let [in_fixed, in_growing] = &mut taken;
            in_fixed.note(route, &part, fixed.accept(route, &part, now), OCTETS);
            let most = LIMITS.message_octets;
            in_growing.note(route, &part, growing.accept(route, &part, now), most);
            let left = [
                fixed.missing(&route, part.place),
                growing.missing(&route, part.place),
            ];
            for left in left.into_iter().flatten() {
                assert!(!left.is_empty() && left.total() == part.place.total);
            }
        });
        assert!(fixed.open() <= OPEN && growing.open() <= LIMITS.messages);
        assert!(growing.memory() <= LIMITS.memory, "{}", growing.memory());
        assert_eq!(fixed.next_expiry().is_some(), fixed.open() > 0);
        assert_eq!(growing.next_expiry().is_some(), growing.open() > 0);
        if source.below(8) == 0 {
            let mut given = 0;
            let (open, due) = (fixed.open(), fixed.next_expiry());
            fixed.expire(now, |message| {
                taken[0].look_at(message, OCTETS);
                given += 1;
            });
            assert_eq!(fixed.open() + given, open);
            assert_eq!(given > 0, due.is_some_and(|due| due <= now));
            growing.expire(now, |message| {
                taken[1].look_at(message, LIMITS.message_octets)
            });
        }
    }
    let end = u64::MAX;
    let open = fixed.open();
    let mut given = 0;
    fixed.expire(end, |_| given += 1);
    growing.expire(end, |_| {});
    assert_eq!((given, fixed.open(), growing.open()), (open, 0, 0));
    assert_eq!(growing.memory(), 0, "memory is lost");
}

/// The latest octets that were taken for each part.
#[derive(Default)]
struct Taken(BTreeMap<(u8, Method, u16, u8, u8), Vec<u8>>);

impl Taken {
    fn note(&mut self, route: u8, part: &Incoming<'_>, outcome: Outcome<'_, u8>, most: usize) {
        let PartRef {
            method,
            reference,
            total,
            part: number,
        } = part.place;
        if matches!(outcome, Outcome::Full | Outcome::TooLong) {
            assert!(outcome.suggested_status().is_error());
            return;
        }
        assert!(!outcome.suggested_status().is_error());
        let octets = [part.header, part.data].concat();
        self.0
            .insert((route, method, reference, total, number), octets);
        match outcome {
            Outcome::Complete(message) => {
                assert!(message.missing().is_empty());
                assert_eq!(message.parts().count(), usize::from(total));
                self.look_at(&message, most);
            }
            Outcome::Stored(left) => assert!(!left.is_empty() && !left.contains(number)),
            Outcome::Duplicate(left) => assert!(!left.contains(number)),
            Outcome::Restarted { missing, given_up } => {
                assert_eq!(missing.len(), usize::from(total) - 1);
                assert!(!missing.contains(number) && !given_up.contains(number));
            }
            _ => {}
        }
    }

    /// What is handed over was taken before, and is no longer than it may be.
    fn look_at(&self, message: &Joined<'_, u8>, most: usize) {
        let left = message.missing();
        let mut octets = 0;
        for part in message.parts() {
            let whole = [part.header, part.data].concat();
            let (method, reference) = (message.method(), message.reference());
            let key = (*message.route(), method, reference, left.total(), part.part);
            assert_eq!(self.0.get(&key), Some(&whole));
            assert!(!left.contains(part.part));
            octets += whole.len();
        }
        assert_eq!(
            message.parts().count() + left.len(),
            usize::from(left.total())
        );
        assert!(octets <= most, "{octets} of {most} octets");
        let _ = message.decode_to_string(Encoding::Gsm7Packed);
        assert!(!format!("{message:?} {left}").is_empty());
    }
}
