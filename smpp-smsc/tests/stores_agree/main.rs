//! Both stores do the same, whatever is asked of them in whatever order, wherever the
//! messages of the embedded store are, and whatever happens to its process or its file.
//!
//! `SMPP_AGREE_SEED` repeats a run, as far as threads let it.
#![cfg(feature = "redb")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failing helper fails its test"
)]

mod both;
#[allow(dead_code, reason = "other tests use the rest of it")]
#[path = "../shared/memory_disk.rs"]
mod memory_disk;

use std::sync::Arc;

use smpp_smsc::store::{Change, Delivery, DeliveryContent, DeliveryKey};

use both::{Both, IDS, MINUTE};

const RUNS: u64 = 24;
const STEPS: u64 = 120;

#[tokio::test]
async fn stores_agree_on_everything() {
    let seed = std::env::var("SMPP_AGREE_SEED").ok();
    let seed: u64 = seed.map_or_else(|| fastrand::u64(..), |seed| seed.parse().unwrap());
    println!("SMPP_AGREE_SEED={seed}");
    let (mut late, mut claimed, mut handed, mut restarts) = (0, 0, 0, 0);
    for run in 0..RUNS {
        let mut both = Both::new(seed.wrapping_add(run));
        let mut old = Vec::new();
        for step in 0..STEPS {
            let mut changes = Vec::new();
            match both.chance.u8(..9) {
                0..3 => {
                    let messages = (0..both.chance.u8(1..4)).map(|_| both.new_message());
                    let messages: Vec<_> = messages.collect();
                    old.extend(messages.iter().cloned());
                    changes.extend(messages.into_iter().map(Change::Insert));
                }
                3..6 => {
                    if let Some(message) = both.change(&old).await {
                        changes.push(Change::Update(message.clone()));
                        if both.chance.bool() {
                            // Some of them are decimal, some hexadecimal, some both.
                            changes.push(Change::HandOver {
                                key: message.key.clone(),
                                centre: "north".into(),
                                id: format!("{:x}", both.chance.u32(..IDS)).as_bytes().into(),
                            });
                        }
                        let content = if both.chance.bool() {
                            DeliveryContent::Notification(message)
                        } else {
                            DeliveryContent::Forward(message)
                        };
                        changes.push(Change::Enqueue(Arc::new(Delivery {
                            key: DeliveryKey(step),
                            account: "esme".into(),
                            created: both.now,
                            content,
                        })));
                    }
                }
                6 => {
                    let taken = both.claim().await;
                    claimed += taken.len();
                    old.extend(taken);
                }
                7 => match both.chance.u8(..4) {
                    0 => both.checkpoint().await,
                    1 => both.fail().await,
                    how => {
                        both.restart(how == 2).await;
                        restarts += 1;
                    }
                },
                _ => {
                    both.now = both.now.after(MINUTE * both.chance.u32(..3));
                    both.sweep().await;
                }
            }
            late += both.commit(changes).await.late.len();
            if step % 4 == 0 {
                both.agree().await;
            }
        }
        handed += both.handed.get();
    }
    println!(
        "## stores agree: {claimed} claims, {late} late updates, {restarts} restarts in {RUNS} runs"
    );
    assert!(late > 0 && claimed > 0 && handed > 0 && restarts > 0);
}
