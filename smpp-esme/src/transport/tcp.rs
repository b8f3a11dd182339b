//! Connections of TCP: every address of a name, and the options of the socket.

use core::net::{IpAddr, SocketAddr};
use core::time::Duration;
use std::io;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use super::clock::Clock;
use crate::ConnectError;

/// When the system asks a silent peer whether it still lives, and when it gives up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Keepalive {
    idle: Duration,
    interval: Duration,
    retries: u32,
}

impl Keepalive {
    /// The first question after so much silence. An unanswered one is repeated
    /// every 10 s, three times. Systems count in seconds, up to 32,767.
    pub fn after(idle: Duration) -> Self {
        Self {
            idle,
            interval: Duration::from_secs(10),
            retries: 3,
        }
    }

    /// Time from one unanswered question to the next.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Unanswered questions after which the connection is lost, up to 127. OpenBSD
    /// and Solaris keep their own number and interval.
    pub fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    fn for_socket(self) -> TcpKeepalive {
        let keepalive = TcpKeepalive::new().with_time(self.idle);
        #[cfg(any(
            target_os = "android",
            target_os = "freebsd",
            target_os = "ios",
            target_os = "linux",
            target_os = "macos",
            target_os = "netbsd",
            target_os = "windows",
        ))]
        let keepalive = keepalive
            .with_interval(self.interval)
            .with_retries(self.retries);
        keepalive
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    pub(super) keepalive: Option<Keepalive>,
    pub(super) local: Option<IpAddr>,
}

/// Connects to the first address that answers.
pub(super) async fn open(
    place: &str,
    addresses: &[SocketAddr],
    options: &Options,
    clock: &Clock,
) -> Result<TcpStream, ConnectError> {
    let reachable = |address: &&SocketAddr| {
        options
            .local
            .is_none_or(|local| local.is_ipv4() == address.is_ipv4())
    };
    let mut left = addresses.iter().filter(reachable).count();
    if let (0, Some(local)) = (left, options.local) {
        let family = if local.is_ipv4() { "IPv4" } else { "IPv6" };
        let message =
            format!("{place} has no {family} address, and the local address {local} is one");
        return Err(io::Error::new(io::ErrorKind::AddrNotAvailable, message).into());
    }
    let mut tried: Vec<(SocketAddr, io::Error)> = Vec::new();
    let mut late = false;
    for &address in addresses.iter().filter(reachable) {
        let answered = match clock.left() {
            Duration::ZERO => Err("not tried, the time was over"),
            _ => timeout(clock.share(left), attempt(address, options))
                .await
                .map_err(|_| "no answer"),
        };
        left -= 1;
        tried.push(match answered {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => (address, error),
            Err(what) => {
                late = true;
                (address, io::Error::new(io::ErrorKind::TimedOut, what))
            }
        });
    }
    Err(failed(place, tried, late, clock))
}

async fn attempt(address: SocketAddr, options: &Options) -> io::Result<TcpStream> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    if let Some(local) = options.local {
        socket.bind(SocketAddr::new(local, 0)).map_err(|error| {
            let message = format!("the local address {local} cannot be used: {error}");
            io::Error::new(error.kind(), message)
        })?;
    }
    socket.set_nodelay(true)?;
    if let Some(keepalive) = options.keepalive {
        SockRef::from(&socket)
            .set_tcp_keepalive(&keepalive.for_socket())
            .map_err(|error| {
                let message = format!("the system does not take {keepalive:?}: {error}");
                io::Error::new(error.kind(), message)
            })?;
    }
    socket.connect(address).await
}

