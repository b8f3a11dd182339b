//! Octets to values.

use smpp_pdu::{CommandId, CommandStatus, Frame, Header, InterfaceVersion, Pdu};

use crate::DEFAULT_MAX_PDU_LEN;
use crate::body::{has_fields, omitted, parse_body, parse_unknown};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::field::{Context, Rejected};
use crate::finding::{FindingKind, Findings};

/// Decodes one whole PDU as a tolerant decoder does, and ignores what is
/// off-spec in it. Nothing is copied: the values borrow from `octets`.
///
/// # Errors
/// [`DecodeError`] when the octets are not one PDU, or no tolerance makes sense
/// of its body.
///
/// ```
/// use smpp_codec::decode;
/// use smpp_pdu::{Body, CommandStatus};
///
/// let pdu = decode(b"\0\0\0\x13\x80\0\0\x04\0\0\0\0\0\0\0\x0742\0")?;
/// assert_eq!(pdu.command_status, CommandStatus::ESME_ROK);
/// let Body::SubmitSmResp(resp) = pdu.body else { panic!("another body") };
/// assert_eq!(resp.message_id.as_str(), Some("42"));
/// # Ok::<(), smpp_codec::DecodeError>(())
/// ```
pub fn decode(octets: &[u8]) -> Result<Pdu<'_>, DecodeError> {
    Decoder::new().decode_octets(octets, &mut ())
}

/// How PDUs are decoded: the tolerance for real peers and the version in use,
/// chosen at run time, for each peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoder {
    strict: bool,
    version: InterfaceVersion,
    max_pdu_len: usize,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// A tolerant decoder for all versions: what is off-spec and can be
    /// understood is decoded and reported.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            strict: false,
            version: InterfaceVersion::V5_0,
            max_pdu_len: DEFAULT_MAX_PDU_LEN,
        }
    }

    /// In strict mode, fields that are too long, lengths that run past the end,
    /// missing and stray NULs and unknown operations are errors.
    #[must_use]
    pub const fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// The version that the session speaks: 3.3 has no parameters, message ids
    /// of 8 characters and texts of 160 octets; 3.4 has texts of 254.
    #[must_use]
    pub const fn version(mut self, version: InterfaceVersion) -> Self {
        self.version = version;
        self
    }

    /// The longest PDU that [`Decoder::decode_octets`] takes, in octets.
    #[must_use]
    pub const fn max_pdu_len(mut self, limit: usize) -> Self {
        self.max_pdu_len = limit;
        self
    }

    #[inline]
    pub(crate) const fn is_strict(&self) -> bool {
        self.strict
    }

    #[inline]
    pub(crate) const fn takes_tlvs(&self) -> bool {
        self.version.0 >= InterfaceVersion::V3_4.0
    }

    #[inline]
    pub(crate) const fn max_short_message(&self) -> usize {
        match self.version.0 {
            ..0x34 => 160,
            0x34..0x50 => 254,
            _ => 255,
        }
    }

    /// Decodes the one PDU that `octets` are.
    ///
    /// # Errors
    /// As [`Decoder::decode`], and when `octets` are not exactly one PDU.
    pub fn decode_octets<'a>(
        &self,
        octets: &'a [u8],
        findings: &mut dyn Findings,
    ) -> Result<Pdu<'a>, DecodeError> {
        match Frame::new_checked(octets) {
            Ok(frame) if octets.len() <= self.max_pdu_len => self.decode(frame, findings),
            _ => Err(self.not_one_pdu(octets)),
        }
    }

    #[cold]
    fn not_one_pdu(&self, octets: &[u8]) -> DecodeError {
        let have = octets.len();
        let limit = self.max_pdu_len;
        let stated = octets.first_chunk().map(|l| u32::from_be_bytes(*l));
        let kind = match stated {
            Some(command_length) if command_length < 16 => {
                DecodeErrorKind::CommandLengthTooSmall { command_length }
            }
            Some(command_length)
                if usize::try_from(command_length).map_or(true, |len| len > limit) =>
            {
                DecodeErrorKind::CommandLengthTooLarge {
                    command_length,
                    limit,
                }
            }
            _ if have < Header::LEN => DecodeErrorKind::IncompleteHeader { have },
            Some(command_length) => match usize::try_from(command_length) {
                Ok(len) if len < have => DecodeErrorKind::OctetsBehindPdu { extra: have - len },
                _ => DecodeErrorKind::IncompletePdu {
                    command_length,
                    have,
                },
            },
            None => DecodeErrorKind::IncompleteHeader { have },
        };
        DecodeError {
            offset: 0,
            field: "command_length",
            kind,
        }
    }

    /// Decodes a PDU, and reports to `findings` what is off-spec in it.
    ///
    /// # Errors
    /// [`DecodeError`] for the first field that cannot be read, or, in strict
    /// mode, that is off-spec.
    #[inline]
    pub fn decode<'a>(
        &self,
        frame: Frame<&'a [u8]>,
        findings: &mut dyn Findings,
    ) -> Result<Pdu<'a>, DecodeError> {
        let header = *frame.header();
        let octets = frame.into_body();
        let mut cx = Context {
            pdu_len: octets.len() + Header::LEN,
            command_id: header.command_id,
            decoder: *self,
            findings,
            error_with_body: false,
            failure: None,
        };
        parse_pdu(&mut cx, &header, octets)
    }
}

