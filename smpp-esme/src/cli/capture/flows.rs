//! The TCP connections of a capture, and the PDUs in them.

use core::net::SocketAddr;
use std::collections::{HashMap, VecDeque};

use smpp_esme::DEFAULT_PORT;
use smpp_pdu::{CommandId, Header};

use super::cutter::{Cut, Cutter, Why};
use super::link::Segment;
use super::stream::{Piece, Stream};

/// Connections that are remembered at once.
const MOST_FLOWS: usize = 1 << 16;

/// Requests of one side whose responses are waited for.
const MOST_OUTSTANDING: usize = 1 << 12;

/// Who sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    ToSmsc,
    ToEsme,
}

/// Something of a connection.
#[must_use]
#[derive(Debug, PartialEq)]
pub(super) struct Found {
    pub(super) src: SocketAddr,
    pub(super) dst: SocketAddr,
    /// The connection, counted from 1.
    pub(super) flow: usize,
    /// When it was complete; nanoseconds since the epoch.
    pub(super) time: Option<u64>,
    pub(super) what: What,
}

#[derive(Debug, PartialEq)]
pub(super) enum What {
    Pdu {
        /// Counted from 1, over all connections.
        number: u64,
        octets: Vec<u8>,
        direction: Option<Direction>,
        /// The request, and how long before it was sent, in nanoseconds.
        response_to: Option<(u64, Option<u64>)>,
    },
    Lost {
        octets: u64,
        why: Why,
    },
}

/// The two ends, the lower one first.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Ends(SocketAddr, SocketAddr);

/// All connections.
pub(super) struct Flows {
    port: Option<u16>,
    open: HashMap<Ends, Flow>,
    /// Connections that had PDUs.
    flows: usize,
    pdus: u64,
    packets: u64,
}

struct Flow {
    /// Given with its first PDU.
    number: Option<usize>,
    /// From the lower end, and from the upper one.
    sides: [Side; 2],
    /// Which side is the ESME, once it is known.
    esme: Option<usize>,
    last_packet: u64,
    last_time: Option<u64>,
}

struct Side {
    stream: Stream,
    cutter: Cutter,
    /// Requests of this side: sequence number, number of the PDU, time.
    outstanding: VecDeque<(u32, u64, Option<u64>)>,
}

impl Side {
    fn new(from_start: bool) -> Self {
        Self {
            stream: Stream::default(),
            cutter: Cutter::new(from_start),
            outstanding: VecDeque::new(),
        }
    }
}

impl Flows {
    /// Connections from or to `port`, or all.
    pub(super) fn new(port: Option<u16>) -> Self {
        Self {
            port,
            open: HashMap::new(),
            flows: 0,
            pdus: 0,
            packets: 0,
        }
    }

    /// PDUs, and connections that had some.
    pub(super) fn counts(&self) -> (u64, usize) {
        (self.pdus, self.flows)
    }

    /// Takes the next segment of the capture.
    pub(super) fn segment(&mut self, segment: &Segment<'_>, time: Option<u64>) -> Vec<Found> {
        let mut found = Vec::new();
        let ports = [segment.src.port(), segment.dst.port()];
        if self.port.is_some_and(|port| !ports.contains(&port)) {
            return found;
        }
        self.packets += 1;
        let upper = usize::from(segment.src > segment.dst);
        let ends = match upper {
            0 => Ends(segment.src, segment.dst),
            _ => Ends(segment.dst, segment.src),
        };
        // The same two ends can meet again.
        if segment.syn
            && let Some(flow) = self.open.get(&ends)
            && flow
                .sides
                .get(upper)
                .is_some_and(|side| side.stream.is_restarted_by(segment.sequence))
            && let Some(flow) = self.open.remove(&ends)
        {
            self.end(ends, flow, &mut found);
        }
        if self.open.len() >= MOST_FLOWS && !self.open.contains_key(&ends) {
            self.forget_the_quiet(&mut found);
        }
        let mut flow = self.open.remove(&ends).unwrap_or_else(|| Flow {
            number: None,
            sides: [Side::new(false), Side::new(false)],
            esme: None,
            last_packet: 0,
            last_time: None,
        });
        flow.last_packet = self.packets;
        flow.last_time = time.or(flow.last_time);
        if segment.syn {
            // The client connects; an ESME is one, but for outbind.
            let client = if segment.acknowledged.is_some() {
                1 - upper
            } else {
                upper
            };
            flow.esme = flow.esme.or(Some(client));
            if let Some(side) = flow.sides.get_mut(upper)
                && !side.stream.has_started()
            {
                side.cutter = Cutter::new(true);
                side.stream.start(segment.sequence);
            }
        }
        let sequence = segment.sequence.wrapping_add(segment.syn.into());
        let mut pieces = Vec::new();
        if let Some(side) = flow.sides.get_mut(upper) {
            let taken = side.stream.segment(sequence, segment.data, segment.missing);
            pieces.push((upper, taken));
        }
        if let (Some(number), Some(side)) = (segment.acknowledged, flow.sides.get_mut(1 - upper)) {
            side.stream.acknowledge(number);
        }
        for (at, side) in flow.sides.iter_mut().enumerate() {
            pieces.push((at, side.stream.tick()));
        }
        for (at, pieces) in pieces {
            self.pieces(&mut flow, at, ends, pieces, time, &mut found);
        }
        self.open.insert(ends, flow);
        found
    }

