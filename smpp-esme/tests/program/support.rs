//! Runs the program, and lets it meet a centre.

use std::process::Stdio;

use serde_json::Value;
use smpp_session::driver::Ended;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

use crate::centre::{Centre, Script};

/// How a run ended.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// The lines of a run with `--json`.
    pub(crate) fn events(&self) -> Vec<Value> {
        let lines = self.out.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smpp-esme"));
    command
        .args(args)
        .env_remove("SMPP_URL")
        .env_remove("RUST_LOG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

pub(crate) async fn ran(child: Child) -> Ran {
    let done = child.wait_with_output().await.unwrap();
    Ran {
        code: done.status.code().expect("it was not killed"),
        out: String::from_utf8(done.stdout).unwrap(),
        err: String::from_utf8(done.stderr).unwrap(),
    }
}

/// Starts it.
pub(crate) fn spawn(args: &[&str]) -> Child {
    command(args).spawn().unwrap()
}

/// Runs it to the end.
pub(crate) async fn run(args: &[&str]) -> Ran {
    ran(command(args).spawn().unwrap()).await
}

/// Runs it to the end, with this on its standard input.
pub(crate) async fn run_with_input(args: &[&str], input: &str) -> Ran {
    let mut child = command(args).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writing = tokio::spawn(async move { stdin.write_all(input.as_bytes()).await });
    let ran = ran(child).await;
    // It may end before it has read everything.
    let _ = writing.await.unwrap();
    ran
}

/// A program that runs, and the centre that it is bound to.
pub(crate) struct Met {
    pub(crate) centre: Centre,
    child: Child,
}

impl Met {
    /// Waits for its end.
    pub(crate) async fn ran(self) -> Ran {
        ran(self.child).await
    }

    /// Waits for both ends.
    pub(crate) async fn ended(self) -> (Ended, Ran) {
        let ran = ran(self.child).await;
        (self.centre.ended().await, ran)
    }

    /// It connects again, and meets a centre with this script.
    pub(crate) async fn meets_again(&mut self, listener: &TcpListener, script: Script) {
        let (stream, _) = listener.accept().await.unwrap();
        self.centre = Centre::over(stream, script);
    }

    /// As Ctrl-C does.
    pub(crate) fn interrupt(&self) {
        let killed = std::process::Command::new("kill")
            .args(["-INT", &self.id().to_string()])
            .status();
        assert!(killed.unwrap().success());
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id().unwrap()
    }
}

/// Runs it against a centre with this script. `options` follow the `?` of the
/// address.
pub(crate) async fn meet(args: &[&str], options: &str, script: Script) -> Met {
    meet_at(&listener().await, args, options, script).await
}

pub(crate) async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

/// As [`meet`], where it can connect again.
pub(crate) async fn meet_at(
    listener: &TcpListener,
    args: &[&str],
    options: &str,
    script: Script,
) -> Met {
    let address = listener.local_addr().unwrap();
    let child = command(args)
        .env(
            "SMPP_URL",
            format!("smpp://esme:hunter2@{address}{options}"),
        )
        .spawn()
        .unwrap();
    let (stream, _) = listener.accept().await.unwrap();
    Met {
        centre: Centre::over(stream, script),
        child,
    }
}
