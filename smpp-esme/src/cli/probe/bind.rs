//! Which binds a centre takes, and what it says of itself.

use smpp_esme::SmppUrl;
use smpp_pdu::{Bind, BindType, Body, COctetStr, CommandStatus, InterfaceVersion, Pdu, Unbind};

use super::link::{Answer, Link};
use super::sheet::{Row, Verdict};
use super::{Probe, Refusal};
use crate::cli::exit::Failure;
use crate::cli::receipt::latin_1;

const VERSIONS: [InterfaceVersion; 3] = [
    InterfaceVersion::V3_3,
    InterfaceVersion::V3_4,
    InterfaceVersion::V5_0,
];

const TYPES: [BindType; 3] = [
    BindType::Transceiver,
    BindType::Transmitter,
    BindType::Receiver,
];

/// A bind that the centre takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bound {
    pub(super) bind_type: BindType,
    pub(super) version: InterfaceVersion,
}

fn text<'a>(octets: &'a [u8], what: &str) -> Result<COctetStr<'a>, Failure> {
    COctetStr::new(octets).map_err(|error| Failure::usage(format!("--url: {what}: {error}")))
}

/// Connects and binds.
pub(super) async fn bind(
    probe: &Probe<'_>,
    bound: Bound,
    password: &[u8],
) -> Result<(Link, Answer), Refusal> {
    let url = probe.url;
    let mut link = Link::connect(url, probe.limit)
        .await
        .map_err(Refusal::Connection)?;
    let bind = Bind::new(
        bound.bind_type,
        text(url.system_id(), "the system_id")?,
        text(password, "the password")?,
    )
    .system_type(text(url.system_type(), "system_type")?)
    .interface_version(bound.version);
    let answer = link.ask(bind).await;
    Ok((link, answer))
}

/// Binds in every way. Gives those that are accepted.
pub(super) async fn all(probe: &mut Probe<'_>) -> Result<Vec<Bound>, Failure> {
    let mut accepted = Vec::new();
    let mut unbound = false;
    for version in VERSIONS {
        for bind_type in TYPES {
            let bound = Bound { bind_type, version };
            let check = format!("{} {}", bind_type.command_id(), name(version));
            let password = probe.url.password().to_vec();
            let (mut link, answer) = match bind(probe, bound, &password).await {
                Ok(done) => done,
                // Nothing to probe.
                Err(refusal) if accepted.is_empty() && !probe.has_connected => {
                    return Err(refusal.into_failure());
                }
                Err(Refusal::Failure(failure)) => return Err(failure),
                Err(refusal) => {
                    probe.row(&Row {
                        group: "bind",
                        check,
                        verdict: Verdict::Unclear,
                        answer: None,
                        detail: refusal.to_string(),
                    })?;
                    continue;
                }
            };
            probe.has_connected = true;
            let verdict = match &answer {
                answer if answer.is_good() => Verdict::Yes,
                Answer::Pdu(_) | Answer::Closed => Verdict::No,
                Answer::Silence => Verdict::Unclear,
            };
            let mut detail = described(&answer);
            if version == InterfaceVersion::V3_3 && bind_type == BindType::Transceiver {
                detail.push_str(if detail.is_empty() { "" } else { ", " });
                detail.push_str("not of 3.3");
            }
            if answer.status() == Some(CommandStatus::ESME_RALYBND) {
                detail = "the account is bound as often as it may be".into();
            }
            probe.row(&Row::new("bind", check, verdict, &answer, detail))?;
            if verdict != Verdict::Yes {
                continue;
            }
            accepted.push(bound);
            let left = link.ask(Unbind::default()).await;
            probe.offered(&link, bound);
            if !unbound {
                unbound = true;
                let verdict = if left.is_good() {
                    Verdict::Yes
                } else {
                    Verdict::No
                };
                probe.later(Row::new("session", "unbind", verdict, &left, ""));
            }
        }
    }
    Ok(accepted)
}

/// What the centre says in its answer to a bind.
fn described(answer: &Answer) -> String {
    let Some(Pdu {
        body: Body::BindResp(resp),
        ..
    }) = answer.pdu()
    else {
        return String::new();
    };
    let mut parts = Vec::new();
    if !resp.system_id.is_empty() {
        parts.push(format!("system_id {}", latin_1(resp.system_id.as_bytes())));
    }
    match resp.tlvs.sc_interface_version() {
        Some(Ok(version)) => parts.push(format!("sc_interface_version {}", name(version))),
        _ if answer.is_good() => parts.push("no sc_interface_version".into()),
        _ => {}
    }
    parts.join(", ")
}

