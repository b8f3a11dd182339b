//! Messages that another centre has, and its receipts for them.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::{Engine, Group};
use crate::network::{NextReceipt, Told};
use crate::store::StoreError;

/// Receipts of another centre.
#[derive(Debug)]
pub(crate) struct Receipts {
    pub(crate) centre: Arc<str>,
    pub(crate) receipts: Vec<NextReceipt>,
    /// Told once they are kept.
    pub(crate) reply: oneshot::Sender<Result<Vec<Told>, StoreError>>,
}

impl Engine {
    pub(super) async fn receipts(&mut self, receipts: Receipts, _group: &mut Group) {
        let told = vec![Told::Unknown; receipts.receipts.len()];
        // Whoever asked may have gone.
        let _ = receipts.reply.send(Ok(told));
    }
}
