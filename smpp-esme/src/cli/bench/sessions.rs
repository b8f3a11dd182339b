//! The sessions, in threads of their own, and the one place where requests are
//! made.

use core::time::Duration;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use smpp_esme::{Client, ClientBuilder, Incoming, SmppUrl};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::cpu::Thread;
use super::phase::{Leave, Phase, Ticket};
use super::receipts::Receipts;
use super::stream::{Blocked, Watched};
use super::tally::Moments;
use super::template::Template;
use crate::cli::connect::{refused, stream};
use crate::cli::exit::Failure;

/// How long a session may take to unbind at the end: so long, or `--timeout`.
const UNBIND_LIMIT: Duration = Duration::from_secs(5);

/// Receipts that may wait to be looked at.
const INCOMING: usize = 65_536;

/// How each session is bound.
#[derive(Clone)]
pub(crate) struct Setup {
    pub(crate) url: SmppUrl,
    pub(crate) window: u16,
    pub(crate) timeout: Duration,
    pub(crate) template: Template,
    pub(crate) receipts: Option<Arc<Receipts>>,
}

/// What a thread is to do.
pub(crate) enum Order {
    Run(Arc<Phase>),
    /// Unbind, and end.
    End,
}

/// What a thread says.
pub(crate) enum Word {
    /// Its sessions are bound.
    Bound {
        thread: Option<Thread>,
        blocked: Vec<Arc<Blocked>>,
    },
    /// The phase is over.
    Done,
    Failed(Failure),
}

/// A thread with some of the sessions.
pub(crate) struct Crew {
    pub(crate) orders: mpsc::UnboundedSender<Order>,
    pub(crate) thread: JoinHandle<()>,
}

/// Starts a thread for the sessions with these numbers. A session and all who
/// use it stay on one thread: crossing threads costs more than the work.
pub(crate) fn start(
    numbers: Vec<usize>,
    setup: Setup,
    words: mpsc::UnboundedSender<Word>,
) -> Result<Crew, Failure> {
    let (orders, order_queue) = mpsc::unbounded_channel();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let thread = std::thread::Builder::new()
        .name("bench".into())
        .spawn(move || {
            let served = runtime.block_on(serve(&numbers, &setup, order_queue, &words));
            if let Err(failure) = served {
                let _ = words.send(Word::Failed(failure));
            }
        })?;
    Ok(Crew { orders, thread })
}

async fn serve(
    numbers: &[usize],
    setup: &Setup,
    mut orders: mpsc::UnboundedReceiver<Order>,
    words: &mpsc::UnboundedSender<Word>,
) -> Result<(), Failure> {
    let mut clients = Vec::new();
    let mut blocked = Vec::new();
    for number in numbers {
        let (client, incoming, watch) = bind(setup).await?;
        if let Some(receipts) = &setup.receipts {
            tokio::spawn(take_receipts(incoming, Arc::clone(receipts)));
        }
        clients.push((*number, client));
        blocked.push(watch);
    }
    let _ = words.send(Word::Bound {
        thread: Thread::current(),
        blocked,
    });
    let mut limit = setup.timeout.min(UNBIND_LIMIT);
    while let Some(Order::Run(phase)) = orders.recv().await {
        run(&phase, &clients, &setup.template).await;
        // Who breaks off does not want to wait for the goodbye either.
        if phase.is_broken_off() {
            limit = Duration::ZERO;
        }
        let _ = words.send(Word::Done);
    }
    let mut unbinding = JoinSet::new();
    for (_, client) in clients {
        unbinding.spawn(async move { client.unbind().await });
    }
    let _ = tokio::time::timeout(limit, async {
        while unbinding.join_next().await.is_some() {}
    })
    .await;
    Ok(())
}

async fn bind(setup: &Setup) -> Result<(Client, Incoming, Arc<Blocked>), Failure> {
    // A connection of our own, since it is watched.
    let stream = stream(&setup.url, setup.timeout).await?;
    let (stream, blocked) = Watched::new(stream);
    let bound = ClientBuilder::from(&setup.url)
        .window(setup.window)
        .response_timeout(setup.timeout)
        .incoming_buffer(INCOMING)
        .over(stream)
        .await;
    let (client, incoming) = bound.map_err(|error| refused(&setup.url, &error))?;
    Ok((client, incoming, blocked))
}

async fn take_receipts(mut incoming: Incoming, receipts: Arc<Receipts>) {
    while let Some(inbound) = incoming.recv().await {
        receipts.inbound(inbound);
    }
}

/// Keeps the windows of these sessions busy until the phase is over and
/// everything outstanding has come to its end.
async fn run(phase: &Arc<Phase>, clients: &[(usize, Client)], template: &Template) {
    let mut sessions = JoinSet::new();
    for (number, client) in clients {
        let template = template.asking(phase.receipts.is_some());
        sessions.spawn(work(Arc::clone(phase), *number, client.clone(), template));
    }
    tokio::select! {
        () = phase.when_broken_off() => {}
        () = async { while sessions.join_next().await.is_some() {} } => {}
    }
}

/// A message under way.
type Key = (Ticket, Moments);

/// One session: as many messages under way as its window has places.
async fn work(phase: Arc<Phase>, session: usize, client: Client, mut template: Template) {
    let mut pipeline = client.pipeline::<Key>();
    let mut more = true;
    loop {
        while more && pipeline.len() < phase.window() {
            let ticket = match phase.next_now(session) {
                Leave::Now(ticket) => ticket,
                Leave::Later => break,
                Leave::Never => {
                    more = false;
                    break;
                }
            };
            // It was built once before the start.
            let Ok(message) = template.message(ticket.number) else {
                return;
            };
            let moments = phase.leaves(session, ticket);
            let key = (ticket, moments);
            if let Err(error) = pipeline.submit_sm(key, &message).await {
                phase.settle(session, ticket, moments, Err(error));
            }
        }
        let settled = tokio::select! {
            biased;
            settled = pipeline.next(), if !pipeline.is_empty() => settled,
            () = phase.when_next(session), if more && pipeline.len() < phase.window() => continue,
            else => return,
        };
        let Some(((ticket, moments), outcome)) = settled else {
            continue;
        };
        let end = outcome.map(|response| {
            if let Some(receipts) = &phase.receipts {
                let waited = phase.elapsed().saturating_sub(moments.due);
                let now = Instant::now();
                let due = now.checked_sub(waited).unwrap_or(now);
                receipts.submitted(response.message_id().as_bytes(), due);
            }
        });
        phase.settle(session, ticket, moments, end);
    }
}