    /// The capture ends.
    pub(super) fn finish(&mut self) -> Vec<Found> {
        let mut found = Vec::new();
        let mut open: Vec<_> = self.open.drain().collect();
        open.sort_by_key(|(_, flow)| flow.last_packet);
        for (ends, flow) in open {
            self.end(ends, flow, &mut found);
        }
        found
    }

    fn forget_the_quiet(&mut self, found: &mut Vec<Found>) {
        let before = self.packets.saturating_sub(MOST_FLOWS as u64 / 2);
        let quiet: Vec<Ends> = self
            .open
            .iter()
            .filter(|(_, flow)| flow.last_packet < before)
            .map(|(ends, _)| *ends)
            .collect();
        for ends in quiet {
            if let Some(flow) = self.open.remove(&ends) {
                self.end(ends, flow, found);
            }
        }
    }

    fn end(&mut self, ends: Ends, mut flow: Flow, found: &mut Vec<Found>) {
        let time = flow.last_time;
        for at in 0..2 {
            let mut cuts = Vec::new();
            let Some(side) = flow.sides.get_mut(at) else {
                continue;
            };
            let pieces = side.stream.finish();
            self.pieces(&mut flow, at, ends, pieces, time, found);
            if let Some(side) = flow.sides.get_mut(at) {
                side.cutter.finish(&mut cuts);
            }
            self.cuts(&mut flow, at, ends, cuts, time, found);
        }
    }

    fn pieces(
        &mut self,
        flow: &mut Flow,
        at: usize,
        ends: Ends,
        pieces: Vec<Piece>,
        time: Option<u64>,
        found: &mut Vec<Found>,
    ) {
        let Some(side) = flow.sides.get_mut(at) else {
            return;
        };
        let mut cuts = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Octets(octets) => side.cutter.octets(&octets, &mut cuts),
                Piece::Gap(octets) => side.cutter.gap(octets, &mut cuts),
            }
        }
        self.cuts(flow, at, ends, cuts, time, found);
    }

    fn cuts(
        &mut self,
        flow: &mut Flow,
        at: usize,
        ends: Ends,
        cuts: Vec<Cut>,
        time: Option<u64>,
        found: &mut Vec<Found>,
    ) {
        let (src, dst) = match at {
            0 => (ends.0, ends.1),
            _ => (ends.1, ends.0),
        };
        for cut in cuts {
            let number = *flow.number.get_or_insert_with(|| {
                self.flows += 1;
                self.flows
            });
            let what = match cut {
                Cut::Lost { octets, why } => What::Lost { octets, why },
                Cut::Pdu(octets) => {
                    self.pdus += 1;
                    pdu(flow, at, [src, dst], self.pdus, octets, time)
                }
            };
            found.push(Found {
                src,
                dst,
                flow: number,
                time,
                what,
            });
        }
    }
}

fn pdu(
    flow: &mut Flow,
    at: usize,
    [src, dst]: [SocketAddr; 2],
    number: u64,
    octets: Vec<u8>,
    time: Option<u64>,
) -> What {
    let header = octets.first_chunk().map(Header::from_octets);
    let command_id = header.as_ref().map(|header| header.command_id);
    if let Some(esme) = command_id.and_then(|command_id| esme_by_command(command_id, at)) {
        // A bind says more than who connected: with outbind it is the centre.
        flow.esme = Some(esme);
    }
    let esme = flow.esme.or_else(|| match [src.port(), dst.port()] {
        [DEFAULT_PORT, _] => Some(1 - at),
        [_, DEFAULT_PORT] => Some(at),
        _ => None,
    });
    let direction = esme.map(|esme| {
        if esme == at {
            Direction::ToSmsc
        } else {
            Direction::ToEsme
        }
    });
    let mut response_to = None;
    if let Some(header) = header {
        let sequence = header.sequence_number.0;
        if header.command_id.is_response() {
            if let Some(other) = flow.sides.get_mut(1 - at)
                && let Some(place) = other.outstanding.iter().position(|(s, ..)| *s == sequence)
                && let Some((_, request, sent)) = other.outstanding.remove(place)
            {
                let elapsed = time.zip(sent).and_then(|(now, sent)| now.checked_sub(sent));
                response_to = Some((request, elapsed));
            }
        } else if let Some(side) = flow.sides.get_mut(at) {
            if side.outstanding.len() >= MOST_OUTSTANDING {
                side.outstanding.pop_front();
            }
            side.outstanding.push_back((sequence, number, time));
        }
    }
    What::Pdu {
        number,
        octets,
        direction,
        response_to,
    }
}

/// The side of the ESME, by an operation that only one side sends.
fn esme_by_command(command_id: CommandId, at: usize) -> Option<usize> {
    let request = command_id.request().unwrap_or(command_id);
    let by_esme = match request {
        CommandId::BIND_RECEIVER
        | CommandId::BIND_TRANSMITTER
        | CommandId::BIND_TRANSCEIVER
        | CommandId::SUBMIT_SM
        | CommandId::SUBMIT_MULTI
        | CommandId::QUERY_SM
        | CommandId::CANCEL_SM
        | CommandId::REPLACE_SM
        | CommandId::BROADCAST_SM => true,
        CommandId::DELIVER_SM | CommandId::OUTBIND | CommandId::ALERT_NOTIFICATION => false,
        _ => return None,
    };
    let sent_by_esme = by_esme != command_id.is_response();
    Some(if sent_by_esme { at } else { 1 - at })
}
