//! Times and user data headers.

use smpp_pdu::time::{AbsoluteTime, SmppTime, TimeOptions};
use smpp_pdu::udh::{InformationElement, Udh, UdhBuf, UdhError};

/// A text that is read as a time is written with the same characters that mean
/// something, whatever the century window and the tolerance; arithmetic never
/// panics.
pub fn time(data: &[u8]) {
    for pivot in [0, TimeOptions::DEFAULT_PIVOT, 70, 100] {
        for lenient in [false, true] {
            read_time(data, TimeOptions::new().pivot(pivot).lenient(lenient));
        }
    }
    // The same octets as numbers.
    if let Some((&[a, b, c, d, e, f, g, h, tenths, quarters], _)) = data.split_first_chunk() {
        let seconds = i64::from_be_bytes([a, b, c, d, e, f, g, h]);
        let quarters = i8::from_be_bytes([quarters]);
        for seconds in [seconds, seconds >> 30] {
            if let Ok(time) = AbsoluteTime::from_unix_seconds(seconds, tenths, quarters) {
                assert_eq!(time.to_unix_seconds(), seconds);
                assert_eq!((time.tenths(), time.offset_quarters()), (tenths, quarters));
            }
        }
    }
}

fn read_time(text: &[u8], options: TimeOptions) {
    let time = match SmppTime::parse_with(text, options) {
        Ok(Some(time)) => time,
        Ok(None) => {
            assert!(text.is_empty());
            return;
        }
        Err(error) => {
            assert!(!error.to_string().is_empty() && !error.kind().name().is_empty());
            return;
        }
    };
    let written = time.to_text();
    match time {
        // Tenths and zone mean nothing in a span: they are read over, and
        // written as zeros.
        SmppTime::Relative(_) => {
            assert_eq!(written.as_bytes()[..12], text[..12]);
            assert_eq!(&written.as_bytes()[12..], b"000R");
        }
        _ => assert_eq!(written.as_bytes(), text),
    }
    assert_eq!(SmppTime::parse_with(&written, options), Ok(Some(time)));
    assert!(!format!("{time} {time:?}").is_empty());
    match time {
        SmppTime::Absolute(time) => look_at_absolute(time, options),
        SmppTime::Relative(time) => {
            let start = AbsoluteTime::new(2099, 12, 31, 23, 59, 59).expect("a date");
            let _ = (time.to_duration(), time.after(start));
            if let Ok(regular) = time.regular() {
                assert!(regular.is_regular());
            }
        }
        SmppTime::McLocal(time) => {
            let absolute = time.with_offset_quarters(0).expect("UTC");
            assert_eq!(absolute.to_text().as_bytes()[..12], *time.to_text());
        }
    }
}

fn look_at_absolute(time: AbsoluteTime, options: TimeOptions) {
    assert!(options.covers(time.year()));
    let seconds = time.to_unix_seconds();
    let again = AbsoluteTime::from_unix_seconds(seconds, time.tenths(), time.offset_quarters());
    // Seconds do not tell `00-` from `00+`.
    let again = again.expect("it has been a time");
    let again = match time.is_negative_zero() {
        true => again.with_negative_zero(),
        false => again,
    };
    assert_eq!(again, time);
    for quarters in [-48, -1, 0, 1, 48] {
        if let Ok(converted) = time.converted_to(quarters) {
            assert_eq!(converted.to_unix_seconds(), seconds);
        }
    }
}

/// A header that is split off is the front of the user data; its elements make
/// the same header when they are written again.
pub fn udh(data: &[u8]) {
    let (header, text) = match Udh::split(data) {
        Ok(split) => split,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    assert_eq!([header.as_bytes(), text].concat(), data);
    assert_eq!(header.len(), header.as_bytes().len());
    assert!(!format!("{header:?}").is_empty());

    let mut copy = UdhBuf::new();
    let mut whole = true;
    let mut octets = 1 /* UDHL */;
    for element in header.elements() {
        octets += 2 /* identifier and length */ + element.data.len();
        whole &= write_again(&mut copy, element);
    }
    assert_eq!(octets, header.len(), "the elements fill the header");
    // Beyond 140 octets nothing can be written, and a header without elements
    // is not written at all.
    if whole && octets > 1 {
        assert_eq!(copy.as_bytes(), header.as_bytes());
        assert_eq!(Udh::split(&copy).map(|(header, _)| header), Ok(header));
    }
    let _ = (header.single_shift(), header.locking_shift());
    let _ = (header.smsc_control(), header.ports());
    assert_eq!(
        header.concat(),
        header.elements().filter_map(|e| e.concat()).last()
    );
    let _ = header.special_messages().count();
}

/// Adds the element by its meaning where it has one; `false` when it is full.
fn write_again(copy: &mut UdhBuf, element: InformationElement<'_>) -> bool {
    let before = *copy;
    let pushed = copy.push(element);
    let mut typed = before;
    let again = if let Some(concat) = element.concat() {
        assert!(concat.is_valid());
        typed.concat(concat)
    } else if let Some(message) = element.special_message() {
        typed.special_message(message)
    } else if let Some(control) = element.smsc_control() {
        typed.smsc_control(control)
    } else if let Some(language) = element.single_shift() {
        typed.single_shift(language)
    } else if let Some(language) = element.locking_shift() {
        typed.locking_shift(language)
    } else {
        typed.push(element)
    };
    assert_eq!(again, pushed);
    assert_eq!(typed.as_bytes(), copy.as_bytes());
    match pushed {
        Ok(()) => true,
        Err(error) => {
            assert!(matches!(error, UdhError::Full { .. }));
            assert_eq!(*copy, before);
            false
        }
    }
}
