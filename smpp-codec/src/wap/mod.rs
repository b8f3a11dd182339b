//! WAP push: service indications and service loads in short messages.
//!
//! A push travels in user data addressed to port 2948, in octets
//! (`data_coding` 0x04). Two layers lie in it:
//!
//! - [`Push`] is the head of the session layer (WAP-230-WSP, 8.2.4.1): a
//!   transaction number, the content type and a few headers.
//!   [`ReceivedPush`] reads it.
//! - [`ServiceIndication`] (WAP-167) says "there is something at this address",
//!   [`ServiceLoad`] (WAP-168) says "fetch this address". Both are XML in the
//!   binary form of WAP-192 (WBXML). [`ReceivedIndication`] and
//!   [`ReceivedLoad`] are what is read, [`PushContent`] either of them.
//!
//! Writing gives the exact length beforehand and writes all or nothing. Reading
//! never panics and copies nothing: an address is a row of [`Pieces`] that lie
//! in the message or in the tables of the standard. Tokens that the standard
//! does not know are passed over, and each is reported as [`Skipped`].
//!
//! Nobody authenticates a push, and phones have learned to distrust them: treat
//! an address that came in one as the word of a stranger.
//!
//! ```
//! use smpp_codec::long::{Method, SplitOptions, segments};
//! use smpp_codec::text::Encoding;
//! use smpp_codec::wap::{MediaType, PUSH_PORTS, Push, PushContent, ReceivedPush, ServiceIndication};
//!
//! let news = ServiceIndication::new("http://www.example.com/news", "Read this");
//! let mut octets = heapless::Vec::<u8, 256>::new();
//! Push::new(0x25, MediaType::SIC).write(&news, &mut octets)?;
//!
//! // Into one short message or several, each with the ports in its header.
//! let options = SplitOptions::new(Method::Udh8, 7).ports(PUSH_PORTS);
//! let parts = segments(Encoding::Binary, &octets[..], options)?;
//! assert_eq!(parts.count(), 1);
//!
//! // And back.
//! let push = ReceivedPush::read(&octets)?;
//! let PushContent::Indication(read) = push.content(&mut |_| {})? else { unreachable!() };
//! let mut href = heapless::String::<64>::new();
//! read.href.unwrap().decode(&mut href);
//! assert_eq!(href, "http://www.example.com/news");
//! assert_eq!(read.text.unwrap(), *"Read this");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod date;
mod document;
mod error;
mod indication;
mod load;
mod pieces;
mod push;
mod tokens;
mod write;

pub use error::{ReadError, Skipped, SkippedKind, WriteError};
pub use indication::{IndicationAction, ReceivedIndication, ServiceIndication};
pub use load::{LoadAction, ReceivedLoad, ServiceLoad};
pub use pieces::{Piece, PieceIter, Pieces};
pub use push::{
    ApplicationId, Header, HeaderName, Headers, MediaType, Push, PushContent, PushDocument,
    ReceivedPush,
};

use smpp_pdu::udh::Ports;

/// The port that phones take a push at, without a session (WAP-235, 7; in
/// octets 0x0B84).
pub const PUSH_PORT: u16 = 2948;

/// The port of connectionless session services, from which a push is said to
/// come (0x23F0).
pub const SESSION_PORT: u16 = 9200;

/// The ports of a push, for the user data header.
///
/// ```
/// use smpp_codec::wap::PUSH_PORTS;
/// use smpp_pdu::udh::UdhBuf;
///
/// let mut header = UdhBuf::new();
/// header.ports16(PUSH_PORTS.destination, PUSH_PORTS.originator)?;
/// assert_eq!(header.as_bytes(), [0x06, 0x05, 0x04, 0x0B, 0x84, 0x23, 0xF0]);
/// # Ok::<(), smpp_pdu::udh::UdhError>(())
/// ```
pub const PUSH_PORTS: Ports = Ports {
    destination: PUSH_PORT,
    originator: SESSION_PORT,
    wide: true,
};
