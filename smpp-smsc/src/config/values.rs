//! Values that are checked as they are read, so that an error has their place.

use core::time::Duration;

use serde::de::{Deserialize, Deserializer, Error};
use smpp_pdu::InterfaceVersion;

/// A time as people write it: `100ms`, `2s`, `5m`, `72h`.
///
/// # Errors
/// What would be right.
pub fn parse_time(text: &str) -> Result<Duration, String> {
    let wanted = "a time is a number with its unit, for example 100ms, 2s, 5m or 72h";
    let digits = text.trim_end_matches(|one: char| one.is_ascii_alphabetic());
    let unit = text.strip_prefix(digits).unwrap_or_default();
    let number: u64 = digits.parse().map_err(|_| wanted)?;
    let millis = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "" if number == 0 => 1,
        _ => return Err(wanted.into()),
    };
    number
        .checked_mul(millis)
        .filter(|millis| *millis <= 366 * 86_400_000)
        .map(Duration::from_millis)
        .ok_or_else(|| "at most a year".into())
}

/// A time as [`parse_time`] reads it, with the longest unit that fits.
pub(super) fn show_time(time: Duration) -> String {
    let millis = time.as_millis();
    for (unit, length) in [("h", 3_600_000), ("m", 60_000), ("s", 1000)] {
        if millis.is_multiple_of(length) && (millis > 0 || unit == "s") {
            return format!("{}{unit}", millis / length);
        }
    }
    format!("{millis}ms")
}

/// An address to listen on: `HOST:PORT`, which is given back.
///
/// # Errors
/// What would be right.
pub fn parse_address(text: &str) -> Result<String, String> {
    let wanted = "an address is HOST:PORT, for example 127.0.0.1:2775, 0.0.0.0:2775 or [::1]:2775";
    let Some((host, port)) = text.rsplit_once(':') else {
        return Err(match text.parse::<u16>() {
            Ok(port) => format!(
                "the host is missing: give 127.0.0.1:{port} to serve this machine only, 0.0.0.0:{port} to serve all"
            ),
            Err(_) => format!("the port is missing: {text}:2775 is the usual one"),
        });
    };
    if host.is_empty() {
        return Err(format!(
            "the host is missing: give 127.0.0.1:{port} to serve this machine only, 0.0.0.0:{port} to serve all"
        ));
    }
    if port.parse::<u16>().is_err() {
        return Err(format!(
            "the port {port:?} is no number from 0 to 65535; {wanted}"
        ));
    }
    let bare_ipv6 = host.contains(':') && !(host.starts_with('[') && host.ends_with(']'));
    if bare_ipv6 || text.contains("//") {
        return Err(wanted.into());
    }
    Ok(text.into())
}

pub(super) fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(from)?;
    parse_time(&text).map(Some).map_err(D::Error::custom)
}

/// A time that is not 0.
pub(super) fn some_time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    match time(from)? {
        Some(Duration::ZERO) => Err(D::Error::custom(
            "longer than 0; leave it out for the default",
        )),
        time => Ok(time),
    }
}

/// From what a bind takes to what nobody sends.
pub(super) fn pdu_len<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    u32::deserialize(from)
        .ok()
        .filter(|octets| (128..=16_777_216).contains(octets))
        .map(Some)
        .ok_or_else(|| D::Error::custom("the longest PDU has 128 to 16777216 octets"))
}

pub(super) fn version<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<InterfaceVersion>, D::Error> {
    let text = String::deserialize(from)?;
    parse_version(&text).map(Some).map_err(D::Error::custom)
}

pub(super) fn parse_version(text: &str) -> Result<InterfaceVersion, &'static str> {
    match text {
        "3.3" => Ok(InterfaceVersion::V3_3),
        "3.4" => Ok(InterfaceVersion::V3_4),
        "5.0" => Ok(InterfaceVersion::V5_0),
        _ => Err("a version is \"3.3\", \"3.4\" or \"5.0\""),
    }
}

pub(super) fn required_address<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    parse_address(&text).map_err(D::Error::custom)
}

pub(super) fn address<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    required_address(from).map(Some)
}

pub(super) fn positive<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    match u32::deserialize(from)? {
        0 => Err(D::Error::custom("at least 1; leave it out for the default")),
        number => Ok(Some(number)),
    }
}

pub(super) fn window<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u16>, D::Error> {
    u16::deserialize(from)
        .ok()
        .filter(|number| *number > 0)
        .map(Some)
        .ok_or_else(|| D::Error::custom("a window is a number from 1 to 65535"))
}

pub(super) fn sessions<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u16>, D::Error> {
    u16::deserialize(from)
        .ok()
        .filter(|number| (1..=100).contains(number))
        .map(Some)
        .ok_or_else(|| D::Error::custom("1 to 100 sessions to each host"))
}

pub(super) fn name<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(from)?;
    let printable = text.bytes().all(|one| one.is_ascii_graphic());
    if text.is_empty() || text.len() > 15 || !printable {
        return Err(D::Error::custom(
            "a system_id has 1 to 15 characters, printable ASCII without spaces",
        ));
    }
    Ok(Some(text))
}

pub(super) fn token<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(from)?;
    if text.len() < 16 || !text.bytes().all(|one| one.is_ascii_graphic()) {
        return Err(D::Error::custom(
            "a token has at least 16 characters, printable ASCII without spaces",
        ));
    }
    Ok(Some(text))
}
