//! `bind_receiver`, `bind_transmitter`, `bind_transceiver` and their responses.

use crate::{Address, COctetStr, CommandId, InterfaceVersion, Password, Tlvs};

/// Which of the three binds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BindType {
    /// `bind_receiver`: the ESME receives.
    Receiver,
    /// `bind_transmitter`: the ESME submits.
    Transmitter,
    /// `bind_transceiver`: both, from 3.4.
    #[default]
    Transceiver,
}

impl BindType {
    /// The bind with this `command_id`.
    #[must_use]
    pub const fn from_command_id(command_id: CommandId) -> Option<Self> {
        match command_id {
            CommandId::BIND_RECEIVER => Some(Self::Receiver),
            CommandId::BIND_TRANSMITTER => Some(Self::Transmitter),
            CommandId::BIND_TRANSCEIVER => Some(Self::Transceiver),
            _ => None,
        }
    }

    /// Its `command_id`.
    #[must_use]
    pub const fn command_id(self) -> CommandId {
        match self {
            Self::Receiver => CommandId::BIND_RECEIVER,
            Self::Transmitter => CommandId::BIND_TRANSMITTER,
            Self::Transceiver => CommandId::BIND_TRANSCEIVER,
        }
    }

    /// The `command_id` of its response.
    #[must_use]
    pub const fn response_id(self) -> CommandId {
        match self {
            Self::Receiver => CommandId::BIND_RECEIVER_RESP,
            Self::Transmitter => CommandId::BIND_TRANSMITTER_RESP,
            Self::Transceiver => CommandId::BIND_TRANSCEIVER_RESP,
        }
    }

    /// Whether the ESME may submit over it.
    #[must_use]
    pub const fn transmits(self) -> bool {
        matches!(self, Self::Transmitter | Self::Transceiver)
    }

    /// Whether the centre may deliver over it.
    #[must_use]
    pub const fn receives(self) -> bool {
        matches!(self, Self::Receiver | Self::Transceiver)
    }
}

pdu_body! {
    /// `bind_receiver`, `bind_transmitter` or `bind_transceiver` (SMPP 3.4, 4.1; 5.0, 4.1.1):
    /// an ESME asks for a session.
    ///
    /// | field | octets with NUL |
    /// | --- | --- |
    /// | `system_id` | at most 16 |
    /// | `password` | at most 9 |
    /// | `system_type` | at most 13 |
    /// | `interface_version`, `addr_ton`, `addr_npi` | 1 each |
    /// | `address_range` | at most 41 |
    ///
    /// ```
    /// use smpp_pdu::{Bind, BindType, InterfaceVersion};
    ///
    /// let bind = Bind::new(BindType::Transceiver, "esme".try_into()?, "secret".try_into()?);
    /// assert_eq!(bind.interface_version, InterfaceVersion::V3_4);
    /// assert!(!format!("{bind:?}").contains("secret"));
    /// # Ok::<(), smpp_pdu::NulInside>(())
    /// ```
    pub struct Bind {
        /// Which of the three.
        bind_type: BindType,
        /// Name of the account.
        system_id: COctetStr<'a>,
        /// Password of the account; `Debug` does not show it.
        password: Password<'a>,
        /// Kind of system, as agreed with the centre; often empty.
        system_type: COctetStr<'a>,
        /// Version that the ESME speaks.
        interface_version: InterfaceVersion,
        /// `addr_ton`, `addr_npi` and `address_range`: the addresses that the
        /// ESME serves, one address or a UNIX regular expression; often empty.
        address_range: Address<'a>,
    }
}

impl<'a> Bind<'a> {
    /// A bind as 3.4, for all addresses of the account.
    #[must_use]
    pub fn new(bind_type: BindType, system_id: COctetStr<'a>, password: COctetStr<'a>) -> Self {
        Self {
            bind_type,
            system_id,
            password: Password(password),
            interface_version: InterfaceVersion::V3_4,
            ..Self::default()
        }
    }
}

pdu_body! {
    /// The response to a bind (SMPP 3.4, 4.1.2; 5.0, 4.1.1.2).
    ///
    /// | field | octets with NUL |
    /// | --- | --- |
    /// | `system_id` | at most 16 |
    ///
    /// The parameter `sc_interface_version` says what the centre speaks.
    pub struct BindResp {
        /// Which of the three binds it answers.
        bind_type: BindType,
        /// Name of the centre.
        system_id: COctetStr<'a>,
    }
}

impl<'a> BindResp<'a> {
    /// A response with the name of the centre and its parameters.
    #[must_use]
    pub const fn new(bind_type: BindType, system_id: COctetStr<'a>, tlvs: Tlvs<'a>) -> Self {
        Self {
            bind_type,
            system_id,
            tlvs,
        }
    }
}
