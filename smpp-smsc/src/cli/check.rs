//! `smpp-smsc check`.

use core::fmt::Write as _;

use smpp_pdu::{Address, Bind, BindType};
use smpp_smsc::config::{ConfigFile, EXAMPLE};
use smpp_smsc::{BindAttempt, TlsServer};

use super::args::{BindArg, CheckArgs};
use super::{Failure, plan, say};

pub(super) fn run(args: &CheckArgs) -> Result<(), Failure> {
    let Some(path) = args.config.as_ref().filter(|_| !args.example) else {
        say(EXAMPLE);
        return Ok(());
    };
    let file = plan::read(path).map_err(Failure::Other)?;
    for listener in &file.settings.listeners {
        if let Some(files) = &listener.tls {
            TlsServer::from_files(&files.certificate, &files.key, files.client_ca.clone())
                .map_err(|error| Failure::Other(format!("{}: {error}", listener.address)))?;
        }
    }
    say(&settings(&file));
    match &args.system_id {
        None => Ok(()),
        Some(system_id) => sample(args, &file, system_id),
    }
}

fn settings(file: &ConfigFile) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{name:<27} {value}");
    };
    for (key, value) in file.settings.entries() {
        line(&key, &value);
    }
    for account in &file.accounts {
        line("account", account.system_id());
        for (name, value) in account.rules() {
            line("", &format!("{name}: {value}"));
        }
    }
    if file.accounts.is_empty() {
        line(
            "account",
            "none: esme with the password secret, on loopback only",
        );
    }
    text
}

fn sample(args: &CheckArgs, file: &ConfigFile, system_id: &str) -> Result<(), Failure> {
    let accounts = file.accounts();
    let Some(account) = accounts.get(system_id.as_bytes()) else {
        return Err(Failure::Bind(format!(
            "the bind as {system_id} would be refused with ESME_RINVSYSID: there is no such account"
        )));
    };
    let bind_type = match args.bind {
        BindArg::Transmitter => BindType::Transmitter,
        BindArg::Receiver => BindType::Receiver,
        BindArg::Transceiver => BindType::Transceiver,
    };
    let bind = Bind {
        bind_type,
        ..Bind::default()
    };
    let attempt = BindAttempt::new(&bind, args.ip);
    account.admits(&attempt).map_err(|refusal| {
        let hint = match args.ip {
            Some(_) => "",
            None => "; --ip tells where the sample comes from",
        };
        Failure::Bind(format!(
            "the bind as {system_id} would be refused with {refusal}{hint}"
        ))
    })?;
    say(&format!(
        "\nThe bind as {system_id} would be accepted, with the right password.\n"
    ));
    if args.from.is_none() && args.to.is_none() {
        return Ok(());
    }
    let from = args.from.as_deref().unwrap_or_default();
    let to = args.to.as_deref().unwrap_or_default();
    let address = |text| {
        Address::from_human(text)
            .ok()
            .filter(|one| one.addr.len() <= 20)
    };
    let refused = |status: &str, reason: String| {
        Err(Failure::Message(format!(
            "the message would be refused with {status}: {reason}"
        )))
    };
    if bind_type == BindType::Receiver {
        return refused("ESME_RINVBNDSTS", "a receiver submits nothing".into());
    }
    let source = address(from).filter(|one| account.allows_source(one.addr.as_bytes()));
    if source.is_none() {
        let reason = format!("{from} is none of the sources that {system_id} may use");
        return refused("ESME_RINVSRCADR", reason);
    }
    if address(to).is_none_or(|one| one.addr.is_empty()) {
        let reason = "a destination has 1 to 20 characters; --to gives it".into();
        return refused("ESME_RINVDSTADR", reason);
    }
    say(&format!(
        "The message from {from:?} to {to:?} would be accepted.\n"
    ));
    Ok(())
}
