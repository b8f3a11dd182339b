//! The message that is sent, and the numbers that it goes to.

use std::sync::Arc;

use smpp_esme::OutgoingMessage;
use smpp_pdu::{Address, COctetStr, DataCoding, RegisteredDelivery, ShortMessage, SubmitSm};

use crate::cli::exit::Failure;
use crate::cli::message;

/// Longest address in a `submit_sm`.
const MAX_ADDRESS: usize = 20;

/// What a text without content is made of.
const FILLING: &str = "smpp-esme bench. ";

/// Everything that does not change from one message to the next.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    from: Sender,
    to: Recipients,
    text: Arc<[u8]>,
    data_coding: DataCoding,
    receipts: bool,
}

impl Template {
    /// A message with this text, or with so many octets.
    pub(crate) fn new(
        from: &str,
        to: &str,
        text: Option<&str>,
        octets: u8,
        receipts: bool,
    ) -> Result<Self, Failure> {
        let filling: String = FILLING.chars().cycle().take(octets.into()).collect();
        let (text, data_coding) = match text {
            // GSM 7-bit has all of it, a septet an octet.
            None => (filling.into_bytes(), DataCoding::MC_DEFAULT),
            Some(text) => user_data(text)?,
        };
        Ok(Self {
            from: Sender::new(from)?,
            to: Recipients::new(to)?,
            text: text.into(),
            data_coding,
            receipts,
        })
    }

    /// The same with receipts or without.
    pub(crate) fn asking(&self, receipts: bool) -> Self {
        Self {
            receipts,
            ..self.clone()
        }
    }

    /// Octets of the user data.
    pub(crate) fn octets(&self) -> usize {
        self.text.len()
    }

    /// The message with this number. It copies and formats nothing but the
    /// digits of the recipient.
    pub(crate) fn message(&mut self, number: u64) -> Result<SubmitSm<'_>, Failure> {
        let source = self.from.address()?;
        let text = ShortMessage::new(&self.text).map_err(|e| Failure::usage(e.to_string()))?;
        let destination = self.to.with_number(number)?;
        Ok(SubmitSm::new(source, destination, text)
            .registered_delivery(RegisteredDelivery(self.receipts.into()))
            .data_coding(self.data_coding))
    }
}

fn user_data(text: &str) -> Result<(Vec<u8>, DataCoding), Failure> {
    let preview = OutgoingMessage::text(text)
        .preview()
        .map_err(|error| message::usage(&error))?;
    let parts = preview.count.parts;
    if parts > 1 {
        return Err(Failure::usage(format!(
            "--text makes {parts} parts, and a bench sends single messages: shorten it to one \
             part ({preview})"
        )));
    }
    let (octets, _, data_coding) = message::encode_broadcast(text, None)?;
    Ok((octets, data_coding))
}

/// The sender, with TON and NPI by the look of what a person wrote.
#[derive(Clone, Debug)]
struct Sender {
    kind: Address<'static>,
    octets: Arc<[u8]>,
}

impl Sender {
    fn new(from: &str) -> Result<Self, Failure> {
        let address = message::address("--from", from)?;
        let octets = address.addr.as_bytes();
        if octets.len() > MAX_ADDRESS {
            return Err(Failure::usage(format!(
                "--from: {from:?} is too long, an address has at most {MAX_ADDRESS} characters"
            )));
        }
        Ok(Self {
            kind: kind(&address),
            octets: octets.into(),
        })
    }

    fn address(&self) -> Result<Address<'_>, Failure> {
        let addr = COctetStr::new(&self.octets)
            .map_err(|error| Failure::usage(format!("--from: {error}")))?;
        Ok(Address { addr, ..self.kind })
    }
}

