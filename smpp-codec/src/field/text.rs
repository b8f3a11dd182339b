//! Texts: C-octet strings, passwords, times, and the message itself.

use nom::bytes::complete::take;
use nom::number::complete::be_u8;
use smpp_pdu::{COctetStr, Password, ShortMessage};

use super::{Context, Field, Rejected, Res};
use crate::OutBuf;
#[cfg(any(test, not(feature = "alloc")))]
use crate::body::Walker;
use crate::error::DecodeErrorKind;
use crate::finding::FindingKind;
use crate::visit::{FieldValue, Visit};

/// A C-octet string of at most `max` octets with its NUL. The last one of a
/// body may end with the PDU instead.
pub(crate) struct COctet {
    name: &'static str,
    max: usize,
    max_33: usize,
    last: bool,
}

impl COctet {
    pub(crate) const fn new(name: &'static str, max: usize) -> Self {
        Self {
            name,
            max,
            max_33: max,
            last: false,
        }
    }

    /// A message id: 65 octets, 9 in 3.3.
    pub(crate) const fn message_id() -> Self {
        Self {
            max_33: 9,
            ..Self::new("message_id", 65)
        }
    }

    pub(crate) const fn last(mut self) -> Self {
        self.last = true;
        self
    }

    /// The field ends with the PDU.
    #[cold]
    fn without_nul<'a>(
        &self,
        cx: &mut Context<'_>,
        i: &'a [u8],
    ) -> Result<COctetStr<'a>, nom::Err<Rejected>> {
        let left = i.len();
        match COctetStr::unterminated(i) {
            Ok(text) if self.last => {
                let offset = cx.offset(i);
                cx.deviation(offset, self.name, FindingKind::Unterminated { left })?;
                self.check_len(cx, i, text)?;
                Ok(text)
            }
            _ => Err(cx.error(i, self.name, DecodeErrorKind::Unterminated { left })),
        }
    }

    #[cfg_attr(feature = "alloc", inline(always))]
    fn check_len(
        &self,
        cx: &mut Context<'_>,
        i: &[u8],
        text: COctetStr<'_>,
    ) -> Result<(), nom::Err<Rejected>> {
        let len = text.len() + 1 /* NUL */;
        let max = if cx.decoder.takes_tlvs() {
            self.max
        } else {
            self.max_33
        };
        if len > max {
            let offset = cx.offset(i);
            cx.deviation(offset, self.name, FindingKind::FieldTooLong { len, max })?;
        }
        Ok(())
    }
}

impl<'a> Field<'a> for COctet {
    type Value = COctetStr<'a>;

    #[cfg_attr(feature = "alloc", inline(always))]
    fn parse(&self, cx: &mut Context<'_>, i: &'a [u8]) -> Res<'a, COctetStr<'a>> {
        match COctetStr::split_from(i) {
            Some((text, rest)) => {
                self.check_len(cx, i, text)?;
                Ok((rest, text))
            }
            None => Ok((&[], self.without_nul(cx, i)?)),
        }
    }

    #[inline]
    fn encoded_len(&self, value: &COctetStr<'a>) -> usize {
        value.len() + usize::from(!self.is_open(value))
    }

    #[inline]
    fn write(&self, value: &COctetStr<'a>, out: &mut impl OutBuf) {
        out.put(value.as_bytes());
        if !self.is_open(value) {
            out.put(&[0]);
        }
    }

    fn visit(&self, value: &COctetStr<'a>, visit: &mut Visit<'_>) {
        visit.field(self.name, FieldValue::Text(*value), self.encoded_len(value));
    }

    /// Only the last field may be: elsewhere the NUL is written whatever the
    /// value says, or the next field would be read as a part of this one.
    #[cfg_attr(feature = "alloc", inline(always))]
    fn is_open(&self, value: &COctetStr<'a>) -> bool {
        self.last && !value.is_terminated()
    }
}

/// A C-octet string that is not shown.
pub(crate) struct Secret(pub(crate) COctet);

impl<'a> Field<'a> for Secret {
    type Value = Password<'a>;

    fn parse(&self, cx: &mut Context<'_>, i: &'a [u8]) -> Res<'a, Password<'a>> {
        let (i, text) = self.0.parse(cx, i)?;
        Ok((i, Password(text)))
    }

    fn encoded_len(&self, value: &Password<'a>) -> usize {
        self.0.encoded_len(&value.0)
    }

