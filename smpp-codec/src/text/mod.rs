//! Text: alphabets, the choice among them, and what `data_coding` announces.
//!
//! - [`Encoding`] names an alphabet and does the work both ways:
//!   [`encode`](Encoding::encode), [`decode`](Encoding::decode),
//!   [`encoded_len`](Encoding::encoded_len). Nothing is allocated; text goes to
//!   any [`core::fmt::Write`], octets to any [`OutBuf`](crate::OutBuf).
//! - [`choose`] takes the smallest encoding that loses nothing and says why;
//!   [`choose_with`] may also use other alphabets, national language tables,
//!   and replacements for typographic characters.
//! - [`Encoding::of_data_coding`] reads `data_coding`, given what 0 means at
//!   the peer: a [`DefaultAlphabet`].
//!
//! Writing refuses what an alphabet has not. Reading never fails: octets that
//! an alphabet does not know become U+FFFD and are counted in [`Decoded`].
//!
//! The GSM 7-bit alphabet comes with its extension and with all national
//! language tables of 3GPP TS 23.038, unpacked (a septet an octet, the usual
//! form in SMPP) and packed; the septets themselves are in [`gsm7`]. With the
//! feature `cjk` there are also JIS and KS C 5601.
//!
//! ```
//! use smpp_codec::text::{DefaultAlphabet, Encoding, choose};
//!
//! let text = "Your code is 123456 {valid 5 min}";
//! let choice = choose(text);
//! assert_eq!(choice.to_string(), "GSM 7-bit");
//!
//! let mut short_message = heapless::Vec::<u8, 160>::new();
//! choice.encoding.encode(text, &mut short_message)?;
//! assert_eq!(short_message.len(), 35); // two braces take two octets each
//!
//! let data_coding = choice.encoding.data_coding();
//! let encoding = Encoding::of_data_coding(data_coding, DefaultAlphabet::Gsm7);
//! let mut read = String::new();
//! let decoded = encoding.decode(&short_message, &mut read);
//! assert_eq!(read, text);
//! assert!(decoded.is_exact());
//! # Ok::<(), smpp_codec::text::EncodeTextError>(())
//! ```

mod choose;
#[cfg(feature = "cjk")]
mod cjk;
mod decode;
pub(crate) mod encode;
mod encoding;
pub mod gsm7;
mod iso8859;
#[rustfmt::skip]
mod national_tables;
pub(crate) mod sink;
mod table;
#[rustfmt::skip]
mod tables;
#[rustfmt::skip]
mod transliteration_tables;

pub use choose::{Choice, ChooseOptions, Reason, choose, choose_with, replacement};
pub use decode::{Decoded, TextDecoder};
pub use encode::{EncodeTextError, Unencodable};
pub use encoding::{DefaultAlphabet, Encoding, UnknownAlphabet};
pub use gsm7::NationalShift;
