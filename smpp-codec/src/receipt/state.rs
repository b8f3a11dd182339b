//! Message states: which may follow which, and what they come to.

use smpp_pdu::MessageState;

/// What a state, or the `stat` word of a receipt, comes to for the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The message arrived.
    Delivered,
    /// More is to come: on its way, waiting, or taken over by a gateway.
    Pending,
    /// The message will not arrive.
    Failed,
    /// The centre cannot tell, or says it in a word that nobody knows. Kannel
    /// counts it as failure.
    Unclear,
}

impl Outcome {
    /// What a state comes to.
    ///
    /// `ACCEPTED` is pending: 5.0 calls it final, but gateways send it for
    /// "taken over", and the real outcome follows.
    ///
    /// ```
    /// use smpp_codec::receipt::Outcome;
    /// use smpp_pdu::MessageState;
    ///
    /// assert_eq!(Outcome::of(MessageState::EXPIRED), Outcome::Failed);
    /// assert_eq!(Outcome::of(MessageState::ACCEPTED), Outcome::Pending);
    /// ```
    #[must_use]
    pub const fn of(state: MessageState) -> Self {
        match state {
            MessageState::DELIVERED => Self::Delivered,
            MessageState::SCHEDULED | MessageState::ENROUTE | MessageState::ACCEPTED => {
                Self::Pending
            }
            MessageState::EXPIRED
            | MessageState::DELETED
            | MessageState::UNDELIVERABLE
            | MessageState::REJECTED
            | MessageState::SKIPPED => Self::Failed,
            _ => Self::Unclear,
        }
    }

    /// A short, stable name for logs and JSON, such as `delivered`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Pending => "pending",
            Self::Failed => "failed",
            Self::Unclear => "unclear",
        }
    }
}

/// How one report of a state relates to the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Transition {
    /// The same state once more: a repeated receipt.
    Repeat,
    /// The message got further, as the standard has it.
    Advance,
    /// Something after `ACCEPTED`. 5.0 calls that state final; gateways that
    /// mean "taken over" go on from it.
    Reopen,
    /// A step back: a report that was overtaken by a later one.
    Late,
    /// Another final state after a final one: one of the two is wrong.
    Conflict,
}

impl Transition {
    /// Whether a message centre may make the step (SMPP 5.0, 4.7.15).
    #[must_use]
    pub const fn is_standard(self) -> bool {
        matches!(self, Self::Repeat | Self::Advance)
    }

    /// Whether the later report should be believed by one who only sees the
    /// receipts: the standard's steps, and those after `ACCEPTED`.
    #[must_use]
    pub const fn is_believable(self) -> bool {
        matches!(self, Self::Repeat | Self::Advance | Self::Reopen)
    }
}

/// How far a state is: what has a lower number than the state before is late.
/// `None` for numbers without a name.
const fn rank(state: MessageState) -> Option<u8> {
    match state {
        MessageState::SCHEDULED => Some(0),
        MessageState::ENROUTE => Some(1),
        // Neither final nor intermediate: anything may still come out.
        MessageState::UNKNOWN => Some(2),
        MessageState::ACCEPTED => Some(3),
        MessageState::DELIVERED
        | MessageState::EXPIRED
        | MessageState::DELETED
        | MessageState::UNDELIVERABLE
        | MessageState::REJECTED
        | MessageState::SKIPPED => Some(4),
        _ => None,
    }
}

