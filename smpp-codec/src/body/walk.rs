//! The short way through the rows of fields, for small machines: one walker
//! reads, measures and writes all bodies.

use smpp_pdu::{Body, COctetStr, Header, Pdu, ShortMessage, Tlvs};

use super::{blank, parse_unknown, walk_body};
use crate::OutBuf;
use crate::decode::why;
use crate::error::DecodeError;
use crate::field::{Context, Field, Parameters, U8};

/// Goes through the row of fields of a body, and reads or writes each.
pub(crate) struct Walker<'w, 'f, 'a> {
    task: Task<'w, 'f, 'a>,
}

enum Task<'w, 'f, 'a> {
    Read {
        cx: &'w mut Context<'f>,
        rest: &'a [u8],
        /// A field could not be read, and no later one is looked at. To ask at
        /// the end costs less room than to ask behind each field.
        failed: bool,
    },
    Write {
        out: &'w mut dyn OutBuf,
        /// The last field ends with the PDU, without its NUL.
        open: bool,
    },
}

impl<'a> Walker<'_, '_, 'a> {
    /// A field of any kind.
    #[inline(never)]
    pub(crate) fn field<F: Field<'a>>(&mut self, field: &F, value: &mut F::Value) {
        match &mut self.task {
            Task::Read { failed: true, .. } => {}
            Task::Read { cx, rest, failed } => match field.parse(cx, rest) {
                Ok((behind, read)) => {
                    *rest = behind;
                    *value = read;
                }
                Err(_) => *failed = true,
            },
            Task::Write { out, open } => {
                field.write(value, out);
                *open |= field.is_open(value);
            }
        }
    }

    /// A number of one octet: one code for all of them.
    #[inline(never)]
    pub(crate) fn octet(&mut self, name: &'static str, value: &mut u8) {
        self.field(&U8::number(name), value);
    }

    /// The body of an operation without a standard name.
    pub(crate) fn octets(&mut self, octets: &[u8]) {
        if let Task::Write { out, .. } = &mut self.task {
            out.put(octets);
        }
    }

    /// The parameters behind the row, see [`Parameters::parse`].
    #[inline(never)]
    pub(crate) fn end(
        &mut self,
        tlvs: &mut Tlvs<'a>,
        text: Option<ShortMessage<'a>>,
        unused: Option<(&'static str, COctetStr<'a>)>,
    ) {
        match &mut self.task {
            Task::Read { failed: true, .. } => {}
            Task::Read { cx, rest, failed } => match Parameters::parse(cx, rest, text, unused) {
                Ok((behind, read)) => {
                    *rest = behind;
                    *tlvs = read;
                }
                Err(_) => *failed = true,
            },
            Task::Write { out, open } => {
                if *open && !tlvs.is_empty() {
                    // Nothing can follow a text that ends with the PDU.
                    out.put(&[0]);
                }
                Parameters::write(tlvs, out);
            }
        }
    }
}

/// Reads the body of the operation in `cx`, and makes a PDU of it with the rest
/// of `header`.
pub(crate) fn parse_body<'a>(
    cx: &mut Context<'_>,
    header: &Header,
    i: &'a [u8],
) -> Result<Pdu<'a>, DecodeError> {
    let mut read = Ok(Pdu {
        command_status: header.command_status,
        sequence_number: header.sequence_number,
        body: blank(cx.command_id),
    });
    if let Ok(pdu) = &mut read {
        // In place: a body is large, and so is room for a second one.
        if let Body::Unknown(_) = pdu.body {
            return parse_unknown(cx, header, i);
        }
        let mut walker = Walker {
            task: Task::Read {
                cx,
                rest: i,
                failed: false,
            },
        };
        walk_body(&mut pdu.body, &mut walker);
        if let Task::Read { failed: true, .. } = walker.task {
            read = Err(why(cx));
        }
    }
    read
}

/// Octets of a body.
pub(crate) fn body_len(body: &Body<'_>) -> usize {
    let mut count = Count(0);
    write_body(body, &mut count);
    count.0
}

/// Writes a body.
pub(crate) fn write_body(body: &Body<'_>, out: &mut dyn OutBuf) {
    // One walk serves reading and writing; that of reading changes the body.
    let mut body = *body;
    let mut walker = Walker {
        task: Task::Write { out, open: false },
    };
    walk_body(&mut body, &mut walker);
}

