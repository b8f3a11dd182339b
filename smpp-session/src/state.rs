//! The states of a session, and what may be sent in which.

use smpp_pdu::{BindType, CommandId, InterfaceVersion};

/// Which side of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// External short message entity: it binds.
    Esme,
    /// Message centre: it is bound to.
    MessageCentre,
}

impl Role {
    /// The other side.
    #[must_use]
    pub const fn peer(self) -> Self {
        match self {
            Self::Esme => Self::MessageCentre,
            Self::MessageCentre => Self::Esme,
        }
    }
}

/// State of a session (SMPP 3.4, 2.2; 5.0, 2.3).
///
/// ```text
///            bind, bind_resp                     unbind, unbind_resp
///  OPEN ───────────────────────▶ BOUND_TX / RX / TRX ──────────────▶ UNBOUND
///   │ ▲                                 │                               │
///   │ └─ bind refused                   │ connection lost, timers       │
///   ▼                                   ▼                               ▼
///  OUTBOUND ── bind, bind_resp ▶ …    CLOSED ◀──────────────────────────┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionState {
    /// Connected, not bound.
    Open,
    /// The centre has sent `outbind` and waits for the bind (5.0).
    Outbound,
    /// Bound as transmitter.
    BoundTx,
    /// Bound as receiver.
    BoundRx,
    /// Bound as transceiver.
    BoundTrx,
    /// `unbind` was answered; the connection is about to close.
    Unbound,
    /// Over.
    Closed,
}

impl SessionState {
    /// The state after a bind of this type.
    #[must_use]
    pub const fn bound(bind_type: BindType) -> Self {
        match bind_type {
            BindType::Transmitter => Self::BoundTx,
            BindType::Receiver => Self::BoundRx,
            BindType::Transceiver => Self::BoundTrx,
        }
    }

    /// Whether a bind holds.
    #[must_use]
    pub const fn is_bound(self) -> bool {
        matches!(self, Self::BoundTx | Self::BoundRx | Self::BoundTrx)
    }

    const fn transmits(self) -> bool {
        matches!(self, Self::BoundTx | Self::BoundTrx)
    }

    const fn receives(self) -> bool {
        matches!(self, Self::BoundRx | Self::BoundTrx)
    }
}

