//! What became of the messages of one run: responses, receipts, and the exit
//! code that follows from them.

use core::time::Duration;

use serde_json::{Map, Value, json};
use smpp_codec::receipt::Outcome;
use smpp_esme::receiving::{ReceiptInfo, Received, Receiver};
use smpp_esme::{RequestError, SubmitResp};
use tokio::time::Instant;

use crate::cli::exit::{Failure, Kind, kind_of};
use crate::cli::output::{Output, Printable};
use crate::cli::receipt;

/// The messages of one run, by recipient and part.
pub(super) struct Outcomes {
    messages: Vec<Message>,
    /// How many parts each recipient gets.
    parts: usize,
}

/// One part to one recipient.
struct Message {
    to: String,
    part: usize,
    parts: usize,
    /// The centre's id; `None` before the response.
    id: Option<String>,
    sent_at: Instant,
    end: Option<End>,
}

/// What a message has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Failed(Kind),
    Delivered,
    Undelivered,
}

/// Which recipient, from 0, and which part, from 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) to: usize,
    pub(super) part: u8,
}

impl Place {
    /// The tag of a message is the number of its recipient.
    pub(super) fn of(tag: &[u8], part: u8) -> Option<Self> {
        let to = core::str::from_utf8(tag).ok()?.parse().ok()?;
        Some(Self { to, part })
    }
}

impl Outcomes {
    pub(super) fn new(to: &[String], parts: usize) -> Self {
        let now = Instant::now();
        let messages = to.iter().flat_map(|to| {
            (1..=parts).map(move |part| Message {
                to: to.clone(),
                part,
                parts,
                id: None,
                sent_at: now,
                end: None,
            })
        });
        Self {
            messages: messages.collect(),
            parts,
        }
    }

    fn at(&mut self, place: Place) -> Option<&mut Message> {
        let part = usize::from(place.part).checked_sub(1)?;
        self.messages.get_mut(place.to * self.parts + part)
    }

    /// The request of this message is on its way.
    pub(super) fn sent(&mut self, place: Place) {
        if let Some(message) = self.at(place) {
            message.sent_at = Instant::now();
        }
    }

    /// The centre has taken it.
    pub(super) fn submitted(
        &mut self,
        place: Place,
        response: &SubmitResp,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let Some(message) = self.at(place) else {
            return Ok(());
        };
        message.id = Some(receipt::address(response.message_id()));
        message.say("submitted", Map::new(), output)?;
        output.line(format_args!(
            "{}  submitted  message {}",
            message.name(output),
            Printable(message.shown_id()),
        ))?;
        output.flush()
    }

    /// A message that the centre has not taken, or perhaps.
    pub(super) fn not_sent(
        &mut self,
        place: Place,
        error: &RequestError,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let Some(message) = self.at(place) else {
            return Ok(());
        };
        message.end = Some(End::Failed(kind_of(error)));
        let mut details = Map::new();
        let event = match error.status() {
            Some(status) => {
                details.insert("command_status".into(), status.0.into());
                details.insert("status".into(), status.name().into());
                "rejected"
            }
            None => "failed",
        };
        details.insert("error".into(), error.to_string().into());
        message.say(event, details, output)?;
        if !output.is_json() {
            output.flush()?;
            eprintln!("smpp-esme: {}: {error}", Printable(&message.to));
        }
        Ok(())
    }

    /// Something that the centre sends by itself. What belongs to none of the
    /// messages is not acknowledged: it is for another session.
    pub(super) fn received(
        &mut self,
        received: Received,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let (Received::Receipt(found)
        | Received::Notification(found)
        | Received::Acknowledgement(found)) = received
        else {
            return Ok(());
        };
        let place = found.message().and_then(|message| {
            let (part, _) = message.part_of();
            Place::of(message.caller_tag(), part)
        });
        if let Some(message) = place.and_then(|place| self.at(place)) {
            message.receipt(&found, output)?;
            output.flush()?;
            found.ack();
        }
        Ok(())
    }

