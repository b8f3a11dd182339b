//! What the allocator says.

use allocation_counter::{AllocationInfo, measure};
use smpp_pdu::*;
use smpp_smsc::{Builder, Smsc};
use tokio::io::DuplexStream;
use tokio::runtime::Runtime;

use crate::support::*;

/// A second account.
pub(crate) const OTHER: (&str, &str) = ("other", "pass");

/// A centre for two accounts.
pub(crate) fn centre_for_two() -> Builder {
    centre().account(OTHER.0, OTHER.1)
}

/// A session of the second account.
pub(crate) async fn other(smsc: &Smsc) -> Client<DuplexStream> {
    let mut client = Client::within(smsc);
    let resp = client
        .bind(BindType::Transceiver, InterfaceVersion::V3_4, OTHER)
        .await;
    assert_eq!(resp.status(), CommandStatus::ESME_ROK);
    client
}

/// A runtime on this thread alone, so that all that is allocated is counted.
pub(crate) fn runtime(paused: bool) -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(paused)
        .build()
        .unwrap()
}

/// Runs this, and says what it gave and what it took of memory.
pub(crate) fn counted<F: Future>(runtime: &Runtime, future: F) -> (F::Output, AllocationInfo) {
    let mut output = None;
    let info = measure(|| output = Some(runtime.block_on(future)));
    (output.unwrap(), info)
}

/// Lets every task do what it can do now.
pub(crate) async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}
