//! The sending layer: from a text and an address to what became of each part.

mod builder;
mod error;
mod many;
mod message;
mod observe;
mod order;
mod pacing;
mod parts;
mod policy;
mod reference;
mod sender;
mod sent;
mod when;

pub use builder::SenderBuilder;
pub use error::{MessageError, SendError, SendErrorKind};
pub use many::{SentToMany, Stray};
pub use message::{OutgoingMessage, ReceiptRequest, Split};
pub use observe::{PartInfo, SendObserver, Submitted};
pub use parts::Preview;
pub use policy::RetryPolicy;
pub use sender::{Sender, SenderCounts};
pub use sent::{Sent, SentPart};
pub use when::{TimeForm, When};
