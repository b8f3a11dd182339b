//! `smpp-esme probe`: what a centre supports, as it shows.

mod bind;
mod checks;
mod ids;
mod link;
mod sheet;

use core::fmt;
use core::time::Duration;

use serde_json::json;
use smpp_esme::SmppUrl;
use smpp_pdu::InterfaceVersion;

use super::exit::{Failure, Kind};
use super::output::Output;
use super::{connect, times};
use link::Link;
use sheet::{Row, Sheet};

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  smpp-esme probe
  smpp-esme probe --url smpp://esme:secret@smsc.example:2775 --window 50
  smpp-esme probe --wrong-password --json
  smpp-esme probe --send-to 447700900123 --send-from BANK

It binds in all nine ways, one after the other, and asks what cannot do anything: about a
message that does not exist, for messages without a recipient and broadcasts without an area.
Only --send-to sends a message. What the centre delivers meanwhile is refused for now
(ESME_RX_T_APPN), so that it keeps it. A check that fails does not end the others; each takes
at most --timeout, and one request is outstanding at a time, but for --window.

--json prints one object a check: {\"event\":\"check\",\"group\":…,\"check\":…,\"supported\":true|false|
null,\"answer\":…,\"detail\":…}; the last is {\"event\":\"probed\",\"binds\":…}.

Exit codes: 0 the sheet is there; 2 wrong usage; 3 no connection, or no bind is accepted.")]
pub(crate) struct Args {
    /// How long each answer is waited for.
    #[arg(long, value_name = "SPAN", value_parser = times::seconds, default_value = "5s")]
    timeout: Duration,
    /// Finds whether so many requests may be outstanding, by queries of a message that does not
    /// exist.
    #[arg(
        long,
        value_name = "1-100",
        num_args = 0..=1,
        default_missing_value = "100",
        value_parser = clap::value_parser!(u16).range(1..=100)
    )]
    window: Option<u16>,
    /// Sends one message there, to see what ids look like.
    #[arg(long, value_name = "ADDRESS")]
    send_to: Option<String>,
    /// The sender of that message.
    #[arg(long, value_name = "ADDRESS", default_value = "", requires = "send_to")]
    send_from: String,
    /// Binds once with a wrong password. Some centres lock accounts for that.
    #[arg(long)]
    wrong_password: bool,
}

/// Why there is no session.
enum Refusal {
    /// There is no connection.
    Connection(Failure),
    Failure(Failure),
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connection(failure) => failure.fmt(f),
            Self::Failure(_) => f.write_str("not sent"),
        }
    }
}

impl Refusal {
    fn into_failure(self) -> Failure {
        match self {
            Self::Failure(failure) | Self::Connection(failure) => failure,
        }
    }
}

/// A probe under way.
struct Probe<'a> {
    url: &'a SmppUrl,
    limit: Duration,
    sheet: Sheet<'a>,
    /// The centre was there at least once.
    has_connected: bool,
    /// Rows that belong behind others.
    later: Vec<Row>,
    /// Messages that were refused for now.
    offered: u32,
    /// Whether one to a session of 3.3 had parameters.
    tlvs_to_33: Option<bool>,
}

impl Probe<'_> {
    fn row(&mut self, row: &Row) -> Result<(), Failure> {
        self.sheet.row(row)
    }

    fn later(&mut self, row: Row) {
        self.later.push(row);
    }

    /// What came on a session that is over.
    fn offered(&mut self, link: &Link, bound: bind::Bound) {
        self.offered += link.offered;
        if link.offered > 0 && bound.version == InterfaceVersion::V3_3 {
            let before = self.tlvs_to_33.unwrap_or(false);
            self.tlvs_to_33 = Some(before || link.offered_tlvs);
        }
    }
}

pub(crate) async fn run(args: &Args, url: &str, output: &mut Output) -> Result<(), Failure> {
    let url = connect::parse(url)?;
    output.line(format_args!(
        "{}",
        output.dim(format_args!("{}:{}", url.host(), url.port()))
    ))?;
    let mut probe = Probe {
        url: &url,
        limit: args.timeout,
        sheet: Sheet::new(output),
        has_connected: false,
        later: Vec::new(),
        offered: 0,
        tlvs_to_33: None,
    };
    let accepted = bind::all(&mut probe).await?;
    for row in core::mem::take(&mut probe.later) {
        probe.row(&row)?;
    }
    let Some(bound) = bind::best(&url, &accepted) else {
        output.flush()?;
        return Err(Failure::new(
            Kind::Refused,
            "no bind is accepted: check SYSTEM_ID:PASSWORD and system_type in --url",
        ));
    };
    bind::parameters_in_33(&mut probe, &accepted).await?;
    if args.wrong_password {
        bind::wrong_password(&mut probe, bound).await?;
    }
    let newest = bind::newest(&accepted, bound);
    checks::operations(&mut probe, bound, newest).await?;
    if let Some(most) = args.window {
        checks::window(&mut probe, bound, most).await?;
    }
    if let Some(to) = &args.send_to {
        ids::check(&mut probe, bound, &args.send_from, to).await?;
    }
    if probe.offered > 0 {
        let says = format!(
            "{} came and were refused for now (ESME_RX_T_APPN)",
            probe.offered
        );
        probe.row(&Row::noted("session", "messages meanwhile", says))?;
    }
    output.object(&json!({"event": "probed", "binds": accepted.len()}))
}
