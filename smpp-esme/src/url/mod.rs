//! Addresses of message centres: `smpp://SYSTEM_ID:PASSWORD@HOST:PORT?options`.

mod error;

use core::fmt;
use core::str::FromStr;

pub use error::{UrlError, UrlErrorKind};
use smpp_pdu::{BindType, InterfaceVersion};

/// The port that is meant where an address names none.
pub const DEFAULT_PORT: u16 = 2775;

/// The window that is meant where an address names none.
pub const DEFAULT_WINDOW: u16 = 10;

/// How an address is written, for messages.
const FORM: &str = "smpp://SYSTEM_ID:PASSWORD@HOST:PORT";

const OPTIONS: [&str; 4] = ["bind", "version", "system_type", "window"];

/// The address of a message centre, with the account and how to bind.
///
/// `smpp://SYSTEM_ID:PASSWORD@HOST:PORT?bind=trx|tx|rx&version=3.3|3.4|5.0&system_type=…&window=…`
///
/// Only the name of the account and the host are needed. What has a meaning in
/// an address (`/ ? # @ : % &`) is written as `%` and two hexadecimal digits
/// where it belongs to a name or a password. Neither `Debug` nor `Display` nor
/// an error shows the password.
///
/// ```
/// use smpp_esme::SmppUrl;
///
/// let url: SmppUrl = "smpp://esme:se%40cret@smsc.example?bind=tx".parse()?;
/// assert_eq!((url.host(), url.port()), ("smsc.example", 2775));
/// assert_eq!(url.password(), b"se@cret");
/// assert_eq!(url.to_string(), "smpp://esme:***@smsc.example:2775?bind=tx");
/// # Ok::<(), smpp_esme::UrlError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SmppUrl {
    system_id: Vec<u8>,
    password: Vec<u8>,
    host: String,
    port: u16,
    bind: Option<BindType>,
    version: InterfaceVersion,
    system_type: Vec<u8>,
    window: u16,
}

impl SmppUrl {
    /// Name of the account.
    #[must_use]
    pub fn system_id(&self) -> &[u8] {
        &self.system_id
    }

    /// Password of the account, empty where the address has none.
    #[must_use]
    pub fn password(&self) -> &[u8] {
        &self.password
    }

    /// Name or address of the host; an IPv6 address without its brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The bind that the address asks for, if it says so.
    #[must_use]
    pub fn bind(&self) -> Option<BindType> {
        self.bind
    }

    /// The bind that is meant: without `bind=` a transceiver, or a transmitter
    /// in 3.3, which has no transceiver.
    #[must_use]
    pub fn bind_type(&self) -> BindType {
        match self.bind {
            Some(bind) => bind,
            None if self.version == InterfaceVersion::V3_3 => BindType::Transmitter,
            None => BindType::Transceiver,
        }
    }

    /// Sets what to bind as.
    #[must_use]
    pub fn with_bind(mut self, bind: BindType) -> Self {
        self.bind = Some(bind);
        self
    }

    /// The version, 3.4 where the address names none.
    #[must_use]
    pub fn version(&self) -> InterfaceVersion {
        self.version
    }

    /// `system_type`, often empty.
    #[must_use]
    pub fn system_type(&self) -> &[u8] {
        &self.system_type
    }

    /// How many requests may be outstanding, 10 where the address says nothing.
    #[must_use]
    pub fn window(&self) -> u16 {
        self.window
    }
}

impl FromStr for SmppUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        let after_scheme = strip_scheme(text)?;
        let end = after_scheme
            .find(['/', '?', '#'])
            .unwrap_or(after_scheme.len());
        let (authority, rest) = after_scheme.split_at_checked(end).unwrap_or_default();
        let at = |part: &str| Some(position(text, part));
        let Some((account, place)) = authority.rsplit_once('@') else {
            return Err(no_account(text, rest));
        };
        let (system_id, password) = account.split_once(':').unwrap_or((account, ""));
        let system_id = decode(text, system_id, "the system_id")?;
        if system_id.is_empty() {
            return Err(UrlError::new(
                UrlErrorKind::MissingSystemId,
                at(account),
                format!("the name of the account is missing before the @, write {FORM}"),
            ));
        }
        let password = decode(text, password, "the password")?;
        let (host, port) = host_and_port(text, place)?;
        let mut url = Self {
            system_id,
            password,
            host,
            port,
            bind: None,
            version: InterfaceVersion::V3_4,
            system_type: Vec::new(),
            window: DEFAULT_WINDOW,
        };
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        if let Some(fragment) = rest.find('#').and_then(|at| rest.get(at..)) {
            return Err(UrlError::new(
                UrlErrorKind::Syntax,
                at(fragment),
                "a # has no meaning here, write %23 where it belongs to a value".into(),
            ));
        }
        match rest.strip_prefix('?') {
            Some(options) => url.read_options(text, options)?,
            None if rest.is_empty() => {}
            None => {
                return Err(UrlError::new(
                    UrlErrorKind::Syntax,
                    at(rest),
                    "only options may follow the port, as ?name=value&name=value".into(),
                ));
            }
        }
        Ok(url)
    }
}

