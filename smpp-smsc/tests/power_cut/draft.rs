//! What a message centre asks of its store in one commit.

use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use smpp_codec::encode;
use smpp_pdu::{
    Address, Body, BroadcastSm, MessageState, Pdu, SequenceNumber, ShortMessage, SubmitSm, Tlv,
    Tlvs,
};
use smpp_smsc::network::Outcome;
use smpp_smsc::store::{Change, Delivery, DeliveryContent, DeliveryKey};
use smpp_smsc::{Life, Message, MessageId, MessageKey, Retries, Timestamp};

use crate::model::{At, Model};
use crate::seen::ACCOUNTS;

pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// Makes names that nothing else has, and knows what time it is.
pub(crate) struct Clock {
    pub(crate) now: Timestamp,
    next: u64,
}

impl Clock {
    pub(crate) const fn new() -> Self {
        Self {
            now: Timestamp(1_700_000_000_000),
            next: 0,
        }
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

pub(crate) struct Draft<'a> {
    model: &'a Model,
    clock: &'a mut Clock,
    chance: &'a mut fastrand::Rng,
    /// Messages that have not ended.
    open: Vec<MessageKey>,
    waiting: Vec<At>,
    /// What earlier changes make of messages.
    now: BTreeMap<MessageKey, Arc<Message>>,
    changes: Vec<Change>,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(
        model: &'a Model,
        clock: &'a mut Clock,
        chance: &'a mut fastrand::Rng,
    ) -> Self {
        let kept = model.messages.values().map(|kept| kept.now());
        let open = kept.filter(|message| !message.life.is_final());
        Self {
            open: open.map(|message| message.key.clone()).collect(),
            waiting: model.outbox.keys().cloned().collect(),
            model,
            clock,
            chance,
            now: BTreeMap::new(),
            changes: Vec::new(),
        }
    }

    /// Several things that have nothing to do with each other.
    pub(crate) fn some(mut self, most: u32) -> Vec<Change> {
        for _ in 0..self.chance.u32(1..=most) {
            match self.chance.u8(..20) {
                0..6 => self.submit(),
                6..10 => self.end(),
                10 | 11 => self.fail_for_now(),
                12 => self.replace(),
                13 => self.pass_on(),
                14 => self.forward(),
                15 => self.speak_of_any(),
                16 => self.mo_of_a_handset(),
                17 => self.enqueue_again(),
                _ => self.dequeue(),
            }
        }
        self.changes
    }

    /// What has no effect: it comes too late, or for what was never there.
    pub(crate) fn nothing(mut self) -> Vec<Change> {
        let ended = self.model.messages.values().map(|kept| kept.now());
        let ended: Vec<_> = ended.filter(|message| message.life.is_final()).collect();
        if let Some(message) = self.chance.choice(ended) {
            let message = message.clone();
            self.changes.push(Change::Update(message.clone()));
            if self.model.message(&message.key).is_some() {
                self.enqueue(DeliveryContent::Notification(message));
            }
        } else {
            let stranger = self.message();
            self.changes.push(Change::HandOver {
                key: stranger.key,
                centre: "north".into(),
                id: b"4711".as_slice().into(),
            });
        }
        self.changes
    }

    /// Some changes, and a message whose name is taken.
    pub(crate) fn taken(mut self) -> Option<Vec<Change>> {
        let taken = self.model.messages.keys();
        let taken: Vec<_> = taken
            .filter(|key| self.model.message(key).is_some())
            .collect();
        let taken = self.chance.choice(taken)?.clone();
        let mut other = self.message();
        other.key = taken;
        let mut changes = self.some(4);
        changes.push(Change::Insert(other.into()));
        Some(changes)
    }

    fn submit(&mut self) {
        let mut message = self.message();
        match self.chance.u8(..4) {
            0 => {}
            1 => {
                let later = self.clock.now.after(SECOND * self.chance.u32(1..20));
                message.life = Life::new(later, later.after(100 * SECOND));
            }
            // As the engine does with what is due at once.
            _ => _ = message.life.claim(self.clock.now, self.lease()),
        }
        let message = Arc::new(message);
        self.now.insert(message.key.clone(), message.clone());
        self.open.push(message.key.clone());
        self.changes.push(Change::Insert(message));
    }

    fn message(&mut self) -> Message {
        let number = self.clock.number();
        let mut id = format!("{number:016x}");
        match self.chance.u8(..40) {
            // Too long to stand in the id itself.
            0..4 => id.push_str(&"-".repeat(self.chance.usize(7..48))),
            // Before all others, and behind them.
            4 => id.insert(0, '!'),
            5 => id.insert(0, '~'),
            _ => {}
        }
        let key = MessageKey {
            id: MessageId::new(&id).unwrap(),
            part: self.chance.u8(..3),
        };
        let now = self.clock.now;
        let valid = SECOND * if self.chance.u8(..8) == 0 { 5 } else { 100 };
        let life = Life::new(now, now.after(valid));
        let pdu = self.pdu();
        Message::new(key, "esme".into(), now, life, pdu).unwrap()
    }

    /// Octets that no other message has.
    fn pdu(&mut self) -> Bytes {
        let number = self.clock.number();
        let text = format!("{number} ").repeat(self.chance.usize(1..12));
        let address = |digits| Address::international(digits).unwrap();
        let source = address("15550100");
        let long = vec![self.chance.u8(..); 4096];
        let payload = [Tlv::message_payload(&long).unwrap()];
        let body: Body<'_> = match self.chance.u8(..16) {
            0 => BroadcastSm::default().source_addr(source).into(),
            1 => SubmitSm::default()
                .source_addr(source)
                .destination_addr(address("15550199"))
                .tlvs(Tlvs::from_slice(&payload))
                .into(),
            _ => {
                let text = ShortMessage::new(text.as_bytes()).unwrap();
                SubmitSm::new(source, address("15550199"), text).into()
            }
        };
        let mut octets = Vec::new();
        let number = SequenceNumber(u32::try_from(number).unwrap());
        encode(&Pdu::request(number, body), &mut octets).unwrap();
        octets.into()
    }

