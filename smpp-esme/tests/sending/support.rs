//! Centres that keep what they get and answer from a list.

use core::time::Duration;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use smpp_codec::{decode, encode};
use smpp_esme::{Client, ClientBuilder, Incoming, OutgoingMessage};
use smpp_pdu::{Body, CommandStatus, SubmitSm};
use tokio::time::Instant;

use crate::centre::{Centre, Script, account, bound_with};

/// What a centre got, and when.
#[derive(Clone, Default)]
pub(crate) struct Got(Arc<Mutex<Vec<Kept>>>);

type Kept = (Instant, Vec<u8>);

impl Got {
    /// The requests but the bind, as values that live as long as the test.
    pub(crate) fn bodies(&self) -> Vec<Body<'static>> {
        let got = self.0.lock().unwrap().clone();
        got.into_iter()
            .map(|(_, octets)| decode(octets.leak()).unwrap().body)
            .collect()
    }

    pub(crate) fn submits(&self) -> Vec<SubmitSm<'static>> {
        let one = |body| match body {
            Body::SubmitSm(sm) => sm,
            other => panic!("{other:?}"),
        };
        self.bodies().into_iter().map(one).collect()
    }

    /// The times between one request and the next.
    pub(crate) fn gaps(&self) -> Vec<Duration> {
        let got = self.0.lock().unwrap();
        got.windows(2).map(|pair| pair[1].0 - pair[0].0).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

/// Keeps everything, and answers with `answer`, which sees the number of the
/// request, from 0.
pub(crate) fn keeping(
    mut answer: impl FnMut(usize, &Body<'_>) -> Option<CommandStatus> + Send + 'static,
) -> (Got, Script) {
    let got = Got::default();
    let kept = got.clone();
    let script: Script = Box::new(move |pdu| {
        if matches!(pdu.body, Body::Bind(_)) {
            return Some(CommandStatus::ESME_ROK);
        }
        let mut octets = Vec::new();
        encode(pdu, &mut octets).unwrap();
        let mut kept = kept.0.lock().unwrap();
        kept.push((Instant::now(), octets));
        answer(kept.len() - 1, &pdu.body)
    });
    (got, script)
}

/// Answers with these, then with success.
pub(crate) fn answering(statuses: &[CommandStatus]) -> (Got, Script) {
    let mut statuses: VecDeque<CommandStatus> = statuses.iter().copied().collect();
    keeping(move |_, _| Some(statuses.pop_front().unwrap_or(CommandStatus::ESME_ROK)))
}

/// A client with a wide window, and no `enquire_link` of its own.
pub(crate) async fn client(script: Script) -> (Client, Incoming, Centre) {
    let builder = ClientBuilder::new(account()).window(100).enquire_link(None);
    bound_with(builder, script).await
}

pub(crate) fn code() -> OutgoingMessage {
    OutgoingMessage::text("Your code is 4711")
        .from("BANK")
        .to("+447700900123")
}

/// A text of three parts.
pub(crate) fn long() -> OutgoingMessage {
    OutgoingMessage::text("0123456789".repeat(40))
        .from("BANK")
        .to("+447700900123")
}
