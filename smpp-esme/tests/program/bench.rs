//! `smpp-esme bench`.

mod endings;

use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use smpp_pdu::{Body, CommandStatus, Pdu};
use smpp_smsc::Smsc;
use smpp_smsc::network::Handsets;

use crate::centre::{Script, accept_all};
use crate::support::{Ran, meet, run};

/// A message centre, and the address of it.
async fn smsc() -> (Smsc, String) {
    let handsets = Handsets::new(Duration::ZERO);
    let builder = Smsc::builder().account("esme", "hunter2");
    let smsc = builder.network(handsets).start();
    let address = smsc.listen("127.0.0.1:0").await.unwrap();
    (smsc, format!("smpp://esme:hunter2@{address}"))
}

/// The last object, which is the whole run.
fn summary(ran: &Ran) -> Value {
    let summary = ran.events().pop().unwrap();
    assert_eq!(summary["event"], "bench", "{}", ran.err);
    let count = |name: &str| summary[name].as_u64().unwrap();
    assert_eq!(
        count("submitted"),
        count("accepted") + count("rejected") + count("unknown"),
        "every message has one outcome: {summary}"
    );
    summary
}

fn intervals(ran: &Ran) -> Vec<Value> {
    let mut events = ran.events();
    events.retain(|event| event["event"] == "interval");
    events
}

/// Answers binds, and messages by `answer`, which gets their number from 1 on.
fn centre(mut answer: impl FnMut(u64) -> Option<CommandStatus> + Send + 'static) -> Script {
    let mut messages = 0;
    Box::new(move |pdu: &Pdu<'_>| match pdu.body {
        Body::SubmitSm(_) => {
            messages += 1;
            answer(messages)
        }
        _ => Some(CommandStatus::ESME_ROK),
    })
}

fn keys(value: &Value) -> Vec<&str> {
    let object = value.as_object().unwrap();
    object.keys().map(String::as_str).collect()
}

#[tokio::test]
async fn counts_add_up_over_sessions_threads_and_intervals() {
    let (smsc, url) = smsc().await;
    let ran = run(&[
        "bench",
        "--url",
        &url,
        "--messages",
        "3000",
        "--sessions",
        "3",
        "--threads",
        "2",
        "--window",
        "20",
        "--interval",
        "0.02",
        "--json",
    ])
    .await;
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    let summary = summary(&ran);
    assert_eq!(summary["submitted"], 3000);
    assert_eq!(summary["accepted"], 3000);
    assert_eq!(summary["latency_ms"]["count"], 3000);
    let parts = intervals(&ran);
    let accepted = parts.iter().map(|part| part["accepted"].as_u64().unwrap());
    assert_eq!(accepted.sum::<u64>(), 3000);
    smsc.shutdown().await;
}

#[tokio::test]
async fn sessions_take_turns_in_a_schedule() {
    let (smsc, url) = smsc().await;
    let ran = run(&[
        "bench",
        "--url",
        &url,
        "--messages",
        "100",
        "--rate",
        "5000/s",
        "--sessions",
        "3",
        "--window",
        "40",
        "--json",
    ])
    .await;
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    let summary = summary(&ran);
    assert_eq!(
        (&summary["scheduled"], &summary["accepted"]),
        (&100.into(), &100.into())
    );
    assert_eq!(summary["rate"], 5000.0);
    // 34, 33 and 33: each fits into the window of its session.
    assert_eq!(summary["delayed"], 0, "{summary}");
    smsc.shutdown().await;
}

#[tokio::test]
async fn the_objects_of_json_have_these_fields() {
    let ran = meet(
        &["bench", "--messages", "20", "--length", "7", "--json"],
        "?window=4",
        accept_all(),
    )
    .await
    .ran()
    .await;
    let summary = summary(&ran);
    assert_eq!(
        keys(&summary),
        [
            "event",
            "loop",
            "rate",
            "sessions",
            "window",
            "threads",
            "octets",
            "seconds",
            "submitted",
            "accepted",
            "rejected",
            "unknown",
            "not_sent",
            "per_second",
            "statuses",
            "unknown_by",
            "scheduled",
            "delayed",
            "unsent",
            "latency_ms",
            "response_ms",
            "refusal_ms",
            "receipt_ms",
            "receipts",
            "client_busy",
            "client_waiting",
            "connection_blocked",
            "limiter",
            "limited_by",
            "interrupted",
        ]
    );
    let latency = &summary["latency_ms"];
    let names = ["count", "min", "mean", "p50", "p90", "p99", "p99_9", "max"];
    assert_eq!(keys(latency), names);
    let times: Vec<f64> = names
        .iter()
        .filter(|name| !["count", "mean"].contains(name))
        .map(|name| latency[*name].as_f64().unwrap())
        .collect();
    assert!(times.is_sorted(), "{latency}");
    assert_eq!(
        (&summary["loop"], &summary["window"], &summary["octets"]),
        (&"closed".into(), &4.into(), &7.into()),
        "the window is that of the address"
    );
    let parts = intervals(&ran);
    assert_eq!(
        keys(&parts[0]),
        [
            "event",
            "at",
            "seconds",
            "accepted",
            "rejected",
            "unknown",
            "outstanding",
            "receipts",
            "per_second",
            "latency_ms",
        ]
    );
}

#[tokio::test]
async fn people_get_a_table_and_the_limit_and_no_progress_bar_in_a_pipe() {
    let ran = meet(&["bench", "--messages", "200"], "", accept_all())
        .await
        .ran()
        .await;
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(
        lines[0],
        "200 messages of 140 octets, 1 session with window 10 in 1 thread, closed loop"
    );
    assert!(lines[1].starts_with("accepted   200 in "), "{}", ran.out);
    assert!(lines[3].starts_with("  response "), "{}", ran.out);
    let last = lines.last().unwrap();
    assert!(last.starts_with("limited by "), "{}", ran.out);
    assert!(
        !ran.out.contains("rejected") && !ran.out.contains("unknown"),
        "{}",
        ran.out
    );
}

