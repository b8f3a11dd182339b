//! What a message does beside carrying a text.
//!
//! Each of these is said in more than one place: in `data_coding`, in the user
//! data header, in parameters. A value here is one meaning; it is written to
//! each of the places, and read from all of them, with a report where they
//! contradict each other.
//!
//! - [`MessageWaiting`] switches the signs for waiting voice mail, faxes and
//!   other messages on and off.
//! - [`Flash`] is a text that is shown at once and not stored.
//! - [`ApplicationPorts`] address a program at the receiver.
//! - [`Ussd`] is a step of a dialogue of short codes.
//!
//! Addresses that a phone is sent to fetch are in [`wap`](crate::wap).

mod flash;
mod ports;
mod ussd;
mod waiting;

pub use flash::Flash;
pub use ports::{ApplicationPorts, PortsRead};
pub use ussd::{Ussd, UssdRead};
pub use waiting::{MessageWaiting, WaitingConflict, WaitingRead};

use core::ops::Deref;

use smpp_pdu::{Tlv, Tlvs};

/// One or two parameters, to be sent.
///
/// ```
/// use smpp_codec::services::ApplicationPorts;
///
/// let parameters = ApplicationPorts::to(5683).tlvs();
/// assert_eq!(parameters.len(), 1);
/// assert_eq!(parameters.as_tlvs().destination_port(), Some(Ok(5683)));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Parameters {
    tlvs: [Tlv<'static>; 2],
    len: usize,
}

impl Parameters {
    /// Of one value the first, of two both; no value is no parameter.
    fn new(first: Option<Tlv<'static>>, second: Option<Tlv<'static>>) -> Self {
        // What stands in the place that is not used is never shown.
        let filler = Tlv::more_messages_to_send(smpp_pdu::MoreMessagesToSend(0));
        match (first, second) {
            (Some(first), Some(second)) => Self {
                tlvs: [first, second],
                len: 2,
            },
            (Some(one), None) | (None, Some(one)) => Self {
                tlvs: [one, filler],
                len: 1,
            },
            (None, None) => Self {
                tlvs: [filler; 2],
                len: 0,
            },
        }
    }

    /// The parameters as a list for a PDU.
    #[must_use]
    pub fn as_tlvs(&self) -> Tlvs<'_> {
        Tlvs::from_slice(self)
    }
}

impl Deref for Parameters {
    type Target = [Tlv<'static>];

    fn deref(&self) -> &Self::Target {
        self.tlvs.get(..self.len).unwrap_or_default()
    }
}
