//! The states of a session, and what may be sent in which.

use smpp_pdu::{BindType, CommandId};

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

/// Whether `sender` may send this request in this state. Operations without a
/// standard name may be sent in any bound state.
///
/// `data_sm` of either side is taken in every bound state, as 3.4 has it.
#[must_use]
pub const fn may_send(sender: Role, state: SessionState, request: CommandId) -> bool {
    let esme = matches!(sender, Role::Esme);
    match request {
        CommandId::BIND_RECEIVER | CommandId::BIND_TRANSMITTER | CommandId::BIND_TRANSCEIVER => {
            esme && matches!(state, SessionState::Open | SessionState::Outbound)
        }
        CommandId::OUTBIND => !esme && matches!(state, SessionState::Open),
        CommandId::ENQUIRE_LINK => !matches!(state, SessionState::Closed),
        CommandId::UNBIND => state.is_bound(),
        CommandId::SUBMIT_SM
        | CommandId::SUBMIT_MULTI
        | CommandId::QUERY_SM
        | CommandId::CANCEL_SM
        | CommandId::REPLACE_SM
        | CommandId::BROADCAST_SM
        | CommandId::QUERY_BROADCAST_SM
        | CommandId::CANCEL_BROADCAST_SM
        | CommandId::PARAM_RETRIEVE
        | CommandId::QUERY_LAST_MSGS
        | CommandId::QUERY_MSG_DETAILS => esme && state.transmits(),
        CommandId::DELIVER_SM | CommandId::ALERT_NOTIFICATION => !esme && state.receives(),
        _ => state.is_bound(),
    }
}
