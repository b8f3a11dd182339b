//! What is done for each message before it is acknowledged.

use smpp_esme::Link;
use smpp_esme::receiving::ReceivedMessage;
use smpp_pdu::CommandStatus;

use super::exec::Exec;
use super::reply::{Replies, Reply, Sent};
use crate::cli::show;

/// A command, replies, or both: the reply follows when the command has
/// succeeded.
pub(super) struct Answering {
    exec: Option<Exec>,
    replies: Option<Replies>,
}

/// How that went.
#[derive(Default)]
pub(super) struct Done {
    pub(super) sent: Option<Sent>,
    /// For stderr.
    pub(super) problem: Option<String>,
}

impl Answering {
    /// `None` when there is nothing to do.
    pub(super) fn new(exec: Option<Exec>, replies: &[Reply], link: &Link) -> Option<Self> {
        if exec.is_none() && replies.is_empty() {
            return None;
        }
        Some(Self {
            exec,
            replies: (!replies.is_empty()).then(|| Replies::new(replies, link)),
        })
    }

    /// Acknowledges a message when all went well; otherwise the centre is told
    /// that it may come again.
    pub(super) async fn answer(&self, message: ReceivedMessage) -> Done {
        if let Some(exec) = &self.exec
            && let Err(problem) = exec.run(&message, &show::message_json(&message)).await
        {
            message.nack(CommandStatus::ESME_RX_T_APPN);
            return Done {
                sent: None,
                problem: Some(format!("{problem}; the message is refused for now")),
            };
        }
        let Some(replies) = &self.replies else {
            message.ack();
            return Done::default();
        };
        let (done, again) = replies.answer(&message).await;
        if again {
            message.nack(CommandStatus::ESME_RX_T_APPN);
        } else {
            message.ack();
        }
        done
    }
}
