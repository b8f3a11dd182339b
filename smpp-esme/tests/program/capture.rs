//! `smpp-esme decode` of captures, which are written here octet by octet.

use std::io::Write;

use serde_json::Value;

use crate::support::{Ran, run};

const ESME: ([u8; 4], u16) = ([10, 0, 0, 1], 40_000);
const SMSC: ([u8; 4], u16) = ([10, 0, 0, 2], 2775);
const SYN: u8 = 2;
const ACK: u8 = 16;
const FIN: u8 = 1;

/// One segment of TCP.
#[derive(Clone)]
struct Segment {
    to_smsc: bool,
    sequence: u32,
    ack: u32,
    flags: u8,
    data: Vec<u8>,
    /// The packet is kept up to here only.
    kept: usize,
}

fn segment(to_smsc: bool, sequence: u32, ack: u32, flags: u8, data: &[u8]) -> Segment {
    Segment {
        to_smsc,
        sequence,
        ack,
        flags,
        data: data.to_vec(),
        kept: usize::MAX,
    }
}

fn up(sequence: u32, data: &[u8]) -> Segment {
    segment(true, sequence, 5001, ACK, data)
}

fn down(sequence: u32, ack: u32, data: &[u8]) -> Segment {
    segment(false, sequence, ack, ACK, data)
}

fn handshake() -> Vec<Segment> {
    vec![
        segment(true, 1000, 0, SYN, b""),
        segment(false, 5000, 1001, SYN | ACK, b""),
        segment(true, 1001, 5001, ACK, b""),
    ]
}

impl Segment {
    fn tcp(&self) -> Vec<u8> {
        let (src, dst) = self.ends();
        let mut tcp = Vec::new();
        tcp.extend(src.1.to_be_bytes());
        tcp.extend(dst.1.to_be_bytes());
        tcp.extend(self.sequence.to_be_bytes());
        tcp.extend(self.ack.to_be_bytes());
        tcp.extend([0x50, self.flags, 0xFF, 0xFF, 0, 0, 0, 0]);
        tcp.extend(&self.data);
        tcp
    }

    fn ends(&self) -> (([u8; 4], u16), ([u8; 4], u16)) {
        if self.to_smsc {
            (ESME, SMSC)
        } else {
            (SMSC, ESME)
        }
    }

    fn ipv4(&self) -> Vec<u8> {
        let (src, dst) = self.ends();
        let tcp = self.tcp();
        let mut ip = vec![0x45, 0];
        ip.extend(u16::try_from(20 + tcp.len()).unwrap().to_be_bytes());
        ip.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
        ip.extend(src.0);
        ip.extend(dst.0);
        ip.extend(tcp);
        ip
    }

