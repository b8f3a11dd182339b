//! Octets in the forms that people copy them in.

/// Reads hexadecimal digits with or without spaces, colons, dashes, commas,
/// `0x` and `\x` between them.
pub(crate) fn parse(text: &str) -> Result<Vec<u8>, String> {
    let mut octets = Vec::with_capacity(text.len() / 2);
    let mut high = None;
    let mut rest = text.char_indices().peekable();
    while let Some((at, character)) = rest.next() {
        let next = rest.peek().map(|&(_, next)| next);
        match (character, next) {
            ('0', Some('x' | 'X')) | ('\\', Some('x')) if high.is_none() => {
                rest.next();
            }
            (
                ' ' | '\t' | '\r' | '\n' | ':' | '-' | ',' | ';' | '"' | '\'' | '[' | ']' | '{'
                | '}',
                _,
            ) => {}
            _ => {
                let digit = character.to_digit(16).ok_or_else(|| {
                    let place = text.get(..at).unwrap_or(text).chars().count() + 1;
                    format!("{character:?} at character {place} is no hexadecimal digit")
                })?;
                // A digit is at most 15.
                let digit = digit as u8;
                match high.take() {
                    None => high = Some(digit),
                    Some(high) => octets.push(high << 4 | digit),
                }
            }
        }
    }
    if high.is_some() {
        return Err("an odd number of hexadecimal digits, one is missing at the end".into());
    }
    Ok(octets)
}

/// Lower-case digits without anything between.
pub(crate) fn show(octets: &[u8]) -> String {
    use core::fmt::Write;
    octets.iter().fold(String::new(), |mut text, octet| {
        // A string takes everything.
        let _ = write!(text, "{octet:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_common_form_gives_the_same_octets() {
        for text in [
            "00ff15",
            "00 FF 15",
            "00:ff:15",
            "0x00ff15",
            "0x00, 0xff, 0x15",
            "00\nff\n15",
            "\\x00\\xff\\x15",
            "[0x00,0xFF,0x15]",
        ] {
            assert_eq!(parse(text), Ok(vec![0, 255, 0x15]), "{text}");
        }
        assert_eq!(show(&[0, 255, 0x15]), "00ff15");
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert_eq!(
            parse("00 zz"),
            Err("'z' at character 4 is no hexadecimal digit".into())
        );
        assert!(parse("001").unwrap_err().contains("odd"));
    }
}
