//! From the address on the command line to a session.

use core::future::Future;
use core::time::Duration;

use smpp_esme::{
    BoxStream, Client, ClientBuilder, CloseReason, Connect, ConnectError, ConnectErrorKind,
    Incoming, SmppUrl, Stranger, TlsFault,
};
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
    ClientBuilder::from(url)
        .connect_any(&url.endpoints())
        .await
        .map_err(|error| refused(url, &error))
}

/// A stream to the first host of the address that can be reached, for verbs that
/// look at the stream themselves.
pub(crate) async fn stream(url: &SmppUrl, limit: Duration) -> Result<BoxStream, Failure> {
    let mut why = Failure::usage("--url names no host");
    for endpoint in url.endpoints() {
        match endpoint.connect_within(limit).await {
            Ok(stream) => return Ok(stream),
            Err(error) => why = refused(url, &error),
        }
    }
    Err(why)
}

/// The centre, what happened, and what to change.
pub(crate) fn refused(url: &SmppUrl, error: &ConnectError) -> Failure {
    match url.endpoints().as_slice() {
        [only] => refused_by(url, only.name(), error),
        // With several hosts the error names them itself.
        _ => with_hint(url, error.to_string(), error),
    }
}

/// The same of one host.
pub(crate) fn refused_by(url: &SmppUrl, host: &str, error: &ConnectError) -> Failure {
    with_hint(url, format!("{host}: {error}"), error)
}

fn with_hint(url: &SmppUrl, mut message: String, error: &ConnectError) -> Failure {
    let hint = match error.kind() {
        ConnectErrorKind::Refused(status) => for_status(url, status),
        ConnectErrorKind::NotSmpp(Stranger::Tls) => "write smpps:// instead of smpp:// in --url",
        // These say themselves what to change.
        ConnectErrorKind::Tls(TlsFault::Settings) => return Failure::usage(message),
        ConnectErrorKind::Tls(_) => "",
        ConnectErrorKind::Closed(CloseReason::ConnectionLost | CloseReason::NoOctets)
            if !url.is_tls() =>
        {
            "does it want TLS (smpps:// in --url), or not know this host?"
        }
        _ => "is a centre listening there? Check HOST:PORT in --url",
    };
    if !hint.is_empty() {
        message.push_str("; ");
        message.push_str(hint);
    }
    Failure::new(Kind::Refused, message)
}

fn for_status(url: &SmppUrl, status: CommandStatus) -> &'static str {
    match status {
        CommandStatus::ESME_RINVPASWD | CommandStatus::ESME_RINVSYSID
            if url.password().len() > 8 =>
        {
            "check SYSTEM_ID:PASSWORD in --url; SMPP has passwords of at most 8 characters"
        }
        CommandStatus::ESME_RINVPASWD
        | CommandStatus::ESME_RINVSYSID
        | CommandStatus::ESME_RBINDFAIL => "check SYSTEM_ID:PASSWORD in --url",
        CommandStatus::ESME_RALYBND => {
            "the account is bound as often as it may be: end another session, or wait for the \
             centre to notice that it is gone"
        }
        CommandStatus::ESME_RINVSYSTYP => "check system_type in --url",
        _ => "",
    }
}
