//! Several futures at once, in one task.

use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::task::Poll;

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