/// One error for all that was tried. Where the place is the address itself, it is
/// not said twice.
fn failed(
    place: &str,
    mut tried: Vec<(SocketAddr, io::Error)>,
    late: bool,
    clock: &Clock,
) -> ConnectError {
    if !late
        && tried.len() == 1
        && let Some((_, error)) = tried.pop_if(|(address, _)| address.to_string() == place)
    {
        return error.into();
    }
    let kind = tried
        .last()
        .map_or(io::ErrorKind::AddrNotAvailable, |(_, error)| error.kind());
    let said: Vec<String> = tried
        .iter()
        .map(|(address, error)| format!("{address}: {error}"))
        .collect();
    match said.as_slice() {
        [] => io::Error::new(kind, "the name has no address").into(),
        _ if late => clock.timed_out(said.join(", ")),
        _ => io::Error::new(kind, said.join(", ")).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn refused() -> io::Error {
        io::Error::new(io::ErrorKind::ConnectionRefused, "refused")
    }

    fn clock() -> Clock {
        Clock::start(Duration::from_secs(10))
    }

    #[test]
    fn the_error_names_every_address_that_was_tried() {
        let tried = vec![
            (address("192.0.2.1:2775"), refused()),
            (address("[2001:db8::1]:2775"), refused()),
        ];
        let error = failed("smsc.example:2775", tried, false, &clock());
        assert_eq!(
            error.to_string(),
            "no connection: 192.0.2.1:2775: refused, [2001:db8::1]:2775: refused"
        );
        let tried = vec![(address("192.0.2.1:2775"), refused())];
        let error = failed("192.0.2.1:2775", tried, false, &clock());
        assert_eq!(error.to_string(), "no connection: refused");
    }

    #[test]
    fn an_address_that_does_not_answer_is_a_matter_of_time() {
        let tried = vec![
            (address("192.0.2.1:2775"), refused()),
            (
                address("192.0.2.2:2775"),
                io::Error::new(io::ErrorKind::TimedOut, "no answer"),
            ),
        ];
        let error = failed("smsc.example:2775", tried, true, &clock());
        assert_eq!(
            error.kind(),
            crate::ConnectErrorKind::TimedOut(Duration::from_secs(10))
        );
        assert_eq!(
            error.to_string(),
            "no connection within 10 s: 192.0.2.1:2775: refused, 192.0.2.2:2775: no answer"
        );
    }

    #[tokio::test]
    async fn the_socket_has_the_options_that_are_asked_for() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let keepalive = Keepalive::after(Duration::from_secs(77))
            .interval(Duration::from_secs(11))
            .retries(5);
        let options = Options {
            keepalive: Some(keepalive),
            local: None,
        };
        let stream = open("here", &[address], &options, &clock()).await.unwrap();
        let socket = SockRef::from(&stream);
        assert!(socket.tcp_nodelay().unwrap());
        assert!(socket.keepalive().unwrap());
        #[cfg(target_os = "linux")]
        {
            let read = (
                socket.tcp_keepalive_time().unwrap(),
                socket.tcp_keepalive_interval().unwrap(),
                socket.tcp_keepalive_retries().unwrap(),
            );
            assert_eq!(read, (keepalive.idle, keepalive.interval, 5));
        }

        let stream = open("here", &[address], &Options::default(), &clock()).await;
        let stream = stream.unwrap();
        let socket = SockRef::from(&stream);
        assert!(socket.tcp_nodelay().unwrap());
        assert!(!socket.keepalive().unwrap());
    }

    #[tokio::test]
    async fn every_address_of_a_name_is_tried() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let open_port = listener.local_addr().unwrap();
        // Bound and not listening: nobody else gets the port meanwhile.
        let closed = TcpSocket::new_v4().unwrap();
        closed.bind(address("127.0.0.1:0")).unwrap();
        let closed_port = closed.local_addr().unwrap();
        let addresses = [closed_port, open_port];
        let stream = open("here", &addresses, &Options::default(), &clock()).await;
        assert_eq!(stream.unwrap().peer_addr().unwrap(), open_port);
    }

    #[tokio::test]
    async fn only_addresses_of_the_local_address_s_family_are_tried() {
        let options = Options {
            keepalive: None,
            local: Some("::1".parse().unwrap()),
        };
        let address = address("127.0.0.1:2775");
        let error = open("smsc.example:2775", &[address], &options, &clock()).await;
        assert_eq!(
            error.unwrap_err().to_string(),
            "no connection: smsc.example:2775 has no IPv6 address, and the local address ::1 is \
             one"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_that_does_not_answer_leaves_time_for_the_next() {
        let clock = clock();
        assert_eq!(clock.share(4), Duration::from_millis(2500));
        assert_eq!(clock.share(100), Duration::from_secs(2));
        tokio::time::advance(Duration::from_secs(9)).await;
        assert_eq!(clock.share(4), Duration::from_secs(1));
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(clock.share(1), Duration::ZERO);
    }
}
