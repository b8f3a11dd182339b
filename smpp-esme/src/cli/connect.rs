//! From the address on the command line to a session.

use core::future::Future;

use smpp_esme::{Client, ConnectError, Incoming, SmppUrl};
use smpp_pdu::CommandStatus;

use super::exit::{Failure, Kind};

/// Runs a verb that talks to a centre. One connection needs one thread.
pub(crate) fn block_on(verb: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(verb)
}

pub(crate) fn parse(url: &str) -> Result<SmppUrl, Failure> {
    Ok(url.parse()?)
}

/// For verbs that submit.
pub(crate) fn transmitting(url: &str, verb: &str) -> Result<SmppUrl, Failure> {
    let url = parse(url)?;
    if !url.bind_type().transmits() {
        return Err(Failure::usage(format!(
            "{verb} needs a session that transmits: use bind=trx or bind=tx in the address"
        )));
    }
    Ok(url)
}

pub(crate) async fn connect(url: &SmppUrl) -> Result<(Client, Incoming), Failure> {
    Client::connect(url)
        .await
        .map_err(|error| refused(url, &error))
}

/// The centre, what happened, and what to change.
pub(crate) fn refused(url: &SmppUrl, error: &ConnectError) -> Failure {
    let mut message = format!("{}:{}: {error}", url.host(), url.port());
    let hint = match error.status() {
        Some(CommandStatus::ESME_RINVPASWD | CommandStatus::ESME_RINVSYSID)
            if url.password().len() > 8 =>
        {
            "check SYSTEM_ID:PASSWORD in --url; SMPP has passwords of at most 8 characters"
        }
        Some(
            CommandStatus::ESME_RINVPASWD
            | CommandStatus::ESME_RINVSYSID
            | CommandStatus::ESME_RBINDFAIL,
        ) => "check SYSTEM_ID:PASSWORD in --url",
        Some(CommandStatus::ESME_RALYBND) => {
            "the account is bound as often as it may be: end another session, or wait for the \
             centre to notice that it is gone"
        }
        Some(CommandStatus::ESME_RINVSYSTYP) => "check system_type in --url",
        Some(_) => "",
        None => "is a centre listening there? Check HOST:PORT in --url",
    };
    if !hint.is_empty() {
        message.push_str("; ");
        message.push_str(hint);
    }
    Failure::new(Kind::Refused, message)
}
