//! The story of a message, as far as it is known.

use serde::Serialize;

use crate::{Message, ReceiptState, Smsc, Timestamp};

/// Without its text: who may see where a message stands need not see what it says.
#[derive(Serialize)]
pub(super) struct Story {
    id: String,
    part: u8,
    account: String,
    from: String,
    to: String,
    state: String,
    submitted: Option<String>,
    scheduled: Option<String>,
    expires: Option<String>,
    done: Option<String>,
    next_attempt: Option<String>,
    attempts: u32,
    in_flight: bool,
    error: u8,
    receipt: &'static str,
    /// In the order in which they happened, or will.
    events: Vec<Event>,
}

/// Something that has happened to a message, or is to.
#[derive(Serialize)]
struct Event {
    /// When; `None` where that was not kept.
    at: Option<String>,
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<&'static str>,
}

impl Event {
    const fn new(event: &'static str, at: Option<String>) -> Self {
        Self {
            at,
            event,
            state: None,
            attempts: None,
            error: None,
            class: None,
        }
    }
}

pub(super) fn story(smsc: &Smsc, message: &Message, receipt: ReceiptState) -> Story {
    let now = smsc.now();
    let life = message.life.record();
    let content = message.content();
    let state = message.life.state(now).to_string();
    let next_attempt = life.due.filter(|_| !life.in_flight).and_then(time);
    let receipt = match receipt {
        ReceiptState::NotWanted => "not wanted",
        ReceiptState::Wanted => "wanted",
        ReceiptState::Waiting => "waiting",
        ReceiptState::Taken => "taken",
        ReceiptState::Unknown => "unknown",
    };

    let mut events = vec![Event::new("submitted", time(message.submitted))];
    if message.submitted < life.scheduled {
        events.push(Event::new("scheduled for", time(life.scheduled)));
    }
    if life.attempts > 0 {
        let failed = life.error != 0;
        events.push(Event {
            attempts: Some(life.attempts),
            error: failed.then_some(life.error),
            class: failed.then(|| smsc.failure_class(life.error).name()),
            ..Event::new("attempted", None)
        });
    }
    if life.in_flight {
        events.push(Event::new("attempt under way", None));
    }
    if life.attempts > 0 && next_attempt.is_some() {
        events.push(Event::new("next attempt", next_attempt.clone()));
    }
    match life.done {
        Some(done) => events.push(Event {
            state: Some(state.clone()),
            ..Event::new("ended", time(done))
        }),
        None => events.push(Event::new("expires", time(life.expires))),
    }
    match receipt {
        "waiting" => events.push(Event::new("receipt waits for the account", None)),
        "taken" => events.push(Event::new("receipt is done with", None)),
        _ => {}
    }
    Story {
        id: message.key.id.as_str().into(),
        part: message.key.part,
        account: message.account.to_string(),
        from: content.source.to_string(),
        to: content.destination.to_string(),
        state,
        submitted: time(message.submitted),
        scheduled: time(life.scheduled),
        expires: time(life.expires),
        done: life.done.and_then(time),
        next_attempt,
        attempts: life.attempts,
        in_flight: life.in_flight,
        error: life.error,
        receipt,
        events,
    }
}

/// As RFC 3339, in UTC.
fn time(at: Timestamp) -> Option<String> {
    let time = at.to_absolute()?;
    Some(format!(
        "20{:02}-{:02}-{:02}T{:02}:{:02}:{:02}.{}Z",
        time.year() % 100,
        time.month(),
        time.day(),
        time.hour(),
        time.minute(),
        time.second(),
        at.0 / 100 % 10,
    ))
}
