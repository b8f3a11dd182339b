//! What a bound session is asked.

use smpp_pdu::{
    Body, BroadcastSm, COctetStr, CancelBroadcastSm, CancelSm, CommandId, CommandStatus, DataSm,
    EnquireLink, QueryBroadcastSm, QuerySm, ReplaceSm, ShortMessage, SubmitMulti, Unbind,
    UnknownBody,
};
use tokio::time::Instant;

use super::link::{Answer, Link};
use super::sheet::{Row, Verdict};
use super::{Probe, bind};
use crate::cli::exit::Failure;

/// No centre gives such an id: it is neither a number nor empty, and short
/// enough for 3.3.
const NO_ID: &[u8] = b"~probe~";

/// An operation that no version defines.
const NO_COMMAND: CommandId = CommandId(0x0000_00EE);

/// The operations whose good response has fields.
const WITH_FIELDS: [&str; 5] = [
    "query_sm",
    "submit_multi",
    "data_sm",
    "broadcast_sm",
    "query_broadcast_sm",
];

fn no_id() -> COctetStr<'static> {
    COctetStr::new(NO_ID).unwrap_or_default()
}

/// What is asked: requests that name no message, no recipient or no area.
fn requests() -> Vec<(&'static str, Body<'static>)> {
    let text = ShortMessage::new(b"probe").unwrap_or_default();
    vec![
        ("enquire_link", EnquireLink::default().into()),
        ("query_sm", QuerySm::default().message_id(no_id()).into()),
        ("cancel_sm", CancelSm::default().message_id(no_id()).into()),
        (
            "replace_sm",
            ReplaceSm::default()
                .message_id(no_id())
                .short_message(text)
                .into(),
        ),
        ("submit_multi", SubmitMulti::default().into()),
        ("data_sm", DataSm::default().into()),
        ("broadcast_sm", BroadcastSm::default().into()),
        (
            "query_broadcast_sm",
            QueryBroadcastSm::default().message_id(no_id()).into(),
        ),
        (
            "cancel_broadcast_sm",
            CancelBroadcastSm::default().message_id(no_id()).into(),
        ),
    ]
}

/// Which operations the centre knows, and what its refusals look like.
/// Broadcasts are tried over `newest`.
pub(super) async fn operations(
    probe: &mut Probe<'_>,
    bound: bind::Bound,
    newest: bind::Bound,
) -> Result<(), Failure> {
    let mut with_body = Vec::new();
    let mut bare = Vec::new();
    let (mut link, mut newest_link) = (None, None);
    for (name, body) in requests() {
        let answer = if name.contains("broadcast") && newest != bound {
            ask(probe, newest, &mut newest_link, body).await?
        } else {
            ask(probe, bound, &mut link, body).await?
        };
        let (verdict, detail) = known(name, &answer);
        if let Some(header) = answer.header()
            && header.command_status.is_error()
            && verdict == Verdict::Yes
            && WITH_FIELDS.contains(&name)
        {
            if answer.body_len() > 0 {
                with_body.push(name);
            } else {
                bare.push(name);
            }
        }
        probe.row(&Row::new("operations", name, verdict, &answer, detail))?;
    }
    let unknown = UnknownBody {
        command_id: NO_COMMAND,
        octets: &[],
    };
    let answer = ask(probe, bound, &mut link, Body::Unknown(unknown)).await?;
    let (verdict, detail) = match &answer {
        answer if answer.is_nack() => (Verdict::Yes, "as the standard has it"),
        Answer::Pdu(_) => (Verdict::No, "generic_nack is the standard's answer"),
        Answer::Silence => (Verdict::No, "the ESME waits until its own time is over"),
        Answer::Closed => (Verdict::No, "one unknown operation costs the connection"),
    };
    probe.row(&Row::new(
        "answers",
        "refuses an unknown operation",
        verdict,
        &answer,
        detail,
    ))?;
    let says = match (with_body.as_slice(), bare.as_slice()) {
        ([], []) => "no refusal came".to_owned(),
        ([], bare) => format!("bare headers: {}", bare.join(", ")),
        (with, []) => format!("with a body: {}", with.join(", ")),
        (with, bare) => format!(
            "with a body: {}; bare: {}",
            with.join(", "),
            bare.join(", ")
        ),
    };
    probe.row(&Row::noted("answers", "refusals have a body", says))?;
    if let Some(link) = newest_link {
        probe.offered(&link, newest);
    }
    if let Some(mut link) = link {
        nuls(probe, &mut link).await?;
        probe.offered(&link, bound);
    }
    Ok(())
}

/// Asks on the session that there is, or on a new one where it has ended.
async fn ask(
    probe: &mut Probe<'_>,
    bound: bind::Bound,
    link: &mut Option<Link>,
    body: Body<'_>,
) -> Result<Answer, Failure> {
    let mut open = match link.take() {
        Some(link) => link,
        None => match bound_link(probe, bound).await? {
            Some(link) => link,
            None => return Ok(Answer::Closed),
        },
    };
    let answer = open.ask(body).await;
    if answer == Answer::Closed {
        probe.offered(&open, bound);
    } else {
        *link = Some(open);
    }
    Ok(answer)
}

