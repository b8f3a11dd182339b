//! The header of the PROXY protocol, version 2, on the way out.

use core::net::{IpAddr, Ipv6Addr, SocketAddr};

/// `\r\n\r\n\0\r\nQUIT\n`: no other protocol starts so.
const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";

/// Version 2, and who speaks: a proxy by itself, or for someone else.
const LOCAL: u8 = 0x20;
const PROXY: u8 = 0x21;

/// Families, each with a stream transport.
const UNSPEC: u8 = 0x00;
const TCP_V4: u8 = 0x11;
const TCP_V6: u8 = 0x21;

/// Whom a header of the PROXY protocol (version 2) names as the ends of a
/// connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyHeader {
    /// The addresses of the connection itself: for a receiver that wants a header
    /// from everyone. `proxy=v2` in an address means this.
    Connection,
    /// No one (the command LOCAL): the receiver takes the addresses that it sees.
    /// Some count such connections as health checks.
    Local,
    /// These addresses: for a proxy that passes on the connections of others. Where
    /// only one of them is IPv4, it is written as an IPv6 address (`::ffff:a.b.c.d`).
    Of {
        /// Where the connection comes from.
        source: SocketAddr,
        /// Where it was meant to go.
        destination: SocketAddr,
    },
}

impl ProxyHeader {
    /// The header for a connection between these addresses.
    pub(super) fn octets(self, local: SocketAddr, peer: SocketAddr) -> Vec<u8> {
        let (source, destination) = match self {
            Self::Connection => (local, peer),
            Self::Local => return header(LOCAL, UNSPEC, &[]),
            Self::Of {
                source,
                destination,
            } => (source, destination),
        };
        let ports = [
            source.port().to_be_bytes(),
            destination.port().to_be_bytes(),
        ]
        .concat();
        match (source.ip(), destination.ip()) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                let addresses = [from.octets(), to.octets()].concat();
                header(PROXY, TCP_V4, &[addresses, ports].concat())
            }
            (from, to) => {
                let addresses = [as_v6(from).octets(), as_v6(to).octets()].concat();
                header(PROXY, TCP_V6, &[addresses, ports].concat())
            }
        }
    }
}

fn as_v6(address: IpAddr) -> Ipv6Addr {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    }
}

fn header(command: u8, family: u8, addresses: &[u8]) -> Vec<u8> {
    let length = u16::try_from(addresses.len()).unwrap_or(u16::MAX);
    let mut octets = SIGNATURE.to_vec();
    octets.extend([command, family]);
    octets.extend(length.to_be_bytes());
    octets.extend(addresses);
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: &str = "0d0a0d0a000d0a515549540a";

    fn hex(header: ProxyHeader) -> String {
        let local = "10.0.0.7:50000".parse().unwrap();
        let peer = "10.0.0.1:2775".parse().unwrap();
        let octets = header.octets(local, peer);
        octets.iter().map(|octet| format!("{octet:02x}")).collect()
    }

    fn of(source: &str, destination: &str) -> ProxyHeader {
        ProxyHeader::Of {
            source: source.parse().unwrap(),
            destination: destination.parse().unwrap(),
        }
    }

    // The layout is chapter 2.2 of the PROXY protocol's specification.
    #[test]
    fn headers_have_the_octets_of_the_specification() {
        for (header, octets) in [
            (ProxyHeader::Local, "20000000"),
            (ProxyHeader::Connection, "2111000c0a0000070a000001c3500ad7"),
            (
                of("192.0.2.1:40000", "198.51.100.2:2775"),
                "2111000cc0000201c63364029c400ad7",
            ),
            (
                of("[2001:db8::1]:40000", "[2001:db8::2]:3550"),
                "2121002420010db800000000000000000000000120010db8000000000000000000000002\
                 9c400dde",
            ),
            (
                of("192.0.2.1:40000", "[2001:db8::2]:3550"),
                "2121002400000000000000000000ffffc000020120010db8000000000000000000000002\
                 9c400dde",
            ),
        ] {
            assert_eq!(hex(header), format!("{START}{octets}"), "{header:?}");
        }
    }
}
