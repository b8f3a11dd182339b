//! The simulator: what clients see of each fault, over sockets.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failing helper fails its test"
)]

mod connections;
mod decisions;
mod files;
mod mo;
mod outcomes;
mod program;
mod receipts;
mod responses;
#[path = "../smsc/support.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod support;

use core::net::SocketAddr;

use smpp_pdu::BindType;
use smpp_smsc::scenario::{Scenario, Simulator};
use smpp_smsc::{Clock, Smsc};
use support::Client;
use tokio::io::DuplexStream;
use tokio::net::TcpStream;

/// A simulator with this scenario, whatever the seed: for scenarios that leave
/// nothing to chance.
async fn simulate(scenario: Scenario) -> Simulator {
    Smsc::simulator(scenario, 1).await.unwrap()
}

/// A simulator, and a transceiver that is bound to it.
async fn bound(scenario: Scenario) -> (Simulator, Client<TcpStream>) {
    let simulator = simulate(scenario).await;
    let client = transceiver(simulator.address()).await;
    (simulator, client)
}

/// The same without a socket, and on the clock of the runtime: for tests that
/// pause it.
async fn within(scenario: Scenario, bind_type: BindType) -> (Smsc, Client<DuplexStream>) {
    let smsc = Smsc::builder()
        .account(support::ACCOUNT.0, support::ACCOUNT.1)
        .clock(Clock::runtime())
        .scenario(scenario, 1)
        .start();
    let client = Client::bound_within(&smsc, bind_type).await;
    (smsc, client)
}

async fn transceiver(address: SocketAddr) -> Client<TcpStream> {
    Client::bound(address, BindType::Transceiver).await
}
