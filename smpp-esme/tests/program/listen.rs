//! `smpp-esme listen`.

use serde_json::Value;
use smpp_pdu::{Body, CommandId, CommandStatus, EsmClass, Pdu, ShortMessage};
use smpp_session::{CloseReason, RequestId};

use crate::centre::{Script, Seen, accept_all, accept_binds, receipt};
use crate::support::{Met, listener, meet, meet_at, run};

#[tokio::test]
async fn messages_and_receipts_are_printed_and_acknowledged() {
    let mut met = meet(&["listen", "--count", "2"], "", accept_all()).await;
    met.centre.when_bound().await;
    met.centre.deliver(1, b"hello\x1b[31m");
    met.centre.order(|link| {
        link.request(RequestId(2), receipt()).unwrap();
    });
    for id in 1..=2 {
        assert_eq!(
            met.centre.seen().await,
            Seen::Answer(id, CommandId::DELIVER_SM_RESP, CommandStatus::ESME_ROK)
        );
    }
    let ran = met.ran().await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert!(
        lines[0].starts_with("listening on smpp://esme:***@127.0.0.1:"),
        "{}",
        lines[0]
    );
    assert!(
        lines[1].starts_with("message 447700900123 -> 12345: hello"),
        "{}",
        lines[1]
    );
    assert!(!lines[1].contains('\x1b'), "control characters are escaped");
    assert_eq!(lines[2], "receipt 447700900123  message m1  DELIVRD");
}

#[tokio::test]
async fn json_lines_have_the_fields_of_the_message() {
    let met = meet(&["listen", "--count", "2", "--json"], "", accept_all()).await;
    met.centre.when_bound().await;
    met.centre.deliver(1, b"hello");
    met.centre.order(|link| {
        link.request(RequestId(2), receipt()).unwrap();
    });
    let ran = met.ran().await;
    let events = ran.events();
    assert_eq!(
        events[0].to_string(),
        r#"{"event":"message","source_addr":"447700900123","destination_addr":"12345","text":"hello","user_data":"68656c6c6f","data_coding":0,"encoding":"GSM 7-bit","part":null}"#
    );
    assert_eq!(events[1]["event"], "receipt");
    assert_eq!(events[1]["message_id"], "m1");
    assert_eq!(events[1]["state"], "DELIVERED");
    assert_eq!(events[1]["source_addr"], "447700900123");
}

#[tokio::test]
async fn an_interrupt_ends_it_in_good_order() {
    let mut met = meet(&["listen"], "?bind=rx", accept_binds()).await;
    met.centre.when_bound().await;
    met.centre.deliver(1, b"hello");
    met.centre.seen().await;
    met.interrupt();
    let (centre, ran) = met.ended().await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(centre.reason, CloseReason::PeerUnbound);
}

#[tokio::test]
async fn it_survives_a_restart_of_the_centre() {
    let listener = listener().await;
    let args = ["listen", "--count", "3"];
    let mut met = meet_at(&listener, &args, "", accept_all()).await;
    met.centre.when_bound().await;
    met.centre.deliver(1, b"before");
    met.centre.seen().await;
    met.centre.order(|link| link.unbind().unwrap());
    met.meets_again(&listener, accept_all()).await;
    met.centre.when_bound().await;
    met.centre.deliver(2, b"after");
    met.centre.seen().await;
    met.centre.deliver(3, b"last");
    let ran = met.ran().await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out.contains("before") && ran.out.contains("after"),
        "{}",
        ran.out
    );
    let lines: Vec<&str> = ran.err.lines().collect();
    let [lost, back] = lines[..] else {
        panic!("{}", ran.err);
    };
    assert!(
        lost.ends_with(": session lost: unbound by the peer; connecting again"),
        "{lost}"
    );
    assert!(back.ends_with(": bound"), "{back}");
}

#[tokio::test]
async fn a_refused_bind_is_exit_code_3_at_once_and_later() {
    let refusing = || -> Script { Box::new(|_| Some(CommandStatus::ESME_RINVPASWD)) };
    // At first also what may be otherwise later.
    for status in [CommandStatus::ESME_RINVPASWD, CommandStatus::ESME_RALYBND] {
        let met = meet(&["listen"], "", Box::new(move |_| Some(status))).await;
        let ran = met.ran().await;
        assert_eq!((ran.code, ran.err.lines().count()), (3, 1), "{}", ran.err);
        assert!(ran.err.contains(&status.to_string()), "{}", ran.err);
    }
    let listener = listener().await;
    let mut met = meet_at(&listener, &["listen"], "", accept_all()).await;
    met.centre.when_bound().await;
    met.centre.order(|link| link.close());
    met.meets_again(&listener, refusing()).await;
    let ran = met.ran().await;
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("check SYSTEM_ID:PASSWORD"), "{}", ran.err);
}

