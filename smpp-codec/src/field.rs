//! The grammar of fields: how each kind is read, measured, written and shown.
//!
//! A body is a row of these (see [`body`](crate::body)); nothing else in the
//! crate knows how a field lies in the octets.

use core::marker::PhantomData;

use nom::IResult;
use nom::bytes::complete::take;
use nom::number::complete::be_u8;
use smpp_pdu::{
    Address, COctetStr, CommandId, DestAddress, Member, MemberErrorKind, Npi, Password, Repeated,
    ShortMessage, Tag, TlvTailKind, Tlvs, Ton, UnsuccessSme,
};

use crate::error::{DecodeError, DecodeErrorKind};
use crate::finding::{Finding, FindingKind, Findings};
use crate::visit::{FieldValue, Visit};
use crate::{Decoder, OutBuf};

/// What a parser gives: the rest and a value, or that it failed.
pub(crate) type Res<'a, T> = IResult<&'a [u8], T, Rejected>;

/// A parser failed; why stands in the [`Context`]. Without an octet of its own
/// it leaves the results of the parsers small enough for registers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rejected;

/// What the parsers of one PDU share: its length, for offsets, its header, the
/// decoder's options, where findings go, whether a body is one too many, and why
/// one of them failed.
pub(crate) struct Context<'f> {
    pub(crate) pdu_len: usize,
    pub(crate) command_id: CommandId,
    pub(crate) decoder: Decoder,
    pub(crate) findings: &'f mut dyn Findings,
    pub(crate) error_with_body: bool,
    pub(crate) failure: Option<DecodeError>,
}

impl Context<'_> {
    /// Where `rest` starts, in octets from the start of the PDU.
    pub(crate) fn offset(&self, rest: &[u8]) -> usize {
        self.pdu_len - rest.len()
    }

    /// Notes why a parser fails, and gives what it fails with. Cold paths give
    /// only that: a whole result that is written in two places has to lie in
    /// memory, where it could be in registers.
    #[cold]
    fn error(
        &mut self,
        rest: &[u8],
        field: &'static str,
        kind: DecodeErrorKind,
    ) -> nom::Err<Rejected> {
        self.failure = Some(DecodeError {
            offset: self.offset(rest),
            field,
            kind,
        });
        nom::Err::Failure(Rejected)
    }

    #[cold]
    fn truncated(&mut self, rest: &[u8], field: &'static str) -> nom::Err<Rejected> {
        let left = rest.len();
        self.error(rest, field, DecodeErrorKind::TruncatedField { left })
    }

    /// Reports a deviation; in strict mode it is an error when it has one.
    #[cold]
    pub(crate) fn deviation(
        &mut self,
        offset: usize,
        field: &'static str,
        kind: FindingKind,
    ) -> Result<(), nom::Err<Rejected>> {
        if let Some(kind) = kind.strict_error()
            && self.decoder.is_strict()
        {
            self.failure = Some(DecodeError {
                offset,
                field,
                kind,
            });
            return Err(nom::Err::Failure(Rejected));
        }
        self.findings.report(Finding {
            offset,
            field,
            kind,
        });
        Ok(())
    }
}

/// One kind of field: four views of the same octets.
///
/// A field is a constant of the grammar, and the short parsers are inlined
/// always: limits and names then become part of the code, and what a parser
/// gives stays in registers. Measured, this and the small errors make a
/// `submit_sm` three times as fast to read. Without an allocator it is a small
/// machine, where room is dearer than time: there the compiler decides, and the
/// code of all bodies is half as long.
pub(crate) trait Field<'a> {
    type Value;

    fn parse(&self, cx: &mut Context<'_>, i: &'a [u8]) -> Res<'a, Self::Value>;
    fn encoded_len(&self, value: &Self::Value) -> usize;
    fn write(&self, value: &Self::Value, out: &mut impl OutBuf);
    fn visit(&self, value: &Self::Value, visit: &mut Visit<'_>);

    /// Whether the field ends with the PDU, without its NUL: then nothing can
    /// follow it.
    #[cfg_attr(feature = "alloc", inline(always))]
    fn is_open(&self, value: &Self::Value) -> bool {
        let _ = value;
        false
    }
}

/// A number of one octet, as a plain `u8` or as a newtype over it.
pub(crate) struct U8<T> {
    name: &'static str,
    value_name: fn(&T) -> Option<&'static str>,
}

impl<T> U8<T> {
    /// A number whose values have no single name: a plain one, or a bit field.
    pub(crate) const fn number(name: &'static str) -> Self {
        Self {
            name,
            value_name: |_| None,
        }
    }

    /// A number whose values have names.
    pub(crate) const fn named(
        name: &'static str,
        value_name: fn(&T) -> Option<&'static str>,
    ) -> Self {
        Self { name, value_name }
    }
}

