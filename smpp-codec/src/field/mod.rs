//! The grammar of fields: how each kind is read, measured, written and shown.
//!
//! A body is a row of these (see [`body`](crate::body)); nothing else in the
//! crate knows how a field lies in the octets.

mod list;
mod parameters;
mod party;
mod text;

use nom::IResult;
use nom::number::complete::be_u8;
use smpp_pdu::{
    CommandId, DataCoding, EsmClass, InterfaceVersion, MessageState, Npi, PriorityFlag,
    RegisteredDelivery, ReplaceIfPresentFlag, Ton,
};

#[cfg(any(test, not(feature = "alloc")))]
use crate::body::Walker;
use crate::error::{DecodeError, DecodeErrorKind};
use crate::finding::{Finding, FindingKind, Findings};
use crate::visit::{FieldValue, Visit};
use crate::{Decoder, OutBuf};

pub(crate) use list::List;
pub(crate) use parameters::Parameters;
pub(crate) use party::Party;
pub(crate) use text::{COctet, Secret, Text, Time};

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
/// machine, where room is dearer than time: there nothing is inlined by force,
/// and a walker leads from field to field (see [`body`](crate::body)).
pub(crate) trait Field<'a> {
    type Value;

    fn parse(&self, cx: &mut Context<'_>, i: &'a [u8]) -> Res<'a, Self::Value>;
    fn encoded_len(&self, value: &Self::Value) -> usize;
    fn write(&self, value: &Self::Value, out: &mut impl OutBuf);
    fn visit(&self, value: &Self::Value, visit: &mut Visit<'_>);

    /// Leads `walker` over the field; those made of others lead it over these.
    #[cfg(any(test, not(feature = "alloc")))]
    fn walk(&self, value: &mut Self::Value, walker: &mut Walker<'_, '_, 'a>)
    where
        Self: Sized,
    {
        walker.field(self, value);
    }

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

/// A number of one octet, as that octet.
pub(crate) trait Octet: From<u8> + Copy {
    #[cfg(any(test, not(feature = "alloc")))]
    fn octet_mut(&mut self) -> &mut u8;
}

impl Octet for u8 {
    #[cfg(any(test, not(feature = "alloc")))]
    fn octet_mut(&mut self) -> &mut u8 {
        self
    }
}

macro_rules! octets {
    ($($Number:ty),* $(,)?) => {$(
        impl Octet for $Number {
            #[cfg(any(test, not(feature = "alloc")))]
            fn octet_mut(&mut self) -> &mut u8 {
                &mut self.0
            }
        }
    )*};
}

octets!(
    DataCoding,
    EsmClass,
    InterfaceVersion,
    MessageState,
    Npi,
    PriorityFlag,
    RegisteredDelivery,
    ReplaceIfPresentFlag,
    Ton,
);

impl<'a, T: Octet> Field<'a> for U8<T>
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

    #[cfg(any(test, not(feature = "alloc")))]
    fn walk(&self, value: &mut T, walker: &mut Walker<'_, '_, 'a>) {
        walker.octet(self.name, value.octet_mut());
    }

    fn visit(&self, value: &T, visit: &mut Visit<'_>) {
        let number = u32::from(u8::from(*value));
        let name = (self.value_name)(value);
        visit.field(self.name, FieldValue::Number { number, name }, 1);
    }
}
