//! The tagged parameters.

use smpp_pdu::{Tag, TlvTailKind, Tlvs};

use super::{Context, Rejected, Res};
use crate::OutBuf;
use crate::finding::FindingKind;

/// The parameters behind the mandatory fields: everything up to the end.
pub(crate) struct Parameters;

impl Parameters {
    #[inline]
    pub(crate) fn parse<'a>(&self, cx: &mut Context<'_>, i: &'a [u8]) -> Res<'a, Tlvs<'a>> {
        let tlvs = Tlvs::from_octets(i);
        if !i.is_empty() {
            Self::check(cx, i)?;
        }
        Ok((&[], tlvs))
    }

    fn check(cx: &mut Context<'_>, i: &[u8]) -> Result<(), nom::Err<Rejected>> {
        let start = cx.offset(i);
        let mut walk = Tlvs::from_octets(i).iter();
        let mut at = start;
        while let Some(tlv) = walk.next() {
            if let Some(definition) = tlv.tag().definition()
                && !definition.allows_len(tlv.value().len())
            {
                let kind = FindingKind::TlvWidth {
                    tag: tlv.tag(),
                    length: tlv.value().len(),
                    min: definition.min_len,
                    max: definition.max_len,
                };
                cx.deviation(at, definition.name, kind)?;
            }
            at = start + walk.offset();
        }
        if at > start && !cx.decoder.takes_tlvs() {
            cx.deviation(start, "tlvs", FindingKind::TlvBefore34)?;
        }
        let Some(tail) = walk.tail() else {
            return Ok(());
        };
        let left = tail.octets.len();
        let kind = match tail.kind {
            TlvTailKind::LengthOverrun { tag, length, left } => {
                FindingKind::TlvLengthOverrun { tag, length, left }
            }
            TlvTailKind::HeaderTruncated if tail.octets.iter().all(|octet| *octet == 0) => {
                FindingKind::StrayNuls { count: left }
            }
            TlvTailKind::HeaderTruncated => FindingKind::TlvHeaderTruncated { left },
        };
        cx.deviation(start + tail.offset, "tlvs", kind)
    }

    /// Whether both places of a text are used; to be asked when the PDU has a
    /// text and parameters.
    pub(crate) fn check_texts(
        cx: &mut Context<'_>,
        offset: usize,
        tlvs: Tlvs<'_>,
    ) -> Result<(), nom::Err<Rejected>> {
        if tlvs.find(Tag::MESSAGE_PAYLOAD).is_some() {
            cx.deviation(offset, "short_message", FindingKind::TwoTexts)?;
        }
        Ok(())
    }

    #[inline]
    pub(crate) fn write(tlvs: &Tlvs<'_>, out: &mut impl OutBuf) {
        if let Some(octets) = tlvs.octets() {
            out.put(octets);
            return;
        }
        for tlv in tlvs.iter() {
            let value = tlv.value();
            // No value is longer: a parameter cannot be built with one.
            let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
            out.put(&tlv.tag().0.to_be_bytes());
            out.put(&length.to_be_bytes());
            out.put(value.prefix());
            out.put(value.octets());
            if value.is_terminated() {
                out.put(&[0]);
            }
        }
    }
}
