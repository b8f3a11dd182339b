//! Where attempts go.

use std::collections::HashMap;
use std::sync::Arc;

use crate::accounts::AccountTable;
use crate::network::Network;
use crate::routes::RouteTable;

/// All that messages may go to, and which go where.
pub(crate) struct Directory {
    pub(crate) routes: Arc<RouteTable>,
    /// Where everything goes that has no route.
    pub(crate) network: Arc<dyn Network>,
    /// The others, by their names.
    pub(crate) centres: HashMap<Arc<str>, Arc<dyn Network>>,
    /// The accounts, where the centre knows them by itself.
    pub(crate) accounts: Option<Arc<AccountTable>>,
}

impl Directory {
    /// Whether there is such an account, as far as is known.
    pub(crate) fn has_account(&self, system_id: &str) -> bool {
        let accounts = self.accounts.as_ref();
        accounts.is_none_or(|table| table.accounts().get(system_id.as_bytes()).is_some())
    }
}
