//! The accounts that the centre knows by itself.

use core::fmt;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use smpp_pdu::CommandStatus;

use super::{Account, Authenticator, BindAttempt, Password, Refusal};

/// The accounts of a message centre, by `system_id`.
#[derive(Clone, Default)]
pub struct Accounts {
    by_system_id: HashMap<Vec<u8>, Arc<Account>>,
}

impl Accounts {
    /// No account: nobody can bind.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an account that may do everything, with a password in plain text, or
    /// takes the place of the one with this name.
    pub fn insert(&mut self, system_id: &str, password: &str) {
        self.add(Account::named(system_id.into(), Password::plain(password)));
    }

    /// Adds an account, or takes the place of the one with its name.
    pub fn add(&mut self, account: Account) {
        let system_id = account.system_id.as_bytes().to_vec();
        self.by_system_id.insert(system_id, Arc::new(account));
    }

    /// The account with this name.
    #[must_use]
    pub fn get(&self, system_id: &[u8]) -> Option<&Arc<Account>> {
        self.by_system_id.get(system_id)
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
}

/// Names only: no password reaches a log.
impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names: Vec<_> = self
            .by_system_id
            .values()
            .map(|one| &one.system_id)
            .collect();
        names.sort();
        f.debug_set().entries(names).finish()
    }
}

/// Accounts that can be changed while sessions go on: those that are bound keep
/// what they were given, the next bind sees the new ones.
///
/// Hashes are computed away from the tasks of connections, and on half of the
/// processors at most: whoever guesses passwords leaves the rest to the sessions. A password that was right is remembered in memory, as
/// a keyed hash, so that reconnecting clients do not cost that each time.
#[derive(Debug, Default)]
pub struct AccountTable {
    accounts: RwLock<Arc<Accounts>>,
    #[cfg(feature = "accounts")]
    hashes: hashes::Hashes,
}

impl AccountTable {
    /// A table of these accounts.
    #[must_use]
    pub fn new(accounts: Accounts) -> Self {
        let table = Self::default();
        table.replace(accounts);
        table
    }

    /// Changes all accounts at once.
    pub fn replace(&self, accounts: Accounts) {
        let mut current = self
            .accounts
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(accounts);
    }

    /// The accounts as they are now.
    #[must_use]
    pub fn accounts(&self) -> Arc<Accounts> {
        let current = self.accounts.read();
        current.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn find(&self, attempt: &BindAttempt) -> Result<Arc<Account>, Refusal> {
        let accounts = self.accounts();
        accounts
            .get(&attempt.system_id)
            .cloned()
            .ok_or(Refusal::new(
                CommandStatus::ESME_RINVSYSID,
                "there is no such account",
            ))
    }
}

fn opened(account: Arc<Account>, right: bool) -> Result<Arc<Account>, Refusal> {
    if right {
        Ok(account)
    } else {
        Err(Refusal::new(
            CommandStatus::ESME_RINVPASWD,
            "the password is another",
        ))
    }
}

#[async_trait]
impl Authenticator for AccountTable {
    fn at_once(&self, attempt: &BindAttempt) -> Option<Result<Arc<Account>, Refusal>> {
        let account = match self.find(attempt) {
            Ok(account) => account,
            Err(refusal) => return Some(Err(refusal)),
        };
        if let Some(right) = account.password.matches_at_once(&attempt.password) {
            return Some(opened(account, right));
        }
        #[cfg(feature = "accounts")]
        if self
            .hashes
            .knows(account.password.as_hash()?, &attempt.password)
        {
            return Some(Ok(account));
        }
        None
    }

    async fn authenticate(&self, attempt: &BindAttempt) -> Result<Arc<Account>, Refusal> {
        if let Some(answer) = self.at_once(attempt) {
            return answer;
        }
        let account = self.find(attempt)?;
        #[cfg(feature = "accounts")]
        let right = match account.password.as_hash() {
            Some(phc) => self.hashes.verify(phc, &attempt.password).await?,
            None => false,
        };
        #[cfg(not(feature = "accounts"))]
        let right = false;
        opened(account, right)
    }
}

#[cfg(feature = "accounts")]
mod hashes {
    //! The verification of hashes, which costs much.

    use core::hash::BuildHasher;
    use std::collections::HashSet;
    use std::hash::RandomState;
    use std::sync::{Mutex, PoisonError};

    use smpp_pdu::CommandStatus;
    use tokio::sync::Semaphore;

    use super::super::password::verify;
    use super::Refusal;

    /// Right passwords that are remembered. There are about as many as accounts.
    const MAX_REMEMBERED: usize = 10_000;

    #[derive(Debug)]
    pub(super) struct Hashes {
        /// Keyed with what no other process knows: 128 bits of SipHash of a
        /// hash and the password that opened it.
        right: Mutex<HashSet<(u64, u64)>>,
        keys: (RandomState, RandomState),
        /// Each computation takes a processor, and its memory.
        running: Semaphore,
    }