#[tokio::test]
async fn receipts_are_waited_for_and_told_from_those_of_others() {
    let (smsc, url) = smsc().await;
    // A receipt that nobody has taken.
    let args = [
        "send",
        "--url",
        &url,
        "--from",
        "A",
        "--to",
        "447700900123",
        "--text",
        "Hi",
    ];
    let sent = run(&[&args[..], &["--wait", "0"]].concat()).await;
    assert_eq!(sent.code, 0, "{}", sent.err);
    let ran = run(&[
        "bench",
        "--url",
        &url,
        "--messages",
        "300",
        "--sessions",
        "2",
        "--warmup",
        "20",
        "--receipts",
        "--json",
    ])
    .await;
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    let summary = summary(&ran);
    assert_eq!(summary["receipts"]["delivered"], 300, "{summary}");
    assert_eq!(summary["receipts"]["missing"], 0);
    assert_eq!(summary["receipt_ms"]["count"], 300);
    smsc.shutdown().await;
}

#[tokio::test]
async fn recipients_are_counted_and_the_warm_up_is_not() {
    let recipients = Arc::new(Mutex::new(BTreeSet::new()));
    let submits = Arc::new(AtomicU64::new(0));
    let (seen, counted) = (Arc::clone(&recipients), Arc::clone(&submits));
    let script: Script = Box::new(move |pdu| {
        if let Body::SubmitSm(sm) = pdu.body {
            counted.fetch_add(1, Ordering::SeqCst);
            let to = sm.destination_addr.addr.as_str().unwrap().to_owned();
            seen.lock().unwrap().insert(to);
        }
        Some(CommandStatus::ESME_ROK)
    });
    let ran = meet(
        &[
            "bench",
            "--messages",
            "40",
            "--warmup",
            "7",
            "--to",
            "4477#",
            "--json",
        ],
        "",
        script,
    )
    .await
    .ran()
    .await;
    assert_eq!(summary(&ran)["submitted"], 40, "{}", ran.err);
    assert_eq!(submits.load(Ordering::SeqCst), 47);
    let recipients = recipients.lock().unwrap();
    assert_eq!(recipients.len(), 10);
    assert_eq!(recipients.first().unwrap(), "44770");
}

#[tokio::test]
async fn the_plot_has_a_point_for_each_interval() {
    let folder = tempfile::tempdir().unwrap();
    let plot = folder.path().join("out.svg");
    let args = [
        "bench",
        "--duration",
        "0.3",
        "--interval",
        "0.05",
        "--json",
        "--plot",
        plot.to_str().unwrap(),
    ];
    let ran = meet(&args, "", accept_all()).await.ran().await;
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let svg = std::fs::read_to_string(&plot).unwrap();
    assert_well_formed(&svg);
    let points = intervals(&ran);
    let with_latency = points.iter().filter(|point| !point["latency_ms"].is_null());
    // One line for the rate, five for the percentiles.
    let circles = points.len() + 5 * with_latency.count();
    assert_eq!(svg.matches("<circle").count(), circles);
    for text in [
        "1 session with window 10",
        "messages per second",
        "latency (logarithmic)",
        "seconds since the start",
        "p99.9",
        "accepted",
    ] {
        assert!(svg.contains(text), "{text} is missing");
    }
}

/// Every tag that is opened is closed, in order.
fn assert_well_formed(svg: &str) {
    let mut open: Vec<&str> = Vec::new();
    for part in svg.split('<').skip(1) {
        let (tag, text) = part.split_once('>').expect("a tag ends");
        assert!(!text.contains('&') || text.contains(';'), "{text}");
        let name = tag.split_whitespace().next().unwrap();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None if tag.ends_with('/') || tag.starts_with(['?', '!']) => {}
            None => open.push(name),
        }
    }
    assert!(svg.starts_with("<svg") && open.is_empty(), "{open:?}");
}

#[tokio::test]
async fn wrong_usage_says_what_would_be_right() {
    for (args, right) in [
        (vec!["--messages", "0"], "--messages"),
        (
            vec!["--messages", "1", "--duration", "1"],
            "cannot be used with",
        ),
        (vec!["--duration", "0"], "at least a millisecond"),
        (vec!["--duration", "long"], "90s"),
        (vec!["--window", "0"], "65535"),
        (vec!["--window", "65536"], "65535"),
        (vec!["--sessions", "0"], "1000"),
        (vec!["--rate", "fast"], "20000/s"),
        (vec!["--rate", "0"], "20000/s"),
        (vec!["--length", "255"], "254"),
        (vec!["--length", "9", "--text", "Hi"], "cannot be used with"),
        (vec!["--to", "44#7#"], "one run of #"),
        (vec!["--from", "a name that is far too long"], "at most 20"),
        (vec!["--timeout", "0"], "at least a millisecond"),
        (vec!["--plot", "out.png"], ".svg"),
        (vec!["--plot", "no/such/folder/out.svg"], "no/such/folder"),
        (vec!["--url", "smpp://a:b@h?bind=rx"], "bind=trx or bind=tx"),
        (
            vec!["--receipts", "--url", "smpp://a:b@h?bind=tx"],
            "use bind=trx",
        ),
    ] {
        let mut all = vec!["bench"];
        all.extend(&args);
        let ran = run(&all).await;
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.err);
        assert!(
            ran.err.contains(right),
            "{args:?} wants {right:?}: {}",
            ran.err
        );
        assert_eq!(ran.out, "", "{args:?}");
    }
}
