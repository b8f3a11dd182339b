//! Passwords in memory.

use core::fmt;

use secrecy::zeroize::Zeroize;
use secrecy::{ExposeSecret, SecretSlice};

/// Octets that are wiped when they are no longer needed, and that no output shows.
#[derive(Clone, Default)]
pub(crate) struct Secret(SecretSlice<u8>);

impl Secret {
    pub(crate) fn expose(&self) -> &[u8] {
        self.0.expose_secret()
    }
}

impl From<Vec<u8>> for Secret {
    fn from(mut octets: Vec<u8>) -> Self {
        // Shrinking a vector could move it, and leave the old octets behind.
        let exact: Box<[u8]> = octets.as_slice().into();
        octets.zeroize();
        Self(exact.into())
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
