//! The PROXY protocol: a load balancer in front says who connected to it.
//!
//! <https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt>

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

const V2_SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";

/// The longest line of version 1, CR LF included.
const V1_MAX: usize = 107;

/// The longest header of version 2 that is taken, behind its first 16 octets.
/// Addresses are at most 216; the rest is for what balancers append.
const V2_MAX: usize = 4096;

/// Reads the header, and not one octet more. `None` when the balancer speaks
/// for itself (health checks), or does not know.
///
/// # Errors
/// What the connection gives, and `InvalidData` when there is no header.
pub(super) async fn read_header(
    stream: &mut (impl AsyncRead + Unpin),
) -> io::Result<Option<SocketAddr>> {
    let mut start = [0; 12];
    stream.read_exact(&mut start).await?;
    if start == V2_SIGNATURE {
        return read_v2(stream).await;
    }
    if !start.starts_with(b"PROXY ") {
        return Err(invalid("no PROXY header: the listener expects one"));
    }
    let mut line = start.to_vec();
    while !line.ends_with(b"\r\n") {
        if line.len() >= V1_MAX {
            return Err(invalid("a PROXY header that does not end"));
        }
        line.push(stream.read_u8().await?);
    }
    parse_v1(&line).ok_or_else(|| invalid("a PROXY header that cannot be read"))
}

fn parse_v1(line: &[u8]) -> Option<Option<SocketAddr>> {
    let text = core::str::from_utf8(line).ok()?.strip_suffix("\r\n")?;
    let mut words = text.split(' ').skip(1);
    let family = words.next()?;
    if family == "UNKNOWN" {
        return Some(None);
    }
    let ip: IpAddr = words.next()?.parse().ok()?;
    let _destination: IpAddr = words.next()?.parse().ok()?;
    let port = words.next()?.parse().ok()?;
    let _port: u16 = words.next()?.parse().ok()?;
    let fits = (family == "TCP4" && ip.is_ipv4()) || (family == "TCP6" && ip.is_ipv6());
    (fits && words.next().is_none()).then_some(Some(SocketAddr::new(ip, port)))
}

async fn read_v2(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<SocketAddr>> {
    let (version_command, family) = (stream.read_u8().await?, stream.read_u8().await?);
    let len = usize::from(stream.read_u16().await?);
    if version_command >> 4 != 2 || len > V2_MAX {
        return Err(invalid("a PROXY header of an unknown form"));
    }
    let mut rest = vec![0; len];
    stream.read_exact(&mut rest).await?;
    match version_command & 0x0F {
        // LOCAL
        0 => Ok(None),
        1 => parse_v2(family, &rest)
            .ok_or_else(|| invalid("a PROXY header that is shorter than its addresses")),
        _ => Err(invalid("a PROXY header with an unknown command")),
    }
}

fn parse_v2(family: u8, rest: &[u8]) -> Option<Option<SocketAddr>> {
    let (ip, ports): (IpAddr, &[u8]) = match family >> 4 {
        1 => {
            let (source, behind) = rest.split_first_chunk::<4>()?;
            (Ipv4Addr::from(*source).into(), behind.get(4..)?)
        }
        2 => {
            let (source, behind) = rest.split_first_chunk::<16>()?;
            (Ipv6Addr::from(*source).into(), behind.get(16..)?)
        }
        _ => return Some(None),
    };
    let port = u16::from_be_bytes(*ports.first_chunk::<2>()?);
    Some(Some(SocketAddr::new(ip, port)))
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v2(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
        let mut octets = V2_SIGNATURE.to_vec();
        octets.extend([command, family]);
        octets.extend(u16::try_from(rest.len()).unwrap().to_be_bytes());
        octets.extend(rest);
        octets
    }

    async fn read(octets: &[u8]) -> Result<(Option<SocketAddr>, usize), io::ErrorKind> {
        let mut left = octets;
        let read = read_header(&mut left).await;
        read.map(|found| (found, left.len()))
            .map_err(|error| error.kind())
    }

    #[tokio::test]
    async fn headers_of_both_versions_are_read_to_their_last_octet() {
        let v4 = [192, 0, 2, 1, 127, 0, 0, 1, 0xC0, 0x01, 0x0A, 0xD7];
        let mut v6 = [0; 36];
        v6[15] = 1;
        v6[33] = 9;
        let with_more = [&v4[..], &[0x04, 0x00, 0x01, 0x00]].concat();
        for (header, address) in [
            (
                b"PROXY TCP4 192.0.2.1 127.0.0.1 49153 2775\r\n".to_vec(),
                Some("192.0.2.1:49153"),
            ),
            (b"PROXY TCP6 ::1 ::2 9 2775\r\n".to_vec(), Some("[::1]:9")),
            (b"PROXY UNKNOWN\r\n".to_vec(), None),
            (b"PROXY UNKNOWN ff ff 1 2\r\n".to_vec(), None),
            (v2(0x21, 0x11, &v4), Some("192.0.2.1:49153")),
            (v2(0x21, 0x11, &with_more), Some("192.0.2.1:49153")),
            (v2(0x21, 0x21, &v6), Some("[::1]:9")),
            (v2(0x21, 0x00, &[]), None),
            (v2(0x20, 0x00, &[]), None),
        ] {
            let expected = address.map(|text| text.parse().unwrap());
            let octets = [&header[..], b"SMPP"].concat();
            assert_eq!(read(&octets).await, Ok((expected, 4)), "{header:?}");
        }
    }

    #[tokio::test]
    async fn what_is_no_header_is_refused() {
        let long = [&b"PROXY UNKNOWN "[..], &[b'x'; 200]].concat();
        for octets in [
            &b"\0\0\0\x2f\0\0\0\x09\0\0\0\0\0\0\0\x01"[..],
            b"GET / HTTP/1.1\r\n\r\n",
            b"PROXY TCP4 ::1 ::2 9 2775\r\n",
            b"PROXY TCP4 192.0.2.1 127.0.0.1 99999 2775\r\n",
            b"PROXY TCP4 192.0.2.1 127.0.0.1 1 2 3\r\n",
            &long,
            &v2(0x31, 0x11, &[0; 12]),
            &v2(0x22, 0x11, &[0; 12]),
            &v2(0x21, 0x11, &[0; 11][..4]),
            &v2(0x21, 0x11, &[0; 5000]),
        ] {
            assert_eq!(
                read(octets).await,
                Err(io::ErrorKind::InvalidData),
                "{octets:?}"
            );
        }
        assert_eq!(read(b"PROXY ").await, Err(io::ErrorKind::UnexpectedEof));
    }
}
