//! The octets of one direction, cut into PDUs.

use smpp_pdu::{CommandId, Header};

use crate::cli::decode::noise::{LONGEST, plausible};

/// Octets without any PDU after which a connection is taken for one of
/// something else.
const HOPELESS: u64 = 1 << 20;

/// What comes out.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cut {
    Pdu(Vec<u8>),
    /// Octets that are lost, and why.
    Lost {
        octets: u64,
        why: Why,
    },
}

/// Why octets are lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// They were not captured.
    NotCaptured,
    /// They were captured, but belong to a PDU that was not, or to none.
    NoPdu,
    /// The capture ends inside a PDU.
    End,
}

/// Cuts where one PDU ends and the next starts, as long as that is known.
/// Where it is not, it looks for the next header.
pub(super) struct Cutter {
    buffer: Vec<u8>,
    in_step: bool,
    /// Octets passed over since the last PDU.
    passed: u64,
    /// A PDU was found.
    found: bool,
    /// Of nothing that can be SMPP.
    hopeless: bool,
}

impl Cutter {
    /// `from_start`: the first octet starts a PDU.
    pub(super) fn new(from_start: bool) -> Self {
        Self {
            buffer: Vec::new(),
            in_step: from_start,
            passed: 0,
            found: false,
            hopeless: false,
        }
    }

    pub(super) fn octets(&mut self, octets: &[u8], out: &mut Vec<Cut>) {
        if self.hopeless {
            return;
        }
        self.buffer.extend_from_slice(octets);
        let mut at = 0;
        loop {
            let rest = self.buffer.get(at..).unwrap_or_default();
            if rest.len() < Header::LEN {
                break;
            }
            let length = if self.in_step {
                length_in_step(rest, self.found)
            } else {
                length_at_first_sight(rest)
            };
            match length {
                Some(length) => match rest.get(..length) {
                    Some(pdu) => {
                        if self.passed > 0 && self.found {
                            let why = Why::NoPdu;
                            let octets = self.passed;
                            out.push(Cut::Lost { octets, why });
                        }
                        out.push(Cut::Pdu(pdu.to_vec()));
                        self.passed = 0;
                        self.in_step = true;
                        self.found = true;
                        at += length;
                    }
                    // The rest of it is still to come.
                    None => break,
                },
                None => {
                    self.in_step = false;
                    self.passed += 1;
                    at += 1;
                }
            }
        }
        self.buffer.drain(..at.min(self.buffer.len()));
        self.hopeless = !self.found && self.passed > HOPELESS;
        if self.hopeless {
            self.buffer = Vec::new();
        }
    }

    /// So many octets are missing here.
    pub(super) fn gap(&mut self, octets: u64, out: &mut Vec<Cut>) {
        self.drop_rest(Why::NoPdu, out);
        if self.found {
            let why = Why::NotCaptured;
            out.push(Cut::Lost { octets, why });
        }
        self.in_step = false;
    }

    /// Nothing comes any more.
    pub(super) fn finish(&mut self, out: &mut Vec<Cut>) {
        self.drop_rest(Why::End, out);
    }

    fn drop_rest(&mut self, why: Why, out: &mut Vec<Cut>) {
        let octets = self.passed + self.buffer.len() as u64;
        if octets > 0 && self.found {
            out.push(Cut::Lost { octets, why });
        }
        self.passed = 0;
        self.buffer.clear();
    }
}

/// The length of the PDU that starts here, where one must start. After a PDU,
/// any operation may follow, also a vendor's; the first must be a known one.
fn length_in_step(octets: &[u8], found: bool) -> Option<usize> {
    if !found {
        return plausible(octets);
    }
    let length = usize::try_from(u32::from_be_bytes(*octets.first_chunk()?)).ok()?;
    (Header::LEN..=LONGEST).contains(&length).then_some(length)
}

/// The length of the PDU that may start here. What follows it must look like
/// one, too, as far as it is there.
fn length_at_first_sight(octets: &[u8]) -> Option<usize> {
    let length = plausible(octets)?;
    let header = Header::from_octets(octets.first_chunk()?);
    let request = !header.command_id.is_response();
    if request && header.command_id != CommandId::GENERIC_NACK && header.command_status.0 != 0 {
        return None;
    }
    match octets.get(length..) {
        None | Some([]) => Some(length),
        Some(next) if next.len() >= 8 => plausible(next).map(|_| length),
        // The next one's length is below 16 MiB.
        Some(next) => next
            .iter()
            .take(1)
            .all(|octet| *octet == 0)
            .then_some(length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &[u8] = b"\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x07";
    const RESP: &[u8] = b"\0\0\0\x13\x80\0\0\x04\0\0\0\0\0\0\0\x0842\0";

    fn pdu(octets: &[u8]) -> Cut {
        Cut::Pdu(octets.to_vec())
    }

    #[test]
    fn pdus_are_cut_wherever_the_segments_end() {
        let both = [LINK, RESP].concat();
        for at in 0..both.len() {
            let mut cutter = Cutter::new(true);
            let mut out = Vec::new();
            cutter.octets(&both[..at], &mut out);
            cutter.octets(&both[at..], &mut out);
            cutter.finish(&mut out);
            assert_eq!(out, [pdu(LINK), pdu(RESP)], "{at}");
        }
    }

    #[test]
    fn after_a_gap_it_goes_on_at_the_next_header() {
        let mut cutter = Cutter::new(true);
        let mut out = Vec::new();
        cutter.octets(&[LINK, &RESP[..5]].concat(), &mut out);
        cutter.gap(100, &mut out);
        cutter.octets(&[&RESP[7..], RESP, LINK].concat(), &mut out);
        let lost = |octets, why| Cut::Lost { octets, why };
        assert_eq!(
            out,
            [
                pdu(LINK),
                lost(5, Why::NoPdu),
                lost(100, Why::NotCaptured),
                lost(12, Why::NoPdu),
                pdu(RESP),
                pdu(LINK)
            ]
        );
    }

    #[test]
    fn a_capture_that_starts_late_is_read_from_the_first_header() {
        let mut cutter = Cutter::new(false);
        let mut out = Vec::new();
        cutter.octets(&[b"the end of a text", RESP, &LINK[..9]].concat(), &mut out);
        assert_eq!(out, [pdu(RESP)]);
        out.clear();
        cutter.finish(&mut out);
        let why = Why::End;
        assert_eq!(out, [Cut::Lost { octets: 9, why }]);
    }

    #[test]
    fn other_protocols_give_nothing_and_keep_nothing() {
        let mut cutter = Cutter::new(true);
        let mut out = Vec::new();
        for _ in 0..20_000 {
            cutter.octets(
                b"GET /index.html HTTP/1.1\r\nHost: www.example\r\n\r\n...",
                &mut out,
            );
            cutter.octets(&[0; 40], &mut out);
        }
        cutter.finish(&mut out);
        assert_eq!(out, []);
        assert!(cutter.hopeless && cutter.buffer.is_empty());
    }

    #[test]
    fn a_vendors_operation_is_a_pdu_once_in_step() {
        let vendor = b"\0\0\0\x10\0\x01\x02\0\0\0\0\0\0\0\0\x09";
        let mut cutter = Cutter::new(true);
        let mut out = Vec::new();
        cutter.octets(&[LINK, vendor].concat(), &mut out);
        assert_eq!(out, [pdu(LINK), pdu(vendor)]);
    }
}
