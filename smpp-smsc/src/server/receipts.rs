//! What became of receipts.

use crate::Message;
use crate::store::{DeliveryContent, Store, StoreError};

/// Entries of an outbox that are looked at together, and how often.
const PAGE: usize = 1000;
const PAGES: usize = 5;

/// What became of the receipt of a message, see
/// [`Smsc::receipt_of`](crate::Smsc::receipt_of).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReceiptState {
    /// None was asked for, or not for the state in which the message ended.
    NotWanted,
    /// There will be one when the message ends.
    Wanted,
    /// It waits for the account, or for its acknowledgement.
    Waiting,
    /// The account has acknowledged it or refused it for good, or nobody took it
    /// within its lifetime.
    Taken,
    /// The outbox of the account is too long to tell.
    Unknown,
}

pub(super) async fn of(store: &dyn Store, message: &Message) -> Result<ReceiptState, StoreError> {
    let wanted = message.registered_delivery();
    if !message.life.is_final() {
        // A receipt of failure alone is wanted as well, as long as it may fail.
        let asked = wanted.0 & 0b11 != 0;
        return Ok(if asked {
            ReceiptState::Wanted
        } else {
            ReceiptState::NotWanted
        });
    }
    if !message.life.wants_receipt(wanted) {
        return Ok(ReceiptState::NotWanted);
    }
    let mut after = None;
    for _ in 0..PAGES {
        let page = store.outbox(&message.account, after, PAGE).await?;
        let waits = page.iter().any(|delivery| match &delivery.content {
            DeliveryContent::Receipt(one) => one.key == message.key,
            _ => false,
        });
        if waits {
            return Ok(ReceiptState::Waiting);
        }
        after = page.last().map(|delivery| delivery.key);
        if page.len() < PAGE {
            return Ok(ReceiptState::Taken);
        }
    }
    Ok(ReceiptState::Unknown)
}
