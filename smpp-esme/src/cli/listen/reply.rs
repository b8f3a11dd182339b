//! `listen --reply`: keyword services.

use core::sync::atomic::{AtomicU8, Ordering};

use smpp_codec::long::{Method, SplitOptions, segments};
use smpp_codec::text::choose;
use smpp_esme::receiving::ReceivedMessage;
use smpp_esme::{Link, RequestError, RequestErrorKind};
use smpp_pdu::{CommandStatus, EsmClass, ShortMessage, SubmitSm, Ton};

use super::answering::Done;
use crate::cli::receipt;

/// `KEYWORD=TEXT`.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    /// In capitals, or `*`.
    keyword: String,
    text: String,
}

pub(crate) fn parse(argument: &str) -> Result<Reply, String> {
    let wanted = "KEYWORD=TEXT is wanted, such as 'HELP=Send STOP to end'";
    let (keyword, text) = argument.split_once('=').ok_or(wanted)?;
    if keyword.is_empty() || keyword.contains(char::is_whitespace) || text.is_empty() {
        return Err(format!("{wanted}: one word, and a text that is not empty"));
    }
    // What cannot be sent is said before anything is.
    parts(text, 0)?;
    Ok(Reply {
        keyword: keyword.to_uppercase(),
        text: text.to_owned(),
    })
}

pub(super) struct Replies {
    replies: Vec<Reply>,
    link: Link,
    /// Tells long replies apart.
    reference: AtomicU8,
}

/// A reply that the centre has taken.
pub(crate) struct Sent {
    pub(crate) to: String,
    pub(crate) keyword: String,
    /// One for each part.
    pub(crate) message_ids: Vec<String>,
}

impl Replies {
    pub(super) fn new(replies: &[Reply], link: &Link) -> Self {
        Self {
            replies: replies.to_vec(),
            link: link.clone(),
            reference: AtomicU8::new(fastrand::u8(..)),
        }
    }

    /// The reply to a text: by its first word, or the one for all others.
    fn to(&self, text: &str) -> Option<&Reply> {
        let word = text.split_whitespace().next().unwrap_or_default();
        let word = word.to_uppercase();
        let find = |wanted: &str| self.replies.iter().find(|reply| reply.keyword == wanted);
        find(&word).or_else(|| find("*"))
    }

    /// Sends the reply to a message, if there is one, and says whether the
    /// message has to come again for it.
    pub(super) async fn answer(&self, message: &ReceivedMessage) -> (Done, bool) {
        let (from, to) = (message.source_addr(), message.destination_addr());
        // A name cannot be replied to, nor can a message without an end.
        if from.ton == Ton::ALPHANUMERIC || from.addr.is_empty() || message.missing().is_some() {
            return (Done::default(), false);
        }
        let Some(reply) = message.text().and_then(|text| self.to(text)) else {
            return (Done::default(), false);
        };
        let reference = self.reference.fetch_add(1, Ordering::Relaxed);
        let mut sent = Sent {
            to: receipt::address(from.addr),
            keyword: reply.keyword.clone(),
            message_ids: Vec::new(),
        };
        let parts = match parts(&reply.text, reference) {
            Ok(parts) => parts,
            Err(problem) => return (problem_of(&sent, &problem), false),
        };
        for part in parts {
            let Ok(text) = ShortMessage::new(&part.octets) else {
                return (problem_of(&sent, &"too long"), false);
            };
            let sm = SubmitSm::new(to, from, text)
                .data_coding(part.data_coding)
                .esm_class(EsmClass::DEFAULT.with_udhi(part.has_header));
            match self.link.submit_sm(&sm).await {
                Ok(resp) => sent.message_ids.push(receipt::address(resp.message_id())),
                Err(error) => {
                    // Half a reply is not begun anew.
                    let again = sent.message_ids.is_empty() && is_unsent(&error);
                    return (problem_of(&sent, &error), again);
                }
            }
        }
        let done = Done {
            sent: Some(sent),
            problem: None,
        };
        (done, false)
    }
}

fn problem_of(sent: &Sent, problem: &dyn core::fmt::Display) -> Done {
    let (keyword, to) = (&sent.keyword, &sent.to);
    Done {
        sent: None,
        problem: Some(format!(
            "--reply {keyword} to {}: {problem}",
            to.escape_default()
        )),
    }
}

/// Whether another attempt later may succeed, and cannot send twice.
fn is_unsent(error: &RequestError) -> bool {
    matches!(
        error.kind(),
        RequestErrorKind::Closed
            | RequestErrorKind::NoSession
            | RequestErrorKind::WindowFull
            | RequestErrorKind::Rejected(
                CommandStatus::ESME_RTHROTTLED
                    | CommandStatus::ESME_RMSGQFUL
                    | CommandStatus::ESME_RSYSERR
            )
    )
}

struct Part {
    octets: Vec<u8>,
    has_header: bool,
    data_coding: smpp_pdu::DataCoding,
}

fn parts(text: &str, reference: u8) -> Result<Vec<Part>, String> {
    let encoding = choose(text).encoding;
    let options = SplitOptions::new(Method::Udh8, reference.into());
    let segments = segments(encoding, text, options).map_err(|error| error.to_string())?;
    let mut parts = Vec::new();
    for segment in segments {
        let mut octets = Vec::with_capacity(segment.len());
        segment
            .write(&mut octets)
            .map_err(|error| error.to_string())?;
        parts.push(Part {
            octets,
            has_header: segment.has_header(),
            data_coding: encoding.data_coding(),
        });
    }
    Ok(parts)
}
