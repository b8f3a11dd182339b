//! The same operations of other crates. Both copy `short_message` and, where
//! they own, every string; that is what their users get.

use bytes::BytesMut;
use rusmpp_core::command::{borrowed, owned};
use rusmpp_core::decode;
use rusmpp_core::encode::{Encode as _, Length as _};
use smpp34::{CommandHeader, deliver_sm, enquire_link, submit_sm};

/// rusmpp 0.4 keeps its codec in `rusmpp-core`; of the borrowed commands, `N`
/// bounds the parameters.
pub(crate) type RusmppBorrowed<'a> = borrowed::Command<'a, 4>;
pub(crate) type RusmppOwned = owned::Command;

/// `command_length` belongs to the caller in rusmpp.
fn behind_command_length(octets: &[u8]) -> Option<&[u8]> {
    let (command_length, rest) = octets.split_first_chunk::<4>()?;
    let stated = usize::try_from(u32::from_be_bytes(*command_length)).ok()?;
    (stated == octets.len()).then_some(rest)
}

pub(crate) fn rusmpp_borrowed(octets: &[u8]) -> Option<RusmppBorrowed<'_>> {
    let octets = behind_command_length(octets)?;
    let (command, _) =
        <RusmppBorrowed<'_> as decode::borrowed::DecodeWithLength>::decode(octets, octets.len())
            .ok()?;
    Some(command)
}

/// What [`rusmpp_owned`] consumes: everything behind `command_length`.
pub(crate) fn rusmpp_input(octets: &[u8]) -> Option<BytesMut> {
    Some(BytesMut::from(behind_command_length(octets)?))
}

pub(crate) fn rusmpp_owned(mut octets: BytesMut) -> Option<RusmppOwned> {
    let len = octets.len();
    let (command, _) =
        <RusmppOwned as decode::owned::DecodeWithLength>::decode(&mut octets, len).ok()?;
    Some(command)
}

pub(crate) fn rusmpp_encode(command: &RusmppBorrowed<'_>, out: &mut [u8]) -> Option<usize> {
    let len = 4 /* command_length */ + command.length();
    let (command_length, rest) = out.get_mut(..len)?.split_first_chunk_mut::<4>()?;
    *command_length = u32::try_from(len).ok()?.to_be_bytes();
    command.encode(rest);
    Some(len)
}

/// smpp34 has one type for each PDU and none above them.
#[derive(Clone)]
#[allow(
    clippy::large_enum_variant,
    reason = "a box would be counted as a cost of theirs"
)]
pub(crate) enum Smpp34 {
    EnquireLink(enquire_link),
    SubmitSm(submit_sm),
    DeliverSm(deliver_sm),
}

pub(crate) fn smpp34(octets: &[u8]) -> Option<Smpp34> {
    let header = CommandHeader::decode(octets).ok()?;
    match header.command_id {
        0x0000_0004 => Some(Smpp34::SubmitSm(submit_sm::decode(header, octets).ok()?)),
        0x0000_0005 => Some(Smpp34::DeliverSm(deliver_sm::decode(header, octets).ok()?)),
        0x0000_0015 => Some(Smpp34::EnquireLink(
            enquire_link::decode(header, octets).ok()?,
        )),
        _ => None,
    }
}

impl Smpp34 {
    /// Consumes the PDU, as theirs does, and allocates the octets.
    pub(crate) fn encode(self) -> Vec<u8> {
        match self {
            Self::EnquireLink(pdu) => pdu.encode(),
            Self::SubmitSm(pdu) => pdu.encode(),
            Self::DeliverSm(pdu) => pdu.encode(),
        }
    }
}