impl SmppUrl {
    fn read_options(&mut self, text: &str, options: &str) -> Result<(), UrlError> {
        for option in options.split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            let at = Some(position(text, value));
            let value = decode(text, value, name)?;
            let wrong = |want: &str| {
                let value = String::from_utf8_lossy(&value);
                let message = format!("{name} is {value:?}, it can be {want}");
                Err(UrlError::new(UrlErrorKind::OptionValue, at, message))
            };
            match name {
                "bind" => match value.as_slice() {
                    b"trx" => self.bind = Some(BindType::Transceiver),
                    b"tx" => self.bind = Some(BindType::Transmitter),
                    b"rx" => self.bind = Some(BindType::Receiver),
                    _ => return wrong("trx, tx or rx"),
                },
                "version" => match value.as_slice() {
                    b"3.3" => self.version = InterfaceVersion::V3_3,
                    b"3.4" => self.version = InterfaceVersion::V3_4,
                    b"5.0" => self.version = InterfaceVersion::V5_0,
                    _ => return wrong("3.3, 3.4 or 5.0"),
                },
                "system_type" => self.system_type = value,
                "window" => match core::str::from_utf8(&value).map(str::parse::<u16>) {
                    Ok(Ok(window @ 1..)) => self.window = window,
                    _ => return wrong("a number from 1 to 65535"),
                },
                "ca" => return Err(no_tls(Some(position(text, option)))),
                _ => {
                    let message =
                        format!("unknown option {name:?}, known are {}", OPTIONS.join(", "));
                    let at = Some(position(text, option));
                    return Err(UrlError::new(UrlErrorKind::UnknownOption, at, message));
                }
            }
        }
        if self.version == InterfaceVersion::V3_3 && self.bind == Some(BindType::Transceiver) {
            return Err(UrlError::new(
                UrlErrorKind::OptionValue,
                None,
                "SMPP 3.3 has no transceiver, use bind=tx or bind=rx, or version=3.4".into(),
            ));
        }
        Ok(())
    }
}

fn strip_scheme(text: &str) -> Result<&str, UrlError> {
    let wrong = |message: String| Err(UrlError::new(UrlErrorKind::Scheme, Some(1), message));
    let Some((scheme, rest)) = text.split_once("://") else {
        // What stands there instead may hold a password: it is not shown.
        return wrong(format!("not an address of a centre, write {FORM}"));
    };
    match scheme.to_ascii_lowercase().as_str() {
        "smpp" => Ok(rest),
        "smpps" => Err(no_tls(Some(1))),
        other if other.bytes().all(|octet| octet.is_ascii_alphanumeric()) => {
            wrong(format!("the scheme is {other}://, smpp:// is wanted"))
        }
        _ => wrong(format!("not an address of a centre, write {FORM}")),
    }
}

fn no_tls(at: Option<usize>) -> UrlError {
    UrlError::new(
        UrlErrorKind::TlsUnsupported,
        at,
        "TLS is not supported yet: use smpp:// over a trusted network or through a TLS proxy"
            .into(),
    )
}

/// An address without `@`: is it missing, or hidden behind a character of the
/// password that ends the account?
fn no_account(text: &str, rest: &str) -> UrlError {
    if rest.contains('@') {
        return UrlError::new(
            UrlErrorKind::Syntax,
            Some(position(text, rest)),
            "this character ends the account too early, write / as %2F, ? as %3F and # as %23 \
             in a password"
                .into(),
        );
    }
    UrlError::new(
        UrlErrorKind::MissingSystemId,
        Some("smpp://".len() + 1),
        format!("the account is missing, write {FORM}"),
    )
}

