//! Messages of several parts, and who is told of them.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use smpp_esme::{
    PartInfo, RequestError, RequestErrorKind, RetryPolicy, SendErrorKind, SendObserver,
    SenderBuilder, Submitted,
};
use smpp_pdu::{CommandId, CommandStatus};

use crate::centre::accept_binds;
use crate::support::{answering, client, code, keeping, long};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn push(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }

    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

#[async_trait]
impl SendObserver for Log {
    fn sending(&self, part: &PartInfo<'_>) -> u64 {
        let (at, parts, attempt) = (part.part, part.parts, part.attempt);
        self.push(format!(
            "sending {at}/{parts} attempt {attempt} {}",
            part.tag
        ));
        u64::from(at)
    }

    async fn submitted(&self, token: u64, submitted: &Submitted<'_>) {
        let id = submitted.message_id.escape_ascii();
        let to = submitted.part.destination.as_bytes().escape_ascii();
        self.push(format!("{token} to {to} is {id}"));
    }

    fn failed(&self, token: u64, _: &PartInfo<'_>, error: Option<&RequestError>) {
        let status = error.and_then(RequestError::status);
        let name = status.and_then(|status| status.name());
        self.push(format!("{token} failed {name:?}"));
    }
}

// The centre counts its answers, that to the bind included: the first id is m2.

#[tokio::test]
async fn what_was_taken_is_kept_when_another_part_is_refused() {
    let (_, script) = answering(&[CommandStatus::ESME_ROK, CommandStatus::ESME_RINVDSTADR]);
    let (client, _incoming, _centre) = client(script).await;
    let sender = SenderBuilder::new().build(client);
    let error = sender.send(&long().tag("row 7")).await.unwrap_err();
    assert_eq!(error.kind(), SendErrorKind::Failed);
    assert!(error.may_be_sent());
    let shown = error.to_string();
    assert!(
        shown.starts_with("2 of 3 parts were taken: the centre refused submit_sm: ESME_RINVDSTADR"),
        "{shown}"
    );
    let sent = error.sent().unwrap();
    let ids: Vec<_> = sent
        .message_ids()
        .map(|id| id.as_bytes().to_vec())
        .collect();
    assert_eq!(ids, [b"m2", b"m3"]);
    assert_eq!((sent.tag(), sent.parts()[1].attempts()), ("row 7", 1));
    assert!(sent.parts()[1].result().is_err() && sent.parts()[2].result().is_ok());
    assert_eq!((sender.counts().accepted, sender.counts().failed), (2, 1));
}

#[tokio::test]
async fn parts_that_were_not_sent_yet_are_left_out_once_one_is_refused() {
    let (got, script) = answering(&[CommandStatus::ESME_RINVDSTADR]);
    let builder = smpp_esme::ClientBuilder::new(crate::centre::account()).window(1);
    let (client, _incoming, _centre) = crate::centre::bound_with(builder, script).await;
    let rate = smpp_esme::Rate {
        per_second: 1,
        burst: 1,
    };
    let sender = SenderBuilder::new().rate(rate).build(client);
    let error = sender.send(&long()).await.unwrap_err();
    let sent = error.sent().unwrap();
    let kinds: Vec<_> = sent.errors().map(RequestError::kind).collect();
    let refused = RequestErrorKind::Rejected(CommandStatus::ESME_RINVDSTADR);
    let skipped = RequestErrorKind::Skipped;
    assert_eq!(kinds, [refused, skipped, skipped]);
    assert_eq!((got.len(), sent.parts()[2].attempts()), (1, 0));
    assert!(!error.may_be_sent());
}

#[tokio::test(start_paused = true)]
async fn the_observer_learns_of_every_attempt() {
    let (_, script) = answering(&[
        CommandStatus::ESME_RSYSERR,
        CommandStatus::ESME_ROK,
        CommandStatus::ESME_RINVSRCADR,
    ]);
    let (client, _incoming, _centre) = client(script).await;
    let log = Log::default();
    let sender = SenderBuilder::new().observer(log.clone()).build(client);
    sender.send(&code().tag("a")).await.unwrap();
    sender.send(&code().tag("b")).await.unwrap_err();
    assert_eq!(
        log.lines(),
        [
            "sending 1/1 attempt 1 a",
            "1 failed Some(\"ESME_RSYSERR\")",
            "sending 1/1 attempt 2 a",
            "1 to 447700900123 is m2",
            "sending 1/1 attempt 1 b",
            "1 failed Some(\"ESME_RINVSRCADR\")",
        ]
    );
}

#[tokio::test]
async fn the_observer_learns_that_a_dropped_future_learns_nothing() {
    let (client, _incoming, mut centre) = client(accept_binds()).await;
    let log = Log::default();
    let sender = SenderBuilder::new().observer(log.clone()).build(client);
    let message = code();
    tokio::select! {
        _ = sender.send(&message) => panic!("nobody answers"),
        _ = centre.request(CommandId::SUBMIT_SM) => {}
    }
    assert_eq!(log.lines(), ["sending 1/1 attempt 1 ", "1 failed None"]);
}

#[tokio::test]
async fn a_closure_is_told_what_was_taken() {
    let (_, script) = keeping(|_, _| Some(CommandStatus::ESME_ROK));
    let (client, _incoming, _centre) = client(script).await;
    let log = Log::default();
    let told = log.clone();
    let sender = SenderBuilder::new()
        .retry(RetryPolicy::NONE)
        .observer(move |submitted: &Submitted<'_>| {
            let id = submitted.message_id.escape_ascii();
            told.push(format!("{} is {id}", submitted.part.part));
        })
        .build(client);
    sender.send(&long()).await.unwrap();
    assert_eq!(log.lines(), ["1 is m2", "2 is m3", "3 is m4"]);
}
