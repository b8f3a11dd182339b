//! Packets of pcap and pcapng files.

use std::io::Read;

use pcap_parser::traits::PcapNGPacketBlock;
use pcap_parser::{Block, PcapBlockOwned, PcapError, create_reader};

/// The reader starts with a buffer of this size, in octets.
const BUFFER: usize = 1 << 15;

/// No block of a file is longer, in octets; its own length is not believed.
const LONGEST_BLOCK: usize = 1 << 26;

/// One packet of the file.
pub(super) struct Packet<'a> {
    /// Since the epoch, in nanoseconds; not every file says it.
    pub(super) time: Option<u64>,
    /// What the data starts with, by the registry of link types.
    pub(super) link_type: i32,
    pub(super) data: &'a [u8],
    /// Octets that were not kept.
    pub(super) missing: usize,
}

/// How a file ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// As it should.
    Whole,
    /// Inside a packet.
    CutShort,
    /// What comes is no packet; why.
    Damaged(String),
}

/// Whether a file is one of the two kinds, by its first octets.
pub(crate) fn is_capture(head: &[u8]) -> bool {
    matches!(
        head.first_chunk(),
        Some(
            [0xA1, 0xB2, 0xC3, 0xD4]
                | [0xD4, 0xC3, 0xB2, 0xA1]
                | [0xA1, 0xB2, 0x3C, 0x4D]
                | [0x4D, 0x3C, 0xB2, 0xA1]
                | [0x34, 0xCD, 0xB2, 0xA1]
                | [0x0A, 0x0D, 0x0D, 0x0A]
        )
    )
}

/// Octets of the header that the file starts with, by its first twelve.
pub(crate) fn header_len(head: &[u8]) -> u64 {
    const PCAP: u64 = 24;
    const SHORTEST_BLOCK: u64 = 28;
    let Some([0x0A, 0x0D, 0x0D, 0x0A, a, b, c, d, magic @ ..]) = head.first_chunk::<12>() else {
        return PCAP;
    };
    let length = if magic == &[0x1A, 0x2B, 0x3C, 0x4D] {
        u32::from_be_bytes([*a, *b, *c, *d])
    } else {
        u32::from_le_bytes([*a, *b, *c, *d])
    };
    u64::from(length).clamp(SHORTEST_BLOCK, BUFFER as u64)
}

/// Gives every packet to `each`, in the order of the file.
pub(super) fn packets<E>(
    reader: impl Read + Send,
    mut each: impl FnMut(Packet<'_>) -> Result<(), E>,
) -> Result<End, E> {
    let mut file = match create_reader(BUFFER, reader) {
        Ok(file) => file,
        Err(PcapError::Incomplete(_) | PcapError::Eof) => return Ok(End::CutShort),
        Err(error) => return Ok(End::Damaged(name(&error).into())),
    };
    let mut interfaces = Interfaces::default();
    let mut size = BUFFER;
    loop {
        let have = file.data().len();
        match file.next() {
            Ok((used, block)) => {
                if let Some(packet) = interfaces.packet(&block) {
                    each(packet)?;
                }
                if used == 0 {
                    return Ok(End::Damaged("a packet has no length".into()));
                }
                file.consume(used);
                continue;
            }
            Err(PcapError::Eof) => return Ok(End::Whole),
            Err(PcapError::UnexpectedEof) => return Ok(End::CutShort),
            Err(PcapError::Incomplete(_) | PcapError::BufferTooSmall) => {}
            Err(error) => return Ok(End::Damaged(name(&error).into())),
        }
        if file.refill().is_err() {
            return Ok(End::Damaged("the file cannot be read".into()));
        }
        if file.data().len() > have {
            continue;
        }
        if file.reader_exhausted() {
            return Ok(if have == 0 { End::Whole } else { End::CutShort });
        }
        // The buffer is full. It grows with octets that have come, whatever
        // length a packet claims.
        size *= 2;
        if size > LONGEST_BLOCK || !file.grow(size) {
            return Ok(End::Damaged("a packet is impossibly long".into()));
        }
    }
}

fn name<I>(error: &PcapError<I>) -> &'static str {
    match error {
        PcapError::ReadError => "the file cannot be read",
        PcapError::HeaderNotRecognized => "the header of the file is not one of pcap or pcapng",
        _ => "no packet starts where the next should",
    }
}

/// What the headers of the file say of the packets that follow.
#[derive(Default)]
struct Interfaces {
    /// Of a pcapng section, in order; of a pcap file, the only one.
    all: Vec<Interface>,
}

struct Interface {
    link_type: i32,
    snap_len: usize,
    /// Units of a second.
    resolution: u64,
    /// Seconds that are added.
    offset: i64,
}

impl Interface {
    fn time(&self, units: u64) -> Option<u64> {
        let units = u128::from(units) * 1_000_000_000;
        let nanos = units.checked_div(self.resolution.into())?;
        let offset = i128::from(self.offset) * 1_000_000_000;
        u64::try_from(i128::try_from(nanos).ok()?.checked_add(offset)?).ok()
    }
}

impl Interfaces {
    /// The packet of a block that has one.
    fn packet<'a>(&mut self, block: &'a PcapBlockOwned<'a>) -> Option<Packet<'a>> {
        let missing = |original: u32, data: &[u8]| {
            usize::try_from(original)
                .unwrap_or(usize::MAX)
                .saturating_sub(data.len())
        };
        match block {
            PcapBlockOwned::LegacyHeader(header) => {
                let nanoseconds = header.is_nanosecond_precision();
                self.all = vec![Interface {
                    // The upper half says how long checksums are.
                    link_type: header.network.0 & 0xFFFF,
                    snap_len: usize::MAX,
                    resolution: if nanoseconds {
                        1_000_000_000
                    } else {
                        1_000_000
                    },
                    offset: 0,
                }];
                None
            }
            PcapBlockOwned::Legacy(packet) => {
                let interface = self.all.first()?;
                let units = u64::from(packet.ts_sec) * interface.resolution;
                Some(Packet {
                    time: interface.time(units + u64::from(packet.ts_usec)),
                    link_type: interface.link_type,
                    data: packet.data,
                    missing: missing(packet.origlen, packet.data),
                })
            }
            PcapBlockOwned::NG(Block::SectionHeader(_)) => {
                self.all.clear();
                None
            }
            PcapBlockOwned::NG(Block::InterfaceDescription(interface)) => {
                self.all.push(Interface {
                    link_type: interface.linktype.0,
                    snap_len: match usize::try_from(interface.snaplen) {
                        Ok(0) | Err(_) => usize::MAX,
                        Ok(limit) => limit,
                    },
                    resolution: interface.ts_resolution().unwrap_or(0),
                    offset: interface.ts_offset(),
                });
                None
            }
            PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => {
                let interface = self.all.get(usize::try_from(packet.if_id).ok()?)?;
                let units = u64::from(packet.ts_high) << 32 | u64::from(packet.ts_low);
                let data = packet.packet_data();
                Some(Packet {
                    time: interface.time(units),
                    link_type: interface.link_type,
                    data,
                    missing: missing(packet.origlen, data),
                })
            }
            PcapBlockOwned::NG(Block::SimplePacket(packet)) => {
                let interface = self.all.first()?;
                let data = packet.packet_data();
                let data = data.get(..interface.snap_len).unwrap_or(data);
                Some(Packet {
                    time: None,
                    link_type: interface.link_type,
                    data,
                    missing: missing(packet.origlen, data),
                })
            }
            PcapBlockOwned::NG(_) => None,
        }
    }
}
