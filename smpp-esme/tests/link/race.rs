//! Requests that are handed over at the very moment when a session ends.

use core::time::Duration;

use smpp_esme::RequestErrorKind;

use crate::centre::{accept_all, bound, message};

/// Whoever holds a handle while it waits for an outcome gets one: it is not left
/// in a queue that nobody reads.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_request_that_meets_the_end_of_its_session_has_an_outcome() {
    for round in 0..2000_u32 {
        let (client, _incoming, centre) = bound(accept_all()).await;
        let senders: Vec<_> = (0..3)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move {
                    loop {
                        let pending = match client.start_submit_sm(&message()).await {
                            Ok(pending) => pending,
                            Err(error) => return error.kind(),
                        };
                        // The handle lives on meanwhile.
                        let limit = Duration::from_secs(30);
                        if let Err(error) = tokio::time::timeout(limit, pending).await.unwrap()
                            && error.kind() == RequestErrorKind::Closed
                        {
                            return error.kind();
                        }
                    }
                })
            })
            .collect();
        for _ in 0..round % 64 {
            tokio::task::yield_now().await;
        }
        centre.order(|centre| centre.close());
        for sender in senders {
            assert_eq!(sender.await.unwrap(), RequestErrorKind::Closed);
        }
    }
}
