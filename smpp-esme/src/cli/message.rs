//! From a text on the command line to the user data of messages.

use core::fmt;

use clap::ValueEnum;
use smpp_codec::long::{Method, PartCount, PartRef, SplitOptions, segments};
use smpp_codec::text::{Encoding, choose};
use smpp_pdu::{Address, DataCoding, MessageClass};

use super::exit::Failure;

/// How a text is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EncodingArg {
    /// GSM 7-bit where it has all characters, UCS-2 otherwise.
    Auto,
    /// GSM 7-bit, a septet an octet.
    Gsm7,
    /// GSM 7-bit, eight septets in seven octets.
    Gsm7Packed,
    /// ASCII.
    Ascii,
    /// ISO-8859-1.
    Latin1,
    /// ISO-8859-5.
    Cyrillic,
    /// ISO-8859-8.
    Hebrew,
    /// UCS-2, with surrogates for what is beyond it.
    Ucs2,
}

impl EncodingArg {
    fn encoding(self) -> Option<Encoding> {
        Some(match self {
            Self::Auto => return None,
            Self::Gsm7 => Encoding::Gsm7,
            Self::Gsm7Packed => Encoding::Gsm7Packed,
            Self::Ascii => Encoding::Ascii,
            Self::Latin1 => Encoding::Latin1,
            Self::Cyrillic => Encoding::Cyrillic,
            Self::Hebrew => Encoding::Hebrew,
            Self::Ucs2 => Encoding::Ucs2,
        })
    }
}

/// How a long text is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SplitArg {
    /// In parts with a user data header; the reference has 8 bits.
    Udh,
    /// The same, the reference has 16 bits.
    Udh16,
    /// In parts with the parameters sar_*.
    Sar,
    /// As one message with the parameter message_payload.
    Payload,
}

impl SplitArg {
    pub(crate) fn method(self) -> Method {
        match self {
            Self::Udh => Method::Udh8,
            Self::Udh16 => Method::Udh16,
            Self::Sar => Method::Sar,
            Self::Payload => Method::Payload,
        }
    }
}

/// What is to be sent.
pub(crate) enum Source {
    Text(String),
    Octets(Vec<u8>),
}

/// How it is to be sent.
pub(crate) struct Form {
    pub(crate) encoding: Option<EncodingArg>,
    pub(crate) method: Method,
    pub(crate) flash: bool,
    pub(crate) data_coding: Option<u8>,
}

/// A message of one or several parts.
pub(crate) struct Message {
    pub(crate) parts: Vec<Part>,
    pub(crate) data_coding: DataCoding,
    /// The encoding, and why it is that one.
    pub(crate) encoding: String,
    pub(crate) count: PartCount,
}

/// One part.
pub(crate) struct Part {
    pub(crate) user_data: Vec<u8>,
    pub(crate) has_header: bool,
    pub(crate) sar: Option<PartRef>,
    pub(crate) payload: bool,
}

/// The encoding and the number of parts.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.encoding, self.count)
    }
}

impl Message {
    pub(crate) fn new(source: &Source, form: &Form) -> Result<Self, Failure> {
        let (encoding, description) = match source {
            Source::Text(text) => encoding_of(text, form.encoding),
            Source::Octets(_) => match form.encoding.and_then(EncodingArg::encoding) {
                Some(encoding) => (encoding, format!("octets in {encoding}")),
                None => (Encoding::Binary, "octets".to_owned()),
            },
        };
        let options = SplitOptions {
            whole_clusters: true,
            ..SplitOptions::new(form.method, reference())
        };
        let segments = match source {
            Source::Text(text) => segments(encoding, text, options),
            Source::Octets(octets) => segments(encoding, octets, options),
        }
        .map_err(|error| {
            Failure::usage(format!("{error}; use --encoding auto, or --split payload"))
        })?;
        let count = segments.part_count();
        let mut parts = Vec::new();
        for segment in segments {
            let mut user_data = Vec::with_capacity(segment.len());
            segment
                .write(&mut user_data)
                .map_err(|error| Failure::other(error.to_string()))?;
            parts.push(Part {
                user_data,
                has_header: segment.has_header(),
                sar: segment.sar(),
                payload: segment.is_payload(),
            });
        }
        Ok(Self {
            parts,
            data_coding: data_coding(encoding, form)?,
            encoding: description,
            count,
        })
    }
}

fn data_coding(encoding: Encoding, form: &Form) -> Result<DataCoding, Failure> {
    match form.data_coding {
        Some(number) => Ok(DataCoding(number)),
        None if form.flash => encoding
            .data_coding_with_class(MessageClass::Class0)
            .ok_or_else(|| {
                Failure::usage(format!(
                    "--flash: data_coding has no class for {encoding}, use gsm7 or ucs2"
                ))
            }),
        None => Ok(encoding.data_coding()),
    }
}

/// The encoding of a text, and why.
fn encoding_of(text: &str, wanted: Option<EncodingArg>) -> (Encoding, String) {
    match wanted.and_then(EncodingArg::encoding) {
        Some(encoding) => (encoding, encoding.to_string()),
        None => {
            let choice = choose(text);
            (choice.encoding, choice.to_string())
        }
    }
}

/// A text in one piece.
pub(crate) fn encode_text(
    text: &str,
    wanted: Option<EncodingArg>,
) -> Result<(Vec<u8>, String), Failure> {
    encode_broadcast(text, wanted).map(|(octets, description, _)| (octets, description))
}

/// A text in one piece, with its data_coding.
pub(crate) fn encode_broadcast(
    text: &str,
    wanted: Option<EncodingArg>,
) -> Result<(Vec<u8>, String, DataCoding), Failure> {
    let (encoding, description) = encoding_of(text, wanted);
    let mut octets = Vec::new();
    encoding
        .encode(text, &mut octets)
        .map_err(|error| Failure::usage(format!("--text: {error}")))?;
    Ok((octets, description, encoding.data_coding()))
}

/// An address as people write it.
pub(crate) fn address<'a>(option: &str, text: &'a str) -> Result<Address<'a>, Failure> {
    Address::from_human(text).map_err(|error| Failure::usage(format!("{option}: {error}")))
}

/// A reference for the parts of a message that another run hardly repeats.
fn reference() -> u16 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    // The lower digits are what changes.
    (now.map_or(0, |now| now.as_millis()) % 0x1_0000) as u16
}
