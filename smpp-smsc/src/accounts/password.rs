//! Passwords: as they are, or as hashes.

use core::fmt;

/// How an account proves that it is one. SMPP carries passwords of at most 8
/// characters (longer ones only off-spec), so a hash of one protects against
/// whoever reads the file in passing, not against whoever computes for a week:
/// take them at random, and limit the networks of the account.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(Kind);

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    None,
    Plain(Box<[u8]>),
    #[cfg(feature = "accounts")]
    Hash(Box<str>),
}

/// Why a text is no hash of a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAHash(
    #[cfg_attr(not(feature = "accounts"), allow(dead_code, reason = "none is made"))] String,
);

impl Password {
    /// No password opens the account: for an
    /// [`Authenticator`](super::Authenticator) that has looked already.
    pub const NONE: Self = Self(Kind::None);

    /// The password as it is: for tests.
    #[must_use]
    pub fn plain(password: &str) -> Self {
        Self(Kind::Plain(password.as_bytes().into()))
    }

    /// A hash of argon2 as a PHC string, `$argon2id$v=19$m=…`, such as
    /// [`hash_password`] makes it.
    ///
    /// # Errors
    /// [`NotAHash`] when it is none.
    #[cfg(feature = "accounts")]
    #[cfg_attr(docsrs, doc(cfg(feature = "accounts")))]
    pub fn hash(phc: &str) -> Result<Self, NotAHash> {
        use argon2::password_hash::PasswordHash;
        let wanted = "a password hash looks like $argon2id$v=19$m=19456,t=2,p=1$SALT$HASH; \
                      smpp-smsc hash-password makes one";
        let hash = PasswordHash::new(phc).map_err(|_| NotAHash(wanted.into()))?;
        let params = argon2::Params::try_from(&hash)
            .ok()
            .filter(|_| argon2::Algorithm::try_from(hash.algorithm).is_ok() && hash.hash.is_some());
        match params {
            None => Err(NotAHash(wanted.into())),
            // One bind must not take a machine's memory, or its processor for minutes.
            Some(params) if params.m_cost() > 262_144 || params.t_cost() > 64 => Err(NotAHash(
                "at most m=262144 (256 MiB) and t=64 are taken: every bind costs as much".into(),
            )),
            Some(_) => Ok(Self(Kind::Hash(phc.into()))),
        }
    }

    /// Whether this is it; `None` when that takes a computation.
    pub(super) fn matches_at_once(&self, password: &[u8]) -> Option<bool> {
        match &self.0 {
            Kind::None => Some(false),
            Kind::Plain(own) => Some(same(own, password)),
            #[cfg(feature = "accounts")]
            Kind::Hash(_) => None,
        }
    }

    /// The hash, where it is kept as one.
    #[cfg(feature = "accounts")]
    pub(super) const fn as_hash(&self) -> Option<&str> {
        match &self.0 {
            Kind::Hash(phc) => Some(phc),
            _ => None,
        }
    }
}

/// No password reaches a log.
impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::None => "Password(none)",
            Kind::Plain(_) => "Password(plain)",
            #[cfg(feature = "accounts")]
            Kind::Hash(_) => "Password(hash)",
        })
    }
}

/// Whether a password has this hash. Takes tens of milliseconds.
#[cfg(feature = "accounts")]
pub(super) fn verify(phc: &str, password: &[u8]) -> bool {
    use argon2::password_hash::{PasswordHash, PasswordVerifier};
    PasswordHash::new(phc).is_ok_and(|hash| {
        argon2::Argon2::default()
            .verify_password(password, &hash)
            .is_ok()
    })
}

/// The hash of a password as a PHC string, with argon2id, the costs that OWASP
/// names (19 MiB, 2 passes) and a new salt. Takes tens of milliseconds.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let phc = smpp_smsc::hash_password("kQ7f2xP9")?;
/// assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
/// smpp_smsc::Password::hash(&phc)?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// When the system gives no random octets.
#[cfg(feature = "accounts")]
pub fn hash_password(password: &str) -> Result<String, NotAHash> {
    use argon2::password_hash::{
        PasswordHasher, Salt, SaltString, rand_core::OsRng, rand_core::RngCore,
    };
    let mut octets = [0; Salt::RECOMMENDED_LENGTH];
    let failed =
        |error: &dyn fmt::Display| NotAHash(format!("the password is not hashed: {error}"));
    OsRng
        .try_fill_bytes(&mut octets)
        .map_err(|error| failed(&error))?;
    let salt = SaltString::encode_b64(&octets).map_err(|error| failed(&error))?;
    argon2::Argon2::default()
        .hash_password(password.as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .map_err(|error| failed(&error))
}

/// Compares in a time that does not tell how many octets are right.
pub(crate) fn same(left: &[u8], right: &[u8]) -> bool {
    let differences = left
        .iter()
        .zip(right)
        .fold(0, |sum, (left, right)| sum | (left ^ right));
    left.len() == right.len() && core::hint::black_box(differences) == 0
}

#[cfg(all(test, feature = "accounts"))]
mod tests {
    use super::*;

    #[test]
    fn a_hash_opens_to_its_password_only() {
        let phc = hash_password("secret").unwrap();
        assert_ne!(phc, hash_password("secret").unwrap(), "a new salt");
        assert!(verify(&phc, b"secret"));
        assert!(!verify(&phc, b"Secret"));
        assert_eq!(
            Password::hash(&phc).unwrap().matches_at_once(b"secret"),
            None
        );
    }

    #[test]
    fn what_is_no_hash_is_refused() {
        for wrong in [
            "",
            "secret",
            "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ",
            "$2b$12$abcdefghijklmnopqrstuu",
            "$argon2id$v=19$m=4194304,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA",
        ] {
            assert!(Password::hash(wrong).is_err(), "{wrong}");
        }
    }
}
