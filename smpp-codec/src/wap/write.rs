//! What the two documents have in common when they are written.

use super::WriteError;
use super::tokens::{PREFIXES, STR_I, UTF8, VALUES, VERSION};
use crate::OutBuf;

/// Takes everything and counts it.
#[derive(Default)]
pub(super) struct Count(pub(super) usize);

impl OutBuf for Count {
    fn room(&self) -> usize {
        usize::MAX
    }

    fn put(&mut self, octets: &[u8]) {
        self.0 += octets.len();
    }
}

/// All or nothing: asks for the room, then lets `emit` write.
pub(super) fn all<O: OutBuf>(
    need: usize,
    out: &mut O,
    emit: impl FnOnce(&mut O),
) -> Result<usize, WriteError> {
    let room = out.room();
    if need > room {
        return Err(WriteError::NoRoom { need, room });
    }
    out.reserve(need);
    emit(out);
    Ok(need)
}

pub(super) fn check(field: &'static str, text: &str) -> Result<(), WriteError> {
    if text.contains('\0') {
        Err(WriteError::NulInside { field })
    } else {
        Ok(())
    }
}

/// Version, public identifier, alphabet, and an empty string table.
pub(super) fn put_head(public_id: u8, out: &mut impl OutBuf) {
    out.put(&[VERSION, public_id, UTF8 as u8, 0]);
}

pub(super) fn put_text(text: &str, out: &mut impl OutBuf) {
    out.put(&[STR_I]);
    out.put(text.as_bytes());
    out.put(&[0]);
}

/// The attribute with the address; `href` is its token without a beginning.
pub(super) fn put_href(url: &str, href: u8, out: &mut impl OutBuf) {
    let start = PREFIXES
        .iter()
        .find_map(|(far, prefix)| Some((href + far, url.strip_prefix(prefix)?)));
    let (token, mut rest) = start.unwrap_or((href, url));
    out.put(&[token]);
    while !rest.is_empty() {
        let next = VALUES
            .iter()
            .filter_map(|(token, text)| Some((rest.split_once(text)?, *token)))
            .min_by_key(|((before, _), _)| before.len());
        let (before, token, after) = match next {
            Some(((before, after), token)) => (before, Some(token), after),
            None => (rest, None, ""),
        };
        if !before.is_empty() {
            put_text(before, out);
        }
        if let Some(token) = token {
            out.put(&[token]);
        }
        rest = after;
    }
}
