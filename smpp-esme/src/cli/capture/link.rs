//! From the data of a packet to its TCP segment.

use core::net::{IpAddr, SocketAddr};

use etherparse::{EtherType, LaxNetSlice, LaxSlicedPacket, TransportSlice};

use super::file::Packet;

/// A TCP segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment<'a> {
    pub(super) src: SocketAddr,
    pub(super) dst: SocketAddr,
    pub(super) sequence: u32,
    /// What the sender has got, where it says so.
    pub(super) acknowledged: Option<u32>,
    pub(super) syn: bool,
    /// FIN or RST.
    pub(super) last: bool,
    pub(super) data: &'a [u8],
    /// Octets behind `data` that were not kept.
    pub(super) missing: usize,
}

/// What a packet is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content<'a> {
    Segment(Segment<'a>),
    /// Part of an IP packet that was sent in several.
    Fragment,
    /// Something else, or TCP of which too little was kept.
    Other,
    /// Nothing here reads this type of link.
    UnknownLink(i32),
}

/// Looks through the link, VLAN tags and IP.
pub(super) fn read<'a>(packet: &Packet<'a>) -> Content<'a> {
    let data = packet.data;
    let ether_type = |at: usize, header: usize| {
        let octets = data.get(at..)?.first_chunk()?;
        let ether_type = EtherType(u16::from_be_bytes(*octets));
        Some(LaxSlicedPacket::from_ether_type(
            ether_type,
            data.get(header..)?,
        ))
    };
    let ip = |header: usize| LaxSlicedPacket::from_ip(data.get(header..)?).ok();
    let sliced = match packet.link_type {
        // BSD loopback: the family in four octets.
        0 | 108 => ip(4),
        1 => LaxSlicedPacket::from_ethernet(data).ok(),
        // Raw IP, under the numbers that it has had.
        12 | 14 | 101 | 228 | 229 => ip(0),
        // Linux cooked: the type of what follows stands in front of it in the
        // first version, at the start in the second.
        113 => ether_type(14, 16),
        276 => ether_type(0, 20),
        other => return Content::UnknownLink(other),
    };
    sliced.map_or(Content::Other, |sliced| of(&sliced, packet.missing))
}

fn of<'a>(packet: &LaxSlicedPacket<'a>, missing: usize) -> Content<'a> {
    let (src, dst): (IpAddr, IpAddr) = match &packet.net {
        Some(LaxNetSlice::Ipv4(ip)) => {
            let header = ip.header();
            (
                header.source_addr().into(),
                header.destination_addr().into(),
            )
        }
        Some(LaxNetSlice::Ipv6(ip)) => {
            let header = ip.header();
            (
                header.source_addr().into(),
                header.destination_addr().into(),
            )
        }
        _ => return Content::Other,
    };
    let payload = packet.net.as_ref().and_then(LaxNetSlice::ip_payload_ref);
    if payload.is_some_and(|payload| payload.fragmented) {
        return Content::Fragment;
    }
    let Some(TransportSlice::Tcp(tcp)) = &packet.transport else {
        return Content::Other;
    };
    let cut = payload.is_some_and(|payload| payload.incomplete);
    Content::Segment(Segment {
        src: SocketAddr::new(src, tcp.source_port()),
        dst: SocketAddr::new(dst, tcp.destination_port()),
        sequence: tcp.sequence_number(),
        acknowledged: tcp.ack().then(|| tcp.acknowledgment_number()),
        syn: tcp.syn(),
        last: tcp.fin() || tcp.rst(),
        data: tcp.payload(),
        missing: if cut { missing } else { 0 },
    })
}
