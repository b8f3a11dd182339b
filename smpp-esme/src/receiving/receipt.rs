//! A receipt, and the message that it speaks of.

use core::fmt;
use std::sync::Arc;

use smpp_codec::receipt::matcher::{Ambiguity, IdSource, MatchedBy};
use smpp_codec::receipt::{Receipt, ReceiptKind, ReceiptReader, ReceiptText, Transition};
use smpp_pdu::{CommandStatus, MessageState};
use tokio::sync::mpsc;

use super::note::Note;
use super::submitted::{Remembered, Submission};
use crate::{Delivery, OwnedPdu};

/// What a receipt says, and of which message: a [`ReceivedReceipt`] without its
/// acknowledgement. Cloning it copies little.
#[derive(Clone)]
pub struct ReceiptInfo {
    pdu: OwnedPdu,
    kind: ReceiptKind,
    is_final: bool,
    by_shape: bool,
    /// A text in UCS-2, in one octet a character.
    narrow: Option<Arc<[u8]>>,
    matching: Matching,
}

/// The message that a receipt speaks of, as far as it is known.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Matching {
    /// This one.
    Matched(Matched),
    /// One of these, or none: the id leaves it open.
    Ambiguous {
        /// Some of those that it may be, at most eight.
        candidates: Vec<Arc<Remembered>>,
        /// What keeps it from being decided.
        why: Ambiguity,
    },
    /// None that is remembered.
    Unmatched(Unmatched),
}

/// A message that was found, and how.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Matched {
    /// The message.
    pub message: Arc<Remembered>,
    /// How the id of the receipt comes from that of the response.
    pub by: MatchedBy,
    /// Which id of the receipt fits.
    pub source: IdSource,
    /// Whether the address of the recipient settled it.
    pub by_address: bool,
    /// Whether the last receipt of this message was acknowledged before: the
    /// centre has sent it twice.
    pub repeated: bool,
    /// How the state relates to the one before; `None` when none was seen by
    /// this process.
    pub step: Option<Transition>,
}

/// Why a receipt has no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unmatched {
    /// It has no id.
    NoId,
    /// No message with such an id is remembered: it was sent by another
    /// process, or is forgotten.
    Unknown,
    /// The store could not be asked.
    StoreFailed,
}

impl Unmatched {
    /// A short, stable name for logs and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoId => "no_id",
            Self::Unknown => "unknown",
            Self::StoreFailed => "store_failed",
        }
    }
}

impl ReceiptInfo {
    /// `None` for what is no receipt, notification or acknowledgement.
    pub(super) fn read(pdu: &OwnedPdu, by_shape: bool) -> Option<Self> {
        let reader = ReceiptReader::new().by_shape(by_shape);
        let owned = pdu.pdu();
        let receipt = reader.read(&owned, &mut ())?;
        let narrow = receipt.text.is_none().then(|| narrowed(receipt.body));
        let mut info = Self {
            pdu: pdu.clone(),
            kind: receipt.kind,
            is_final: receipt.is_closing(),
            by_shape,
            narrow: narrow.flatten(),
            matching: Matching::Unmatched(Unmatched::NoId),
        };
        if info.narrow.is_some() {
            info.is_final = info.receipt()?.is_closing();
        }
        Some(info)
    }

