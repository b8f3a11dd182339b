//! `outbind`, `unbind`, `enquire_link`, `generic_nack`: the upkeep of a session.

use crate::{COctetStr, Password};

pdu_body! {
    /// `outbind` (SMPP 3.4, 4.1.7; 5.0, 4.1.1.7): a centre asks an ESME to bind
    /// as a receiver. It has no response.
    ///
    /// | field | octets with NUL |
    /// | --- | --- |
    /// | `system_id` | at most 16 |
    /// | `password` | at most 9 |
    pub struct Outbind {
        /// Name of the centre.
        system_id: COctetStr<'a>,
        /// Password of the centre; `Debug` does not show it.
        password: Password<'a>,
    }
}

/// Bodies that are empty by the specification. What a peer sends all the same,
/// such as the `congestion_state` of 5.0, is in `tlvs`.
macro_rules! header_only {
    ($( $(#[$meta:meta])* $Name:ident )*) => {$(
        pdu_body! {
            $(#[$meta])*
            pub struct $Name {}
        }
    )*};
}

header_only! {
    /// `unbind` (SMPP 3.4, 4.2.1; 5.0, 4.1.1.8): either side ends the session.
    Unbind
    /// `unbind_resp` (SMPP 3.4, 4.2.2; 5.0, 4.1.1.9).
    UnbindResp
    /// `enquire_link` (SMPP 3.4, 4.11.1; 5.0, 4.1.2.1): is the peer alive?
    EnquireLink
    /// `enquire_link_resp` (SMPP 3.4, 4.11.2; 5.0, 4.1.2.2).
    EnquireLinkResp
    /// `generic_nack` (SMPP 3.4, 4.3.1; 5.0, 4.1.4.1): the answer to what could
    /// not be understood. Its `command_status` says why, its `sequence_number`
    /// is the offender's, or 0 when that could not be read.
    GenericNack
}
