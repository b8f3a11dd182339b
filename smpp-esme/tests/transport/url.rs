//! Every option of an address that is about the connection, good and bad.

use smpp_esme::{Connect, SmppUrl, UrlErrorKind};

fn parse(text: &str) -> SmppUrl {
    text.parse().unwrap()
}

#[test]
fn every_option_is_read_and_written_again() {
    let text = "smpps://a:***@[::1]:99,h:3550?local=::1&keepalive=60&proxy=v2&ca=x%2Fca.pem\
                &ca=b.pem&cert=c.pem&key=k.pem&sni=smsc.example";
    assert_eq!(parse(text).to_string(), text);
    assert_eq!(parse("smpp://a@h").to_string(), "smpp://a@h:2775");
}

#[test]
fn an_option_may_hold_what_ends_the_hosts() {
    let url = parse("smpps://a:b@h?ca=/etc/smpp/ca.pem");
    assert_eq!(
        url.to_string(),
        "smpps://a:***@h:3550?ca=%2Fetc%2Fsmpp%2Fca.pem"
    );
}

#[test]
fn several_hosts_are_so_many_endpoints() {
    let url = parse("smpp://id:pw@host1:2776,host2,[::1]:1/?keepalive=9&local=127.0.0.1&proxy=v2");
    let endpoints = url.endpoints();
    let names: Vec<_> = endpoints.iter().map(Connect::name).collect();
    assert_eq!(names, ["host1:2776", "host2:2775", "[::1]:1"]);
    assert_eq!((url.host(), url.port()), ("host1", 2776));
    for endpoint in &endpoints {
        let shown = format!("{endpoint:?}");
        for part in ["idle: 9s", "local: Some(127.0.0.1)", "Some(Connection)"] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        assert!(!endpoint.is_tls());
    }
}

#[test]
fn smpps_is_tls_at_its_own_port() {
    let url = parse("SMPPS://a:b@h1,h2:1?ca=ca.pem&cert=c.pem&key=k.pem&sni=n.example");
    assert!(url.is_tls());
    let endpoints = url.endpoints();
    assert_eq!(endpoints[0].name(), "h1:3550");
    assert_eq!(endpoints[1].name(), "h2:1");
    for endpoint in &endpoints {
        assert!(endpoint.is_tls());
        let shown = format!("{endpoint:?}");
        for part in ["\"ca.pem\"", "\"c.pem\"", "\"k.pem\"", "\"n.example\""] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
    }
}

#[test]
fn every_bad_option_is_answered_with_what_would_be_right() {
    for (text, kind, message) in [
        (
            "smpp://a:b@h?local=here",
            UrlErrorKind::OptionValue,
            "local is \"here\", it can be an IP address of this machine, such as 192.0.2.7 or \
             2001:db8::7 (at character 20 of the address)",
        ),
        (
            "smpp://a:b@h?keepalive=0",
            UrlErrorKind::OptionValue,
            "keepalive is \"0\", it can be a number of seconds from 1 to 32767 (at character 24 \
             of the address)",
        ),
        (
            "smpp://a:b@h?keepalive=32768",
            UrlErrorKind::OptionValue,
            "keepalive is \"32768\", it can be a number of seconds from 1 to 32767 (at character \
             24 of the address)",
        ),
        (
            "smpp://a:b@h?proxy=v1",
            UrlErrorKind::OptionValue,
            "proxy is \"v1\", it can be v2 (at character 20 of the address)",
        ),
        (
            "smpp://a:b@h?ca=ca.pem",
            UrlErrorKind::OptionValue,
            "ca is for TLS: write smpps:// instead of smpp:// (at character 14 of the address)",
        ),
        (
            "smpp://a:b@h?sni=n",
            UrlErrorKind::OptionValue,
            "sni is for TLS: write smpps:// instead of smpp:// (at character 14 of the address)",
        ),
        (
            "smpps://a:b@h?ca=",
            UrlErrorKind::OptionValue,
            "ca is \"\", it can be a name in UTF-8 (at character 18 of the address)",
        ),
        (
            "smpps://a:b@h?ca=%ff",
            UrlErrorKind::OptionValue,
            "ca is \"\u{fffd}\", it can be a name in UTF-8 (at character 18 of the address)",
        ),
        (
            "smpps://a:b@h?sni=a%20b",
            UrlErrorKind::OptionValue,
            "sni is \"a b\", it can be a host name or an IP address (at character 19 of the \
             address)",
        ),
        (
            "smpps://a:b@h?cert=c.pem",
            UrlErrorKind::OptionValue,
            "cert needs key=FILE beside it, the same file where it holds both",
        ),
        (
            "smpps://a:b@h?key=k.pem",
            UrlErrorKind::OptionValue,
            "key needs cert=FILE beside it",
        ),
        (
            "smpp://a:b@h1,,h2",
            UrlErrorKind::Host,
            "the host is missing, write smpp://SYSTEM_ID:PASSWORD@HOST:PORT (at character 15 of \
             the address)",
        ),
        (
            "smpp://a:b@h1,h2:x",
            UrlErrorKind::Port,
            "the port is \"x\", it can be 1 to 65535 (at character 18 of the address)",
        ),
    ] {
        let error = text.parse::<SmppUrl>().unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string()),
            (kind, message.to_owned()),
            "{text}"
        );
    }
}
