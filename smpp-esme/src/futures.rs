//! What several layers do with futures and moments.

use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::task::Poll;
use core::time::Duration;

use tokio::time::Instant;

/// So much later; of spans that no clock can hold, a time that nobody lives to
/// see.
pub(crate) fn later(now: Instant, span: Duration) -> Instant {
    const YEARS: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);
    now.checked_add(span.min(YEARS)).unwrap_or(now)
}

pub(crate) enum Either<L, R> {
    Left(L),
    Right(R),
}

/// The first of two futures that is ready; the other is dropped.
pub(crate) async fn race<L, R>(
    left: impl Future<Output = L>,
    right: impl Future<Output = R>,
) -> Either<L, R> {
    let mut left = pin!(left);
    let mut right = pin!(right);
    poll_fn(|cx| {
        if let Poll::Ready(left) = left.as_mut().poll(cx) {
            return Poll::Ready(Either::Left(left));
        }
        right.as_mut().poll(cx).map(Either::Right)
    })
    .await
}

enum State<F: Future> {
    Running(Pin<Box<F>>),
    Done(F::Output),
}

/// Runs all to their end. Each round polls them in their order, so that what
/// they ask for, they ask for in that order.
pub(crate) async fn join<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output>
where
    F::Output: Unpin,
{
    let mut states: Vec<State<F>> = futures.map(|f| State::Running(Box::pin(f))).collect();
    poll_fn(|cx| {
        let mut done = true;
        for state in &mut states {
            if let State::Running(future) = state {
                match future.as_mut().poll(cx) {
                    Poll::Ready(output) => *state = State::Done(output),
                    Poll::Pending => done = false,
                }
            }
        }
        if done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    let outputs = states.into_iter().filter_map(|state| match state {
        State::Done(output) => Some(output),
        State::Running(_) => None,
    });
    outputs.collect()
}
