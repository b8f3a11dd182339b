//! `--scenario` and `--seed`.

use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_smpp-smsc");

fn run(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).output().unwrap()
}

#[test]
fn the_first_screen_names_the_scenario_and_its_seed() {
    let mut child = Command::new(PROGRAM)
        .args(["--listen", "127.0.0.1:0", "--no-http"])
        .args(["--store", "memory"])
        .args(["--scenario", "flaky", "--seed", "42"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut screen = String::new();
    while !screen.contains("Ctrl-C") && stdout.read_line(&mut screen).unwrap() > 0 {}
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        screen.contains("scenario   flaky, seed 42: a centre on a bad day"),
        "{screen}"
    );
    assert!(!screen.contains("every number"), "{screen}");
}

#[test]
fn wrong_scenarios_end_with_2_and_what_would_be_right() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.toml");
    std::fs::write(&path, "[delivery]\n\ndelay = 5\n").unwrap();
    let path = path.to_str().unwrap();
    for (arguments, part) in [
        (&["--scenario", "calm"][..], "happy, flaky, throttling"),
        (&["--scenario", path], "bad.toml, line 3, column 9"),
        (&["--scenario", "none.toml"], "cannot be read"),
        (&["--seed", "1"], "--scenario"),
        (&["--scenario", "slow", "--seed", "x"], "--seed"),
        (&["--scenario", "slow", "--delay", "1s"], "--delay"),
    ] {
        let output = run(arguments);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {text}");
        assert!(text.contains(part), "{arguments:?}: {text}");
    }
}

#[test]
fn the_help_lists_the_scenarios_that_there_are() {
    let text = String::from_utf8(run(&["--help"]).stdout).unwrap();
    let words: Vec<&str> = text.split([',', ' ', '\n']).collect();
    for name in smpp_smsc::scenario::Scenario::names() {
        assert!(words.contains(&name), "{name}: {text}");
    }
}
