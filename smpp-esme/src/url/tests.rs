//! Addresses, good and bad.

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
    let text = "smpp://a%20b:p%3Aw@[::1]:99/?bind=rx&version=5.0&system_type=V%26M&window=65535";
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
            "the scheme is http://, smpp:// or smpps:// is wanted (at character 1 of the address)",
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
            "the host is missing, write smpp://SYSTEM_ID:PASSWORD@HOST:PORT (at \
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
            "unknown option \"windw\", known are bind, version, system_type, window, local, \
             keepalive, proxy, ca, cert, key, sni (at character 14 of the address)",
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
        "smpp://esme:hunter2%+1@localhost",
        "smpp://esme:hunter2%4@localhost",
        "smpp://esme:hunter2\0@localhost",
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

#[cfg(not(feature = "tls"))]
#[test]
fn without_the_feature_smpps_names_it() {
    let (kind, message) = fails("smpps://a:b@h");
    assert_eq!(kind, UrlErrorKind::TlsUnsupported);
    assert!(message.contains("its feature `tls`"), "{message}");
}

#[test]
fn the_default_port_of_smpps_is_its_own() {
    assert_eq!((DEFAULT_PORT, DEFAULT_TLS_PORT), (2775, 3550));
}

/// Addresses with octets taken out, put in and changed: an answer of whatever kind.
#[test]
fn no_mangled_address_panics() {
    let seeds = [
        "smpp://id:pw@host1:2775,[::1]:2775/?bind=trx&version=3.4&window=10&local=::1",
        "smpps://a%20b:p%3Aw@h,h2:1?ca=a.pem&cert=c.pem&key=k.pem&sni=n&keepalive=9&proxy=v2",
    ];
    let signs: Vec<char> = ":/?#[]@,=&%.a1\u{e9}\0 ".chars().collect();
    let mut random = fastrand::Rng::with_seed(0x5e55);
    let mut parsed = 0;
    for round in 0..20_000 {
        let mut text: Vec<char> = seeds[round % seeds.len()].chars().collect();
        for _ in 0..random.usize(1..5) {
            let at = random.usize(..text.len());
            match random.u8(..3) {
                0 => drop(text.remove(at)),
                1 => text.insert(at, signs[random.usize(..signs.len())]),
                _ => text[at] = signs[random.usize(..signs.len())],
            }
        }
        let text: String = text.into_iter().collect();
        match text.parse::<SmppUrl>() {
            Ok(url) => {
                parsed += 1;
                // What is shown is an address again, with another password.
                let shown = url.to_string();
                let again = parse(&shown);
                assert_eq!(again.to_string(), shown, "{text}");
                assert_eq!(again.endpoints().len(), url.endpoints().len(), "{text}");
            }
            Err(error) => assert!(!error.to_string().is_empty(), "{text}"),
        }
    }
    assert!(parsed > 300, "{parsed}");
}
