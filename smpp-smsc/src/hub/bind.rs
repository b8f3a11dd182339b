//! The response that binds a session.

use smpp_pdu::{BindResp, BindType, COctetStr, InterfaceVersion, Pdu, SequenceNumber, Tlv, Tlvs};
use smpp_session::SendError;
use smpp_session::driver::Link;

/// Accepts a bind, in the name of a server. `states_version` says whether the
/// response says what the server speaks, which no peer of 3.3 can read.
pub(crate) fn accept_bind(
    link: &mut Link<'_>,
    sequence_number: SequenceNumber,
    bind_type: BindType,
    system_id: &str,
    states_version: bool,
) -> Result<(), SendError> {
    let tlvs = [Tlv::sc_interface_version(InterfaceVersion::V5_0)];
    let tlvs = if states_version {
        Tlvs::from_slice(&tlvs)
    } else {
        Tlvs::EMPTY
    };
    let name = COctetStr::new(system_id.as_bytes()).unwrap_or_default();
    let resp = BindResp::new(bind_type, name, tlvs);
    link.respond(&Pdu::request(sequence_number, resp))
}
