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
    let mut octets = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first != b'%' {
            octets.push(first);
            rest = tail;
            continue;
        }
        let escaped = tail.split_first_chunk::<2>();
        let octet = escaped.and_then(|(digits, _)| {
            let digits = core::str::from_utf8(digits).ok()?;
            u8::from_str_radix(digits, 16).ok()
        });
        match (octet, escaped) {
            (Some(0), _) => {
                let message = format!("{name} cannot contain a NUL");
                let at = Some(position(text, value));
                return Err(UrlError::new(UrlErrorKind::Escape, at, message));
            }
            (Some(octet), Some((_, after))) => {
                octets.push(octet);
                rest = after;
            }
            _ => {
                let message = format!(
                    "in {name}, a % is followed by two hexadecimal digits; a % itself is %25"
                );
                let at = Some(position(text, value));
                return Err(UrlError::new(UrlErrorKind::Escape, at, message));
            }
        }
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
