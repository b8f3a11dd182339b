//! Messages, as the message centre keeps them.

use std::sync::Arc;

use bytes::Bytes;
use smpp_codec::{DecodeError, decode};
use smpp_pdu::{
    Address, Body, COctetStr, DataCoding, EsmClass, Pdu, PriorityFlag, RegisteredDelivery, Tlvs,
};

use crate::{Life, MessageId, Timestamp};

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
    /// INVARIANT: decodes to a `submit_sm`, a `data_sm` or a `broadcast_sm`.
    pdu: Bytes,
    /// Those of the PDU.
    wishes: Wishes,
}

/// What is asked of a message again and again, read once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wishes {
    pub(crate) registered_delivery: RegisteredDelivery,
    pub(crate) priority: PriorityFlag,
    pub(crate) broadcast: bool,
}

impl Wishes {
    /// The wishes of a PDU; `None` when it is no message.
    #[inline]
    pub(crate) const fn of(body: &Body<'_>) -> Option<Self> {
        // What a PDU has no field for is not wished for.
        let none = Self {
            registered_delivery: RegisteredDelivery::NONE,
            priority: PriorityFlag::LEVEL_0,
            broadcast: false,
        };
        match body {
            Body::SubmitSm(sm) => Some(Self {
                registered_delivery: sm.registered_delivery,
                priority: sm.priority_flag,
                ..none
            }),
            Body::DataSm(sm) => Some(Self {
                registered_delivery: sm.registered_delivery,
                ..none
            }),
            Body::BroadcastSm(sm) => Some(Self {
                priority: sm.priority_flag,
                broadcast: true,
                ..none
            }),
            _ => None,
        }
    }
}

impl Message {
    /// A message from the octets of its PDU, kept as they are: unknown
    /// parameters go on to wherever the message goes.
    ///
    /// # Errors
    /// [`NotAMessage`] when the octets are no `submit_sm`, `data_sm` or
    /// `broadcast_sm`.
    pub fn new(
        key: MessageKey,
        account: Arc<str>,
        submitted: Timestamp,
        life: Life,
        pdu: Bytes,
    ) -> Result<Self, NotAMessage> {
        let wishes = Wishes::of(&decode(&pdu)?.body).ok_or(NotAMessage::OtherPdu)?;
        Ok(Self {
            key,
            account,
            submitted,
            life,
            pdu,
            wishes,
        })
    }

    /// A message from the octets of a PDU that was decoded already, and has
    /// these wishes.
    pub(crate) const fn decoded(
        key: MessageKey,
        account: Arc<str>,
        submitted: Timestamp,
        life: Life,
        pdu: Bytes,
        wishes: Wishes,
    ) -> Self {
        Self {
            key,
            account,
            submitted,
            life,
            pdu,
            wishes,
        }
    }

    /// Whether the other one is the same message, wherever it stands.
    #[cfg(feature = "redb")]
    pub(crate) fn is_but_for_its_life(&self, other: &Self) -> bool {
        let (one, two) = (&self.pdu, &other.pdu);
        let same_octets = (one.as_ptr() == two.as_ptr() && one.len() == two.len()) || one == two;
        same_octets
            && self.submitted == other.submitted
            && self.account == other.account
            && self.key == other.key
    }

    /// Which receipts are wanted, without a look into the PDU.
    pub(crate) const fn registered_delivery(&self) -> RegisteredDelivery {
        self.wishes.registered_delivery
    }

    /// Whether it is a `broadcast_sm`: to all handsets of an area, not to one.
    #[must_use]
    pub const fn is_broadcast(&self) -> bool {
        self.wishes.broadcast
    }

    /// Its priority, of several messages that are due at the same moment.
    #[must_use]
    pub const fn priority(&self) -> PriorityFlag {
        self.wishes.priority
    }

    /// Whether a store finds it by its addresses ([`Store::between`]): messages
    /// that wait, and broadcasts as long as they are kept.
    ///
    /// A message that is due as soon as it comes is not among them: it is as
    /// good as on its way. So the many that never wait cost no entry.
    ///
    /// [`Store::between`]: crate::store::Store::between
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.wishes.broadcast || self.life.waits(self.submitted)
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
    #[error("no submit_sm, data_sm or broadcast_sm")]
    OtherPdu,
}

/// The fields that `submit_sm`, `data_sm` and `broadcast_sm` have in common; a
/// broadcast has no destination, and asks for no receipts.
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
    /// The content of a PDU; `None` when it is none of the three.
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
            Body::BroadcastSm(sm) => Some(Self {
                service_type: sm.service_type,
                source: sm.source_addr,
                data_coding: sm.data_coding,
                text: payload(sm.tlvs),
                tlvs: sm.tlvs,
                ..Self::default()
            }),
            _ => None,
        }
    }
}
