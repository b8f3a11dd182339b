//! Texts and addresses of the command line.

use clap::ValueEnum;
use smpp_codec::text::{DefaultAlphabet, Encoding, choose};
use smpp_esme::{MessageError, OutgoingMessage, Split};
use smpp_pdu::{Address, DataCoding};

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
    pub(crate) fn encoding(self) -> Option<Encoding> {
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

/// A message in an encoding that was asked for.
pub(crate) fn encoded_as(message: OutgoingMessage, encoding: Option<Encoding>) -> OutgoingMessage {
    match encoding {
        // Whoever asks for it knows what the centre takes for 0.
        Some(Encoding::Gsm7Packed) => message
            .encoding(Encoding::Gsm7Packed)
            .default_alphabet(DefaultAlphabet::Gsm7Packed),
        Some(encoding) => message.encoding(encoding),
        None => message,
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
    pub(crate) fn split(self) -> Split {
        match self {
            Self::Udh => Split::Udh,
            Self::Udh16 => Split::Udh16,
            Self::Sar => Split::Sar,
            Self::Payload => Split::Payload,
        }
    }
}

/// What is wrong with a message, by the option that says otherwise.
pub(crate) fn usage(error: &MessageError) -> Failure {
    Failure::usage(match error {
        MessageError::Unencodable(_) | MessageError::Split(_) => {
            format!("{error}; use --encoding auto, or --split payload")
        }
        MessageError::NoClass(encoding) => {
            format!("--flash: data_coding has no class for {encoding}, use gsm7 or ucs2")
        }
        MessageError::NotInDataSm { .. } => {
            "--at: data_sm has no time of delivery, leave --data-sm out".to_owned()
        }
        MessageError::ValidityNotASpan => {
            "--validity: data_sm takes a span, such as 2h, and no moment".to_owned()
        }
        MessageError::OverBeforeDue => "--validity ends before --at".to_owned(),
        MessageError::NoDestination => "--to: the address is empty".to_owned(),
        MessageError::FieldTooLong { field, .. } | MessageError::NulInside { field } => {
            match *field {
                "source_addr" => format!("--from: {error}"),
                "destination_addr" => format!("--to: {error}"),
                "service_type" => format!("--service-type: {error}"),
                _ => error.to_string(),
            }
        }
        error => error.to_string(),
    })
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
