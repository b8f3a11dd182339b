//! A stream cut into PDUs, wherever the network cuts it into pieces.

use core::cell::Cell;
use std::rc::Rc;

use smpp_codec::{Buffer, Framer, FramingError, FramingErrorKind, OutBuf, SliceBuf};
use smpp_pdu::{CommandId, CommandStatus, SequenceNumber};

use crate::support::{good_vectors, pdu_octets};

const LIMIT: usize = 4096;

/// Feeds the pieces, and gives every PDU that comes out.
fn fed<'p, B: Buffer>(
    framer: &mut Framer<B>,
    pieces: impl IntoIterator<Item = &'p [u8]>,
) -> Result<Vec<Vec<u8>>, FramingError> {
    let mut frames = Vec::new();
    for mut piece in pieces {
        while let Some(frame) = framer.next_frame(&mut piece)? {
            frames.push(frame.as_bytes().to_vec());
        }
        assert!(piece.is_empty(), "no PDU came out, but octets are left");
    }
    Ok(frames)
}

/// The same test over every kind of buffer that the features have.
fn over_every_buffer(test: impl Fn(&mut dyn FnMut(&[&[u8]]) -> Vec<Vec<u8>>)) {
    fn feeder<B: Buffer>(mut framer: Framer<B>) -> impl FnMut(&[&[u8]]) -> Vec<Vec<u8>> {
        move |pieces| fed(&mut framer, pieces.iter().copied()).unwrap()
    }
    test(&mut feeder(Framer::new(
        heapless::Vec::<u8, LIMIT>::new(),
        LIMIT,
    )));
    let mut storage = [0; LIMIT];
    test(&mut feeder(Framer::new(SliceBuf::new(&mut storage), LIMIT)));
    #[cfg(feature = "alloc")]
    {
        test(&mut feeder(Framer::new(Vec::new(), LIMIT)));
        test(&mut feeder(Framer::new(bytes::BytesMut::new(), LIMIT)));
    }
}

#[test]
fn a_pdu_in_two_pieces_comes_out_whole_wherever_it_is_cut() {
    over_every_buffer(|feed| {
        for vector in good_vectors() {
            for at in 0..=vector.octets.len() {
                let (first, second) = vector.octets.split_at(at);
                let frames = feed(&[first, second]);
                assert_eq!(frames, [&vector.octets[..]], "{} at {at}", vector.name);
            }
        }
    });
}

#[test]
fn a_stream_in_pieces_of_any_size_gives_the_same_pdus() {
    let whole: Vec<_> = good_vectors().map(|vector| &vector.octets[..]).collect();
    let stream = whole.concat();
    over_every_buffer(|feed| {
        for size in [1, 2, 3, 5, 7, 16, 17, 64, 1000, stream.len()] {
            let pieces: Vec<_> = stream.chunks(size).collect();
            assert_eq!(feed(&pieces), whole, "pieces of {size}");
        }
    });
    println!(
        "## framer: {} PDUs in {} octets come out of pieces of 1 to 1000 octets",
        whole.len(),
        stream.len()
    );
}

#[test]
fn a_pdu_that_lies_whole_in_the_piece_is_not_copied() {
    let octets = pdu_octets(0x15, 0, 7, &[]);
    let mut framer = Framer::new(heapless::Vec::<u8, 64>::new(), 64);
    let mut input = &octets[..];
    let frame = framer.next_frame(&mut input).unwrap().unwrap();
    assert_eq!(frame.as_bytes().as_ptr(), octets.as_ptr());
}

#[test]
fn the_octets_of_an_unfinished_pdu_can_be_looked_at() {
    let octets = pdu_octets(0x15, 0, 7, &[]);
    let mut framer = Framer::new(heapless::Vec::<u8, 64>::new(), 64);
    assert_eq!((framer.limit(), framer.pending()), (64, 0));
    assert_eq!(framer.next_frame(&mut &octets[..9]), Ok(None));
    assert_eq!(framer.pending(), 9);
    assert_eq!(framer.pending_octets(), &octets[..9]);
    let mut rest = &octets[9..];
    let frame = framer.next_frame(&mut rest).unwrap().unwrap();
    assert_eq!(frame.header().command_id, CommandId::ENQUIRE_LINK);
    // What was handed out is no longer pending.
    assert_eq!((framer.pending(), framer.pending_octets()), (0, &[][..]));
    assert_eq!(framer.next_frame(&mut &octets[..3]), Ok(None));
    assert_eq!(framer.pending_octets(), &octets[..3]);
}

/// A buffer that grows and knows how much has arrived.
struct Watched {
    octets: Vec<u8>,
    arrived: Rc<Cell<usize>>,
}

impl OutBuf for Watched {
    fn room(&self) -> usize {
        usize::MAX
    }

    fn reserve(&mut self, additional: usize) {
        assert!(self.octets.len() + additional <= self.arrived.get());
    }

    fn put(&mut self, octets: &[u8]) {
        self.octets.extend_from_slice(octets);
        assert!(self.octets.len() <= self.arrived.get());
    }
}

impl Buffer for Watched {
    fn as_slice(&self) -> &[u8] {
        &self.octets
    }

    fn clear(&mut self) {
        self.octets.clear();
    }
}

