//! The program is killed again and again under load; then the ledger of the
//! client and the store agree, message by message.
//!
//! `SMPP_CRASH_KILLS` says how often (default 20), `SMPP_CRASH_SEED` repeats a run.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failing helper fails its test"
)]

mod ledger;
mod program;

use core::time::Duration;

use ledger::Ledger;
use program::Program;

/// Far beyond what a run takes: what hangs shall fail.
const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::test]
async fn killed_at_any_moment_it_loses_nothing_that_it_acknowledged() {
    let number = |name, default| match std::env::var(name) {
        Ok(text) => text.parse().unwrap(),
        Err(_) => default,
    };
    let kills = number("SMPP_CRASH_KILLS", 20);
    let seed = number("SMPP_CRASH_SEED", fastrand::u64(..));
    let mut chance = fastrand::Rng::with_seed(seed);
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::default();
    for _ in 0..kills {
        let program = Program::start(folder.path());
        let until = ledger.acknowledged() + chance.usize(1..300);
        let load = ledger.load(program.address, until);
        tokio::time::timeout(PATIENCE, load).await.unwrap();
        program.kill();
        ledger.link_is_lost().await;
    }

    let program = Program::start(folder.path());
    let rest = ledger.take_all_receipts(program.address);
    tokio::time::timeout(PATIENCE, rest)
        .await
        .expect("lost receipts");
    ledger.query_all(program.address).await;
    program.end();

    // What was acknowledged before an orderly end never comes again: a new
    // receipt would come behind it.
    let program = Program::start(folder.path());
    ledger.expect_only_one_new_receipt(program.address).await;
    program.end();

    let again = ledger.doubled();
    println!(
        "## crash test: {kills} kills, {} messages acknowledged, none lost; {again} receipts came \
         again whose acknowledgement a kill had cut off (seed {seed})",
        ledger.acknowledged()
    );
}
