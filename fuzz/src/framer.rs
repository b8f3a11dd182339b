//! Streams in pieces.

use smpp_codec::{Buffer, Framer, FramingError, SliceBuf};

/// Where a stream is cut into pieces makes no difference: the same PDUs come
/// out, or the same error, and no octet is lost.
///
/// The input starts with the limit (one octet chooses it), the number of piece
/// lengths, and these, one octet each; the rest is the stream.
pub fn framer(data: &[u8]) {
    let Some((&[limit, count], data)) = data.split_first_chunk() else {
        return;
    };
    let limit = [16, 64, 1_024, usize::MAX][usize::from(limit % 4)];
    let (lengths, stream) = data.split_at(usize::from(count % 16).min(data.len()));

    let whole = cut(Vec::new(), limit, &[stream]);
    let pieces = pieces(stream, lengths);
    same(&whole, &cut(Vec::new(), limit, &pieces), stream);
    let octets: Vec<&[u8]> = stream.chunks(1).collect();
    same(&whole, &cut(Vec::new(), limit, &octets), stream);

    // A buffer of fixed size is a limit too, the same for a PDU that never
    // touches the buffer.
    let mut storage = [0; 100];
    let whole = cut(SliceBuf::new(&mut storage), limit, &[stream]);
    let mut storage = [0; 100];
    same(
        &whole,
        &cut(SliceBuf::new(&mut storage), limit, &pieces),
        stream,
    );
}

struct Cut {
    frames: Vec<Vec<u8>>,
    pending: usize,
    error: Option<FramingError>,
}

fn cut(buffer: impl Buffer, limit: usize, pieces: &[&[u8]]) -> Cut {
    let mut framer = Framer::new(buffer, limit);
    let mut frames = Vec::new();
    for piece in pieces {
        let mut input = *piece;
        loop {
            match framer.next_frame(&mut input) {
                Ok(Some(frame)) => frames.push(frame.as_bytes().to_vec()),
                Ok(None) => break,
                Err(error) => {
                    assert!(!error.to_string().is_empty());
                    let again = framer.next_frame(&mut input);
                    assert_eq!(again.err(), Some(error), "an error stays");
                    return Cut {
                        frames,
                        pending: 0,
                        error: Some(error),
                    };
                }
            }
        }
        assert!(input.is_empty(), "wants more and has not taken all");
        assert_eq!(framer.pending(), framer.pending_octets().len());
    }
    Cut {
        frames,
        pending: framer.pending(),
        error: None,
    }
}

fn same(whole: &Cut, pieces: &Cut, stream: &[u8]) {
    assert_eq!(whole.frames, pieces.frames);
    assert_eq!(whole.pending, pieces.pending);
    let all = whole.frames.concat();
    assert!(stream.starts_with(&all), "frames are the stream");
    match (whole.error, pieces.error) {
        (None, None) => assert_eq!(all.len() + whole.pending, stream.len()),
        (Some(whole), Some(pieces)) => {
            let length_and_kind = |error: FramingError| (error.command_length, error.kind);
            assert_eq!(length_and_kind(whole), length_and_kind(pieces));
            // The pieces may end before the sequence number has come.
            if pieces.sequence_number.is_some() {
                assert_eq!(whole.sequence_number, pieces.sequence_number);
            }
        }
        _ => panic!("one of them fails: {:?}, {:?}", whole.error, pieces.error),
    }
}

/// Pieces of these lengths, again and again; 0 gives an empty piece, as a read
/// may.
fn pieces<'a>(mut stream: &'a [u8], lengths: &[u8]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    for length in lengths.iter().cycle() {
        if stream.is_empty() || lengths.iter().all(|length| *length == 0) {
            break;
        }
        let (piece, rest) = stream.split_at(usize::from(*length).min(stream.len()));
        pieces.push(piece);
        stream = rest;
    }
    pieces.push(stream);
    pieces
}
