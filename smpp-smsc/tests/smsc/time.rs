//! Days that pass in a moment.

use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::sync::Arc;

use async_trait::async_trait;
use smpp_pdu::*;
use smpp_session::{Config, Role};
use smpp_smsc::network::{Attempt, Network, Outcome, Reports};
use smpp_smsc::{Builder, Clock, FailureClass, Retries};
use tokio::io::DuplexStream;
use tokio::time::Instant;

use crate::support::*;

const HOUR: Duration = Duration::from_secs(3600);

/// Handsets that take nothing with the first attempts: they are switched off, or
/// have another error.
#[derive(Clone)]
struct Off {
    attempts: Arc<AtomicUsize>,
    fails: usize,
    error: u8,
}

impl Off {
    fn new(fails: usize) -> Self {
        Self {
            attempts: Arc::default(),
            fails,
            error: FailureClass::Absent.usual_error(),
        }
    }
}

#[async_trait]
impl Network for Off {
    async fn attempt(&self, attempts: Vec<Attempt>, reports: &Reports) {
        let mut ended = Vec::new();
        for attempt in attempts {
            let before = self.attempts.fetch_add(1, Ordering::Relaxed);
            ended.push(attempt.ended(if before < self.fails {
                Outcome::NotNow { error: self.error }
            } else {
                Outcome::Delivered
            }));
        }
        reports.send(ended);
    }
}

/// A network that never says what became of an attempt.
struct Silent(Arc<AtomicUsize>);

#[async_trait]
impl Network for Silent {
    async fn attempt(&self, attempts: Vec<Attempt>, _reports: &Reports) {
        self.0.fetch_add(attempts.len(), Ordering::Relaxed);
    }
}

/// A bound client without a socket, for whom time passes as fast as it can.
async fn client(builder: Builder) -> Client<DuplexStream> {
    let session = Config {
        enquire_link: None,
        ..Config::new(Role::MessageCentre)
    };
    let smsc = builder.clock(Clock::runtime()).session(session).start();
    Client::bound_within(&smsc, BindType::Transceiver).await
}

/// Waits as long as it takes, in the time of the test.
async fn receipt(client: &mut Client<DuplexStream>) -> (String, MessageState) {
    use tokio::io::AsyncReadExt;
    let mut first = [0; 4];
    client.stream.read_exact(&mut first).await.unwrap();
    let mut rest = vec![0; u32::from_be_bytes(first) as usize - 4];
    client.stream.read_exact(&mut rest).await.unwrap();
    let received = Received([&first[..], &rest].concat());
    client.acknowledge(&received).await;
    received.receipt()
}

#[tokio::test(start_paused = true)]
async fn after_72_hours_without_success_a_message_expires() {
    let network = Off::new(usize::MAX);
    let attempts = network.attempts.clone();
    let mut client = client(centre().network(network)).await;
    let start = Instant::now();
    let id = client.ask(sm().with_receipt()).await.message_id();
    assert_eq!(receipt(&mut client).await, (id, MessageState::EXPIRED));
    let waited = start.elapsed();
    assert!(waited >= 72 * HOUR, "{waited:?}");
    assert!(waited < 72 * HOUR + Duration::from_secs(1), "{waited:?}");
    // The first, 5, 15 and 30 minutes and an hour after one another, then every
    // three hours.
    assert_eq!(attempts.load(Ordering::Relaxed), 5 + 23);
}

