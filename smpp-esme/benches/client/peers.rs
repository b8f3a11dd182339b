//! What is measured against.

use std::sync::mpsc::channel;
use std::thread::JoinHandle;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

pub(crate) trait Peer {
    fn address(&self) -> String;

    fn stop(self: Box<Self>);
}

/// A thread with a runtime of its own.
struct Thread {
    address: String,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Thread {
    fn start<F>(
        serve: impl FnOnce(oneshot::Receiver<()>, std::sync::mpsc::Sender<String>) -> F,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (told, address) = channel();
        let (stop, stopped) = oneshot::channel();
        let serve = serve(stopped, told);
        let thread = std::thread::Builder::new().name(crate::cpu::PEER.into());
        let serve = move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
                .block_on(serve);
        };
        let thread = thread.spawn(serve).unwrap();
        Self {
            address: address.recv().unwrap(),
            stop,
            thread,
        }
    }

    fn end(self) {
        let _ = self.stop.send(());
        self.thread.join().unwrap();
    }
}

/// Answers frames, and knows nothing of sessions.
pub(crate) struct Responder(Thread);

impl Responder {
    pub(crate) fn start() -> Self {
        Self(Thread::start(|mut stopped, told| async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            told.send(listener.local_addr().unwrap().to_string())
                .unwrap();
            loop {
                tokio::select! {
                    accepted = listener.accept() => {
                        tokio::spawn(respond(accepted.unwrap().0));
                    }
                    _ = &mut stopped => return,
                }
            }
        }))
    }
}

impl Peer for Responder {
    fn address(&self) -> String {
        self.0.address.clone()
    }

    fn stop(self: Box<Self>) {
        self.0.end();
    }
}

async fn respond(mut stream: TcpStream) {
    stream.set_nodelay(true).unwrap();
    let mut input = bytes::BytesMut::new();
    let mut output = Vec::new();
    loop {
        input.reserve(64 * 1024);
        if !matches!(stream.read_buf(&mut input).await, Ok(1..)) {
            return;
        }
        while let Some(length) = input.first_chunk::<4>() {
            let length = u32::from_be_bytes(*length) as usize;
            if input.len() < length {
                break;
            }
            let frame = input.split_to(length);
            answer(&frame, &mut output);
        }
        if stream.write_all(&output).await.is_err() {
            return;
        }
        output.clear();
    }
}

fn answer(frame: &[u8], output: &mut Vec<u8>) {
    let body: &[u8] = match frame[7] {
        0x04 => b"0123456789abcdef\0",
        0x09 => b"responder\0",
        _ => b"",
    };
    output.extend_from_slice(&(16 + body.len() as u32).to_be_bytes());
    output.extend_from_slice(&[0x80, 0, 0, frame[7], 0, 0, 0, 0]);
    output.extend_from_slice(&frame[12..16]);
    output.extend_from_slice(body);
}

/// The message centre with its messages in memory, in this process.
pub(crate) struct Smsc(Thread);

impl Smsc {
    pub(crate) fn start() -> Self {
        Self(Thread::start(|stopped, told| async move {
            let smsc = smpp_smsc::Smsc::builder().account("esme", "secret").start();
            let address = smsc.listen("127.0.0.1:0").await.unwrap();
            told.send(address.to_string()).unwrap();
            let _ = stopped.await;
            smsc.shutdown().await;
        }))
    }
}

impl Peer for Smsc {
    fn address(&self) -> String {
        self.0.address.clone()
    }

    fn stop(self: Box<Self>) {
        self.0.end();
    }
}

/// A centre that runs already.
pub(crate) struct Given(pub(crate) String);

impl Peer for Given {
    fn address(&self) -> String {
        self.0.clone()
    }

    fn stop(self: Box<Self>) {}
}
