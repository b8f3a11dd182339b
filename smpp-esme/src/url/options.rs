//! The options of an address, behind its `?`.

use core::net::IpAddr;

use smpp_pdu::{BindType, InterfaceVersion};

use super::SmppUrl;
use super::error::{UrlError, UrlErrorKind};
use super::escape::{decode, position};

const OPTIONS: [&str; 11] = [
    "bind",
    "version",
    "system_type",
    "window",
    "local",
    "keepalive",
    "proxy",
    "ca",
    "cert",
    "key",
    "sni",
];

/// Linux counts the seconds of a keepalive up to here.
const MAX_KEEPALIVE: u16 = 32_767;

/// The options of TLS.
#[derive(Clone, PartialEq, Eq, Default)]
pub(super) struct Tls {
    ca: Vec<String>,
    cert: Option<String>,
    key: Option<String>,
    sni: Option<String>,
}

impl Tls {
    /// Names and values of those that are set.
    pub(super) fn shown(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let ca = self.ca.iter().map(|file| ("ca", file.as_str()));
        let others = [("cert", &self.cert), ("key", &self.key), ("sni", &self.sni)];
        ca.chain(
            others
                .into_iter()
                .filter_map(|(name, value)| Some((name, value.as_deref()?))),
        )
    }

    #[cfg(feature = "tls")]
    pub(super) fn config(&self) -> crate::TlsConfig {
        let mut config = crate::TlsConfig::new();
        for file in &self.ca {
            config = config.ca_file(file);
        }
        if let (Some(certificate), Some(key)) = (&self.cert, &self.key) {
            config = config.client_certificate_files(certificate, key);
        }
        match &self.sni {
            Some(name) => config.server_name(name),
            None => config,
        }
    }

    fn check(&self) -> Result<(), UrlError> {
        let message = match (&self.cert, &self.key) {
            (Some(_), None) => "cert needs key=FILE beside it, the same file where it holds both",
            (None, Some(_)) => "key needs cert=FILE beside it",
            _ => return Ok(()),
        };
        Err(UrlError::new(
            UrlErrorKind::OptionValue,
            None,
            message.into(),
        ))
    }
}

impl SmppUrl {
    pub(super) fn read_options(&mut self, text: &str, options: &str) -> Result<(), UrlError> {
        for option in options.split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            let at = Some(position(text, value));
            let octets = decode(text, value, name)?;
            let value = String::from_utf8_lossy(&octets);
            let wrong = |want: &str| {
                let message = format!("{name} is {value:?}, it can be {want}");
                Err(UrlError::new(UrlErrorKind::OptionValue, at, message))
            };
            match name {
                "bind" => match &*value {
                    "trx" => self.bind = Some(BindType::Transceiver),
                    "tx" => self.bind = Some(BindType::Transmitter),
                    "rx" => self.bind = Some(BindType::Receiver),
                    _ => return wrong("trx, tx or rx"),
                },
                "version" => match &*value {
                    "3.3" => self.version = InterfaceVersion::V3_3,
                    "3.4" => self.version = InterfaceVersion::V3_4,
                    "5.0" => self.version = InterfaceVersion::V5_0,
                    _ => return wrong("3.3, 3.4 or 5.0"),
                },
                "system_type" => self.system_type = octets,
                "window" => match value.parse() {
                    Ok(window @ 1..) => self.window = window,
                    _ => return wrong("a number from 1 to 65535"),
                },
                "local" => match value.parse::<IpAddr>() {
                    Ok(address) => self.local = Some(address),
                    Err(_) => {
                        return wrong(
                            "an IP address of this machine, such as 192.0.2.7 or 2001:db8::7",
                        );
                    }
                },
                "keepalive" => match value.parse() {
                    Ok(seconds @ 1..=MAX_KEEPALIVE) => self.keepalive = Some(seconds),
                    _ => return wrong("a number of seconds from 1 to 32767"),
                },
                "proxy" => match &*value {
                    "v2" => self.proxy = true,
                    _ => return wrong("v2"),
                },
                "ca" | "cert" | "key" | "sni" => {
                    let Some(tls) = &mut self.tls else {
                        let message =
                            format!("{name} is for TLS: write smpps:// instead of smpp://");
                        let at = Some(position(text, option));
                        return Err(UrlError::new(UrlErrorKind::OptionValue, at, message));
                    };
                    let written = String::from_utf8(octets.clone()).ok();
                    let Some(written) = written.filter(|written| !written.is_empty()) else {
                        return wrong("a name in UTF-8");
                    };
                    match name {
                        "ca" => tls.ca.push(written),
                        "cert" => tls.cert = Some(written),
                        "key" => tls.key = Some(written),
                        _ if !is_server_name(&written) => {
                            return wrong("a host name or an IP address");
                        }
                        _ => tls.sni = Some(written),
                    }
                }
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
        self.tls.as_ref().map_or(Ok(()), Tls::check)
    }
}

#[cfg(feature = "tls")]
fn is_server_name(name: &str) -> bool {
    rustls::pki_types::ServerName::try_from(name).is_ok()
}

#[cfg(not(feature = "tls"))]
fn is_server_name(_: &str) -> bool {
    true
}
