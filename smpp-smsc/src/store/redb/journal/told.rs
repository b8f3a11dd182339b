//! What a frame tells: what messages and deliveries are now, one behind the other.
//!
//! Whoever reads all frames of a generation, whatever of them has been done already,
//! has in the end what whoever wrote them had: each tells what something is now, and
//! not how it changed; and nothing is told by reference to what an earlier generation
//! told.

use core::str;

use bytes::Bytes;
use smpp_pdu::MessageState;

use crate::store::{Delivery, DeliveryContent, DeliveryKey};
use crate::{Life, LifeRecord, Message, MessageId, MessageKey, Timestamp};

const MESSAGE: u8 = 1;
const LIFE: u8 = 2;
const HANDED: u8 = 3;
const DELIVERY: u8 = 4;
const TAKEN: u8 = 5;
const FORGOTTEN: u8 = 6;

/// What a delivery is: of a message as it is now, as it was, or octets.
const NOW: u8 = 0;
const THEN: u8 = 1;
const OCTETS: u8 = 2;

const RECEIPT: u8 = 0;
const NOTIFICATION: u8 = 1;
const ALERT: u8 = 2;
const FORWARD: u8 = 3;

/// Writes into a frame.
pub(crate) struct Telling<'a> {
    out: &'a mut Vec<u8>,
}

impl<'a> Telling<'a> {
    pub(crate) const fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out }
    }

    /// This message is so.
    pub(crate) fn message(&mut self, message: &Message) {
        self.out.push(MESSAGE);
        self.whole(message);
    }

    /// The life of a message that this generation told of is so.
    pub(crate) fn life(&mut self, key: &MessageKey, life: &Life) {
        self.out.push(LIFE);
        self.key(key);
        self.life_alone(life);
    }

    /// A centre has this message.
    pub(crate) fn handed(&mut self, key: &MessageKey, centre: &str, id: &[u8]) {
        self.out.push(HANDED);
        self.key(key);
        self.octets(centre.as_bytes());
        self.octets(id);
    }

    /// This waits for an ESME. `as_now`: the message that it speaks of is the one that
    /// was told of last.
    pub(crate) fn delivery(&mut self, delivery: &Delivery, as_now: bool) {
        self.out.push(DELIVERY);
        self.octets(delivery.account.as_bytes());
        self.number(delivery.key.0);
        self.number(delivery.created.0);
        let (kind, message) = match &delivery.content {
            DeliveryContent::Receipt(of) => (RECEIPT, of),
            DeliveryContent::Notification(of) => (NOTIFICATION, of),
            DeliveryContent::Alert(of) => (ALERT, of),
            DeliveryContent::Forward(of) => (FORWARD, of),
            DeliveryContent::Message(octets) => {
                self.out.push(OCTETS);
                self.octets(octets);
                return;
            }
        };
        if as_now {
            self.out.extend([NOW, kind]);
            self.key(&message.key);
        } else {
            self.out.extend([THEN, kind]);
            self.whole(message);
        }
    }

    /// This waits no more.
    pub(crate) fn taken(&mut self, account: &str, key: DeliveryKey) {
        self.out.push(TAKEN);
        self.octets(account.as_bytes());
        self.number(key.0);
    }

    /// This message is kept no more.
    pub(crate) fn forgotten(&mut self, key: &MessageKey) {
        self.out.push(FORGOTTEN);
        self.key(key);
    }

    fn whole(&mut self, message: &Message) {
        self.key(&message.key);
        self.octets(message.account.as_bytes());
        self.number(message.submitted.0);
        self.life_alone(&message.life);
        self.octets(message.octets());
    }

    fn key(&mut self, key: &MessageKey) {
        self.octets(key.id.as_str().as_bytes());
        self.out.push(key.part);
    }

    fn life_alone(&mut self, life: &Life) {
        let life = life.record();
        let due = life.due.map_or(u64::MAX, |due| due.0);
        let done = life.done.map_or(u64::MAX, |done| done.0);
        let flags = u8::from(life.in_flight)
            | u8::from(life.due.is_some()) << 1
            | u8::from(life.done.is_some()) << 2;
        self.out.extend([life.state.0, life.error, flags]);
        self.out.extend_from_slice(&life.attempts.to_le_bytes());
        self.number(life.scheduled.0);
        self.number(life.expires.0);
        self.number(due);
        self.number(done);
    }

    fn number(&mut self, number: u64) {
        self.out.extend_from_slice(&number.to_le_bytes());
    }

    /// Octets behind their number. Nothing that is told of has 4 GiB.
    fn octets(&mut self, octets: &[u8]) {
        let len = u32::try_from(octets.len()).unwrap_or(u32::MAX);
        self.out.extend_from_slice(&len.to_le_bytes());
        self.out.extend_from_slice(octets);
    }
}