#[tokio::test]
async fn an_interrupt_ends_it_while_there_is_no_centre() {
    let mut met = meet(&["listen"], "", accept_all()).await;
    met.centre.when_bound().await;
    met.centre.deliver(1, b"hello");
    met.centre.seen().await;
    met.centre.order(|link| link.close());
    met.centre.when_ended().await;
    met.interrupt();
    let ran = met.ran().await;
    assert_eq!(ran.code, 0, "{}", ran.err);
}

/// A segment of a message in two, with the reference 7.
fn segment(met: &Met, id: u64, part: u8, text: &str) {
    let mut octets = vec![5, 0, 3, 7, 2, part];
    octets.extend_from_slice(text.as_bytes());
    met.centre.order(move |link| {
        let sm = receipt()
            .short_message(ShortMessage::new(&octets).unwrap())
            .esm_class(EsmClass::DEFAULT.with_udhi(true));
        link.request(RequestId(id), sm).unwrap();
    });
}

#[tokio::test]
async fn long_messages_are_printed_whole() {
    let met = meet(&["listen", "--count", "1", "--json"], "", accept_all()).await;
    met.centre.when_bound().await;
    segment(&met, 1, 2, "world");
    segment(&met, 2, 1, "hello ");
    let ran = met.ran().await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    let events = ran.events();
    assert_eq!(events[0]["text"], "hello world");
    assert_eq!(events[0]["parts"], 2);
    assert_eq!(events[0]["part"], Value::Null);
}

#[tokio::test]
async fn what_is_incomplete_at_the_end_is_printed_all_the_same() {
    let mut met = meet(&["listen", "--count", "1"], "", accept_all()).await;
    met.centre.when_bound().await;
    segment(&met, 1, 2, "world");
    let ok = |id| Seen::Answer(id, CommandId::DELIVER_SM_RESP, CommandStatus::ESME_ROK);
    assert_eq!(met.centre.seen().await, ok(1));
    met.centre.deliver(2, b"short");
    let ran = met.ran().await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    let last = ran.out.lines().last().unwrap();
    assert!(last.ends_with("(without part 1 of 2): world"), "{last}");
}

#[tokio::test]
async fn segments_are_printed_one_by_one_when_asked_for() {
    let args = ["listen", "--count", "1", "--segments", "--json"];
    let met = meet(&args, "", accept_all()).await;
    met.centre.when_bound().await;
    segment(&met, 1, 2, "world");
    let events = met.ran().await.events();
    assert_eq!(events[0]["text"], "world");
    assert_eq!(
        events[0]["part"].to_string(),
        r#"{"reference":7,"part":2,"total":2}"#
    );
}

#[tokio::test]
async fn a_command_decides_whether_a_message_is_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let seen = folder.path().join("seen");
    let command = format!(
        "test \"$SMPP_TEXT\" != bad && echo \"$SMPP_FROM $SMPP_TO\" >> '{0}' && cat >> '{0}'",
        seen.display()
    );
    let args = ["listen", "--count", "2", "--exec", &command, "--shell"];
    let mut met = meet(&args, "", accept_all()).await;
    met.centre.when_bound().await;
    let answer = |id, status| Seen::Answer(id, CommandId::DELIVER_SM_RESP, status);
    met.centre.deliver(1, b"bad");
    let later = CommandStatus::ESME_RX_T_APPN;
    assert_eq!(met.centre.seen().await, answer(1, later));
    // 0x02 is the dollar sign of the GSM alphabet.
    met.centre.deliver(2, b"good \x02(false) ;'\"");
    assert_eq!(met.centre.seen().await, answer(2, CommandStatus::ESME_ROK));
    let ran = met.ran().await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("exit code 1"), "{}", ran.err);
    let seen = std::fs::read_to_string(seen).unwrap();
    let (addresses, json) = seen.split_once('\n').unwrap();
    assert_eq!(addresses, "447700900123 12345");
    let json: Value = serde_json::from_str(json).unwrap();
    assert_eq!(json["text"], "good $(false) ;'\"");
    assert_eq!(json["event"], "message");
}

