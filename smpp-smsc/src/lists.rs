//! Distribution lists: names for several recipients of a `submit_multi`.

use std::collections::HashMap;

use smpp_pdu::{Address, COctetStr};

use crate::address::OwnedAddress;

/// All lists, by their names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lists {
    members: HashMap<Box<[u8]>, Vec<OwnedAddress>>,
}

impl Lists {
    /// Sets the members of a list. Those without digits are left out: nothing
    /// could ever be delivered to them.
    pub(crate) fn insert<'a>(
        &mut self,
        name: &str,
        members: impl IntoIterator<Item = Address<'a>>,
    ) {
        let members = members
            .into_iter()
            .filter(|member| !member.addr.is_empty())
            .map(OwnedAddress::from)
            .collect();
        self.members.insert(name.as_bytes().into(), members);
    }

    /// The members of a list; `None` when there is no such list.
    pub(crate) fn members(
        &self,
        name: COctetStr<'_>,
    ) -> Option<impl ExactSizeIterator<Item = Address<'_>>> {
        let members = self.members.get(name.as_bytes())?;
        Some(members.iter().map(OwnedAddress::as_address))
    }
}
