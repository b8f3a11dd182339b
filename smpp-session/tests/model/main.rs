//! A model of the session: proptest chooses what happens to a pair of sessions,
//! and the rules of [`world`] are checked after each step.
//!
//! `SESSION_MODEL_CASES` says how many cases are run, 2,000 where it is not set:
//!
//! ```text
//! SESSION_MODEL_CASES=100000 cargo test --release -p smpp-session --test model
//! ```

mod chance;
#[expect(unreachable_pub, reason = "the fuzzer takes this folder in, too")]
mod world;

use proptest::test_runner::{Config, TestRunner};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};

use chance::{Chance, Plan};
use world::{Op, World};

/// How much happens in one case.
const STEPS: core::ops::Range<usize> = 1..60;

struct Pair;

impl StateMachineTest for Pair {
    type SystemUnderTest = World;
    type Reference = Chance;

    fn init_test(plan: &Plan) -> World {
        World::new(&plan.esme, &plan.centre)
    }

    fn apply(mut world: World, _: &Plan, op: Op) -> World {
        world.apply(op);
        world
    }

    fn check_invariants(world: &World, _: &Plan) {
        world.check();
    }

    fn teardown(world: World, _: Plan) {
        world.settle();
    }
}

fn cases() -> u32 {
    match std::env::var("SESSION_MODEL_CASES") {
        Ok(cases) => cases.parse().expect("SESSION_MODEL_CASES is a number"),
        Err(_) => 2000,
    }
}

#[test]
fn the_rules_of_a_session_hold_whatever_happens() {
    let config = Config {
        cases: cases(),
        failure_persistence: None,
        max_shrink_iters: 100_000,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config.clone());
    let run = runner.run(&Chance::sequential_strategy(STEPS), |(plan, ops, seen)| {
        Pair::test_sequential(config.clone(), plan, ops, seen);
        Ok(())
    });
    if let Err(error) = run {
        panic!("{error}");
    }
    println!("## session model: {} cases", cases());
}

#[test]
fn any_octets_are_a_run_of_the_model() {
    // A generator of the simplest kind is enough to reach every choice.
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    for length in 0..400 {
        let octets: Vec<u8> = core::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_be_bytes()[0]
        })
        .take(length)
        .collect();
        world::run(&octets);
    }
}