#[tokio::test]
async fn a_command_without_a_shell_is_split_at_blanks_and_has_a_time_limit() {
    let args = [
        "listen",
        "--count",
        "1",
        "--exec",
        "sleep 60",
        "--exec-timeout",
        "1",
    ];
    let mut met = meet(&args, "", accept_all()).await;
    met.centre.when_bound().await;
    met.centre.deliver(1, b"hello");
    assert_eq!(
        met.centre.seen().await,
        Seen::Answer(1, CommandId::DELIVER_SM_RESP, CommandStatus::ESME_RX_T_APPN)
    );
    let ran = met.ran().await;
    assert!(ran.err.contains("not done within 1 s"), "{}", ran.err);

    let args = ["listen", "--count", "1", "--exec", "/no/such/command"];
    let mut met = meet(&args, "", accept_all()).await;
    met.centre.when_bound().await;
    met.centre.deliver(1, b"hello");
    assert_eq!(
        met.centre.seen().await,
        Seen::Answer(1, CommandId::DELIVER_SM_RESP, CommandStatus::ESME_RX_T_APPN)
    );
    let ran = met.ran().await;
    assert!(ran.err.contains("/no/such/command"), "{}", ran.err);
}

#[tokio::test]
async fn keywords_are_replied_to() {
    let (told, mut replies) = tokio::sync::mpsc::unbounded_channel();
    let script = move |pdu: &Pdu<'_>| {
        if let Body::SubmitSm(sm) = &pdu.body {
            assert_eq!(sm.source_addr.addr.as_bytes(), b"12345");
            assert_eq!(sm.destination_addr.addr.as_bytes(), b"447700900123");
            told.send(sm.short_message.as_bytes().to_vec()).unwrap();
        }
        Some(CommandStatus::ESME_ROK)
    };
    let args = [
        "listen",
        "--count",
        "3",
        "--json",
        "--reply",
        "stop=You get no more = nothing",
        "--reply",
        "*=Send STOP",
    ];
    let mut met = meet(&args, "", Box::new(script)).await;
    met.centre.when_bound().await;
    for (id, text, reply) in [
        (1, &b"Stop it"[..], &b"You get no more = nothing"[..]),
        (2, b"", b"Send STOP"),
        (3, b"what?", b"Send STOP"),
    ] {
        met.centre.deliver(id, text);
        // The reply first, then the acknowledgement.
        assert_eq!(replies.recv().await.unwrap(), reply);
        assert_eq!(
            met.centre.seen().await,
            Seen::Answer(id, CommandId::DELIVER_SM_RESP, CommandStatus::ESME_ROK)
        );
    }
    let ran = met.ran().await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    let events = ran.events();
    let reply = events
        .iter()
        .find(|event| event["event"] == "reply")
        .unwrap();
    assert_eq!(reply["keyword"], "STOP");
    assert_eq!(reply["destination_addr"], "447700900123");
    assert_eq!(reply["message_ids"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_reply_that_is_refused_for_now_lets_the_message_come_again() {
    let script = |pdu: &Pdu<'_>| {
        Some(match &pdu.body {
            Body::SubmitSm(_) => CommandStatus::ESME_RTHROTTLED,
            _ => CommandStatus::ESME_ROK,
        })
    };
    let args = ["listen", "--count", "1", "--reply", "*=Hello"];
    let mut met = meet(&args, "", Box::new(script)).await;
    met.centre.when_bound().await;
    met.centre.deliver(1, b"hello");
    assert_eq!(
        met.centre.seen().await,
        Seen::Answer(1, CommandId::DELIVER_SM_RESP, CommandStatus::ESME_RX_T_APPN)
    );
    let ran = met.ran().await;
    assert!(ran.err.contains("--reply * to 447700900123"), "{}", ran.err);
}

#[tokio::test]
async fn what_cannot_work_is_said_before_anything_is_sent() {
    for (args, says) in [
        (&["--reply", "no keyword"][..], "KEYWORD=TEXT"),
        (&["--reply", "two words=x"], "one word"),
        (
            &["--reply", "A=x", "--url", "smpp://a:b@127.0.0.1:1?bind=rx"],
            "bind=trx",
        ),
        (&["--shell"], "--exec"),
        (&["--exec", " "], "name a command"),
        (&["--exec", "true", "--jobs", "0"], "--jobs"),
    ] {
        let ran = run(&[&["listen"], args].concat()).await;
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.err);
        assert!(ran.err.contains(says), "{args:?}: {}", ran.err);
    }
}
