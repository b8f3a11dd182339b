//! The parts of ISO 8859 with a place in SMPP's table, beyond part 1.

/// ISO 8859-5: an octet for a character.
pub(super) fn cyrillic_octet(character: char) -> Option<u8> {
    let code = u32::from(character);
    match code {
        0x00..=0xA0 | 0xAD => u8::try_from(code).ok(),
        0xA7 => Some(0xFD),
        0x2116 => Some(0xF0),
        // The holes are where the octets 0xAD, 0xF0 and 0xFD are taken above.
        0x040D | 0x0450 | 0x045D => None,
        0x0401..=0x045F => u8::try_from(code - 0x0360).ok(),
        _ => None,
    }
}

/// ISO 8859-5: the character of an octet; all of them have one.
pub(super) fn cyrillic_char(octet: u8) -> char {
    match octet {
        0x00..=0xA0 | 0xAD => char::from(octet),
        0xF0 => '\u{2116}',
        0xFD => '\u{A7}',
        _ => char::from_u32(u32::from(octet) + 0x0360).unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

/// ISO 8859-8: an octet for a character.
pub(super) fn hebrew_octet(character: char) -> Option<u8> {
    let code = u32::from(character);
    match code {
        0xD7 => Some(0xAA),
        0xF7 => Some(0xBA),
        0xA1 | 0xAA | 0xBA => None,
        0x00..=0xBE => u8::try_from(code).ok(),
        0x05D0..=0x05EA => u8::try_from(code - 0x04F0).ok(),
        0x2017 => Some(0xDF),
        0x200E => Some(0xFD),
        0x200F => Some(0xFE),
        _ => None,
    }
}

/// ISO 8859-8: the character of an octet.
pub(super) fn hebrew_char(octet: u8) -> Option<char> {
    match octet {
        0xAA => Some('\u{D7}'),
        0xBA => Some('\u{F7}'),
        0xA1 => None,
        0x00..=0xBE => Some(char::from(octet)),
        0xDF => Some('\u{2017}'),
        0xE0..=0xFA => char::from_u32(u32::from(octet) + 0x04F0),
        0xFD => Some('\u{200E}'),
        0xFE => Some('\u{200F}'),
        _ => None,
    }
}
