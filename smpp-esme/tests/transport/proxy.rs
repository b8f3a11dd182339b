//! PROXY headers, as a receiver reads them.

use smpp_esme::{Client, ClientBuilder, Endpoint, ProxyHeader, SmppUrl, TlsConfig};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::centre::{Centre, accept_all, account};
use crate::certificates::{Authority, Server, port};

const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// Reads a header: its two octets of command and family, and its addresses.
async fn header(stream: &mut TcpStream) -> ([u8; 2], Vec<u8>) {
    let mut front = [0; 16];
    stream.read_exact(&mut front).await.unwrap();
    assert_eq!(&front[..12], SIGNATURE);
    let mut addresses = vec![0; u16::from_be_bytes([front[14], front[15]]).into()];
    stream.read_exact(&mut addresses).await.unwrap();
    ([front[12], front[13]], addresses)
}

#[tokio::test]
async fn proxy_v2_in_an_address_sends_the_addresses_of_the_connection_before_the_bind() {
    let (listener, address) = port().await;
    let url: SmppUrl = format!("smpp://esme:secret@{address}?proxy=v2")
        .parse()
        .unwrap();
    let receiver = async {
        let (mut stream, peer) = listener.accept().await.unwrap();
        let (command, addresses) = header(&mut stream).await;
        assert_eq!(command, [0x21, 0x11]);
        let mut right = vec![127, 0, 0, 1, 127, 0, 0, 1];
        right.extend(peer.port().to_be_bytes());
        right.extend(address.port().to_be_bytes());
        assert_eq!(addresses, right);
        Centre::over(stream, accept_all())
    };
    let (bound, _centre) = tokio::join!(Client::connect(&url), receiver);
    bound.unwrap().0.enquire_link().await.unwrap();
}

#[tokio::test]
async fn the_header_stands_before_tls() {
    let authority = Authority::new();
    let identity = authority.sign(&["127.0.0.1"]);
    let acceptor = Server::new(&identity).acceptor();
    let (listener, address) = port().await;
    let endpoint = Endpoint::new("127.0.0.1", address.port())
        .proxy(ProxyHeader::Of {
            source: "192.0.2.1:40000".parse().unwrap(),
            destination: "[2001:db8::2]:3550".parse().unwrap(),
        })
        .tls(TlsConfig::new().ca_pem(authority.pem()));
    let receiver = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (command, addresses) = header(&mut stream).await;
        assert_eq!(command, [0x21, 0x21]);
        assert_eq!(addresses.len(), 36);
        Centre::over(acceptor.accept(stream).await.unwrap(), accept_all())
    };
    let builder = ClientBuilder::new(account());
    let (bound, _centre) = tokio::join!(builder.connect_to(&endpoint), receiver);
    bound.unwrap().0.enquire_link().await.unwrap();
}

#[tokio::test]
async fn a_local_header_names_no_one() {
    let (listener, address) = port().await;
    let endpoint = Endpoint::new("127.0.0.1", address.port()).proxy(ProxyHeader::Local);
    let receiver = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        assert_eq!(header(&mut stream).await, ([0x20, 0x00], Vec::new()));
        Centre::over(stream, accept_all())
    };
    let builder = ClientBuilder::new(account());
    let (bound, _centre) = tokio::join!(builder.connect_to(&endpoint), receiver);
    bound.unwrap();
}
