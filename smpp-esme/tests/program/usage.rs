//! Wrong usage: exit code 2, and what would be right.

use crate::support::{run, run_with_input};

#[tokio::test]
async fn every_wrong_usage_says_what_would_be_right() {
    let send = |more: &[&'static str]| {
        let mut args = vec!["send", "--from", "A", "--to", "12345"];
        args.extend(more);
        args
    };
    let text = |more: &[&'static str]| {
        let mut args = send(&["--text", "Hi"]);
        args.extend(more);
        args
    };
    let long = "ж".repeat(20_000).leak();
    for (args, right) in [
        (vec![], "send"),
        (vec!["sned"], "'send'"),
        (send(&[]), "--text"),
        (vec!["send", "--to", "1", "--text", "Hi"], "--from"),
        (text(&["--hex", "00"]), "cannot be used with"),
        (send(&["--hex", "0"]), "one is missing"),
        (send(&["--file", "no/such/file"]), "no/such/file"),
        (text(&["--split", "halves"]), "payload"),
        (text(&["--encoding", "utf8"]), "ucs2"),
        (
            text(&["--encoding", "latin1", "--flash"]),
            "use gsm7 or ucs2",
        ),
        (
            send(&["--text", "ж", "--encoding", "gsm7"]),
            "--encoding auto",
        ),
        (send(&["--text", long]), "more than 255 parts"),
        (text(&["--validity", "soon"]), "15m, 2h, 3d"),
        (text(&["--validity", "99d"]), "up to 31 days"),
        (text(&["--at", "+1d", "--data-sm"]), "leave --data-sm out"),
        (text(&["--wait", "long"]), "90s"),
        (text(&["--tlv", "1400"]), "TAG=VALUE"),
        (text(&["--tlv", "nonsense=1"]), "0x1400"),
        (
            text(&["--url", "http://a:b@h"]),
            "smpp:// or smpps:// is wanted",
        ),
        (
            text(&["--url", "smpps://a:b@h?cert=c.pem"]),
            "cert needs key=FILE",
        ),
        (
            text(&["--url", "smpp://a:b@h?ca=c.pem"]),
            "write smpps:// instead of smpp://",
        ),
        (
            text(&["--url", "smpp://a:b@h?bind=rx"]),
            "bind=trx or bind=tx",
        ),
        (
            text(&["--url", "smpp://a:b@h?windw=1"]),
            "known are bind, version",
        ),
        (
            text(&["--url", "smpp://a:b@h?version=4"]),
            "3.3, 3.4 or 5.0",
        ),
        (
            text(&["--receipt", "--url", "smpp://a:b@h?bind=tx"]),
            "use bind=trx",
        ),
        (
            vec!["listen", "--url", "smpp://a:b@h?bind=tx"],
            "bind=trx or bind=rx",
        ),
        (vec!["listen", "--count", "0"], "--count"),
        (vec!["query"], "--id"),
        (
            vec!["query", "--id", "1", "--url", "smpp://localhost"],
            "SYSTEM_ID:PASSWORD@HOST",
        ),
        (vec!["decode", "--as", "thing", "00"], "receipt"),
        (vec!["decode", "zz"], "hexadecimal"),
        (vec!["decode", "capture.txt"], "no file of that name"),
    ] {
        let ran = run(&args).await;
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.err);
        assert!(
            ran.err.contains(right),
            "{args:?} wants {right:?}: {}",
            ran.err
        );
        assert_eq!(ran.out, "", "{args:?}");
    }
}

#[tokio::test]
async fn a_password_in_a_wrong_address_is_not_shown() {
    let url = "smpp://esme:hunter2@localhost:port";
    let ran = run(&["listen", "--url", url]).await;
    assert_eq!(ran.code, 2);
    assert!(!ran.err.contains("hunter2"), "{}", ran.err);
    let help = run(&["--help"]).await;
    assert_eq!(help.code, 0);
    assert!(!help.out.contains("secret"), "{}", help.out);
}

#[tokio::test]
async fn a_text_can_come_from_standard_input() {
    // It gets as far as the connection: the usage is right.
    let url = "smpp://esme:secret@127.0.0.1:1";
    let args = [
        "send", "--from", "A", "--to", "1", "--file", "-", "--url", url,
    ];
    let ran = run_with_input(&args, "Hi\n").await;
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(
        ran.out.starts_with("GSM 7-bit, 1 part: 2 septets"),
        "{}",
        ran.out
    );
}