    /// Waits until every message has come to its end.
    pub(super) async fn wait(
        &mut self,
        wait: Duration,
        receiver: &mut Receiver,
        output: &mut Output,
    ) -> Result<(), Failure> {
        if wait.is_zero() {
            return Ok(());
        }
        let deadline = Instant::now() + wait;
        while self.messages.iter().any(|message| message.end.is_none()) {
            tokio::select! {
                biased;
                received = receiver.recv() => match received {
                    Some(received) => self.received(received, output)?,
                    None => return Err(Failure::other(
                        "the session ended before the receipts came",
                    )),
                },
                () = tokio::time::sleep_until(deadline) => return self.timed_out(output),
            }
        }
        Ok(())
    }

    fn timed_out(&mut self, output: &mut Output) -> Result<(), Failure> {
        for message in &mut self.messages {
            if message.end.is_none() {
                message.end = Some(End::Failed(Kind::TimedOut));
                message.say("timeout", Map::new(), output)?;
                output.line(format_args!(
                    "{}  {}  message {}",
                    message.name(output),
                    output.bad("no receipt in time"),
                    Printable(message.shown_id()),
                ))?;
            }
        }
        Ok(())
    }

    /// The exit code: the worst that any message has come to.
    pub(super) fn verdict(&self) -> Result<(), Failure> {
        let kinds = [
            Kind::Other,
            Kind::Usage,
            Kind::Rejected,
            Kind::Undelivered,
            Kind::TimedOut,
        ];
        let worst = kinds.into_iter().find(|kind| {
            self.messages.iter().any(|message| match message.end {
                Some(End::Failed(failed)) => failed == *kind,
                Some(End::Undelivered) => *kind == Kind::Undelivered,
                _ => false,
            })
        });
        // What happened was said when it happened.
        worst.map_or(Ok(()), |kind| Err(Failure::new(kind, "")))
    }
}

impl Message {
    /// A receipt of this message.
    fn receipt(&mut self, info: &ReceiptInfo, output: &mut Output) -> Result<(), Failure> {
        let Some(found) = &info.receipt() else {
            return Ok(());
        };
        if info.is_final() && self.end.is_none() {
            self.end = Some(match found.outcome() {
                Some(Outcome::Delivered) => End::Delivered,
                _ => End::Undelivered,
            });
        }
        let mut details = receipt::to_json(found);
        // Under the id of the response; the receipt may write it in another way.
        let written = details.shift_remove("message_id").unwrap_or(Value::Null);
        for address in ["source_addr", "destination_addr"] {
            details.shift_remove(address);
        }
        details.insert("receipted_message_id".into(), written);
        self.say("receipt", details, output)?;
        output.line(format_args!(
            "{}  {}  message {} after {:.1} s{}",
            self.name(output),
            receipt::painted_word(found, output),
            Printable(self.shown_id()),
            self.sent_at.elapsed().as_secs_f32(),
            receipt::error_text(found),
        ))
    }

    fn shown_id(&self) -> &str {
        match self.id.as_deref() {
            None | Some("") => "without an id",
            Some(id) => id,
        }
    }

    /// The recipient, and the part where there are several.
    fn name(&self, output: &Output) -> String {
        let to = Printable(&self.to);
        match self.parts {
            1 => output.bold(to).to_string(),
            parts => format!("{} part {} of {parts}", output.bold(to), self.part),
        }
    }

    /// A JSON line about this message.
    fn say(
        &self,
        event: &str,
        details: Map<String, Value>,
        output: &mut Output,
    ) -> Result<(), Failure> {
        if !output.is_json() {
            return Ok(());
        }
        let mut object = json!({"event": event});
        if let Value::Object(object) = &mut object {
            if let Some(id) = &self.id {
                object.insert("message_id".into(), id.as_str().into());
            }
            object.extend(details);
            object.insert("destination_addr".into(), self.to.as_str().into());
            object.insert("part".into(), self.part.into());
            object.insert("parts".into(), self.parts.into());
        }
        output.object(&object)
    }
}
