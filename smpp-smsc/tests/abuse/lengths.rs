//! PDUs that claim to be of any length.

use smpp_pdu::*;
use smpp_smsc::Smsc;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use crate::memory::*;
use crate::support::*;

/// What a connection and its answer may take at most, whatever is claimed.
const MOST: u64 = 32 * 1024;

/// The head of a `submit_sm` that claims this length.
fn head(length: u32) -> [u8; 16] {
    let mut octets = [0; 16];
    octets[..4].copy_from_slice(&length.to_be_bytes());
    octets[7] = 4;
    octets[15] = 77;
    octets
}

/// All that comes until the end.
async fn rest(stream: &mut DuplexStream) -> Vec<u8> {
    let mut all = Vec::new();
    let mut some = [0; 64];
    while let Ok(len @ 1..) = stream.read(&mut some).await {
        all.extend_from_slice(&some[..len]);
    }
    all
}

async fn stream_to(smsc: &Smsc, is_bound: bool) -> DuplexStream {
    if is_bound {
        return Client::bound_within(smsc, BindType::Transceiver)
            .await
            .stream;
    }
    Client::within(smsc).stream
}

#[test]
fn no_length_that_is_claimed_is_reserved_and_an_impossible_one_ends_the_connection_alone() {
    let runtime = runtime(false);
    let (smsc, mut good) = runtime.block_on(async {
        let smsc = centre_for_two().start();
        let good = other(&smsc).await;
        (smsc, good)
    });
    let impossible = [0, 1, 15, 70_001, 0x7FFF_FFFF, 0x8000_0000, u32::MAX];
    let all = [false, true].map(|is_bound| impossible.map(|length| (is_bound, length)));
    for (is_bound, length) in all.into_iter().flatten().chain([(false, 1025)]) {
        let mut stream = runtime.block_on(async {
            let stream = stream_to(&smsc, is_bound).await;
            settle().await;
            stream
        });
        let (answer, taken) = counted(&runtime, async {
            stream.write_all(&head(length)).await.unwrap();
            rest(&mut stream).await
        });
        let answer = Received(answer);
        let nack = answer.pdu();
        assert_eq!(nack.command_id(), CommandId::GENERIC_NACK, "{length}");
        assert_eq!(nack.command_status, CommandStatus::ESME_RINVCMDLEN);
        assert!(
            taken.bytes_max < MOST,
            "{length}: {} octets",
            taken.bytes_max
        );
        runtime.block_on(good.is_served());
    }
    runtime.block_on(async {
        assert_eq!(smsc.sessions().await.len(), 1);
    });
}

#[test]
fn a_length_that_is_allowed_is_not_reserved_before_its_octets_come() {
    let runtime = runtime(false);
    let (smsc, mut good) = runtime.block_on(async {
        let smsc = centre_for_two().start();
        let good = other(&smsc).await;
        (smsc, good)
    });
    for (is_bound, length) in [(false, 1024), (true, 60_000)] {
        let mut streams = Vec::new();
        for _ in 0..10 {
            streams.push(runtime.block_on(stream_to(&smsc, is_bound)));
        }
        let ((), taken) = counted(&runtime, async {
            for stream in &mut streams {
                stream.write_all(&head(length)).await.unwrap();
            }
            settle().await;
        });
        // Of ten that wait, and far from ten times what was claimed after the bind.
        assert!(taken.bytes_max < 100 * 1024, "{} octets", taken.bytes_max);
        runtime.block_on(good.is_served());
    }
}
