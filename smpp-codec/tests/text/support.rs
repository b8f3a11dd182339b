//! What several of the tests need. Everything here works without `alloc`.

use smpp_codec::long::{MAX_PAYLOAD_OCTETS, Segment};
use smpp_codec::text::{Decoded, Encoding};
use smpp_codec::{Buffer, SliceBuf};

pub(crate) fn encode(encoding: Encoding, text: &str) -> Vec<u8> {
    let mut octets = vec![0xEE; encoding.encoded_len(text).unwrap()];
    let len = octets.len();
    let mut out = SliceBuf::new(&mut octets);
    let written = encoding.encode(text, &mut out);
    assert_eq!(written, Ok(len), "encoded_len of {text:?} in {encoding}");
    assert_eq!(
        out.as_slice().len(),
        len,
        "octets of {text:?} in {encoding}"
    );
    octets
}

pub(crate) fn decode(encoding: Encoding, octets: &[u8]) -> (String, Decoded) {
    let mut text = String::new();
    let decoded = encoding.decode(octets, &mut text);
    (text, decoded)
}

/// The text of octets that the encoding knows.
pub(crate) fn exact(encoding: Encoding, octets: &[u8]) -> String {
    let (text, decoded) = decode(encoding, octets);
    assert!(decoded.is_exact(), "{octets:02x?} in {encoding}: {text:?}");
    text
}

/// The user data of a segment.
pub(crate) fn write(segment: &Segment<'_>) -> Vec<u8> {
    let mut octets = vec![0xEE; MAX_PAYLOAD_OCTETS];
    let mut out = SliceBuf::new(&mut octets);
    let len = segment.write(&mut out).unwrap();
    assert_eq!((len, out.as_slice().len()), (segment.len(), len));
    octets.truncate(len);
    octets
}

/// 32 bits of FNV-1a, as the fixtures have them.
pub(crate) fn digest(octets: &[u8]) -> String {
    let digest = octets.iter().fold(0x811C_9DC5_u32, |digest, &octet| {
        (digest ^ u32::from(octet)).wrapping_mul(0x0100_0193)
    });
    format!("#{digest:08x}")
}

pub(crate) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
