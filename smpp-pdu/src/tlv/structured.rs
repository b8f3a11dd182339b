//! Values of several parts, and how each type is written.

use core::fmt;

use super::{TlvValue, ValueParts};
use crate::{
    BroadcastAreaFormat, BroadcastContentNetwork, BroadcastFrequencyUnit, COctetStr,
    CallbackNumDigitMode, DataCoding, MsValidityBehaviour, MsValidityUnit, NetworkErrorCodeType,
    Npi, SubaddressTag, Ton,
};

/// A value whose length is bounded by its type, at most four octets.
pub(super) trait WriteFixed {
    fn parts<'a>(self) -> ValueParts<'a>;
}

/// A value that may be longer than a parameter can hold.
pub(super) trait WriteVariable<'a> {
    fn parts(self) -> ValueParts<'a>;
}

impl WriteFixed for u8 {
    fn parts<'a>(self) -> ValueParts<'a> {
        ValueParts::prefixed([self], &[])
    }
}

impl WriteFixed for u16 {
    fn parts<'a>(self) -> ValueParts<'a> {
        ValueParts::prefixed(self.to_be_bytes(), &[])
    }
}

impl WriteFixed for u32 {
    fn parts<'a>(self) -> ValueParts<'a> {
        ValueParts::prefixed(self.to_be_bytes(), &[])
    }
}

impl<'a> WriteVariable<'a> for &'a [u8] {
    fn parts(self) -> ValueParts<'a> {
        ValueParts::borrowed(self)
    }
}

impl<'a> WriteVariable<'a> for COctetStr<'a> {
    fn parts(self) -> ValueParts<'a> {
        ValueParts::c_octet_str(self)
    }
}

/// Numbers with names read and write as the number.
macro_rules! as_number {
    ($repr:ty: $($Type:ident),* $(,)?) => {$(
        impl<'a> TlvValue<'a> for crate::$Type {
            fn read(parts: &ValueParts<'a>) -> Option<Self> {
                <$repr>::read(parts).map(Self)
            }
        }

        impl WriteFixed for crate::$Type {
            fn parts<'a>(self) -> ValueParts<'a> {
                WriteFixed::parts(self.0)
            }
        }
    )*};
}

as_number! { u8:
    AddrSubunit, BearerType, BroadcastAreaSuccess, BroadcastChannelIndicator,
    BroadcastMessageClass, CallbackNumPresInd, CongestionState, DeliveryFailureReason,
    DestAddrNpResolution, DisplayTime, DpfResult, InterfaceVersion, ItsReplyType,
    LanguageIndicator, MessageState, MoreMessagesToSend, MsAvailabilityStatus,
    MsMsgWaitFacilities, NetworkType, PayloadType, PrivacyIndicator, SetDpf, UssdServiceOp,
}
as_number! { u32: CommandStatus }

/// An empty value asks for the default alert (the only form of 3.4).
impl<'a> TlvValue<'a> for crate::AlertOnMessageDelivery {
    fn read(parts: &ValueParts<'a>) -> Option<Self> {
        match parts.len() {
            0 => Some(Self::DEFAULT),
            _ => u8::read(parts).map(Self),
        }
    }
}

/// The default alert is written without a value, as 3.4 and 5.0 both read it.
impl WriteFixed for crate::AlertOnMessageDelivery {
    fn parts<'a>(self) -> ValueParts<'a> {
        if self == Self::DEFAULT {
            ValueParts::borrowed(&[])
        } else {
            WriteFixed::parts(self.0)
        }
    }
}

/// `source_telematics_id` (SMPP 3.4, 5.3.2.8; 5.0, 4.8.4.57).
///
/// The standard gives it one octet and refers to `dest_telematics_id`, which has
/// two; peers send both. Two octets read by their first one, the GSM
/// protocol_id; one octet is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SourceTelematicsId(pub u8);

impl<'a> TlvValue<'a> for SourceTelematicsId {
    fn read(parts: &ValueParts<'a>) -> Option<Self> {
        let two = || parts.exactly().map(|[protocol_id, _]| protocol_id);
        u8::read(parts).or_else(two).map(Self)
    }
}

impl WriteFixed for SourceTelematicsId {
    fn parts<'a>(self) -> ValueParts<'a> {
        WriteFixed::parts(self.0)
    }
}

