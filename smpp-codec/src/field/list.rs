//! Counted lists.

use core::marker::PhantomData;

use nom::number::complete::be_u8;
use smpp_pdu::{
    COctetStr, DestAddress, Member, MemberError, MemberErrorKind, Repeated, UnsuccessSme,
};

use super::{COctet, Context, Field, Party, Rejected, Res};
use crate::OutBuf;
use crate::error::DecodeErrorKind;
use crate::finding::FindingKind;
use crate::visit::{FieldValue, Visit};

/// A count of one octet and as many members of type `T`.
pub(crate) struct List<T> {
    pub(crate) count: &'static str,
    pub(crate) member: &'static str,
    pub(crate) of: PhantomData<fn() -> T>,
}

/// A member of a list, as the wire has it.
pub(crate) trait ListMember<'a>: Member<'a> {
    /// The member's text.
    fn text(&self) -> MemberText;
    fn write(&self, out: &mut impl OutBuf);
    fn visit(&self, visit: &mut Visit<'_>);
}

/// The text of a list's member: its field, where it starts in the member, its
/// length and its limit, all in octets, the last two with the NUL.
pub(crate) struct MemberText {
    field: &'static str,
    at: usize,
    len: usize,
    max: usize,
}

impl MemberText {
    const fn new(field: &'static str, at: usize, text: COctetStr<'_>, max: usize) -> Self {
        let len = text.len() + 1 /* NUL */;
        Self {
            field,
            at,
            len,
            max,
        }
    }
}

impl<'a> ListMember<'a> for DestAddress<'a> {
    fn text(&self) -> MemberText {
        match self {
            Self::Sme(address) => {
                let at = 1 /* dest_flag */ + 1 /* ton */ + 1 /* npi */;
                MemberText::new("destination_addr", at, address.addr, 21)
            }
            Self::DistributionList(name) => {
                MemberText::new("dl_name", 1 /* dest_flag */, *name, 21)
            }
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
    fn text(&self) -> MemberText {
        let at = 1 /* ton */ + 1 /* npi */;
        MemberText::new("destination_addr", at, self.destination_addr.addr, 21)
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
    fn text(&self) -> MemberText {
        MemberText::new("msgid", 0, *self, 9)
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
                if let Some(octets) = value.octets() {
                    out.put(octets);
                    return;
                }
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
        Err(error) => return Err(malformed(cx, i, error)),
    };
    check_texts(cx, i, rest, |octets| {
        let (member, rest) = T::split_from(octets).ok()?;
        Some((member.text(), rest))
    })?;
    Ok((rest, list))
}

#[cold]
fn malformed(cx: &mut Context<'_>, i: &[u8], error: MemberError) -> nom::Err<Rejected> {
    let at = i.get(error.offset..).unwrap_or(&[]);
    let kind = match error.kind {
        MemberErrorKind::InvalidDestFlag(dest_flag) => {
            DecodeErrorKind::InvalidDestFlag { dest_flag }
        }
        _ => DecodeErrorKind::TruncatedField { left: at.len() },
    };
    cx.error(at, error.field, kind)
}

/// Takes one member off and looks at its text.
type SplitText<'a> = fn(&'a [u8]) -> Option<(MemberText, &'a [u8])>;

/// Looks at the texts of the members from `i` up to `end`. Of all types of
/// members only `split` differs.
#[cfg_attr(feature = "alloc", inline(always))]
fn check_texts<'a>(
    cx: &mut Context<'_>,
    mut i: &'a [u8],
    end: &'a [u8],
    split: SplitText<'a>,
) -> Result<(), nom::Err<Rejected>> {
    while i.len() > end.len()
        && let Some((text, rest)) = split(i)
    {
        let MemberText {
            field,
            at,
            len,
            max,
        } = text;
        if len > max {
            let offset = cx.offset(i) + at;
            cx.deviation(offset, field, FindingKind::FieldTooLong { len, max })?;
        }
        i = rest;
    }
    Ok(())
}
