//! The fields of a PDU one by one, with names and offsets: what printers,
//! dissectors and JSON are made of.

use smpp_pdu::{COctetStr, Pdu, Tlv};

use crate::body::visit_body;

/// The value of a mandatory field.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldValue<'a> {
    /// A number.
    Number {
        /// The number.
        number: u32,
        /// Its standard name, where it has one.
        name: Option<&'static str>,
    },
    /// A C-octet string.
    Text(COctetStr<'a>),
    /// A password.
    Secret(COctetStr<'a>),
    /// Octets of any content.
    Octets(&'a [u8]),
}

/// Takes the fields of a PDU in wire order. All methods but `field` have
/// defaults that do nothing.
pub trait FieldVisitor {
    /// A mandatory field: its name, value, offset from the start of the PDU and
    /// length, both in octets.
    fn field(&mut self, name: &'static str, value: FieldValue<'_>, offset: usize, len: usize);

    /// A list starts; its members follow.
    fn begin_list(&mut self, name: &'static str) {
        let _ = name;
    }

    /// A member of a list starts; its fields follow.
    fn begin_member(&mut self, name: &'static str) {
        let _ = name;
    }

    /// A member ends.
    fn end_member(&mut self) {}

    /// The list ends.
    fn end_list(&mut self, name: &'static str) {
        let _ = name;
    }

    /// A tagged parameter.
    fn tlv(&mut self, tlv: &Tlv<'_>, offset: usize) {
        let _ = (tlv, offset);
    }

    /// Octets behind the last whole parameter, or the body of an unknown operation.
    fn rest(&mut self, octets: &[u8], offset: usize) {
        let _ = (octets, offset);
    }
}

/// Shows the fields of `pdu` to `visitor`, in wire order.
///
/// ```
/// use smpp_codec::{FieldValue, FieldVisitor, visit};
/// use smpp_pdu::{Pdu, SequenceNumber, SubmitSmResp};
///
/// struct Names(Vec<(&'static str, usize)>);
/// impl FieldVisitor for Names {
///     fn field(&mut self, name: &'static str, _: FieldValue<'_>, offset: usize, _: usize) {
///         self.0.push((name, offset));
///     }
/// }
///
/// let mut names = Names(Vec::new());
/// visit(&Pdu::request(SequenceNumber(1), SubmitSmResp::default()), &mut names);
/// assert_eq!(names.0, [("message_id", 16)]);
/// ```
pub fn visit(pdu: &Pdu<'_>, visitor: &mut dyn FieldVisitor) {
    let mut visit = Visit {
        visitor,
        offset: smpp_pdu::Header::LEN,
    };
    visit_body(&pdu.body, &mut visit);
}

/// A visitor, and how far it has come.
pub(crate) struct Visit<'v> {
    visitor: &'v mut dyn FieldVisitor,
    offset: usize,
}

impl Visit<'_> {
    pub(crate) fn field(&mut self, name: &'static str, value: FieldValue<'_>, len: usize) {
        self.visitor.field(name, value, self.offset, len);
        self.offset += len;
    }

    pub(crate) fn begin_list(&mut self, name: &'static str) {
        self.visitor.begin_list(name);
    }

    pub(crate) fn begin_member(&mut self, name: &'static str) {
        self.visitor.begin_member(name);
    }

    pub(crate) fn end_member(&mut self) {
        self.visitor.end_member();
    }

    pub(crate) fn end_list(&mut self, name: &'static str) {
        self.visitor.end_list(name);
    }

    pub(crate) fn tlvs(&mut self, tlvs: &smpp_pdu::Tlvs<'_>) {
        for tlv in tlvs.iter() {
            self.visitor.tlv(&tlv, self.offset);
            self.offset += tlv.encoded_len();
        }
        if let Some(tail) = tlvs.tail() {
            self.rest(tail.octets);
        }
    }

    pub(crate) fn rest(&mut self, octets: &[u8]) {
        self.visitor.rest(octets, self.offset);
        self.offset += octets.len();
    }
}