/// Whether `sender` may send this PDU in this state, by the tables of `version`
/// (SMPP 3.4, table 2-1; 5.0, table 2-1; 3.3 by its text).
///
/// Two cells differ from what is printed: 3.4 leaves BOUND_TRX out for
/// `replace_sm`, and before 5.0 OUTBOUND is OPEN and UNBOUND is CLOSED, since
/// those versions do not have them.
#[must_use]
pub const fn may_send(
    version: InterfaceVersion,
    sender: Role,
    state: SessionState,
    command_id: CommandId,
) -> bool {
    let v34 = version.0 >= InterfaceVersion::V3_4.0;
    let v50 = version.0 >= InterfaceVersion::V5_0.0;
    let esme = matches!(sender, Role::Esme);
    let open = matches!(state, SessionState::Open | SessionState::Outbound);
    match command_id {
        CommandId::BIND_RECEIVER | CommandId::BIND_TRANSMITTER => esme && open,
        CommandId::BIND_TRANSCEIVER => esme && open && v34,
        CommandId::BIND_RECEIVER_RESP | CommandId::BIND_TRANSMITTER_RESP => !esme && open,
        CommandId::BIND_TRANSCEIVER_RESP => !esme && open && v34,
        CommandId::OUTBIND => !esme && matches!(state, SessionState::Open) && v34,

        CommandId::ENQUIRE_LINK | CommandId::ENQUIRE_LINK_RESP | CommandId::GENERIC_NACK => {
            state.is_bound() || (v50 && !matches!(state, SessionState::Closed))
        }
        CommandId::UNBIND | CommandId::UNBIND_RESP => state.is_bound(),

        CommandId::SUBMIT_SM
        | CommandId::SUBMIT_MULTI
        | CommandId::QUERY_SM
        | CommandId::CANCEL_SM
        | CommandId::REPLACE_SM => esme && state.transmits(),
        CommandId::SUBMIT_SM_RESP
        | CommandId::SUBMIT_MULTI_RESP
        | CommandId::QUERY_SM_RESP
        | CommandId::CANCEL_SM_RESP
        | CommandId::REPLACE_SM_RESP => !esme && state.transmits(),

        CommandId::PARAM_RETRIEVE | CommandId::QUERY_LAST_MSGS | CommandId::QUERY_MSG_DETAILS => {
            esme && state.transmits() && !v34
        }
        CommandId::PARAM_RETRIEVE_RESP
        | CommandId::QUERY_LAST_MSGS_RESP
        | CommandId::QUERY_MSG_DETAILS_RESP => !esme && state.transmits() && !v34,

        CommandId::BROADCAST_SM
        | CommandId::QUERY_BROADCAST_SM
        | CommandId::CANCEL_BROADCAST_SM => esme && state.transmits() && v50,
        CommandId::BROADCAST_SM_RESP
        | CommandId::QUERY_BROADCAST_SM_RESP
        | CommandId::CANCEL_BROADCAST_SM_RESP => !esme && state.transmits() && v50,

        CommandId::DELIVER_SM => !esme && state.receives(),
        CommandId::DELIVER_SM_RESP => esme && state.receives(),
        CommandId::ALERT_NOTIFICATION => !esme && state.receives() && v34,

        CommandId::DATA_SM if v50 => (esme && state.transmits()) || (!esme && state.receives()),
        CommandId::DATA_SM_RESP if v50 => {
            (esme && state.receives()) || (!esme && state.transmits())
        }
        CommandId::DATA_SM | CommandId::DATA_SM_RESP => v34 && state.is_bound(),

        // A vendor's operation: the standard says nothing.
        _ => state.is_bound(),
    }
}

/// Whether a PDU of `sender` is taken in this state: when any version allows it.
///
/// Clients state a version and speak another; refusing what is understood would
/// only break them.
#[must_use]
pub const fn may_take(sender: Role, state: SessionState, command_id: CommandId) -> bool {
    // The version that allows most: each later one adds, with two exceptions.
    let version = match command_id {
        CommandId::PARAM_RETRIEVE
        | CommandId::PARAM_RETRIEVE_RESP
        | CommandId::QUERY_LAST_MSGS
        | CommandId::QUERY_LAST_MSGS_RESP
        | CommandId::QUERY_MSG_DETAILS
        | CommandId::QUERY_MSG_DETAILS_RESP => InterfaceVersion::V3_3,
        CommandId::DATA_SM | CommandId::DATA_SM_RESP => InterfaceVersion::V3_4,
        _ => InterfaceVersion::V5_0,
    };
    may_send(version, sender, state, command_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_any_version_allows_is_taken_and_nothing_else() {
        let vendor = (CommandId(0x0001_0200), "vendor");
        for (command_id, name) in CommandId::NAMED.iter().copied().chain([vendor]) {
            for state in [
                SessionState::Open,
                SessionState::Outbound,
                SessionState::BoundTx,
                SessionState::BoundRx,
                SessionState::BoundTrx,
                SessionState::Unbound,
                SessionState::Closed,
            ] {
                for sender in [Role::Esme, Role::MessageCentre] {
                    let allowed = [
                        InterfaceVersion::V3_3,
                        InterfaceVersion::V3_4,
                        InterfaceVersion::V5_0,
                    ]
                    .iter()
                    .any(|version| may_send(*version, sender, state, command_id));
                    assert_eq!(
                        may_take(sender, state, command_id),
                        allowed,
                        "{name} of {sender:?} in {state:?}"
                    );
                }
            }
        }
    }
}
