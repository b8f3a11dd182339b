//! Values out of the octets of an input.

use smpp_pdu::{
    Address, BindType, COctetStr, CommandStatus, DestAddress, Password, ShortMessage, Tag, Tlv,
    UnsuccessSme,
};

/// The octets with a `command_length` that says how many they are: a fuzzer
/// hardly ever hits on it. `None` below the length of a header.
pub(crate) fn with_right_length(data: &[u8]) -> Option<Vec<u8>> {
    let mut octets = data.to_vec();
    if octets.len() < 16 {
        return None;
    }
    let command_length = u32::try_from(octets.len()).ok()?;
    octets[..4].copy_from_slice(&command_length.to_be_bytes());
    Some(octets)
}

/// Hands out values until the octets are used up; after that, empty ones and
/// zeros.
pub(crate) struct Source<'a> {
    octets: &'a [u8],
}

impl<'a> Source<'a> {
    pub(crate) const fn new(octets: &'a [u8]) -> Self {
        Self { octets }
    }

    pub(crate) fn u8(&mut self) -> u8 {
        self.slice(1).first().copied().unwrap_or(0)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }

    /// A number below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::from(self.u8()) % bound
    }

    pub(crate) fn flag(&mut self) -> bool {
        self.u8() & 1 == 1
    }

    /// One of several.
    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    pub(crate) fn u16(&mut self) -> u16 {
        u16::from_be_bytes([self.u8(), self.u8()])
    }

    pub(crate) fn u32(&mut self) -> u32 {
        u32::from(self.u16()) << 16 | u32::from(self.u16())
    }

    pub(crate) fn slice(&mut self, len: usize) -> &'a [u8] {
        let (octets, rest) = self.octets.split_at(len.min(self.octets.len()));
        self.octets = rest;
        octets
    }

    /// All that is left.
    pub(crate) fn rest(&mut self) -> &'a [u8] {
        self.slice(self.octets.len())
    }

    /// Octets with their length in front, at most 255.
    pub(crate) fn octets(&mut self) -> &'a [u8] {
        let len = usize::from(self.u8());
        self.slice(len)
    }

    /// A value of a type that has many.
    pub(crate) fn take<T: Take<'a>>(&mut self) -> T {
        T::take(self)
    }

    /// At most `max` values.
    pub(crate) fn list<T: Take<'a>>(&mut self, max: u8) -> Vec<T> {
        let count = self.u8() % (max + 1);
        (0..count).map(|_| self.take()).collect()
    }
}

pub(crate) trait Take<'a>: Sized {
    fn take(source: &mut Source<'a>) -> Self;
}

/// Numbers of one octet.
macro_rules! of_u8 {
    ($($Type:ident),* $(,)?) => {$(
        impl<'a> Take<'a> for smpp_pdu::$Type {
            fn take(source: &mut Source<'a>) -> Self {
                Self(source.u8())
            }
        }
    )*};
}

of_u8!(
    DataCoding,
    EsmClass,
    InterfaceVersion,
    MessageState,
    Npi,
    PriorityFlag,
    RegisteredDelivery,
    ReplaceIfPresentFlag,
    Ton,
);

impl<'a> Take<'a> for u8 {
    fn take(source: &mut Source<'a>) -> Self {
        source.u8()
    }
}

impl<'a> Take<'a> for CommandStatus {
    fn take(source: &mut Source<'a>) -> Self {
        Self(source.u32())
    }
}

impl<'a> Take<'a> for BindType {
    fn take(source: &mut Source<'a>) -> Self {
        match source.u8() % 3 {
            0 => Self::Receiver,
            1 => Self::Transmitter,
            _ => Self::Transceiver,
        }
    }
}

/// Up to the first NUL, and longer than the standard allows now and then.
impl<'a> Take<'a> for COctetStr<'a> {
    fn take(source: &mut Source<'a>) -> Self {
        let octets = source.octets();
        let text = octets.split(|octet| *octet == 0).next().unwrap_or(&[]);
        Self::new(text).expect("cut before the NUL")
    }
}

impl<'a> Take<'a> for Password<'a> {
    fn take(source: &mut Source<'a>) -> Self {
        Self(source.take())
    }
}

impl<'a> Take<'a> for Address<'a> {
    fn take(source: &mut Source<'a>) -> Self {
        Self {
            ton: source.take(),
            npi: source.take(),
            addr: source.take(),
        }
    }
}

impl<'a> Take<'a> for ShortMessage<'a> {
    fn take(source: &mut Source<'a>) -> Self {
        Self::new(source.octets()).expect("at most 255 octets")
    }
}

impl<'a> Take<'a> for DestAddress<'a> {
    fn take(source: &mut Source<'a>) -> Self {
        match source.u8() % 2 {
            0 => Self::Sme(source.take()),
            _ => Self::DistributionList(source.take()),
        }
    }
}

impl<'a> Take<'a> for UnsuccessSme<'a> {
    fn take(source: &mut Source<'a>) -> Self {
        Self {
            destination_addr: source.take(),
            error_status_code: source.take(),
        }
    }
}

/// Of each way to keep a value: inline, borrowed, both, with and without NUL.
impl<'a> Take<'a> for Tlv<'a> {
    fn take(source: &mut Source<'a>) -> Self {
        let kind = source.u8();
        let built = match kind % 12 {
            0 => Ok(Self::message_state(source.take())),
            1 => Ok(Self::user_message_reference(source.u16())),
            2 => Ok(Self::qos_time_to_live(source.u32())),
            3 => Ok(Self::network_error_code(smpp_pdu::NetworkErrorCode {
                network_type: source.u8().into(),
                code: source.u16(),
            })),
            4 => Ok(Self::alert_on_message_delivery(source.u8().into())),
            5 => Ok(Self::ms_validity(smpp_pdu::MsValidity {
                behaviour: source.u8().into(),
                period: (kind >= 128).then(|| (source.u8().into(), source.u16())),
            })),
            6 => Self::receipted_message_id(source.take()),
            7 => Self::message_payload(source.octets()),
            8 => Self::callback_num(smpp_pdu::CallbackNum {
                digit_mode: source.u8().into(),
                ton: source.take(),
                npi: source.take(),
                digits: source.octets(),
            }),
            9 => Self::broadcast_area_identifier(smpp_pdu::BroadcastAreaIdentifier {
                format: source.u8().into(),
                details: source.octets(),
            }),
            10 => {
                let (tag, _) = Tag::NAMED[usize::from(source.u8()) % Tag::NAMED.len()];
                Self::new(tag, source.octets())
            }
            _ => Self::new(Tag(source.u16()), source.octets()),
        };
        built.expect("at most 65,535 octets")
    }
}