    fn ipv6(&self) -> Vec<u8> {
        let tcp = self.tcp();
        let mut ip = vec![0x60, 0, 0, 0];
        ip.extend(u16::try_from(tcp.len()).unwrap().to_be_bytes());
        ip.extend([6, 64]);
        for (address, _) in [self.ends().0, self.ends().1] {
            ip.extend([0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            ip.extend(address);
        }
        ip.extend(tcp);
        ip
    }

    fn ethernet(&self) -> Vec<u8> {
        [&[0; 12][..], &[8, 0], &self.ipv4()].concat()
    }
}

/// A pcap file: 10 ms between packets, from 2026-07-26 12:00.
fn pcap(link_type: u32, packets: &[(Vec<u8>, usize)]) -> Vec<u8> {
    let mut file = Vec::new();
    for number in [0xA1B2_C3D4u32, 0x0004_0002, 0, 0, 65_535, link_type] {
        file.extend(number.to_le_bytes());
    }
    for (at, (packet, kept)) in packets.iter().enumerate() {
        let at = u32::try_from(at).unwrap();
        let kept = packet.len().min(*kept);
        let lengths = [kept, packet.len()].map(|len| u32::try_from(len).unwrap());
        for number in [1_785_067_200, at * 10_000, lengths[0], lengths[1]] {
            file.extend(number.to_le_bytes());
        }
        file.extend(&packet[..kept]);
    }
    file
}

fn ethernet(segments: &[Segment]) -> Vec<u8> {
    let packets: Vec<_> = segments
        .iter()
        .map(|segment| (segment.ethernet(), segment.kept))
        .collect();
    pcap(1, &packets)
}

/// A pcapng file, with nanoseconds.
fn pcapng(segments: &[Segment]) -> Vec<u8> {
    fn block(file: &mut Vec<u8>, kind: u32, body: &[u8]) {
        let len = u32::try_from(12 + body.len().next_multiple_of(4)).unwrap();
        file.extend(kind.to_be_bytes());
        file.extend(len.to_be_bytes());
        file.extend(body);
        file.resize(file.len().next_multiple_of(4), 0);
        file.extend(len.to_be_bytes());
    }
    let mut file = Vec::new();
    let section = [0x1A, 0x2B, 0x3C, 0x4D, 0, 1, 0, 0];
    block(&mut file, 0x0A0D_0D0A, &[&section[..], &[0xFF; 8]].concat());
    // Ethernet; if_tsresol is 10^-9.
    let interface = [0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 9, 0, 0, 0, 0, 0, 0, 0];
    block(&mut file, 1, &interface);
    for (at, segment) in segments.iter().enumerate() {
        let time = 1_785_067_200_000_000_000 + at as u64 * 10_000_001;
        let packet = segment.ethernet();
        let len = u32::try_from(packet.len()).unwrap();
        let mut body = vec![0; 4];
        body.extend(u32::try_from(time >> 32).unwrap().to_be_bytes());
        body.extend((time as u32).to_be_bytes());
        body.extend(len.to_be_bytes());
        body.extend(len.to_be_bytes());
        body.extend(packet);
        block(&mut file, 6, &body);
    }
    file
}

async fn decode(file: &[u8], more: &[&str]) -> Ran {
    let mut capture = tempfile::NamedTempFile::new().unwrap();
    capture.write_all(file).unwrap();
    let mut args = vec!["decode", "--json", capture.path().to_str().unwrap()];
    args.extend(more);
    run(&args).await
}

/// `enquire_link` with this number.
fn link(number: u8) -> Vec<u8> {
    vec![0, 0, 0, 16, 0, 0, 0, 0x15, 0, 0, 0, 0, 0, 0, 0, number]
}

fn link_resp(number: u8) -> Vec<u8> {
    vec![0, 0, 0, 16, 0x80, 0, 0, 0x15, 0, 0, 0, 0, 0, 0, 0, number]
}

/// What was found: operations with their numbers, and errors.
fn kinds(events: &[Value]) -> Vec<String> {
    let kind = |event: &Value| match event["command"].as_str() {
        Some(command) => format!("{command} {}", event["sequence_number"]),
        None => format!("{} {}", event["error"].as_str().unwrap(), event["octets"]),
    };
    events.iter().map(kind).collect()
}

#[tokio::test]
async fn a_pdu_has_its_time_direction_flow_and_request() {
    let mut segments = handshake();
    segments.push(up(1001, &[link(1), link(2)].concat()));
    segments.push(down(5001, 1033, &link_resp(2)));
    segments.push(down(5017, 1033, &link_resp(1)));
    segments.push(segment(true, 1033, 5033, FIN | ACK, b""));
    for (file, fraction) in [
        (ethernet(&segments), ".040000Z"),
        (pcapng(&segments), ".040000004Z"),
    ] {
        let ran = decode(&file, &[]).await;
        assert_eq!(ran.code, 0, "{} {}", ran.out, ran.err);
        let events = ran.events();
        assert_eq!(
            kinds(&events),
            [
                "enquire_link 1",
                "enquire_link 2",
                "enquire_link_resp 2",
                "enquire_link_resp 1"
            ]
        );
        let resp = &events[2];
        assert_eq!(resp["time"], format!("2026-07-26T12:00:00{fraction}"));
        assert_eq!(
            (&resp["src"], &resp["dst"]),
            (&"10.0.0.2:2775".into(), &"10.0.0.1:40000".into())
        );
        assert_eq!((&resp["flow"], &resp["number"]), (&1.into(), &3.into()));
        assert_eq!(resp["direction"], "to_esme");
        assert_eq!(events[0]["direction"], "to_smsc");
        assert_eq!(resp["response_to"], 2);
        assert!((resp["response_time"].as_f64().unwrap() - 0.01).abs() < 1e-6);
        assert!(resp["findings"].is_array());
    }
}

#[tokio::test]
async fn what_is_sent_again_or_in_disorder_is_put_right() {
    let octets: Vec<u8> = (1..=6).flat_map(link).collect();
    let mut segments = handshake();
    // Pieces that end inside PDUs, one twice, two in the wrong order, two that overlap.
    for (from, to) in [(0, 20), (0, 20), (40, 60), (20, 40), (50, 80), (70, 96)] {
        segments.push(up(1001 + from as u32, &octets[from..to]));
    }
    let ran = decode(&ethernet(&segments), &[]).await;
    assert_eq!(ran.code, 0, "{}", ran.out);
    let expected: Vec<_> = (1..=6).map(|at| format!("enquire_link {at}")).collect();
    assert_eq!(kinds(&ran.events()), expected);
}

#[tokio::test]
async fn after_a_gap_it_goes_on_at_the_next_pdu_and_says_so() {
    let octets: Vec<u8> = (1..=9).flat_map(link).collect();
    let mut segments = handshake();
    segments.push(up(1001, &octets[..20]));
    // 20 to 36 were not captured; the centre has them.
    segments.push(up(1037, &octets[36..]));
    for _ in 0..10 {
        segments.push(down(5001, 1145, b""));
    }
    segments.push(up(1145, &link(10)));
    let ran = decode(&ethernet(&segments), &[]).await;
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert_eq!(
        kinds(&ran.events()),
        [
            "enquire_link 1",
            "out_of_step 4",
            "gap 16",
            "out_of_step 12",
            "enquire_link 4",
            "enquire_link 5",
            "enquire_link 6",
            "enquire_link 7",
            "enquire_link 8",
            "enquire_link 9",
            "enquire_link 10"
        ]
    );
}

#[tokio::test]
async fn a_packet_that_was_not_kept_whole_is_a_gap() {
    let octets: Vec<u8> = (1..=4).flat_map(link).collect();
    let mut segments = handshake();
    segments.push(Segment {
        kept: 54 + 40,
        ..up(1001, &octets)
    });
    segments.push(up(1065, &link(5)));
    let ran = decode(&ethernet(&segments), &[]).await;
    assert_eq!(ran.code, 1);
    assert_eq!(
        kinds(&ran.events()),
        [
            "enquire_link 1",
            "enquire_link 2",
            "out_of_step 8",
            "gap 24",
            "enquire_link 5"
        ]
    );
}

#[tokio::test]
async fn a_file_that_is_cut_short_gives_what_is_there() {
    let mut segments = handshake();
    segments.push(up(1001, &[link(1), link(2)].concat()));
    segments.push(up(1033, &link(3)));
    for file in [ethernet(&segments), pcapng(&segments)] {
        let ran = decode(&file[..file.len() - 5], &[]).await;
        assert_eq!(ran.code, 1);
        let events = ran.events();
        assert_eq!(events.len(), 3, "{}", ran.out);
        assert_eq!(events[1]["command"], "enquire_link");
        assert_eq!(events[2]["error"], "cut_short");
        assert!(
            events[2]["detail"]
                .as_str()
                .unwrap()
                .contains("4 whole ones")
        );
    }
}

#[tokio::test]
async fn every_kind_of_link_is_looked_through() {
    let packet = up(1001, &link(7));
    let cooked = |header: &[u8]| [header, &packet.ipv4()].concat();
    // As hardware that cuts packets leaves it to be filled in.
    let mut without_length = packet.ipv4();
    without_length[2..4].fill(0);
    let files = [
        (101, without_length),
        (0, cooked(&[2, 0, 0, 0])),
        (101, packet.ipv4()),
        (228, packet.ipv4()),
        (229, packet.ipv6()),
        (
            113,
            cooked(&[0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0]),
        ),
        (
            276,
            cooked(&[8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0]),
        ),
        (
            1,
            [&[0; 12][..], &[0x81, 0, 0, 5, 8, 0], &packet.ipv4()].concat(),
        ),
        (1, [&[0; 12][..], &[0x86, 0xDD], &packet.ipv6()].concat()),
    ];
    for (link_type, data) in files {
        let ran = decode(&pcap(link_type, &[(data, usize::MAX)]), &[]).await;
        let events = ran.events();
        assert_eq!(
            kinds(&events),
            ["enquire_link 7"],
            "{link_type} {}",
            ran.err
        );
        assert_eq!(events[0]["direction"], "to_smsc");
    }
    let ran = decode(&pcap(195, &[(vec![0; 60], usize::MAX)]), &[]).await;
    assert_eq!(ran.code, 1);
    assert_eq!(ran.events()[0]["error"], "no_pdu");
    assert!(ran.err.contains("link type 195"), "{}", ran.err);
}

#[tokio::test]
async fn other_connections_are_left_out_and_a_port_can_be_chosen() {
    let mut segments = handshake();
    segments.push(up(1001, &link(1)));
    let smpp = segments[3].ethernet();
    let mut http = up(1001, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").ethernet();
    // From another port.
    http[34..36].copy_from_slice(&50_000u16.to_be_bytes());
    let file = pcap(1, &[(smpp, usize::MAX), (http, usize::MAX)]);
    let ran = decode(&file, &[]).await;
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert_eq!(kinds(&ran.events()), ["enquire_link 1"]);
    let ran = decode(&file, &["--port", "50000"]).await;
    assert_eq!(ran.events()[0]["error"], "no_pdu");
}

#[tokio::test]
async fn encode_takes_the_lines_of_a_capture() {
    let mut segments = handshake();
    segments.push(up(1001, &link(1)));
    segments.push(down(5001, 1017, &link_resp(1)));
    let decoded = decode(&ethernet(&segments), &[]).await;
    let encoded = crate::support::run_with_input(&["encode", "-"], &decoded.out).await;
    assert_eq!(encoded.code, 0, "{}", encoded.err);
    assert_eq!(encoded.out.lines().count(), 2);
}

#[tokio::test]
async fn people_see_the_connection_above_each_tree() {
    let mut segments = handshake();
    segments.push(up(1001, &link(1)));
    segments.push(down(5001, 1017, &link_resp(1)));
    let mut capture = tempfile::NamedTempFile::new().unwrap();
    capture.write_all(&ethernet(&segments)).unwrap();
    let ran = run(&["decode", capture.path().to_str().unwrap()]).await;
    for line in [
        "#1  2026-07-26T12:00:00.030000Z  flow 1  10.0.0.1:40000 -> 10.0.0.2:2775 to the SMSC",
        "enquire_link, 16 octets",
        "#2  2026-07-26T12:00:00.040000Z  flow 1  10.0.0.2:2775 -> 10.0.0.1:40000 to the ESME, \
         answers #1 after 10.000 ms",
        "5 packets, 2 PDUs, 1 connection",
    ] {
        assert!(
            ran.out.lines().any(|have| have == line),
            "{line}\n{}",
            ran.out
        );
    }
}

#[tokio::test]
async fn a_capture_is_decoded_while_it_goes_on() {
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

    let mut segments = handshake();
    segments.push(up(1001, &link(1)));
    for (file, header) in [(ethernet(&segments), 24), (pcapng(&segments), 28)] {
        let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_smpp-esme"))
            .args(["decode", "-", "--json"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(&file[..header]).await.unwrap();
        stdin.write_all(&file[header..]).await.unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line: Value = serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap();
        assert_eq!(line["command"], "enquire_link");
        drop(stdin);
        assert!(child.wait().await.unwrap().success());
    }
}

#[tokio::test]
async fn the_same_two_ends_can_meet_again() {
    let mut segments = handshake();
    segments.push(up(1001, &link(1)));
    // A SYN that comes twice starts nothing.
    segments.push(segment(true, 1000, 0, SYN, b""));
    segments.push(up(1017, &link(2)));
    segments.push(segment(true, 90_000, 0, SYN, b""));
    segments.push(segment(false, 70_000, 90_001, SYN | ACK, b""));
    segments.push(segment(true, 90_001, 70_001, ACK, &link(3)));
    let ran = decode(&ethernet(&segments), &[]).await;
    assert_eq!(ran.code, 0, "{}", ran.out);
    let events = ran.events();
    let flows: Vec<_> = events.iter().map(|event| event["flow"].as_u64()).collect();
    assert_eq!(flows, [1, 1, 2].map(Some));
}