    impl Default for Hashes {
        fn default() -> Self {
            let processors =
                std::thread::available_parallelism().map_or(1, core::num::NonZero::get);
            Self {
                right: Mutex::default(),
                keys: (RandomState::new(), RandomState::new()),
                running: Semaphore::new((processors / 2).max(1)),
            }
        }
    }

    impl Hashes {
        fn key(&self, phc: &str, password: &[u8]) -> (u64, u64) {
            let pair = (phc, password);
            (self.keys.0.hash_one(pair), self.keys.1.hash_one(pair))
        }

        pub(super) fn knows(&self, phc: &str, password: &[u8]) -> bool {
            let right = self.right.lock().unwrap_or_else(PoisonError::into_inner);
            right.contains(&self.key(phc, password))
        }

        pub(super) async fn verify(&self, phc: &str, password: &[u8]) -> Result<bool, Refusal> {
            let failed = |_| Refusal::new(CommandStatus::ESME_RSYSERR, "the hash was not computed");
            let permit = self.running.acquire().await;
            // While this one waited, another may have found the same.
            if self.knows(phc, password) {
                return Ok(true);
            }
            let (hash, given) = (phc.to_owned(), password.to_vec());
            let computed = tokio::task::spawn_blocking(move || verify(&hash, &given));
            let right = computed.await.map_err(failed)?;
            drop(permit);
            if right {
                let key = self.key(phc, password);
                let mut remembered = self.right.lock().unwrap_or_else(PoisonError::into_inner);
                if remembered.len() >= MAX_REMEMBERED {
                    remembered.clear();
                }
                remembered.insert(key);
            }
            Ok(right)
        }
    }
}

#[cfg(test)]
mod tests {
    use smpp_pdu::{Bind, BindType, COctetStr};

    use super::*;

    fn attempt(system_id: &str, password: &str) -> BindAttempt {
        let text = |text: &'static str| COctetStr::new(text.as_bytes()).unwrap();
        let (name, word) = (system_id.to_owned().leak(), password.to_owned().leak());
        BindAttempt::new(
            &Bind::new(BindType::Transceiver, text(name), text(word)),
            None,
        )
    }

    fn status(answer: Option<Result<Arc<Account>, Refusal>>) -> Option<CommandStatus> {
        answer.map(|answer| answer.map_or_else(|no| no.status, |_| CommandStatus::ESME_ROK))
    }

    #[test]
    fn only_the_right_password_opens_an_account() {
        let mut accounts = Accounts::new();
        accounts.insert("esme", "secret");
        assert_eq!(format!("{accounts:?}"), r#"{"esme"}"#);
        let table = AccountTable::new(accounts);
        let ask = |system_id, password| status(table.at_once(&attempt(system_id, password)));
        assert_eq!(ask("esme", "secret"), Some(CommandStatus::ESME_ROK));
        for password in ["", "secre", "secret1", "Secret"] {
            assert_eq!(ask("esme", password), Some(CommandStatus::ESME_RINVPASWD));
        }
        assert_eq!(ask("ESME", "secret"), Some(CommandStatus::ESME_RINVSYSID));
        table.replace(Accounts::new());
        assert_eq!(ask("esme", "secret"), Some(CommandStatus::ESME_RINVSYSID));
    }

    #[cfg(feature = "accounts")]
    #[tokio::test]
    async fn a_hash_is_computed_once_for_a_right_password_and_always_for_a_wrong_one() {
        let mut accounts = Accounts::new();
        let phc = super::super::hash_password("secret").unwrap();
        accounts.add(Account::new("bank", Password::hash(&phc).unwrap()).unwrap());
        let table = AccountTable::new(accounts.clone());
        let (right, wrong) = (attempt("bank", "secret"), attempt("bank", "guess"));
        assert!(table.at_once(&right).is_none());
        table.authenticate(&right).await.unwrap();
        assert_eq!(status(table.at_once(&right)), Some(CommandStatus::ESME_ROK));
        let refusal = table.authenticate(&wrong).await.unwrap_err();
        assert_eq!(refusal.status, CommandStatus::ESME_RINVPASWD);
        assert!(table.at_once(&wrong).is_none());
        // Another hash is another password, as far as anybody knows.
        let phc = super::super::hash_password("other").unwrap();
        accounts.add(Account::new("bank", Password::hash(&phc).unwrap()).unwrap());
        table.replace(accounts);
        assert!(table.at_once(&right).is_none());
        assert!(table.authenticate(&right).await.is_err());
    }

    #[tokio::test]
    async fn an_authenticator_that_says_nothing_denies() {
        struct Silent;
        impl Authenticator for Silent {}
        let refusal = Silent.authenticate(&attempt("esme", "secret")).await;
        assert_eq!(refusal.unwrap_err().status, CommandStatus::ESME_RBINDFAIL);
    }
}
