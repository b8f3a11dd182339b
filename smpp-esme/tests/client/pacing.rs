//! The rate of one session. The clock is paused: a wait takes no time.

use core::time::Duration;

use smpp_esme::{ClientBuilder, CloseReason, Rate};
use smpp_pdu::{Body, CommandStatus};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::centre::{accept_all, account, bound_with, message};

const ONE_A_SECOND: Rate = Rate {
    per_second: 1,
    burst: 1,
};

#[tokio::test(start_paused = true)]
async fn messages_keep_the_rate_and_their_order_and_others_pass_them() {
    let builder = ClientBuilder::new(account()).window(4).rate(ONE_A_SECOND);
    let (client, _incoming, _centre) = bound_with(builder, accept_all()).await;
    let started = Instant::now();
    let mut pending = Vec::new();
    for _ in 0..3 {
        pending.push(client.start_submit_sm(&message()).await.unwrap());
    }
    assert_eq!(client.free_window(), 1);
    client.enquire_link().await.unwrap();
    assert_eq!(started.elapsed(), Duration::ZERO);
    // The centre numbers what it gets; the bind was the first.
    for (at, (pending, id)) in pending.into_iter().zip(["m2", "m3", "m4"]).enumerate() {
        assert_eq!(pending.await.unwrap().message_id().as_str(), Some(id));
        assert_eq!(started.elapsed().as_secs(), at as u64);
    }
    assert_eq!(client.free_window(), 4);
}

#[tokio::test(start_paused = true)]
async fn an_end_in_order_waits_for_what_waits_for_the_rate() {
    let builder = ClientBuilder::new(account()).rate(ONE_A_SECOND);
    let (client, _incoming, _centre) = bound_with(builder, accept_all()).await;
    let started = Instant::now();
    let mut sends = JoinSet::new();
    for _ in 0..3 {
        let pending = client.start_submit_sm(&message()).await.unwrap();
        sends.spawn(async move { pending.await.is_ok() });
    }
    assert_eq!(client.unbind().await, CloseReason::Unbound);
    assert_eq!(sends.join_all().await, [true; 3]);
    assert_eq!(started.elapsed().as_secs(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_complaint_slows_the_session_down_if_that_is_wanted() {
    for (slow_down, waited) in [(true, 100), (false, 0)] {
        let mut first = true;
        let script = Box::new(move |pdu: &smpp_pdu::Pdu<'_>| {
            let complain = !matches!(pdu.body, Body::Bind(_)) && core::mem::take(&mut first);
            Some(match complain {
                true => CommandStatus::ESME_RTHROTTLED,
                false => CommandStatus::ESME_ROK,
            })
        });
        let builder = ClientBuilder::new(account()).slow_down(slow_down);
        let (client, _incoming, _centre) = bound_with(builder, script).await;
        client.submit_sm(&message()).await.unwrap_err();
        let started = Instant::now();
        client.submit_sm(&message()).await.unwrap();
        assert_eq!(started.elapsed().as_millis() / 100 * 100, waited);
    }
}