/// `network_error_code` (SMPP 3.4, 5.3.2.31; 5.0, 4.8.4.42).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NetworkErrorCode {
    /// Which network's numbers these are.
    pub network_type: NetworkErrorCodeType,
    /// The number.
    pub code: u16,
}

impl<'a> TlvValue<'a> for NetworkErrorCode {
    fn read(parts: &ValueParts<'a>) -> Option<Self> {
        parts.exactly().map(|[network_type, high, low]| Self {
            network_type: NetworkErrorCodeType(network_type),
            code: u16::from_be_bytes([high, low]),
        })
    }
}

impl WriteFixed for NetworkErrorCode {
    fn parts<'a>(self) -> ValueParts<'a> {
        let [high, low] = self.code.to_be_bytes();
        ValueParts::prefixed([self.network_type.0, high, low], &[])
    }
}

/// `broadcast_content_type` (SMPP 5.0, 4.8.4.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BroadcastContentType {
    /// Which network's content types these are.
    pub network: BroadcastContentNetwork,
    /// The content type; [`BroadcastContentCategory`](crate::BroadcastContentCategory)
    /// names those of the generic network.
    pub content_type: u16,
}

impl<'a> TlvValue<'a> for BroadcastContentType {
    fn read(parts: &ValueParts<'a>) -> Option<Self> {
        parts.exactly().map(|[network, high, low]| Self {
            network: BroadcastContentNetwork(network),
            content_type: u16::from_be_bytes([high, low]),
        })
    }
}

impl WriteFixed for BroadcastContentType {
    fn parts<'a>(self) -> ValueParts<'a> {
        let [high, low] = self.content_type.to_be_bytes();
        ValueParts::prefixed([self.network.0, high, low], &[])
    }
}

/// `broadcast_frequency_interval` (SMPP 5.0, 4.8.4.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BroadcastFrequencyInterval {
    /// The unit of time.
    pub unit: BroadcastFrequencyUnit,
    /// How many units.
    pub count: u16,
}

impl<'a> TlvValue<'a> for BroadcastFrequencyInterval {
    fn read(parts: &ValueParts<'a>) -> Option<Self> {
        parts.exactly().map(|[unit, high, low]| Self {
            unit: BroadcastFrequencyUnit(unit),
            count: u16::from_be_bytes([high, low]),
        })
    }
}

impl WriteFixed for BroadcastFrequencyInterval {
    fn parts<'a>(self) -> ValueParts<'a> {
        let [high, low] = self.count.to_be_bytes();
        ValueParts::prefixed([self.unit.0, high, low], &[])
    }
}

/// `its_session_info` (SMPP 3.4, 5.3.2.43; 5.0, 4.8.4.34).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ItsSessionInfo {
    /// Session number; stays the same for the whole session.
    pub session_number: u8,
    /// Bits 7 to 1: sequence of the dialogue unit; bit 0: end of the session.
    pub sequence_and_end: u8,
}

impl ItsSessionInfo {
    /// Sequence of the dialogue unit within the session, 0 to 127.
    #[must_use]
    pub const fn sequence(self) -> u8 {
        self.sequence_and_end >> 1
    }

    /// Whether this unit ends the session.
    #[must_use]
    pub const fn ends_session(self) -> bool {
        self.sequence_and_end & 1 != 0
    }
}

impl<'a> TlvValue<'a> for ItsSessionInfo {
    fn read(parts: &ValueParts<'a>) -> Option<Self> {
        parts
            .exactly()
            .map(|[session_number, sequence_and_end]| Self {
                session_number,
                sequence_and_end,
            })
    }
}

impl WriteFixed for ItsSessionInfo {
    fn parts<'a>(self) -> ValueParts<'a> {
        ValueParts::prefixed([self.session_number, self.sequence_and_end], &[])
    }
}

/// `ms_validity` (SMPP 3.4, 5.3.2.27; 5.0, 4.8.4.41): one octet, or four in 5.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MsValidity {
    /// What the handset does with the message.
    pub behaviour: MsValidityBehaviour,
    /// How long, when the behaviour is a relative time (5.0): unit and count.
    pub period: Option<(MsValidityUnit, u16)>,
}

