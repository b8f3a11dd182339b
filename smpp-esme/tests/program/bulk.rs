//! `smpp-esme bulk`: a file of messages, each once.

mod sessions;

use core::fmt::Write as _;
use core::time::Duration;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde_json::Value;
use smpp_pdu::{Body, CommandId, CommandStatus};
use smpp_session::CloseReason;
use smpp_smsc::Smsc;
use smpp_smsc::network::{Attempt, Network, Outcome, Reports};
use tempfile::TempDir;
use tokio::sync::Notify;

use crate::centre::{Script, accept_all, submitted};
use crate::support::{Ran, meet, run, spawn};

/// A file in a folder of its own.
struct Folder {
    dir: TempDir,
}

impl Folder {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

fn numbered(rows: usize) -> String {
    let mut text = "to,text\n".to_owned();
    for row in 1..=rows {
        writeln!(text, "+4477009{row:05},number {row}").unwrap();
    }
    text
}

/// Events of rows by their outcome, and the last line.
fn rows(ran: &Ran) -> (HashMap<String, Vec<u64>>, Value) {
    let mut events = ran.events();
    let summary = events.pop().unwrap();
    let mut by = HashMap::<String, Vec<u64>>::new();
    for event in events {
        assert_eq!(event["event"], "row");
        let outcome = event["outcome"].as_str().unwrap().to_owned();
        by.entry(outcome)
            .or_default()
            .push(event["row"].as_u64().unwrap());
    }
    assert_eq!(summary["event"], "summary");
    (by, summary)
}

/// A network that counts what arrives.
#[derive(Clone, Default)]
struct Arrivals {
    texts: Arc<Mutex<HashMap<String, u32>>>,
    more: Arc<Notify>,
}

impl Arrivals {
    /// Returns when `enough` says so.
    async fn when(&self, enough: impl Fn(&HashMap<String, u32>) -> bool) {
        let wait = async {
            loop {
                let more = self.more.notified();
                if enough(&self.texts.lock().unwrap()) {
                    return;
                }
                more.await;
            }
        };
        let limit = Duration::from_secs(60);
        tokio::time::timeout(limit, wait).await.expect("it arrives");
    }
}

#[async_trait]
impl Network for Arrivals {
    async fn attempt(&self, attempts: Vec<Attempt>, reports: &Reports) {
        for attempt in &attempts {
            let text = attempt.message.content().text;
            let text = String::from_utf8(text.to_vec()).unwrap();
            *self.texts.lock().unwrap().entry(text).or_default() += 1;
        }
        let all = attempts.iter().map(|one| one.ended(Outcome::Delivered));
        reports.send(all.collect());
        self.more.notify_one();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_run_goes_on_with_nothing_twice_and_nothing_missing() {
    const ROWS: usize = 2000;
    let arrivals = Arrivals::default();
    let smsc = Smsc::builder()
        .account("esme", "secret")
        .network(arrivals.clone())
        .start();
    let address = smsc.listen("127.0.0.1:0").await.unwrap();
    let url = format!("smpp://esme:secret@{address}");
    let folder = Folder::new();
    let file = folder.write("b.csv", &numbered(ROWS));
    let args = [
        "bulk",
        &file,
        "--url",
        &url,
        "--window",
        "20",
        "--sessions",
        "2",
        "--rate",
        "1000/s",
        "--json",
    ];

    // Killed twice, in the middle.
    for at_least in [300, 900] {
        // Without a line for each row, which nobody would read.
        let mut child = spawn(args.split_last().unwrap().1);
        arrivals.when(|texts| texts.len() >= at_least).await;
        child.kill().await.unwrap();
    }
    let ran = run(&args).await;
    let (by, summary) = rows(&ran);
    let unknown: HashSet<u64> = by.get("unknown").into_iter().flatten().copied().collect();
    assert_eq!(summary["taken"], ROWS - unknown.len(), "{summary}");
    assert_eq!(summary["unknown"], unknown.len());
    assert_eq!(ran.code, i32::from(!unknown.is_empty()), "{}", ran.err);
    // Twice the window, twice killed.
    assert!(unknown.len() <= 80, "{}", unknown.len());
    let text = |row: u64| format!("number {row}");
    let taken = || (1..=ROWS as u64).filter(|row| !unknown.contains(row));
    arrivals
        .when(|texts| taken().all(|row| texts.contains_key(&text(row))))
        .await;
    let lost = {
        let texts = arrivals.texts.lock().unwrap();
        let twice: Vec<_> = texts.iter().filter(|(_, count)| **count > 1).collect();
        assert!(twice.is_empty(), "{twice:?}");
        ROWS - texts.len()
    };
    assert!(lost <= unknown.len());
    println!(
        "## bulk: killed twice in {ROWS} rows: {} unknown, {lost} of them not sent, none twice",
        unknown.len()
    );

    // The unknown ones are sent when that is wanted, and nothing else is.
    let mut again = args.to_vec();
    again.push("--resend-unknown");
    let ran = run(&again).await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(rows(&ran).1["requests"], unknown.len());
    arrivals.when(|texts| texts.len() == ROWS).await;
    smsc.shutdown().await;
}

#[tokio::test]
async fn every_row_has_its_outcome_and_the_worst_is_the_exit_code() {
    let folder = Folder::new();
    let file = folder.write(
        "b.jsonl",
        "{\"to\":\"+447700900001\",\"text\":\"one\"}\n\n\
         {\"to\":\"+447700900002\",\"text\":\"two\",\"flash\":true,\"from\":\"A\"}\n\
         {\"to\":\"+447700900003\",\"hex\":\"0102\",\"receipt\":true,\"validity\":\"2h\"}\n",
    );
    let results = folder.path("out.csv");
    let script: Script = Box::new(|pdu| {
        Some(match pdu.body {
            Body::SubmitSm(sm) if sm.destination_addr.addr.as_bytes().ends_with(b"2") => {
                assert_eq!(sm.source_addr.addr.as_bytes(), b"A");
                CommandStatus::ESME_RINVDSTADR
            }
            Body::SubmitSm(sm) => {
                assert_eq!(sm.source_addr.addr.as_bytes(), b"SHOP");
                CommandStatus::ESME_ROK
            }
            _ => CommandStatus::ESME_ROK,
        })
    });
    let args = [
        "bulk",
        &file,
        "--from",
        "SHOP",
        "--results",
        results.to_str().unwrap(),
    ];
    let ran = meet(&args, "", script).await.ran().await;
    assert_eq!(ran.code, 4, "{}", ran.err);
    assert!(ran.out.contains("3 rows in ") && ran.out.contains("2 taken, 1 rejected"));
    assert!(
        ran.err
            .starts_with("smpp-esme: line 3: +447700900002: rejected: the centre refused"),
        "{}",
        ran.err
    );
    let table = std::fs::read_to_string(&results).unwrap();
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[0], "row,line,to,outcome,message_ids,error");
    assert_eq!(lines[1], "1,1,+447700900001,taken,m2,");
    assert!(lines[2].starts_with("2,3,+447700900002,rejected,,\"the centre"));
    assert_eq!(lines[3], "3,4,+447700900003,taken,m3,");

    // Once more: nothing is sent, and the refusal is still one.
    let mut args = args.to_vec();
    args.push("--json");
    let ran = meet(&args, "", accept_all()).await.ran().await;
    let (by, summary) = rows(&ran);
    assert_eq!((ran.code, &summary["requests"]), (4, &0.into()));
    assert_eq!(by, HashMap::from([("rejected".into(), vec![2])]));
    assert_eq!(std::fs::read_to_string(&results).unwrap(), table);
}

#[tokio::test]
async fn an_interrupt_ends_it_in_good_order_and_retries_are_not_waited_for() {
    let folder = Folder::new();
    let file = folder.write("b.csv", &numbered(10));
    let args = ["bulk", &file, "--json", "--window", "2"];
    let script: Script = Box::new(|pdu| match pdu.body {
        Body::Bind(_) => Some(CommandStatus::ESME_ROK),
        Body::SubmitSm(sm) if sm.short_message.as_bytes() == b"number 1" => {
            Some(CommandStatus::ESME_RSYSERR)
        }
        _ => None,
    });
    let mut met = meet(&args, "", script).await;
    let number = met.centre.request(CommandId::SUBMIT_SM).await;
    met.interrupt();
    // It waits for the response of the second row, and not for the first.
    met.centre.order(move |link| submitted(link, number, "m2"));
    let (ended, ran) = met.ended().await;
    assert_eq!(ended.reason, CloseReason::PeerUnbound);
    let (by, summary) = rows(&ran);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let first = [by.get("not_sent"), by.get("taken")];
    assert_eq!(first, [Some(&vec![1]), Some(&vec![2])], "{summary}");
    assert_eq!(
        (&summary["not_sent"], &summary["unknown"]),
        (&9.into(), &0.into())
    );

    let ran = meet(&args, "", accept_all()).await.ran().await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(rows(&ran).1["requests"], 9);
}

#[tokio::test]
async fn a_journal_that_was_cut_short_is_read_as_far_as_it_goes() {
    let folder = Folder::new();
    let file = folder.write("b.csv", &numbered(3));
    let ran = meet(&["bulk", &file], "", accept_all()).await.ran().await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    let journal = folder.path("b.csv.journal");
    let text = std::fs::read_to_string(&journal).unwrap();
    // Everywhere in the last line, and here and there before it.
    let last = text.trim_end().rfind('\n').unwrap();
    for cut in (0..last).step_by(23).chain((last..text.len()).step_by(5)) {
        std::fs::write(&journal, &text[..cut]).unwrap();
        let args = ["bulk", &file, "--json"];
        let ran = meet(&args, "", accept_all()).await.ran().await;
        let (by, summary) = rows(&ran);
        let all = ["taken", "unknown"].map(|word| summary[word].as_u64().unwrap());
        assert_eq!(all[0] + all[1], 3, "{cut}: {summary}");
        let sent = by.get("taken").map_or(0, Vec::len);
        assert_eq!(summary["requests"], sent);
        // What this run has written behind the cut is read as well.
        let ran = meet(&args, "", accept_all()).await.ran().await;
        let again = rows(&ran).1;
        assert_eq!(again["requests"], 0, "{cut}");
        assert_eq!(again["unknown"], summary["unknown"], "{cut}");
    }
}

#[tokio::test]
async fn what_would_send_something_else_is_refused() {
    let folder = Folder::new();
    let file = folder.write("b.csv", &numbered(3));
    meet(&["bulk", &file], "", accept_all()).await.ran().await;
    folder.write("b.csv", &numbered(3).replace("number 2", "another"));
    let ran = meet(&["bulk", &file], "", accept_all()).await.ran().await;
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("line 3 is not what it was"), "{}", ran.err);

