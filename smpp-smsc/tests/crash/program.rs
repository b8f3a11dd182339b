//! The program under test.

use core::net::SocketAddr;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

pub(crate) struct Program {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Program {
    pub(crate) fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_smpp-smsc"))
            .args(["--listen", "127.0.0.1:0", "--delay", "5ms", "--store"])
            .arg(format!("redb:{}", folder.display()))
            .env("RUST_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let screen = BufReader::new(child.stdout.take().unwrap());
        let address = screen
            .lines()
            .map(Result::unwrap)
            .find_map(|line| {
                let rest = line.trim().strip_prefix("listening")?;
                rest.split_whitespace().next()?.parse().ok()
            })
            .expect("no address on its screen");
        Self { child, address }
    }

    /// At once, whatever it is doing.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// In good order.
    pub(crate) fn end(mut self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", "TERM", &id]).status();
        assert!(sent.unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