    fn is_open(&self, value: &Password<'a>) -> bool {
        self.0.is_open(&value.0)
    }

    fn write(&self, value: &Password<'a>, out: &mut impl OutBuf) {
        self.0.write(&value.0, out);
    }

    #[cfg(any(test, not(feature = "alloc")))]
    fn walk(&self, value: &mut Password<'a>, walker: &mut Walker<'_, '_, 'a>) {
        walker.field(&self.0, &mut value.0);
    }

    fn visit(&self, value: &Password<'a>, visit: &mut Visit<'_>) {
        let len = self.encoded_len(value);
        visit.field(self.0.name, FieldValue::Secret(value.0), len);
    }
}

/// A time: a C-octet string of exactly 0 or 16 characters.
pub(crate) struct Time(pub(crate) COctet);

impl Time {
    pub(crate) const fn new(name: &'static str) -> Self {
        Self(COctet::new(name, 17))
    }
}

impl<'a> Field<'a> for Time {
    type Value = COctetStr<'a>;

    #[cfg_attr(feature = "alloc", inline(always))]
    fn parse(&self, cx: &mut Context<'_>, i: &'a [u8]) -> Res<'a, COctetStr<'a>> {
        let (rest, text) = self.0.parse(cx, i)?;
        let len = text.len();
        if !matches!(len, 0 | 16..) {
            let offset = cx.offset(i);
            cx.deviation(offset, self.0.name, FindingKind::TimeLength { len })?;
        }
        Ok((rest, text))
    }

    #[inline]
    fn encoded_len(&self, value: &COctetStr<'a>) -> usize {
        self.0.encoded_len(value)
    }

    #[inline]
    fn write(&self, value: &COctetStr<'a>, out: &mut impl OutBuf) {
        self.0.write(value, out);
    }

    fn visit(&self, value: &COctetStr<'a>, visit: &mut Visit<'_>) {
        self.0.visit(value, visit);
    }
}

/// `sm_length` and as many octets of `short_message`.
pub(crate) struct Text;

impl Text {
    #[cold]
    fn cut_short<'a>(
        cx: &mut Context<'_>,
        sm_length: u8,
        i: &'a [u8],
    ) -> Result<ShortMessage<'a>, nom::Err<Rejected>> {
        let left = i.len();
        let offset = cx.offset(i) - 1;
        let kind = FindingKind::SmLengthOverrun { sm_length, left };
        cx.deviation(offset, "sm_length", kind)?;
        ShortMessage::cut_short(sm_length, i).map_err(|_| cx.truncated(i, "short_message"))
    }
}

impl<'a> Field<'a> for Text {
    type Value = ShortMessage<'a>;

    #[cfg_attr(feature = "alloc", inline(always))]
    fn parse(&self, cx: &mut Context<'_>, i: &'a [u8]) -> Res<'a, ShortMessage<'a>> {
        let Ok((i, sm_length)) = be_u8::<_, ()>(i) else {
            return Err(cx.truncated(i, "sm_length"));
        };
        let Ok((rest, octets)) = take::<_, _, ()>(usize::from(sm_length))(i) else {
            return Ok((&[], Self::cut_short(cx, sm_length, i)?));
        };
        let max = cx.decoder.max_short_message();
        if octets.len() > max {
            let len = octets.len();
            let offset = cx.offset(i);
            let kind = FindingKind::ShortMessageTooLong { len, max };
            cx.deviation(offset, "short_message", kind)?;
        }
        match ShortMessage::new(octets) {
            Ok(message) => Ok((rest, message)),
            Err(_) => Err(cx.truncated(i, "short_message")),
        }
    }

    #[inline]
    fn encoded_len(&self, value: &ShortMessage<'a>) -> usize {
        value.encoded_len()
    }

    #[inline]
    fn write(&self, value: &ShortMessage<'a>, out: &mut impl OutBuf) {
        out.put(&[value.sm_length()]);
        out.put(value.as_bytes());
    }

    fn visit(&self, value: &ShortMessage<'a>, visit: &mut Visit<'_>) {
        let number = u32::from(value.sm_length());
        visit.field("sm_length", FieldValue::Number { number, name: None }, 1);
        let octets = value.as_bytes();
        visit.field("short_message", FieldValue::Octets(octets), octets.len());
    }
}
