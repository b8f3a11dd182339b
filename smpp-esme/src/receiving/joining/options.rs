//! What a receiver does with segments.

use core::time::Duration;

use smpp_codec::long::JoinLimits;
use smpp_pdu::CommandStatus;

/// When the segments of a message that is not whole yet are acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SegmentAck {
    /// Each at once when it is kept, except the one that makes the message
    /// whole: that one waits for the application. The default.
    ///
    /// A centre that sends one message at a time, or whose window is smaller
    /// than the message is long, sends the next segment only after the answer
    /// to the one before: so nothing can stall. The price: segments of
    /// messages that are not whole when the process ends are lost. The centre
    /// does not send them again, and what is left of the message arrives as
    /// incomplete.
    OnArrival,
    /// All with the message, when the application acknowledges it: what is lost
    /// in a crash comes again. Unanswered segments take up the window of the
    /// centre. So at most `at_most` of them wait, each for `within` at most;
    /// beyond that the oldest is acknowledged as [`OnArrival`](Self::OnArrival)
    /// does. A centre that waits for the answer before it sends the next
    /// segment needs `within` for each: keep it short, and below the centre's
    /// time for responses.
    WithMessage {
        /// Segments that wait, of all messages together.
        at_most: usize,
        /// How long each waits.
        within: Duration,
    },
}

/// What becomes of a message whose segments did not all come in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Incomplete {
    /// The application gets what there is; [`ReceivedMessage::missing`] lists
    /// the rest. The default.
    ///
    /// [`ReceivedMessage::missing`]: crate::receiving::ReceivedMessage::missing
    Deliver,
    /// Segments that are not acknowledged yet are refused with this status, the
    /// others are lost; both are counted.
    Refuse(CommandStatus),
}

/// What a joiner is told.
#[derive(Clone, Copy, Debug)]
pub(in crate::receiving) struct JoinOptions {
    pub(in crate::receiving) limits: JoinLimits,
    pub(in crate::receiving) within: Duration,
    pub(in crate::receiving) refused_for: Duration,
    pub(in crate::receiving) ack: SegmentAck,
    pub(in crate::receiving) incomplete: Incomplete,
}
