//! Distribution lists in a file.

use serde::Deserialize;
use smpp_pdu::Address;
use toml::Spanned;

use super::place::{Wrong, checked, wrong};

/// A `submit_multi` has 255 recipients at most.
const MAX_MEMBERS: usize = 255;

/// A name for several recipients of a `submit_multi`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DistributionList {
    /// Its name.
    pub name: String,
    /// Its members, as people write addresses.
    pub members: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawList {
    name: Spanned<String>,
    members: Spanned<Vec<Spanned<String>>>,
}

impl DistributionList {
    /// The members as a message centre takes them. TON and NPI follow from their
    /// form, see [`Address::from_human`].
    pub fn addresses(&self) -> impl Iterator<Item = Address<'_>> {
        let members = self.members.iter();
        members.filter_map(|member| Address::from_human(member).ok())
    }
}

impl RawList {
    pub(super) fn checked(self, before: &[DistributionList]) -> Result<DistributionList, Wrong> {
        let name = self.name.get_ref();
        if name.is_empty() || name.len() > 20 || !name.bytes().all(|one| one.is_ascii_graphic()) {
            let message = "the name of a distribution list has 1 to 20 characters, printable ASCII \
                           without spaces";
            return Err(wrong(&self.name, message));
        }
        if before.iter().any(|one| one.name == *name) {
            let message = format!("the distribution list {name} is there already");
            return Err(wrong(&self.name, message));
        }
        match self.members.get_ref().len() {
            0 => return Err(wrong(&self.members, "a list has at least one member")),
            1..=MAX_MEMBERS => {}
            more => {
                let message = format!(
                    "{more} members: a submit_multi has {MAX_MEMBERS} recipients at most, members \
                     of lists included"
                );
                return Err(wrong(&self.members, message));
            }
        }
        let members = self.members.into_inner();
        let members: Result<Vec<_>, _> = members.iter().map(|one| checked(one, address)).collect();
        Ok(DistributionList {
            name: self.name.into_inner(),
            members: members?,
        })
    }
}

/// An address that messages go to.
fn address(text: &str) -> Result<String, &'static str> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let printable = digits
        .bytes()
        .all(|one| one == b' ' || one.is_ascii_graphic());
    if digits.is_empty() || digits.len() > 20 || !printable {
        return Err("an address has 1 to 20 characters, printable ASCII: 447700900123");
    }
    Ok(text.into())
}
