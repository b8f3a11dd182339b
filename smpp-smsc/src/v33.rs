//! The answers to operations that only 3.3 has.

use core::time::Duration;
use std::sync::Arc;

use smpp_pdu::time::TimeText;
use smpp_pdu::{
    Body, COctetStr, CommandStatus, DestAddress, InterfaceVersion, ParamRetrieve, PriorityFlag,
    QueryMsgDetailsResp, RegisteredDelivery, Repeated, ShortMessage,
};
use smpp_session::Config;

use crate::accounts::Account;
use crate::submission::Work;
use crate::{Message, Timestamp};

/// The longest text that a `query_msg_details_resp` carries, in octets.
const MAX_TEXT: usize = 160;

/// The work that a `param_retrieve` is.
///
/// 3.3 names no parameters: they are agreed on with the centre. Here they are the
/// settings of the account, by the names that the configuration file has for them;
/// one that limits nothing, or is not set, is empty.
pub(crate) fn retrieve(
    account: &Account,
    session: &Config,
    validity: Duration,
    asked: &ParamRetrieve<'_>,
) -> Work {
    let number = |number: Option<u64>| number.map_or_else(String::new, |one| one.to_string());
    let value = match asked.param_name.as_bytes() {
        b"system_id" => account.system_id().to_owned(),
        b"max_binds" => number(account.max_binds.map(u64::from)),
        b"window" => account.window.unwrap_or(session.peer_window).to_string(),
        b"delivery_window" => {
            let own = account.delivery_window.unwrap_or(u16::MAX);
            own.min(session.window).to_string()
        }
        b"rate" => number(
            account
                .rate
                .or(session.peer_rate)
                .map(|rate| rate.per_second.into()),
        ),
        b"daily_quota" => number(account.daily_quota),
        b"default_source" => account.default_source_text().unwrap_or_default().to_owned(),
        b"default_data_coding" => number(account.default_data_coding.map(|one| one.0.into())),
        // In seconds.
        b"validity" => validity.as_secs().to_string(),
        _ => return Work::Refuse(CommandStatus::ESME_RINVPARAM),
    };
    Work::Retrieved(value.into())
}

/// What a `query_msg_details` is answered with.
#[derive(Debug)]
pub(crate) struct Details {
    /// The message whose state is told.
    pub(crate) message: Arc<Message>,
    /// It and the others under its id: one for each recipient.
    pub(crate) all: Vec<Arc<Message>>,
    /// Octets of the text that are wanted.
    pub(crate) sm_length: u8,
    pub(crate) now: Timestamp,
}

impl Details {
    /// Gives the body of the response to `send`. Times are absolute, whatever the
    /// message had.
    pub(crate) fn respond<R>(&self, send: impl FnOnce(QueryMsgDetailsResp<'_>) -> R) -> R {
        let message = &self.message;
        let content = message.content();
        let life = message.life.record();
        let later = message.submitted < life.scheduled;
        let schedule = later.then_some(life.scheduled);
        let [schedule, validity, done] = [schedule, Some(life.expires), life.done]
            .map(|time| time.map_or(TimeText::EMPTY, Timestamp::to_text));
        let to: Vec<DestAddress<'_>> = self
            .all
            .iter()
            .map(|one| DestAddress::Sme(one.content().destination))
            .collect();
        let wanted = MAX_TEXT.min(self.sm_length.into());
        let text = content.text.get(..wanted).unwrap_or(content.text);
        let (protocol_id, priority) = match smpp_codec::decode(message.octets()) {
            Ok(pdu) => match pdu.body {
                Body::SubmitSm(sm) => (sm.protocol_id, sm.priority_flag),
                _ => (0, PriorityFlag::LEVEL_0),
            },
            Err(_) => (0, PriorityFlag::LEVEL_0),
        };
        let receipt = if content.registered_delivery == RegisteredDelivery::NONE {
            RegisteredDelivery::V33_NONE
        } else {
            RegisteredDelivery::V33_RECEIPT_REQUESTED
        };
        let resp = QueryMsgDetailsResp::default()
            .service_type(content.service_type)
            .source_addr(content.source)
            // As many as one submit_multi may have, at most 255.
            .dest_address(Repeated::from_slice(&to).unwrap_or_default())
            .protocol_id(protocol_id)
            .priority_flag(priority)
            .schedule_delivery_time(COctetStr::new(&schedule).unwrap_or_default())
            .validity_period(COctetStr::new(&validity).unwrap_or_default())
            .registered_delivery(receipt)
            .data_coding(content.data_coding)
            .short_message(ShortMessage::new(text).unwrap_or_default())
            .message_id(message.key.id.as_c_octet_str())
            .final_date(COctetStr::new(&done).unwrap_or_default())
            .message_state(message.life.state_for(self.now, InterfaceVersion::V3_3))
            .error_code(message.life.error());
        send(resp)
    }
}
