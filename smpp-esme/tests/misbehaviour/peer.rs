//! A centre of octets with one bad habit, and the ledger of a run against it.

use core::time::Duration;
use std::collections::VecDeque;

use allocation_counter::measure;
use smpp_codec::{Framer, decode};
use smpp_esme::{Client, ClientBuilder, CloseReason, Pending, RequestErrorKind, SubmitResp};
use smpp_pdu::{
    Address, Body, CommandStatus, Pdu, SequenceNumber, ShortMessage, SubmitSm, SubmitSmResp,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use crate::centre::{account, bind_accepted, octets};

/// Messages that are outstanding at most.
pub(crate) const WINDOW: u16 = 50;

/// What a centre does with a `submit_sm`, the how many-th it is, and the number
/// it carries. It appends its answer; `false` ends the connection after that.
pub(crate) type Habit = fn(index: usize, number: SequenceNumber, out: &mut Vec<u8>) -> bool;

/// What became of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The centre took it, under the id of this message.
    Accepted,
    /// The centre took it, under an id that belongs to another message.
    Mixed,
    Rejected(CommandStatus),
    Expired,
    LinkLost(CloseReason),
    NotSent,
}

/// A whole run.
pub(crate) struct Ledger {
    /// Of every message, by its index.
    pub(crate) outcomes: Vec<Outcome>,
    /// How often the centre saw each.
    pub(crate) seen: Vec<u8>,
    /// Why the session is over, if it is.
    pub(crate) close_reason: Option<CloseReason>,
    /// The most memory that was in use at a time, in octets.
    pub(crate) most_memory: u64,
}

impl Ledger {
    /// The account of the client agrees with that of the centre: what was
    /// answered or is unknown was sent once at most, what was not sent never came.
    pub(crate) fn check(&self) {
        for (index, (outcome, seen)) in self.outcomes.iter().zip(&self.seen).enumerate() {
            let possible = match outcome {
                Outcome::Accepted | Outcome::Rejected(_) => *seen == 1,
                Outcome::Expired | Outcome::LinkLost(_) => *seen <= 1,
                Outcome::NotSent => *seen == 0,
                Outcome::Mixed => false,
            };
            assert!(possible, "message {index}: {outcome:?}, seen {seen} times");
        }
    }

    pub(crate) fn count(&self, outcome: Outcome) -> usize {
        self.outcomes.iter().filter(|one| **one == outcome).count()
    }
}

/// Submits `count` messages to a centre with this habit.
pub(crate) fn run(count: usize, habit: Habit) -> Ledger {
    let mut ledger = Ledger {
        outcomes: vec![Outcome::NotSent; count],
        seen: vec![0; count],
        close_reason: None,
        most_memory: 0,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    let used = measure(|| runtime.block_on(talk(&mut ledger, habit)));
    ledger.most_memory = used.bytes_max;
    ledger.check();
    ledger
}

async fn talk(ledger: &mut Ledger, habit: Habit) {
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    let (outcomes, seen) = (&mut ledger.outcomes, &mut ledger.seen);
    let client = async {
        let builder = ClientBuilder::new(account())
            .window(WINDOW)
            .response_timeout(Duration::from_secs(5));
        let (client, _incoming) = builder.over(theirs).await.unwrap();
        submit_all(&client, outcomes).await;
        let reason = client.close_reason();
        client.unbind().await;
        reason
    };
    let (reason, ()) = tokio::join!(client, serve(ours, seen, habit));
    ledger.close_reason = reason;
}

async fn submit_all(client: &Client, outcomes: &mut [Outcome]) {
    let mut pending: VecDeque<(usize, Pending<SubmitResp>)> = VecDeque::new();
    for index in 0..outcomes.len() {
        if pending.len() == usize::from(WINDOW) {
            settle(&mut pending, outcomes).await;
        }
        let text = index.to_string();
        let message = SubmitSm::new(
            Address::alphanumeric("BANK").unwrap(),
            Address::international("447700900123").unwrap(),
            ShortMessage::new(text.as_bytes()).unwrap(),
        );
        match client.start_submit_sm(&message).await {
            Ok(one) => pending.push_back((index, one)),
            Err(error) => assert_eq!(error.kind(), RequestErrorKind::Closed),
        }
    }
    while !pending.is_empty() {
        settle(&mut pending, outcomes).await;
    }
}

async fn settle(pending: &mut VecDeque<(usize, Pending<SubmitResp>)>, outcomes: &mut [Outcome]) {
    let (index, response) = pending.pop_front().unwrap();
    outcomes[index] = match response.await {
        Ok(resp) if resp.message_id().as_str() == Some(&index.to_string()) => Outcome::Accepted,
        Ok(_) => Outcome::Mixed,
        Err(error) => match error.kind() {
            RequestErrorKind::Rejected(status) => Outcome::Rejected(status),
            RequestErrorKind::Expired => Outcome::Expired,
            RequestErrorKind::LinkLost(reason) => Outcome::LinkLost(reason),
            RequestErrorKind::Closed => Outcome::NotSent,
            kind => panic!("{kind:?}"),
        },
    };
}

/// The centre: accepts the bind, has its habit, and answers what else there is.
async fn serve(mut stream: DuplexStream, seen: &mut [u8], habit: Habit) {
    let mut framer = Framer::new(Vec::new(), 64 * 1024);
    let mut buffer = vec![0; 64 * 1024];
    let mut out = Vec::new();
    let mut index = 0;
    loop {
        let read = stream.read(&mut buffer).await.unwrap_or(0);
        if read == 0 {
            return;
        }
        let mut input = &buffer[..read];
        let mut stays = true;
        while let Some(frame) = framer.next_frame(&mut input).unwrap() {
            if !stays {
                break;
            }
            let pdu = decode(frame.as_bytes()).unwrap();
            let number = pdu.sequence_number;
            match &pdu.body {
                Body::Bind(_) => out.extend(bind_accepted()),
                Body::SubmitSm(sm) => {
                    let text = core::str::from_utf8(sm.short_message.as_bytes()).unwrap();
                    seen[text.parse::<usize>().unwrap()] += 1;
                    stays = habit(index, number, &mut out);
                    index += 1;
                }
                Body::EnquireLink(_) => out.extend(octets(&Pdu::response(
                    CommandStatus::ESME_ROK,
                    number,
                    smpp_pdu::EnquireLinkResp::default(),
                ))),
                Body::Unbind(_) => out.extend(octets(&Pdu::response(
                    CommandStatus::ESME_ROK,
                    number,
                    smpp_pdu::UnbindResp::default(),
                ))),
                _ => {}
            }
        }
        // A client that has left needs no answer.
        let _ = stream.write_all(&out).await;
        out.clear();
        if !stays {
            return;
        }
    }
}

/// A `submit_sm_resp` that gives the message its own index as id.
pub(crate) fn accepted(index: usize, number: SequenceNumber) -> Vec<u8> {
    let id = index.to_string();
    let resp = SubmitSmResp::default().message_id(id.as_str().try_into().unwrap());
    octets(&Pdu::response(CommandStatus::ESME_ROK, number, resp))
}
