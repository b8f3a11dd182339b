//! Captures of networks: the PDUs in the TCP connections of pcap and pcapng
//! files.

mod cutter;
mod file;
mod flows;
mod link;
mod stream;
mod time;

use std::io::Read;

use serde_json::{Map, Value, json};

use super::exit::Failure;
use super::output::{Output, count};
use cutter::Why;
use file::End;
pub(crate) use file::{header_len, is_capture};
use flows::{Direction, Flows, Found, What};
use link::Content;
use time::Time;

/// What a capture was, beside the PDUs.
struct Summary {
    end: End,
    packets: u64,
    pdus: u64,
    connections: usize,
    /// Parts of IP packets, which are not put together.
    fragments: u64,
    unknown_links: u64,
    /// The last of them.
    link_type: i32,
}

/// Gives everything that is found to `each`, in the order of the capture: what
/// a packet completes at once.
fn read<E>(
    reader: impl Read + Send,
    port: Option<u16>,
    mut each: impl FnMut(&[Found]) -> Result<(), E>,
) -> Result<Summary, E> {
    let mut flows = Flows::new(port);
    let (mut packets, mut fragments) = (0, 0);
    let (mut unknown_links, mut link_type) = (0, 0);
    let end = file::packets(reader, |packet| {
        packets += 1;
        match link::read(&packet) {
            Content::Segment(segment) => {
                let found = flows.segment(&segment, packet.time);
                if !found.is_empty() {
                    each(&found)?;
                }
            }
            Content::Fragment => fragments += 1,
            Content::UnknownLink(unknown) => {
                unknown_links += 1;
                link_type = unknown;
            }
            Content::Other => {}
        }
        Ok(())
    })?;
    each(&flows.finish())?;
    let (pdus, connections) = flows.counts();
    Ok(Summary {
        end,
        packets,
        pdus,
        connections,
        fragments,
        unknown_links,
        link_type,
    })
}

/// Prints every PDU of a capture: what only a capture says of it, then the PDU
/// by `print`, which gives false for one that cannot be decoded. False when
/// there is one, or something is missing. Of a `live` capture more may come
/// later.
pub(crate) fn print(
    reader: impl Read + Send,
    port: Option<u16>,
    live: bool,
    output: &mut Output,
    mut print: impl FnMut(&[u8], Map<String, Value>, &mut Output) -> Result<bool, Failure>,
) -> Result<bool, Failure> {
    let mut good = true;
    let summary = read(reader, port, |found| {
        for found in found {
            good &= one(found, output, &mut print)?;
        }
        if live {
            output.flush()?;
        }
        Ok::<(), Failure>(())
    })?;
    let Summary {
        packets,
        pdus,
        connections,
        fragments,
        unknown_links,
        link_type,
        ..
    } = summary;
    good &= ending(&summary.end, packets, output)?;
    if fragments > 0 {
        eprintln!("smpp-esme: left out {}", count(fragments, "IP fragment"));
    }
    if unknown_links > 0 {
        eprintln!(
            "smpp-esme: left out {}: link type {link_type} is not known here; known are Ethernet, \
             Linux cooked (SLL and SLL2), raw IP and BSD loopback",
            count(unknown_links, "packet"),
        );
    }
    if pdus == 0 {
        let where_ = port.map_or_else(String::new, |port| format!(" on port {port}"));
        let detail = format!(
            "no PDU in the TCP connections{where_} of {}",
            count(packets, "packet")
        );
        output.object(&json!({"error": "no_pdu", "detail": detail}))?;
        output.line(format_args!("{detail}"))?;
        return Ok(false);
    }
    output.line(format_args!(
        "{}",
        output.dim(format_args!(
            "{}, {}, {}",
            count(packets, "packet"),
            count(pdus, "PDU"),
            count(connections as u64, "connection"),
        ))
    ))?;
    Ok(good)
}

/// Says when a file does not end as it should.
fn ending(end: &End, packets: u64, output: &mut Output) -> Result<bool, Failure> {
    let (name, detail) = match end {
        End::Whole => return Ok(true),
        End::CutShort => (
            "cut_short",
            format!("the file ends inside a packet, behind {packets} whole ones"),
        ),
        End::Damaged(why) => ("damaged", format!("{why}, behind {packets} packets")),
    };
    output.object(&json!({"error": name, "detail": detail}))?;
    output.line(format_args!("{} {detail}", output.bad("cut short:")))?;
    Ok(false)
}