/// TON and NPI without the digits.
fn kind(address: &Address<'_>) -> Address<'static> {
    Address {
        ton: address.ton,
        npi: address.npi,
        addr: COctetStr::EMPTY,
    }
}

/// A number in which a counter may stand.
#[derive(Clone, Debug)]
struct Recipients {
    kind: Address<'static>,
    digits: [u8; MAX_ADDRESS],
    len: usize,
    /// Where the counter starts; it goes up to the end of the run of `#`.
    counter: core::ops::Range<usize>,
}

impl Recipients {
    fn new(to: &str) -> Result<Self, Failure> {
        let wrong = |what: &str| Failure::usage(format!("--to: {to:?} {what}"));
        let like = to.replace('#', "0");
        let kind = kind(&message::address("--to", &like)?);
        let written = to.strip_prefix('+').unwrap_or(to).as_bytes();
        let mut digits = [0; MAX_ADDRESS];
        let Some(place) = digits.get_mut(..written.len()) else {
            return Err(wrong("is too long, an address has at most 20 characters"));
        };
        place.copy_from_slice(written);
        let is_hash = |octet: &u8| *octet == b'#';
        let start = written.iter().position(is_hash).unwrap_or(written.len());
        let behind = written.get(start..).unwrap_or_default();
        let run = behind.iter().take_while(|octet| is_hash(octet)).count();
        if behind.iter().skip(run).any(is_hash) {
            return Err(wrong(
                "has two counters: write one run of #, such as 447700900###",
            ));
        }
        if written.is_empty() {
            return Err(wrong("is empty, write a number such as 447700900###"));
        }
        Ok(Self {
            kind,
            digits,
            len: written.len(),
            counter: start..start + run,
        })
    }

    /// The counter starts again when its digits are used up.
    fn with_number(&mut self, mut number: u64) -> Result<Address<'_>, Failure> {
        let counter = self.digits.get_mut(self.counter.clone());
        for digit in counter.unwrap_or_default().iter_mut().rev() {
            // A remainder by ten fits.
            *digit = b'0' + (number % 10) as u8;
            number /= 10;
        }
        let digits = self.digits.get(..self.len).unwrap_or_default();
        let addr =
            COctetStr::new(digits).map_err(|error| Failure::usage(format!("--to: {error}")))?;
        Ok(Address { addr, ..self.kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use smpp_pdu::{Npi, Ton};

    fn recipients(to: &str, numbers: &[u64]) -> Vec<String> {
        let mut template = Template::new("BANK", to, None, 3, false).unwrap();
        let mut all = Vec::new();
        for number in numbers {
            let message = template.message(*number).unwrap();
            all.push(message.destination_addr.addr.as_str().unwrap().to_owned());
        }
        all
    }

    #[test]
    fn the_counter_stands_where_the_hashes_are_and_starts_again() {
        assert_eq!(
            recipients("447700900###", &[0, 7, 999, 1_000, 12_345]),
            [
                "447700900000",
                "447700900007",
                "447700900999",
                "447700900000",
                "447700900345"
            ]
        );
        assert_eq!(recipients("+44#7", &[3]), ["4437"]);
        assert_eq!(recipients("12345", &[3]), ["12345"]);
        let twenty = "#".repeat(20);
        assert_eq!(recipients(&twenty, &[u64::MAX]), ["18446744073709551615"]);
    }

    #[test]
    fn a_message_has_what_was_asked_for() {
        let mut template = Template::new("+447700900001", "44770####", None, 140, true).unwrap();
        let message = template.message(1).unwrap();
        assert_eq!(message.source_addr.ton, Ton::INTERNATIONAL);
        let to = message.destination_addr;
        assert_eq!((to.ton, to.npi), (Ton::INTERNATIONAL, Npi::ISDN));
        assert_eq!(message.short_message.as_bytes().len(), 140);
        assert_eq!(message.registered_delivery, RegisteredDelivery(1));
        assert_eq!(message.data_coding, DataCoding::MC_DEFAULT);
        let mut template = Template::new("BANK", "1", Some("ж"), 140, false).unwrap();
        let message = template.message(1).unwrap();
        assert_eq!(message.short_message.as_bytes(), [0x04, 0x36]);
        assert_eq!(message.data_coding, DataCoding::UCS2);
    }

    #[test]
    fn what_cannot_be_sent_is_told_before() {
        let long = "a".repeat(161);
        for (from, to, text, right) in [
            ("BANK", "", None, "447700900###"),
            ("BANK", "44#7#", None, "one run of #"),
            ("BANK", "123456789012345678901", None, "at most 20"),
            ("a name of far too many", "1", None, "at most 20"),
            ("BANK", "1", Some(long.as_str()), "2 parts"),
        ] {
            let error = Template::new(from, to, text, 3, false).unwrap_err();
            assert!(format!("{error:?}").contains(right), "{error:?}");
        }
    }
}
