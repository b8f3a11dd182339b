//! Who may bind.

use core::fmt;
use std::collections::HashMap;
use std::sync::Arc;

use smpp_pdu::CommandStatus;

/// The accounts of a message centre: `system_id` and password of each.
#[derive(Clone, Default)]
pub struct Accounts {
    by_system_id: HashMap<Vec<u8>, Account>,
}

#[derive(Clone)]
struct Account {
    system_id: Arc<str>,
    password: Vec<u8>,
}

impl Accounts {
    /// No account: nobody can bind.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an account, or gives an existing one another password.
    pub fn insert(&mut self, system_id: &str, password: &str) {
        let account = Account {
            system_id: system_id.into(),
            password: password.as_bytes().to_vec(),
        };
        self.by_system_id
            .insert(system_id.as_bytes().to_vec(), account);
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_system_id.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_system_id.is_empty()
    }

    /// The `system_id` of the account that these credentials open.
    ///
    /// # Errors
    /// `ESME_RINVSYSID` when there is no such account, `ESME_RINVPASWD` when
    /// the password is another.
    pub fn check(&self, system_id: &[u8], password: &[u8]) -> Result<Arc<str>, CommandStatus> {
        let account = self
            .by_system_id
            .get(system_id)
            .ok_or(CommandStatus::ESME_RINVSYSID)?;
        if same(&account.password, password) {
            Ok(account.system_id.clone())
        } else {
            Err(CommandStatus::ESME_RINVPASWD)
        }
    }
}

/// Names only: no password reaches a log.
impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.by_system_id.values().map(|one| &one.system_id))
            .finish()
    }
}

/// Compares in a time that does not tell how many octets are right.
fn same(left: &[u8], right: &[u8]) -> bool {
    let differences = left
        .iter()
        .zip(right)
        .fold(0, |sum, (left, right)| sum | (left ^ right));
    left.len() == right.len() && core::hint::black_box(differences) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_opens_an_account() {
        let mut accounts = Accounts::new();
        accounts.insert("esme", "secret");
        assert_eq!(&*accounts.check(b"esme", b"secret").unwrap(), "esme");
        for password in [&b""[..], b"secre", b"secret1", b"Secret"] {
            assert_eq!(
                accounts.check(b"esme", password),
                Err(CommandStatus::ESME_RINVPASWD)
            );
        }
        assert_eq!(
            accounts.check(b"ESME", b"secret"),
            Err(CommandStatus::ESME_RINVSYSID)
        );
        assert_eq!(format!("{accounts:?}"), r#"{"esme"}"#);
    }
}
