//! Requests that are in their place, and wrong in what they say.

use smpp_pdu::*;

use crate::support::{VERSIONS, sm, text};

/// A request, and the status that it is refused with.
#[derive(Debug)]
pub(crate) struct Wrong {
    pub(crate) what: &'static str,
    since: InterfaceVersion,
    until: InterfaceVersion,
    pub(crate) status: CommandStatus,
}

const fn wrong(what: &'static str, status: CommandStatus) -> Wrong {
    Wrong {
        what,
        since: InterfaceVersion::V3_3,
        until: InterfaceVersion::V5_0,
        status,
    }
}

const fn in_3_3(what: &'static str, status: CommandStatus) -> Wrong {
    Wrong {
        until: InterfaceVersion::V3_3,
        ..wrong(what, status)
    }
}

const fn from_3_4(what: &'static str, status: CommandStatus) -> Wrong {
    Wrong {
        since: InterfaceVersion::V3_4,
        ..wrong(what, status)
    }
}

const fn in_5_0(what: &'static str, status: CommandStatus) -> Wrong {
    Wrong {
        since: InterfaceVersion::V5_0,
        ..wrong(what, status)
    }
}

#[rustfmt::skip]
pub(crate) const WRONG: &[Wrong] = &[
    wrong("submit_sm to nobody", CommandStatus::ESME_RINVDSTADR),
    wrong("submit_sm for no time", CommandStatus::ESME_RINVSCHED),
    wrong("submit_sm until no time", CommandStatus::ESME_RINVEXPIRY),
    wrong("submit_sm with a predefined text", CommandStatus::ESME_RINVDFTMSGID),
    wrong("submit_sm with a priority of 9", CommandStatus::ESME_RINVPRTFLG),
    wrong("submit_sm with a replace flag of 9", CommandStatus::ESME_RINVREPFLAG),
    wrong("submit_sm with half a body", CommandStatus::ESME_RINVCMDLEN),
    from_3_4("submit_sm that passes and replaces", CommandStatus::ESME_RINVSUBREP),
    from_3_4("submit_sm that passes tomorrow", CommandStatus::ESME_RINVSCHED),
    wrong("submit_multi to nobody", CommandStatus::ESME_RINVNUMDESTS),
    wrong("submit_multi to an unknown list", CommandStatus::ESME_RINVDLNAME),
    in_3_3("submit_multi to two that replaces", CommandStatus::ESME_RINVSUBREP),
    from_3_4("data_sm to nobody", CommandStatus::ESME_RINVDSTADR),
    wrong("query_sm of nothing", CommandStatus::ESME_RINVMSGID),
    wrong("cancel_sm of nothing", CommandStatus::ESME_RINVMSGID),
    wrong("cancel_sm of none that wait", CommandStatus::ESME_RCANCELFAIL),
    wrong("replace_sm of nothing", CommandStatus::ESME_RINVMSGID),
    in_5_0("broadcast_sm without parameters", CommandStatus::ESME_RMISSINGTLV),
    in_5_0("query_broadcast_sm of nothing", CommandStatus::ESME_RINVMSGID),
    in_5_0("cancel_broadcast_sm of nothing", CommandStatus::ESME_RINVMSGID),
    in_5_0("cancel_broadcast_sm of none that wait", CommandStatus::ESME_RBCASTCANCELFAIL),
    in_3_3("param_retrieve of nothing", CommandStatus::ESME_RINVPARAM),
    in_3_3("query_last_msgs of none", CommandStatus::ESME_RINVNUMMSGS),
    in_3_3("query_msg_details of nothing", CommandStatus::ESME_RINVMSGID),
];

impl Wrong {
    pub(crate) fn versions(&self) -> impl Iterator<Item = InterfaceVersion> {
        let has = |version: &InterfaceVersion| (self.since..=self.until).contains(version);
        VERSIONS.into_iter().filter(has)
    }

    pub(crate) fn request(&self) -> Body<'static> {
        let (source, destination) = (sm().source_addr, sm().destination_addr);
        let replace = ReplaceIfPresentFlag::REPLACE;
        let tomorrow = text(crate::support::TOMORROW);
        let id = text("1");
        match self.what {
            "submit_sm to nobody" => sm().destination_addr(Address::EMPTY).into(),
            "submit_sm for no time" => sm().schedule_delivery_time(text("soon")).into(),
            "submit_sm until no time" => sm().validity_period(text("soon")).into(),
            "submit_sm with a predefined text" => sm().sm_default_msg_id(1).into(),
            "submit_sm with a priority of 9" => sm().priority_flag(PriorityFlag(9)).into(),
            "submit_sm with a replace flag of 9" => {
                sm().replace_if_present_flag(ReplaceIfPresentFlag(9)).into()
            }
            "submit_sm with half a body" => UnknownBody {
                command_id: CommandId::SUBMIT_SM,
                octets: b"\0\x05\0BANK\0\x01\x01447700900123\0\0\0",
            }
            .into(),
            "submit_sm that passes and replaces" => {
                let passes = sm().esm_class(EsmClass(0x01));
                passes.replace_if_present_flag(replace).into()
            }
            "submit_sm that passes tomorrow" => {
                let passes = sm().esm_class(EsmClass(0x02));
                passes.schedule_delivery_time(tomorrow).into()
            }
            "submit_multi to nobody" => SubmitMulti::default().source_addr(source).into(),
            "submit_multi to an unknown list" => multi(b"\x02staff\0", 1).into(),
            "submit_multi to two that replaces" => multi(b"\x01\0\x001\0\x01\0\x002\0", 2)
                .replace_if_present_flag(replace)
                .into(),
            "data_sm to nobody" => DataSm::default().source_addr(source).into(),
            "query_sm of nothing" => QuerySm::default().message_id(id).into(),
            "cancel_sm of nothing" => CancelSm::default().message_id(id).into(),
            "cancel_sm of none that wait" => CancelSm::default()
                .source_addr(source)
                .destination_addr(destination)
                .into(),
            "replace_sm of nothing" => ReplaceSm::default().message_id(id).into(),
            "broadcast_sm without parameters" => BroadcastSm::default().into(),
            "query_broadcast_sm of nothing" => QueryBroadcastSm::default().message_id(id).into(),
            "cancel_broadcast_sm of nothing" => CancelBroadcastSm::default().message_id(id).into(),
            "cancel_broadcast_sm of none that wait" => {
                CancelBroadcastSm::default().source_addr(source).into()
            }
            "param_retrieve of nothing" => ParamRetrieve::default().param_name(id).into(),
            "query_last_msgs of none" => QueryLastMsgs::default().source_addr(source).into(),
            "query_msg_details of nothing" => QueryMsgDetails::default().message_id(id).into(),
            other => panic!("nobody has written {other}"),
        }
    }
}

fn multi(destinations: &'static [u8], count: u8) -> SubmitMulti<'static> {
    let (destinations, _) = Repeated::split_from(count, destinations).unwrap();
    SubmitMulti::default()
        .source_addr(sm().source_addr)
        .dest_address(destinations)
}