#[tokio::test(start_paused = true)]
async fn a_validity_of_its_own_ends_a_message_earlier() {
    let mut client = client(centre().network(Off::new(usize::MAX))).await;
    let start = Instant::now();
    let submit = sm()
        .with_receipt()
        .validity_period(text("000000020000000R"));
    let id = client.ask(submit).await.message_id();
    assert_eq!(receipt(&mut client).await, (id, MessageState::EXPIRED));
    let waited = start.elapsed();
    assert!(waited >= 2 * HOUR && waited < 2 * HOUR + Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_validity_that_is_too_long_is_cut() {
    let absent = || centre().network(Off::new(usize::MAX));
    let seven_days = 7 * 24 * HOUR;
    for (builder, limit) in [
        (absent(), seven_days),
        (absent().max_validity(2 * HOUR), 2 * HOUR),
        (absent().validity(9 * 24 * HOUR), 9 * 24 * HOUR),
    ] {
        let mut client = client(builder).await;
        let ttl = [Tlv::qos_time_to_live(3_000_000)];
        let last = text("351231235959948+");
        let submit = sm().with_receipt();
        for submit in [
            submit.validity_period(text("000100000000000R")),
            submit.validity_period(last),
            submit.tlvs(Tlvs::from_slice(&ttl)),
        ] {
            let start = Instant::now();
            let id = client.ask(submit).await.message_id();
            // What waits is given another validity, as long again.
            let replace = ReplaceSm::default()
                .message_id(text(&id))
                .source_addr(submit.source_addr)
                .validity_period(last)
                .registered_delivery(submit.registered_delivery);
            tokio::time::sleep(HOUR).await;
            assert_eq!(client.ask(replace).await.status(), CommandStatus::ESME_ROK);
            assert_eq!(receipt(&mut client).await, (id, MessageState::EXPIRED));
            let seconds = start.elapsed().as_secs();
            assert_eq!(seconds, (HOUR + limit).as_secs(), "{submit:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_scheduled_too_far_ahead_is_refused() {
    let mut client = client(centre().max_schedule(48 * HOUR)).await;
    let id = client.ask(at("000002000000000R")).await.message_id();
    for far in ["000002000001000R", "351231235959948+"] {
        let resp = client.ask(at(far)).await;
        assert_eq!(resp.status(), CommandStatus::ESME_RINVSCHED, "{far}");
        let replace = ReplaceSm::default()
            .message_id(text(&id))
            .source_addr(sm().source_addr)
            .schedule_delivery_time(text(far));
        let resp = client.ask(replace).await;
        assert_eq!(resp.status(), CommandStatus::ESME_RINVSCHED, "{far}");
    }
}

fn at(schedule: &str) -> SubmitSm<'_> {
    sm().schedule_delivery_time(text(schedule))
}

#[tokio::test(start_paused = true)]
async fn how_long_the_next_attempt_waits_depends_on_what_failed() {
    for (class, seconds) in [
        (FailureClass::Absent, 300 + 900 + 1800),
        (FailureClass::Busy, 10 + 30 + 60),
        (FailureClass::Congestion, 5 + 10 + 20),
        (FailureClass::Link, 5 + 15 + 30),
        (FailureClass::System, 10 + 60 + 300),
    ] {
        let network = Off {
            error: class.usual_error(),
            ..Off::new(3)
        };
        let mut client = client(centre().network(network)).await;
        let start = Instant::now();
        let id = client.ask(sm().with_receipt()).await.message_id();
        assert_eq!(receipt(&mut client).await, (id, MessageState::DELIVERED));
        assert_eq!(start.elapsed().as_secs(), seconds, "{class}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_network_has_errors_and_waits_of_its_own() {
    let retries = Retries::default()
        .class_of(200, FailureClass::Busy)
        .waits(FailureClass::Busy, vec![HOUR]);
    let network = Off {
        error: 200,
        ..Off::new(2)
    };
    let mut client = client(centre().network(network).retries(retries)).await;
    let start = Instant::now();
    let id = client.ask(sm().with_receipt()).await.message_id();
    assert_eq!(receipt(&mut client).await, (id, MessageState::DELIVERED));
    assert_eq!(start.elapsed().as_secs(), 2 * 3600);
}

#[tokio::test(start_paused = true)]
async fn a_scheduled_message_goes_at_its_time() {
    let mut client = client(centre()).await;
    let start = Instant::now();
    let submit = sm()
        .with_receipt()
        .schedule_delivery_time(text("000013000000000R"));
    let id = client.ask(submit).await.message_id();
    assert_eq!(receipt(&mut client).await, (id, MessageState::DELIVERED));
    assert_eq!(start.elapsed().as_secs(), 13 * 86_400);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_without_outcome_is_made_again_after_its_lease() {
    let attempts = Arc::new(AtomicUsize::new(0));
    let network = Silent(attempts.clone());
    let mut client = client(centre().network(network).lease(HOUR)).await;
    let submit = sm()
        .with_receipt()
        .validity_period(text("000000030000000R"));
    let id = client.ask(submit).await.message_id();
    assert_eq!(receipt(&mut client).await, (id, MessageState::EXPIRED));
    assert_eq!(attempts.load(Ordering::Relaxed), 3);
}
