//! Messages, as the message centre keeps them.

use core::fmt;
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::Arc;

use bytes::Bytes;
use smpp_codec::{DecodeError, decode};
use smpp_pdu::{
    Address, Body, COctetStr, DataCoding, EsmClass, InterfaceVersion, Pdu, RegisteredDelivery, Tlvs,
};

use crate::{Life, Timestamp};

/// The id of a message: an opaque text of at most 64 characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(Arc<str>);

impl MessageId {
    /// An id of this text.
    ///
    /// # Errors
    /// [`InvalidId`] when it is empty, longer than 64 octets, or holds anything
    /// but printable ASCII.
    pub fn new(text: &str) -> Result<Self, InvalidId> {
        let printable = text.bytes().all(|octet| octet.is_ascii_graphic());
        if text.is_empty() || text.len() > 64 || !printable {
            return Err(InvalidId);
        }
        Ok(Self(text.into()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id as a field of a PDU.
    #[must_use]
    pub fn as_c_octet_str(&self) -> COctetStr<'_> {
        // Printable ASCII holds no NUL.
        COctetStr::new(self.0.as_bytes()).unwrap_or_default()
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A text that cannot be the id of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a message id has 1 to 64 characters of printable ASCII")]
pub struct InvalidId;

/// One message: `id` as the ESME knows it, and `part` where one `submit_multi`
/// made several messages, which share the id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageKey {
    /// The id in the response.
    pub id: MessageId,
    /// Which recipient of a `submit_multi`, from 0.
    pub part: u8,
}

/// A message and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its name.
    pub key: MessageKey,
    /// `system_id` of the account that submitted it.
    pub account: Arc<str>,
    /// When it was submitted, or replaced.
    pub submitted: Timestamp,
    /// Where it stands.
    pub life: Life,
    /// INVARIANT: decodes to a `submit_sm` or a `data_sm`.
    pdu: Bytes,
}

impl Message {
    /// A message from the octets of its PDU, kept as they are: unknown
    /// parameters go on to wherever the message goes.
    ///
    /// # Errors
    /// [`NotAMessage`] when the octets are neither a `submit_sm` nor a `data_sm`.
    pub fn new(
        key: MessageKey,
        account: Arc<str>,
        submitted: Timestamp,
        life: Life,
        pdu: Bytes,
    ) -> Result<Self, NotAMessage> {
        let message = Self {
            key,
            account,
            submitted,
            life,
            pdu,
        };
        match decode(&message.pdu)?.body {
            Body::SubmitSm(_) | Body::DataSm(_) => Ok(message),
            _ => Err(NotAMessage::OtherPdu),
        }
    }

    /// The octets of the PDU.
    #[must_use]
    pub const fn octets(&self) -> &Bytes {
        &self.pdu
    }

    /// The same message with another PDU.
    ///
    /// # Errors
    /// [`NotAMessage`] as for [`Message::new`].
    pub fn with_pdu(&self, submitted: Timestamp, pdu: Bytes) -> Result<Self, NotAMessage> {
        Self::new(
            self.key.clone(),
            self.account.clone(),
            submitted,
            self.life,
            pdu,
        )
    }

    /// What the message centre reads in it.
    #[must_use]
    pub fn content(&self) -> Content<'_> {
        match decode(&self.pdu) {
            Ok(pdu) => Content::of(&pdu).unwrap_or_default(),
            // The constructor has decoded the same octets.
            Err(_) => Content::default(),
        }
    }
}

/// Octets that are no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAMessage {
    /// They are no PDU.
    #[error("{0}")]
    Malformed(#[from] DecodeError),
    /// They are another PDU.
    #[error("neither a submit_sm nor a data_sm")]
    OtherPdu,
}

/// The fields that `submit_sm` and `data_sm` have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Content<'a> {
    /// Service of the centre that the message uses.
    pub service_type: COctetStr<'a>,
    /// Sender.
    pub source: Address<'a>,
    /// Recipient.
    pub destination: Address<'a>,
    /// Mode, type and GSM features.
    pub esm_class: EsmClass,
    /// Which receipts are wanted.
    pub registered_delivery: RegisteredDelivery,
    /// Alphabet of the text.
    pub data_coding: DataCoding,
    /// The text: `short_message`, or `message_payload` where that is empty.
    pub text: &'a [u8],
    /// The tagged parameters.
    pub tlvs: Tlvs<'a>,
}

impl<'a> Content<'a> {
    /// The content of a PDU; `None` when it is neither of the two.
    #[must_use]
    pub fn of(pdu: &Pdu<'a>) -> Option<Self> {
        let payload = |tlvs: Tlvs<'a>| match tlvs.message_payload() {
            Some(Ok(octets)) => octets,
            _ => &[],
        };
        match pdu.body {
            Body::SubmitSm(sm) => Some(Self {
                service_type: sm.service_type,
                source: sm.source_addr,
                destination: sm.destination_addr,
                esm_class: sm.esm_class,
                registered_delivery: sm.registered_delivery,
                data_coding: sm.data_coding,
                text: match sm.short_message.as_bytes() {
                    [] => payload(sm.tlvs),
                    text => text,
                },
                tlvs: sm.tlvs,
            }),
            Body::DataSm(sm) => Some(Self {
                service_type: sm.service_type,
                source: sm.source_addr,
                destination: sm.destination_addr,
                esm_class: sm.esm_class,
                registered_delivery: sm.registered_delivery,
                data_coding: sm.data_coding,
                text: payload(sm.tlvs),
                tlvs: sm.tlvs,
            }),
            _ => None,
        }
    }
}

/// Makes ids that nobody has got before, from this process or from one that
/// started earlier.
#[derive(Debug)]
pub(crate) struct Ids {
    next: AtomicU64,
    next_short: AtomicU32,
}

impl Ids {
    /// Ids that begin with the time, and so behind those of a process that
    /// started earlier, as long as that made fewer than 4,194,304 in each
    /// millisecond of its life. The short ones of 3.3 begin anew after 74 hours,
    /// and give room for 16 in each millisecond.
    pub(crate) fn new(now: Timestamp) -> Self {
        let [.., a, b, c, d] = (now.0 << 4).to_be_bytes();
        Self {
            next: AtomicU64::new(now.0 << 22 | 1),
            next_short: AtomicU32::new(u32::from_be_bytes([a, b, c, d])),
        }
    }

    /// The next id: 16 hexadecimal digits, 8 for a peer of 3.3, which takes no
    /// more. The two forms differ in length, and so never meet.
    pub(crate) fn next(&self, version: InterfaceVersion) -> MessageId {
        let text = if version.normalized() == InterfaceVersion::V3_3 {
            format!("{:08x}", self.next_short.fetch_add(1, Ordering::Relaxed))
        } else {
            format!("{:016x}", self.next.fetch_add(1, Ordering::Relaxed))
        };
        MessageId(text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_a_later_process_are_others() {
        let (v33, v34) = (InterfaceVersion::V3_3, InterfaceVersion::V3_4);
        let now = Timestamp(1_700_000_000_000);
        let (first, second) = (Ids::new(now), Ids::new(Timestamp(now.0 + 1)));
        for (version, len, made) in [(v34, 16, 1000), (v33, 8, 15)] {
            let last = (0..made).map(|_| first.next(version)).last().unwrap();
            let next = second.next(version);
            assert_eq!((last.as_str().len(), next.as_str().len()), (len, len));
            assert!(last < next, "{last} {next}");
        }
    }
}
