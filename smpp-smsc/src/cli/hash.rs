//! `smpp-smsc hash-password`.

use std::io::{BufRead as _, IsTerminal as _};

use super::{Failure, say};

pub(super) fn run() -> Result<(), Failure> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        eprintln!("The password, which is shown as you type it, and Enter:");
    }
    let mut line = String::new();
    let read = stdin.lock().read_line(&mut line);
    read.map_err(|error| Failure::Other(format!("no password can be read: {error}")))?;
    let password = line.trim_end_matches(['\r', '\n']);
    let printable = password.bytes().all(|one| one.is_ascii_graphic());
    if password.is_empty() || password.len() > 8 || !printable {
        return Err(Failure::Usage(
            "SMPP carries passwords of 1 to 8 characters, printable ASCII without spaces: give one \
             as a line of the standard input"
                .into(),
        ));
    }
    let hash = smpp_smsc::hash_password(password);
    say(&format!(
        "{}\n",
        hash.map_err(|error| Failure::Other(error.to_string()))?
    ));
    Ok(())
}
