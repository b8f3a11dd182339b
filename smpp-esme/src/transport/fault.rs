//! Why there is no TLS session, and what to change.

use core::fmt;
use std::io;

/// Why there is no TLS session. In messages, what to change is named by the
/// options of an address; a `TlsConfig` has a method for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TlsFault {
    /// A certificate, a key or a name that is set here cannot be used. Nothing was
    /// sent.
    Settings,
    /// The system's certificates of authorities cannot be read. Nothing was sent.
    SystemRoots,
    /// The certificate of the centre is from an authority that is not trusted here.
    UnknownAuthority,
    /// The certificate of the centre is for another name.
    WrongName,
    /// The certificate of the centre has expired, or is not valid yet.
    Expired,
    /// The certificate of the centre is one of an authority.
    AuthorityAsCentre,
    /// Something else is wrong with the certificate of the centre.
    Certificate,
    /// The centre wants a client certificate, and has got none.
    CertificateWanted,
    /// The centre does not accept the client certificate.
    CertificateRefused,
    /// The two sides have no version or cipher of TLS in common.
    Incompatible,
    /// What the peer speaks is not TLS.
    NotTls,
    /// The peer closed the connection in the middle of the handshake.
    HungUp,
    /// Anything else.
    Other,
}

impl TlsFault {
    /// What the error of a connection says about TLS, if it comes from there.
    #[cfg(feature = "tls")]
    pub(crate) fn of(error: &io::Error) -> Option<Self> {
        let error = error.get_ref()?.downcast_ref::<rustls::Error>()?;
        Some(Self::of_rustls(error))
    }

    #[cfg(not(feature = "tls"))]
    pub(crate) fn of(_: &io::Error) -> Option<Self> {
        None
    }

    /// What is wrong while the handshake is still under way. `in_vain`: the centre
    /// has asked for a client certificate, and there was none.
    #[cfg(feature = "tls")]
    pub(super) fn in_handshake(error: &io::Error, in_vain: bool) -> Self {
        match Self::of(error) {
            // OpenSSL says `handshake_failure` in TLS 1.2, others `bad_certificate`.
            Some(Self::CertificateRefused | Self::Incompatible) | None if in_vain => {
                Self::CertificateWanted
            }
            Some(fault) => fault,
            None => Self::HungUp,
        }
    }

    #[cfg(feature = "tls")]
    fn of_rustls(error: &rustls::Error) -> Self {
        use rustls::{AlertDescription as Alert, CertificateError, Error, InvalidMessage};
        match error {
            Error::InvalidCertificate(error) => match error {
                // The latter: the authority was made anew under its old name.
                CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                    Self::UnknownAuthority
                }
                CertificateError::NotValidForName
                | CertificateError::NotValidForNameContext { .. } => Self::WrongName,
                CertificateError::Expired
                | CertificateError::ExpiredContext { .. }
                | CertificateError::NotValidYet
                | CertificateError::NotValidYetContext { .. } => Self::Expired,
                // It has no name in the public types of rustls.
                CertificateError::Other(other)
                    if other.0.to_string().contains("CaUsedAsEndEntity") =>
                {
                    Self::AuthorityAsCentre
                }
                _ => Self::Certificate,
            },
            Error::AlertReceived(alert) => match *alert {
                Alert::CertificateRequired => Self::CertificateWanted,
                Alert::BadCertificate
                | Alert::UnsupportedCertificate
                | Alert::CertificateRevoked
                | Alert::CertificateExpired
                | Alert::CertificateUnknown
                | Alert::UnknownCA
                | Alert::AccessDenied => Self::CertificateRefused,
                Alert::HandshakeFailure | Alert::ProtocolVersion | Alert::InsufficientSecurity => {
                    Self::Incompatible
                }
                _ => Self::Other,
            },
            Error::PeerIncompatible(_) => Self::Incompatible,
            Error::InvalidMessage(
                InvalidMessage::InvalidContentType
                | InvalidMessage::UnknownProtocolVersion
                | InvalidMessage::MessageTooLarge
                | InvalidMessage::InvalidEmptyPayload,
            ) => Self::NotTls,
            _ => Self::Other,
        }
    }

    /// Whether the words for it need no addition by the TLS library.
    pub(crate) fn says_it_all(self) -> bool {
        matches!(
            self,
            Self::UnknownAuthority
                | Self::AuthorityAsCentre
                | Self::CertificateWanted
                | Self::NotTls
                | Self::HungUp
        )
    }

    /// What to change, where that is known.
    #[must_use]
    pub fn hint(self) -> Option<&'static str> {
        Some(match self {
            Self::SystemRoots => "name the authority's certificate with ca=FILE",
            Self::UnknownAuthority => {
                "where it is the right centre, name the authority's certificate with ca=FILE"
            }
            Self::WrongName => {
                "where it is the right centre, give a name that is in it with sni=NAME"
            }
            Self::Expired => "the centre must renew it, or the clock of this machine is wrong",
            Self::AuthorityAsCentre => {
                "the centre needs one of its own, made with basicConstraints=CA:FALSE"
            }
            Self::CertificateWanted => "give one with cert=FILE and key=FILE",
            Self::CertificateRefused => "check cert=FILE",
            Self::NotTls => "for plain SMPP write smpp:// instead of smpps://",
            Self::HungUp => {
                "for plain SMPP write smpp:// instead of smpps://; some centres also hang up on \
                 hosts that they do not know"
            }
            Self::Settings | Self::Certificate | Self::Incompatible | Self::Other => return None,
        })
    }
}

impl fmt::Display for TlsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Settings => "a setting cannot be used",
            Self::SystemRoots => "the system's certificates of authorities cannot be read",
            Self::UnknownAuthority => {
                "the certificate of the centre is from an authority that is not trusted here"
            }
            Self::WrongName => "the certificate of the centre is for another name",
            Self::Expired => "the certificate of the centre is not valid now",
            Self::AuthorityAsCentre => "the certificate of the centre is one of an authority",
            Self::Certificate => "the certificate of the centre cannot be accepted",
            Self::CertificateWanted => "the centre wants a client certificate",
            Self::CertificateRefused => "the centre does not accept the client certificate",
            Self::Incompatible => "no version or cipher of TLS in common",
            Self::NotTls => "the peer does not speak TLS",
            Self::HungUp => "the peer closed the connection in the middle of the handshake",
            Self::Other => "the handshake failed",
        })
    }
}

#[cfg(all(test, feature = "tls"))]
mod tests {
    use rustls::{AlertDescription, Error};

    use super::*;

    #[test]
    fn an_alert_after_a_certificate_was_asked_for_in_vain_is_about_that() {
        let alert = |alert| io::Error::other(Error::AlertReceived(alert));
        let failure = alert(AlertDescription::HandshakeFailure);
        assert_eq!(
            TlsFault::in_handshake(&failure, false),
            TlsFault::Incompatible
        );
        let refused = alert(AlertDescription::BadCertificate);
        let closed = io::Error::from(io::ErrorKind::UnexpectedEof);
        assert_eq!(TlsFault::in_handshake(&closed, false), TlsFault::HungUp);
        for error in [failure, refused, closed] {
            let fault = TlsFault::in_handshake(&error, true);
            assert_eq!(fault, TlsFault::CertificateWanted, "{error}");
        }
        let expired =
            io::Error::other(Error::InvalidCertificate(rustls::CertificateError::Expired));
        assert_eq!(TlsFault::in_handshake(&expired, true), TlsFault::Expired);
    }
}
