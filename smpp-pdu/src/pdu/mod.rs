//! The PDUs: one type for each body, and [`Pdu`], which is a header with one of
//! them.

mod bind;
mod broadcast;
mod data_sm;
mod deliver_sm;
mod link;
mod manage;
mod submit_multi;
mod submit_sm;
mod v33;

pub use bind::{Bind, BindResp, BindType};
pub use broadcast::{
    BroadcastSm, BroadcastSmResp, CancelBroadcastSm, CancelBroadcastSmResp, QueryBroadcastSm,
    QueryBroadcastSmResp,
};
pub use data_sm::{DataSm, DataSmResp};
pub use deliver_sm::{DeliverSm, DeliverSmResp};
pub use link::{EnquireLink, EnquireLinkResp, GenericNack, Outbind, Unbind, UnbindResp};
pub use manage::{
    AlertNotification, CancelSm, CancelSmResp, QuerySm, QuerySmResp, ReplaceSm, ReplaceSmResp,
};
pub use submit_multi::{SubmitMulti, SubmitMultiResp};
pub use submit_sm::{SubmitSm, SubmitSmResp};
pub use v33::{
    ParamRetrieve, ParamRetrieveResp, QueryLastMsgs, QueryLastMsgsResp, QueryMsgDetails,
    QueryMsgDetailsResp,
};

use crate::{CommandId, CommandStatus, SequenceNumber, Tlvs};

/// One PDU as values, borrowed from the frame that it was decoded from or from
/// what it was built of.
///
/// ```
/// use smpp_pdu::{CommandId, CommandStatus, Pdu, SequenceNumber, Unbind};
///
/// let unbind = Pdu::request(SequenceNumber(3), Unbind::default());
/// assert_eq!(unbind.command_id(), CommandId::UNBIND);
/// assert_eq!(unbind.command_status, CommandStatus::ESME_ROK);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pdu<'a> {
    /// 0 in a request; the result in a response.
    pub command_status: CommandStatus,
    /// Ties a response to its request.
    pub sequence_number: SequenceNumber,
    /// Everything behind the header.
    pub body: Body<'a>,
}

impl<'a> Pdu<'a> {
    /// A request, or a response without error.
    pub fn request(sequence_number: SequenceNumber, body: impl Into<Body<'a>>) -> Self {
        Self::response(CommandStatus::ESME_ROK, sequence_number, body)
    }

    /// A response to the request with this `sequence_number`.
    pub fn response(
        command_status: CommandStatus,
        sequence_number: SequenceNumber,
        body: impl Into<Body<'a>>,
    ) -> Self {
        Self {
            command_status,
            sequence_number,
            body: body.into(),
        }
    }

    /// The operation.
    #[must_use]
    #[inline]
    pub const fn command_id(&self) -> CommandId {
        self.body.command_id()
    }
}

/// A response whose mandatory fields are left out, as 3.4 has it for an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OmittedBody {
    /// The operation.
    pub command_id: CommandId,
}

/// A PDU of an operation that the standard does not define.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownBody<'a> {
    /// The operation.
    pub command_id: CommandId,
    /// Everything behind the header.
    pub octets: &'a [u8],
}

