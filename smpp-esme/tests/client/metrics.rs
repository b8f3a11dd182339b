//! What a recorder is told.

use core::time::Duration;
use std::collections::BTreeMap;

use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};
use smpp_esme::{ClientBuilder, metrics as names};
use smpp_pdu::{CommandId, CommandStatus};

use crate::centre::{accept_binds, account, bound_with, message, submitted};

/// All values that are not zero, under the name and the labels beyond those of
/// the session, which are checked.
fn values(snapshotter: &Snapshotter) -> BTreeMap<String, f64> {
    let mut values = BTreeMap::new();
    for (key, _, _, value) in snapshotter.snapshot().into_vec() {
        let (_, key) = key.into_parts();
        let labels: Vec<_> = key
            .labels()
            .map(|label| (label.key(), label.value()))
            .collect();
        assert_eq!(labels[..2], [("system_id", "esme"), ("peer", "a centre")]);
        let mut name = key.name().to_owned();
        for (_, value) in &labels[2..] {
            name = format!("{name} {value}");
        }
        let value = match value {
            DebugValue::Counter(count) => count as f64,
            DebugValue::Gauge(value) => value.into_inner(),
            DebugValue::Histogram(values) => values.len() as f64,
        };
        if value != 0.0 {
            values.insert(name, value);
        }
    }
    values
}

fn named(list: &[(&str, &str, f64)]) -> BTreeMap<String, f64> {
    let name = |name: &str, labels: &str| match labels {
        "" => name.to_owned(),
        labels => format!("{name} {labels}"),
    };
    list.iter()
        .map(|(base, labels, value)| (name(base, labels), *value))
        .collect()
}

#[test]
fn requests_pdus_and_times_are_published_once_a_second_and_at_the_end() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    metrics::with_local_recorder(&recorder, || runtime.block_on(session(&snapshotter)));
}

async fn session(snapshotter: &Snapshotter) {
    let builder = ClientBuilder::new(account())
        .peer("a centre")
        .enquire_link(None)
        .response_timeout(Duration::from_secs(5));
    let (client, _incoming, mut centre) = bound_with(builder, accept_binds()).await;
    let now = values(snapshotter);
    assert_eq!(now.get(names::SESSIONS), Some(&1.0));

    let mut pipeline = client.pipeline();
    for number in 0..4 {
        pipeline.submit_sm(number, &message()).await.unwrap();
    }
    let mut numbers = Vec::new();
    for _ in 0..4 {
        numbers.push(centre.request(CommandId::SUBMIT_SM).await);
    }
    centre.order(move |link| {
        submitted(link, numbers[0], "a");
        submitted(link, numbers[1], "b");
        let status = CommandStatus::ESME_RTHROTTLED;
        let refused = smpp_session::error_response(CommandId::SUBMIT_SM, status, numbers[2]);
        link.respond(&refused).unwrap();
    });
    for _ in 0..3 {
        let _ = pipeline.next().await.unwrap();
    }
    assert_eq!(values(snapshotter).get(names::REQUESTS), None);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let now = values(snapshotter);
    let (sent, received) = (names::PDUS_SENT, names::PDUS_RECEIVED);
    let expected = named(&[
        (names::OUTSTANDING, "", 1.0),
        (names::REQUESTS, "submit_sm ok", 2.0),
        (names::REQUESTS, "submit_sm rejected", 1.0),
        (names::RESPONSE_TIME, "", 3.0),
        (sent, "submit_sm", 4.0),
        (received, "submit_sm_resp", 3.0),
        (names::OCTETS_SENT, "", now[names::OCTETS_SENT]),
        (names::OCTETS_RECEIVED, "", now[names::OCTETS_RECEIVED]),
    ]);
    assert_eq!(now, expected);

    assert!(pipeline.next().await.unwrap().1.is_err(), "it expires");
    client.unbind().await;
    let now = values(snapshotter);
    assert_eq!(
        now.get("smpp_esme_requests_total submit_sm expired"),
        Some(&1.0)
    );
    assert_eq!(now.get("smpp_esme_pdus_sent_total unbind"), Some(&1.0));
    assert_eq!(
        now.get("smpp_esme_pdus_received_total unbind_resp"),
        Some(&1.0)
    );
    // What was seen before is taken back: looking has set it to 0.
    assert_eq!(now.get(names::SESSIONS), Some(&-1.0));
    assert_eq!(now.get(names::OUTSTANDING), None);
}