/// A bound session; `None` when the centre does not take the bind any more.
async fn bound_link(probe: &Probe<'_>, bound: bind::Bound) -> Result<Option<Link>, Failure> {
    let password = probe.url.password();
    match bind::bind(probe, bound, password).await {
        Ok((link, answer)) if answer.is_good() => Ok(Some(link)),
        Err(super::Refusal::Failure(failure)) => Err(failure),
        _ => Ok(None),
    }
}

/// Whether an operation is known, by how it is refused.
fn known(name: &str, answer: &Answer) -> (Verdict, &'static str) {
    let Some(status) = answer.status() else {
        return match answer {
            Answer::Silence => (Verdict::Unclear, ""),
            _ => (Verdict::No, "the request costs the connection"),
        };
    };
    match status {
        CommandStatus::ESME_RINVCMDID => (Verdict::No, ""),
        CommandStatus::ESME_RINVBNDSTS => (Verdict::Unclear, "not in this bind"),
        _ if answer.is_nack() => (Verdict::No, ""),
        CommandStatus::ESME_ROK if name == "enquire_link" => (Verdict::Yes, ""),
        CommandStatus::ESME_ROK if matches!(name, "submit_multi" | "data_sm") => (
            Verdict::Yes,
            "accepted, though it has no recipient: addresses are not looked at",
        ),
        CommandStatus::ESME_ROK if name == "broadcast_sm" => {
            (Verdict::Yes, "accepted, though it has no area")
        }
        CommandStatus::ESME_ROK => (
            Verdict::Yes,
            "accepted, though there is no such message: ids are not looked at",
        ),
        _ => (Verdict::Yes, ""),
    }
}

/// What becomes of a stream of NULs, which no PDU starts with.
async fn nuls(probe: &mut Probe<'_>, link: &mut Link) -> Result<(), Failure> {
    link.send(&[0; 64]).await;
    let until = Instant::now() + link.limit();
    let first = link.next_pdu(until).await;
    let closed = match &first {
        Answer::Pdu(_) => link.next_pdu(until).await == Answer::Closed,
        Answer::Closed => true,
        Answer::Silence => false,
    };
    let detail = match (&first, closed) {
        (Answer::Pdu(_), true) => "then the connection is closed",
        (Answer::Pdu(_), false) => "the connection stays open",
        (Answer::Silence, _) => "the connection stays open, and waits",
        (Answer::Closed, _) => "",
    };
    let verdict = if closed { Verdict::Yes } else { Verdict::No };
    probe.row(&Row::new(
        "answers",
        "ends a stream of NULs",
        verdict,
        &first,
        detail,
    ))
}

/// How many requests may be outstanding. They go out at once, `most` of them.
pub(super) async fn window(
    probe: &mut Probe<'_>,
    bound: bind::Bound,
    most: u16,
) -> Result<(), Failure> {
    let Some(mut link) = bound_link(probe, bound).await? else {
        return probe.row(&Row::noted("window", "window", "no bind for it"));
    };
    let mut octets = Vec::new();
    let mut numbers = Vec::new();
    for _ in 0..most {
        let (number, request) = link.number(QuerySm::default().message_id(no_id()));
        numbers.push(number);
        octets.extend(request);
    }
    let (mut answered, mut throttled, mut in_order) = (0u16, 0u16, true);
    let mut first_throttled = None;
    let mut last = 0;
    let mut end = Answer::Closed;
    if link.send(&octets).await {
        let until = Instant::now() + link.limit();
        while answered < most {
            let answer = link.pdu(until).await;
            let Some(header) = answer.header() else {
                end = answer;
                break;
            };
            answered += 1;
            let number = header.sequence_number.0;
            in_order &= number > last;
            last = last.max(number);
            if matches!(
                header.command_status,
                CommandStatus::ESME_RTHROTTLED | CommandStatus::ESME_RMSGQFUL
            ) || answer.is_nack()
            {
                throttled += 1;
                let place = numbers.iter().position(|sent| *sent == number);
                let place = place.map_or(0, |place| place + 1);
                let shown = answer.show();
                first_throttled.get_or_insert((place, shown));
            }
        }
    }
    link.ask(Unbind::default()).await;
    probe.offered(&link, bound);
    let order = match (answered, in_order) {
        (0 | 1, _) => "",
        (_, true) => ", in order",
        (_, false) => ", not in order",
    };
    let (verdict, detail) = match (first_throttled, answered == most) {
        (None, true) => (
            Verdict::Yes,
            format!("{most} outstanding requests are answered{order}"),
        ),
        (Some((place, shown)), _) => (
            Verdict::No,
            format!(
                "the request {place} of {most} was refused, {shown}, {throttled} in all{order}"
            ),
        ),
        (None, false) => (
            Verdict::No,
            format!(
                "{answered} of {most} are answered, then {}{order}",
                end.show()
            ),
        ),
    };
    probe.row(&Row {
        group: "window",
        check: format!("takes a window of {most}"),
        verdict,
        answer: None,
        detail,
    })
}
