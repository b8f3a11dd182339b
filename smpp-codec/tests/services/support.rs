//! What several of the tests need. Everything here works without `alloc` in
//! the crate.

use smpp_codec::wap::{Push, PushDocument, ReceivedIndication, ReceivedLoad, Skipped, WriteError};
use smpp_codec::{Buffer, SliceBuf};

pub(crate) fn octets(hex: &str) -> Vec<u8> {
    let digits: String = hex.split_whitespace().collect();
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}

/// The document, written into exactly as much room as it asks for.
pub(crate) fn written(document: &impl PushDocument) -> Vec<u8> {
    exact(document.encoded_len().unwrap(), |out| document.write(out))
}

pub(crate) fn pushed(push: &Push<'_>, document: &impl PushDocument) -> Vec<u8> {
    let len = push.encoded_len(document).unwrap();
    exact(len, |out| push.write(document, out))
}

fn exact(len: usize, write: impl Fn(&mut SliceBuf<'_>) -> Result<usize, WriteError>) -> Vec<u8> {
    let mut storage = vec![0xEE; len];
    let mut out = SliceBuf::new(&mut storage);
    assert_eq!(write(&mut out), Ok(len));
    assert_eq!(out.as_slice().len(), len, "what was promised was written");
    if let Some(less) = len.checked_sub(1) {
        let mut short = vec![0xEE; less];
        let mut out = SliceBuf::new(&mut short);
        let refused = Err(WriteError::NoRoom {
            need: len,
            room: less,
        });
        assert_eq!(write(&mut out), refused);
        assert!(out.as_slice().is_empty(), "nothing is written without room");
    }
    storage
}

pub(crate) fn indication(octets: &[u8]) -> (ReceivedIndication<'_>, Vec<Skipped>) {
    let mut skipped = Vec::new();
    let read = ReceivedIndication::read(octets, &mut |what| skipped.push(what)).unwrap();
    (read, skipped)
}

pub(crate) fn load(octets: &[u8]) -> (ReceivedLoad<'_>, Vec<Skipped>) {
    let mut skipped = Vec::new();
    let read = ReceivedLoad::read(octets, &mut |what| skipped.push(what)).unwrap();
    (read, skipped)
}
