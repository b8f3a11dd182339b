//! Lines for whoever runs the firmware, without the weight of `core::fmt`.

use cortex_m_semihosting::hio;

/// Octets as they are: to look whether they are UTF-8 takes 600 octets of flash.
pub(crate) fn print(text: impl AsRef<[u8]>) {
    write(text.as_ref());
}

fn write(octets: &[u8]) {
    if let Ok(mut host) = hio::hstdout() {
        // There is nobody to tell that it did not arrive.
        let _ = host.write_all(octets);
    }
}

/// A line with a number at its end.
pub(crate) fn number(text: &str, mut value: usize) {
    let mut digits = [b'0'; 10];
    let mut start = digits.len();
    for (place, digit) in digits.iter_mut().enumerate().rev() {
        *digit = b'0' + (value % 10) as u8;
        value /= 10;
        start = place;
        if value == 0 {
            break;
        }
    }
    print(text);
    print(digits.get(start..).unwrap_or(&[]));
    print("\n");
}
