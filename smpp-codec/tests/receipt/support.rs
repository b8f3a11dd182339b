//! What several modules need.

use smpp_codec::receipt::{ReceiptFinding, ReceiptText};
use smpp_pdu::{DeliverSm, EsmClass, Pdu, SequenceNumber, ShortMessage, Tlv, Tlvs};

/// Room for every finding that a test looks at.
pub(crate) type Findings = heapless::Vec<ReceiptFinding, 64>;

/// A text that has at least one key.
pub(crate) fn parse(text: &[u8]) -> ReceiptText<'_> {
    ReceiptText::parse(text).unwrap_or_else(|| panic!("no key in {:?}", text.escape_ascii()))
}

/// What is off in a text, as `field: name`.
pub(crate) fn off(text: &[u8]) -> Vec<String> {
    let mut findings = Findings::new();
    ReceiptText::parse_with(text, &mut findings).unwrap();
    named(&findings)
}

pub(crate) fn named(findings: &Findings) -> Vec<String> {
    let name = |finding: &ReceiptFinding| format!("{}: {}", finding.field, finding.kind.name());
    findings.iter().map(name).collect()
}

/// A `deliver_sm` with this `esm_class`, text, and parameters.
pub(crate) fn deliver<'a>(esm_class: u8, text: &'a [u8], tlvs: &'a [Tlv<'a>]) -> Pdu<'a> {
    let body = DeliverSm::default()
        .esm_class(EsmClass(esm_class))
        .short_message(ShortMessage::new(text).unwrap())
        .tlvs(Tlvs::from_slice(tlvs));
    Pdu::request(SequenceNumber(1), body)
}

pub(crate) fn str_of(octets: Option<&[u8]>) -> Option<&str> {
    octets.map(|octets| core::str::from_utf8(octets).unwrap())
}
