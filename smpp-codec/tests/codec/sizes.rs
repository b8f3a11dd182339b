//! Values are passed by copy and lie on small stacks: they stay small.

use core::mem::size_of;

use smpp_pdu::*;

/// Four cache lines.
const LIMIT: usize = 256;

macro_rules! bodies {
    ($($Name:ident)*) => {
        [$( (stringify!($Name), size_of::<$Name<'static>>()) ),*]
    };
}

#[test]
fn no_body_is_larger_than_256_octets() {
    let sizes = bodies! {
        Bind BindResp GenericNack Outbind Unbind UnbindResp EnquireLink EnquireLinkResp SubmitSm
        SubmitSmResp DeliverSm DeliverSmResp DataSm DataSmResp SubmitMulti SubmitMultiResp QuerySm
        QuerySmResp CancelSm CancelSmResp ReplaceSm ReplaceSmResp AlertNotification BroadcastSm
        BroadcastSmResp QueryBroadcastSm QueryBroadcastSmResp CancelBroadcastSm
        CancelBroadcastSmResp ParamRetrieve ParamRetrieveResp QueryLastMsgs QueryLastMsgsResp
        QueryMsgDetails QueryMsgDetailsResp UnknownBody Body
    };
    for (name, size) in sizes {
        assert!(size <= LIMIT, "{name} has {size} octets");
    }
    let largest = sizes.iter().max_by_key(|(_, size)| size).unwrap();
    println!(
        "## sizes: the largest of {} bodies: {largest:?}",
        sizes.len()
    );
}

#[test]
fn errors_and_findings_fit_in_a_few_words() {
    assert!(size_of::<smpp_codec::DecodeError>() <= 64);
    assert!(size_of::<smpp_codec::Finding>() <= 64);
    assert!(size_of::<smpp_codec::Decoder>() <= 16);
}
