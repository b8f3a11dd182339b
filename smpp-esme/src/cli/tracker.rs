//! What became of the messages of one run: responses, receipts, and the exit
//! code that follows from them.

use core::time::Duration;

use serde_json::{Map, Value, json};
use smpp_codec::receipt::matcher::{
    GrowingMatcher, MatcherOptions, Report, Request, Submission, Verdict,
};
use smpp_codec::receipt::{Outcome, Receipt};
use smpp_esme::{Delivery, Inbound, Incoming, OwnedPdu, RequestError, SubmitResp};
use tokio::task::JoinError;
use tokio::time::Instant;

use super::exit::{Failure, Kind, kind_of};
use super::output::{Output, Printable};
use super::receipt;

/// Seconds that a receipt waits for the response that it may have overtaken.
/// It is not acknowledged meanwhile.
const HOLD_FOR: u64 = 5;

/// The messages of one run.
pub(crate) struct Tracker {
    messages: Vec<Message>,
    /// Ids change between response and receipt: it knows how.
    matcher: GrowingMatcher<usize, Delivery>,
    started: Instant,
}

/// One part to one recipient.
struct Message {
    to: String,
    part: usize,
    parts: usize,
    request: Option<Request>,
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

impl Tracker {
    pub(crate) fn new(to: &[String], parts: usize) -> Self {
        let now = Instant::now();
        let messages = to.iter().flat_map(|to| {
            (1..=parts).map(move |part| Message {
                to: to.clone(),
                part,
                parts,
                request: None,
                id: None,
                sent_at: now,
                end: None,
            })
        });
        Self {
            messages: messages.collect(),
            matcher: GrowingMatcher::new(MatcherOptions::new().hold_for(HOLD_FOR)),
            started: now,
        }
    }

    fn now(&self) -> u64 {
        self.started.elapsed().as_secs()
    }

    /// The request of this message is on its way.
    pub(crate) fn sent(&mut self, at: usize) {
        let request = self.matcher.sent();
        if let Some(message) = self.messages.get_mut(at) {
            message.request = Some(request);
            message.sent_at = Instant::now();
        }
    }

    /// The outcome of a request.
    pub(crate) fn answered(
        &mut self,
        done: Result<(usize, Result<OwnedPdu, RequestError>), JoinError>,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let (at, response) = done.map_err(|error| Failure::other(error.to_string()))?;
        match response {
            Ok(response) => self.submitted(at, &SubmitResp::from(response), output),
            Err(error) => {
                let request = self.messages.get_mut(at).and_then(|m| m.request.take());
                if let Some(request) = request {
                    self.matcher.refused(request);
                }
                self.not_sent(at, &error, output)
            }
        }?;
        self.settle_held(output)
    }

    fn submitted(
        &mut self,
        at: usize,
        response: &SubmitResp,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let now = self.now();
        let Some(message) = self.messages.get_mut(at) else {
            return Ok(());
        };
        let id = response.message_id();
        message.id = Some(receipt::address(id));
        message.say("submitted", Map::new(), output)?;
        output.line(format_args!(
            "{}  submitted  message {}",
            message.name(output),
            Printable(message.shown_id()),
        ))?;
        output.flush()?;
        let mut submission = Submission::new(id.as_bytes(), at);
        // What a receipt has as its sender, without the plus sign.
        let to = message.to.trim_start_matches('+');
        submission = submission.destination(to.as_bytes());
        if let Some(request) = message.request.take() {
            submission = submission.request(request);
        }
        // A message without an id is one whose receipts cannot be told.
        let _ = self.matcher.submitted(submission, now);
        Ok(())
    }

    /// A message that the centre has not taken, or perhaps.
    pub(crate) fn not_sent(
        &mut self,
        at: usize,
        error: &RequestError,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let Some(message) = self.messages.get_mut(at) else {
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
    pub(crate) fn inbound(&mut self, inbound: Inbound, output: &mut Output) -> Result<(), Failure> {
        let Inbound::Delivery(delivery) = inbound else {
            return Ok(());
        };
        let now = self.now();
        let owned = delivery.owned().clone();
        let pdu = owned.pdu();
        let Some(found) = Receipt::read(&pdu) else {
            return Ok(());
        };
        let verdict = self.matcher.receipt(&Report::from(&found), delivery, now);
        self.apply(verdict, output)
    }

    /// Receipts that came before their response, or waited in vain.
    fn settle_held(&mut self, output: &mut Output) -> Result<(), Failure> {
        let now = self.now();
        while let Some(verdict) = self.matcher.next_early(now) {
            self.apply(verdict, output)?;
        }
        while let Some(verdict) = self.matcher.next_unmatched(now) {
            self.apply(verdict, output)?;
        }
        Ok(())
    }

    fn apply(
        &mut self,
        verdict: Verdict<usize, Delivery>,
        output: &mut Output,
    ) -> Result<(), Failure> {
        // Every other verdict drops the receipt, or keeps it.
        let Verdict::Matched { found, receipt } = verdict else {
            return Ok(());
        };
        let Some(message) = self.messages.get_mut(found.key) else {
            return Ok(());
        };
        let pdu = receipt.pdu();
        if let Some(found) = Receipt::read(&pdu) {
            message.receipt(&found, output)?;
            output.flush()?;
        }
        receipt.ack();
        Ok(())
    }

    /// Waits until every message has come to its end.
    pub(crate) async fn wait(
        &mut self,
        wait: Duration,
        incoming: &mut Incoming,
        output: &mut Output,
    ) -> Result<(), Failure> {
        if wait.is_zero() {
            return Ok(());
        }
        let deadline = Instant::now() + wait;
        let mut tick = tokio::time::interval(Duration::from_secs(1));
        self.settle_held(output)?;
        while self.messages.iter().any(|message| message.end.is_none()) {
            tokio::select! {
                biased;
                inbound = incoming.recv() => match inbound {
                    Some(inbound) => self.inbound(inbound, output)?,
                    None => return Err(Failure::other(
                        "the session ended before the receipts came",
                    )),
                },
                () = tokio::time::sleep_until(deadline) => return self.timed_out(output),
                _ = tick.tick() => self.settle_held(output)?,
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
    pub(crate) fn verdict(&self) -> Result<(), Failure> {
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
    fn receipt(&mut self, found: &Receipt<'_>, output: &mut Output) -> Result<(), Failure> {
        if found.is_closing() && self.end.is_none() {
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
