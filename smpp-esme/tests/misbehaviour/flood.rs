//! A centre that sends without end.

use core::time::Duration;

use allocation_counter::measure;
use smpp_codec::{Framer, decode};
use smpp_esme::{ClientBuilder, Inbound};
use smpp_pdu::{CommandId, CommandStatus, DeliverSm, Pdu, SequenceNumber, ShortMessage};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, split};

use crate::centre::{account, bound_raw, message, octets};

/// Messages that the application lets wait.
const BUFFER: usize = 64;

fn paused() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
}

fn deliver_sm(number: u32) -> Vec<u8> {
    let sm = DeliverSm::default().short_message(ShortMessage::new(b"hello").unwrap());
    octets(&Pdu::request(SequenceNumber(number), sm))
}

/// Reads answers until there are `count`; how many of them were refusals.
async fn refusals(stream: &mut (impl AsyncReadExt + Unpin), count: usize) -> usize {
    let mut framer = Framer::new(Vec::new(), 1024);
    let mut buffer = [0; 4096];
    let (mut answers, mut refused) = (0, 0);
    while answers < count {
        let read = stream.read(&mut buffer).await.unwrap();
        assert_ne!(read, 0, "the client has left");
        let mut input = &buffer[..read];
        while let Some(frame) = framer.next_frame(&mut input).unwrap() {
            let pdu = decode(frame.as_bytes()).unwrap();
            if pdu.command_id() == CommandId::DELIVER_SM_RESP {
                answers += 1;
                refused += usize::from(pdu.command_status == CommandStatus::ESME_RMSGQFUL);
            }
        }
    }
    refused
}

/// Floods a client whose application takes nothing. The most memory in use.
fn flood(count: u32) -> u64 {
    let runtime = paused();
    let used = measure(|| {
        runtime.block_on(async {
            let builder = ClientBuilder::new(account()).incoming_buffer(BUFFER);
            let (_client, mut incoming, stream) = bound_raw(builder).await;
            let (mut from, mut to) = split(stream);
            let wanted = count as usize - BUFFER;
            let send = async {
                for number in 1..=count {
                    to.write_all(&deliver_sm(number)).await.unwrap();
                }
            };
            let ((), refused) = tokio::join!(send, refusals(&mut from, wanted));
            assert_eq!(refused, wanted);
            // What had room is still there, and is acknowledged.
            for _ in 0..BUFFER {
                match incoming.recv().await {
                    Some(Inbound::Delivery(delivery)) => delivery.ack(),
                    other => panic!("{other:?}"),
                }
            }
            assert_eq!(refusals(&mut from, BUFFER).await, 0);
        });
    });
    used.bytes_max
}

#[test]
fn a_flood_of_messages_is_refused_beyond_the_buffer_and_takes_no_memory() {
    let (short, long) = (flood(2_000), flood(20_000));
    assert!(long <= short + short / 10, "{short} octets, then {long}");
}

#[tokio::test(start_paused = true)]
async fn responses_flow_through_a_flood() {
    let builder = ClientBuilder::new(account()).incoming_buffer(BUFFER);
    let (client, _incoming, stream) = bound_raw(builder).await;
    let (mut from, mut to) = split(stream);
    for number in 1..=1_000 {
        to.write_all(&deliver_sm(number)).await.unwrap();
    }
    let pending = client.start_submit_sm(&message()).await.unwrap();
    let answer = async {
        assert_eq!(refusals(&mut from, 1_000 - BUFFER).await, 1_000 - BUFFER);
        let answer = crate::peer::accepted(0, SequenceNumber(2));
        to.write_all(&answer).await.unwrap();
    };
    let (accepted, ()) = tokio::join!(pending, answer);
    assert_eq!(accepted.unwrap().message_id().as_bytes(), b"0");
}

/// Time stands still as long as anything can go on: a wait of a second ends when
/// nothing can.
async fn written_until_stuck(stream: &mut DuplexStream, pdu: &[u8]) -> usize {
    let mut written = 0;
    while let Ok(done) = tokio::time::timeout(Duration::from_secs(1), stream.write_all(pdu)).await {
        done.unwrap();
        written += 1;
    }
    written
}

#[test]
fn a_centre_that_reads_no_answers_is_not_read_any_more() {
    let runtime = paused();
    let pdu = deliver_sm(7);
    let used = measure(|| {
        runtime.block_on(async {
            let builder = ClientBuilder::new(account())
                .incoming_buffer(BUFFER)
                .enquire_link(None);
            let (_client, _incoming, mut stream) = bound_raw(builder).await;
            let written = written_until_stuck(&mut stream, &pdu).await;
            // Far more than fits into the buffers between the two.
            assert!(written > 10_000, "{written}");
        });
    });
    assert!(used.bytes_max < 16 * 1024 * 1024, "{}", used.bytes_max);
}
