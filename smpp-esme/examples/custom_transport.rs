//! A session over a transport of one's own: here a Unix socket, as a sidecar that
//! holds the link to the centre may offer it. A tunnel, a serial line or a network
//! in memory work the same way: whatever gives an `AsyncRead + AsyncWrite`.
//!
//! Start a centre, such as `cargo run -p smpp-smsc`, and a sidecar:
//!
//! ```text
//! socat UNIX-LISTEN:smpp.sock,fork TCP:127.0.0.1:2775
//! ```
//!
//! Then `cargo run -p smpp-esme --example custom_transport smpp.sock`.

#[cfg(unix)]
mod unix {
    use std::path::PathBuf;

    use async_trait::async_trait;
    use smpp_esme::{BoxStream, Connect, ConnectError};
    use tokio::net::UnixStream;

    /// A Unix socket.
    pub(super) struct UnixSocket {
        path: PathBuf,
        name: String,
    }

    impl UnixSocket {
        pub(super) fn new(path: impl Into<PathBuf>) -> Self {
            let path = path.into();
            let name = path.display().to_string();
            Self { path, name }
        }
    }

    #[async_trait]
    impl Connect for UnixSocket {
        // Called for each connection. The caller bounds its time; an `io::Error`
        // becomes a `ConnectError` of the kind `Io`.
        async fn connect(&self) -> Result<BoxStream, ConnectError> {
            let stream = UnixStream::connect(&self.path).await?;
            Ok(Box::pin(stream))
        }

        // What logs call the place.
        fn name(&self) -> &str {
            &self.name
        }
    }
}

#[cfg(unix)]
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn core::error::Error>> {
    use smpp_esme::{BindConfig, ClientBuilder, Connect};

    let path = std::env::args().nth(1);
    let socket = unix::UnixSocket::new(path.unwrap_or_else(|| "smpp.sock".into()));
    let (client, _incoming) = ClientBuilder::new(BindConfig::new("esme", "secret"))
        .connect_to(&socket)
        .await?;
    client.enquire_link().await?;
    println!("bound over {}, and the centre answers", socket.name());
    client.unbind().await;
    Ok(())
}

#[cfg(not(unix))]
fn main() {
    eprintln!("this example needs Unix sockets");
}
