//! Signs for messages that wait elsewhere.

use smpp_pdu::udh::{SpecialMessage, SpecialMessageType, Udh};
use smpp_pdu::{
    DataCoding, DataCodingGroup, GsmAlphabet, MessageWaitingKind, MsMsgWaitFacilities, Tlv, Tlvs,
};

use super::Parameters;

/// The most that `number_of_messages` says (SMPP 3.4, 5.3.2.39).
const MAX_NUMBER: u8 = 99;

/// Switches the sign of a phone on or off: voice mail waits, or a fax, or
/// something else.
///
/// | place | kind | on, off | how many | text is kept |
/// | --- | --- | --- | --- | --- |
/// | `data_coding` (3GPP TS 23.038, 4) | yes | yes | | yes |
/// | element 0x01 of the user data header (3GPP TS 23.040, 9.2.3.24.2) | yes | 0 is off | 0 to 255 | yes |
/// | `ms_msg_wait_facilities` (SMPP 3.4, 5.3.2.13; 5.0, 4.8.4.40) | yes | yes | | |
/// | `number_of_messages` (SMPP 3.4, 5.3.2.39; 5.0, 4.8.4.43) | | | 0 to 99 | |
///
/// ```
/// use smpp_codec::services::MessageWaiting;
/// use smpp_pdu::udh::{Udh, UdhBuf};
/// use smpp_pdu::{DataCoding, GsmAlphabet, MessageWaitingKind, Tlvs};
///
/// let waiting = MessageWaiting::on(MessageWaitingKind::VOICEMAIL).count(3);
/// let data_coding = waiting.data_coding(GsmAlphabet::Gsm7).unwrap();
/// assert_eq!(data_coding, DataCoding(0xC8));
/// let mut header = UdhBuf::new();
/// header.special_message(waiting.special_message())?;
/// assert_eq!(header.as_bytes(), [0x04, 0x01, 0x02, 0x00, 0x03]);
///
/// let (header, _) = Udh::split(&header)?;
/// let read = MessageWaiting::read(data_coding, Some(&header), &Tlvs::EMPTY).unwrap();
/// assert_eq!(read.waiting, waiting);
/// assert!(!read.conflict.any());
/// # Ok::<(), smpp_pdu::udh::UdhError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MessageWaiting {
    /// What waits.
    pub kind: MessageWaitingKind,
    /// Whether the sign goes on; else it goes off.
    pub active: bool,
    /// How many wait, if that is known; 255 stands for 255 or more. It has no
    /// meaning with a sign that goes off.
    pub count: Option<u8>,
    /// Whether the phone keeps the text of the message after it has set the
    /// sign.
    pub store: bool,
    /// Which of four subscriptions the sign is for, 0 to 3; 0 unless the
    /// subscriber has several. Only the header says it.
    pub profile: u8,
    /// More about the kind "other", 0 to 7; 1 is a video message. Only the
    /// header says it.
    pub extended: u8,
}

/// A sign that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WaitingRead {
    /// The sign. The header goes before the parameters, and those before
    /// `data_coding`; the text is kept if either header or `data_coding` says
    /// so (3GPP TS 23.040, 9.2.3.24.2).
    pub waiting: MessageWaiting,
    /// In what the places do not agree.
    pub conflict: WaitingConflict,
    /// Whether the header has signs of other kinds besides; read them with
    /// [`MessageWaiting::of_special_message`].
    pub more: bool,
}

/// In what the places do not agree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct WaitingConflict {
    /// In what waits.
    pub kind: bool,
    /// In whether the sign goes on or off.
    pub active: bool,
    /// In how many wait.
    pub count: bool,
    /// In whether the text is kept.
    pub store: bool,
}

impl WaitingConflict {
    /// Whether there is any disagreement.
    #[must_use]
    pub const fn any(self) -> bool {
        self.kind || self.active || self.count || self.store
    }
}

impl MessageWaiting {
    /// The sign goes on; the text is not kept.
    #[must_use]
    pub const fn on(kind: MessageWaitingKind) -> Self {
        Self {
            kind,
            active: true,
            count: None,
            store: false,
            profile: 0,
            extended: 0,
        }
    }

    /// The sign goes off; the text is not kept.
    #[must_use]
    pub const fn off(kind: MessageWaitingKind) -> Self {
        Self {
            active: false,
            ..Self::on(kind)
        }
    }

    /// The same with the number of messages.
    #[must_use]
    pub const fn count(mut self, count: u8) -> Self {
        self.count = Some(count);
        self
    }