/// Whether a session of 3.3 is given parameters, which 3.3 does not have.
pub(super) async fn parameters_in_33(
    probe: &mut Probe<'_>,
    accepted: &[Bound],
) -> Result<(), Failure> {
    let mut of_33 = accepted
        .iter()
        .filter(|bound| bound.version == InterfaceVersion::V3_3);
    let receives = |bound: &&Bound| bound.bind_type == BindType::Receiver;
    let Some(bound) = of_33.clone().find(receives).or_else(|| of_33.next()) else {
        return Ok(());
    };
    let password = probe.url.password().to_vec();
    let Ok((mut link, answer)) = bind(probe, *bound, &password).await else {
        return Ok(());
    };
    let tlvs = answer.pdu().is_some_and(|pdu| !pdu.body.tlvs().is_empty());
    link.ask(Unbind::default()).await;
    probe.offered(&link, *bound);
    let says = match (tlvs, probe.tlvs_to_33) {
        (true, _) => "the answer to the bind has some; 3.3 does not know them",
        (false, Some(true)) => "messages have some; 3.3 does not know them",
        (false, Some(false)) => "neither the answer to the bind nor messages have any",
        (false, None) => "the answer to the bind has none; no message came",
    };
    probe.row(&Row::noted("session", "parameters in 3.3", says))
}

/// How a wrong password is answered.
pub(super) async fn wrong_password(probe: &mut Probe<'_>, bound: Bound) -> Result<(), Failure> {
    // Not the right one by accident.
    let wrong: &[u8] = if probe.url.password() == b"wrong" {
        b"wrongly"
    } else {
        b"wrong"
    };
    let row = match bind(probe, bound, wrong).await {
        Ok((mut link, answer)) => {
            let verdict = if answer.is_good() {
                Verdict::No
            } else {
                Verdict::Yes
            };
            let then = match answer {
                Answer::Pdu(_) if answer.is_good() => "the centre does not look at passwords",
                Answer::Pdu(_) => {
                    let until = tokio::time::Instant::now() + link.limit();
                    match link.next_pdu(until).await {
                        Answer::Closed => "then the connection is closed",
                        _ => "the connection stays open",
                    }
                }
                _ => "",
            };
            Row::new(
                "session",
                "refuses a wrong password",
                verdict,
                &answer,
                then,
            )
        }
        Err(Refusal::Failure(failure)) => return Err(failure),
        Err(refusal) => Row::noted("session", "refuses a wrong password", refusal.to_string()),
    };
    probe.row(&row)
}

pub(super) fn name(version: InterfaceVersion) -> String {
    match version {
        InterfaceVersion::V3_3 => "3.3".into(),
        InterfaceVersion::V3_4 => "3.4".into(),
        InterfaceVersion::V5_0 => "5.0".into(),
        other => format!("0x{:02X}", other.0),
    }
}

/// The bind with which the other checks are made: as the address says, or the
/// one that shows most.
pub(super) fn best(url: &SmppUrl, accepted: &[Bound]) -> Option<Bound> {
    let wanted = Bound {
        bind_type: url.bind_type(),
        version: url.version(),
    };
    let transmits = |bound: &&Bound| bound.bind_type.transmits();
    accepted
        .iter()
        .find(|bound| **bound == wanted && bound.bind_type.transmits())
        .or_else(|| {
            let mut all = accepted.iter().filter(transmits);
            all.find(|bound| bound.version == wanted.version)
        })
        .or_else(|| accepted.iter().rev().find(transmits))
        .or_else(|| accepted.first())
        .copied()
}

/// The bind with which operations of 5.0 are tried: what the centre does not know
/// in an older session says nothing of them.
pub(super) fn newest(accepted: &[Bound], best: Bound) -> Bound {
    accepted
        .iter()
        .filter(|bound| bound.bind_type.transmits())
        .find(|bound| bound.version == InterfaceVersion::V5_0)
        .copied()
        .unwrap_or(best)
}
