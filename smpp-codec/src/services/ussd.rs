//! Dialogues of short codes.

use smpp_pdu::{ItsSessionInfo, Tlv, Tlvs, UssdServiceOp, service_type};

use super::Parameters;

/// The bit that tells an answer from what it answers.
const ANSWER: u8 = 0x10;
const MAX_SEQUENCE: u8 = 127;

/// One step of a dialogue in unstructured supplementary service data.
///
/// The step is the parameter `ussd_service_op` (SMPP 3.4, 5.3.2.44; 5.0,
/// 4.8.4) of a `submit_sm`, `deliver_sm` or `data_sm` whose `service_type` is
/// [`Ussd::SERVICE_TYPE`]; the text is the text of the message. Which dialogue
/// it belongs to is in `its_session_info` (SMPP 3.4, 5.3.2.43; 5.0, 4.8.4.34)
/// with most gateways; some have one dialogue for each number instead, and some
/// a parameter of their own.
///
/// ```
/// use smpp_codec::services::Ussd;
/// use smpp_pdu::{Tlvs, UssdServiceOp};
///
/// // A phone dialled *100#: the gateway says so in a deliver_sm.
/// let octets = [0x05, 0x01, 0, 1, 0x01, 0x13, 0x83, 0, 2, 0x2A, 0x00];
/// let read = Ussd::read(b"USSD", &Tlvs::from_octets(&octets)).unwrap();
/// assert!(!read.conflict);
/// let dialled = read.ussd;
/// assert_eq!(dialled.operation, UssdServiceOp::PSSR_INDICATION);
///
/// // A menu is a question to the phone, in the same dialogue.
/// let menu = dialled.next(UssdServiceOp::USSR_REQUEST);
/// assert_eq!((menu.session_number(), menu.sequence()), (Some(0x2A), Some(1)));
///
/// // The last word answers what was dialled, and ends the dialogue.
/// let last = dialled.answer().unwrap().next(UssdServiceOp::PSSR_RESPONSE).ended();
/// let parameters = last.tlvs();
/// assert_eq!(parameters.as_tlvs().ussd_service_op(), Some(Ok(UssdServiceOp::PSSR_RESPONSE)));
/// assert!(parameters.as_tlvs().its_session_info().unwrap().unwrap().ends_session());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ussd {
    /// The step.
    pub operation: UssdServiceOp,
    /// The dialogue, and the place of the step in it; `None` where the gateway
    /// does without.
    pub session: Option<ItsSessionInfo>,
}

/// A step that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UssdRead {
    /// The step.
    pub ussd: Ussd,
    /// Whether `service_type` is neither `USSD` nor empty: it says that the
    /// message is something else.
    pub conflict: bool,
    /// Whether `its_session_info` is there but not of two octets.
    pub bad_session: bool,
}

impl Ussd {
    /// The `service_type` of such messages.
    pub const SERVICE_TYPE: &'static str = service_type::USSD;

    /// A step without a dialogue.
    #[must_use]
    pub const fn new(operation: UssdServiceOp) -> Self {
        Self {
            operation,
            session: None,
        }
    }

    /// The same step as number `sequence` (0 to 127; the seven low bits count)
    /// of the dialogue `number`.
    #[must_use]
    pub const fn in_session(mut self, number: u8, sequence: u8) -> Self {
        self.session = Some(ItsSessionInfo {
            session_number: number,
            sequence_and_end: (sequence & MAX_SEQUENCE) << 1,
        });
        self
    }

    /// The same step as the last of its dialogue. Without a dialogue it stays as
    /// it is.
    #[must_use]
    pub const fn ended(mut self) -> Self {
        if let Some(session) = &mut self.session {
            session.sequence_and_end |= 1;
        }
        self
    }

    /// Another step behind this one in the same dialogue: the sequence goes up
    /// by one, and from 127 to 0.
    #[must_use]
    pub const fn next(self, operation: UssdServiceOp) -> Self {
        match self.session {
            Some(session) => Self::new(operation)
                .in_session(session.session_number, session.sequence().wrapping_add(1)),
            None => Self::new(operation),
        }
    }

    /// The step that answers this one, behind it in the same dialogue; `None`
    /// when this one is an answer, or a vendor's own.
    #[must_use]
    pub const fn answer(self) -> Option<Self> {
        if self.operation.0 < 0x04 {
            Some(self.next(UssdServiceOp(self.operation.0 | ANSWER)))
        } else {
            None
        }
    }

    /// Whether the step answers another one.
    #[must_use]
    pub const fn is_answer(self) -> bool {
        matches!(self.operation.0, 0x10..=0x13)
    }

    /// Whether the phone sends it, rather than the service; `None` for a step
    /// that the standard does not know.
    #[must_use]
    pub const fn is_from_phone(self) -> Option<bool> {
        match self.operation {
            UssdServiceOp::PSSD_INDICATION
            | UssdServiceOp::PSSR_INDICATION
            | UssdServiceOp::USSR_CONFIRM
            | UssdServiceOp::USSN_CONFIRM => Some(true),
            UssdServiceOp::USSR_REQUEST
            | UssdServiceOp::USSN_REQUEST
            | UssdServiceOp::PSSD_RESPONSE
            | UssdServiceOp::PSSR_RESPONSE => Some(false),
            _ => None,
        }
    }

    /// The number of the dialogue.
    #[must_use]
    pub fn session_number(self) -> Option<u8> {
        self.session.map(|session| session.session_number)
    }

    /// The place of the step in the dialogue, 0 to 127.
    #[must_use]
    pub fn sequence(self) -> Option<u8> {
        self.session.map(ItsSessionInfo::sequence)
    }

    /// Whether the step says that it ends its dialogue.
    #[must_use]
    pub fn ends_session(self) -> bool {
        self.session.is_some_and(ItsSessionInfo::ends_session)
    }

    /// The parameters: `ussd_service_op`, and `its_session_info` where there is
    /// a dialogue. They need SMPP 3.4.
    #[must_use]
    pub fn tlvs(self) -> Parameters {
        Parameters::new(
            Some(Tlv::ussd_service_op(self.operation)),
            self.session.map(Tlv::its_session_info),
        )
    }

    /// Reads the step of a message: its `service_type` without the NUL, and its
    /// parameters. `None` without a `ussd_service_op` of one octet; the
    /// `service_type` alone tells no step.
    #[must_use]
    pub fn read(service_type: &[u8], tlvs: &Tlvs<'_>) -> Option<UssdRead> {
        let operation = tlvs.ussd_service_op()?.ok()?;
        let session = tlvs.its_session_info();
        Some(UssdRead {
            ussd: Self {
                operation,
                session: session.and_then(Result::ok),
            },
            conflict: !service_type.is_empty() && service_type != Self::SERVICE_TYPE.as_bytes(),
            bad_session: session.is_some_and(|session| session.is_err()),
        })
    }
}
