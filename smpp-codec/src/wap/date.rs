//! Dates: the digits of `YYYYMMDDhhmmss` in UTC, two to the octet, zeros at the
//! end left out (WAP-167, 8.2.2).

use core::fmt;

use smpp_pdu::time::{AbsoluteTime, TimeError};

/// The octets of a date: four to seven.
pub(super) struct DateOctets {
    octets: [u8; 7],
    len: usize,
}

impl DateOctets {
    /// The tenths of a second are left out.
    pub(super) fn new(time: AbsoluteTime) -> Result<Self, TimeError> {
        let utc = time.converted_to(0)?;
        // Two digits each; the year has two pairs of them.
        let pair = |number: u16| u8::try_from(number % 100).unwrap_or_default();
        let octets = [
            pair(utc.year() / 100),
            pair(utc.year()),
            utc.month(),
            utc.day(),
            utc.hour(),
            utc.minute(),
            utc.second(),
        ]
        .map(|number| ((number / 10) << 4) | (number % 10));
        let zeros = octets.iter().rev().take_while(|octet| **octet == 0).count();
        Ok(Self {
            octets,
            len: octets.len() - zeros,
        })
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.octets.get(..self.len).unwrap_or_default()
    }
}

/// Reads such octets; `None` when they are no date.
pub(super) fn read(octets: &[u8]) -> Option<AbsoluteTime> {
    if !(4..=7).contains(&octets.len()) {
        return None;
    }
    let mut numbers = [0; 7];
    for (number, octet) in numbers.iter_mut().zip(octets) {
        let (tens, ones) = (octet >> 4, octet & 0x0F);
        if tens > 9 || ones > 9 {
            return None;
        }
        *number = tens * 10 + ones;
    }
    date(numbers)
}

fn date(numbers: [u8; 7]) -> Option<AbsoluteTime> {
    let [century, year, month, day, hour, minute, second] = numbers;
    let year = u16::from(century) * 100 + u16::from(year);
    AbsoluteTime::new(year, month, day, hour, minute, second).ok()
}

/// A date that came as a text, `1999-06-25T15:23:15Z`.
#[derive(Default)]
pub(super) struct DateText {
    octets: [u8; 20],
    len: usize,
}

impl DateText {
    pub(super) fn read(&self) -> Option<AbsoluteTime> {
        let text = self.octets.get(..self.len)?;
        let [
            y,
            yy,
            z,
            zz,
            b'-',
            m,
            mm,
            b'-',
            d,
            dd,
            b'T',
            h,
            hh,
            b':',
            n,
            nn,
            b':',
            s,
            ss,
            b'Z',
        ] = *text
        else {
            return None;
        };
        let digits = [
            [y, yy],
            [z, zz],
            [m, mm],
            [d, dd],
            [h, hh],
            [n, nn],
            [s, ss],
        ];
        if !digits.as_flattened().iter().all(u8::is_ascii_digit) {
            return None;
        }
        date(digits.map(|[tens, ones]| (tens - b'0') * 10 + (ones - b'0')))
    }
}

impl fmt::Write for DateText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        let place = self.octets.get_mut(self.len..end).ok_or(fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}
