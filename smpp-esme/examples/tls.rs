//! Binds over TLS, trusts an authority of one's own, and shows a client
//! certificate where there is one.
//!
//! Start a centre, such as `cargo run -p smpp-smsc`, and put TLS before it. For a
//! try, a certificate that signs itself and `socat` will do:
//!
//! ```text
//! openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 30 \
//!     -subj /CN=localhost -addext subjectAltName=DNS:localhost \
//!     -addext basicConstraints=critical,CA:FALSE
//! socat OPENSSL-LISTEN:3550,bind=127.0.0.1,reuseaddr,fork,cert=cert.pem,key=key.pem,verify=0 \
//!     TCP:127.0.0.1:2775
//! ```
//!
//! Then `cargo run -p smpp-esme --example tls localhost 3550 cert.pem`. A client
//! certificate and its key follow: `… localhost 3550 ca.pem esme.pem esme.key`.
//!
//! In an address the same is written as
//! `smpps://esme:secret@localhost:3550?ca=cert.pem&cert=esme.pem&key=esme.key`, and
//! `Client::connect` takes it, as the program does with `--url`.

use core::error::Error;
use std::env;

use smpp_esme::{BindConfig, ClientBuilder, ConnectErrorKind, Endpoint, TlsConfig, TlsFault};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let host = args.next().unwrap_or_else(|| "localhost".into());
    let port = args.next().unwrap_or_else(|| "3550".into()).parse()?;

    // Without `ca_file` the authorities of the system are trusted. There is no
    // switch that trusts everyone: for a test bench name its own certificate.
    let mut tls = TlsConfig::new();
    if let Some(ca) = args.next() {
        tls = tls.ca_file(ca);
    }
    if let (Some(certificate), Some(key)) = (args.next(), args.next()) {
        tls = tls.client_certificate_files(certificate, key);
    }
    let endpoint = Endpoint::new(host, port).tls(tls);

    let bound = ClientBuilder::new(BindConfig::new("esme", "secret"))
        .connect_to(&endpoint)
        .await;
    let (client, _incoming) = match bound {
        Ok(bound) => bound,
        Err(error) => {
            // The text of the error says what to change. Code can tell, too.
            if error.kind() == ConnectErrorKind::Tls(TlsFault::UnknownAuthority) {
                eprintln!("give the certificate of the authority as third argument");
            }
            return Err(error.to_string().into());
        }
    };
    client.enquire_link().await?;
    println!("bound over TLS, and the centre answers");
    client.unbind().await;
    Ok(())
}