/// Measures: a buffer that keeps nothing.
struct Count(usize);

impl OutBuf for Count {
    fn room(&self) -> usize {
        usize::MAX
    }

    fn put(&mut self, octets: &[u8]) {
        self.0 += octets.len();
    }
}

/// That both ways through the rows are one. The tests of the whole crate run
/// with either; these compare them octet by octet, where both are compiled.
#[cfg(test)]
#[cfg(feature = "alloc")]
mod tests {
    use alloc::vec::Vec;

    use smpp_pdu::{Frame, InterfaceVersion, Tlv};

    use super::*;
    use crate::{Decoder, Finding};

    type Read<'a> = (Result<Pdu<'a>, DecodeError>, Vec<Finding>);
    type Parse<'a> = fn(&mut Context<'_>, &Header, &'a [u8]) -> Result<Pdu<'a>, DecodeError>;

    fn read<'a>(parse: Parse<'a>, decoder: Decoder, octets: &'a [u8]) -> Read<'a> {
        let frame = Frame::new_checked(octets).unwrap();
        let header = *frame.header();
        let mut findings = Vec::new();
        let mut cx = Context {
            pdu_len: octets.len(),
            command_id: header.command_id,
            decoder,
            findings: &mut findings,
            error_with_body: header.command_status.0 != 0,
            failure: None,
        };
        let pdu = parse(&mut cx, &header, frame.into_body());
        (pdu, findings)
    }

    fn assert_alike(octets: &mut [u8]) {
        let command_length = u32::try_from(octets.len()).unwrap();
        octets[..4].copy_from_slice(&command_length.to_be_bytes());
        for decoder in [
            Decoder::new(),
            Decoder::new().strict(true),
            Decoder::new().version(InterfaceVersion::V3_3),
        ] {
            let walked = read(parse_body, decoder, octets);
            let inlined = read(crate::body::parse_body, decoder, octets);
            assert_eq!(walked, inlined, "{octets:02x?}");
            if let Ok(pdu) = walked.0 {
                assert_written_alike(&pdu.body);
            }
        }
    }

    fn assert_written_alike(body: &Body<'_>) {
        let (mut walked, mut inlined) = (Vec::new(), Vec::new());
        write_body(body, &mut walked);
        crate::body::write_body(body, &mut inlined);
        assert_eq!(walked, inlined);
        assert_eq!(body_len(body), crate::body::body_len(body));
    }

    fn vectors() -> impl Iterator<Item = Vec<u8>> {
        include_str!("../../tests/vectors/conformance.jsonl")
            .lines()
            .filter_map(|line| line.split_once("\"hex\": \"")?.1.split_once('"'))
            .map(|(hex, _)| {
                let digits = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
                (0..hex.len()).step_by(2).map(digits).collect()
            })
    }

    #[test]
    fn every_vector_and_every_cut_and_change_of_it_is_read_and_written_alike() {
        let mut count = 0;
        for octets in vectors().filter(|octets| octets.len() >= Header::LEN) {
            for len in Header::LEN..=octets.len() {
                assert_alike(&mut octets[..len].to_vec());
            }
            for at in 4..octets.len() {
                for change in [0x01, 0x02, 0x80, 0xFF] {
                    let mut octets = octets.clone();
                    octets[at] ^= change;
                    assert_alike(&mut octets);
                }
            }
            count += 1;
        }
        assert!(count > 300, "{count}");
    }

    #[test]
    fn what_is_built_is_written_alike() {
        let tlvs = [
            Tlv::user_message_reference(7),
            Tlv::message_payload(b"text").unwrap(),
        ];
        for tlvs in [Tlvs::EMPTY, Tlvs::from_slice(&tlvs)] {
            for id in [COctetStr::ABSENT, COctetStr::new(b"42").unwrap()] {
                let resp = smpp_pdu::SubmitSmResp::default().message_id(id).tlvs(tlvs);
                assert_written_alike(&resp.into());
                let text = ShortMessage::new(b"hello").unwrap();
                let sm = smpp_pdu::SubmitSm::default().short_message(text).tlvs(tlvs);
                assert_written_alike(&sm.service_type(id).into());
            }
        }
    }
}
