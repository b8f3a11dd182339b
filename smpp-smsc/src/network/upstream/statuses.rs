//! What the answers of another centre mean for a message.

use smpp_esme::{RequestError, RequestErrorKind};
use smpp_pdu::{CommandStatus, MessageState, StatusClass};

use crate::FailureClass;
use crate::network::Outcome;

/// As many attempts wait as may, or one has waited too long.
pub(super) const CONGESTION: Outcome = not_now(FailureClass::Congestion);
/// No session is bound that could take a message, or none that responds.
pub(super) const NO_LINK: Outcome = not_now(FailureClass::Link);

/// The error in receipts: statuses above 254 do not fit.
pub(super) fn error_of(status: CommandStatus) -> u8 {
    u8::try_from(status.0).unwrap_or(u8::MAX)
}

const fn not_now(class: FailureClass) -> Outcome {
    Outcome::NotNow {
        error: class.usual_error(),
    }
}

pub(super) fn rejected(status: CommandStatus) -> Outcome {
    Outcome::Failed {
        state: MessageState::REJECTED,
        error: error_of(status),
    }
}

/// See [`Upstream::outcome_of`](super::Upstream::outcome_of).
pub(super) fn outcome_of(status: CommandStatus) -> Outcome {
    let error = error_of(status);
    match status {
        CommandStatus::ESME_ROK => Outcome::Delivered,
        CommandStatus::ESME_RINVDSTADR
        | CommandStatus::ESME_RINVDSTTON
        | CommandStatus::ESME_RINVDSTNPI
        | CommandStatus::ESME_RINVDSTADDRSUBUNIT
        | CommandStatus::ESME_RX_P_APPN => Outcome::Failed {
            state: MessageState::UNDELIVERABLE,
            error,
        },
        CommandStatus::ESME_RTHROTTLED | CommandStatus::ESME_RMSGQFUL => CONGESTION,
        _ if status.is_vendor_specific() => CONGESTION,
        _ if status.class() == StatusClass::Permanent => rejected(status),
        _ => Outcome::NotNow { error },
    }
}

/// What becomes of a message without a good response.
pub(super) fn outcome_without_response(
    error: &RequestError,
    rule: impl FnOnce(CommandStatus) -> Outcome,
) -> Outcome {
    match error.kind() {
        RequestErrorKind::Rejected(status) => rule(status),
        RequestErrorKind::Unreadable(status) if status.is_error() => rule(status),
        // It was taken, under an id that nobody can read.
        RequestErrorKind::Unreadable(_) => Outcome::Delivered,
        RequestErrorKind::WindowFull => CONGESTION,
        RequestErrorKind::TooLong => rejected(CommandStatus::ESME_RINVMSGLEN),
        _ => NO_LINK,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_tried_again_and_what_stays_ends_the_message() {
        for status in [
            CommandStatus::ESME_RTHROTTLED,
            CommandStatus::ESME_RMSGQFUL,
            CommandStatus(0x0401),
        ] {
            assert_eq!(outcome_of(status), CONGESTION, "{status}");
        }
        for status in [
            CommandStatus::ESME_RSYSERR,
            CommandStatus::ESME_RSUBMITFAIL,
            CommandStatus::ESME_RX_T_APPN,
            CommandStatus::ESME_RINVBNDSTS,
            CommandStatus::ESME_RUNKNOWNERR,
            CommandStatus::ESME_RDELIVERYFAILURE,
            CommandStatus(0x0600),
        ] {
            let error = error_of(status);
            assert_eq!(outcome_of(status), Outcome::NotNow { error }, "{status}");
        }
        for (status, state, error) in [
            (
                CommandStatus::ESME_RINVDSTADR,
                MessageState::UNDELIVERABLE,
                0x0B,
            ),
            (
                CommandStatus::ESME_RX_P_APPN,
                MessageState::UNDELIVERABLE,
                0x65,
            ),
            (CommandStatus::ESME_RINVSRCADR, MessageState::REJECTED, 0x0A),
            (CommandStatus::ESME_RX_R_APPN, MessageState::REJECTED, 0x66),
            (CommandStatus::ESME_RPROHIBITED, MessageState::REJECTED, 255),
        ] {
            let expected = Outcome::Failed { state, error };
            assert_eq!(outcome_of(status), expected, "{status}");
        }
    }
}
