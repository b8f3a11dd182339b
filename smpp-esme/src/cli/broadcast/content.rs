//! What is broadcast, and how often.

use core::time::Duration;

use smpp_pdu::{
    BroadcastContentCategory, BroadcastContentNetwork, BroadcastContentType,
    BroadcastFrequencyInterval, BroadcastFrequencyUnit,
};

use crate::cli::times;

/// Reads `weather`, `0x0033`, `gsm:4370`.
pub(super) fn content_type(text: &str) -> Result<BroadcastContentType, String> {
    let (network, content) = text.split_once(':').unwrap_or(("generic", text));
    let network = BroadcastContentNetwork::NAMED
        .iter()
        .find(|(_, name)| name.eq_ignore_ascii_case(network))
        .map(|(network, _)| *network)
        .ok_or_else(|| format!("{network:?} is no network: generic, gsm, tdma or cdma"))?;
    let number = match content.strip_prefix("0x") {
        Some(digits) => u16::from_str_radix(digits, 16).ok(),
        None => content.parse().ok(),
    };
    let named = || {
        let wanted = content.replace('-', "_");
        let mut all = BroadcastContentCategory::NAMED.iter();
        all.find(|(_, name)| name.eq_ignore_ascii_case(&wanted))
            .map(|(category, _)| category.0)
    };
    let content_type = number.or_else(named).ok_or_else(|| {
        format!(
            "{content:?} is no content type: use a number, such as 0x0033, or a name of the \
             standard, such as weather, local-traffic, emergency-broadcasts"
        )
    })?;
    Ok(BroadcastContentType {
        network,
        content_type,
    })
}

/// Reads `asap`, or a span such as `10m`.
pub(super) fn interval(text: &str) -> Result<BroadcastFrequencyInterval, String> {
    const UNITS: [(BroadcastFrequencyUnit, u64); 5] = [
        (BroadcastFrequencyUnit::WEEKS, 604_800),
        (BroadcastFrequencyUnit::DAYS, 86_400),
        (BroadcastFrequencyUnit::HOURS, 3600),
        (BroadcastFrequencyUnit::MINUTES, 60),
        (BroadcastFrequencyUnit::SECONDS, 1),
    ];
    if text == "asap" {
        return Ok(BroadcastFrequencyInterval {
            unit: BroadcastFrequencyUnit::AS_OFTEN_AS_POSSIBLE,
            count: 0,
        });
    }
    let span = times::duration(text);
    let seconds = span.as_ref().map_or(0, Duration::as_secs);
    UNITS
        .iter()
        .filter(|(_, unit)| seconds > 0 && seconds.is_multiple_of(*unit))
        .find_map(|(unit, length)| {
            let count = u16::try_from(seconds / length).ok()?;
            Some(BroadcastFrequencyInterval { unit: *unit, count })
        })
        .ok_or_else(|| {
            format!(
                "{text:?} is no pause between broadcasts: write asap, or a span of up to 65535 \
                 of one unit, such as 90s, 10m, 2h"
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_types_have_names_and_networks() {
        let read = |text| {
            let content = content_type(text).unwrap();
            (content.network.0, content.content_type)
        };
        assert_eq!(read("weather"), (0, 0x33));
        assert_eq!(read("local-traffic"), (0, 0x30));
        assert_eq!(read("0x0100"), (0, 0x100));
        assert_eq!(read("gsm:4370"), (1, 4370));
        assert!(content_type("wether").unwrap_err().contains("weather"));
        assert!(content_type("lte:1").unwrap_err().contains("gsm"));
    }

    #[test]
    fn a_pause_takes_the_longest_unit_that_fits() {
        let read = |text| {
            let interval = interval(text).unwrap();
            (interval.unit.0, interval.count)
        };
        assert_eq!(read("asap"), (0, 0));
        assert_eq!(read("90s"), (8, 90));
        assert_eq!(read("120s"), (9, 2));
        assert_eq!(read("2h"), (0x0A, 2));
        assert_eq!(read("14d"), (0x0C, 2));
        assert!(interval("0s").unwrap_err().contains("10m"));
        assert!(interval("often").is_err());
    }
}