fn one(
    found: &Found,
    output: &mut Output,
    print: &mut impl FnMut(&[u8], Map<String, Value>, &mut Output) -> Result<bool, Failure>,
) -> Result<bool, Failure> {
    let time = found.time.map(|nanos| Time(nanos).to_string());
    let mut beside = Map::new();
    let Found { src, dst, flow, .. } = found;
    match &found.what {
        What::Pdu {
            number,
            octets,
            direction,
            response_to,
        } => {
            let elapsed = response_to.and_then(|(_, elapsed)| elapsed);
            let direction = direction.map(|direction| match direction {
                Direction::ToSmsc => "to_smsc",
                Direction::ToEsme => "to_esme",
            });
            if output.is_json() {
                beside.insert("number".into(), (*number).into());
                beside.insert("time".into(), time.clone().into());
                beside.insert("src".into(), src.to_string().into());
                beside.insert("dst".into(), dst.to_string().into());
                beside.insert("flow".into(), (*flow).into());
                beside.insert("direction".into(), direction.into());
                if let Some((request, _)) = response_to {
                    beside.insert("response_to".into(), (*request).into());
                    let seconds = elapsed.map(|nanos| nanos as f64 / 1e9);
                    beside.insert("response_time".into(), seconds.into());
                }
            }
            let answers = response_to.map_or_else(String::new, |(request, elapsed)| {
                let after = elapsed.map_or_else(String::new, |nanos| {
                    format!(" after {:.3} ms", nanos as f64 / 1e6)
                });
                format!(", answers #{request}{after}")
            });
            let towards = match direction {
                Some("to_smsc") => " to the SMSC",
                Some(_) => " to the ESME",
                None => "",
            };
            output.line(format_args!(
                "{}",
                output.dim(format_args!(
                    "#{number}  {}flow {flow}  {src} -> {dst}{towards}{answers}",
                    time.map_or_else(String::new, |time| format!("{time}  ")),
                ))
            ))?;
            print(octets, beside, output)
        }
        What::Lost { octets, why } => {
            let (name, what) = match why {
                Why::NotCaptured => ("gap", "octets were not captured"),
                Why::NoPdu => (
                    "out_of_step",
                    "octets belong to no whole PDU; going on at the next header",
                ),
                Why::End => ("incomplete_pdu", "octets at the end are no whole PDU"),
            };
            let detail = format!("{octets} {what}");
            output.object(&json!({
                "error": name,
                "detail": detail,
                "octets": octets,
                "time": time,
                "src": src.to_string(),
                "dst": dst.to_string(),
                "flow": flow,
            }))?;
            output.line(format_args!(
                "{} flow {flow}  {src} -> {dst}: {detail}",
                output.bad("missing:")
            ))?;
            Ok(false)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pcap file with one Ethernet packet of a connection to port 2775.
    fn capture() -> Vec<u8> {
        let pdu = b"\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x07";
        let mut packet = vec![0; 12];
        packet.extend([8, 0]);
        packet.extend([
            0x45, 0, 0, 56, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
        ]);
        packet.extend([
            0x9C, 0x40, 0x0A, 0xD7, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x10, 1, 0, 0, 0, 0, 0,
        ]);
        packet.extend(pdu);
        let mut file =
            b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x01\0\0\0".to_vec();
        for _ in 0..3 {
            let len = u32::try_from(packet.len()).unwrap().to_le_bytes();
            file.extend([1, 0, 0, 0, 2, 0, 0, 0]);
            file.extend(len);
            file.extend(len);
            file.extend(&packet);
        }
        file
    }

    fn capture_ng() -> Vec<u8> {
        let mut file = b"\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a\x01\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\x1c\0\0\0".to_vec();
        file.extend(
            b"\x01\0\0\0\x20\0\0\0\x01\0\0\0\0\0\0\0\x09\0\x01\0\x09\0\0\0\0\0\0\0\x20\0\0\0",
        );
        let packet = capture();
        let packet = packet.get(40..40 + 70).unwrap();
        let block = 32 + packet.len().next_multiple_of(4);
        let block = u32::try_from(block).unwrap().to_le_bytes();
        file.extend([6, 0, 0, 0]);
        file.extend(block);
        file.extend([0; 12]);
        for _ in 0..2 {
            file.extend(u32::try_from(packet.len()).unwrap().to_le_bytes());
        }
        file.extend(packet);
        file.extend([0; 2]);
        file.extend(block);
        file
    }

    fn pdus(file: &[u8]) -> u64 {
        let read = read(file, None, |_| Ok::<(), ()>(()));
        read.unwrap().pdus
    }

    #[test]
    fn both_kinds_of_files_are_read() {
        assert!(is_capture(&capture()) && is_capture(&capture_ng()));
        // The same segment three times.
        assert_eq!(pdus(&capture()), 1);
        assert_eq!(pdus(&capture_ng()), 1);
    }

    #[test]
    fn no_octets_make_it_panic() {
        let mut random = fastrand::Rng::with_seed(0x5317);
        let whole = [capture(), capture_ng()];
        for round in 0..3000 {
            let mut file = whole[round % 2].clone();
            for _ in 0..random.usize(1..5) {
                let at = random.usize(..file.len());
                let width = random.choice([1usize, 2, 4]).unwrap();
                let any = random.u8(..);
                let value = random.choice([0u8, 1, 0x7F, 0x80, 0xFF, any]).unwrap();
                file.iter_mut()
                    .skip(at)
                    .take(width)
                    .for_each(|octet| *octet = value);
            }
            file.truncate(random.usize(..file.len() * 2));
            pdus(&file);
        }
        for _ in 0..500 {
            let mut file = whole[random.usize(..2)].get(..24).unwrap().to_vec();
            file.extend((0..random.usize(..200)).map(|_| random.u8(..)));
            pdus(&file);
        }
    }
}
