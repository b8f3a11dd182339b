//! The grammar of bodies: which fields stand in which order.
//!
//! Each body is declared once, as a row of [fields](crate::field); reading,
//! measuring, writing and showing follow from that row.

mod bind;
mod broadcast;
mod common;
mod link;
mod manage;
mod message;
mod submit_multi;
mod v33;
#[cfg(any(test, not(feature = "alloc")))]
mod walk;

use smpp_pdu::{Body, CommandId, Header, OmittedBody, Pdu, UnknownBody};

#[cfg(feature = "alloc")]
use crate::OutBuf;
use crate::decode::why;
use crate::error::DecodeError;
use crate::field::Context;
#[cfg(feature = "alloc")]
use crate::field::Res;
use crate::finding::FindingKind;
use crate::visit::Visit;
#[cfg(any(test, not(feature = "alloc")))]
pub(crate) use walk::Walker;
#[cfg(not(feature = "alloc"))]
pub(crate) use walk::{body_len, parse_body, write_body};

/// A body that is a row of fields.
///
/// There are two ways through a row. With an allocator each body is read,
/// measured and written by code of its own: fast, and long. Without one a
/// [`Walker`] goes through the row, and what differs between the bodies is
/// little more than the row.
pub(crate) trait WireBody<'a>: Sized {
    #[cfg(feature = "alloc")]
    fn parse(cx: &mut Context<'_>, i: &'a [u8]) -> Res<'a, Self>;
    #[cfg(feature = "alloc")]
    fn encoded_len(&self) -> usize;
    #[cfg(feature = "alloc")]
    fn write(&self, out: &mut impl OutBuf);
    /// Leads `walker` through the row.
    #[cfg(any(test, not(feature = "alloc")))]
    fn walk(&mut self, walker: &mut Walker<'_, '_, 'a>);
    fn visit(&self, visit: &mut Visit<'_>);
}

/// Declares the row of fields of a body; the tagged parameters follow by
/// themselves. `text` names the field whose text competes with `message_payload`,
/// `unused` the message id that the standard leaves empty.
macro_rules! wire_body {
    ($Name:ident { $( $field:ident: $grammar:expr, )* } $( text: $text:ident )? $( unused: $unused:ident )?) => {
        impl<'a> crate::body::WireBody<'a> for smpp_pdu::$Name<'a> {
            #[cfg(feature = "alloc")]
            #[inline]
            fn parse(
                cx: &mut crate::field::Context<'_>,
                i: &'a [u8],
            ) -> crate::field::Res<'a, Self> {
                #[allow(unused_imports, reason = "header-only bodies have no field")]
                use crate::field::Field;
                $( let (i, $field) = (&const { $grammar }).parse(cx, i)?; )*
                let text = None $( .or(Some($text)) )?;
                let unused = None $( .or(Some((stringify!($unused), $unused))) )?;
                let (i, tlvs) = crate::field::Parameters::parse(cx, i, text, unused)?;
                Ok((i, Self { $( $field, )* tlvs }))
            }

            #[cfg(feature = "alloc")]
            #[inline]
            fn encoded_len(&self) -> usize {
                #[allow(unused_imports, reason = "header-only bodies have no field")]
                use crate::field::Field;
                let open = false $( | $grammar.is_open(&self.$field) )*;
                // Parameters end the openness of the last field, see `write`.
                let nul = usize::from(open && !self.tlvs.is_empty());
                $( $grammar.encoded_len(&self.$field) + )* nul + self.tlvs.encoded_len()
            }

            #[cfg(feature = "alloc")]
            #[inline]
            fn write(&self, out: &mut impl crate::OutBuf) {
                #[allow(unused_imports, reason = "header-only bodies have no field")]
                use crate::field::Field;
                $( $grammar.write(&self.$field, out); )*
                let open = false $( | $grammar.is_open(&self.$field) )*;
                if open && !self.tlvs.is_empty() {
                    // Nothing can follow a text that ends with the PDU.
                    out.put(&[0]);
                }
                crate::field::Parameters::write(&self.tlvs, out);
            }

            #[cfg(any(test, not(feature = "alloc")))]
            fn walk(&mut self, walker: &mut crate::body::Walker<'_, '_, 'a>) {
                #[allow(unused_imports, reason = "header-only bodies have no field")]
                use crate::field::Field;
                $( (&const { $grammar }).walk(&mut self.$field, walker); )*
                let text = None $( .or(Some(self.$text)) )?;
                let unused = None $( .or(Some((stringify!($unused), self.$unused))) )?;
                walker.end(&mut self.tlvs, text, unused);
            }

            fn visit(&self, visit: &mut crate::visit::Visit<'_>) {
                #[allow(unused_imports, reason = "header-only bodies have no field")]
                use crate::field::Field;
                $( $grammar.visit(&self.$field, visit); )*
                visit.tlvs(&self.tlvs);
            }
        }
    };
}
use wire_body;