#[inline]
fn parse_pdu<'a>(
    cx: &mut Context<'_>,
    header: &Header,
    octets: &'a [u8],
) -> Result<Pdu<'a>, DecodeError> {
    if !header.sequence_number.is_in_range() && check_sequence_number(cx, header).is_err() {
        return Err(why(cx));
    }
    if header.command_status != CommandStatus::ESME_ROK && check_status(cx, header).is_err() {
        return Err(why(cx));
    }
    if octets.is_empty() && header.command_id.is_response() && has_fields(header.command_id) {
        return empty_response(cx, header);
    }
    // Given on as it is: to look at a PDU here would be to move it, and that
    // costs as much as reading a short one.
    parse_body(cx, header, octets)
}

/// The error that a parser left in the context.
#[cold]
pub(crate) fn why(cx: &Context<'_>) -> DecodeError {
    // A parser that fails says why. What remains is that nom wants more
    // octets, which its complete parsers never do.
    cx.failure.unwrap_or(DecodeError {
        offset: 0,
        field: "command_length",
        kind: DecodeErrorKind::IncompletePdu {
            command_length: u32::try_from(cx.pdu_len).unwrap_or(u32::MAX),
            have: cx.pdu_len,
        },
    })
}

#[cold]
fn check_sequence_number(cx: &mut Context<'_>, header: &Header) -> Result<(), nom::Err<Rejected>> {
    let number = header.sequence_number.0;
    // The one PDU whose sequence number may be 0.
    if number == 0 && header.command_id == CommandId::GENERIC_NACK {
        return Ok(());
    }
    cx.deviation(
        12,
        "sequence_number",
        FindingKind::SequenceNumber { number },
    )
}

#[cold]
fn check_status(cx: &mut Context<'_>, header: &Header) -> Result<(), nom::Err<Rejected>> {
    let status = header.command_status;
    let command_id = header.command_id;
    if !command_id.is_response() {
        return cx.deviation(
            8,
            "command_status",
            FindingKind::RequestWithStatus { status },
        );
    }
    if status.name().is_none() {
        cx.deviation(8, "command_status", FindingKind::UnknownStatus { status })?;
    }
    // data_sm_resp explains an error in its parameters, and so has a body.
    cx.error_with_body = has_fields(command_id) && command_id != CommandId::DATA_SM_RESP;
    Ok(())
}

/// A header only, where a body should follow: what 3.4 asks for with an error.
#[cold]
fn empty_response<'a>(cx: &mut Context<'_>, header: &Header) -> Result<Pdu<'a>, DecodeError> {
    // An operation that is not known has no body to miss.
    if header.command_id.name().is_none() {
        return parse_unknown(cx, header, &[]);
    }
    if header.command_status == CommandStatus::ESME_ROK
        && cx
            .deviation(Header::LEN, "body", FindingKind::BodyOmitted)
            .is_err()
    {
        return Err(why(cx));
    }
    Ok(Pdu {
        command_status: header.command_status,
        sequence_number: header.sequence_number,
        body: omitted(header.command_id),
    })
}
