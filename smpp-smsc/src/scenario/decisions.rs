//! What a scenario decides, without a clock, a socket or a memory.

use core::time::Duration;
use std::sync::Arc;

use smpp_pdu::CommandStatus;

use super::Scenario;
use super::delay::Delay;
use super::draw::{Chance, Draw, Purpose};
use super::model::{Mo, Number, Parts};
use super::values::{Fate, IdForm, IdForms, Refusals};

/// The decisions of a scenario for one seed.
///
/// Each is a function of the seed and of what is counted: sessions from 1 in
/// the order of their connections, messages of a session, attempts of the
/// centre. The same question has the same answer whenever it is asked.
///
/// ```
/// use smpp_smsc::scenario::{Decisions, Scenario};
///
/// let decisions = Decisions::new(Scenario::named("chaos")?, 42);
/// let again = Decisions::new(Scenario::named("chaos")?, 42);
/// assert_eq!(decisions.response(1, 4711), again.response(1, 4711));
/// # Ok::<(), smpp_smsc::scenario::ScenarioError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Decisions {
    scenario: Arc<Parts>,
    chance: Chance,
}

/// What happens to one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionPlan {
    /// How long after the bind it is cut.
    pub cut_after: Option<Duration>,
    /// At the response of which message it is cut, counted from 1.
    pub cut_at_message: Option<u64>,
}

/// What happens to the response of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResponsePlan {
    /// What is wrong with it.
    pub fault: Option<ResponseFault>,
    /// How long it waits, and those behind it with it where the order is kept.
    pub delay: Duration,
    /// How much longer it waits alone.
    pub late_by: Duration,
    /// Whether it waits for the receipt of its message.
    pub after_receipt: bool,
    /// The form of its id.
    pub id_form: IdForm,
}

/// What is wrong with a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponseFault {
    /// It is not sent.
    Missing,
    /// It is sent twice.
    Doubled,
    /// A parameter of it runs past its end. Strict readers refuse the whole.
    Malformed,
    /// It answers a request that nobody has made.
    WrongSequenceNumber,
}

/// What happens to one receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReceiptPlan {
    /// It is not sent; the centre takes it for acknowledged.
    pub missing: bool,
    /// It is sent twice.
    pub doubled: bool,
    /// It has no TLVs.
    pub without_tlvs: bool,
    /// It has nothing but TLVs, where the session has them.
    pub without_text: bool,
    /// Its `receipted_message_id` does not end with a NUL.
    pub without_nul: bool,
    /// The form of its id.
    pub id_form: IdForm,
}

/// What happens to one attempt to deliver a message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttemptPlan {
    /// What becomes of the message.
    pub fate: Fate,
    /// The network's error.
    pub error: u8,
    /// How long the attempt takes.
    pub delay: Duration,
}

/// One message from a subscriber.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MoPlan {
    /// How long after the one before it, or after the bind.
    pub delay: Duration,
    /// Its sender.
    pub from: String,
    /// Its recipient.
    pub to: String,
    /// Its text.
    pub text: String,
    /// The reference of its parts, where it has several.
    pub reference: u8,
}

impl Decisions {
    /// The decisions of this scenario.
    #[must_use]
    pub fn new(scenario: Scenario, seed: u64) -> Self {
        Self {
            scenario: Arc::new(scenario.parts),
            chance: Chance::new(seed),
        }
    }

    pub(crate) fn needs_wire(&self) -> bool {
        self.scenario.needs_wire()
    }

    pub(super) fn scenario(&self) -> &Parts {
        &self.scenario
    }

    /// What happens to a connection.
    #[must_use]
    pub fn session(&self, session: u64) -> SessionPlan {
        let mut draw = self.chance.draw(Purpose::Session, session, 0);
        let disconnect = &self.scenario.disconnect;
        let cut = draw.happens(disconnect.share.0);
        let after = disconnect.after.map(|after| after.sample(&mut draw));
        SessionPlan {
            cut_after: after.filter(|_| cut),
            cut_at_message: disconnect
                .after_messages
                .filter(|_| cut)
                .map(|messages| messages.get().into()),
        }
    }

    /// The status that a bind on a connection is refused with, counted from 1.
    #[must_use]
    pub fn bind(&self, session: u64, bind: u64) -> Option<CommandStatus> {
        let mut draw = self.chance.draw(Purpose::Bind, session, bind);
        refused(&mut draw, &self.scenario.bind.refuse)
    }

    /// The status that a message of a session is refused with by its share.
    #[must_use]
    pub fn submission(&self, session: u64, message: u64) -> Option<CommandStatus> {
        let mut draw = self.chance.draw(Purpose::Submission, session, message);
        refused(&mut draw, &self.scenario.submit.refuse)
    }

