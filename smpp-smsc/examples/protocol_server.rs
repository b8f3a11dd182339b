//! A protocol server: one account, nothing stored. It answers each message from
//! another task, and sends its account one when that binds to receive.
//!
//!     cargo run -p smpp-smsc --no-default-features --example protocol_server
//!
//! Try it with `smpp-esme send --to 447700900123 --text Hello`, which connects to
//! 127.0.0.1:2775 as `esme` with the password `secret`. Enter ends it.

use core::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

use smpp_pdu::{Address, Bind, CommandStatus, DeliverSm, ShortMessage, SubmitSm};
use smpp_smsc::handler::{self, Handler, Owned, Peer, Reply, SessionHandle};
use tokio::net::TcpListener;

/// One connection. All of them count their messages together.
struct Account {
    messages: Arc<AtomicU64>,
}

#[smpp_smsc::async_trait]
impl Handler for Account {
    async fn bind(
        &mut self,
        bind: Owned<Bind<'static>>,
        session: SessionHandle,
    ) -> Result<(), CommandStatus> {
        let bind = bind.body();
        if bind.system_id.as_bytes() != b"esme" || bind.password.0.as_bytes() != b"secret" {
            return Err(CommandStatus::ESME_RINVPASWD);
        }
        if bind.bind_type.receives() {
            // It waits for the bind response.
            tokio::spawn(async move {
                match welcome(&session).await {
                    Ok(()) => println!("{} has the message", session.system_id()),
                    Err(error) => println!("{}: {error}", session.system_id()),
                }
            });
        }
        Ok(())
    }

    async fn submit_sm(
        &mut self,
        request: Owned<SubmitSm<'static>>,
        reply: Reply<SubmitSm<'static>>,
    ) {
        let number = self.messages.fetch_add(1, Ordering::Relaxed) + 1;
        // Here you would send it on. The next requests do not wait for that.
        tokio::spawn(async move {
            let submit = request.body();
            println!(
                "message {number} to {}, {} octets",
                submit.destination_addr.addr,
                submit.short_message.sm_length()
            );
            reply.taken(&number.to_string());
        });
    }
}

async fn welcome(session: &SessionHandle) -> Result<(), Box<dyn core::error::Error + Send + Sync>> {
    let message = DeliverSm::new(
        Address::international("447700900123")?,
        Address::short_code("4711")?,
        ShortMessage::new(b"Hello")?,
    );
    session.deliver_sm(message).await?;
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:2775").await?;
    println!("listening on {}; Enter ends it", listener.local_addr()?);
    let messages = Arc::<AtomicU64>::default();
    let factory = move |_: &Peer| {
        Some(Account {
            messages: messages.clone(),
        })
    };
    let enter = tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new()));
    let closed = handler::serve(listener, factory)
        .with_graceful_shutdown(async move { drop(enter.await) })
        .await;
    println!("ended, {closed} connections without an unbind");
    Ok(())
}
