//! From the text of an address to its parts.

use core::str::FromStr;

use smpp_pdu::InterfaceVersion;

use super::error::{UrlError, UrlErrorKind};
use super::escape::{decode, position};
use super::options::Tls;
use super::{DEFAULT_PORT, DEFAULT_TLS_PORT, DEFAULT_WINDOW, FORM, Host, SmppUrl};

impl FromStr for SmppUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        let (tls, after_scheme) = strip_scheme(text)?;
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
        let password = decode(text, password, "the password")?.into();
        let (first, more) = match place.split_once(',') {
            Some((first, more)) => (first, Some(more)),
            None => (place, None),
        };
        let default_port = if tls { DEFAULT_TLS_PORT } else { DEFAULT_PORT };
        let host = |place| host_and_port(text, place, default_port);
        let more = more.into_iter().flat_map(|more| more.split(','));
        let mut url = Self {
            system_id,
            password,
            host: host(first)?,
            more_hosts: more.map(host).collect::<Result<_, _>>()?,
            bind: None,
            version: InterfaceVersion::V3_4,
            system_type: Vec::new(),
            window: DEFAULT_WINDOW,
            local: None,
            keepalive: None,
            proxy: false,
            tls: tls.then(Tls::default),
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

/// Whether it is TLS, and what follows.
fn strip_scheme(text: &str) -> Result<(bool, &str), UrlError> {
    let wrong = |message: String| Err(UrlError::new(UrlErrorKind::Scheme, Some(1), message));
    let Some((scheme, rest)) = text.split_once("://") else {
        // What stands there instead may hold a password: it is not shown.
        return wrong(format!("not an address of a centre, write {FORM}"));
    };
    match scheme.to_ascii_lowercase().as_str() {
        "smpp" => Ok((false, rest)),
        "smpps" if cfg!(feature = "tls") => Ok((true, rest)),
        "smpps" => Err(UrlError::new(
            UrlErrorKind::TlsUnsupported,
            Some(1),
            "smpps:// is SMPP over TLS, and smpp-esme was built without its feature `tls`".into(),
        )),
        other if other.bytes().all(|octet| octet.is_ascii_alphanumeric()) => wrong(format!(
            "the scheme is {other}://, smpp:// or smpps:// is wanted"
        )),
        _ => wrong(format!("not an address of a centre, write {FORM}")),
    }
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
        Some(text.find("://").unwrap_or(0) + "://".len() + 1),
        format!("the account is missing, write {FORM}"),
    )
}

fn host_and_port(text: &str, place: &str, default_port: u16) -> Result<Host, UrlError> {
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
            format!("the host is missing, write {FORM}"),
        ));
    }
    let port = match port {
        None | Some("") => default_port,
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
    Ok(Host {
        name: host.to_owned(),
        port,
    })
}