#[test]
fn a_claimed_length_reserves_nothing() {
    let arrived = Rc::new(Cell::new(0));
    let buffer = Watched {
        octets: Vec::new(),
        arrived: Rc::clone(&arrived),
    };
    let mut framer = Framer::new(buffer, usize::MAX);
    // A stranger claims 2 GiB, and sends one octet after the other.
    let mut claim = pdu_octets(0x02, 0, 1, b"half a bind");
    claim[..4].copy_from_slice(&0x8000_0000_u32.to_be_bytes());
    for (count, octet) in claim.chunks(1).enumerate() {
        arrived.set(count + 1);
        let mut input = octet;
        assert_eq!(framer.next_frame(&mut input), Ok(None));
        assert_eq!(framer.pending(), count + 1);
    }
}

#[test]
fn the_limit_is_exact() {
    let octets = pdu_octets(0x0001_0200, 0, 5, &[0xAA; 24]);
    assert_eq!(octets.len(), 40);
    let mut framer = Framer::new(heapless::Vec::<u8, 64>::new(), 40);
    assert!(framer.next_frame(&mut &octets[..]).unwrap().is_some());
    framer.set_limit(39);
    let error = framer.next_frame(&mut &octets[..]).unwrap_err();
    let expected = FramingError {
        command_length: 40,
        sequence_number: Some(SequenceNumber(5)),
        kind: FramingErrorKind::TooLarge { limit: 39 },
    };
    assert_eq!(error, expected);
    assert_eq!(error.suggested_status(), CommandStatus::ESME_RINVCMDLEN);
    assert_eq!(
        error.to_string(),
        "command_length 40 is above the limit of 39"
    );
}

#[test]
fn the_size_of_the_buffer_is_a_limit_too() {
    let octets = pdu_octets(0x0001_0200, 0, 5, &[0xAA; 24]);
    // Whole and in pieces alike, so that the cut of the network decides nothing.
    for at in [0, 4, 16, 40] {
        let framer = &mut Framer::new(heapless::Vec::<u8, 39>::new(), 1000);
        let (first, second) = octets.split_at(at);
        let error = fed(framer, [first, second]).unwrap_err();
        assert_eq!(error.kind, FramingErrorKind::TooLarge { limit: 39 });
    }
}

#[test]
fn fewer_than_a_header_is_too_small() {
    for command_length in [0, 1, 15] {
        let mut octets = pdu_octets(0x15, 0, 3, &[]);
        octets[3] = command_length;
        let mut framer = Framer::new(heapless::Vec::<u8, 64>::new(), 64);
        let error = framer.next_frame(&mut &octets[..]).unwrap_err();
        assert_eq!(error.kind, FramingErrorKind::TooSmall);
        assert_eq!(error.command_length, u32::from(command_length));
        assert_eq!(error.sequence_number, Some(SequenceNumber(3)));
        assert_eq!(
            error.to_string(),
            format!("command_length {command_length} is below the 16 of a header")
        );
    }
}

#[test]
fn an_error_stays() {
    let mut framer = Framer::new(heapless::Vec::<u8, 64>::new(), 64);
    let error = framer.next_frame(&mut &[0xFF; 20][..]).unwrap_err();
    let good = pdu_octets(0x15, 0, 3, &[]);
    let mut input = &good[..];
    for _ in 0..3 {
        assert_eq!(framer.next_frame(&mut input), Err(error));
    }
    assert_eq!(input.len(), 16, "nothing is taken behind the error");
}

#[test]
fn the_sequence_number_is_told_once_the_header_is_there() {
    let mut octets = pdu_octets(0x04, 0, 0x0102_0304, &[0; 8]);
    octets[0] = 0xFF;
    for len in 4..octets.len() {
        for at in 0..4 {
            let mut framer = Framer::new(heapless::Vec::<u8, 64>::new(), 64);
            assert_eq!(framer.next_frame(&mut &octets[..at]), Ok(None));
            let error = framer.next_frame(&mut &octets[at..len]).unwrap_err();
            let expected = (len >= 16).then_some(SequenceNumber(0x0102_0304));
            assert_eq!(error.sequence_number, expected, "{len} octets, cut at {at}");
        }
    }
}

#[test]
fn a_new_limit_holds_from_the_next_length_on() {
    let octets = pdu_octets(0x0001_0200, 0, 5, &[0xAA; 24]);
    let mut framer = Framer::new(heapless::Vec::<u8, 64>::new(), 64);
    assert_eq!(framer.next_frame(&mut &octets[..20]), Ok(None));
    framer.set_limit(16);
    // This one was let in under the old limit,
    let frames = fed(&mut framer, [&octets[20..30], &octets[30..]]);
    assert_eq!(frames, Ok(vec![octets.clone()]));
    // the next one is not.
    assert!(framer.next_frame(&mut &octets[..]).is_err());
}

#[test]
fn what_is_in_the_buffer_at_the_start_is_forgotten() {
    let mut buffer = heapless::Vec::<u8, 64>::new();
    buffer.put(b"old");
    let octets = pdu_octets(0x15, 0, 3, &[]);
    let frames = fed(&mut Framer::new(buffer, 64), [&octets[..2], &octets[2..]]);
    assert_eq!(frames, Ok(vec![octets]));
}