    /// The same with the text kept, or not.
    #[must_use]
    pub const fn store(mut self, store: bool) -> Self {
        self.store = store;
        self
    }

    /// The `data_coding` for a text in this alphabet.
    ///
    /// `None` for octets, and for UCS-2 with a text that is not kept: GSM has no
    /// such values. Use the header for those.
    #[must_use]
    pub const fn data_coding(&self, alphabet: GsmAlphabet) -> Option<DataCoding> {
        DataCoding::from_group(DataCodingGroup::MessageWaiting {
            store: self.store,
            alphabet,
            active: self.active,
            kind: self.kind,
        })
    }

    /// The element for the user data header, which
    /// [`UdhBuf::special_message`](smpp_pdu::udh::UdhBuf::special_message)
    /// takes. A sign that goes on has at least one message, one that goes off
    /// none. Bits that have no room are left out.
    #[must_use]
    pub fn special_message(&self) -> SpecialMessage {
        SpecialMessage {
            store: self.store,
            profile: self.profile & 0x03,
            extended: self.extended & 0x07,
            message_type: SpecialMessageType(self.kind.0 & 0x03),
            count: if self.active {
                self.count.unwrap_or(1).max(1)
            } else {
                0
            },
        }
    }

    /// The sign of an element of the user data header.
    #[must_use]
    pub const fn of_special_message(message: SpecialMessage) -> Self {
        Self {
            kind: MessageWaitingKind(message.message_type.0),
            active: message.count > 0,
            count: Some(message.count),
            store: message.store,
            profile: message.profile,
            extended: message.extended,
        }
    }

    /// The parameters: `ms_msg_wait_facilities`, and `number_of_messages` where
    /// the number is known and the sign goes on. More than 99 are written as 99.
    /// They need SMPP 3.4, and are meant for CDMA and TDMA as well as GSM.
    #[must_use]
    pub fn tlvs(&self) -> Parameters {
        let facilities = MsMsgWaitFacilities(0)
            .with_active(self.active)
            .with_kind(self.kind);
        let number = self.count.filter(|_| self.active);
        Parameters::new(
            Some(Tlv::ms_msg_wait_facilities(facilities)),
            number.map(|number| Tlv::number_of_messages(number.min(MAX_NUMBER))),
        )
    }

    /// Reads the sign of a message from all places: `header` is its user data
    /// header, if it has one, `tlvs` are its parameters. `None` when no place
    /// has a sign; a `number_of_messages` alone is none.
    ///
    /// Where the header has signs of several kinds, the one of the kind that
    /// another place names is taken, or else the first.
    #[must_use]
    pub fn read(
        data_coding: DataCoding,
        header: Option<&Udh<'_>>,
        tlvs: &Tlvs<'_>,
    ) -> Option<WaitingRead> {
        let coding = match data_coding.group() {
            DataCodingGroup::MessageWaiting {
                store,
                active,
                kind,
                ..
            } => Some(Self {
                active,
                store,
                ..Self::on(kind)
            }),
            _ => None,
        };
        let number = tlvs.number_of_messages().and_then(Result::ok);
        let parameters = tlvs
            .ms_msg_wait_facilities()
            .and_then(Result::ok)
            .map(|facilities| Self {
                active: facilities.is_active(),
                count: number,
                ..Self::on(facilities.kind())
            });
        let named = parameters.or(coding).map(|sign| sign.kind);
        let signs = || {
            let messages = header.into_iter().flat_map(Udh::special_messages);
            messages.map(Self::of_special_message)
        };
        let element = signs()
            .find(|sign| Some(sign.kind) == named)
            .or_else(|| signs().next());

        let mut waiting = element.or(parameters).or(coding)?;
        let mut conflict = WaitingConflict::default();
        for other in [parameters, coding].into_iter().flatten() {
            conflict.kind |= other.kind != waiting.kind;
            conflict.active |= other.active != waiting.active;
        }
        if let (Some(element), Some(coding)) = (element, coding) {
            conflict.store = element.store != coding.store;
        }
        if let Some(coding) = coding {
            waiting.store |= coding.store;
        }
        if let Some(number) = number {
            // The parameter ends at 99.
            let same = |count: u8| number == count || (number == MAX_NUMBER && count > number);
            let own = waiting.count.filter(|_| waiting.active);
            conflict.count = own.is_some_and(|count| !same(count));
            waiting.count = waiting.count.or(Some(number));
        }
        let more = element.is_some_and(|element| signs().any(|sign| sign.kind != element.kind));
        Some(WaitingRead {
            waiting,
            conflict,
            more,
        })
    }
}
