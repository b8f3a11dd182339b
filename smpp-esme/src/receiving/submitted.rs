//! What is known of a message once the centre has taken it.

use core::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use smpp_codec::receipt::matcher::IdForms;
use smpp_pdu::SubmitSm;

use crate::{OwnedAddress, SubmitResp};

/// Milliseconds since 1970-01-01 00:00 UTC: what survives a restart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// The clock of the machine.
    #[must_use]
    pub fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let millis = since.unwrap_or_default().as_millis();
        Self(u64::try_from(millis).unwrap_or(u64::MAX))
    }

    /// So much earlier, but not before 0.
    #[must_use]
    pub fn before(self, span: core::time::Duration) -> Self {
        Self(self.0.saturating_sub(millis(span)))
    }

    /// So much later.
    #[must_use]
    pub fn after(self, span: core::time::Duration) -> Self {
        Self(self.0.saturating_add(millis(span)))
    }
}

pub(super) fn millis(span: core::time::Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// Our name of a submission, unique in all processes that share a store, and
/// in the order of time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubmissionKey(pub u128);

impl SubmissionKey {
    const TIME_SHIFT: u32 = 80;

    /// A new one.
    pub(super) fn new(now: Timestamp) -> Self {
        let chance = fastrand::u128(..) >> (128 - Self::TIME_SHIFT);
        Self(u128::from(now.0) << Self::TIME_SHIFT | chance)
    }

    /// The first that one made at `time` can have: what is below is older.
    #[must_use]
    pub const fn first_of(time: Timestamp) -> Self {
        Self((time.0 as u128) << Self::TIME_SHIFT)
    }
}

impl fmt::Debug for SubmissionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SubmissionKey({:032x})", self.0)
    }
}

/// A message that the centre has taken: what the sending side knows once the
/// response is there. One for each part of a long message.
///
/// ```
/// use smpp_esme::receiving::Submission;
///
/// let submitted = Submission::new("38601fa")
///     .destination("+447700900123")
///     .part(1, 2)
///     .tag("order 4711");
/// assert_eq!(submitted.message_id(), b"38601fa");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Submission {
    pub(super) message_id: Box<[u8]>,
    pub(super) source: OwnedAddress,
    pub(super) destination: OwnedAddress,
    pub(super) part: u8,
    pub(super) parts: u8,
    pub(super) tag: Box<[u8]>,
}

impl Submission {
    /// A message with nothing but the `message_id` of the response.
    #[must_use]
    pub fn new(message_id: impl AsRef<[u8]>) -> Self {
        Self {
            message_id: message_id.as_ref().into(),
            source: OwnedAddress::default(),
            destination: OwnedAddress::default(),
            part: 1,
            parts: 1,
            tag: Box::default(),
        }
    }

    /// From a `submit_sm` and its response.
    #[must_use]
    pub fn from_submit(sm: &SubmitSm<'_>, resp: &SubmitResp) -> Self {
        Self::new(resp.message_id().as_bytes())
            .source(sm.source_addr)
            .destination(sm.destination_addr)
    }

    /// Sets the sender.
    #[must_use]
    pub fn source(mut self, address: impl Into<OwnedAddress>) -> Self {
        self.source = address.into();
        self
    }

    /// Sets the recipient. Give it where it is known: it settles what an id
    /// leaves open.
    #[must_use]
    pub fn destination(mut self, address: impl Into<OwnedAddress>) -> Self {
        self.destination = address.into();
        self
    }

    /// Sets which part of how many it is, counted from 1. Default 1 of 1.
    #[must_use]
    pub fn part(mut self, part: u8, parts: u8) -> Self {
        (self.part, self.parts) = (part, parts);
        self
    }

    /// Sets what comes back with each receipt: a key of the caller's own, at
    /// most a few hundred octets, since stores keep it.
    #[must_use]
    pub fn tag(mut self, tag: impl AsRef<[u8]>) -> Self {
        self.tag = tag.as_ref().into();
        self
    }

    /// The centre's id, as the response had it.
    #[must_use]
    pub fn message_id(&self) -> &[u8] {
        &self.message_id
    }

    /// The sender.
    #[must_use]
    pub fn source_addr(&self) -> &OwnedAddress {
        &self.source
    }

    /// The recipient.
    #[must_use]
    pub fn destination_addr(&self) -> &OwnedAddress {
        &self.destination
    }

    /// Which part it is, from 1, and of how many.
    #[must_use]
    pub fn part_of(&self) -> (u8, u8) {
        (self.part, self.parts)
    }

    /// The caller's own key; empty when none was given.
    #[must_use]
    pub fn caller_tag(&self) -> &[u8] {
        &self.tag
    }
}

impl fmt::Debug for Submission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submission")
            .field("message_id", &self.message_id.escape_ascii().to_string())
            .field("part", &self.part)
            .field("parts", &self.parts)
            .finish_non_exhaustive()
    }
}

/// A [`Submission`] as a store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// Our name of it.
    pub key: SubmissionKey,
    /// The peer whose id it is: ids are unique at one centre and account only.
    pub scope: Arc<str>,
    /// What the sending side knows.
    pub message: Submission,
    /// When it was submitted.
    pub submitted: Timestamp,
    /// When its last receipt was acknowledged; `None` before that.
    pub settled: Option<Timestamp>,
}

impl Remembered {
    /// The numbers to keep it under; two peers have different ones. See
    /// [`Lookup::forms`].
    pub fn forms(&self) -> impl Iterator<Item = u64> + use<> {
        let scope = hash(&self.scope);
        IdForms::of(&self.message.message_id)
            .kept()
            .map(move |form| form ^ scope)
    }
}

/// The question for the messages that a receipt may speak of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    scope: Arc<str>,
    forms: Vec<u64>,
}

impl Lookup {
    /// By the ids of a receipt, of which it may have two.
    pub fn new<'a>(scope: &Arc<str>, ids: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let hashed = hash(scope);
        let mut forms: Vec<u64> = ids
            .into_iter()
            .flat_map(|id| IdForms::of(id).sought())
            .map(|form| form ^ hashed)
            .collect();
        forms.sort_unstable();
        forms.dedup();
        Self {
            scope: Arc::clone(scope),
            forms,
        }
    }

    /// The peer.
    #[must_use]
    pub fn scope(&self) -> &str {
        &self.scope
    }

    /// A message is meant when one of the numbers of
    /// [`Remembered::forms`] is among these, and its scope is the same. More
    /// may be found than is meant, what is found is compared in full.
    #[must_use]
    pub fn forms(&self) -> &[u64] {
        &self.forms
    }
}

/// FNV-1a, which stays the same on disk.
fn hash(scope: &str) -> u64 {
    scope.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, octet| {
        (hash ^ u64::from(octet)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}
