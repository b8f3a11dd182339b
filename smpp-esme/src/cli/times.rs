//! Times as people write them, and as SMPP has them.

use core::time::Duration;

use smpp_pdu::time::{RelativeTime, TimeText};
use smpp_pdu::{COctetStr, SmppTime};

use super::exit::Failure;

/// `90`, `90s`, `15m`, `2h`, `1d`, `1h30m`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no span of time, write it as 90s, 15m, 2h, 3d or 1h30m");
    if let Ok(seconds) = text.parse() {
        return Ok(Duration::from_secs(seconds));
    }
    let mut total = 0u64;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest
            .find(|character: char| !character.is_ascii_digit())
            .ok_or_else(wrong)?;
        let (digits, tail) = rest.split_at_checked(end).ok_or_else(wrong)?;
        let number: u64 = digits.parse().map_err(|_| wrong())?;
        let mut characters = tail.chars();
        let seconds = match characters.next() {
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 3600,
            Some('d') => 86_400,
            _ => return Err(wrong()),
        };
        total = number
            .checked_mul(seconds)
            .and_then(|part| total.checked_add(part))
            .ok_or_else(wrong)?;
        rest = characters.as_str();
    }
    if text.is_empty() {
        return Err(wrong());
    }
    Ok(Duration::from_secs(total))
}

/// Seconds, as for `--wait`.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .map_or_else(|| duration(text), Ok)
}

/// A moment or a span for `--at` and `--validity`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct When {
    time: SmppTime,
    text: TimeText,
}

impl When {
    fn new(time: SmppTime) -> Self {
        let text = time.to_text();
        Self { time, text }
    }

    pub(crate) fn as_str(&self) -> &str {
        self.text.as_str()
    }

    pub(crate) fn time(&self) -> SmppTime {
        self.time
    }
}

/// A field for a time that may not be given.
pub(crate) fn field(when: Option<&When>) -> Result<COctetStr<'_>, Failure> {
    let text = when.map_or("", When::as_str);
    COctetStr::try_from(text).map_err(|error| Failure::usage(error.to_string()))
}

/// `+10m`, `2h`, or the 16 characters of SMPP.
pub(crate) fn when(text: &str) -> Result<When, String> {
    if text.len() == 16 {
        let time = SmppTime::parse(text.as_bytes()).map_err(|error| error.to_string())?;
        if let Some(time) = time {
            return Ok(When::new(time));
        }
    }
    let span = duration(text.strip_prefix('+').unwrap_or(text)).map_err(|error| {
        format!("{error}; or as the 16 characters of SMPP, such as 260726120000000+")
    })?;
    let time = RelativeTime::from_duration(span)
        .map_err(|_| format!("{text:?} is too long, SMPP has spans of up to 31 days"))?;
    Ok(When::new(time.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_people_write_them() {
        let seconds = |text| duration(text).map(|span| span.as_secs());
        assert_eq!(seconds("90"), Ok(90));
        assert_eq!(seconds("15m"), Ok(900));
        assert_eq!(seconds("1h30m"), Ok(5400));
        assert_eq!(seconds("3d"), Ok(259_200));
        for wrong in ["", "h", "1x", "m5", "99999999999999999999s"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_moment_is_a_span_or_the_text_of_smpp() {
        assert_eq!(when("+10m").unwrap().as_str(), "000000001000000R");
        assert_eq!(when("2h").unwrap().as_str(), "000000020000000R");
        assert_eq!(
            when("260726120000000+").unwrap().as_str(),
            "260726120000000+"
        );
        assert!(when("40d").unwrap_err().contains("31 days"));
        assert!(when("260726120000000?").is_err());
    }
}
