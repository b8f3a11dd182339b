//! `listen --reply`: keyword services.

use smpp_esme::receiving::ReceivedMessage;
use smpp_esme::{
    Link, OutgoingMessage, RequestError, RequestErrorKind, RetryPolicy, SendError, Sender,
    SenderBuilder,
};
use smpp_pdu::{CommandStatus, Ton};

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
    let message = OutgoingMessage::text(text);
    message.preview().map_err(|error| error.to_string())?;
    Ok(Reply {
        keyword: keyword.to_uppercase(),
        text: text.to_owned(),
    })
}

pub(super) struct Replies {
    replies: Vec<Reply>,
    sender: Sender<Link>,
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
            // What is refused for now comes again with its message.
            sender: SenderBuilder::new()
                .retry(RetryPolicy::NONE)
                .build(link.clone()),
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
        let answer = OutgoingMessage::text(&reply.text).from(to).to(from);
        let to = receipt::address(from.addr);
        match self.sender.send(&answer).await {
            Ok(sent) => {
                let ids = sent.message_ids().map(receipt::address);
                let sent = Sent {
                    to,
                    keyword: reply.keyword.clone(),
                    message_ids: ids.collect(),
                };
                let done = Done {
                    sent: Some(sent),
                    problem: None,
                };
                (done, false)
            }
            Err(error) => {
                let keyword = &reply.keyword;
                let problem = format!("--reply {keyword} to {}: {error}", to.escape_default());
                let done = Done {
                    sent: None,
                    problem: Some(problem),
                };
                (done, is_unsent(&error))
            }
        }
    }
}

/// Whether another attempt later may succeed, and cannot send twice: half a reply
/// is not begun anew.
fn is_unsent(error: &SendError) -> bool {
    let for_now = |error: &RequestError| {
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
    };
    !error.may_be_sent() && error.request_error().is_some_and(for_now)
}