/// Binds every body type to its command, in one table.
macro_rules! bodies {
    ($( $Name:ident: |$body:pat_param| $command_id:expr; )*) => {
        /// Everything behind the header of a PDU.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Body<'a> {
            $(
                #[doc = concat!("See [`", stringify!($Name), "`].")]
                $Name($Name<'a>),
            )*
            /// A response without its mandatory fields.
            Omitted(OmittedBody),
            /// An operation that the standard does not define.
            Unknown(UnknownBody<'a>),
        }

        impl<'a> Body<'a> {
            /// The operation.
            #[must_use]
            #[inline]
            pub const fn command_id(&self) -> CommandId {
                match self {
                    $( Self::$Name(body) => body.command_id(), )*
                    Self::Omitted(body) => body.command_id,
                    Self::Unknown(body) => body.command_id,
                }
            }

            /// The same body without its tagged parameters, for a peer of 3.3.
            #[must_use]
            pub const fn without_tlvs(mut self) -> Self {
                match &mut self {
                    $( Self::$Name(body) => body.tlvs = Tlvs::EMPTY, )*
                    Self::Omitted(_) | Self::Unknown(_) => {}
                }
                self
            }

            /// The tagged parameters; none for an unknown operation.
            #[must_use]
            pub const fn tlvs(&self) -> Tlvs<'a> {
                match self {
                    $( Self::$Name(body) => body.tlvs, )*
                    Self::Omitted(_) | Self::Unknown(_) => Tlvs::EMPTY,
                }
            }
        }

        $(
            impl<'a> $Name<'a> {
                /// The operation.
                #[must_use]
                #[inline]
                pub const fn command_id(&self) -> CommandId {
                    let $body = self;
                    $command_id
                }
            }

            impl<'a> From<$Name<'a>> for Body<'a> {
                fn from(body: $Name<'a>) -> Self {
                    Self::$Name(body)
                }
            }
        )*

        impl From<OmittedBody> for Body<'_> {
            fn from(body: OmittedBody) -> Self {
                Self::Omitted(body)
            }
        }

        impl<'a> From<UnknownBody<'a>> for Body<'a> {
            fn from(body: UnknownBody<'a>) -> Self {
                Self::Unknown(body)
            }
        }
    };
}

bodies! {
    Bind: |bind| bind.bind_type.command_id();
    BindResp: |resp| resp.bind_type.response_id();
    GenericNack: |_| CommandId::GENERIC_NACK;
    Outbind: |_| CommandId::OUTBIND;
    Unbind: |_| CommandId::UNBIND;
    UnbindResp: |_| CommandId::UNBIND_RESP;
    EnquireLink: |_| CommandId::ENQUIRE_LINK;
    EnquireLinkResp: |_| CommandId::ENQUIRE_LINK_RESP;
    SubmitSm: |_| CommandId::SUBMIT_SM;
    SubmitSmResp: |_| CommandId::SUBMIT_SM_RESP;
    DeliverSm: |_| CommandId::DELIVER_SM;
    DeliverSmResp: |_| CommandId::DELIVER_SM_RESP;
    DataSm: |_| CommandId::DATA_SM;
    DataSmResp: |_| CommandId::DATA_SM_RESP;
    SubmitMulti: |_| CommandId::SUBMIT_MULTI;
    SubmitMultiResp: |_| CommandId::SUBMIT_MULTI_RESP;
    QuerySm: |_| CommandId::QUERY_SM;
    QuerySmResp: |_| CommandId::QUERY_SM_RESP;
    CancelSm: |_| CommandId::CANCEL_SM;
    CancelSmResp: |_| CommandId::CANCEL_SM_RESP;
    ReplaceSm: |_| CommandId::REPLACE_SM;
    ReplaceSmResp: |_| CommandId::REPLACE_SM_RESP;
    AlertNotification: |_| CommandId::ALERT_NOTIFICATION;
    BroadcastSm: |_| CommandId::BROADCAST_SM;
    BroadcastSmResp: |_| CommandId::BROADCAST_SM_RESP;
    QueryBroadcastSm: |_| CommandId::QUERY_BROADCAST_SM;
    QueryBroadcastSmResp: |_| CommandId::QUERY_BROADCAST_SM_RESP;
    CancelBroadcastSm: |_| CommandId::CANCEL_BROADCAST_SM;
    CancelBroadcastSmResp: |_| CommandId::CANCEL_BROADCAST_SM_RESP;
    ParamRetrieve: |_| CommandId::PARAM_RETRIEVE;
    ParamRetrieveResp: |_| CommandId::PARAM_RETRIEVE_RESP;
    QueryLastMsgs: |_| CommandId::QUERY_LAST_MSGS;
    QueryLastMsgsResp: |_| CommandId::QUERY_LAST_MSGS_RESP;
    QueryMsgDetails: |_| CommandId::QUERY_MSG_DETAILS;
    QueryMsgDetailsResp: |_| CommandId::QUERY_MSG_DETAILS_RESP;
}
