//! What is written as `%41`.

use core::fmt;

use super::error::{UrlError, UrlErrorKind};

/// Where `part`, a slice of `text`, starts: the first character is 1.
pub(super) fn position(text: &str, part: &str) -> usize {
    let offset = (part.as_ptr().addr()).saturating_sub(text.as_ptr().addr());
    let before = text.get(..offset).unwrap_or(text);
    before.chars().count() + 1
}

/// Resolves `%41`. `name` says whose value it is; the value is not shown.
pub(super) fn decode(text: &str, value: &str, name: &str) -> Result<Vec<u8>, UrlError> {
    let wrong = |message: String| {
        let at = Some(position(text, value));
        Err(UrlError::new(UrlErrorKind::Escape, at, message))
    };
    let mut octets = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let (octet, after) = if first == b'%' {
            let escaped = tail.split_first_chunk::<2>().and_then(|(digits, after)| {
                let [high, low] = digits.map(|digit| char::from(digit).to_digit(16));
                Some((u8::try_from(high? * 16 + low?).ok()?, after))
            });
            let Some(escaped) = escaped else {
                return wrong(format!(
                    "in {name}, a % is followed by two hexadecimal digits; a % itself is %25"
                ));
            };
            escaped
        } else {
            (first, tail)
        };
        if octet == 0 {
            return wrong(format!("{name} cannot contain a NUL"));
        }
        octets.push(octet);
        rest = after;
    }
    Ok(octets)
}

/// Shows octets as they are written in an address.
pub(super) struct Escaped<'a>(pub(super) &'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|&octet| match octet {
            b'-' | b'.' | b'_' | b'~' => write!(f, "{}", char::from(octet)),
            _ if octet.is_ascii_alphanumeric() => write!(f, "{}", char::from(octet)),
            _ => write!(f, "%{octet:02X}"),
        })
    }
}