fn host_and_port(text: &str, place: &str) -> Result<(String, u16), UrlError> {
    let (host, port) = if let Some(bracketed) = place.strip_prefix('[') {
        let Some((host, port)) = bracketed.split_once(']') else {
            return Err(UrlError::new(
                UrlErrorKind::Host,
                Some(position(text, place)),
                "the ] behind the IPv6 address is missing".into(),
            ));
        };
        let port = match port.strip_prefix(':') {
            None if !port.is_empty() => {
                return Err(UrlError::new(
                    UrlErrorKind::Port,
                    Some(position(text, port)),
                    "between ] and the port stands a colon".into(),
                ));
            }
            other => other,
        };
        (host, port)
    } else {
        match place.split_once(':') {
            Some((_, port)) if port.contains(':') => {
                return Err(UrlError::new(
                    UrlErrorKind::Host,
                    Some(position(text, place)),
                    "an IPv6 address stands in brackets, such as [::1]:2775".into(),
                ));
            }
            Some((host, port)) => (host, Some(port)),
            None => (place, None),
        }
    };
    if host.is_empty() {
        return Err(UrlError::new(
            UrlErrorKind::Host,
            Some(position(text, place)),
            format!("the host is missing behind the @, write {FORM}"),
        ));
    }
    let port = match port {
        None | Some("") => DEFAULT_PORT,
        Some(port) => match port.parse::<u16>() {
            Ok(port @ 1..) => port,
            _ => {
                return Err(UrlError::new(
                    UrlErrorKind::Port,
                    Some(position(text, port)),
                    format!("the port is {port:?}, it can be 1 to 65535"),
                ));
            }
        },
    };
    Ok((host.to_owned(), port))
}

/// Where `part`, a slice of `text`, starts: the first character is 1.
fn position(text: &str, part: &str) -> usize {
    let offset = (part.as_ptr().addr()).saturating_sub(text.as_ptr().addr());
    let before = text.get(..offset).unwrap_or(text);
    before.chars().count() + 1
}

/// Resolves `%41`. `name` says whose value it is; the value is not shown.
fn decode(text: &str, value: &str, name: &str) -> Result<Vec<u8>, UrlError> {
    let mut octets = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first != b'%' {
            octets.push(first);
            rest = tail;
            continue;
        }
        let escaped = tail.split_first_chunk::<2>();
        let octet = escaped.and_then(|(digits, _)| {
            let digits = core::str::from_utf8(digits).ok()?;
            u8::from_str_radix(digits, 16).ok()
        });
        match (octet, escaped) {
            (Some(0), _) => {
                let message = format!("{name} cannot contain a NUL");
                let at = Some(position(text, value));
                return Err(UrlError::new(UrlErrorKind::Escape, at, message));
            }
            (Some(octet), Some((_, after))) => {
                octets.push(octet);
                rest = after;
            }
            _ => {
                let message = format!(
                    "in {name}, a % is followed by two hexadecimal digits; a % itself is %25"
                );
                let at = Some(position(text, value));
                return Err(UrlError::new(UrlErrorKind::Escape, at, message));
            }
        }
    }
    Ok(octets)
}

/// Shows octets as they are written in an address.
struct Escaped<'a>(&'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|&octet| match octet {
            b'-' | b'.' | b'_' | b'~' => write!(f, "{}", char::from(octet)),
            _ if octet.is_ascii_alphanumeric() => write!(f, "{}", char::from(octet)),
            _ => write!(f, "%{octet:02X}"),
        })
    }
}

/// The address with `***` as password.
impl fmt::Display for SmppUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "smpp://{}", Escaped(&self.system_id))?;
        if !self.password.is_empty() {
            f.write_str(":***")?;
        }
        if self.host.contains(':') {
            write!(f, "@[{}]:{}", self.host, self.port)?;
        } else {
            write!(f, "@{}:{}", self.host, self.port)?;
        }
        let mut separator = '?';
        let mut option = |f: &mut fmt::Formatter<'_>, name: &str, value: &dyn fmt::Display| {
            let before = core::mem::replace(&mut separator, '&');
            write!(f, "{before}{name}={value}")
        };
        match self.bind {
            Some(BindType::Transceiver) => option(f, "bind", &"trx")?,
            Some(BindType::Transmitter) => option(f, "bind", &"tx")?,
            Some(BindType::Receiver) => option(f, "bind", &"rx")?,
            None => {}
        }
        match self.version {
            InterfaceVersion::V3_3 => option(f, "version", &"3.3")?,
            InterfaceVersion::V5_0 => option(f, "version", &"5.0")?,
            _ => {}
        }
        if !self.system_type.is_empty() {
            option(f, "system_type", &Escaped(&self.system_type))?;
        }
        if self.window != DEFAULT_WINDOW {
            option(f, "window", &self.window)?;
        }
        Ok(())
    }
}

