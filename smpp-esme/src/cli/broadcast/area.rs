//! Areas of broadcasts, as people write them.

use core::fmt;

use smpp_pdu::{BroadcastAreaFormat, BroadcastAreaIdentifier};

use crate::cli::hex;
use crate::cli::receipt::latin_1;

/// The first octet of a polygon (3GPP TS 23.032, 7): its type, and the number
/// of its points in the lower half.
const POLYGON: u8 = 0x50;

/// The longest description, in octets.
const LONGEST: usize = 100;

/// An area with its description in storage of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Area {
    format: BroadcastAreaFormat,
    details: Vec<u8>,
}

impl Area {
    pub(super) fn identifier(&self) -> BroadcastAreaIdentifier<'_> {
        BroadcastAreaIdentifier {
            format: self.format,
            details: &self.details,
        }
    }
}

/// Reads `alias=NAME`, `NAME`, `polygon=LAT,LON;LAT,LON;LAT,LON`, `arc=HEX`,
/// `0x03=HEX`.
pub(crate) fn parse(text: &str) -> Result<Area, String> {
    let (kind, value) = text.split_once('=').unwrap_or(("alias", text));
    let octets = |value: &str| {
        hex::parse(value).map_err(|error| format!("{kind}: {error}, octets are wanted"))
    };
    let (format, details) = match kind {
        "alias" => (BroadcastAreaFormat::ALIAS_NAME, value.as_bytes().to_vec()),
        "polygon" if value.contains(';') => (BroadcastAreaFormat::POLYGON, polygon(value)?),
        "polygon" => (BroadcastAreaFormat::POLYGON, octets(value)?),
        "arc" => (BroadcastAreaFormat::ELLIPSOID_ARC, octets(value)?),
        other => {
            let number = other
                .strip_prefix("0x")
                .and_then(|digits| u8::from_str_radix(digits, 16).ok());
            let number = number.ok_or_else(|| {
                format!(
                    "{other:?} is no kind of area: write alias=NAME, \
                     polygon=LAT,LON;LAT,LON;LAT,LON, arc=HEX, or 0x03=HEX for another format"
                )
            })?;
            (BroadcastAreaFormat(number), octets(value)?)
        }
    };
    if details.is_empty() || details.len() > LONGEST {
        return Err(format!(
            "an area is described in 1 to {LONGEST} octets, not {}",
            details.len()
        ));
    }
    Ok(Area { format, details })
}

/// Points in degrees, as 3GPP TS 23.032 codes a polygon.
fn polygon(text: &str) -> Result<Vec<u8>, String> {
    let points: Vec<&str> = text.split(';').map(str::trim).collect();
    let count = u8::try_from(points.len()).ok();
    let count = count.filter(|count| (3..=15).contains(count));
    let count =
        count.ok_or_else(|| format!("a polygon has 3 to 15 points, not {}", points.len()))?;
    let mut octets = vec![POLYGON | count];
    for point in points {
        let wrong =
            || format!("{point:?} is no point, write degrees as LAT,LON, such as 52.52,13.405");
        let (latitude, longitude) = point.split_once(',').ok_or_else(wrong)?;
        let degrees = |text: &str, limit: f64| {
            let degrees: Option<f64> = text.trim().parse().ok();
            degrees.filter(|degrees| degrees.abs() <= limit)
        };
        let latitude = degrees(latitude, 90.0).ok_or_else(wrong)?;
        let longitude = degrees(longitude, 180.0).ok_or_else(wrong)?;
        // Sign and amount, in steps of 90/2^23 degrees.
        let steps = (latitude.abs() / 90.0 * f64::from(1 << 23)) as u32;
        let sign = if latitude < 0.0 { 1 << 23 } else { 0 };
        octets.extend(
            (steps.min((1 << 23) - 1) | sign)
                .to_be_bytes()
                .iter()
                .skip(1),
        );
        // Two's complement, in steps of 360/2^24 degrees.
        let steps = (longitude / 360.0 * f64::from(1 << 24)).floor() as i32;
        let steps = steps.clamp(-(1 << 23), (1 << 23) - 1);
        octets.extend(steps.to_be_bytes().iter().skip(1));
    }
    Ok(octets)
}

