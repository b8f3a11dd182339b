//! `smpp-esme completion` and `man`.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::support::run;

const VERBS: [&str; 13] = [
    "send",
    "listen",
    "query",
    "cancel",
    "replace",
    "decode",
    "encode",
    "probe",
    "broadcast",
    "query-broadcast",
    "cancel-broadcast",
    "completion",
    "man",
];

#[tokio::test]
async fn every_shell_has_its_script_with_every_verb() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = run(&["completion", shell]).await;
        assert_eq!(ran.code, 0, "{shell}: {}", ran.err);
        for verb in VERBS {
            assert!(ran.out.contains(verb), "{shell} {verb}");
        }
        assert!(ran.out.contains("data-coding"), "{shell}");
    }
    let ran = run(&["completion", "csh"]).await;
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("bash"), "{}", ran.err);
}

#[tokio::test]
async fn bash_can_read_its_script() {
    let ran = run(&["completion", "bash"]).await;
    let Ok(mut bash) = Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn() else {
        println!("## completion: bash is not here, its script was not read");
        return;
    };
    let mut stdin = bash.stdin.take().unwrap();
    stdin.write_all(ran.out.as_bytes()).unwrap();
    drop(stdin);
    assert!(bash.wait().unwrap().success());
}

#[tokio::test]
async fn there_is_a_page_for_the_program_and_one_for_each_verb() {
    let page = run(&["man"]).await.out;
    assert!(page.contains(".TH smpp-esme 1"), "{page}");
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("man1");
    let ran = run(&["man", "--out", out.to_str().unwrap()]).await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.lines().count() > VERBS.len());
    for verb in VERBS {
        // A page writes - as \-.
        let name = format!("smpp\\-esme\\-{}(1)", verb.replace('-', "\\-"));
        assert!(page.contains(&name), "{name} is not in\n{page}");
        let page = std::fs::read_to_string(out.join(format!("smpp-esme-{verb}.1"))).unwrap();
        assert!(page.contains(".TH smpp-esme-"), "{verb}");
        // What all verbs have in common.
        assert!(page.contains("SMPP_URL"), "{verb}");
    }
}