    fn lease(&mut self) -> Timestamp {
        self.clock.now.after(SECOND * self.chance.u32(2..60))
    }

    /// Some message that has not ended, as it is behind the changes so far.
    fn open(&mut self) -> Option<Message> {
        let key = self.chance.choice(&self.open)?;
        let now = self.now.get(key).or_else(|| self.model.message(key))?;
        Some(Message::clone(now)).filter(|message| !message.life.is_final())
    }

    fn update(&mut self, message: Message) -> Arc<Message> {
        let message = Arc::new(message);
        self.now.insert(message.key.clone(), message.clone());
        self.changes.push(Change::Update(message.clone()));
        message
    }

    /// An attempt has an outcome, which may have a receipt.
    fn end(&mut self) {
        let Some(mut message) = self.open() else {
            return;
        };
        let now = self.clock.now;
        if message.life.is_in_flight() {
            let attempt = message.life.attempts();
            let state = MessageState::UNDELIVERABLE;
            let outcome = if self.chance.u8(..4) == 0 {
                Outcome::Failed { state, error: 7 }
            } else {
                Outcome::Delivered
            };
            let retries = Retries::default();
            assert!(message.life.report(now, attempt, outcome, &retries));
        } else if !message.life.expire(now) {
            message.life.cancel(now).unwrap();
        }
        match self.chance.u8(..4) {
            0 => _ = self.update(message),
            1 => {
                self.enqueue(DeliveryContent::Receipt(message.clone().into()));
                self.update(message);
            }
            _ => {
                let message = self.update(message);
                self.enqueue(DeliveryContent::Receipt(message));
            }
        }
    }

    fn fail_for_now(&mut self) {
        let Some(mut message) = self.open() else {
            return;
        };
        let (now, attempt) = (self.clock.now, message.life.attempts());
        let retries = Retries::new(vec![5 * SECOND]);
        let outcome = Outcome::NotNow { error: 3 };
        if message.life.report(now, attempt, outcome, &retries) {
            let message = self.update(message);
            if self.chance.bool() {
                self.enqueue(DeliveryContent::Notification(message));
            }
        }
    }

    fn replace(&mut self) {
        let Some(message) = self.open() else { return };
        let now = self.clock.now;
        let later = Some(now.after(3 * SECOND)).filter(|_| self.chance.bool());
        let mut message = message.with_pdu(now, self.pdu()).unwrap();
        if message.life.replace(later, None).is_ok() {
            self.update(message);
        }
    }

    /// Another centre has it, and perhaps had part of it before.
    fn pass_on(&mut self) {
        let Some(mut message) = self.open() else {
            return;
        };
        let key = message.key.clone();
        if message.life.pass_on(message.life.attempts()) {
            self.update(message);
        }
        for _ in 0..self.chance.u8(1..3) {
            let centre = if self.chance.bool() { "north" } else { "" };
            self.changes.push(Change::HandOver {
                key: key.clone(),
                centre: centre.into(),
                id: format!("q{}", self.clock.number()).as_bytes().into(),
            });
        }
    }

    /// It waits for an ESME.
    fn forward(&mut self) {
        let Some(mut message) = self.open() else {
            return;
        };
        if message.life.hand_over(message.life.attempts()) {
            let message = self.update(message);
            self.enqueue(DeliveryContent::Forward(message));
        }
    }

    /// Something about a message that does not change, or is there no more.
    fn speak_of_any(&mut self) {
        let kept: Vec<_> = self.model.messages.values().collect();
        if let Some(kept) = self.chance.choice(kept) {
            let message = kept.now().clone();
            let content = match self.chance.u8(..3) {
                0 => DeliveryContent::Receipt(message),
                1 => DeliveryContent::Alert(message),
                _ => DeliveryContent::Notification(message),
            };
            self.enqueue(content);
        }
    }

    fn mo_of_a_handset(&mut self) {
        let octets = self.pdu();
        self.enqueue(DeliveryContent::Message(octets));
    }

    fn enqueue(&mut self, content: DeliveryContent) {
        let account = Arc::from(*self.chance.choice(&ACCOUNTS).unwrap());
        let key = DeliveryKey(self.clock.number());
        self.put((account, key), content);
    }

    /// Something else in the place of what waits.
    fn enqueue_again(&mut self) {
        if let Some(at) = self.chance.choice(&self.waiting).cloned() {
            let octets = self.pdu();
            self.put(at, DeliveryContent::Message(octets));
        }
    }

    fn put(&mut self, (account, key): At, content: DeliveryContent) {
        self.waiting.push((account.clone(), key));
        self.changes.push(Change::Enqueue(Arc::new(Delivery {
            key,
            account,
            created: self.clock.now,
            content,
        })));
    }

    /// An ESME has some of what waits.
    fn dequeue(&mut self) {
        for _ in 0..self.chance.u8(1..5) {
            if let Some((account, key)) = self.chance.choice(&self.waiting).cloned() {
                self.changes.push(Change::Dequeue { account, key });
            }
        }
    }
}
