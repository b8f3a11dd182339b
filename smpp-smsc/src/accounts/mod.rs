//! Who may bind, and what a bound account may do.

mod account;
mod admission;
mod authenticator;
mod binds;
mod describe;
mod password;
mod quirks;
mod table;

pub use account::{Account, NotAnAccount, SourceRule};
pub(crate) use admission::{Quotas, admit};
pub use authenticator::{Authenticator, BindAttempt, Refusal};
pub(crate) use binds::{BindPermit, Binds};
pub(crate) use describe::number;
#[cfg(feature = "accounts")]
#[cfg_attr(docsrs, doc(cfg(feature = "accounts")))]
pub use password::hash_password;
#[cfg(feature = "http")]
pub(crate) use password::same;
pub use password::{NotAHash, Password};
pub use quirks::{IdForm, Quirks, ReceiptForm, UnknownQuirk};
pub use table::{AccountTable, Accounts};
