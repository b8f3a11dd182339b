//! Centres that do not take everything, and runs that do not go to their end.

use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::sync::Arc;

use smpp_pdu::{CommandId, CommandStatus};
use smpp_session::CloseReason;
use tokio::sync::Notify;

use super::{centre, intervals, summary};
use crate::centre::{accept_all, accept_binds, submitted};
use crate::support::{meet, run};

#[tokio::test]
async fn receipts_that_do_not_come_are_missing() {
    let args = [
        "bench",
        "--messages",
        "5",
        "--receipts",
        "--wait",
        "0",
        "--json",
    ];
    let ran = meet(&args, "", accept_all()).await.ran().await;
    assert_eq!(ran.code, 6, "{}", ran.out);
    assert_eq!(summary(&ran)["receipts"]["missing"], 5);
}

#[tokio::test]
async fn a_centre_that_throttles_is_the_limit() {
    let throttle = centre(|number| {
        Some(match number % 4 {
            0 => CommandStatus::ESME_RTHROTTLED,
            1 => CommandStatus(0x401),
            _ => CommandStatus::ESME_ROK,
        })
    });
    let args = ["bench", "--messages", "400", "--json"];
    let ran = meet(&args, "", throttle).await.ran().await;
    assert_eq!((ran.code, ran.err.as_str()), (4, ""));
    let summary = summary(&ran);
    assert_eq!(
        (&summary["accepted"], &summary["rejected"]),
        (&200.into(), &200.into())
    );
    assert_eq!(summary["statuses"]["ESME_RTHROTTLED"], 100);
    assert_eq!(summary["statuses"]["0x00000401"], 100);
    assert_eq!(summary["refusal_ms"]["count"], 200);
    assert_eq!(summary["limiter"], "throttling");
}

#[tokio::test]
async fn a_centre_that_stops_answering_ends_the_run() {
    let stop = centre(|number| (number <= 20).then_some(CommandStatus::ESME_ROK));
    let args = [
        "bench",
        "--messages",
        "1000",
        "--window",
        "5",
        "--timeout",
        "1",
        "--warmup",
        "0",
        "--json",
    ];
    let ran = meet(&args, "", stop).await.ran().await;
    assert_eq!(ran.code, 6, "{}", ran.out);
    assert!(
        ran.err.contains("no response to submit_sm in time"),
        "{}",
        ran.err
    );
    let summary = summary(&ran);
    assert_eq!(summary["accepted"], 20);
    assert_eq!(
        summary["unknown_by"]["expired"], 5,
        "the window, and nothing after it"
    );
}

#[tokio::test]
async fn a_session_that_is_lost_leaves_unknown_outcomes() {
    let enough = Arc::new(Notify::new());
    let reached = Arc::clone(&enough);
    let stop = centre(move |number| {
        if number == 23 {
            reached.notify_one();
        }
        (number <= 20).then_some(CommandStatus::ESME_ROK)
    });
    let mut args = vec!["bench", "--messages", "1000", "--window", "3", "--json"];
    args.extend(["--warmup", "0"]);
    let met = meet(&args, "", stop).await;
    enough.notified().await;
    met.centre.order(|link| link.close());
    let ran = met.ran().await;
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.err.contains("the session ended before"), "{}", ran.err);
    let summary = summary(&ran);
    assert_eq!(summary["accepted"], 20);
    assert_eq!(summary["unknown_by"]["link_lost"], 3);
}

/// The centre answers nothing until a whole window waits, and a while longer.
/// Everything should have left by then: a hundred microseconds are enough.
#[tokio::test]
async fn a_stall_is_in_the_latency_of_all_that_should_have_left() {
    const STALL: Duration = Duration::from_millis(200);
    let flows = Arc::new(AtomicBool::new(false));
    let does_flow = Arc::clone(&flows);
    let stalled = centre(move |_| {
        let flows = does_flow.load(Ordering::SeqCst);
        flows.then_some(CommandStatus::ESME_ROK)
    });
    let mut met = meet(
        &[
            "bench",
            "--messages",
            "50",
            "--rate",
            "500000/s",
            "--window",
            "10",
            "--warmup",
            "0",
            "--interval",
            "0.02",
            "--json",
        ],
        "",
        stalled,
    )
    .await;
    let mut waiting = Vec::new();
    for _ in 0..10 {
        waiting.push(met.centre.request(CommandId::SUBMIT_SM).await);
    }
    tokio::time::sleep(STALL).await;
    flows.store(true, Ordering::SeqCst);
    met.centre.order(move |link| {
        for number in waiting {
            submitted(link, number, "m");
        }
    });
    let ran = met.ran().await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    let summary = summary(&ran);
    assert_eq!(
        (&summary["scheduled"], &summary["accepted"]),
        (&50.into(), &50.into())
    );
    assert_eq!(
        summary["delayed"], 40,
        "all but the first window: {summary}"
    );
    let stall = STALL.as_secs_f64() * 1000.0;
    let fastest = summary["latency_ms"]["min"].as_f64().unwrap();
    assert!(fastest >= stall, "nobody was served before: {summary}");
    let p50 = |name: &str| summary[name]["p50"].as_f64().unwrap();
    assert!(p50("response_ms") < p50("latency_ms"), "{summary}");
    assert_ne!(summary["limiter"], "rate", "the schedule was not kept");
    let parts = intervals(&ran);
    let idle = parts.iter().filter(|part| part["accepted"] == 0);
    assert!(
        idle.count() > 0,
        "the stall is a point of its own: {parts:?}"
    );
}

