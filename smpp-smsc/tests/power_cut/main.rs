//! Processes that lose their power at any write, or are killed there, and what the
//! store has afterwards: all that it confirmed, and of the commit that was under way
//! all or nothing.
//!
//! `SMPP_POWER_CUTS` says how many (default 40), `SMPP_POWER_SEED` repeats a run, but
//! for what threads do beside each other.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failing helper fails its test"
)]

mod draft;
mod machine;
mod model;
mod process;
mod seen;

use machine::{End, Machine};
use process::{JOURNAL, Ledger, Over, Process};

#[tokio::test]
async fn a_power_cut_at_any_write_loses_nothing_that_was_confirmed() {
    let number = |name, default| match std::env::var(name) {
        Ok(text) => text.parse().unwrap(),
        Err(_) => default,
    };
    let cuts = number("SMPP_POWER_CUTS", 40);
    let seed = number("SMPP_POWER_SEED", fastrand::u64(..));
    let mut chance = fastrand::Rng::with_seed(seed);
    println!("seed {seed}");
    let machine = Machine::default();
    let mut ledger = Ledger::new();
    // redb does not open a file whose making was cut short; nothing was confirmed then.
    let disk = machine.process(None);
    let first = Process::start(&machine, &mut ledger, &mut chance, disk).await;
    drop(first.unwrap());
    machine.end(End::Cut, &mut chance);
    let mut done = 0;
    while done < cuts {
        let end = if chance.u8(..4) == 0 {
            End::Killed
        } else {
            End::Cut
        };
        // Many end soon, some have time for a lot.
        let most = 8 << chance.u32(..10);
        let writes = chance.u32(..most);
        let _ = live(&machine, &mut ledger, &mut chance, writes).await;
        if machine.is_alive() {
            // A clean end: the journal is not needed any more.
            machine.end(End::Cut, &mut chance);
            if chance.bool() {
                machine.remove(&JOURNAL);
            }
        } else {
            machine.end(end, &mut chance);
            done += 1;
        }
    }
    let disk = machine.process(None);
    let mut last = Process::start(&machine, &mut ledger, &mut chance, disk)
        .await
        .unwrap();
    last.claim_all().await;
    drop(last);
    let (commits, messages) = (ledger.commits, ledger.messages);
    println!(
        "## power cuts: {cuts} cuts, {messages} confirmed messages in {commits} commits, none \
         lost (seed {seed})"
    );
}

async fn live(
    machine: &Machine,
    ledger: &mut Ledger,
    chance: &mut fastrand::Rng,
    writes: u32,
) -> Result<(), Over> {
    let rounds = chance.u32(1..150);
    let disk = machine.process(Some(writes));
    let mut process = Process::start(machine, ledger, chance, disk).await?;
    for _ in 0..rounds {
        process.work().await?;
    }
    Ok(())
}