/// Chooses the body by the operation, in one table.
macro_rules! bodies {
    ($( $($ID:ident)|+ => $Name:ident, )*) => {
        /// Reads the body of the operation in `cx`, and makes a PDU of it with
        /// the rest of `header`. The PDU is put together here, field by field
        /// where the caller wants it: bodies are large, and moving one costs
        /// as much as reading it.
        #[cfg(feature = "alloc")]
        #[inline]
        pub(crate) fn parse_body<'a>(
            cx: &mut Context<'_>,
            header: &Header,
            i: &'a [u8],
        ) -> Result<Pdu<'a>, DecodeError> {
            let Header { command_status, sequence_number, .. } = *header;
            match cx.command_id {
                $( $( CommandId::$ID )|+ => match smpp_pdu::$Name::parse(cx, i) {
                    Ok((_, body)) => Ok(Pdu {
                        command_status,
                        sequence_number,
                        body: Body::$Name(body),
                    }),
                    Err(_) => Err(why(cx)),
                } )*
                _ => parse_unknown(cx, header, i),
            }
        }

        /// Octets of a body.
        #[cfg(feature = "alloc")]
        #[inline]
        pub(crate) fn body_len(body: &Body<'_>) -> usize {
            match body {
                $( Body::$Name(body) => body.encoded_len(), )*
                Body::Unknown(UnknownBody { octets, .. }) => octets.len(),
                // Omitted bodies, and none that this version of the model does not have.
                _ => 0,
            }
        }

        /// Writes a body.
        #[cfg(feature = "alloc")]
        #[inline]
        pub(crate) fn write_body(body: &Body<'_>, out: &mut impl OutBuf) {
            match body {
                $( Body::$Name(body) => body.write(out), )*
                Body::Unknown(UnknownBody { octets, .. }) => out.put(octets),
                _ => {}
            }
        }

        /// The body of an operation before it is read.
        #[cfg(any(test, not(feature = "alloc")))]
        #[inline(never)]
        fn blank<'a>(command_id: CommandId) -> Body<'a> {
            match command_id {
                $( $( CommandId::$ID )|+ => Body::$Name(smpp_pdu::$Name::default()), )*
                _ => Body::Unknown(UnknownBody { command_id, octets: &[] }),
            }
        }

        /// Leads a walker through a body.
        #[cfg(any(test, not(feature = "alloc")))]
        fn walk_body<'a>(body: &mut Body<'a>, walker: &mut Walker<'_, '_, 'a>) {
            match body {
                $( Body::$Name(body) => body.walk(walker), )*
                Body::Unknown(UnknownBody { octets, .. }) => walker.octets(octets),
                // Omitted bodies, and none that this version of the model does not have.
                _ => {}
            }
        }

        /// Shows a body.
        pub(crate) fn visit_body(body: &Body<'_>, visit: &mut Visit<'_>) {
            match body {
                $( Body::$Name(body) => body.visit(visit), )*
                Body::Unknown(UnknownBody { octets, .. }) => visit.rest(octets),
                _ => {}
            }
        }
    };
}