    /// What happens to the response of a message.
    #[must_use]
    pub fn response(&self, session: u64, message: u64) -> ResponsePlan {
        let mut draw = self.chance.draw(Purpose::Response, session, message);
        let faults = &self.scenario.responses;
        let after_receipt = draw.happens(self.scenario.receipts.early.0);
        let delay = faults.delay.sample(&mut draw);
        let id_form = form(&mut draw, &faults.message_id);
        let late = faults
            .late
            .map_or((0.0, Delay::NONE), |late| (late.share.0, late.by));
        let is_late = draw.happens(late.0);
        let late_by = late.1.sample(&mut draw);
        let place = draw.unit();
        let shares = [
            (ResponseFault::Missing, faults.missing),
            (ResponseFault::Doubled, faults.doubled),
            (ResponseFault::Malformed, faults.malformed),
            (
                ResponseFault::WrongSequenceNumber,
                faults.wrong_sequence_number,
            ),
        ];
        ResponsePlan {
            fault: by_share(place, shares.into_iter().map(|(one, share)| (one, share.0))),
            delay,
            late_by: if is_late { late_by } else { Duration::ZERO },
            after_receipt,
            id_form,
        }
    }

    /// What happens to a receipt, counted for each session from 1.
    #[must_use]
    pub fn receipt(&self, session: u64, receipt: u64) -> ReceiptPlan {
        let mut draw = self.chance.draw(Purpose::Receipt, session, receipt);
        let faults = &self.scenario.receipts;
        ReceiptPlan {
            missing: draw.happens(faults.missing.0),
            doubled: draw.happens(faults.doubled.0),
            without_tlvs: draw.happens(faults.without_tlvs.0),
            without_text: draw.happens(faults.without_text.0),
            id_form: form(&mut draw, &faults.message_id),
            without_nul: draw.happens(faults.without_nul.0),
        }
    }

    /// What happens to an attempt, counted for the centre from 1, to deliver a
    /// message to this number.
    #[must_use]
    pub fn attempt(&self, attempt: u64, destination: &[u8]) -> AttemptPlan {
        let mut draw = self.chance.draw(Purpose::Attempt, 0, attempt);
        let usual = &self.scenario.delivery;
        let special = self
            .scenario
            .destination
            .iter()
            .find(|one| one.to.matches(destination));
        let outcomes = special
            .and_then(|one| one.outcomes.as_ref())
            .unwrap_or(&usual.outcomes);
        let delay = special.and_then(|one| one.delay).unwrap_or(usual.delay);
        let slow = special.and_then(|one| one.slow).or(usual.slow);
        let weights = outcomes.0.iter();
        let fate = draw
            .weighted(weights.map(|(fate, weight)| (*fate, weight.weight)))
            .unwrap_or(Fate::Delivered);
        let error = outcomes.0.get(&fate).and_then(|weight| weight.error);
        let mut time = delay.sample(&mut draw);
        if let Some(slow) = slow
            && draw.happens(slow.share.0)
        {
            time += slow.delay.sample(&mut draw);
        }
        AttemptPlan {
            fate,
            error: error.unwrap_or(fate.usual_error()),
            delay: time,
        }
    }

    /// A message from a subscriber to a session, counted from 1; `None` when
    /// there are no more.
    #[must_use]
    pub fn mo(&self, session: u64, number: u64) -> Option<MoPlan> {
        let mo: &Mo = self.scenario.mo.as_ref()?;
        if mo.count.is_some_and(|count| number > count) {
            return None;
        }
        let mut draw = self.chance.draw(Purpose::Mo, session, number);
        let delay = mo.every.sample(&mut draw);
        let text = draw.one_of(&mo.texts)?.0.clone();
        Some(MoPlan {
            delay,
            text,
            reference: number as u8,
            from: self::number(&mut draw, &mo.from)?,
            to: self::number(&mut draw, &mo.to)?,
        })
    }
}

fn refused(draw: &mut Draw, refusals: &Refusals) -> Option<CommandStatus> {
    let place = draw.unit();
    let shares = refusals.0.iter();
    by_share(place, shares.map(|(status, share)| (*status, share.0)))
}

/// Which of these shares of the whole a place lies in.
fn by_share<T>(mut place: f64, shares: impl Iterator<Item = (T, f64)>) -> Option<T> {
    for (one, share) in shares {
        if place < share {
            return Some(one);
        }
        place -= share;
    }
    None
}

fn form(draw: &mut Draw, forms: &IdForms) -> IdForm {
    let weights = forms.0.iter();
    draw.weighted(weights.map(|(form, weight)| (*form, weight.weight)))
        .unwrap_or_default()
}

fn number(draw: &mut Draw, numbers: &[Number]) -> Option<String> {
    let number = draw.one_of(numbers)?.0.chars();
    let digits = number.map(|one| match one {
        '#' => char::from(draw.digit()),
        digit => digit,
    });
    Some(digits.collect())
}
