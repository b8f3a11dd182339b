//! `smpp-esme listen`: what the centre sends by itself.

mod answering;
mod exec;
mod reply;

use core::num::NonZeroU64;
use core::time::Duration;
use std::sync::Arc;

use smpp_esme::Link;
use smpp_esme::receiving::{Received, Receiver};
use smpp_pdu::{BindType, InterfaceVersion};
use tokio::task::{JoinError, JoinSet};

pub(crate) use self::reply::Sent;

use self::answering::{Answering, Done};
use super::connect::parse;
use super::exit::Failure;
use super::link::{self, Wanted, Watch};
use super::output::Output;
use super::show;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Ends after so many messages and receipts; without it, on Ctrl-C.
    #[arg(long, value_name = "N")]
    count: Option<NonZeroU64>,
    /// Prints the segments of long messages as they come, instead of whole messages.
    #[arg(long)]
    segments: bool,
    /// Answers messages whose first word is KEYWORD, in any letter case; * stands for all
    /// others. May be given more than once.
    #[arg(long, value_name = "KEYWORD=TEXT", value_parser = reply::parse)]
    reply: Vec<reply::Reply>,
    #[command(flatten)]
    exec: exec::ExecArgs,
}

pub(crate) async fn run(args: &Args, url: &str, output: &mut Output) -> Result<(), Failure> {
    let mut url = parse(url)?;
    // 3.3 has no transceiver; what is meant here is clear.
    if url.bind().is_none() && url.version() == InterfaceVersion::V3_3 && args.reply.is_empty() {
        url = url.with_bind(BindType::Receiver);
    }
    if !url.bind_type().receives() {
        return Err(Failure::usage(
            "listen needs a session that receives: use bind=trx or bind=rx in the address",
        ));
    }
    if !args.reply.is_empty() && !url.bind_type().transmits() {
        return Err(Failure::usage(
            "--reply needs a session that transmits too: use bind=trx in the address",
        ));
    }
    let exec = args.exec.command()?;
    let wanted = Wanted {
        sessions: 1,
        window: None,
        // A message that cannot be answered now comes again over the next session.
        wait: Some(Duration::ZERO),
    };
    let (link, mut watch, incoming) = link::open(&url, &wanted).await?;
    output.line(format_args!(
        "{}",
        output.dim(format_args!("listening on {url}"))
    ))?;
    output.flush()?;
    let receiver = Receiver::builder()
        .join(!args.segments)
        // Nothing was submitted here that a receipt could wait for.
        .hold_receipts(Duration::ZERO)
        .start(incoming);
    let answering = Answering::new(exec, &args.reply, &link);
    let mut listening = Listening {
        receiver,
        answering: answering.map(Arc::new),
        tasks: JoinSet::new(),
        jobs: args.exec.jobs(),
        left: args.count.map(NonZeroU64::get),
    };
    listening.run(&link, &mut watch, output).await?;
    link.unbind().await;
    listening.rest(output).await
}

struct Listening {
    receiver: Receiver,
    answering: Option<Arc<Answering>>,
    tasks: JoinSet<Done>,
    /// So many messages are answered at the same time.
    jobs: usize,
    /// Messages and receipts that are still wanted; `None`: all.
    left: Option<u64>,
}

impl Listening {
    async fn run(
        &mut self,
        link: &Link,
        watch: &mut Watch,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let interrupt = tokio::signal::ctrl_c();
        tokio::pin!(interrupt);
        let mut is_over = false;
        while self.left != Some(0) {
            tokio::select! {
                Some(done) = self.tasks.join_next() => answered(done, output)?,
                received = self.receiver.recv(), if self.tasks.len() < self.jobs => match received {
                    Some(received) => self.received(received, output)?,
                    None => {
                        is_over = true;
                        break;
                    }
                },
                Some(line) = watch.next() => eprintln!("{line}"),
                _ = &mut interrupt => break,
            }
        }
        while let Some(done) = self.tasks.join_next().await {
            answered(done, output)?;
        }
        // What happened before the last message is told, too.
        for line in watch.rest() {
            eprintln!("{line}");
        }
        if is_over {
            return Err(watch.over(link));
        }
        Ok(())
    }

    fn received(&mut self, received: Received, output: &mut Output) -> Result<(), Failure> {
        show::received(&received, output)?;
        // Seen first, acknowledged then: what cannot be printed comes again.
        output.flush()?;
        if !matches!(received, Received::Alert(_) | Received::Other(_)) {
            self.left = self.left.map(|left| left - 1);
        }
        match (received, &self.answering) {
            (Received::Message(message), Some(answering)) => {
                let answering = Arc::clone(answering);
                self.tasks
                    .spawn(async move { answering.answer(message).await });
            }
            (received, _) => received.ack(),
        }
        Ok(())
    }

    /// Long messages of which segments are still missing at the end: they are
    /// acknowledged, and will not come again.
    async fn rest(&mut self, output: &mut Output) -> Result<(), Failure> {
        while let Some(received) = self.receiver.recv().await {
            if let Received::Message(message) = &received
                && message.missing().is_some()
            {
                show::received(&received, output)?;
                received.ack();
            }
        }
        Ok(())
    }
}

/// What became of the answer to a message.
fn answered(done: Result<Done, JoinError>, output: &mut Output) -> Result<(), Failure> {
    let done = done.map_err(|error| Failure::other(error.to_string()))?;
    if let Some(sent) = done.sent {
        show::reply(&sent, output)?;
        output.flush()?;
    }
    if let Some(problem) = done.problem {
        output.flush()?;
        eprintln!("smpp-esme: {problem}");
    }
    Ok(())
}
