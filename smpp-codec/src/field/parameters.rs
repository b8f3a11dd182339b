//! The tagged parameters.

use smpp_pdu::{COctetStr, Header, ShortMessage, Tag, TlvTailKind, Tlvs};

use super::{Context, Rejected, Res};
use crate::OutBuf;
use crate::finding::FindingKind;

/// The parameters behind the mandatory fields: everything up to the end.
pub(crate) struct Parameters;

impl Parameters {
    /// Reads them, and ends the body. `text` is the one that competes with
    /// `message_payload`, `unused` a field that the standard leaves empty.
    #[cfg_attr(feature = "alloc", inline(always))]
    pub(crate) fn parse<'a>(
        cx: &mut Context<'_>,
        i: &'a [u8],
        text: Option<ShortMessage<'a>>,
        unused: Option<(&'static str, COctetStr<'a>)>,
    ) -> Res<'a, Tlvs<'a>> {
        let tlvs = Tlvs::from_octets(i);
        if !i.is_empty() {
            Self::check(cx, i)?;
            if let Some(text) = text
                && text.sm_length() != 0
            {
                let offset = cx.offset(i) - text.as_bytes().len();
                Self::check_texts(cx, offset, tlvs)?;
            }
        }
        if cx.error_with_body {
            cx.deviation(Header::LEN, "body", FindingKind::ErrorWithBody)?;
        }
        if let Some((field, text)) = unused
            && !text.is_empty()
        {
            cx.deviation(Header::LEN, field, FindingKind::UnusedMessageId)?;
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
    fn check_texts(
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