    let other = folder.write("other", "anything\n");
    let ran = run(&["bulk", &file, "--journal", &other]).await;
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("no journal of bulk"), "{}", ran.err);
    assert_eq!(
        std::fs::read_to_string(Path::new(&other)).unwrap(),
        "anything\n"
    );

    let script: Script =
        Box::new(|pdu| matches!(pdu.body, Body::Bind(_)).then_some(CommandStatus::ESME_ROK));
    let fresh = folder.write("c.csv", &numbered(1));
    let mut met = meet(&["bulk", &fresh], "", script).await;
    let number = met.centre.request(CommandId::SUBMIT_SM).await;
    let second = run(&["bulk", &fresh]).await;
    assert_eq!(second.code, 1);
    assert!(second.err.contains("another run has this journal open"));
    met.centre.order(move |link| submitted(link, number, "m1"));
    assert_eq!(met.ran().await.code, 0);
}

#[tokio::test]
async fn wrong_rows_are_named_by_line_and_column_and_nothing_is_sent() {
    let folder = Folder::new();
    let csv = "to,text,validity\n+4477,Hi,soon\n,Hi,\n+4477,,\n12345,\"a\nb\",2h\n12345,ok,2h,x\n";
    let jsonl =
        "{\"to\":\"12345\",\"text\":\"Hi\"}\n{\"to\":1,\"txt\":\"Hi\"}\n{\"to\":\"1\"\n[]\n";
    for (name, text, says) in [
        (
            "b.csv",
            csv,
            "line 2: column validity: \"soon\" is no span of time",
        ),
        ("b.csv", csv, "line 3: column to: it is empty"),
        ("b.csv", csv, "line 4: column text: it is empty"),
        ("b.csv", csv, "line 7: 4 columns, the header has 3"),
        ("b.csv", csv, "4 rows cannot be sent; nothing was sent"),
        (
            "b.csv",
            "to,body\n",
            "no column \"body\"; known are from, to",
        ),
        ("b.csv", "to\n", "must name the columns to, and text or hex"),
        (
            "b.csv",
            "to,text,encoding\n1,ж,gsm7\n",
            "line 2: column text: GSM 7-bit has no ж (at 0)",
        ),
        (
            "b.csv",
            "to,text\n1234567890123456789012345,a\n",
            "column to: destination_addr takes at most 20",
        ),
        ("b.jsonl", jsonl, "line 2: there is no column \"txt\""),
        (
            "b.jsonl",
            jsonl,
            "line 3: column 9: EOF while parsing an object\n",
        ),
        ("b.jsonl", jsonl, "line 4: a JSON object is wanted"),
        ("b.txt", "", "name it .csv or .jsonl"),
    ] {
        let file = folder.write(name, text);
        let ran = run(&["bulk", &file]).await;
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{text}");
        assert!(ran.err.contains(says), "{says:?}: {}", ran.err);
        assert!(!folder.path(&format!("{name}.journal")).exists());
    }
    for (option, says) in [
        ("--rate=fast", "50/s"),
        ("--window=0", "1.."),
        ("--rate=10/m", "one a second"),
    ] {
        let ran = run(&["bulk", "b.csv", option]).await;
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains(says), "{}", ran.err);
    }
}