impl<'a, T: From<u8> + Copy> Field<'a> for U8<T>
where
    u8: From<T>,
{
    type Value = T;

    #[cfg_attr(feature = "alloc", inline(always))]
    fn parse(&self, cx: &mut Context<'_>, i: &'a [u8]) -> Res<'a, T> {
        match be_u8::<_, ()>(i) {
            Ok((i, octet)) => Ok((i, octet.into())),
            Err(_) => Err(cx.truncated(i, self.name)),
        }
    }

    #[inline]
    fn encoded_len(&self, _: &T) -> usize {
        1
    }

    #[inline]
    fn write(&self, value: &T, out: &mut impl OutBuf) {
        out.put(&[u8::from(*value)]);
    }

    fn visit(&self, value: &T, visit: &mut Visit<'_>) {
        let number = u32::from(u8::from(*value));
        let name = (self.value_name)(value);
        visit.field(self.name, FieldValue::Number { number, name }, 1);
    }
}

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

/// TON, NPI and address of one party.
pub(crate) struct Party {
    ton: U8<Ton>,
    npi: U8<Npi>,
    addr: COctet,
}

impl Party {
    const fn new(ton: &'static str, npi: &'static str, addr: COctet) -> Self {
        Self {
            ton: U8::named(ton, |ton| ton.name()),
            npi: U8::named(npi, |npi| npi.name()),
            addr,
        }
    }

    pub(crate) const fn source(max: usize) -> Self {
        let addr = COctet::new("source_addr", max);
        Self::new("source_addr_ton", "source_addr_npi", addr)
    }

    pub(crate) const fn destination(max: usize) -> Self {
        let addr = COctet::new("destination_addr", max);
        Self::new("dest_addr_ton", "dest_addr_npi", addr)
    }

    pub(crate) const fn esme() -> Self {
        let addr = COctet::new("esme_addr", 65);
        Self::new("esme_addr_ton", "esme_addr_npi", addr)
    }

    pub(crate) const fn address_range() -> Self {
        let addr = COctet::new("address_range", 41);
        Self::new("addr_ton", "addr_npi", addr)
    }

    pub(crate) const fn last(mut self) -> Self {
        self.addr.last = true;
        self
    }
}

impl<'a> Field<'a> for Party {
    type Value = Address<'a>;

    #[cfg_attr(feature = "alloc", inline(always))]
    fn parse(&self, cx: &mut Context<'_>, i: &'a [u8]) -> Res<'a, Address<'a>> {
        let (i, ton) = self.ton.parse(cx, i)?;
        let (i, npi) = self.npi.parse(cx, i)?;
        let (i, addr) = self.addr.parse(cx, i)?;
        Ok((i, Address { ton, npi, addr }))
    }

    #[inline]
    fn encoded_len(&self, value: &Address<'a>) -> usize {
        1 /* ton */ + 1 /* npi */ + self.addr.encoded_len(&value.addr)
    }

    #[cfg_attr(feature = "alloc", inline(always))]
    fn is_open(&self, value: &Address<'a>) -> bool {
        self.addr.is_open(&value.addr)
    }

    #[inline]
    fn write(&self, value: &Address<'a>, out: &mut impl OutBuf) {
        out.put(&[value.ton.0, value.npi.0]);
        self.addr.write(&value.addr, out);
    }