impl fmt::Debug for SmppUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmppUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> SmppUrl {
        text.parse().unwrap()
    }

    fn fails(text: &str) -> (UrlErrorKind, String) {
        let error = text.parse::<SmppUrl>().unwrap_err();
        (error.kind(), error.to_string())
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        let url = parse("smpp://esme@localhost");
        assert_eq!((url.host(), url.port()), ("localhost", 2775));
        assert_eq!((url.system_id(), url.password()), (&b"esme"[..], &b""[..]));
        assert_eq!(url.bind_type(), BindType::Transceiver);
        assert_eq!(url.version(), InterfaceVersion::V3_4);
        assert_eq!(url.window(), 10);
    }

    #[test]
    fn every_option_is_read_and_written_again() {
        let text =
            "smpp://a%20b:p%3Aw@[::1]:99/?bind=rx&version=5.0&system_type=V%26M&window=65535";
        let url = parse(text);
        assert_eq!(url.host(), "::1");
        assert_eq!(url.password(), b"p:w");
        assert_eq!(url.system_type(), b"V&M");
        assert_eq!(
            url.to_string(),
            "smpp://a%20b:***@[::1]:99?bind=rx&version=5.0&system_type=V%26M&window=65535"
        );
    }

    #[test]
    fn three_three_binds_as_transmitter_unless_told_otherwise() {
        assert_eq!(
            parse("smpp://a:b@h?version=3.3").bind_type(),
            BindType::Transmitter
        );
        let (kind, message) = fails("smpp://a:b@h?version=3.3&bind=trx");
        assert_eq!(kind, UrlErrorKind::OptionValue);
        assert!(message.contains("bind=tx or bind=rx"), "{message}");
    }

    #[test]
    fn an_error_says_what_where_and_what_would_be_right() {
        for (text, kind, message) in [
            (
                "http://a:b@h",
                UrlErrorKind::Scheme,
                "the scheme is http://, smpp:// is wanted (at character 1 of the address)",
            ),
            (
                "smpps://a:b@h",
                UrlErrorKind::TlsUnsupported,
                "TLS is not supported yet: use smpp:// over a trusted network or through a TLS \
                 proxy (at character 1 of the address)",
            ),
            (
                "smpp://localhost:2775",
                UrlErrorKind::MissingSystemId,
                "the account is missing, write smpp://SYSTEM_ID:PASSWORD@HOST:PORT (at character \
                 8 of the address)",
            ),
            (
                "smpp://a:b@:2775",
                UrlErrorKind::Host,
                "the host is missing behind the @, write smpp://SYSTEM_ID:PASSWORD@HOST:PORT (at \
                 character 12 of the address)",
            ),
            (
                "smpp://a:b@h:port",
                UrlErrorKind::Port,
                "the port is \"port\", it can be 1 to 65535 (at character 14 of the address)",
            ),
            (
                "smpp://a:b@h?windw=3",
                UrlErrorKind::UnknownOption,
                "unknown option \"windw\", known are bind, version, system_type, window (at \
                 character 14 of the address)",
            ),
            (
                "smpp://a:b@h?version=4",
                UrlErrorKind::OptionValue,
                "version is \"4\", it can be 3.3, 3.4 or 5.0 (at character 22 of the address)",
            ),
            (
                "smpp://a:b@h?window=0",
                UrlErrorKind::OptionValue,
                "window is \"0\", it can be a number from 1 to 65535 (at character 21 of the \
                 address)",
            ),
            (
                "smpp://a:b@h/queue",
                UrlErrorKind::Syntax,
                "only options may follow the port, as ?name=value&name=value (at character 14 of \
                 the address)",
            ),
            (
                "smpp://a:b@::1",
                UrlErrorKind::Host,
                "an IPv6 address stands in brackets, such as [::1]:2775 (at character 12 of the \
                 address)",
            ),
        ] {
            assert_eq!(fails(text), (kind, message.to_owned()), "{text}");
        }
    }

    #[test]
    fn no_error_and_no_debug_output_shows_a_password() {
        for text in [
            "smpp://esme:hunter2",
            "esme:hunter2@localhost",
            "smpp://esme:hunter2@",
            "smpp://esme:hunter2/x@localhost",
            "smpp://esme:hunter2#x@localhost",
            "smpp://esme:hunter2%zz@localhost",
            "smpp://esme:hunter2%00@localhost",
            "smpp://:hunter2@localhost",
        ] {
            let error = text.parse::<SmppUrl>().unwrap_err();
            assert!(
                !format!("{error} {error:?}").contains("hunter2"),
                "{error:?}"
            );
        }
        let url = parse("smpp://esme:hunter2@localhost");
        assert!(!format!("{url} {url:?}").contains("hunter2"));
    }
}
