//! `bind_receiver`, `bind_transmitter`, `bind_transceiver`, `outbind` and the
//! responses.

use smpp_pdu::{BindType, InterfaceVersion};

use super::wire_body;
use crate::OutBuf;
use crate::field::{COctet, Context, Field, Party, Res, Secret, U8};
use crate::visit::Visit;

/// Which of the three binds: the `command_id` tells, no octet of the body.
struct FromCommandId;

impl<'a> Field<'a> for FromCommandId {
    type Value = BindType;

    fn parse(&self, cx: &mut Context<'_>, i: &'a [u8]) -> Res<'a, BindType> {
        let request = cx.command_id.request().unwrap_or(cx.command_id);
        let bind_type = BindType::from_command_id(request).unwrap_or_default();
        Ok((i, bind_type))
    }

    fn encoded_len(&self, _: &BindType) -> usize {
        0
    }

    fn write(&self, _: &BindType, _: &mut impl OutBuf) {}

    fn visit(&self, _: &BindType, _: &mut Visit<'_>) {}
}

wire_body! {
    Bind {
        bind_type: FromCommandId,
        system_id: COctet::new("system_id", 16),
        password: Secret(COctet::new("password", 9)),
        system_type: COctet::new("system_type", 13),
        interface_version: U8::named("interface_version", |version: &InterfaceVersion| version.name()),
        address_range: Party::address_range().last(),
    }
}

wire_body! {
    BindResp {
        bind_type: FromCommandId,
        system_id: COctet::new("system_id", 16).last(),
    }
}

wire_body! {
    Outbind {
        system_id: COctet::new("system_id", 16),
        password: Secret(COctet::new("password", 9).last()),
    }
}

#[cfg(test)]
mod tests {
    use smpp_pdu::CommandId;

    #[test]
    fn the_command_tells_which_bind_it_is() {
        for id in [
            CommandId::BIND_RECEIVER,
            CommandId::BIND_TRANSMITTER,
            CommandId::BIND_TRANSCEIVER,
        ] {
            let mut octets = *b"\0\0\0\x17\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\x34\0\0\0";
            octets[4..8].copy_from_slice(&id.0.to_be_bytes());
            let pdu = crate::decode(&octets).unwrap();
            assert_eq!(pdu.command_id(), id);
        }
    }
}