    fn visit(&self, value: &Address<'a>, visit: &mut Visit<'_>) {
        self.ton.visit(&value.ton, visit);
        self.npi.visit(&value.npi, visit);
        self.addr.visit(&value.addr, visit);
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

/// A count of one octet and as many members of type `T`.
pub(crate) struct List<T> {
    pub(crate) count: &'static str,
    pub(crate) member: &'static str,
    pub(crate) of: PhantomData<fn() -> T>,
}

/// A member of a list, as the wire has it.
pub(crate) trait ListMember<'a>: Member<'a> {
    /// The member's text: its field, where it starts in the member, and its
    /// limit, both in octets, the limit with the NUL.
    fn text(&self) -> (&'static str, COctetStr<'a>, usize, usize);
    fn write(&self, out: &mut impl OutBuf);
    fn visit(&self, visit: &mut Visit<'_>);
}

impl<'a> ListMember<'a> for DestAddress<'a> {
    fn text(&self) -> (&'static str, COctetStr<'a>, usize, usize) {
        match self {
            Self::Sme(address) => {
                let at = 1 /* dest_flag */ + 1 /* ton */ + 1 /* npi */;
                ("destination_addr", address.addr, at, 21)
            }
            Self::DistributionList(name) => ("dl_name", *name, 1 /* dest_flag */, 21),
        }
    }

    fn write(&self, out: &mut impl OutBuf) {
        match self {
            Self::Sme(address) => {
                out.put(&[Self::FLAG_SME]);
                Party::destination(21).write(address, out);
            }
            Self::DistributionList(name) => {
                out.put(&[Self::FLAG_DISTRIBUTION_LIST]);
                COctet::new("dl_name", 21).write(name, out);
            }
        }
    }

    fn visit(&self, visit: &mut Visit<'_>) {
        let flag = |number, name| FieldValue::Number {
            number,
            name: Some(name),
        };
        match self {
            Self::Sme(address) => {
                visit.field("dest_flag", flag(1, "SME_ADDRESS"), 1);
                Party::destination(21).visit(address, visit);
            }
            Self::DistributionList(name) => {
                visit.field("dest_flag", flag(2, "DISTRIBUTION_LIST"), 1);
                COctet::new("dl_name", 21).visit(name, visit);
            }
        }
    }
}

impl<'a> ListMember<'a> for UnsuccessSme<'a> {
    fn text(&self) -> (&'static str, COctetStr<'a>, usize, usize) {
        let at = 1 /* ton */ + 1 /* npi */;
        ("destination_addr", self.destination_addr.addr, at, 21)
    }

    fn write(&self, out: &mut impl OutBuf) {
        Party::destination(21).write(&self.destination_addr, out);
        out.put(&self.error_status_code.0.to_be_bytes());
    }

    fn visit(&self, visit: &mut Visit<'_>) {
        Party::destination(21).visit(&self.destination_addr, visit);
        let status = FieldValue::Number {
            number: self.error_status_code.0,
            name: self.error_status_code.name(),
        };
        visit.field("error_status_code", status, 4);
    }
}

impl<'a> ListMember<'a> for COctetStr<'a> {
    fn text(&self) -> (&'static str, COctetStr<'a>, usize, usize) {
        ("msgid", *self, 0, 9)
    }

    fn write(&self, out: &mut impl OutBuf) {
        COctet::new("msgid", 9).write(self, out);
    }

    fn visit(&self, visit: &mut Visit<'_>) {
        COctet::new("msgid", 9).visit(self, visit);
    }
}

/// Binds the list of `'static` members that a constant can name to the members
/// that borrow from a frame.
macro_rules! list_field {
    ($($Member:ident),*) => {$(
        impl<'a> Field<'a> for List<$Member<'static>> {
            type Value = Repeated<'a, $Member<'a>>;

            fn parse(&self, cx: &mut Context<'_>, i: &'a [u8]) -> Res<'a, Self::Value> {
                parse_list(self.count, cx, i)
            }

            fn encoded_len(&self, value: &Self::Value) -> usize {
                1 /* count */ + value.encoded_len()
            }

            fn write(&self, value: &Self::Value, out: &mut impl OutBuf) {
                out.put(&[value.count()]);
                for member in value.iter() {
                    ListMember::write(&member, out);
                }
            }

            fn visit(&self, value: &Self::Value, visit: &mut Visit<'_>) {
                let number = u32::from(value.count());
                visit.field(self.count, FieldValue::Number { number, name: None }, 1);
                visit.begin_list(self.member);
                for member in value.iter() {
                    visit.begin_member(self.member);
                    ListMember::visit(&member, visit);
                    visit.end_member();
                }
                visit.end_list(self.member);
            }
        }
    )*};
}

list_field!(DestAddress, UnsuccessSme, COctetStr);

/// Reads a list, and looks at the length of each member's text.
fn parse_list<'a, T: ListMember<'a>>(
    count_name: &'static str,
    cx: &mut Context<'_>,
    i: &'a [u8],
) -> Res<'a, Repeated<'a, T>> {
    let Ok((i, count)) = be_u8::<_, ()>(i) else {
        return Err(cx.truncated(i, count_name));
    };
    let (list, rest) = match Repeated::<T>::split_from(count, i) {
        Ok(split) => split,
        Err(error) => {
            let at = i.get(error.offset..).unwrap_or(&[]);
            let kind = match error.kind {
                MemberErrorKind::InvalidDestFlag(dest_flag) => {
                    DecodeErrorKind::InvalidDestFlag { dest_flag }
                }
                _ => DecodeErrorKind::TruncatedField { left: at.len() },
            };
            return Err(cx.error(at, error.field, kind));
        }
    };
    let mut offset = cx.offset(i);
    for member in list.iter() {
        let (field, text, at, max) = member.text();
        let len = text.len() + 1 /* NUL */;
        if len > max {
            cx.deviation(offset + at, field, FindingKind::FieldTooLong { len, max })?;
        }
        offset += member.encoded_len();
    }
    Ok((rest, list))
}

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
