//! The link against the message centre of this workspace.

use core::time::Duration;
use std::io;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use smpp_codec::receipt::Receipt;
use smpp_esme::link::{Backoff, Setback, State};
use smpp_esme::{BoxStream, CloseReason, Connect, ConnectError, Inbound, Incoming};
use smpp_smsc::Smsc;

use crate::centre::message;
use crate::support::{builder, until};

/// A centre that is there at some times.
#[derive(Clone, Default)]
struct Sometimes {
    smsc: Arc<Mutex<Option<Smsc>>>,
}

impl Sometimes {
    fn start(&self) {
        let smsc = Smsc::builder().account("esme", "secret").start();
        *self.smsc.lock().unwrap() = Some(smsc);
    }

    async fn shut_down(&self) {
        let smsc = self.smsc.lock().unwrap().take().unwrap();
        assert_eq!(smsc.shutdown().await, 0);
    }
}

#[async_trait]
impl Connect for Sometimes {
    async fn connect(&self) -> Result<BoxStream, ConnectError> {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        match &*self.smsc.lock().unwrap() {
            Some(smsc) => smsc.accept(theirs, "the link"),
            None => return Err(io::Error::from(io::ErrorKind::ConnectionRefused).into()),
        };
        Ok(Box::pin(ours))
    }

    fn name(&self) -> &str {
        "sometimes"
    }
}

/// The id of the message whose receipt comes next.
async fn receipt(incoming: &mut Incoming) -> String {
    let Some(Inbound::Delivery(delivery)) = incoming.recv().await else {
        panic!("no receipt");
    };
    let id = Receipt::read(&delivery.pdu())
        .and_then(|receipt| receipt.id_str())
        .unwrap()
        .to_owned();
    delivery.ack();
    id
}

#[tokio::test]
async fn messages_and_receipts_flow_again_after_a_restart_of_the_centre() {
    let place = Sometimes::default();
    place.start();
    let (link, mut incoming) = builder()
        .host(place.clone())
        .sessions_per_host(2)
        .wait_for_session(None)
        .backoff(Backoff {
            first: Duration::from_millis(5),
            max: Duration::from_millis(20),
            ..Backoff::default()
        })
        .start();
    let mut events = link.events();
    for _ in 0..3 {
        let resp = link.submit_sm(&message().with_receipt()).await.unwrap();
        assert_eq!(resp.message_id().to_string(), receipt(&mut incoming).await);
        place.shut_down().await;
        let lost = |state: &State| {
            let because = match state {
                State::Waiting { because, .. } => because,
                _ => return false,
            };
            matches!(because, Setback::Lost(CloseReason::PeerUnbound))
        };
        until(&mut events, lost).await;
        until(&mut events, |state| {
            matches!(
                state,
                State::Waiting {
                    because: Setback::NotBound(_),
                    ..
                }
            )
        })
        .await;
        place.start();
    }
    link.unbind().await;
    place.shut_down().await;
}