    /// The values, borrowed from here.
    ///
    /// # Examples
    ///
    /// ```
    /// # fn of(info: &smpp_esme::receiving::ReceiptInfo) {
    /// if let Some(receipt) = info.receipt() {
    ///     println!("{:?}, error {:?}", receipt.state(), receipt.error());
    /// }
    /// # }
    /// ```
    ///
    /// It is there, since otherwise this would not be; the `Option` is for the
    /// compiler.
    #[must_use]
    pub fn receipt(&self) -> Option<Receipt<'_>> {
        let reader = ReceiptReader::new().by_shape(self.by_shape);
        let mut receipt = reader.read(&self.pdu.pdu(), &mut ())?;
        if let Some(narrow) = &self.narrow {
            receipt.text = ReceiptText::parse(narrow);
        }
        Some(receipt)
    }

    /// The PDU.
    #[must_use]
    pub fn pdu(&self) -> &OwnedPdu {
        &self.pdu
    }

    /// The message that it speaks of, or why none is known.
    #[must_use]
    pub fn matching(&self) -> &Matching {
        &self.matching
    }

    /// The message that it speaks of, and how it was found; `None` when that is
    /// not sure.
    #[must_use]
    pub fn matched(&self) -> Option<&Matched> {
        match &self.matching {
            Matching::Matched(matched) => Some(matched),
            _ => None,
        }
    }

    /// The message that it speaks of.
    #[must_use]
    pub fn message(&self) -> Option<&Submission> {
        self.matched().map(|matched| &matched.message.message)
    }

    /// The state that is reported, in whatever words.
    #[must_use]
    pub fn state(&self) -> Option<MessageState> {
        self.receipt()?.likely_state()
    }

    /// Whether nothing more is to come for its message.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.is_final
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> ReceiptKind {
        self.kind
    }

    pub(super) fn set_matching(&mut self, matching: Matching) {
        self.matching = matching;
    }
}

/// Ids and states; never the text of the message, which receipts repeat.
impl fmt::Debug for ReceiptInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let receipt = self.receipt();
        let id = receipt.and_then(|receipt| receipt.id());
        f.debug_struct("ReceiptInfo")
            .field("kind", &self.kind)
            .field("id", &id.map(|id| id.escape_ascii().to_string()))
            .field("state", &self.state())
            .field("matching", &self.matching)
            .finish_non_exhaustive()
    }
}

/// A text in UCS-2, in one octet a character; `None` when it does not look
/// like one.
fn narrowed(octets: &[u8]) -> Option<Arc<[u8]>> {
    let octets = octets.strip_prefix(&[0xFE, 0xFF]).unwrap_or(octets);
    let is_wide = matches!(octets.first_chunk(), Some([0, a, 0, b]) if *a != 0 && *b != 0);
    let narrow = octets.chunks_exact(2).map(|pair| match pair {
        [0, low] => *low,
        _ => b'?',
    });
    is_wide.then(|| narrow.collect())
}

/// A receipt, a notification or an acknowledgement that waits for its answer;
/// see [`ReceiptInfo`], which it derefs to, for what it says.
///
/// Dropped without an answer, it is refused with `ESME_RX_T_APPN`, a temporary
/// error, and comes again.
#[must_use = "a receipt that is not acknowledged is refused, and comes again"]
pub struct ReceivedReceipt {
    info: ReceiptInfo,
    delivery: Option<Delivery>,
    /// Told when the last receipt of a message is acknowledged.
    notes: Option<mpsc::UnboundedSender<Note>>,
}

impl ReceivedReceipt {
    pub(super) fn new(
        info: ReceiptInfo,
        delivery: Delivery,
        notes: Option<mpsc::UnboundedSender<Note>>,
    ) -> Self {
        Self {
            info,
            delivery: Some(delivery),
            notes,
        }
    }

    /// What it says, to be kept.
    #[must_use]
    pub fn info(&self) -> &ReceiptInfo {
        &self.info
    }

    /// Acknowledges it: the centre forgets it. After the last receipt of a
    /// message the message is settled, which the store is told within 200 ms,
    /// and forgotten a while later.
    pub fn ack(mut self) {
        self.acknowledge();
    }

    /// Refuses it; after a temporary error such as `ESME_RX_T_APPN` it comes
    /// again.
    pub fn nack(mut self, status: CommandStatus) {
        if let Some(delivery) = self.delivery.take() {
            delivery.nack(status);
        }
    }

    pub(super) fn acknowledge(&mut self) {
        if let Some(delivery) = self.delivery.take() {
            delivery.ack();
        }
        if let Some(notes) = self.notes.take()
            && let Some(matched) = self.info.matched()
        {
            // Without a receiver it is swept by its age.
            let _ = notes.send(Note::Settled(matched.message.key));
        }
    }
}

impl core::ops::Deref for ReceivedReceipt {
    type Target = ReceiptInfo;

    fn deref(&self) -> &ReceiptInfo {
        &self.info
    }
}

impl fmt::Debug for ReceivedReceipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceivedReceipt")
            .field("info", &self.info)
            .finish_non_exhaustive()
    }
}