bodies! {
    SUBMIT_SM => SubmitSm,
    SUBMIT_SM_RESP => SubmitSmResp,
    DELIVER_SM => DeliverSm,
    DELIVER_SM_RESP => DeliverSmResp,
    ENQUIRE_LINK => EnquireLink,
    ENQUIRE_LINK_RESP => EnquireLinkResp,
    DATA_SM => DataSm,
    DATA_SM_RESP => DataSmResp,
    SUBMIT_MULTI => SubmitMulti,
    SUBMIT_MULTI_RESP => SubmitMultiResp,
    BIND_RECEIVER | BIND_TRANSMITTER | BIND_TRANSCEIVER => Bind,
    BIND_RECEIVER_RESP | BIND_TRANSMITTER_RESP | BIND_TRANSCEIVER_RESP => BindResp,
    OUTBIND => Outbind,
    UNBIND => Unbind,
    UNBIND_RESP => UnbindResp,
    GENERIC_NACK => GenericNack,
    QUERY_SM => QuerySm,
    QUERY_SM_RESP => QuerySmResp,
    CANCEL_SM => CancelSm,
    CANCEL_SM_RESP => CancelSmResp,
    REPLACE_SM => ReplaceSm,
    REPLACE_SM_RESP => ReplaceSmResp,
    ALERT_NOTIFICATION => AlertNotification,
    BROADCAST_SM => BroadcastSm,
    BROADCAST_SM_RESP => BroadcastSmResp,
    QUERY_BROADCAST_SM => QueryBroadcastSm,
    QUERY_BROADCAST_SM_RESP => QueryBroadcastSmResp,
    CANCEL_BROADCAST_SM => CancelBroadcastSm,
    CANCEL_BROADCAST_SM_RESP => CancelBroadcastSmResp,
    PARAM_RETRIEVE => ParamRetrieve,
    PARAM_RETRIEVE_RESP => ParamRetrieveResp,
    QUERY_LAST_MSGS => QueryLastMsgs,
    QUERY_LAST_MSGS_RESP => QueryLastMsgsResp,
    QUERY_MSG_DETAILS => QueryMsgDetails,
    QUERY_MSG_DETAILS_RESP => QueryMsgDetailsResp,
}

/// The body of an operation without a standard name: octets.
#[cold]
pub(crate) fn parse_unknown<'a>(
    cx: &mut Context<'_>,
    header: &Header,
    octets: &'a [u8],
) -> Result<Pdu<'a>, DecodeError> {
    let command_id = header.command_id;
    let offset = Header::LEN - 12 /* command_id and all behind it */;
    let kind = FindingKind::UnknownCommandId {
        command_id: command_id.0,
    };
    if cx.deviation(offset, "command_id", kind).is_err() {
        return Err(why(cx));
    }
    Ok(Pdu {
        command_status: header.command_status,
        sequence_number: header.sequence_number,
        body: Body::Unknown(UnknownBody { command_id, octets }),
    })
}

/// Whether a response of this operation has mandatory fields that may be left out.
pub(crate) const fn has_fields(command_id: CommandId) -> bool {
    !matches!(
        command_id,
        CommandId::GENERIC_NACK
            | CommandId::UNBIND_RESP
            | CommandId::ENQUIRE_LINK_RESP
            | CommandId::CANCEL_SM_RESP
            | CommandId::REPLACE_SM_RESP
            | CommandId::CANCEL_BROADCAST_SM_RESP
    )
}

/// The body of a response that consists of a header.
pub(crate) const fn omitted<'a>(command_id: CommandId) -> Body<'a> {
    Body::Omitted(OmittedBody { command_id })
}
