//! Counted lists.

use core::marker::PhantomData;

use nom::number::complete::be_u8;
use smpp_pdu::{COctetStr, DestAddress, Member, MemberErrorKind, Repeated, UnsuccessSme};

use super::{COctet, Context, Field, Party, Res};
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
