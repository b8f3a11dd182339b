//! What a request takes from the allocator.

use allocation_counter::measure;
use smpp_pdu::*;
use smpp_smsc::handler::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::*;

/// Answers each message as it comes: one call for each, or one for each read.
struct Answering {
    together: bool,
}

#[smpp_smsc::async_trait]
impl Handler for Answering {
    async fn bind(
        &mut self,
        _bind: Owned<Bind<'static>>,
        _session: SessionHandle,
    ) -> Result<(), CommandStatus> {
        Ok(())
    }

    async fn submit_sm(
        &mut self,
        _request: Owned<SubmitSm<'static>>,
        reply: Reply<SubmitSm<'static>>,
    ) {
        reply.taken("1");
    }

    async fn requests(&mut self, requests: Requests) {
        for request in requests {
            match request {
                Request::SubmitSm(_, reply) if self.together => reply.taken("1"),
                Request::SubmitSm(request, reply) => self.submit_sm(request, reply).await,
                other => drop(other),
            }
        }
    }
}

/// Allocations for each of many requests.
fn allocations(together: bool) -> f64 {
    const ROUNDS: usize = 20;
    const REQUESTS: usize = 500;
    const RESPONSE: usize = 18;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let factory = move |_: &Peer| Some(Answering { together });
    let server = Server::new(factory, Options::new());
    let (near, far) = tokio::io::duplex(1 << 20);
    let mut client = Client::over(near);
    runtime.block_on(async {
        assert!(server.accept(far, "a test").is_some());
        client.bind().await;
    });
    let mut octets = Vec::new();
    for _ in 0..REQUESTS {
        octets.extend(client.encode(sm()));
    }
    let mut stream = client.into_stream();
    let mut responses = vec![0; REQUESTS * RESPONSE];
    let mut rounds = |rounds| {
        runtime.block_on(async {
            for _ in 0..rounds {
                stream.write_all(&octets).await.unwrap();
                stream.read_exact(&mut responses).await.unwrap();
            }
        });
    };
    // Buffers have their size after the first.
    rounds(1);
    let taken = measure(|| rounds(ROUNDS)).count_total;
    let requests = u32::try_from(ROUNDS * REQUESTS).unwrap();
    f64::from(u32::try_from(taken).unwrap()) / f64::from(requests)
}

#[test]
fn a_request_costs_few_allocations_and_one_less_where_they_are_taken_together() {
    let (one_by_one, together) = (allocations(false), allocations(true));
    println!("{one_by_one:.2} one by one, {together:.2} together");
    assert!(one_by_one < 3.5, "{one_by_one}");
    assert!(together < 2.5, "{together}");
}