#[tokio::test]
async fn a_schedule_that_is_kept_is_the_limit() {
    let args = [
        "bench",
        "--duration",
        "0.5",
        "--rate",
        "200/s",
        "--window",
        "100",
        "--json",
    ];
    let ran = meet(&args, "", accept_all()).await.ran().await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    let summary = summary(&ran);
    assert_eq!(
        (&summary["scheduled"], &summary["accepted"]),
        (&100.into(), &100.into())
    );
    assert_eq!(
        (&summary["delayed"], &summary["unsent"]),
        (&0.into(), &0.into())
    );
    assert_eq!(summary["limiter"], "rate");
    // The next one would leave in an hour: the run is not that long.
    let args = ["bench", "--duration", "0.2", "--rate", "1/h", "--json"];
    let ran = meet(&args, "", accept_all()).await.ran().await;
    let seconds = super::summary(&ran)["seconds"].as_f64().unwrap();
    assert!((0.2..3600.0).contains(&seconds), "{seconds}");
}

#[tokio::test]
async fn an_interrupt_ends_it_with_a_report() {
    let enough = Arc::new(Notify::new());
    let reached = Arc::clone(&enough);
    let script = centre(move |number| {
        if number == 100 {
            reached.notify_one();
        }
        Some(CommandStatus::ESME_ROK)
    });
    let met = meet(&["bench", "--duration", "1h", "--json"], "", script).await;
    enough.notified().await;
    met.interrupt();
    let (centre, ran) = met.ended().await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(centre.reason, CloseReason::PeerUnbound);
    let summary = summary(&ran);
    assert_eq!(summary["interrupted"], true);
    assert!(summary["accepted"].as_u64().unwrap() >= 99, "{summary}");
    assert_eq!(summary["unknown"], 0, "what was outstanding was waited for");
}

#[tokio::test]
async fn no_centre_is_exit_code_3() {
    let url = "smpp://esme:secret@127.0.0.1:1";
    let ran = run(&["bench", "--url", url, "--sessions", "2", "--json"]).await;
    assert_eq!((ran.code, ran.out.as_str()), (3, ""));
    assert!(ran.err.contains("Check HOST:PORT in --url"), "{}", ran.err);
}

#[tokio::test]
async fn a_second_interrupt_does_not_wait_for_answers() {
    let mut met = meet(
        &[
            "bench",
            "--duration",
            "1h",
            "--window",
            "3",
            "--warmup",
            "0",
            "--json",
        ],
        "",
        accept_binds(),
    )
    .await;
    for _ in 0..3 {
        met.centre.request(CommandId::SUBMIT_SM).await;
    }
    let id = met.id().to_string();
    let ran = met.ran();
    tokio::pin!(ran);
    // Two signals that come at once are one: more until it ends.
    let mut again = tokio::time::interval(Duration::from_millis(20));
    let ran = loop {
        tokio::select! {
            // First: the id of one that has ended is no longer its own.
            biased;
            ran = &mut ran => break ran,
            _ = again.tick() => {
                let kill = std::process::Command::new("kill").args(["-INT", &id]).output();
                kill.unwrap();
            }
        }
    };
    assert_eq!(ran.code, 1, "{}", ran.err);
    let summary = summary(&ran);
    assert_eq!(summary["interrupted"], true);
    assert_eq!(summary["unknown_by"]["broken_off"], 3, "{summary}");
    assert_eq!(summary["limiter"], "no_answers");
}

#[tokio::test]
async fn a_centre_that_answers_no_message_is_noticed_in_the_warm_up() {
    let args = [
        "bench",
        "--messages",
        "1000",
        "--window",
        "50",
        "--timeout",
        "1",
        "--json",
    ];
    let ran = meet(&args, "", accept_binds()).await.ran().await;
    assert_eq!(ran.code, 6, "{}", ran.out);
    let summary = summary(&ran);
    assert_eq!(summary["unknown_by"]["expired"], 1, "{summary}");
    assert_eq!(summary["limiter"], "no_answers");
}
