//! A request of each operation, where it is only to be refused.

use smpp_pdu::*;

use crate::support::{sm, text};

/// The name of an operation without its variant.
pub(crate) fn plain(operation: &str) -> &str {
    operation.split(',').next().unwrap_or(operation)
}

/// A whole body, so that nothing but the state and the version is wrong with it.
pub(crate) fn of(operation: &str) -> Body<'static> {
    let source = sm().source_addr;
    let destination = sm().destination_addr;
    let id = text("1");
    let bind = |bind_type| Bind::new(bind_type, text("cell0"), text("secret")).into();
    match plain(operation) {
        "bind_receiver" => bind(BindType::Receiver),
        "bind_transmitter" => bind(BindType::Transmitter),
        "bind_transceiver" => bind(BindType::Transceiver),
        "outbind" => Outbind::default().system_id(text("smsc")).into(),
        "unbind" => Unbind::default().into(),
        "enquire_link" => EnquireLink::default().into(),
        "submit_sm" => sm().into(),
        "submit_multi" => SubmitMulti::default().source_addr(source).into(),
        "data_sm" => DataSm::default().destination_addr(destination).into(),
        "deliver_sm" => DeliverSm::new(source, destination, ShortMessage::EMPTY).into(),
        "query_sm" => QuerySm::default().message_id(id).source_addr(source).into(),
        "cancel_sm" => CancelSm::default()
            .message_id(id)
            .source_addr(source)
            .into(),
        "replace_sm" => ReplaceSm::default()
            .message_id(id)
            .source_addr(source)
            .into(),
        "alert_notification" => AlertNotification::default().source_addr(source).into(),
        "broadcast_sm" => BroadcastSm::default().source_addr(source).into(),
        "query_broadcast_sm" => QueryBroadcastSm::default().message_id(id).into(),
        "cancel_broadcast_sm" => CancelBroadcastSm::default().message_id(id).into(),
        "param_retrieve" => ParamRetrieve::default().param_name(text("window")).into(),
        "query_last_msgs" => QueryLastMsgs::default().num_messages(1).into(),
        "query_msg_details" => QueryMsgDetails::default().message_id(id).into(),
        other => panic!("nobody has written a request for {other}"),
    }
}
