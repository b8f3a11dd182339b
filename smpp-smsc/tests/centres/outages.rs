//! Centres that go away in the middle, and come back.

use core::net::SocketAddr;
use core::num::NonZeroU32;
use core::time::Duration;
use std::collections::HashSet;
use std::path::Path;

use smpp_pdu::{MessageState, RegisteredDelivery};
use smpp_smsc::network::{Outcome, Upstream};
use smpp_smsc::scenario::Scenario;
use smpp_smsc::store::RedbStore;
use smpp_smsc::{Builder, Retries, Smsc};
use tokio::sync::mpsc;

use crate::support::*;

/// Submits so many messages, and gives their ids.
async fn submit(esme: &Esme, count: usize) -> HashSet<String> {
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..count {
        let client = esme.client.clone();
        asked.spawn(async move {
            let resp = client.submit_sm(&message(NUMBER)).await.unwrap();
            resp.message_id().as_str().unwrap().to_owned()
        });
    }
    patiently(asked.join_all()).await.into_iter().collect()
}

/// Each of these has one receipt, and a final state.
async fn all_end_once(smsc: Smsc, mut esme: Esme, mut open: HashSet<String>) {
    let ids = open.clone();
    while !open.is_empty() {
        let told = esme.receipt().await;
        assert_eq!(told.state, MessageState::DELIVERED);
        assert!(open.remove(&told.id), "{} has two receipts", told.id);
    }
    for id in &ids {
        assert_eq!(state_of(&smsc, id).await, MessageState::DELIVERED);
    }
    smsc.shutdown().await;
    assert_eq!(esme.rest().await, []);
}

async fn serve_at(builder: Builder, address: SocketAddr) -> Smsc {
    let smsc = builder.start();
    smsc.listen(&address.to_string()).await.unwrap();
    smsc
}

#[tokio::test]
async fn a_next_centre_that_restarts_loses_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let next = || next_centre().store(RedbStore::open(folder.path()).unwrap());
    let (first, address) = serve(next()).await;
    let (smsc, mut esme) = before(address).await;
    let mut open = submit(&esme, 1000).await;
    assert_eq!(open.len(), 1000);
    for _ in 0..300 {
        let told = esme.receipt().await;
        assert!(open.remove(&told.id), "{} has two receipts", told.id);
    }
    first.shutdown().await;
    drop(first);
    let second = serve_at(next(), address).await;
    all_end_once(smsc, esme, open).await;
    second.shutdown().await;
}

/// Every message goes over the link to this centre, and is tried again after an hour
/// at the earliest.
fn patient(link: Upstream) -> Builder {
    aggregator()
        .retries(Retries::new(vec![Duration::from_secs(3600)]))
        .centre("north", link)
        .routes(all_to(["north"]))
}

#[tokio::test]
async fn a_backlog_goes_as_fast_as_the_next_centre_takes_it() {
    let (_next, address) = serve(next_centre()).await;
    let link = link_to(&url(address)).window(5).queue(10).build();
    let (smsc, esme) = start(patient(link)).await;
    let open = submit(&esme, 500).await;
    all_end_once(smsc, esme, open).await;
}

#[tokio::test]
async fn what_found_no_link_goes_out_when_there_is_one() {
    let address = nobody();
    let link = link_to(&url(address)).build();
    let (smsc, mut esme) = start(patient(link)).await;
    let notified = message(NUMBER).registered_delivery(RegisteredDelivery(0x11));
    let id = esme.submit(&notified).await;
    assert_eq!(esme.receipt().await.state, MessageState::ENROUTE);
    let _next = serve_at(next_centre(), address).await;
    let told = esme.receipt().await;
    assert_eq!((told.id, told.state), (id, MessageState::DELIVERED));
    smsc.shutdown().await;
}

#[tokio::test]
async fn links_that_break_again_and_again_cost_no_message() {
    let breaking = NonZeroU32::new(20).unwrap();
    let scenario = Scenario::new().disconnect_after_messages(1.0, breaking);
    let (_next, address) = serve(next_centre().scenario(scenario, 7)).await;
    let (smsc, esme) = before(address).await;
    let open = submit(&esme, 200).await;
    all_end_once(smsc, esme, open).await;
}

#[tokio::test]
async fn a_centre_that_restarts_knows_what_it_has_handed_over() {
    let folder = tempfile::tempdir().unwrap();
    let store = |folder: &Path| RedbStore::open(folder).unwrap();
    let (asked, mut attempts) = mpsc::unbounded_channel();
    let (next, address) = serve(next_centre().network(Asked(asked))).await;
    let aggregator = || {
        let link = link_to(&url(address)).build();
        let builder = aggregator().centre("north", link);
        builder
            .routes(all_to(["north"]))
            .store(store(folder.path()))
    };
    let (smsc, esme) = start(aggregator()).await;
    let id = esme.submit(&message(NUMBER)).await;
    let (handed, reports) = patiently(attempts.recv()).await.unwrap();
    // Its end waits for the response, and keeps it.
    smsc.shutdown().await;
    drop((smsc, esme));

    let (smsc, mut esme) = start(aggregator()).await;
    assert_eq!(state_of(&smsc, &id).await, MessageState::ENROUTE);
    reports.send(vec![handed[0].ended(Outcome::Delivered)]);
    let told = esme.receipt().await;
    assert_eq!((told.id, told.state), (id, MessageState::DELIVERED));
    assert_eq!(next.stats().requests, 1);
    smsc.shutdown().await;
    assert_eq!(esme.rest().await, []);
}
