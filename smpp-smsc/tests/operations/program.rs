//! The program under test, with an account for each cell.

use core::fmt::Write;
use core::net::SocketAddr;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// More than any table has cells.
const ACCOUNTS: usize = 800;

/// Handsets receive at once. Some are never there, others half of the time.
const HANDSETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/handsets.toml");

pub(crate) struct Program {
    child: Child,
    pub(crate) address: SocketAddr,
    /// Of the interface over HTTP.
    pub(crate) web: SocketAddr,
    _folder: TempDir,
}

impl Program {
    pub(crate) const PASSWORD: &str = "secret";

    pub(crate) fn account(number: usize) -> String {
        assert!(number < ACCOUNTS, "more accounts are needed");
        format!("cell{number}")
    }

    /// Starts it with these settings beside the accounts.
    pub(crate) fn start(settings: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = settings.join("\n");
        for number in 0..ACCOUNTS {
            let (name, password) = (Self::account(number), Self::PASSWORD);
            let account = "\n[[account]]\nsystem_id";
            write!(config, "{account} = '{name}'\npassword = '{password}'\n").unwrap();
        }
        let settings = folder.path().join("smsc.toml");
        std::fs::write(&settings, config).unwrap();
        let store = format!("redb:{}", folder.path().join("store").display());
        let mut child = Command::new(env!("CARGO_BIN_EXE_smpp-smsc"))
            .args(["--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"])
            .args(["--store", &*store, "--scenario", HANDSETS, "--seed", "1"])
            .arg("--config")
            .arg(settings)
            .env("RUST_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut screen = BufReader::new(child.stdout.take().unwrap());
        let mut text = String::new();
        while !text.contains("Ctrl-C") {
            assert_ne!(screen.read_line(&mut text).unwrap(), 0, "{text}");
        }
        let after = |word: &str| {
            let rest = text.split(word).nth(1).unwrap().trim_start();
            let end = rest.find([' ', '/']).unwrap();
            rest[..end].parse().unwrap()
        };
        Self {
            address: after("listening"),
            web: after("http://"),
            child,
            _folder: folder,
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Nothing of it is wanted any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
