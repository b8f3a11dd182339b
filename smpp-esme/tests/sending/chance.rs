//! A centre that answers by chance: whatever it does, what the sender says is
//! what the centre did.

use core::time::Duration;
use std::collections::BTreeMap;

use smpp_esme::{ClientBuilder, OutgoingMessage, RequestError, RetryPolicy, SenderBuilder};
use smpp_pdu::{CommandStatus, SubmitSm};
use tokio::task::JoinSet;

use crate::centre::{account, bound_with};
use crate::support::keeping;

const DESTINATIONS: usize = 5;
const MESSAGES: usize = 12;
const SEEDS: u64 = 60;

/// What the centre did with one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Did {
    Answer(CommandStatus),
    Silence,
}

fn by_chance(random: &mut fastrand::Rng) -> Did {
    match random.u8(0..20) {
        0..=10 => Did::Answer(CommandStatus::ESME_ROK),
        11..=13 => Did::Answer(CommandStatus::ESME_RSYSERR),
        14 => Did::Answer(CommandStatus::ESME_RTHROTTLED),
        15 => Did::Answer(CommandStatus::ESME_RMSGQFUL),
        16..=17 => Did::Answer(CommandStatus::ESME_RINVDSTADR),
        _ => Did::Silence,
    }
}

fn text(sm: &SubmitSm<'_>) -> String {
    String::from_utf8(sm.short_message.as_bytes().to_vec()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_the_sender_says_is_what_the_centre_did() {
    let mut tried = 0;
    for seed in 0..SEEDS {
        tried += one(seed).await;
    }
    println!("## sender: {SEEDS} centres by chance, {tried} attempts");
}

async fn one(seed: u64) -> usize {
    let mut random = fastrand::Rng::with_seed(seed);
    let (did_tx, did) = std::sync::mpsc::channel();
    let (got, script) = keeping(move |_, _| {
        let did = by_chance(&mut random);
        did_tx.send(did).unwrap();
        match did {
            Did::Answer(status) => Some(status),
            Did::Silence => None,
        }
    });
    let resend = seed % 4 == 3;
    let builder = ClientBuilder::new(account())
        .window(7)
        .enquire_link(None)
        .response_timeout(Duration::from_secs(5));
    let (client, _incoming, _centre) = bound_with(builder, script).await;
    let sender = SenderBuilder::new()
        .in_order(true)
        .retry(
            RetryPolicy::new()
                .attempts(3)
                .resend_unknown(resend)
                .budget(50, 20),
        )
        .build(client);
    let mut sends = JoinSet::new();
    for message in 0..MESSAGES {
        for to in 0..DESTINATIONS {
            let name = format!("{to}/{message:02}");
            let message = OutgoingMessage::text(&name).to(format!("+44770090000{to}"));
            let sender = sender.clone();
            sends.spawn(async move { (name, sender.send(&message).await) });
        }
    }

    let mut results = BTreeMap::new();
    while let Some(done) = sends.join_next().await {
        let (name, result) = done.unwrap();
        results.insert(name, result);
    }
    let attempts: Vec<(String, Did)> = got
        .submits()
        .iter()
        .map(|sm| (text(sm), did.try_recv().unwrap()))
        .collect();

    let ok = Did::Answer(CommandStatus::ESME_ROK);
    let mut accepted = 0;
    for (name, result) in &results {
        let seen: Vec<Did> = attempts
            .iter()
            .filter(|(attempted, _)| attempted == name)
            .map(|(_, did)| *did)
            .collect();
        let (last, before) = seen.split_last().unwrap();
        // Nothing follows a success, nor a silence unless that is wanted.
        assert!(!before.contains(&ok), "seed {seed}, {name}: {seen:?}");
        assert!(resend || !before.contains(&Did::Silence), "{seen:?}");
        let sent = match result {
            Ok(sent) => {
                accepted += 1;
                assert_eq!(*last, ok, "seed {seed}, {name}");
                sent
            }
            Err(error) => {
                let why = error.request_error().unwrap();
                let said = match *last {
                    Did::Answer(status) => why.status() == Some(status) && status.is_error(),
                    Did::Silence => why.is_outcome_unknown(),
                };
                assert!(said, "seed {seed}, {name}: {why} after {seen:?}");
                error.sent().unwrap()
            }
        };
        assert_eq!(sent.parts()[0].attempts() as usize, seen.len());
    }
    // To each destination one message after the other, retries included.
    for to in 0..DESTINATIONS {
        let of_one = |name: &&String| name.starts_with(&format!("{to}/"));
        let order: Vec<&String> = attempts
            .iter()
            .map(|(name, _)| name)
            .filter(of_one)
            .collect();
        assert!(order.is_sorted(), "seed {seed}: {order:?}");
    }
    let counts = sender.counts();
    assert_eq!(counts.accepted, accepted);
    assert_eq!(counts.attempts as usize, attempts.len());
    let all = (DESTINATIONS * MESSAGES) as u64;
    assert_eq!(counts.accepted + counts.failed + counts.unknown, all);
    let unknown = |error: &&RequestError| error.is_outcome_unknown();
    let unknowns = results
        .values()
        .filter_map(|result| result.as_ref().err()?.request_error())
        .filter(unknown);
    assert_eq!(counts.unknown, unknowns.count() as u64);
    attempts.len()
}
