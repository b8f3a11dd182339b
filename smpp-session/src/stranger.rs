//! Names for octets that are plainly not SMPP.

use core::fmt;

/// A protocol that was spoken instead of SMPP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stranger {
    /// An HTTP request.
    Http,
    /// A TLS handshake, or the alert that a TLS server answers anything else with.
    Tls,
    /// AMQP.
    Amqp,
    /// SSH.
    Ssh,
    /// SMTP.
    Smtp,
    /// A PROXY protocol header.
    Proxy,
}

impl Stranger {
    /// Looks at the first four octets of a connection.
    #[must_use]
    pub const fn recognise(front: [u8; 4]) -> Option<Self> {
        match &front {
            b"GET " | b"POST" | b"HEAD" | b"PUT " | b"OPTI" | b"DELE" | b"PATC" | b"CONN"
            | b"TRAC" | b"PRI " | b"HTTP" => Some(Self::Http),
            [0x15 | 0x16, 0x03, ..] => Some(Self::Tls),
            b"AMQP" => Some(Self::Amqp),
            b"SSH-" => Some(Self::Ssh),
            b"EHLO" | b"HELO" => Some(Self::Smtp),
            b"PROX" | b"\r\n\r\n" => Some(Self::Proxy),
            _ => None,
        }
    }
}

impl fmt::Display for Stranger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "HTTP",
            Self::Tls => "TLS",
            Self::Amqp => "AMQP",
            Self::Ssh => "SSH",
            Self::Smtp => "SMTP",
            Self::Proxy => "the PROXY protocol",
        })
    }
}
