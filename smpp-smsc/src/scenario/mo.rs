//! Messages from subscribers, as PDUs.

use smpp_codec::long::{MAX_SEGMENT_OCTETS, Method, SplitOptions, segments};
use smpp_codec::text::choose;
use smpp_codec::{SliceBuf, encode};
use smpp_pdu::{Address, DataCoding, DeliverSm, EsmClass, Pdu, SequenceNumber, ShortMessage};

use super::decisions::MoPlan;

/// One part of a text.
#[derive(Clone, Debug)]
pub(super) struct Part {
    data_coding: DataCoding,
    has_header: bool,
    octets: Vec<u8>,
}

/// A text in as many parts as it takes.
pub(super) fn parts(text: &str, reference: u8) -> Result<Vec<Part>, String> {
    let encoding = choose(text).encoding;
    let options = SplitOptions::new(Method::Udh8, reference.into());
    let segments = segments(encoding, text, options).map_err(|error| error.to_string())?;
    segments
        .iter()
        .map(|segment| {
            let mut octets = [0; MAX_SEGMENT_OCTETS];
            let mut buffer = SliceBuf::new(&mut octets);
            let len = segment
                .write(&mut buffer)
                .map_err(|error| error.to_string())?;
            Ok(Part {
                data_coding: encoding.data_coding(),
                has_header: segment.has_header(),
                octets: octets.get(..len).unwrap_or_default().to_vec(),
            })
        })
        .collect()
}

/// The `deliver_sm` of each part of a message; `number` gives their sequence
/// numbers.
pub(super) fn write(plan: &MoPlan, mut number: impl FnMut() -> u32, out: &mut Vec<u8>) {
    // A scenario holds no text and no number that cannot be sent.
    let (Ok(parts), Ok(from), Ok(to)) = (
        parts(&plan.text, plan.reference),
        Address::international(&plan.from),
        Address::international(&plan.to),
    ) else {
        return;
    };
    for part in parts {
        let Ok(text) = ShortMessage::new(&part.octets) else {
            continue;
        };
        let class = EsmClass::DEFAULT.with_udhi(part.has_header);
        let deliver = DeliverSm::new(from, to, text)
            .esm_class(class)
            .data_coding(part.data_coding);
        let _ = encode(&Pdu::request(SequenceNumber(number()), deliver), out);
    }
}
