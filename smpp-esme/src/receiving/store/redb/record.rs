//! A message as octets.
//!
//! Format 1: `settled` (8 octets, 0 for not settled), `submitted` (8), part and
//! parts (1 each), TON and NPI of both addresses (4), then five fields behind
//! their length (2): scope, message_id, source, destination, tag. All numbers
//! are big endian.

use smpp_pdu::{Npi, Ton};

use crate::OwnedAddress;
use crate::receiving::submitted::{Remembered, Submission, SubmissionKey, Timestamp};

pub(super) fn write(message: &Remembered) -> Vec<u8> {
    let Submission {
        message_id,
        source,
        destination,
        part,
        parts,
        tag,
    } = &message.message;
    let mut out = Vec::with_capacity(96);
    out.extend(message.settled.map_or(0, |at| at.0).to_be_bytes());
    out.extend(message.submitted.0.to_be_bytes());
    out.extend([*part, *parts]);
    out.extend([source.ton().0, source.npi().0]);
    out.extend([destination.ton().0, destination.npi().0]);
    let fields: [&[u8]; 5] = [
        message.scope.as_bytes(),
        message_id,
        source.as_bytes(),
        destination.as_bytes(),
        tag,
    ];
    for field in fields {
        let len = u16::try_from(field.len()).unwrap_or(u16::MAX);
        out.extend(len.to_be_bytes());
        out.extend(field.iter().take(usize::from(len)));
    }
    out
}

/// `None` for octets that are no such record.
pub(super) fn read(key: SubmissionKey, mut octets: &[u8]) -> Option<Remembered> {
    let octets = &mut octets;
    let settled = u64::from_be_bytes(take(octets)?);
    let submitted = Timestamp(u64::from_be_bytes(take(octets)?));
    let [part, parts, source_ton, source_npi, ton, npi] = take(octets)?;
    let scope = core::str::from_utf8(field(octets)?).ok()?.into();
    let message_id = field(octets)?.into();
    let source = OwnedAddress::new(Ton(source_ton), Npi(source_npi), field(octets)?);
    let destination = OwnedAddress::new(Ton(ton), Npi(npi), field(octets)?);
    let tag = field(octets)?.into();
    Some(Remembered {
        key,
        scope,
        message: Submission {
            message_id,
            source,
            destination,
            part,
            parts,
            tag,
        },
        submitted,
        settled: (settled != 0).then_some(Timestamp(settled)),
    })
}

fn take<const N: usize>(octets: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = octets.split_first_chunk()?;
    *octets = rest;
    Some(*first)
}

fn field<'a>(octets: &mut &'a [u8]) -> Option<&'a [u8]> {
    let len = u16::from_be_bytes(take(octets)?);
    let (field, rest) = octets.split_at_checked(usize::from(len))?;
    *octets = rest;
    Some(field)
}