/// One thing that a frame tells.
pub(crate) enum Told<'a> {
    Message(Message),
    Life {
        key: MessageKey,
        life: Life,
    },
    Handed {
        key: MessageKey,
        centre: &'a str,
        id: &'a [u8],
    },
    Delivery {
        account: &'a str,
        key: DeliveryKey,
        created: Timestamp,
        content: Content,
    },
    Taken {
        account: &'a str,
        key: DeliveryKey,
    },
    Forgotten(MessageKey),
}

/// What a delivery is.
pub(crate) enum Content {
    /// Of a message as it is now.
    Now(MessageKey, fn(std::sync::Arc<Message>) -> DeliveryContent),
    /// Anything else.
    Then(DeliveryContent),
}

impl<'a> Told<'a> {
    /// Takes one thing from the front; `None` when this is nothing that a frame tells,
    /// which is so when they are empty.
    pub(crate) fn take(octets: &mut &'a [u8]) -> Option<Self> {
        Some(match number_u8(octets)? {
            MESSAGE => Self::Message(message(octets)?),
            LIFE => Self::Life {
                key: key(octets)?,
                life: life(octets)?,
            },
            HANDED => Self::Handed {
                key: key(octets)?,
                centre: text(octets)?,
                id: counted(octets)?,
            },
            DELIVERY => Self::Delivery {
                account: text(octets)?,
                key: DeliveryKey(number(octets)?),
                created: Timestamp(number(octets)?),
                content: content(octets)?,
            },
            TAKEN => Self::Taken {
                account: text(octets)?,
                key: DeliveryKey(number(octets)?),
            },
            FORGOTTEN => Self::Forgotten(key(octets)?),
            _ => return None,
        })
    }
}

fn content(octets: &mut &[u8]) -> Option<Content> {
    let how = number_u8(octets)?;
    if how == OCTETS {
        let octets = Bytes::copy_from_slice(counted(octets)?);
        return Some(Content::Then(DeliveryContent::Message(octets)));
    }
    let kind = match number_u8(octets)? {
        RECEIPT => DeliveryContent::Receipt,
        NOTIFICATION => DeliveryContent::Notification,
        ALERT => DeliveryContent::Alert,
        FORWARD => DeliveryContent::Forward,
        _ => return None,
    };
    match how {
        NOW => Some(Content::Now(key(octets)?, kind)),
        THEN => Some(Content::Then(kind(message(octets)?.into()))),
        _ => None,
    }
}

fn message(octets: &mut &[u8]) -> Option<Message> {
    let key = key(octets)?;
    let account = text(octets)?.into();
    let submitted = Timestamp(number(octets)?);
    let life = life(octets)?;
    let pdu = Bytes::copy_from_slice(counted(octets)?);
    Message::new(key, account, submitted, life, pdu).ok()
}

fn key(octets: &mut &[u8]) -> Option<MessageKey> {
    Some(MessageKey {
        id: MessageId::new(text(octets)?).ok()?,
        part: number_u8(octets)?,
    })
}

fn life(octets: &mut &[u8]) -> Option<Life> {
    let [state, error, flags] = *octets.split_off(..3)?.first_chunk()?;
    let attempts = u32::from_le_bytes(*octets.split_off(..4)?.first_chunk()?);
    let mut times = [0; 4];
    for time in &mut times {
        *time = number(octets)?;
    }
    let [scheduled, expires, due, done] = times.map(Timestamp);
    Life::from_record(LifeRecord {
        state: MessageState(state),
        scheduled,
        expires,
        due: (flags & 2 != 0).then_some(due),
        attempts,
        in_flight: flags & 1 != 0,
        done: (flags & 4 != 0).then_some(done),
        error,
    })
}

fn number_u8(octets: &mut &[u8]) -> Option<u8> {
    octets.split_off_first().copied()
}

fn number(octets: &mut &[u8]) -> Option<u64> {
    let number = octets.split_off(..8)?.first_chunk()?;
    Some(u64::from_le_bytes(*number))
}

fn counted<'a>(octets: &mut &'a [u8]) -> Option<&'a [u8]> {
    let len = u32::from_le_bytes(*octets.split_off(..4)?.first_chunk()?);
    octets.split_off(..usize::try_from(len).ok()?)
}

fn text<'a>(octets: &mut &'a [u8]) -> Option<&'a str> {
    str::from_utf8(counted(octets)?).ok()
}