/// An area of the centre, in the form that it is given in.
pub(super) struct Shown<'a>(pub(super) BroadcastAreaIdentifier<'a>);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BroadcastAreaIdentifier { format, details } = self.0;
        match format {
            BroadcastAreaFormat::ALIAS_NAME => write!(f, "alias={}", latin_1(details)),
            BroadcastAreaFormat::ELLIPSOID_ARC => write!(f, "arc={}", hex::show(details)),
            BroadcastAreaFormat::POLYGON => match points(details) {
                Some(points) => write!(f, "polygon={points}"),
                None => write!(f, "polygon={}", hex::show(details)),
            },
            BroadcastAreaFormat(other) => write!(f, "0x{other:02X}={}", hex::show(details)),
        }
    }
}

/// The points of a polygon, where it is one.
fn points(details: &[u8]) -> Option<String> {
    let (first, rest) = details.split_first()?;
    let (points, []) = rest.as_chunks::<6>() else {
        return None;
    };
    if first & 0xF0 != POLYGON || usize::from(first & 0x0F) != points.len() {
        return None;
    }
    let shown = points.iter().map(|[a, b, c, d, e, g]| {
        let steps = u32::from_be_bytes([0, a & 0x7F, *b, *c]);
        let sign = if a & 0x80 == 0 { 1.0 } else { -1.0 };
        let latitude = sign * f64::from(steps) * 90.0 / f64::from(1 << 23);
        let steps = i32::from_be_bytes([*d, *e, *g, 0]) >> 8;
        let longitude = f64::from(steps) * 360.0 / f64::from(1 << 24);
        format!("{latitude:.5},{longitude:.5}")
    });
    Some(shown.collect::<Vec<_>>().join(";"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_written_in_four_ways() {
        let area = |text| {
            let area = parse(text).unwrap();
            (area.format.0, hex::show(&area.details))
        };
        assert_eq!(area("Berlin"), (0, hex::show(b"Berlin")));
        assert_eq!(area("alias=a=b"), (0, hex::show(b"a=b")));
        assert_eq!(area("arc=0xA0 01"), (1, "a001".into()));
        assert_eq!(area("0x05=ff"), (5, "ff".into()));
        // 45 degrees are half of the range, -90 degrees of longitude a quarter.
        assert_eq!(
            area("polygon=45,-90;-45,90;0,0"),
            (2, "53400000c00000c00000400000000000000000".into())
        );
    }

    #[test]
    fn a_polygon_is_shown_in_degrees() {
        let area = parse("polygon=52.52,13.405;-33.86,151.2;0,-179.5").unwrap();
        let shown = Shown(area.identifier()).to_string();
        let points: Vec<f64> = shown
            .trim_start_matches("polygon=")
            .split([',', ';'])
            .map(|degrees| degrees.parse().unwrap())
            .collect();
        for (have, want) in points
            .iter()
            .zip([52.52, 13.405, -33.86, 151.2, 0.0, -179.5])
        {
            assert!((have - want).abs() < 0.0001, "{shown}");
        }
        // Octets that are no polygon of that many points.
        let odd = BroadcastAreaIdentifier {
            format: BroadcastAreaFormat::POLYGON,
            details: &[0x53, 1],
        };
        assert_eq!(Shown(odd).to_string(), "polygon=5301");
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, right) in [
            ("circle=1", "polygon=LAT,LON"),
            ("polygon=1,2;3,4", "3 to 15"),
            ("polygon=1,2;3,4;99,0", "52.52,13.405"),
            ("arc=xyz", "octets"),
            ("", "1 to 100"),
        ] {
            assert!(parse(text).unwrap_err().contains(right), "{text}");
        }
    }
}
