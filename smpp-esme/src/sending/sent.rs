//! What became of a message, part by part.

use std::time::SystemTime;

use smpp_pdu::COctetStr;

use crate::OwnedAddress;
use crate::{RequestError, SubmitResp};

/// A message to one recipient, and what became of each of its parts.
#[derive(Clone, Debug)]
pub struct Sent {
    pub(crate) destination: OwnedAddress,
    pub(crate) tag: String,
    pub(crate) parts: Vec<SentPart>,
}

/// One part, and what became of it.
#[derive(Clone, Debug)]
pub struct SentPart {
    pub(crate) attempts: u32,
    pub(crate) at: SystemTime,
    pub(crate) result: Result<SubmitResp, RequestError>,
}

impl SentPart {
    /// How often it was sent: 0 when it never was.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// When the outcome came.
    #[must_use]
    pub fn at(&self) -> SystemTime {
        self.at
    }

    /// The response, or why there is no good one.
    pub fn result(&self) -> Result<&SubmitResp, &RequestError> {
        self.result.as_ref()
    }
}

impl Sent {
    /// The recipient.
    #[must_use]
    pub fn destination(&self) -> &OwnedAddress {
        &self.destination
    }

    /// The caller's name of the message.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// The parts, in order.
    #[must_use]
    pub fn parts(&self) -> &[SentPart] {
        &self.parts
    }

    /// The centre's ids, one for each part that it has taken.
    pub fn message_ids(&self) -> impl Iterator<Item = COctetStr<'_>> {
        let taken = self
            .parts
            .iter()
            .filter_map(|part| part.result.as_ref().ok());
        taken.map(SubmitResp::message_id)
    }

    /// How many parts the centre has taken.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.parts.iter().filter(|part| part.result.is_ok()).count()
    }

    /// Whether the centre has taken all of it.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.parts.iter().all(|part| part.result.is_ok())
    }

    /// Why parts were not taken.
    pub fn errors(&self) -> impl Iterator<Item = &RequestError> {
        self.parts
            .iter()
            .filter_map(|part| part.result.as_ref().err())
    }

    /// Why the first part that was not taken was not. A part that was left out
    /// because of another one does not count, if there is one that was not.
    #[must_use]
    pub fn first_error(&self) -> Option<&RequestError> {
        let skipped = crate::RequestErrorKind::Skipped;
        self.errors()
            .find(|error| error.kind() != skipped)
            .or_else(|| self.errors().next())
    }
}
