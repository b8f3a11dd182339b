//! What the ids of messages look like: the one check that sends a message.

use smpp_codec::receipt::Receipt;
use smpp_pdu::{Body, CommandStatus, DeliverSmResp, Pdu, ShortMessage, SubmitSm, Unbind};
use tokio::time::Instant;

use super::link::Answer;
use super::sheet::{Row, Verdict};
use super::{Probe, Refusal, bind};
use crate::cli::exit::Failure;
use crate::cli::message;
use crate::cli::receipt::latin_1;

/// Submits one message with a receipt, and looks at the id in both.
pub(super) async fn check(
    probe: &mut Probe<'_>,
    bound: bind::Bound,
    from: &str,
    to: &str,
) -> Result<(), Failure> {
    let text = ShortMessage::new(b"smpp-esme probe").unwrap_or_default();
    let submit = SubmitSm::new(
        message::address("--send-from", from)?,
        message::address("--send-to", to)?,
        text,
    )
    .with_receipt();
    let password = probe.url.password();
    let mut link = match bind::bind(probe, bound, password).await {
        Ok((link, answer)) if answer.is_good() => link,
        Err(Refusal::Failure(failure)) => return Err(failure),
        _ => return probe.row(&Row::noted("ids", "submit_sm", "no bind for it")),
    };
    let answer = link.ask(submit).await;
    let id = match answer.pdu() {
        Some(Pdu {
            command_status: CommandStatus::ESME_ROK,
            body: Body::SubmitSmResp(resp),
            ..
        }) => latin_1(resp.message_id.as_bytes()),
        _ => {
            let row = Row::new(
                "ids",
                "submit_sm",
                Verdict::No,
                &answer,
                "no message was sent",
            );
            return probe.row(&row);
        }
    };
    probe.row(&Row::new("ids", "submit_sm", Verdict::Yes, &answer, ""))?;
    let says = format!("{id:?}: {}", form(&id));
    probe.row(&Row::noted("ids", "id of the message", says))?;
    if !bound.bind_type.receives() {
        link.ask(Unbind::default()).await;
        return Ok(());
    }
    let until = Instant::now() + 2 * link.limit();
    loop {
        let answer = link.next_pdu(until).await;
        let Some(pdu) = answer.pdu() else {
            let says = match answer {
                Answer::Silence => "no receipt came in time",
                _ => "the session ended before a receipt",
            };
            return probe.row(&Row::noted("ids", "id in the receipt", says));
        };
        let receipt = Receipt::read(&pdu);
        let ours = receipt.as_ref().and_then(|receipt| {
            let ids = receipt.ids().map(latin_1);
            ids.map(|theirs| (relation(&id, &theirs), theirs))
                .find(|(relation, _)| *relation != "another id")
        });
        match ours {
            Some((relation, theirs)) => {
                // It is of the message that was just sent, so that it may be taken.
                let resp = DeliverSmResp::default();
                let resp = Pdu::response(CommandStatus::ESME_ROK, pdu.sequence_number, resp);
                let mut octets = Vec::new();
                let _ = smpp_codec::encode(&resp, &mut octets);
                link.send(&octets).await;
                let says = format!("{theirs:?}: {relation}");
                link.ask(Unbind::default()).await;
                return probe.row(&Row::noted("ids", "id in the receipt", says));
            }
            None => {
                if !pdu.command_id().is_response() {
                    link.serve_later(&pdu).await;
                }
            }
        }
    }
}

/// What an id is written in.
fn form(id: &str) -> &'static str {
    let all = |test: fn(char) -> bool| !id.is_empty() && id.chars().all(test);
    if id.is_empty() {
        "empty"
    } else if all(|character| character.is_ascii_digit()) {
        "decimal digits, or hexadecimal ones without a letter"
    } else if all(|character| character.is_ascii_hexdigit()) {
        "hexadecimal digits"
    } else {
        "text"
    }
}

/// How the id of a receipt relates to the one that was given.
fn relation(given: &str, theirs: &str) -> &'static str {
    let number = |text: &str, base| u128::from_str_radix(text, base).ok();
    let same = |base, other| {
        let given = number(given, base);
        given.is_some() && given == number(theirs, other)
    };
    if given == theirs {
        "the same"
    } else if given.eq_ignore_ascii_case(theirs) {
        "the same in other case"
    } else if same(10, 10) || same(16, 16) {
        "the same with other zeros in front"
    } else if same(16, 10) {
        "the given one is hexadecimal, this one the same number in decimal"
    } else if same(10, 16) {
        "the given one is decimal, this one the same number in hexadecimal"
    } else {
        "another id"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_told_apart() {
        assert!(form("12ab").starts_with("hexadecimal"));
        assert!(form("1234").starts_with("decimal"));
        assert_eq!(form("m-1"), "text");
        assert_eq!(
            relation("1f", "31"),
            "the given one is hexadecimal, this one the same number in decimal"
        );
        assert_eq!(
            relation("31", "1F"),
            "the given one is decimal, this one the same number in hexadecimal"
        );
        assert_eq!(relation("ab", "AB"), "the same in other case");
        assert_eq!(relation("7", "0007"), "the same with other zeros in front");
        assert_eq!(relation("m1", "m2"), "another id");
    }
}
