//! Long messages: taking a text apart into messages that fit, and putting
//! together what arrives in parts.
//!
//! [`segments`] splits a text, or octets, by one of four [`Method`]s: a user
//! data header with a reference of 8 or of 16 bits, the `sar_` parameters, or
//! `message_payload`. The room in each part is what 140 octets in the air leave
//! beside the header with all its elements: references, ports, national
//! language tables, and whatever else is asked for.
//!
//! [`Joiner`] puts parts together, without an allocator and for a fixed number
//! of messages; `GrowingJoiner`, with the feature `alloc`, does it with memory
//! that grows up to a limit. Each part gets an [`Outcome`] at once, and so an
//! answer; what is [`Missing`] can be seen at any time.
//!
//! ```
//! use smpp_codec::long::{Incoming, Joiner, Method, Outcome, Route, SplitOptions, segments};
//! use smpp_codec::text::choose;
//! use smpp_pdu::{Address, EsmClass, Tlvs};
//!
//! let text = "“Long” texts go out in several parts. ".repeat(5);
//! let encoding = choose(&text).encoding;
//! let parts = segments(encoding, text.as_str(), SplitOptions::new(Method::Udh8, 0x42))?;
//! assert_eq!(parts.part_count().to_string(), "3 parts: 190 16-bit units, room for 11 more");
//!
//! let route = Route::new(&Address::alphanumeric("SENDER")?, &Address::international("447700900123")?);
//! let mut joiner = Joiner::<8, 10, 1600>::new(300_000);
//! for part in &parts {
//!     // What would be sent, with bit 0x40 of esm_class.
//!     let mut short_message = heapless::Vec::<u8, 160>::new();
//!     part.write(&mut short_message)?;
//!     let esm_class = EsmClass::DEFAULT.with_udhi(part.has_header());
//!
//!     // And received.
//!     let part = Incoming::read(esm_class, &short_message, &Tlvs::default()).expect("a part");
//!     if let Outcome::Complete(message) = joiner.accept(route, &part, 0) {
//!         let mut joined = String::new();
//!         assert!(message.decode(encoding, &mut joined).is_exact());
//!         assert_eq!(joined, text);
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "alloc")]
mod growing;
mod incoming;
mod joined;
mod joiner;
mod missing;
mod part_count;
mod route;
mod scan;
mod slot;
mod split;

#[cfg(feature = "alloc")]
pub use growing::{GrowingJoiner, JoinLimits};
pub use incoming::{Incoming, PartRef};
pub use joined::{Expired, Joined, JoinedPart, Outcome};
pub use joiner::Joiner;
pub use missing::{Missing, MissingIter};
pub use part_count::PartCount;
pub use route::Route;
pub use split::{
    Content, Method, Segment, Segments, SegmentsIter, SplitError, SplitOptions, segments,
};

/// The most octets a segment of [`Method::Udh8`], [`Method::Udh16`] or
/// [`Method::Sar`] has, user data header included: 160 septets, unpacked.
pub const MAX_SEGMENT_OCTETS: usize = 160;

/// The most octets of a [`Method::Payload`] message: what the length of a
/// parameter can say.
pub const MAX_PAYLOAD_OCTETS: usize = 65_535;
