//! What a refused bind means for the next attempt.

use smpp_pdu::{CommandStatus, StatusClass};

/// Whether it helps to bind again after a refusal.
///
/// [`LinkBuilder::on_refusal`](super::LinkBuilder::on_refusal) sets rules of
/// one's own, for centres that use a status in their own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The centre may say otherwise in a moment: try again after the back-off.
    Retry,
    /// It may be a wrong password as well as a passing trouble: try again after
    /// the longest wait of the back-off, and give the host up after
    /// [`UNCLEAR_REFUSALS`](Self::UNCLEAR_REFUSALS) of these in a row, unless it
    /// has taken a bind of this link before.
    RetrySlowly,
    /// The same bind will be refused again: give the host up.
    Stop,
}

impl Refusal {
    /// After how many unclear refusals in a row a host is given up that has
    /// never taken a bind.
    pub const UNCLEAR_REFUSALS: u32 = 3;

    /// What is meant where nobody says otherwise.
    ///
    /// | status | meaning |
    /// | --- | --- |
    /// | `ESME_RALYBND`, `ESME_RSYSERR`, `ESME_RTHROTTLED`, `ESME_RMSGQFUL`, `ESME_RUNKNOWNERR`, every other status that a client may answer with a retry, reserved numbers | [`Retry`](Self::Retry) |
    /// | `ESME_RBINDFAIL`, `ESME_RINVBNDSTS`, the statuses of vendors (0x400 to 0x4FF) | [`RetrySlowly`](Self::RetrySlowly) |
    /// | `ESME_RINVPASWD`, `ESME_RINVSYSID`, `ESME_RINVSYSTYP`, `ESME_RINVCMDID`, `ESME_RPROHIBITED`, and every other status that stays the same | [`Stop`](Self::Stop) |
    ///
    /// `ESME_RALYBND` is mostly a session of before, which the centre takes for
    /// alive until it has missed it.
    #[must_use]
    pub fn of(status: CommandStatus) -> Self {
        match status {
            CommandStatus::ESME_RALYBND => Self::Retry,
            CommandStatus::ESME_RBINDFAIL | CommandStatus::ESME_RINVBNDSTS => Self::RetrySlowly,
            _ if status.is_vendor_specific() => Self::RetrySlowly,
            _ => match status.class() {
                StatusClass::Permanent | StatusClass::SessionFatal => Self::Stop,
                _ => Self::Retry,
            },
        }
    }

    /// Whether a centre that refuses `bind_transceiver` so may take a transmitter
    /// and a receiver.
    pub(super) fn may_want_a_pair(status: CommandStatus) -> bool {
        matches!(
            status,
            CommandStatus::ESME_RINVCMDID
                | CommandStatus::ESME_RINVBNDSTS
                | CommandStatus::ESME_RBINDFAIL
                | CommandStatus::ESME_RPROHIBITED
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_stop_and_what_passes_does_not() {
        for status in [
            CommandStatus::ESME_RINVPASWD,
            CommandStatus::ESME_RINVSYSID,
            CommandStatus::ESME_RINVSYSTYP,
            CommandStatus::ESME_RINVCMDID,
            CommandStatus::ESME_RINVCMDLEN,
            CommandStatus::ESME_RPROHIBITED,
            CommandStatus::ESME_RSERTYPUNAUTH,
        ] {
            assert_eq!(Refusal::of(status), Refusal::Stop, "{status}");
        }
        for status in [
            CommandStatus::ESME_RALYBND,
            CommandStatus::ESME_RSYSERR,
            CommandStatus::ESME_RTHROTTLED,
            CommandStatus::ESME_RMSGQFUL,
            CommandStatus::ESME_RX_T_APPN,
            CommandStatus::ESME_RUNKNOWNERR,
            CommandStatus::ESME_RSERTYPUNAVAIL,
            CommandStatus(0x0000_0600),
        ] {
            assert_eq!(Refusal::of(status), Refusal::Retry, "{status}");
        }
        for status in [
            CommandStatus::ESME_RBINDFAIL,
            CommandStatus::ESME_RINVBNDSTS,
            CommandStatus(0x0000_0401),
        ] {
            assert_eq!(Refusal::of(status), Refusal::RetrySlowly, "{status}");
        }
    }
}
