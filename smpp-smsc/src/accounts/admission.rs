//! What an account may submit, and what is filled in for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use smpp_pdu::{Address, Body, COctetStr, CommandStatus, DataCoding, DestAddress, Pdu};

use super::Account;
use crate::lists::Lists;
use crate::submission::encoded;
use crate::{MessageId, Timestamp};

/// Checks a request against the rules of its account. Gives the octets of the
/// request as it is to be treated, where the account fills something in.
///
/// # Errors
/// The status to refuse it with.
pub(crate) fn admit(
    account: &Account,
    quotas: &Quotas,
    lists: &Lists,
    now: Timestamp,
    pdu: &Pdu<'_>,
) -> Result<Option<Bytes>, CommandStatus> {
    if !account.has_rules_for_messages() {
        return Ok(None);
    }
    let mut body = pdu.body;
    let id = original_id(account, &body);
    let messages = match &mut body {
        Body::SubmitSm(sm) => {
            fill(account, &mut sm.source_addr, Some(&mut sm.data_coding));
            check_source(account, sm.source_addr)?;
            1
        }
        Body::DataSm(sm) => {
            fill(account, &mut sm.source_addr, Some(&mut sm.data_coding));
            check_source(account, sm.source_addr)?;
            1
        }
        Body::SubmitMulti(sm) => {
            fill(account, &mut sm.source_addr, Some(&mut sm.data_coding));
            check_source(account, sm.source_addr)?;
            let recipients = sm.dest_address.into_iter().map(|one| match one {
                DestAddress::DistributionList(name) => {
                    lists.members(name).map_or(0, |all| all.len())
                }
                _ => 1,
            });
            u64::try_from(recipients.sum::<usize>()).unwrap_or(u64::MAX)
        }
        Body::BroadcastSm(sm) => {
            fill(account, &mut sm.source_addr, Some(&mut sm.data_coding));
            check_source(account, sm.source_addr)?;
            1
        }
        // They name the source that the message was given.
        Body::QuerySm(sm) => fill(account, &mut sm.source_addr, None),
        Body::CancelSm(sm) => fill(account, &mut sm.source_addr, None),
        Body::ReplaceSm(sm) => fill(account, &mut sm.source_addr, None),
        Body::QueryLastMsgs(sm) => fill(account, &mut sm.source_addr, None),
        Body::QueryMsgDetails(sm) => fill(account, &mut sm.source_addr, None),
        Body::QueryBroadcastSm(sm) => fill(account, &mut sm.source_addr, None),
        Body::CancelBroadcastSm(sm) => fill(account, &mut sm.source_addr, None),
        _ => 0,
    };
    if let (Some(id), Some(field)) = (&id, message_id(&mut body)) {
        *field = id.as_c_octet_str();
    }
    if messages > 0
        && let Some(quota) = account.daily_quota
        && !quotas.take(&account.system_id, quota, messages, now)
    {
        return Err(CommandStatus::ESME_RMSGQFUL);
    }
    if body == pdu.body {
        return Ok(None);
    }
    encoded(&Pdu { body, ..*pdu }).map(Some)
}

/// Gives 0 messages, for requests that are none.
fn fill<'a>(
    account: &'a Account,
    source: &mut Address<'a>,
    data_coding: Option<&mut DataCoding>,
) -> u64 {
    if source.addr.is_empty()
        && let Some(default) = account.source_of_none()
    {
        *source = default;
    }
    if let Some(data_coding) = data_coding {
        match (*data_coding, account.default_data_coding) {
            (DataCoding(0), Some(default)) => *data_coding = default,
            (DataCoding(1), _) if account.quirks.gsm_as_ascii => *data_coding = DataCoding(0),
            _ => {}
        }
    }
    0
}

/// The id of the message that a request names, as the centre made it, where the
/// account knows it in another form.
fn original_id(account: &Account, body: &Body<'_>) -> Option<MessageId> {
    if !account.quirks.has_other_ids() {
        return None;
    }
    let mut body = *body;
    let id = message_id(&mut body)?.as_str()?;
    account.quirks.original_id(id.trim_start_matches(' '))
}

/// The field with which a request names a message.
const fn message_id<'b, 'a>(body: &'b mut Body<'a>) -> Option<&'b mut COctetStr<'a>> {
    match body {
        Body::QuerySm(sm) => Some(&mut sm.message_id),
        Body::CancelSm(sm) => Some(&mut sm.message_id),
        Body::ReplaceSm(sm) => Some(&mut sm.message_id),
        Body::BroadcastSm(sm) => Some(&mut sm.message_id),
        Body::QueryBroadcastSm(sm) => Some(&mut sm.message_id),
        Body::CancelBroadcastSm(sm) => Some(&mut sm.message_id),
        _ => None,
    }
}

fn check_source(account: &Account, source: Address<'_>) -> Result<(), CommandStatus> {
    if account.allows_source(source.addr.as_bytes()) {
        Ok(())
    } else {
        Err(CommandStatus::ESME_RINVSRCADR)
    }
}

const DAY: u64 = 86_400_000;

/// What accounts with a quota have submitted today.
#[derive(Debug, Default)]
pub(crate) struct Quotas {
    /// The day since 1970 in UTC, and how many on it.
    used: Mutex<HashMap<Arc<str>, (u64, u64)>>,
}

impl Quotas {
    /// Counts messages of an account, all or none. Says whether they were within
    /// its quota.
    fn take(&self, account: &Arc<str>, quota: u64, messages: u64, now: Timestamp) -> bool {
        let today = now.0 / DAY;
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let (day, count) = used.entry(account.clone()).or_insert((today, 0));
        if *day != today {
            (*day, *count) = (today, 0);
        }
        let sum = count.saturating_add(messages);
        if sum > quota {
            return false;
        }
        *count = sum;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_full_until_the_next_day() {
        let quotas = Quotas::default();
        let account: Arc<str> = "bank".into();
        let late = Timestamp(20_000 * DAY - 1);
        assert!(quotas.take(&account, 10, 8, late));
        assert!(!quotas.take(&account, 10, 3, late), "all or none");
        assert!(quotas.take(&account, 10, 2, late));
        assert!(!quotas.take(&account, 10, 1, late));
        assert!(quotas.take(&"other".into(), 10, 1, late));
        assert!(quotas.take(&account, 10, 10, Timestamp(20_000 * DAY)));
    }
}