/// How `to` relates to the state `from` that was reported before it.
///
/// | from | to | |
/// | --- | --- | --- |
/// | any | the same | [`Repeat`](Transition::Repeat) |
/// | `SCHEDULED` | any other | [`Advance`](Transition::Advance) |
/// | `ENROUTE` | any but `SCHEDULED` | `Advance` |
/// | `UNKNOWN` | any but `SCHEDULED` | `Advance`: the centre found it again |
/// | `ACCEPTED` | another final state | [`Reopen`](Transition::Reopen) |
/// | another final state | another final state but `ACCEPTED` | [`Conflict`](Transition::Conflict) |
/// | any | all the rest | [`Late`](Transition::Late) |
///
/// A number without a standard name counts as `UNKNOWN`.
///
/// # Examples
///
/// ```
/// use smpp_codec::receipt::{Transition, transition};
/// use smpp_pdu::MessageState;
///
/// let step = transition(MessageState::DELIVERED, MessageState::ENROUTE);
/// assert_eq!(step, Transition::Late);
/// let step = transition(MessageState::ACCEPTED, MessageState::DELIVERED);
/// assert!(step.is_believable() && !step.is_standard());
/// ```
#[must_use]
pub const fn transition(from: MessageState, to: MessageState) -> Transition {
    const UNKNOWN_RANK: u8 = 2;
    const ENROUTE_RANK: u8 = 1;
    const ACCEPTED_RANK: u8 = 3;
    if from.0 == to.0 {
        return Transition::Repeat;
    }
    let before = match rank(from) {
        Some(rank) => rank,
        None => UNKNOWN_RANK,
    };
    let after = match rank(to) {
        Some(rank) => rank,
        None => UNKNOWN_RANK,
    };
    if after > before {
        return if before == ACCEPTED_RANK {
            Transition::Reopen
        } else {
            Transition::Advance
        };
    }
    // Unknown numbers stand for no sure place: any of them may follow another.
    if before == UNKNOWN_RANK && (after == UNKNOWN_RANK || after == ENROUTE_RANK) {
        return Transition::Advance;
    }
    if after == before {
        return Transition::Conflict;
    }
    Transition::Late
}

/// Whether a message in the state `from` may next be in the state `to`
/// (SMPP 5.0, 4.7.15); staying in a state is allowed.
///
/// What follows `ACCEPTED` at gateways is not allowed here, see [`transition`].
///
/// # Examples
///
/// ```
/// use smpp_codec::receipt::may_follow;
/// use smpp_pdu::MessageState;
///
/// assert!(may_follow(MessageState::ENROUTE, MessageState::EXPIRED));
/// assert!(!may_follow(MessageState::EXPIRED, MessageState::DELIVERED));
/// ```
#[must_use]
pub const fn may_follow(from: MessageState, to: MessageState) -> bool {
    transition(from, to).is_standard()
}

/// The `stat` word that a receipt text is written with.
///
/// The two states of 5.0 that Appendix B of 3.4 has no word for take the
/// nearest one, since readers stumble over words they do not know: `SCHEDULED`
/// is written `ENROUTE`, `SKIPPED` is written `REJECTD`. A number without a
/// name is written `UNKNOWN`.
///
/// # Examples
///
/// ```
/// use smpp_codec::receipt::stat_word;
/// use smpp_pdu::MessageState;
///
/// assert_eq!(stat_word(MessageState::UNDELIVERABLE), "UNDELIV");
/// assert_eq!(stat_word(MessageState::SKIPPED), "REJECTD");
/// ```
#[must_use]
pub fn stat_word(state: MessageState) -> &'static str {
    match state {
        MessageState::SCHEDULED => "ENROUTE",
        MessageState::SKIPPED => "REJECTD",
        _ => state.receipt_word().unwrap_or("UNKNOWN"),
    }
}

/// Words that are not in the table of Appendix B, with what they are taken to
/// mean where they were seen.
const WILD_WORDS: [(&str, MessageState); 15] = [
    ("DELIVERED", MessageState::DELIVERED),
    ("UNDELIVERABLE", MessageState::UNDELIVERABLE),
    ("UNDELVRD", MessageState::UNDELIVERABLE),
    ("FAILED", MessageState::UNDELIVERABLE),
    ("ACCEPTED", MessageState::ACCEPTED),
    ("ACKED", MessageState::ACCEPTED),
    ("REJECTED", MessageState::REJECTED),
    ("DND_REJECTED", MessageState::REJECTED),
    ("SKIPPED", MessageState::SKIPPED),
    ("BUFFRED", MessageState::ENROUTE),
    ("BUFFERD", MessageState::ENROUTE),
    ("BUFFERED", MessageState::ENROUTE),
    ("EN_ROUTE", MessageState::ENROUTE),
    ("SCHEDULED", MessageState::SCHEDULED),
    ("INVALID", MessageState::UNKNOWN),
];

/// The state that a word outside the table most likely means.
pub(super) fn wild_state(word: &[u8]) -> Option<MessageState> {
    WILD_WORDS
        .iter()
        .find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(word))
        .map(|&(_, state)| state)
}
