//! The tokens of WBXML (WAP-192, 5.8 and 7.1) and of the values that service
//! indication and service load share.

pub(super) const SWITCH_PAGE: u8 = 0x00;
pub(super) const END: u8 = 0x01;
pub(super) const ENTITY: u8 = 0x02;
pub(super) const STR_I: u8 = 0x03;
pub(super) const LITERAL: u8 = 0x04;
pub(super) const PI: u8 = 0x43;
pub(super) const STR_T: u8 = 0x83;
pub(super) const OPAQUE: u8 = 0xC3;

pub(super) const HAS_ATTRIBUTES: u8 = 0x80;
pub(super) const HAS_CONTENT: u8 = 0x40;
pub(super) const TAG_MASK: u8 = 0x3F;

/// WBXML 1.2, what the documents are written in.
pub(super) const VERSION: u8 = 0x02;

pub(super) const UTF8: u32 = 106;
pub(super) const ASCII: u32 = 3;
pub(super) const LATIN1: u32 = 4;

/// The pieces of an address that are one octet (WAP-167, 8.3.3; WAP-168,
/// 8.3.3). All are of the same length.
pub(super) const VALUES: [(u8, &str); 4] = [
    (0x85, ".com/"),
    (0x86, ".edu/"),
    (0x87, ".net/"),
    (0x88, ".org/"),
];

/// The beginnings of an address, longest first, and how far the token of each
/// is from the one of `href` without a beginning.
pub(super) const PREFIXES: [(u8, &str); 4] = [
    (4, "https://www."),
    (3, "https://"),
    (2, "http://www."),
    (1, "http://"),
];

/// The beginning that a token stands for, given the token of the bare `href`.
pub(super) fn prefix(token: u8, href: u8) -> Option<&'static str> {
    let distance = token.checked_sub(href)?;
    if distance == 0 {
        return Some("");
    }
    PREFIXES
        .iter()
        .find(|(far, _)| *far == distance)
        .map(|(_, prefix)| *prefix)
}

/// An unsigned integer of seven bits to the octet, high bits first, and where
/// it ends. `None` when it is cut or does not fit.
pub(super) fn uintvar(octets: &[u8], at: usize) -> Option<(u32, usize)> {
    let mut number = 0_u32;
    for (index, octet) in octets.iter().enumerate().skip(at).take(5) {
        if number > u32::MAX >> 7 {
            return None;
        }
        number = number << 7 | u32::from(octet & 0x7F);
        if octet & 0x80 == 0 {
            return Some((number, index + 1));
        }
    }
    None
}

/// What stands where a value may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step<'a> {
    /// A value, and where it ends.
    Value(Value<'a>, usize),
    /// A text whose NUL is missing: all that is left.
    Unended(&'a [u8]),
    /// The octets end inside the value.
    Cut,
    /// No value.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Text(&'a [u8]),
    Known(&'static str),
    Entity(u32),
    Opaque(&'a [u8]),
    Page(u8),
    /// A text at this place of the string table, which is not there.
    Missing(u32),
    Unknown(u8),
}

/// A text of the string table.
pub(super) fn string(table: &[u8], index: u32) -> Option<&[u8]> {
    let rest = table.get(usize::try_from(index).ok()?..)?;
    let mut parts = rest.split(|octet| *octet == 0);
    (!rest.is_empty()).then(|| parts.next()).flatten()
}

/// Reads a value. `attribute` tells whether the code space is the one of
/// attributes, `page` which page of it is on.
pub(super) fn value<'a>(
    octets: &'a [u8],
    at: usize,
    table: &'a [u8],
    attribute: bool,
    page: u8,
) -> Step<'a> {
    let Some(&token) = octets.get(at) else {
        return Step::Cut;
    };
    let after = at + 1;
    match token {
        SWITCH_PAGE => match octets.get(after) {
            Some(&page) => Step::Value(Value::Page(page), after + 1),
            None => Step::Cut,
        },
        STR_I | 0x40..=0x42 => {
            let rest = octets.get(after..).unwrap_or_default();
            let Some(len) = rest.iter().position(|octet| *octet == 0) else {
                return if token == STR_I {
                    Step::Unended(rest)
                } else {
                    Step::Cut
                };
            };
            let text = rest.get(..len).unwrap_or_default();
            let value = if token == STR_I {
                Value::Text(text)
            } else {
                Value::Unknown(token)
            };
            Step::Value(value, after + len + 1)
        }
        0xC0..=0xC2 => Step::Value(Value::Unknown(token), after),
        ENTITY | STR_T | OPAQUE | 0x80..=0x82 => {
            let Some((number, after)) = uintvar(octets, after) else {
                return Step::Cut;
            };
            match token {
                ENTITY => Step::Value(Value::Entity(number), after),
                STR_T => match string(table, number) {
                    Some(text) => Step::Value(Value::Text(text), after),
                    None => Step::Value(Value::Missing(number), after),
                },
                OPAQUE => {
                    let end = usize::try_from(number)
                        .ok()
                        .and_then(|len| after.checked_add(len));
                    match end.and_then(|end| Some((octets.get(after..end)?, end))) {
                        Some((octets, end)) => Step::Value(Value::Opaque(octets), end),
                        None => Step::Cut,
                    }
                }
                _ => Step::Value(Value::Unknown(token), after),
            }
        }
        0x84 | 0xC4 => Step::Other,
        0x80..=0xFF if attribute => {
            let known = VALUES
                .iter()
                .find(|(known, _)| *known == token && page == 0);
            match known {
                Some((_, text)) => Step::Value(Value::Known(text), after),
                None => Step::Value(Value::Unknown(token), after),
            }
        }
        _ => Step::Other,
    }
}