impl<'a> TlvValue<'a> for MsValidity {
    fn read(parts: &ValueParts<'a>) -> Option<Self> {
        if let Some([behaviour]) = parts.exactly() {
            return Some(Self {
                behaviour: MsValidityBehaviour(behaviour),
                period: None,
            });
        }
        parts.exactly().map(|[behaviour, unit, high, low]| Self {
            behaviour: MsValidityBehaviour(behaviour),
            period: Some((MsValidityUnit(unit), u16::from_be_bytes([high, low]))),
        })
    }
}

impl WriteFixed for MsValidity {
    fn parts<'a>(self) -> ValueParts<'a> {
        match self.period {
            None => ValueParts::prefixed([self.behaviour.0], &[]),
            Some((unit, count)) => {
                let [high, low] = count.to_be_bytes();
                ValueParts::prefixed([self.behaviour.0, unit.0, high, low], &[])
            }
        }
    }
}

/// Declares a value of one leading octet and octets behind it.
macro_rules! tagged_octets {
    ($(
        $(#[$meta:meta])*
        $Name:ident { $(#[$tag_meta:meta])* $tag:ident: $Tag:ident, $(#[$rest_meta:meta])* $rest:ident }
    )*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $Name<'a> {
            $(#[$tag_meta])*
            pub $tag: $Tag,
            $(#[$rest_meta])*
            pub $rest: &'a [u8],
        }

        impl<'a> TlvValue<'a> for $Name<'a> {
            fn read(parts: &ValueParts<'a>) -> Option<Self> {
                parts.split().map(|([tag], $rest)| Self { $tag: tag.into(), $rest })
            }
        }

        impl<'a> WriteVariable<'a> for $Name<'a> {
            fn parts(self) -> ValueParts<'a> {
                ValueParts::prefixed([self.$tag.into()], self.$rest)
            }
        }

        impl fmt::Debug for $Name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?} \"{}\"", self.$tag, self.$rest.escape_ascii())
            }
        }
    )*};
}

tagged_octets! {
    /// `source_subaddress` and `dest_subaddress` (SMPP 3.4, 5.3.2.15; 5.0, 4.8.4.28).
    Subaddress {
        /// The kind of subaddress.
        tag: SubaddressTag,
        /// The subaddress, at most 22 octets.
        octets
    }
    /// `callback_num_atag` (SMPP 3.4, 5.3.2.38; 5.0, 4.8.4.17).
    CallbackNumAtag {
        /// Coding of the characters.
        data_coding: DataCoding,
        /// The characters, at most 64 octets.
        characters
    }
    /// `broadcast_area_identifier` (SMPP 5.0, 4.8.4.4).
    BroadcastAreaIdentifier {
        /// How the area is described.
        format: BroadcastAreaFormat,
        /// The description, at most 100 octets.
        details
    }
    /// `billing_identification` (SMPP 5.0, 4.8.4.3).
    BillingIdentification {
        /// Format of what follows; 0x80 to 0xFF belong to vendors.
        format: u8,
        /// The billing information, at most 1,023 octets.
        data
    }
}

/// `callback_num` (SMPP 3.4, 5.3.2.36; 5.0, 4.8.4.15).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallbackNum<'a> {
    /// Whether the digits are ASCII or packed.
    pub digit_mode: CallbackNumDigitMode,
    /// Type of number.
    pub ton: Ton,
    /// Numbering plan indicator.
    pub npi: Npi,
    /// The digits, 1 to 16 octets.
    pub digits: &'a [u8],
}

impl<'a> TlvValue<'a> for CallbackNum<'a> {
    fn read(parts: &ValueParts<'a>) -> Option<Self> {
        parts.split().map(|([digit_mode, ton, npi], digits)| Self {
            digit_mode: CallbackNumDigitMode(digit_mode),
            ton: Ton(ton),
            npi: Npi(npi),
            digits,
        })
    }
}

impl<'a> WriteVariable<'a> for CallbackNum<'a> {
    fn parts(self) -> ValueParts<'a> {
        ValueParts::prefixed([self.digit_mode.0, self.ton.0, self.npi.0], self.digits)
    }
}

impl fmt::Debug for CallbackNum<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            digit_mode,
            ton,
            npi,
            digits,
        } = self;
        write!(
            f,
            "\"{}\" ({digit_mode}, {ton}, {npi})",
            digits.escape_ascii()
        )
    }
}
