//! Tagged parameters on the command line: `TAG=VALUE`.

use smpp_pdu::{Tag, TlvKind};

use super::hex;

/// A parameter with its value in storage of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TlvArg {
    pub(crate) tag: Tag,
    pub(crate) value: Vec<u8>,
}

/// Reads `source_port=5000`, `0x1400=text`, `5120=0x3132`.
pub(crate) fn parse(text: &str) -> Result<TlvArg, String> {
    let (name, value) = text.split_once('=').ok_or_else(|| {
        "a parameter is written TAG=VALUE, such as source_port=5000 or 0x1400=text".to_owned()
    })?;
    let tag = tag(name)?;
    let value = octets(tag, value)?;
    if value.len() > usize::from(u16::MAX) {
        return Err(format!(
            "{tag} has {} octets, the limit is 65535",
            value.len()
        ));
    }
    Ok(TlvArg { tag, value })
}

fn tag(name: &str) -> Result<Tag, String> {
    let number = match name.strip_prefix("0x").or_else(|| name.strip_prefix("0X")) {
        Some(digits) => u16::from_str_radix(digits, 16).ok(),
        None => name.parse().ok(),
    };
    if let Some(number) = number {
        return Ok(Tag(number));
    }
    let wanted = name.replace('-', "_");
    Tag::NAMED
        .iter()
        .find(|(_, known)| known.eq_ignore_ascii_case(&wanted))
        .map(|(tag, _)| *tag)
        .ok_or_else(|| {
            format!(
                "no parameter is named {name:?}: use a name of the standard, such as \
                 user_message_reference, or a number, such as 0x1400"
            )
        })
}

/// The value by the type of its tag; what has no type is text, or octets
/// behind `0x`.
fn octets(tag: Tag, value: &str) -> Result<Vec<u8>, String> {
    let number = |limit: u32| {
        let number = match value.strip_prefix("0x") {
            Some(digits) => u32::from_str_radix(digits, 16).ok(),
            None => value.parse().ok(),
        };
        number
            .filter(|number| *number <= limit)
            .ok_or_else(|| format!("{tag} is a number from 0 to {limit}, not {value:?}"))
    };
    match tag.definition().map(|definition| definition.kind) {
        // No value at all is one that some of them allow.
        Some(TlvKind::U8 | TlvKind::U16 | TlvKind::U32) if value.is_empty() => Ok(Vec::new()),
        Some(TlvKind::U8) => {
            number(u8::MAX.into()).map(|number| number.to_be_bytes().into_iter().skip(3).collect())
        }
        Some(TlvKind::U16) => {
            number(u16::MAX.into()).map(|number| number.to_be_bytes().into_iter().skip(2).collect())
        }
        Some(TlvKind::U32) => number(u32::MAX).map(|number| number.to_be_bytes().to_vec()),
        kind => match value.strip_prefix("0x") {
            Some(digits) => hex::parse(digits),
            None => {
                let mut octets = value.as_bytes().to_vec();
                if kind == Some(TlvKind::COctetString) {
                    if octets.contains(&0) {
                        return Err(format!("{tag} cannot contain a NUL"));
                    }
                    octets.push(0);
                }
                Ok(octets)
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (u16, Vec<u8>) {
        let tlv = parse(text).unwrap();
        (tlv.tag.0, tlv.value)
    }

    #[test]
    fn a_value_takes_the_form_of_its_tag() {
        assert_eq!(read("source_port=5000"), (0x020A, vec![0x13, 0x88]));
        assert_eq!(read("0x0204=0xBEEF"), (0x0204, vec![0xBE, 0xEF]));
        assert_eq!(read("payload_type=1"), (0x0019, vec![1]));
        assert_eq!(read("qos_time_to_live=60"), (0x0017, vec![0, 0, 0, 60]));
        assert_eq!(read("receipted-message-id=ab"), (0x001E, b"ab\0".to_vec()));
        assert_eq!(read("0x1400=1201"), (0x1400, b"1201".to_vec()));
        assert_eq!(read("5120=0x3132"), (0x1400, b"12".to_vec()));
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert!(parse("1400").unwrap_err().contains("TAG=VALUE"));
        assert!(parse("nonsense=1").unwrap_err().contains("0x1400"));
        assert!(parse("payload_type=300").unwrap_err().contains("0 to 255"));
    }
}
